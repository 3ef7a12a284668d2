"use strict";
// The page picture: a field and its box belong together.
(() => {
  const form = document.getElementById("doc");
  const paper = document.getElementById("paper");
  if (!form || !paper) return;

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

  const steps = ["zoom-0", "zoom-1", "zoom-2", "zoom-3", "zoom-4"];
  const zoomBy = (step) => {
    const now = Math.max(0, steps.findIndex((name) => paper.classList.contains(name)));
    paper.classList.remove(...steps);
    paper.classList.add(steps[Math.min(steps.length - 1, Math.max(0, now + step))]);
  };

  document.addEventListener("click", (event) => {
    const zoom = event.target.closest("[data-zoom]");
    if (zoom) zoomBy(Number(zoom.dataset.zoom));
  });
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input, select, textarea") || event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === "+") zoomBy(1);
    if (event.key === "-") zoomBy(-1);
  });
})();
