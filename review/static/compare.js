"use strict";
// Documents, lines and pages beside each other. All of it works by forms and links; this adds keys, lines and dragging.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey) return;
    const found = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!found || found.disabled) return;
    event.preventDefault();
    found.focus();
    if (found.matches("button, a")) found.click();
  });

  // --- two pages: one zoom, one place ---
  const sheets = all(".pair .sheet"), steps = [100, 150, 200, 300, 400];
  let step = 0, isFollowing = false;
  const zoom = (by) => {
    step = Math.min(Math.max(step + by, 0), steps.length - 1);
    sheets.forEach((sheet) => { sheet.dataset.zoom = steps[step]; });
    const said = document.querySelector("[data-zoom-said]");
    said.textContent = said.dataset.words.replace("{percent}", steps[step]);
  };
  all("[data-zoom-both]").forEach((button) => button.addEventListener("click", () => zoom(Number(button.dataset.zoomBoth))));
  sheets.forEach((sheet) => {
    sheet.addEventListener("keydown", (event) => {
      if (event.key === "+" || event.key === "-") { event.preventDefault(); zoom(event.key === "+" ? 1 : -1); }
    });
    sheet.addEventListener("scroll", () => {
      if (isFollowing) { isFollowing = false; return; }
      sheets.filter((other) => other !== sheet).forEach((other) => {
        const left = sheet.scrollLeft / Math.max(1, sheet.scrollWidth - sheet.clientWidth) * (other.scrollWidth - other.clientWidth);
        const top = sheet.scrollTop / Math.max(1, sheet.scrollHeight - sheet.clientHeight) * (other.scrollHeight - other.clientHeight);
        if (Math.abs(other.scrollLeft - left) > 1 || Math.abs(other.scrollTop - top) > 1) {
          isFollowing = true;
          other.scrollTo(left, top);
        }
      });
    });
  });

  // --- lines of an invoice and of an order ---
  const board = document.querySelector(".paired"), svg = board && board.querySelector("svg");
  const draw = () => {
    const frame = svg.getBoundingClientRect();
    svg.replaceChildren();
    all("li[data-line]", board).forEach((line) => {
      const chosen = line.querySelector("select"), value = chosen ? chosen.value : "auto";
      const keys = value === "auto" ? line.dataset.links.split("\n").filter(Boolean) : [value];
      keys.forEach((key) => {
        const target = board.querySelector(`li[data-target="${CSS.escape(key)}"]`);
        if (!target || !frame.width) return;
        const from = line.getBoundingClientRect(), to = target.getBoundingClientRect();
        const drawn = document.createElementNS("http://www.w3.org/2000/svg", "line");
        const ends = { x1: 0, y1: from.top + from.height / 2 - frame.top, x2: frame.width, y2: to.top + to.height / 2 - frame.top };
        Object.entries(ends).forEach(([name, at]) => drawn.setAttribute(name, at));
        if (value !== "auto") drawn.classList.add("person");
        svg.append(drawn);
      });
    });
  };
  if (board) {
    draw();
    window.addEventListener("resize", draw);
    board.addEventListener("change", draw);
    all("li[data-line]", board).forEach((line) => line.addEventListener("dragstart", (event) => {
      event.dataTransfer.setData("text/plain", line.dataset.line);
    }));
    all("li[data-target]", board).forEach((target) => {
      target.addEventListener("dragover", (event) => { event.preventDefault(); target.classList.add("over"); });
      target.addEventListener("dragleave", () => target.classList.remove("over"));
      target.addEventListener("drop", (event) => {
        event.preventDefault();
        target.classList.remove("over");
        const line = board.querySelector(`li[data-line="${CSS.escape(event.dataTransfer.getData("text/plain"))}"] select`);
        if (!line) return;
        line.value = target.dataset.target;
        line.dispatchEvent(new Event("change", { bubbles: true }));
      });
    });
  }

  // --- pages of a file ---
  const laid = document.getElementById("laid");
  if (laid) {
    const press = (act) => {
      const button = Object.assign(document.createElement("button"), { name: "do", value: act, hidden: true });
      laid.append(button);
      laid.requestSubmit(button);
    };
    all("li[data-page]", laid).forEach((page) => {
      page.addEventListener("keydown", (event) => {
        const act = { c: "cut", j: "join", a: "aside", ArrowLeft: "left", ArrowRight: "right" }[event.key];
        const button = act && event.altKey && page.querySelector(`button[value^="${act}:"]`);
        if (button && !button.disabled) { event.preventDefault(); button.click(); }
      });
      page.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/plain", page.dataset.page));
      page.addEventListener("dragover", (event) => { event.preventDefault(); page.classList.add("over"); });
      page.addEventListener("dragleave", () => page.classList.remove("over"));
      page.addEventListener("drop", (event) => {
        event.preventDefault();
        const moved = event.dataTransfer.getData("text/plain");
        if (/^\d+$/.test(moved) && moved !== page.dataset.page) press(`move:${moved}:${page.dataset.page}`);
      });
    });
    const active = laid.querySelector("[autofocus]");
    if (active) active.focus();
  }
})();
