"use strict";
// Rows by key: j/k or arrows go, Enter opens, x selects, Shift+X selects from the last one on, Ctrl+A takes the page.
(() => {
  const table = document.getElementById("rows");
  if (!table) return;
  const links = [...table.querySelectorAll(".rowlink")];
  const ticks = [...table.querySelectorAll("input[name=pick]")];
  const status = document.getElementById("picked");
  let last = -1;

  const at = () => links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  const go = (index) => { const link = links[Math.max(0, Math.min(links.length - 1, index))]; link.focus(); link.scrollIntoView({ block: "nearest" }); };
  const tell = () => {
    const count = ticks.filter((tick) => tick.checked).length;
    const words = count === 0 ? status.dataset.none : count === 1 ? status.dataset.one : status.dataset.other;
    status.textContent = words.replace("{n}", String(count));
  };
  const pick = (from, to, checked) => {
    for (let index = Math.min(from, to); index <= Math.max(from, to); index += 1) ticks[index].checked = checked;
    last = to;
    tell();
  };

  const keys = {
    j: () => go(at() + 1), ArrowDown: () => go(at() + 1), k: () => go(at() - 1), ArrowUp: () => go(at() - 1),
    x: () => { const here = at(); if (here >= 0 && ticks.length) pick(here, here, !ticks[here].checked); },
    X: () => { const here = at(); if (here >= 0 && ticks.length) pick(last < 0 ? here : last, here, true); },
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), select, textarea, summary, [contenteditable]");
    if (typing || event.altKey) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "a" && ticks.length) {
      event.preventDefault();
      pick(0, ticks.length - 1, !ticks.every((tick) => tick.checked));
      return;
    }
    if (event.ctrlKey || event.metaKey || !keys[event.key]) return;
    event.preventDefault();
    keys[event.key]();
  });
  if (!ticks.length) return;
  table.addEventListener("click", (event) => {
    const here = ticks.indexOf(event.target);
    if (here < 0) return;
    if (event.shiftKey && last >= 0) pick(last, here, event.target.checked);
    last = here;
    tell();
  });
  tell(); // the browser keeps ticks over a reload
})();
