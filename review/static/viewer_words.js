"use strict";
// Picking words from the page: by a click, a drag, Shift and a click, or the keyboard. What was picked goes out as the
// event facturier:pick {text, page, boxes}. The words are somebody else's text: they become text and attributes, never markup.
(() => {
  const view = window.facturierViewer;
  if (!view) return;
  const { form, viewer, paper, pages, words, say } = view;
  const SVG = "http://www.w3.org/2000/svg";
  const [SLIP, AGAIN, PATIENCE] = [4, 1500, 40]; // pixels before a press is a drag; ms until asking again, how often

  // --- loading -------------------------------------------------------------------------------------------------------
  const pause = (time) => new Promise((done) => { setTimeout(done, time); });
  const ask = async (page) => {
    for (let turn = 0; turn < PATIENCE; turn += 1) {
      const answer = await fetch(`${viewer.dataset.base}/pages/${page.number}/words`, { headers: { Accept: "application/json" } });
      if (!answer.ok || answer.redirected) return { reason: "unreadable", words: [] };
      const told = await answer.json();
      if (told.reason !== "busy") return told;
      await pause(AGAIN);
    }
    return { reason: "unreadable", words: [] };
  };
  const draw = (page) => {
    if (!page.svg) return;
    page.layer = document.createElementNS(SVG, "g");
    const blank = document.createElementNS(SVG, "rect");
    blank.setAttribute("class", "word");
    page.rects = page.words.map((word) => {
      const rect = blank.cloneNode();
      rect.setAttribute("x", word.x0); rect.setAttribute("y", word.y0);
      rect.setAttribute("width", word.x1 - word.x0); rect.setAttribute("height", word.y1 - word.y0);
      page.layer.append(rect);
      return rect;
    });
    page.svg.prepend(page.layer);
    page.svg.prepend(...page.svg.querySelectorAll("rect.line")); // a line's box lies under its words, a value's above
    page.marks = document.createElementNS(SVG, "g");
    page.svg.append(page.marks);
  };
  const fetchWords = async (page) => {
    let isTold = false;
    const patience = setTimeout(() => { isTold = true; say(words("loading", { page: page.number })); }, 400);
    const told = await ask(page).catch(() => ({ reason: "unreadable", words: [] }));
    clearTimeout(patience);
    page.words = told.words.map(([text, x0, y0, x1, y1, row]) => ({ text, x0, y0, x1, y1, row }));
    page.reason = told.reason;
    if (told.reason === "unreadable" || told.reason === "no_words") say(words(told.reason === "no_words" ? "noWords" : "unreadable", { page: page.number }));
    else if (isTold) say(words("how"));
    draw(page);
    viewer.dispatchEvent(new CustomEvent("viewer:words", { detail: page }));
    if (view.active && document.activeElement === view.active) view.light(view.active);
    return page;
  };
  const load = (page) => { page.loading ||= fetchWords(page); return page.loading; };
  const idle = window.requestIdleCallback || ((act) => setTimeout(act, 50));
  if (paper.querySelector("figure.page svg")) view.onSeen((page) => idle(() => load(page)));

  // --- choosing and handing out ----------------------------------------------------------------------------------------
  let chosen = { page: null, from: 0, to: 0 };
  const clear = (name) => paper.querySelectorAll(`.word.${name}`).forEach((rect) => rect.classList.remove(name));
  const textOf = (page, indexes) => indexes.map((index) => page.words[index].text).join(" ");
  const range = (first, last) => { const [from, to] = [Math.min(first, last), Math.max(first, last)]; return Array.from({ length: to - from + 1 }, (_, step) => from + step); };
  const around = (page, indexes) => indexes.map((index) => page.words[index]).reduce(
    (all, word) => [Math.min(all[0], word.x0), Math.min(all[1], word.y0), Math.max(all[2], word.x1), Math.max(all[3], word.y1)], [Infinity, Infinity, -Infinity, -Infinity]);
  const show = (page, indexes) => { clear("chosen"); indexes.forEach((index) => page.rects[index].classList.add("chosen")); };
  const boxAt = (page, [x0, y0, x1, y1], name, pad = 0.8) => {
    const rect = document.createElementNS(SVG, "rect");
    rect.setAttribute("class", name);
    rect.setAttribute("x", x0 - pad); rect.setAttribute("y", y0 - pad);
    rect.setAttribute("width", x1 - x0 + 2 * pad); rect.setAttribute("height", y1 - y0 + 2 * pad);
    page.svg.append(rect);
    return rect;
  };
  // The picked place is the value's box from now on, until the value changes again.
  const moveBox = (page, box, input) => {
    const key = view.keyOf(input);
    const value = input.value;
    const placeOf = () => form.elements.namedItem(`at.${input.name}`)?.value || "";
    const place = placeOf();
    const picked = () => paper.querySelectorAll(`.picked[data-for="${CSS.escape(key)}"]`);
    const rect = boxAt(page, box, "box picked");
    rect.dataset.for = key;
    const follow = () => { // undo takes the box away, redo brings it back
      if (input.value === value && placeOf() === place) {
        picked().forEach((other) => { if (other !== rect) other.remove(); });
        if (!rect.isConnected) page.svg.append(rect);
      } else rect.remove();
      const isPicked = picked().length > 0;
      paper.querySelectorAll(`[data-for="${CSS.escape(key)}"]:not(.picked)`).forEach((one) => one.classList.toggle("replaced", isPicked));
    };
    follow();
    ["input", "change"].forEach((kind) => input.addEventListener(kind, follow));
  };
  const pick = (page, indexes) => {
    if (!indexes.length) return;
    const input = view.active;
    const text = textOf(page, indexes);
    show(page, indexes);
    chosen = { page, from: indexes[0], to: indexes[indexes.length - 1] };
    const boxes = indexes.map((index) => { const { x0, y0, x1, y1 } = page.words[index]; return [x0, y0, x1, y1]; });
    form.dispatchEvent(new CustomEvent("facturier:pick", { bubbles: true, detail: { text, page: page.number, boxes } }));
    if (!input) { say(words("noField")); return; }
    moveBox(page, around(page, indexes), input);
    input.focus({ preventScroll: true });
    view.light(input);
    say(words("picked", { text }));
  };

  // --- mouse -----------------------------------------------------------------------------------------------------------
  const pageAt = (target) => { const figure = target.closest && target.closest("figure.page"); return figure && pages.find((page) => page.figure === figure && page.rects); };
  const wordAt = (page, [x, y]) => page.words.findIndex((word) => x >= word.x0 && x <= word.x1 && y >= word.y0 && y <= word.y1);
  const wordsIn = (page, [x0, y0, x1, y1]) => page.words.flatMap((word, index) => {
    const [x, y] = [(word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2];
    return x >= x0 && x <= x1 && y >= y0 && y <= y1 ? [index] : [];
  });
  let press = null; // a drag that may become a lasso
  paper.addEventListener("mousedown", (event) => { if (event.button === 0 && pageAt(event.target)) event.preventDefault(); }); // the field keeps the focus
  paper.addEventListener("pointerdown", (event) => {
    const page = event.button === 0 && event.pointerType !== "touch" && pageAt(event.target);
    press = page ? { page, id: event.pointerId, x: event.clientX, y: event.clientY, start: view.pointOf(page, event.clientX, event.clientY), lasso: null, over: [] } : null;
  });
  paper.addEventListener("pointermove", (event) => {
    if (!press || event.pointerId !== press.id) return;
    if (!press.lasso && Math.hypot(event.clientX - press.x, event.clientY - press.y) < SLIP) return;
    if (!press.lasso) { press.lasso = boxAt(press.page, [0, 0, 0, 0], "lasso", 0); paper.setPointerCapture(press.id); }
    const [x, y] = view.pointOf(press.page, event.clientX, event.clientY);
    const box = [Math.min(x, press.start[0]), Math.min(y, press.start[1]), Math.max(x, press.start[0]), Math.max(y, press.start[1])];
    ["x", "y"].forEach((name, index) => press.lasso.setAttribute(name, box[index]));
    press.lasso.setAttribute("width", box[2] - box[0]); press.lasso.setAttribute("height", box[3] - box[1]);
    press.over = wordsIn(press.page, box);
    show(press.page, press.over);
  });
  let dragged = false; // the click that ends a drag is no click
  const endPress = (event) => {
    if (!press || event.pointerId !== press.id) return;
    const { page, lasso, over } = press;
    press = null;
    dragged = Boolean(lasso);
    if (!lasso) return;
    lasso.remove();
    if (event.type === "pointerup") pick(page, over);
    setTimeout(() => { dragged = false; });
  };
  paper.addEventListener("pointerup", endPress);
  paper.addEventListener("pointercancel", endPress);
  paper.addEventListener("click", (event) => {
    if (dragged || paper.classList.contains("panning")) return;
    const box = event.target.closest("rect[data-for]");
    const page = pageAt(event.target);
    const at = page ? wordAt(page, view.pointOf(page, event.clientX, event.clientY)) : -1;
    if (at >= 0 && event.shiftKey && chosen.page === page) { pick(page, range(chosen.from, at)); return; }
    const another = box && !box.matches(".line") && !(event.ctrlKey || event.metaKey) && (!view.active || view.keyOf(view.active) !== box.dataset.for);
    if (another || (box && at < 0)) { view.focusFor(box.dataset.for); return; }
    if (at >= 0) pick(page, [at]);
    else if (!event.target.closest("a, button, [data-for]")) paper.focus({ preventScroll: true });
  });

  // --- keyboard --------------------------------------------------------------------------------------------------------
  let cursor = null; // {page, at, anchor} while the arrow keys go from word to word
  const tell = () => {
    const { page, at, anchor } = cursor;
    clear("cursor");
    page.rects[at].classList.add("cursor");
    show(page, range(anchor, at));
    view.reveal(page.rects[at]);
    say(anchor === at ? words("cursor", { text: page.words[at].text }) : words("chosen", { count: Math.abs(anchor - at) + 1, text: textOf(page, range(anchor, at)) }));
  };
  const firstOf = (page) => { // begin where the field's value stands now
    const box = view.active && view.belonging(view.keyOf(view.active)).find((one) => page.svg.contains(one));
    if (!box) return 0;
    const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(box.getAttribute(name)));
    return Math.max(0, wordsIn(page, [x, y, x + width, y + height])[0] ?? 0);
  };
  const pageOfActive = () => {
    const box = view.active && view.belonging(view.keyOf(view.active))[0];
    return (box && pages.find((page) => page.svg && page.svg.contains(box))) || view.current;
  };
  const enter = async () => {
    const page = pageOfActive();
    if (!page || !page.svg) return;
    await load(page);
    if (!page.words.length) { say(words(page.reason === "unreadable" ? "unreadable" : "noWords", { page: page.number })); return; }
    const at = firstOf(page);
    cursor = { page, at, anchor: at };
    paper.setAttribute("role", "application"); // arrow keys are ours while words are picked
    paper.focus({ preventScroll: true });
    say(`${words("picking")} ${page.words[at].text}`);
    clear("cursor");
    page.rects[at].classList.add("cursor");
    view.reveal(page.rects[at]);
  };
  const leave = () => { cursor = null; clear("cursor"); paper.setAttribute("role", "region"); };
  const toField = () => { leave(); clear("chosen"); if (view.active) view.active.focus({ preventScroll: true }); say(words("how")); };
  const nextRow = ({ page, at }, way) => {
    const here = page.words[at];
    const rows = page.words.map((word, index) => ({ ...word, index })).filter((word) => word.row === here.row + way);
    const middle = (word) => (word.x0 + word.x1) / 2;
    return rows.reduce((best, word) => (!best || Math.abs(middle(word) - middle(here)) < Math.abs(middle(best) - middle(here)) ? word : best), null)?.index ?? at;
  };
  const endOfRow = ({ page, at }, way) => { let to = at; while (page.words[to + way] && page.words[to + way].row === page.words[at].row) to += way; return to; };
  const MOVES = {
    ArrowLeft: ({ at }) => Math.max(0, at - 1), ArrowRight: ({ page, at }) => Math.min(page.words.length - 1, at + 1),
    ArrowUp: (from) => nextRow(from, -1), ArrowDown: (from) => nextRow(from, 1),
    Home: (from) => endOfRow(from, -1), End: (from) => endOfRow(from, 1),
  };
  const turnPage = async (way) => {
    const page = pages[cursor.page.index + way];
    if (!page || !page.svg) return;
    await load(page);
    if (!page.words.length || !cursor) return;
    view.goTo(page.index);
    cursor = { page, at: 0, anchor: 0 };
    tell();
  };
  const onKey = (event) => {
    if (event.key === "Escape" || event.key === "F2") toField();
    else if (event.key === "Enter" && !event.ctrlKey) { const { page, at, anchor } = cursor; leave(); pick(page, range(anchor, at)); }
    else if (event.key === "PageDown" || event.key === "PageUp") turnPage(event.key === "PageDown" ? 1 : -1);
    else if (MOVES[event.key] && !event.altKey && !event.ctrlKey && !event.metaKey) {
      cursor.at = MOVES[event.key](cursor);
      if (!event.shiftKey) cursor.anchor = cursor.at;
      tell();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  paper.addEventListener("keydown", (event) => { if (cursor) onKey(event); });
  paper.addEventListener("focusout", () => { if (cursor) leave(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F2" || event.defaultPrevented || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    enter();
  });
  view.acts.pick = enter;

  // --- the cell of a line ------------------------------------------------------------------------------------------------
  // The reader says where a line stands; the cell in it is the word, or the run of words, that reads as the input does.
  const bare = (text) => text.normalize("NFKC").toLowerCase().replace(/\s/g, "");
  const amount = (text) => {
    const digits = bare(text).replace(/[€$£%']/g, "");
    const parts = digits.match(/^(-?[\d.,]*?)(?:[.,](\d{1,6}))?$/);
    if (!parts || !/\d/.test(digits)) return NaN;
    const isThousands = parts[2] && parts[2].length === 3 && /[.,]/.test(parts[1]);
    return Number(isThousands ? digits.replace(/[.,]/g, "") : `${parts[1].replace(/[.,]/g, "") || 0}.${parts[2] || 0}`);
  };
  const runs = (page, inside) => inside.flatMap((from, index) => Array.from({ length: Math.min(8, inside.length - index) }, (_, more) => inside.slice(index, index + more + 1)))
    .map((run) => ({ run, text: textOf(page, run) }));
  const cellIn = (page, inside, input) => {
    const value = input.value.trim();
    if (!value) return null;
    const [exact, number] = [bare(value), amount(value)];
    const all = runs(page, inside);
    const same = (run) => bare(run.text) === exact;
    const found = all.filter((run) => same(run) || (!Number.isNaN(number) && amount(run.text) === number));
    const twins = [...input.closest("tr").querySelectorAll("input:not([type=hidden], [type=checkbox])")].filter((one) => one === input || (!Number.isNaN(number) && amount(one.value) === number));
    return (twins.length > 1 ? found[Math.min(twins.indexOf(input), found.length - 1)] : found.find(same) || found[0]) || null;
  };
  view.lighters.push((input, boxes) => boxes.flatMap((box) => {
    const page = pages.find((one) => one.rects && one.svg.contains(box));
    if (!page || !input.closest("tr")) return [];
    const [x, y, width, height] = ["x", "y", "width", "height"].map((name) => Number(box.getAttribute(name)));
    const found = cellIn(page, wordsIn(page, [x, y, x + width, y + height]), input);
    return found ? [boxAt(page, around(page, found.run), "box cell", 1.5 / page.scale)] : [];
  }));

  Object.assign(view, { load, boxAt, around });
})();
