"use strict";
// The fields of the document page: Enter goes from doubt to doubt, one key takes another reading.
(() => {
  const form = document.getElementById("doc");
  if (!form) return;
  const INPUT = /^(field|lines|vat)\./;
  const fieldset = form.querySelector("fieldset.plainset");
  const byName = (name) => { const found = form.elements.namedItem(name); return found instanceof RadioNodeList ? found[0] : found; };
  const tell = (input) => ["input", "change"].forEach((kind) => input.dispatchEvent(new Event(kind, { bubbles: true })));

  // Where a value was taken from goes with the form: whose reading it is, and its place on the page.
  const note = (name, value) => {
    let input = byName(name);
    if (!input && !value) return;
    if (!input) {
      input = document.createElement("input");
      [input.type, input.name] = ["hidden", name];
      form.append(input);
    }
    if (value) input.value = value; else input.remove();
  };
  const sourceOf = (name) => Object.fromEntries(["by", "at", ...(name.startsWith("lines.") ? ["ok"] : [])].map((kind) => [kind, byName(`${kind}.${name}`)?.value || ""]));
  const setSource = (name, source = {}) => Object.keys(sourceOf(name)).forEach((kind) => note(`${kind}.${name}`, source[kind] || ""));
  const fill = (input, value, source = {}) => {
    input.value = value;
    setSource(input.name, source);
    tell(input);
  };
  window.facturierFields = { fill, sourceOf, setSource };
  form.addEventListener("input", (event) => {
    if (event.isTrusted && INPUT.test(event.target.name || "")) setSource(event.target.name);
  });

  let active = null;
  form.addEventListener("focusin", (event) => { if (INPUT.test(event.target.name || "") && event.target.type !== "checkbox") active = event.target; });
  const go = (input) => {
    for (let fold = input.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    input.focus({ preventScroll: true });
    input.scrollIntoView({ block: "center" });
    if (input.select) input.select();
  };
  form.addEventListener("facturier:pick", (event) => {
    const { text, page, boxes } = event.detail;
    if (!active || active.disabled || !active.isConnected) return;
    const edge = (index, pick) => Math.max(0, pick(...boxes.map((box) => box[index]))).toFixed(2);
    const at = boxes?.length ? [page, edge(0, Math.min), edge(1, Math.min), edge(2, Math.max), edge(3, Math.max)].join(" ") : "";
    fill(active, text, { by: "page", at });
    go(active);
  });
  document.addEventListener("click", (event) => {
    const choice = event.target.closest("[data-fill]");
    const input = choice && byName(choice.dataset.fill);
    if (input && !input.disabled) {
      fill(input, choice.dataset.value, { by: choice.dataset.by, at: choice.dataset.at });
      go(input);
    }
    if (event.target.closest("#help-open")) document.getElementById("help").showModal();
    const doubt = event.target.closest("[data-doubt]");
    if (doubt && byName(doubt.dataset.doubt)) { event.preventDefault(); go(byName(doubt.dataset.doubt)); }
  });
  document.addEventListener("change", (event) => {
    const name = event.target.dataset?.choose;
    if (name && event.target.checked && byName(name)) fill(byName(name), event.target.value);
  });

  // The list of doubts, the costliest first: Enter confirms one and goes on to the next that is open.
  const left = document.getElementById("left");
  const links = () => [...document.querySelectorAll("#doubts [data-doubt]")].filter((link) => byName(link.dataset.doubt));
  const settled = new Set();
  const count = () => {
    const open = links().filter((link) => !settled.has(link.dataset.doubt)).length;
    if (left) left.textContent = open ? (open === 1 ? left.dataset.one : left.dataset.other.replace("%n", open)) : left.dataset.none;
    links().forEach((link) => link.classList.toggle("done", settled.has(link.dataset.doubt)));
  };
  const tickOf = (name) => byName(`ok.${name.replace(/^field\./, "")}`);
  const settle = (name, is) => { if (is) settled.add(name); else settled.delete(name); count(); };
  const confirmField = (input) => {
    const tick = tickOf(input.name);
    if (tick?.type === "checkbox") tick.checked = true;
    else if (input.value) note(`ok.${input.name.replace(/^field\./, "")}`, "1");
    settle(input.name, true);
  };
  form.addEventListener("change", (event) => {
    if (event.target.type === "checkbox" && event.target.name.startsWith("ok.")) settle(`field.${event.target.name.slice(3)}`, event.target.checked);
  });
  const last = () => document.getElementById("act-approve") || form.querySelector(".acts .primary") || document.getElementById("act-save");
  const nextDoubt = (from) => {
    const all = links().map((link) => byName(link.dataset.doubt));
    const open = (input) => !settled.has(input.name) && !input.disabled;
    const target = all.slice(all.indexOf(from) + 1).find(open) || all.find(open);
    if (target) go(target); else last()?.focus();
  };
  links().forEach((link) => {
    const input = byName(link.dataset.doubt);
    input.dataset.look = "";
    if (tickOf(input.name)?.checked) settled.add(input.name);
  });
  count();

  // What the rules say to the form as it stands comes with the checks, and goes beside its field.
  const checks = document.getElementById("checks");
  const place = () => {
    const said = document.getElementById("said");
    if (!said) return;
    const told = new Map([...said.children].map((one) => [one.dataset.message, one]));
    form.querySelectorAll("[data-said]").forEach((spot) => { spot.innerHTML = told.get(spot.dataset.said)?.innerHTML || ""; });
    form.querySelectorAll("input[name], textarea[name]").forEach((input) => {
      if (!INPUT.test(input.name)) return;
      const one = told.get(input.name);
      if (one?.querySelector("[data-wrong]")) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid");
      if (!input.name.startsWith("field.")) input.title = one ? one.textContent.trim() : "";
    });
  };
  if (checks) new MutationObserver(place).observe(checks, { childList: true });

  // Where the bar of acts is narrow, those that are seldom wanted are behind one button.
  const more = document.getElementById("acts-more"), rest = document.getElementById("acts-rest");
  const unfold = (is) => { rest.classList.toggle("open", is); more.setAttribute("aria-expanded", String(is)); };
  if (more && [...rest.children].some((one) => !one.matches(".grow"))) {
    more.hidden = false;
    more.parentElement.classList.add("folds");
    more.addEventListener("click", () => unfold(!rest.classList.contains("open")));
    more.parentElement.addEventListener("keydown", (event) => { if (event.key === "Escape" && rest.classList.contains("open")) { unfold(false); more.focus(); } });
    document.addEventListener("click", (event) => { if (!event.target.closest("#acts-rest, #acts-more")) unfold(false); });
  }
  const press = (id) => { const button = document.getElementById(id); if (button && !button.disabled) button.click(); };
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const input = event.target.closest("input, select, textarea");
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") { event.preventDefault(); if (!event.repeat) press("act-approve"); return; }
    if ((event.ctrlKey || event.metaKey) && event.key === "s") { event.preventDefault(); if (!event.repeat) press("act-save"); return; }
    if (event.altKey && !event.ctrlKey && event.code === "KeyP") { event.preventDefault(); press("act-coding"); return; }
    if (event.altKey && /^(Digit|Numpad)[1-4]$/.test(event.code) && input) {
      const choice = input.closest(".field")?.querySelector(`[data-key="${event.code.slice(-1)}"]`);
      if (choice) { event.preventDefault(); choice.click(); }
      return;
    }
    if (event.key === "Enter" && event.repeat && event.target.closest(".acts")) { event.preventDefault(); return; } // a key held down approves nothing
    const isField = input && input.tagName !== "TEXTAREA" && (input.name.startsWith("field.") || links().some((link) => link.dataset.doubt === input.name));
    if (event.key === "Enter" && isField && input.type !== "checkbox" && !event.defaultPrevented && !event.repeat) {
      event.preventDefault();
      event.stopImmediatePropagation(); // the table would go down a row
      confirmField(input);
      nextDoubt(input);
      return;
    }
    if (input || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "?") { event.preventDefault(); document.getElementById("help").showModal(); }
  }, true);

  if (!fieldset || fieldset.disabled || location.hash) return;
  const start = (form.dataset.start && document.getElementById(`i-${form.dataset.start}`)) || fieldset.querySelector('input[name^="field."]');
  if (start && !start.disabled) go(start);
})();
