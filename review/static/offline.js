"use strict";
// Without a connection: what was sent waits in the browser and is sent once, in order, when the site is back.
// Each form carries a random key; the server knows a form that it has answered before and changes nothing again.
(() => {
  const bar = document.getElementById("offline");
  if (!bar) return;
  const WAITING = "facturier.waiting", DRAFT = "facturier.draft.", DAYS = 7 * 86400000, PATIENCE = 20000, AGAIN = 4000;
  const who = bar.dataset.who;
  const form = document.getElementById("doc");
  const pageKey = Math.random();

  const load = () => { try { return JSON.parse(localStorage.getItem(WAITING)) || []; } catch { return []; } };
  const keep = (list) => { try { localStorage.setItem(WAITING, JSON.stringify(list)); return true; } catch { return false; } };
  const mine = () => load().filter((one) => one.who === who && Date.now() - one.at < DAYS);
  const change = (once, act) => keep(load().flatMap((one) => (one.once === once ? act(one) : [one])));
  const freshKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const csrf = () => document.querySelector('input[name="csrf"]')?.value || "";
  const documentOf = (action) => new URL(action, location.href).pathname.split("/").slice(0, 3).join("/");

  const words = (name, n) => bar.dataset[n === 1 && bar.dataset[`${name}One`] ? `${name}One` : name].replace("%n", n);
  const show = (text, state = "") => {
    const line = bar.querySelector("[data-words]");
    if (line.textContent !== text) line.textContent = text;
    bar.classList.toggle("shown", Boolean(text));
    bar.querySelector("[data-offline=retry]").hidden = state !== "waits";
    bar.querySelector("[data-offline=show]").hidden = state !== "refused";
    bar.querySelector("[data-offline=forget]").hidden = state !== "refused";
  };
  const tell = (state) => {
    const all = mine(), refused = all.filter((one) => one.refused);
    if (refused.length) show(words("refused", refused.length), "refused");
    else if (all.length) show(state === "signin" ? bar.dataset.signIn : state === "sending" ? bar.dataset.sending : words("waits", all.length), "waits");
    else if (state === "sent") { show(bar.dataset.sent); setTimeout(() => { if (!mine().length) show(""); }, 6000); }
  };

  const send = async (one) => {
    let answer;
    try {
      answer = await fetch(one.action, { method: "POST", body: new URLSearchParams([["csrf", csrf()], ...one.body]),
        redirect: "manual", headers: { "X-Facturier-Go": "1", "X-CSRF-Token": csrf() }, signal: AbortSignal.timeout(PATIENCE) });
      if (answer.type === "opaqueredirect") return { kind: "signin" };
      if (answer.status === 429 || (answer.status > 501 && answer.status < 505)) return { kind: "lost" };
      if (!answer.ok) return { kind: "refused", status: answer.status };
      return { kind: "done", ...(await answer.json()) };
    } catch (error) {
      return { kind: error instanceof SyntaxError ? "refused" : "lost" };
    }
  };

  // A later act of the same page over the same document goes on from the version that the earlier one made.
  const goOn = (one, answer) => {
    const later = (other) => documentOf(other.action) === documentOf(one.action) && other.version === one.version;
    const renew = (body) => body.map(([name, value]) => [name, answer[name] && (name === "version" || name === "revision") ? answer[name] : value]);
    keep(load().filter((other) => other.once !== one.once).map((other) => (answer.version && later(other)
      ? { ...other, version: answer.version, body: renew(other.body) } : other)));
    if (!form || documentOf(form.action) !== documentOf(one.action) || one.page !== pageKey) return;
    if (mine().some((other) => other.page === pageKey)) return;
    if (touched > one.at) {
      ["version", "revision"].forEach((name) => { if (answer[name]) form.elements.namedItem(name).value = answer[name]; });
      return;
    }
    forget();
    location.assign(answer.location);
  };
  let draining = null;
  const drain = () => { draining = draining || drainAll().finally(() => { draining = null; }); return draining; };
  const drainAll = async () => {
    for (let one = mine()[0]; one && !one.refused; [one] = mine()) {
      change(one.once, (kept) => [{ ...kept, tried: true }]);
      const answer = await send(one);
      if (answer.kind === "done") { goOn(one, answer); continue; }
      if (answer.kind === "refused") change(one.once, (kept) => [{ ...kept, refused: answer.status || 400 }]);
      tell(answer.kind);
      return answer.kind;
    }
    tell("sent");
    return "sent";
  };

  const pack = (sent, submitter) => {
    const body = [...new FormData(sent, submitter)].filter(([name, value]) => name !== "csrf" && typeof value === "string");
    const action = submitter?.hasAttribute("formaction") ? submitter.formAction : sent.action;
    return { once: sent.elements.namedItem("once").value, action, body, who, version: sent.elements.namedItem("version")?.value || "", at: Date.now(), page: pageKey };
  };
  const enqueue = (one) => {
    const replaced = load().filter((other) => other.tried || other.who !== who || other.page !== pageKey || other.version !== one.version
      || documentOf(other.action) !== documentOf(one.action));
    return keep([...replaced, one]);
  };

  let passing = false, sending = false;
  document.addEventListener("submit", async (event) => {
    const sent = event.target, submitter = event.submitter;
    const once = sent.elements.namedItem("once");
    if (!once || event.defaultPrevented) return;
    if (passing) { passing = false; return; }
    if ([...sent.querySelectorAll("input[type=password]")].some((input) => input.value)) {
      if (!navigator.onLine) { event.preventDefault(); show(bar.dataset.password); }
      return; // a password is never kept: the browser sends this form itself
    }
    event.preventDefault();
    if (sending) return;
    sending = true;
    const one = pack(sent, submitter);
    if (!mine().length && navigator.onLine) {
      const answer = await send(one);
      sending = false;
      if (answer.kind === "done") { forget(); location.assign(answer.location); return; }
      if (answer.kind !== "lost") { passing = true; sent.requestSubmit(submitter); return; } // the browser shows what is wrong
      one.tried = true;
    }
    sending = false;
    enqueue(one);
    once.value = freshKey();
    tell("waits");
    if (navigator.onLine) drain();
  });

  // What cannot be applied is shown by sending it as the browser does: the page says what stands against it.
  const open = (one) => {
    const shown = document.createElement("form");
    shown.method = "post";
    shown.action = one.action;
    shown.hidden = true;
    [["csrf", csrf()], ...one.body].forEach(([name, value]) => {
      const input = document.createElement("input");
      input.type = "hidden";
      [input.name, input.value] = [name, value];
      shown.append(input);
    });
    document.body.append(shown);
    change(one.once, () => []);
    passing = true;
    shown.requestSubmit();
  };
  bar.addEventListener("click", (event) => {
    const button = event.target.closest("[data-offline]");
    const refused = mine().find((one) => one.refused);
    if (!button) return;
    if (button.dataset.offline === "retry") drain();
    if (button.dataset.offline === "show" && refused) open(refused);
    if (button.dataset.offline === "forget" && refused) { change(refused.once, () => []); show(""); drain(); }
  });
  window.addEventListener("online", drain);
  window.addEventListener("offline", () => tell("waits"));
  setInterval(() => { if (mine().length && navigator.onLine) drain(); }, AGAIN);
  if (mine().length) { tell("waits"); drain(); }

  // The draft: what was typed stays through a reload, a closed tab, or a browser that stops.
  let touched = 0, timer = 0;
  const draftKey = form ? DRAFT + documentOf(form.action) : "";
  const forget = () => { clearTimeout(timer); if (draftKey) localStorage.removeItem(draftKey); };
  if (!form) return;
  const version = () => form.elements.namedItem("version").value;
  const typed = () => [...form.querySelectorAll("input[name], textarea[name], select[name]")]
    .filter((input) => /^(field|lines|vat|ok)\.|^document_type$/.test(input.name) && !input.disabled);
  const value = (input) => (input.type === "checkbox" ? (input.checked ? "1" : "") : input.value);
  const shownFirst = new Map(typed().map((input) => [input.name, value(input)]));
  const note = () => {
    const values = typed().map((input) => [input.name, value(input)]).filter(([name, text]) => (shownFirst.get(name) ?? "") !== text);
    try { localStorage.setItem(draftKey, JSON.stringify({ who, version: version(), at: Date.now(), values })); } catch { /* full: no draft */ }
  };
  const later = () => { touched = Date.now(); clearTimeout(timer); timer = setTimeout(note, 300); };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  window.addEventListener("pagehide", () => { if (timer && localStorage.getItem(draftKey)) note(); });
  const restore = (draft) => {
    draft.values.forEach(([name, text]) => {
      const [part, row] = name.split(".");
      if (part === "lines" || part === "vat") {
        while (!form.elements.namedItem(name) && window.facturierGrid) {
          const rows = window.facturierGrid.rowsOf(part);
          if (!rows.length || Number(rows[rows.length - 1].dataset.row.split(".")[1]) >= Number(row)) break;
          window.facturierGrid.rowAt(part, rows.length);
        }
      }
      const input = form.elements.namedItem(name);
      if (!input || input.disabled || !("value" in input)) return;
      if (input.type === "checkbox") input.checked = text === "1"; else input.value = text;
      input.dispatchEvent(new Event("input", { bubbles: true }));
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });
    document.getElementById("draft").hidden = false;
  };
  const found = (() => { try { return JSON.parse(localStorage.getItem(draftKey)); } catch { return null; } })();
  const fits = found && found.who === who && found.version === version() && found.values.length && Date.now() - found.at < DAYS;
  if (fits && location.pathname === documentOf(form.action) && typed().length) restore(found);
  else if (found && Date.now() - found.at >= DAYS) localStorage.removeItem(draftKey);
  document.querySelector("[data-draft-drop]")?.addEventListener("click", () => {
    forget();
    location.reload();
  });
})();
