"use strict";
// The tables of the document page: cells like a spreadsheet's, rows as a whole, sums at once.
// Rows are never taken out of the page: values move between them, so that undo sees every change.
(() => {
  const form = document.getElementById("doc");
  if (!form) return;
  const french = form.elements.namedItem("shown_in")?.value === "fr";
  const SCALE = 1000000n;

  // Numbers, exact, as whole millionths. `mark` is the decimal mark where one lone mark may be either.
  const parse = (text, mark = french ? "," : ".") => {
    let plain = text.replace(/[\s\u00a0\u202f\u2009'’_]/g, "").replace(/\u2212/g, "-").replace(/^(?:EUR|[€$£%])+|(?:EUR|[€$£%])+$/g, "");
    if (/^\(.*\)$/.test(plain)) plain = `-${plain.slice(1, -1)}`;
    const marks = plain.match(/[.,]/g) || [];
    const last = marks[marks.length - 1];
    if (new Set(marks).size > 1) plain = plain.split(last === "," ? "." : ",").join("").replace(last, ".");
    else if (marks.length > 1) plain = plain.split(last).join("");
    else if (last && last !== mark && /^-?[1-9]\d{0,2}[.,]\d{3}$/.test(plain)) plain = plain.replace(last, "");
    else if (last) plain = plain.replace(last, ".");
    const found = plain.match(/^([+-]?)(\d{0,15})(?:\.(\d{1,6}))?$/);
    if (!found || (!found[2] && !found[3])) return null;
    const size = BigInt(found[2] || "0") * SCALE + BigInt((found[3] || "").padEnd(6, "0"));
    return found[1] === "-" ? -size : size;
  };
  const write = (number, digits = 2) => {
    const size = number < 0n ? -number : number;
    let tail = String(size % SCALE).padStart(6, "0").replace(/0+$/, "");
    if (tail || digits) tail = tail.padEnd(digits, "0");
    return `${number < 0n ? "-" : ""}${size / SCALE}${tail ? (french ? "," : ".") + tail : ""}`;
  };

  const rowsOf = (part) => [...document.querySelectorAll(`#rows-${part} > tr[data-row]`)];
  const partOf = (node) => node.closest("table[data-grid]")?.dataset.grid || node.closest("[data-tools]")?.dataset.tools;
  const inputsOf = (row) => [...row.querySelectorAll("input[name]")].filter((input) => input.name.startsWith(`${row.dataset.row}.`));
  const columnOf = (input) => input.name.split(".")[2];
  const cellOf = (row, column) => inputsOf(row).find((input) => columnOf(input) === column);
  const textsOf = (row) => inputsOf(row).filter((input) => input.type !== "hidden" && input.type !== "checkbox");
  const valueOf = (input) => (input.type === "checkbox" ? (input.checked ? "1" : "") : input.value);
  const { sourceOf, setSource } = window.facturierFields;
  const FROM = "from"; // where each value of a row was taken from: it moves with the value
  const valuesOf = (row) => ({
    ...Object.fromEntries(inputsOf(row).map((input) => [columnOf(input), valueOf(input)])),
    [FROM]: Object.fromEntries(textsOf(row).map((input) => [columnOf(input), sourceOf(input.name)])),
  });
  const isBlank = (row) => textsOf(row).every((input) => !input.value.trim());
  const isFrom = (name, source) => Object.entries(sourceOf(name)).every(([kind, text]) => text === (source[kind] || ""));
  const set = (input, value, source = {}) => {
    if (!input || input.disabled || (valueOf(input) === value && isFrom(input.name, source))) return;
    if (input.type === "checkbox") input.checked = value === "1"; else input.value = value;
    setSource(input.name, source);
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const fillRow = (row, values) => inputsOf(row).forEach((input) => set(input, values[columnOf(input)] ?? "", values[FROM]?.[columnOf(input)]));
  const group = (act) => {
    form.dispatchEvent(new CustomEvent("facturier:group-start"));
    try { return act(); } finally { form.dispatchEvent(new CustomEvent("facturier:group-end")); }
  };
  const say = (words) => { const line = document.getElementById("grid-said"); if (line) line.textContent = words; };

  const addRow = (part) => {
    const last = rowsOf(part).pop();
    if (!last) return null;
    const row = last.cloneNode(true);
    const old = last.dataset.row;
    const next = `${part}.${Number(old.split(".")[1]) + 1}`;
    row.dataset.row = next;
    row.querySelectorAll("input").forEach((input) => {
      input.name = input.name.replace(old, next);
      if (input.id) input.id = input.id.replace(old.replace(".", "-"), next.replace(".", "-"));
      const label = input.getAttribute("aria-label");
      if (label) input.setAttribute("aria-label", label.replace(/\d+$/, (n) => String(Number(n) + 1)));
      input.removeAttribute("aria-invalid");
      input.removeAttribute("title");
      if (input.type === "checkbox") input.checked = false; else input.value = "";
    });
    last.after(row);
    return row;
  };
  const rowAt = (part, at) => { while (rowsOf(part).length <= at) addRow(part); return rowsOf(part)[at]; };
  const insertAt = (part, at) => {
    addRow(part);
    const rows = rowsOf(part);
    for (let to = rows.length - 1; to > at; to -= 1) fillRow(rows[to], valuesOf(rows[to - 1]));
    fillRow(rows[at], {});
    return rows[at];
  };
  const closeUp = (part, at) => {
    const rows = rowsOf(part);
    for (let to = at; to < rows.length; to += 1) fillRow(rows[to], to + 1 < rows.length ? valuesOf(rows[to + 1]) : {});
  };
  const swap = (one, other) => {
    const kept = valuesOf(one);
    fillRow(one, valuesOf(other));
    fillRow(other, kept);
  };

  // A half, and the rest: whole pieces stay whole.
  const halves = (text) => {
    const whole = parse(text);
    if (whole === null) return [text, ""];
    const digits = ((text.match(/[.,](\d+)\s*$/) || ["", ""])[1]).length;
    const step = 10n ** BigInt(6 - Math.min(6, digits));
    const first = ((whole / 2n) / step) * step;
    return [write(first, digits), write(whole - first, digits)];
  };
  const added = (one, other) => {
    const [a, b] = [parse(one), parse(other)];
    return a === null || b === null ? one || other : write(a + b, 0);
  };
  const acts = {
    insert: (part, at) => insertAt(part, at),
    duplicate: (part, at) => {
      const values = valuesOf(rowsOf(part)[at]);
      const row = insertAt(part, at + 1);
      fillRow(row, { ...values, origin: "" });
      return row;
    },
    delete: (part, at) => { const tick = cellOf(rowsOf(part)[at], "drop"); set(tick, tick.checked ? "" : "1"); },
    up: (part, at) => { if (at > 0) { swap(rowsOf(part)[at], rowsOf(part)[at - 1]); return rowsOf(part)[at - 1]; } },
    down: (part, at) => { const row = rowAt(part, at + 1); swap(rowsOf(part)[at], row); return row; },
    split: (part, at) => {
      const row = acts.duplicate(part, at);
      const first = rowsOf(part)[at];
      for (const name of ["quantity", "net_amount"]) {
        const [half, rest] = halves(cellOf(first, name).value);
        set(cellOf(first, name), half);
        set(cellOf(row, name), rest);
      }
    },
    merge: (part, at) => {
      const [one, other] = rowsOf(part).slice(at, at + 2);
      if (!other || isBlank(other)) return;
      const [mine, theirs] = [valuesOf(one), valuesOf(other)];
      const same = parse(mine.unit_price) === parse(theirs.unit_price);
      fillRow(one, {
        ...mine, [FROM]: {}, origin: mine.origin || theirs.origin, quantity: same ? added(mine.quantity, theirs.quantity) : "1",
        net_amount: added(mine.net_amount, theirs.net_amount),
        unit_price: same ? mine.unit_price : added(mine.net_amount, theirs.net_amount),
        item_name: mine.item_name === theirs.item_name ? mine.item_name : [mine.item_name, theirs.item_name].filter(Boolean).join(" + "),
      });
      closeUp(part, at + 1);
    },
  };
  const chosen = {}; // part to the input last focused in it
  const focusAt = (row, column) => {
    const input = row && (cellOf(row, column) || textsOf(row)[0]);
    if (!input) return false;
    input.focus();
    input.select();
    return true;
  };
  const perform = (part, what) => {
    const input = chosen[part] || textsOf(rowsOf(part)[0])[0];
    if (!input || input.disabled) return;
    const row = input.closest("tr");
    const moved = group(() => acts[what](part, rowsOf(part).indexOf(row)));
    focusAt(moved || row, columnOf(input));
    sums();
  };

  const sums = () => document.querySelectorAll("table[data-grid]").forEach((table) => {
    table.querySelectorAll("[data-sum]").forEach((cell) => {
      const counted = rowsOf(table.dataset.grid).filter((row) => !cellOf(row, "drop")?.checked);
      const found = counted.map((row) => cellOf(row, cell.dataset.sum)?.value || "").filter((text) => text.trim()).map((text) => parse(text));
      cell.textContent = found.includes(null) ? "?" : found.length ? write(found.reduce((a, b) => a + b, 0n)) : "";
    });
  });

  form.addEventListener("focusin", (event) => {
    const part = partOf(event.target);
    if (!part || !event.target.matches("table[data-grid] input:not([type=hidden]):not([type=checkbox])")) return;
    chosen[part] = event.target;
    const which = document.querySelector(`[data-tools="${part}"] [data-which]`);
    if (which) which.textContent = which.dataset.rowWords.replace("%n", rowsOf(part).indexOf(event.target.closest("tr")) + 1);
  });
  form.addEventListener("input", sums);
  form.addEventListener("change", sums);
  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add]");
    if (add) focusAt(addRow(add.dataset.add), "");
    const act = event.target.closest("[data-do]");
    if (act) perform(partOf(act), act.dataset.do);
    const accept = event.target.closest("[data-accept]");
    if (accept) takeAll(JSON.parse(accept.dataset.accept));
  });

  // What the arithmetic proposes: every cell of it, as one step.
  const takeAll = (fills) => {
    const inputs = group(() => fills.map(([name, value]) => {
      let input = form.elements.namedItem(name);
      if (name.includes(".+.")) {
        const part = name.split(".")[0];
        const free = rowsOf(part).reverse().findIndex((row) => !isBlank(row));
        input = cellOf(rowAt(part, free < 0 ? 0 : rowsOf(part).length - free), name.split(".")[2]);
      }
      set(input, value, input?.type === "checkbox" ? {} : { by: "repaired" });
      return input;
    }));
    const first = inputs.find(Boolean);
    if (first) first.focus();
  };

  const keys = {
    ArrowUp: -1, ArrowDown: 1, Enter: 1,
  };
  const sideways = (event, input) => {
    const at = event.key === "ArrowLeft" ? 0 : input.value.length;
    const whole = input.selectionStart === 0 && input.selectionEnd === input.value.length;
    if (!whole && (input.selectionStart !== at || input.selectionEnd !== at)) return;
    const cells = textsOf(input.closest("tr"));
    const next = cells[cells.indexOf(input) + (event.key === "ArrowLeft" ? -1 : 1)];
    if (next) { event.preventDefault(); next.focus(); next.select(); }
  };
  const upOrDown = (event, input, part) => {
    const step = event.key === "Enter" && event.shiftKey ? -1 : keys[event.key];
    const to = rowsOf(part).indexOf(input.closest("tr")) + step;
    event.preventDefault();
    if (to >= rowsOf(part).length && event.key === "Enter") rowAt(part, to);
    focusAt(rowsOf(part)[to], columnOf(input));
  };
  const altKeys = { Insert: "insert", Delete: "delete", ArrowUp: "up", ArrowDown: "down" };
  document.addEventListener("keydown", (event) => {
    if (event.altKey && !event.ctrlKey && event.code === "KeyA") {
      const button = document.querySelector("#checks [data-accept]");
      if (button) { event.preventDefault(); button.click(); }
      return;
    }
    const input = event.target.closest("table[data-grid] input:not([type=hidden]):not([type=checkbox])");
    if (!input) return;
    const part = partOf(input);
    if (event.altKey && altKeys[event.key]) { event.preventDefault(); perform(part, altKeys[event.key]); return; }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "d") {
      event.preventDefault();
      const above = rowsOf(part)[rowsOf(part).indexOf(input.closest("tr")) - 1];
      if (above) set(input, cellOf(above, columnOf(input)).value);
      return;
    }
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key in keys) upOrDown(event, input, part);
    else if (event.key === "ArrowLeft" || event.key === "ArrowRight") sideways(event, input);
  }, true);

  form.addEventListener("facturier:need-row", (event) => rowAt(event.detail.part, event.detail.at));
  window.facturierGrid = { parse, write, rowsOf, rowAt, cellOf, columnOf, inputsOf, textsOf, partOf, set, group, say, sums };
  sums();
})();
