"use strict";
// The page picture: zoom, turn, pages, the split, and the box that belongs to a field.
// viewer_words.js (picking) and viewer_search.js (searching) build on what is handed out at the end.
(() => {
  const form = document.getElementById("doc");
  const viewer = document.getElementById("viewer");
  const paper = document.getElementById("paper");
  if (!form || !viewer || !paper) return;
  const article = paper.querySelector(".einvoice");
  const REAL = 96 / 72; // CSS pixels of a point at 100 %
  const EDGE = 24; // the paper's margins, left and right together
  const DRAWN = 130; // dots per inch of the usual picture
  const [SMALLEST, LARGEST] = [0.3, 8];
  const stillness = matchMedia("(prefers-reduced-motion: reduce)");
  const gentle = () => (stillness.matches ? "auto" : "smooth");

  const words = (name, places = {}) => (viewer.dataset[name] || "").replace(/\{(\w+)\}/g, (_, place) => String(places[place] ?? ""));
  const status = document.getElementById("viewer-says");
  const say = (text) => { status.textContent = text; };

  // What a person chose is kept in the browser; where that is forbidden or full, it lasts as long as the page.
  const shelf = `facturier.view.${viewer.dataset.person}`;
  const remembered = () => { try { return JSON.parse(localStorage.getItem(shelf)) || {}; } catch { return {}; } };
  const remember = (change) => { try { localStorage.setItem(shelf, JSON.stringify({ ...remembered(), ...change })); } catch { /* see above */ } };
  const within = (value, least, most, otherwise) => (Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : otherwise);

  // --- pages -------------------------------------------------------------------------------------------------------
  const pages = [...paper.querySelectorAll("figure.page")].map((figure, index) => ({
    figure, index, leaf: figure.querySelector(".leaf"), picture: figure.querySelector("img"), svg: figure.querySelector("svg"),
    number: Number(figure.dataset.page), width: Number(figure.dataset.width) || 0, height: Number(figure.dataset.height) || 0,
    turn: 0, seen: false, sharp: false, scale: 0,
    boxes: [...figure.querySelectorAll("rect.box")].map((rect) => ({
      rect, x: Number(rect.getAttribute("x")) + 1.5, y: Number(rect.getAttribute("y")) + 1.5,
      width: Number(rect.getAttribute("width")) - 3, height: Number(rect.getAttribute("height")) - 3,
    })),
  }));
  const kept = remembered();
  const view = { fit: ["width", "page", ""].includes(kept.fit) ? kept.fit : "width", zoom: within(kept.zoom, SMALLEST, LARGEST, REAL) };
  let current = 0;

  const scaleOf = (page) => {
    const turned = page.turn % 180 !== 0;
    const across = (paper.clientWidth - EDGE) / (turned ? page.height : page.width);
    const down = (paper.clientHeight - EDGE) / (turned ? page.width : page.height);
    return within(view.fit === "width" ? across : view.fit === "page" ? Math.min(across, down) : view.zoom, 0.1, LARGEST, REAL);
  };
  const size = (element, width, height) => { element.style.width = `${width}px`; element.style.height = `${height}px`; };
  const frame = (page) => { // a box keeps its distance of 1.5 pixels from its word at any size
    const pad = 1.5 / page.scale;
    for (const { rect, x, y, width, height } of page.boxes) {
      rect.setAttribute("x", x - pad); rect.setAttribute("y", y - pad);
      rect.setAttribute("width", width + 2 * pad); rect.setAttribute("height", height + 2 * pad);
    }
  };
  const place = (page) => {
    if (!page.width) return;
    page.scale = scaleOf(page);
    const [width, height] = [page.width * page.scale, page.height * page.scale];
    const turned = page.turn % 180 !== 0;
    size(page.figure, turned ? height : width, turned ? width : height);
    size(page.leaf, width, height);
    page.leaf.style.transform = `translate(-50%, -50%) rotate(${page.turn}deg)`;
    frame(page);
  };
  const layout = () => {
    pages.forEach(place);
    if (article) article.style.fontSize = view.fit ? "" : `${within(view.zoom / REAL, 0.6, 4, 1)}em`;
    pages.filter((page) => page.seen).forEach(sharpen);
  };
  const sharpen = (page) => { // the finer picture is fetched only where the usual one would look blurred
    if (page.sharp || !page.picture || page.scale * 72 * devicePixelRatio < DRAWN * 1.3) return;
    page.sharp = true;
    const finer = new Image();
    finer.src = `${page.picture.src}?dpi=${2 * DRAWN}`;
    finer.decode().then(() => { page.picture.src = finer.src; }, () => { page.sharp = false; });
  };

  // A point of the screen in points of the page, however the page is turned; and the way back is the browser's own.
  const pointOf = (page, x, y) => {
    const seen = page.figure.getBoundingClientRect();
    const [across, down] = [(x - seen.left) / seen.width, (y - seen.top) / seen.height];
    const [u, v] = { 0: [across, down], 90: [down, 1 - across], 180: [1 - across, 1 - down], 270: [1 - down, across] }[page.turn];
    return [u * page.width, v * page.height];
  };
  const reveal = (element) => {
    const [box, room] = [element.getBoundingClientRect(), paper.getBoundingClientRect()];
    const top = box.top < room.top + 20 || box.bottom > room.bottom - 20 ? box.top - room.top - room.height / 3 : 0;
    const left = box.left < room.left + 8 || box.right > room.right - 16 ? box.left - room.left - room.width / 3 : 0;
    if (top || left) paper.scrollBy({ top, left, behavior: gentle() });
  };

  // --- zoom, turn, pages ---------------------------------------------------------------------------------------------
  const middle = () => { const room = paper.getBoundingClientRect(); return [room.left + paper.clientWidth / 2, room.top + paper.clientHeight / 2]; };
  const held = (x, y, change) => { // what lies under a point stays there
    const page = pages.find(({ figure }) => { const seen = figure.getBoundingClientRect(); return y <= seen.bottom; }) || pages[0];
    if (!page || !page.width) { change(); return; }
    const before = page.figure.getBoundingClientRect();
    const [across, down] = [(x - before.left) / before.width, (y - before.top) / before.height];
    change();
    const after = page.figure.getBoundingClientRect();
    paper.scrollBy({ left: after.left + across * after.width - x, top: after.top + down * after.height - y, behavior: "instant" });
  };
  const zoomTo = (zoom, x, y) => {
    view.zoom = within(zoom, SMALLEST, LARGEST, REAL);
    view.fit = "";
    held(x ?? middle()[0], y ?? middle()[1], layout);
    remember({ fit: "", zoom: view.zoom });
    mark();
    say(words("zoomed", { percent: Math.round((view.zoom / REAL) * 100) }));
  };
  const zoomBy = (factor, x, y) => zoomTo((view.fit && pages[current] && pages[current].width ? pages[current].scale : view.zoom) * factor, x, y);
  const fit = (how) => { view.fit = how; remember({ fit: how }); layout(); mark(); if (pages[current]) goTo(current); };
  const turn = () => {
    const page = pages[current];
    if (!page) return;
    page.turn = (page.turn + 90) % 360;
    layout();
    const lit = paper.querySelector(".hit");
    if (lit) reveal(lit);
    say(words("turned", { degrees: page.turn }));
  };
  const mark = () => {
    for (const name of ["width", "page"]) {
      const button = viewer.querySelector(`[data-act="${name}"]`);
      if (button) button.setAttribute("aria-pressed", String(view.fit === name));
    }
  };
  const strip = viewer.querySelector(".strip");
  const setCurrent = (index) => {
    if (index === current || !pages[index]) return;
    current = index;
    if (!strip) return;
    strip.querySelectorAll("[data-go]").forEach((link) => {
      const here = Number(link.dataset.go) === index;
      link.toggleAttribute("aria-current", here);
      if (here) { link.setAttribute("aria-current", "true"); strip.scrollTo({ top: link.offsetTop - 60, left: link.offsetLeft - 60, behavior: "instant" }); }
    });
  };
  const goTo = (index) => {
    const page = pages[index];
    if (!page) return;
    paper.scrollTo({ top: page.figure.offsetTop - 12, behavior: "instant" });
    if (index !== current) say(words("onPage", { page: index + 1, all: pages.length }));
    setCurrent(index);
  };
  let scrolled = 0;
  paper.addEventListener("scroll", () => {
    cancelAnimationFrame(scrolled);
    scrolled = requestAnimationFrame(() => {
      const line = paper.scrollTop + paper.clientHeight / 3;
      const found = pages.findIndex(({ figure }) => figure.offsetTop + figure.offsetHeight > line);
      setCurrent(found < 0 ? pages.length - 1 : found);
    });
  }, { passive: true });

  const seen = [];
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const page = pages.find(({ figure }) => figure === entry.target);
      page.seen = entry.isIntersecting;
      if (page.seen) { sharpen(page); seen.forEach((tell) => tell(page)); }
    }
  }, { root: paper });

  // --- keys, buttons, wheel ------------------------------------------------------------------------------------------
  const acts = {
    in: () => zoomBy(1.25), out: () => zoomBy(0.8), real: () => zoomTo(REAL), width: () => fit("width"), page: () => fit("page"), turn,
    back: () => goTo(Math.max(0, current - 1)), next: () => goTo(Math.min(pages.length - 1, current + 1)),
  };
  const KEYS = { "+": "in", "=": "in", "-": "out", 0: "real", w: "width", f: "page", r: "turn", PageUp: "back", PageDown: "next", "[": "back", "]": "next" };
  const CODES = { Digit0: "0", Minus: "-", Equal: "=", BracketLeft: "[", BracketRight: "]" };
  const isField = (element) => Boolean(element && element.closest("input:not([type=checkbox], [type=radio]), select, textarea"));
  const actOf = (event) => {
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    return KEYS[name] || (event.altKey && KEYS[CODES[event.code]]);
  };
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    // Single keys act on the page picture only, or where the focus is nowhere: nobody's dictation turns pages.
    if (!event.altKey && (isField(event.target) || !(viewer.contains(event.target) || event.target === document.body))) return;
    const act = actOf(event);
    if (!act || ((act === "back" || act === "next") && pages.length < 2)) return;
    event.preventDefault();
    acts[act]();
  });
  viewer.addEventListener("click", (event) => {
    const button = event.target.closest("[data-act]");
    if (button && acts[button.dataset.act]) acts[button.dataset.act]();
    const link = event.target.closest("[data-go]");
    if (link) { event.preventDefault(); goTo(Number(link.dataset.go)); }
  });
  paper.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoomBy(Math.exp(-within(event.deltaY, -100, 100, 0) / 300), event.clientX, event.clientY);
  }, { passive: false });

  // Space held, or the middle button: the page is dragged along.
  const pan = { space: false, from: null };
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.target.closest("input, select, textarea, button, a, summary, [role=separator]")) return;
    pan.space = true;
    paper.classList.add("panning");
    event.preventDefault();
  });
  const letGo = () => { pan.space = false; paper.classList.remove("panning"); };
  document.addEventListener("keyup", (event) => { if (event.key === " ") letGo(); });
  window.addEventListener("blur", letGo);
  paper.addEventListener("pointerdown", (event) => {
    if (!(pan.space && event.button === 0) && event.button !== 1) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    pan.from = [event.clientX + paper.scrollLeft, event.clientY + paper.scrollTop];
    paper.setPointerCapture(event.pointerId);
  });
  paper.addEventListener("pointermove", (event) => {
    if (pan.from) paper.scrollTo({ left: pan.from[0] - event.clientX, top: pan.from[1] - event.clientY, behavior: "instant" });
  });
  for (const end of ["pointerup", "pointercancel"]) paper.addEventListener(end, () => { pan.from = null; });

  // --- the box of a field --------------------------------------------------------------------------------------------
  const PICKABLE = ":is(input, textarea):is([name^='field.'], [name^='lines.'], [name^='vat.']):not([type=hidden], [type=checkbox], [disabled])";
  let active = null;
  const keyOf = (input) => {
    const name = (input.name || "").replace(/^(field|ok)\./, "");
    const cell = name.match(/^(lines|vat)\.(\d+)\.(\w+)$/);
    if (!cell) return name;
    const origin = form.elements.namedItem(`${cell[1]}.${cell[2]}.origin`);
    return `${cell[1]}.${origin && origin.value !== "" ? origin.value : cell[2]}.${cell[3]}`;
  };
  const inputOf = (key) => {
    const cell = key.match(/^(lines|vat)\.(\d+)(?:\.(\w+))?$/);
    if (!cell) return document.getElementById(`i-${key}`);
    const origins = [...form.querySelectorAll(`input[name^="${cell[1]}."][name$=".origin"]`)];
    const origin = origins.find((input) => input.value === cell[2]);
    const row = origin ? origin.name.replace(/\.origin$/, "") : `${cell[1]}.${cell[2]}`;
    return form.elements.namedItem(`${row}.${cell[3]}`) || form.querySelector(`[name^="${row}."]:not([type=hidden])`);
  };
  const belonging = (key) => [...paper.querySelectorAll(`[data-for="${CSS.escape(key)}"]:not(.replaced)`)];
  const lighters = []; // others may know where a cell of a line stands
  const light = (input) => {
    const key = keyOf(input);
    paper.querySelectorAll(".hit, .near").forEach((one) => one.classList.remove("hit", "near"));
    paper.querySelectorAll(".cell").forEach((one) => one.remove());
    const row = (key.match(/^lines\.\d+(?=\.)/) || [""])[0];
    const around = row ? belonging(row) : [];
    let found = belonging(key);
    if (!found.length && row) found = lighters.flatMap((look) => look(input, around));
    if (found.length) around.forEach((one) => one.classList.add("near"));
    const lit = found.length ? found : around;
    lit.forEach((one) => one.classList.add("hit"));
    if (lit.length) reveal(lit[0]);
  };
  form.addEventListener("focusin", (event) => {
    if (event.target.matches(PICKABLE)) active = event.target;
    if (event.target.matches("input, textarea, select")) light(event.target);
  });
  const focusFor = (key) => {
    const input = inputOf(key);
    if (!input) return;
    const fold = input.closest("details");
    if (fold) fold.open = true;
    input.focus({ preventScroll: true });
    input.scrollIntoView({ block: "center", behavior: gentle() });
    if (input.select) input.select();
  };
  if (article) article.addEventListener("click", (event) => { const value = event.target.closest("[data-for]"); if (value) focusFor(value.dataset.for); });

  // --- the split -----------------------------------------------------------------------------------------------------
  const split = document.getElementById("split");
  const share = (percent, keep = true) => {
    const value = within(Math.round(percent), 25, 75, 45);
    form.style.setProperty("--left", value);
    split.setAttribute("aria-valuenow", String(value));
    if (keep) remember({ split: value });
  };
  const isMirrored = () => getComputedStyle(form).direction === "rtl"; // the fields then stand to the right
  const STEPS = { ArrowLeft: -2, ArrowRight: 2, PageUp: -10, PageDown: 10, Home: -100, End: 100 };
  split.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    share(Number(split.getAttribute("aria-valuenow")) + (event.key.startsWith("Arrow") && isMirrored() ? -step : step));
  });
  split.addEventListener("pointerdown", (event) => { split.setPointerCapture(event.pointerId); event.preventDefault(); split.focus(); });
  split.addEventListener("pointermove", (event) => {
    if (!split.hasPointerCapture(event.pointerId)) return;
    const room = form.getBoundingClientRect();
    share(((isMirrored() ? room.right - event.clientX : event.clientX - room.left) / room.width) * 100);
  });
  split.addEventListener("dblclick", () => share(45));
  if (kept.split !== undefined) share(kept.split, false);

  // Stacked, the page comes first for the eye; then it comes first for the keyboard as well.
  const stacked = matchMedia("(max-width: 62rem)");
  const order = () => (stacked.matches ? form.prepend(viewer) : form.append(viewer));
  stacked.addEventListener("change", order);
  if (stacked.matches) order();

  // The bar below the page stays on the screen, however much of the site's head is still to be seen above.
  const fitHeight = () => form.style.setProperty("--above", `${stacked.matches ? 0 : Math.max(0, form.getBoundingClientRect().top)}px`);
  let headed = 0;
  window.addEventListener("scroll", () => { cancelAnimationFrame(headed); headed = requestAnimationFrame(fitHeight); }, { passive: true });
  fitHeight();

  paper.classList.add("live");
  mark();
  layout();
  new ResizeObserver(() => { if (view.fit) layout(); }).observe(paper);
  for (const page of pages) {
    if (page.width) continue; // a file that could not be read: the picture tells its size
    const measure = () => {
      if (!page.picture.naturalWidth) return;
      [page.width, page.height] = [(page.picture.naturalWidth * 72) / DRAWN, (page.picture.naturalHeight * 72) / DRAWN];
      place(page);
    };
    page.picture.addEventListener("load", measure, { once: true });
    if (page.picture.complete) measure();
  }
  pages.forEach((page) => watcher.observe(page.figure));
  window.addEventListener("load", () => { const next = form.dataset.nextPicture; if (next) new Image().src = next; });

  window.facturierViewer = {
    form, viewer, paper, pages, words, say, reveal, pointOf, goTo, light, focusFor, keyOf, belonging, lighters, acts,
    onSeen: (tell) => { seen.push(tell); pages.filter((page) => page.seen).forEach(tell); },
    get active() { return active && active.isConnected ? active : null; },
    get current() { return pages[current]; },
  };
  if (document.activeElement && document.activeElement.matches(PICKABLE)) { active = document.activeElement; light(active); }
})();
