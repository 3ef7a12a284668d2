"use strict";
// Searching in the words of all pages: accents and case do not count, and a match may run over neighbouring words.
(() => {
  const view = window.facturierViewer;
  const box = document.getElementById("find");
  if (!view || !view.load || !box) return;
  const { paper, pages, words, viewer } = view;
  const [input, count] = [document.getElementById("find-text"), document.getElementById("find-count")];
  const SVG = "http://www.w3.org/2000/svg";
  let hits = [];
  let at = -1;
  let asked = 0; // the newest search; what an older one finds late is dropped
  let before = null; // where the focus was

  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  // The text of a page, and for each of its signs the word that it belongs to. Numbers are compared without spaces.
  const textOf = (page, tight) => {
    const owners = [];
    let text = "";
    page.words.forEach((word, index) => {
      const part = (text && !tight ? " " : "") + (tight ? plain(word.text).replace(/\s/g, "") : plain(word.text));
      text += part;
      for (let sign = 0; sign < part.length; sign += 1) owners.push(index);
    });
    return { text, owners };
  };
  const hitsOn = (page, query) => {
    const tight = /\d/.test(query);
    const wanted = plain(query).trim().replace(/\s+/g, tight ? "" : " ");
    const { text, owners } = textOf(page, tight);
    const found = [];
    for (let from = text.indexOf(wanted); wanted && from >= 0; from = text.indexOf(wanted, from + wanted.length)) {
      found.push({ page, from: owners[text[from] === " " ? from + 1 : from], to: owners[from + wanted.length - 1] });
    }
    return found;
  };
  const rows = ({ page, from, to }) => { // a match that runs over a line's end has two boxes
    const found = new Map();
    for (let index = from; index <= to; index += 1) found.set(page.words[index].row, [...(found.get(page.words[index].row) || []), index]);
    return [...found.values()];
  };
  const unmark = () => paper.querySelectorAll("rect.found").forEach((rect) => rect.remove());
  const draw = () => {
    unmark();
    for (const hit of hits) {
      hit.rects = rows(hit).map((indexes) => {
        const [x0, y0, x1, y1] = view.around(hit.page, indexes);
        const rect = document.createElementNS(SVG, "rect");
        for (const [name, value] of Object.entries({ class: "found", x: x0 - 1, y: y0 - 1, width: x1 - x0 + 2, height: y1 - y0 + 2 })) rect.setAttribute(name, value);
        hit.page.marks.append(rect);
        return rect;
      });
    }
  };
  const show = (index) => {
    at = hits.length ? (index + hits.length) % hits.length : -1;
    paper.querySelectorAll("rect.found.now").forEach((rect) => rect.classList.remove("now"));
    if (at >= 0) { hits[at].rects.forEach((rect) => rect.classList.add("now")); view.reveal(hits[at].rects[0]); }
    count.textContent = at >= 0 ? words("hits", { now: at + 1, all: hits.length }) : input.value.trim() ? words("noHits") : "";
  };
  const search = async () => {
    const mine = ++asked;
    const query = input.value;
    for (const page of pages.filter((one) => one.svg)) {
      if (!page.rects) { count.textContent = words("loading", { page: page.number }); await view.load(page); }
      if (mine !== asked) return;
    }
    hits = pages.filter((page) => page.rects).flatMap((page) => hitsOn(page, query));
    draw();
    show(0);
  };
  const open = () => {
    if (box.hidden) before = document.activeElement;
    box.hidden = false;
    input.focus();
    input.select();
    if (input.value) search();
  };
  const close = () => {
    asked += 1;
    box.hidden = true;
    hits = [];
    unmark();
    count.textContent = "";
    if (before && before.isConnected && before !== document.body) before.focus({ preventScroll: true });
    else paper.focus({ preventScroll: true });
  };

  let soon = 0;
  // The box lies inside the document's form, and is no part of it: nothing that happens in it is a change of the invoice.
  for (const name of ["input", "change"]) box.addEventListener(name, (event) => event.stopPropagation());
  input.addEventListener("input", () => { clearTimeout(soon); soon = setTimeout(search, 120); });
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); close(); return; }
    if (event.key !== "Enter" || event.target !== input || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    show(at + (event.shiftKey ? -1 : 1));
  });
  document.getElementById("find-next").addEventListener("click", () => show(at + 1));
  document.getElementById("find-back").addEventListener("click", () => show(at - 1));
  document.getElementById("find-close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    const isFind = (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey && event.key.toLowerCase() === "f";
    if (!isFind || document.querySelector("dialog[open]") || document.activeElement === input) return; // again: the browser's own
    event.preventDefault();
    open();
  });
  view.acts.search = open;
  viewer.addEventListener("viewer:words", () => { if (!box.hidden && input.value) search(); });
})();
