"use strict";
// The fields of the document page: keys go from doubt to doubt, one key takes another reading.
(() => {
  const form = document.getElementById("doc");
  if (!form) return;

  const byName = (name) => form.elements.namedItem(name);
  const changed = (input) => input.dispatchEvent(new Event("change", { bubbles: true }));
  document.addEventListener("click", (event) => {
    const fill = event.target.closest("[data-fill]");
    if (fill) {
      const input = byName(fill.dataset.fill);
      if (input) { input.value = fill.dataset.value; changed(input); input.focus(); }
    }
    if (event.target.closest("#help-open")) document.getElementById("help").showModal();
  });

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
