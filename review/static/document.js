"use strict";
// The document page: a field and its box on the page belong together; keys go from doubt to doubt.
(() => {
  const form = document.getElementById("doc");
  const paper = document.getElementById("paper");
  if (!form || !paper) return;

  const byName = (name) => form.elements.namedItem(name);
  const boxesOf = (key) => paper.querySelectorAll(`rect[data-for="${CSS.escape(key)}"]`);
  const keyOf = (input) => {
    const row = input.closest("[data-row]");
    if (row) return row.dataset.row.replace(/^lines\.(\d+)$/, (_, n) => `lines.${originOf(row, n)}`);
    return (input.name || "").replace(/^(field|ok)\./, "");
  };
  const originOf = (row, number) => {
    const origin = row.querySelector('input[name$=".origin"]');
    return origin && origin.value !== "" ? origin.value : number;
  };

  const light = (key) => {
    paper.querySelectorAll(".hit").forEach((rect) => rect.classList.remove("hit"));
    const found = boxesOf(key);
    found.forEach((rect) => rect.classList.add("hit"));
    if (found.length) showBox(found[0]);
  };
  const showBox = (rect) => {
    const box = rect.getBoundingClientRect();
    const frame = paper.getBoundingClientRect();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (box.top < frame.top + 20 || box.bottom > frame.bottom - 20 || box.left < frame.left || box.right > frame.right) {
      paper.scrollBy({
        top: box.top - frame.top - frame.height / 3,
        left: box.left - frame.left - frame.width / 3,
        behavior: still ? "auto" : "smooth",
      });
    }
  };
  form.addEventListener("focusin", (event) => {
    if (event.target.matches("input, textarea, select")) light(keyOf(event.target));
  });

  paper.addEventListener("click", (event) => {
    const rect = event.target.closest("rect[data-for]");
    if (!rect) return;
    const key = rect.dataset.for;
    const line = key.match(/^lines\.(\d+)$/);
    const input = line ? document.getElementById(`i-lines-${line[1]}-item_name`) : document.getElementById(`i-${key}`);
    if (!input) return;
    const fold = input.closest("details");
    if (fold) fold.open = true;
    input.focus({ preventScroll: true });
    input.scrollIntoView({ block: "center" });
    if (input.select) input.select();
  });

  const changed = (input) => input.dispatchEvent(new Event("change", { bubbles: true }));
  document.addEventListener("click", (event) => {
    const fill = event.target.closest("[data-fill]");
    if (fill) {
      const input = byName(fill.dataset.fill);
      if (input) { input.value = fill.dataset.value; changed(input); input.focus(); }
    }
    const add = event.target.closest("[data-add]");
    if (add) addRow(add.dataset.add);
    const zoom = event.target.closest("[data-zoom]");
    if (zoom) zoomBy(Number(zoom.dataset.zoom));
    if (event.target.closest("#help-open")) document.getElementById("help").showModal();
  });

  const addRow = (part) => {
    const body = document.getElementById(`rows-${part}`);
    const last = body.lastElementChild;
    const row = last.cloneNode(true);
    const old = last.dataset.row;
    const next = `${part}.${Number(old.split(".")[1]) + 1}`;
    row.dataset.row = next;
    row.querySelectorAll("input").forEach((input) => {
      input.name = input.name.replace(old, next);
      if (input.id) input.id = input.id.replace(old.replace(".", "-"), next.replace(".", "-"));
      if (input.type === "checkbox") input.checked = false; else input.value = "";
    });
    body.append(row);
    row.querySelector("input:not([type=hidden])").focus();
  };

  const steps = ["zoom-0", "zoom-1", "zoom-2", "zoom-3", "zoom-4"];
  const zoomBy = (step) => {
    const now = Math.max(0, steps.findIndex((name) => paper.classList.contains(name)));
    paper.classList.remove(...steps);
    paper.classList.add(steps[Math.min(steps.length - 1, Math.max(0, now + step))]);
  };

  const doubtful = () => [...form.querySelectorAll("[data-look]")].filter((input) => !input.disabled);
  const nextDoubt = (from) => {
    const all = doubtful();
    const after = all.find((input) => from.compareDocumentPosition(input) & Node.DOCUMENT_POSITION_FOLLOWING);
    const target = after || document.getElementById("act-approve");
    if (target) target.focus();
    if (after && after.select) after.select();
  };
  const confirmField = (input) => {
    const tick = byName(input.name.replace(/^field\./, "ok."));
    if (tick && tick.type === "checkbox") tick.checked = true;
  };

  const press = (id) => { const button = document.getElementById(id); if (button && !button.disabled) button.click(); };
  document.addEventListener("keydown", (event) => {
    const input = event.target.closest("input, select, textarea");
    if ((event.ctrlKey || event.metaKey) && event.key === "Enter") { event.preventDefault(); press("act-approve"); return; }
    if ((event.ctrlKey || event.metaKey) && event.key === "s") { event.preventDefault(); press("act-save"); return; }
    if (event.altKey && !event.ctrlKey && event.code === "KeyP") { event.preventDefault(); press("act-coding"); return; }
    if (event.altKey && /^[1-4]$/.test(event.key) && input) {
      const field = input.closest(".field");
      const choice = field && field.querySelector(`[data-key="${event.key}"]`);
      if (choice) { event.preventDefault(); choice.click(); }
      return;
    }
    if (event.key === "Enter" && input && input.name && input.name.startsWith("field.") && input.tagName !== "TEXTAREA") {
      event.preventDefault();
      confirmField(input);
      nextDoubt(input);
      return;
    }
    if (input || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "?") { event.preventDefault(); document.getElementById("help").showModal(); }
    if (event.key === "+") zoomBy(1);
    if (event.key === "-") zoomBy(-1);
  });

  // What was typed is not lost by a slip: the browser asks before the page is left.
  let touched = false;
  form.addEventListener("input", () => { touched = true; });
  form.addEventListener("submit", () => { touched = false; });
  window.addEventListener("beforeunload", (event) => { if (touched) event.preventDefault(); });

  const start = form.dataset.start && document.getElementById(`i-${form.dataset.start}`);
  if (start && !start.disabled && !location.hash) {
    start.focus({ preventScroll: true });
    if (start.select) start.select();
  }
})();
