"use strict";
// The line table read anew: edges of columns as numbers, and as guides over the page picture that can be dragged.
(() => {
  const grid = window.facturierGrid;
  const cut = document.getElementById("cut");
  if (!grid || !cut) return;
  const SVG = "http://www.w3.org/2000/svg";
  const one = (name) => cut.querySelector(`[data-cut="${name}"]`);
  const columns = () => [...cut.querySelectorAll("[data-column]")];
  const at = (row, name) => row.querySelector(`[data-cut="${name}"]`);
  const paper = () => document.querySelector(`#page-${one("page").value} svg`);

  // Where the reader saw the lines: top, bottom; and equal columns to begin with.
  const begin = () => {
    const sheet = paper();
    if (!sheet || one("top").value) return;
    const boxes = [...sheet.querySelectorAll('rect[data-for^="lines."]')].map((rect) => rect.getBBox());
    const [width, height] = [sheet.viewBox.baseVal.width || 595, sheet.viewBox.baseVal.height || 842];
    const [left, right] = boxes.length
      ? [Math.min(...boxes.map((box) => box.x)), Math.max(...boxes.map((box) => box.x + box.width))] : [width * 0.08, width * 0.92];
    one("top").value = Math.floor(boxes.length ? Math.min(...boxes.map((box) => box.y)) - 2 : height / 4);
    one("bottom").value = Math.ceil(boxes.length ? Math.max(...boxes.map((box) => box.y + box.height)) + 2 : height * 0.75);
    const used = columns().filter((row) => ["item_name", "quantity", "unit_price", "net_amount"].includes(row.dataset.column));
    const shares = [0.5, 0.62, 0.8, 1];
    used.forEach((row, i) => {
      at(row, "use").checked = true;
      at(row, "x0").value = Math.round(left - 4 + (right - left + 8) * (i ? shares[i - 1] : 0));
      at(row, "x1").value = Math.round(left - 4 + (right - left + 8) * shares[i]);
    });
  };
  const draw = () => {
    document.querySelectorAll("g.guides").forEach((old) => old.remove());
    const sheet = paper();
    if (!cut.open || !sheet) return;
    const guides = document.createElementNS(SVG, "g");
    guides.classList.add("guides");
    const [top, bottom] = [Number(one("top").value), Number(one("bottom").value)];
    columns().filter((row) => at(row, "use").checked).forEach((row) => ["x0", "x1"].forEach((edge) => {
      const input = at(row, edge);
      const line = document.createElementNS(SVG, "line");
      const x = Number(input.value);
      Object.entries({ x1: x, x2: x, y1: top, y2: bottom }).forEach(([name, value]) => line.setAttribute(name, value));
      line.classList.toggle("held", input === document.activeElement);
      line.dataset.column = row.dataset.column;
      line.dataset.edge = edge;
      guides.append(line);
    }));
    sheet.append(guides);
  };
  // The nearest guide within reach of the pointer is held, whatever else lies over the picture there.
  const REACH = 10;
  const drag = (event) => {
    const sheet = cut.open && paper();
    if (!sheet || !sheet.closest("figure").contains(event.target)) return;
    const near = [...sheet.querySelectorAll(".guides line")].map((line) => [line, line.getBoundingClientRect()])
      .filter(([, box]) => event.clientY >= box.top - REACH && event.clientY <= box.bottom + REACH)
      .map(([line, box]) => [Math.abs(event.clientX - (box.left + box.right) / 2), line])
      .filter(([gap]) => gap <= REACH).sort((one, other) => one[0] - other[0])[0];
    if (!near) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const line = near[1];
    const input = at(columns().find((row) => row.dataset.column === line.dataset.column), line.dataset.edge);
    const move = (moved) => {
      const x = new DOMPoint(moved.clientX, moved.clientY).matrixTransform(sheet.getScreenCTM().inverse()).x;
      input.value = Math.max(0, Math.round(x));
      line.setAttribute("x1", input.value);
      line.setAttribute("x2", input.value);
      moved.stopImmediatePropagation();
    };
    document.addEventListener("pointermove", move, true);
    document.addEventListener("pointerup", () => { document.removeEventListener("pointermove", move, true); draw(); }, { once: true, capture: true });
  };
  document.addEventListener("pointerdown", drag, true);
  const read = async () => {
    const sent = new FormData();
    ["page", "top", "bottom"].forEach((name) => sent.set(name, one(name).value));
    columns().filter((row) => at(row, "use").checked).forEach((row) => ["x0", "x1"].forEach((edge) => sent.set(`${row.dataset.column}.${edge}`, at(row, edge).value)));
    const csrf = document.querySelector('#doc [name="csrf"]').value;
    const answer = await fetch(cut.dataset.action, { method: "POST", body: sent, headers: { "X-CSRF-Token": csrf } }).catch(() => null);
    const found = answer && answer.ok ? await answer.json() : { words: false, rows: [] };
    if (!found.rows.length) { grid.say(found.words ? cut.dataset.none : cut.dataset.noWords); return; }
    fill(found.rows);
    grid.say(`${found.rows.length} ✓`);
  };
  // The rows take the place of those in the table; columns that were not drawn keep what stands there.
  const fill = (rows) => grid.group(() => {
    rows.forEach((values, number) => {
      const row = grid.rowAt("lines", number);
      Object.entries(values).forEach(([name, value]) => grid.set(grid.cellOf(row, name), value));
      grid.set(grid.cellOf(row, "drop"), "");
    });
    grid.rowsOf("lines").slice(rows.length).forEach((row) => {
      if (grid.textsOf(row).some((input) => input.value)) grid.set(grid.cellOf(row, "drop"), "1");
    });
  });

  cut.addEventListener("toggle", () => { begin(); draw(); });
  cut.addEventListener("input", (event) => { event.stopPropagation(); draw(); });
  cut.addEventListener("change", (event) => { event.stopPropagation(); draw(); });
  cut.addEventListener("focusin", draw);
  cut.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.matches("input")) { event.preventDefault(); read(); } });
  one("read").addEventListener("click", read);
})();
