"use strict";
// A table from a spreadsheet, pasted into the grid: as text with tabs, or as an HTML table.
(() => {
  const grid = window.facturierGrid;
  const dialog = document.getElementById("paste");
  if (!grid || !dialog) return;
  const MANY = 20, MOST = 2000, SHOWN = 8;
  // Column names as spreadsheets head them, in the six languages of the invoices we read.
  const NAMES = {
    item_name: "item article artikel designation bezeichnung beschreibung description descripcion descrizione descripción désignation libelle libellé produit product produkt producto prodotto leistung concepto omschrijving articolo articulo artículo name nom nome naam",
    quantity: "quantity qty quantite quantité qte qté menge anzahl cantidad cant quantita quantità qta aantal hoeveelheid",
    unit_code: "unit unite unité unidad ud einheit einh unita unità um eenheid uom",
    unit_price: "price unitprice prix prixunitaire prixunitaireht pu puht preis einzelpreis stuckpreis stückpreis precio preciounitario prezzo prezzounitario prijs stukprijs eenheidsprijs",
    vat_rate: "vat vatrate vat% tva tauxtva tva% mwst ust mwst% ust% iva iva% aliquota btw btw% tax taux",
    net_amount: "amount net netamount total lineamount linetotal montant montantht totalht ht betrag gesamt gesamtpreis netto nettobetrag importe importo totale bedrag totaal totalprice",
    order_line: "orderline pos position poste lignedecommande bestellposition orderregel lineadepedido rigaordine",
    rate: "rate taux satz rate% tva tva% vat vat% mwst iva btw tipo aliquota tarief", taxable: "taxable base baseht net netto ht bemessungsgrundlage baseimponible imponibile grondslag",
    tax: "tax vatamount montanttva tva steuer mwstbetrag cuota imposta btwbedrag",
  };
  const plain = (text) => text.toLowerCase().normalize("NFC").replace(/[\s.:()€$£/_-]+/g, "");
  const known = Object.fromEntries(Object.entries(NAMES).map(([column, words]) => [column, new Set(words.split(" "))]));

  const fromHtml = (html) => {
    const table = new DOMParser().parseFromString(html.replace(/\son\w+\s*=/gi, " data-gone="), "text/html").querySelector("table");
    return table ? [...table.rows].map((row) => [...row.cells].flatMap((cell) => [cell.textContent.replace(/\s+/g, " ").trim(), ...Array(Math.min(20, Math.max(1, cell.colSpan)) - 1).fill("")])) : null;
  };
  const fromText = (text) => {
    const lines = [], quoted = /"((?:[^"]|"")*)"(?=\t|\r?\n|$)/gy;
    let cell = "", row = [];
    for (let at = 0; at < text.length; at += 1) {
      quoted.lastIndex = at;
      const found = cell === "" && text[at] === '"' ? quoted.exec(text) : null;
      if (found) { cell = found[1].replace(/""/g, '"').replace(/\s+/g, " "); at += found[0].length - 1; }
      else if (text[at] === "\t") { row.push(cell.trim()); cell = ""; }
      else if (text[at] === "\n") { lines.push([...row, cell.trim()]); row = []; cell = ""; }
      else if (text[at] !== "\r") cell += text[at];
    }
    return [...lines, [...row, cell.trim()]];
  };

  // The decimal mark of a whole table: numbers that can be read one way only decide.
  const markOf = (rows) => {
    const votes = { ",": 0, ".": 0 };
    rows.flat().forEach((text) => {
      const found = text.replace(/[\s\u00a0\u202f]/g, "").match(/^[-(]?[€$£]?\d[\d.,'’]*?([.,])(\d+)[)€$£%]?$/);
      if (found && (found[2].length !== 3 || /[.,].*[.,]/.test(text))) votes[found[1]] += 1;
    });
    return votes[","] > votes["."] ? "," : votes["."] > votes[","] ? "." : undefined;
  };
  const byNames = (head, columns) => {
    const used = new Set();
    const found = head.map((text) => {
      const column = columns.find((name) => !used.has(name) && known[name] && known[name].has(plain(text)));
      if (column) used.add(column);
      return column || "";
    });
    return used.size >= 2 || (head.length === 1 && used.size === 1) ? found : null;
  };
  // Without a head: the three columns of numbers that multiply, the rate, and the longest texts.
  const byContent = (rows, columns, mark) => {
    const width = Math.max(...rows.map((row) => row.length));
    if (!columns.includes("net_amount") || width < 3) return null;
    const numbers = [...Array(width).keys()].map((at) => rows.map((row) => grid.parse(row[at] || "", mark)));
    const full = [...numbers.keys()].filter((at) => numbers[at].filter((one) => one !== null).length * 2 > rows.length);
    const size = (number) => (number < 0n ? -number : number);
    for (const total of [...full].reverse()) for (const count of full) for (const price of full) {
      if (count >= price || count === total || price === total) continue;
      const fits = rows.filter((_, i) => [count, price, total].every((at) => numbers[at][i] !== null)
        && size(numbers[count][i] * numbers[price][i] - numbers[total][i] * 1000000n) <= 10000n * 1000000n);
      if (fits.length * 2 <= rows.length) continue;
      const found = Array(width).fill("");
      [found[count], found[price], found[total]] = ["quantity", "unit_price", "net_amount"];
      const texts = [...Array(width).keys()].filter((at) => !full.includes(at)).sort((a, b) => length(rows, b) - length(rows, a));
      if (texts.length) found[texts[0]] = "item_name";
      return found;
    }
    return null;
  };
  const length = (rows, at) => rows.reduce((sum, row) => sum + (row[at] || "").length, 0);

  const plan = (rows, input) => {
    const part = grid.partOf(input), row = input.closest("tr");
    const columns = grid.textsOf(row).map(grid.columnOf);
    const mark = markOf(rows);
    const named = rows.length > 1 || rows[0].length > 2 ? byNames(rows[0], columns) : null;
    const body = named ? rows.slice(1) : rows;
    const start = columns.indexOf(grid.columnOf(input));
    const content = named || (start === 0 ? byContent(body, columns, mark) : null);
    const map = content || rows[0].map((_, at) => columns[start + at] || "");
    const typed = (column, text) => {
      const number = input.closest("tr") && grid.cellOf(row, column).inputMode === "decimal" ? grid.parse(text, mark) : null;
      const digits = (text.match(/[.,](\d{1,2})\D*$/) || ["", ""])[1].length;
      return number === null ? text.slice(0, 500) : grid.write(number, digits);
    };
    const values = body.filter((one) => one.some(Boolean)).slice(0, MOST)
      .map((one) => Object.fromEntries(map.map((column, at) => [column, one[at] || ""]).filter(([column]) => column).map(([column, text]) => [column, typed(column, text)])));
    return { part, first: grid.rowsOf(part).indexOf(row), values, columns: columns.filter((name) => map.includes(name)) };
  };
  const fill = (one) => {
    grid.group(() => one.values.forEach((values, at) => {
      const row = grid.rowAt(one.part, one.first + at);
      Object.entries(values).forEach(([column, text]) => grid.set(grid.cellOf(row, column), text));
    }));
    grid.sums();
  };

  let waiting = null;
  const cell = (tag, text) => { const made = document.createElement(tag); made.textContent = text; return made; };
  const preview = (one) => {
    const rows = grid.rowsOf(one.part);
    const before = (at, name) => (rows[one.first + at] ? grid.cellOf(rows[one.first + at], name).value : "");
    const filled = one.values.reduce((sum, values, at) => sum + Object.keys(values).filter((name) => before(at, name)).length, 0);
    const places = { rows: one.values.length, first: one.first + 1, filled };
    document.getElementById("paste-says").textContent = dialog.dataset.says.replace(/%(\w+)/g, (_, name) => places[name]);
    const table = document.getElementById("paste-table");
    const head = document.createElement("tr");
    const join = (values) => values.filter(Boolean).join(" · ") || "–";
    head.append(cell("th", table.dataset.before), cell("th", table.dataset.after));
    head.querySelectorAll("th").forEach((made) => { made.scope = "col"; });
    const lines = one.values.slice(0, SHOWN).map((values, at) => {
      const line = document.createElement("tr");
      line.append(cell("td", join(one.columns.map((name) => before(at, name)))), cell("td", join(one.columns.map((name) => values[name]))));
      return line;
    });
    table.replaceChildren(head, ...lines);
    if (one.values.length > SHOWN) {
      const more = document.createElement("tr");
      more.append(cell("td", ""), cell("td", dialog.dataset.more.replace("%n", one.values.length - SHOWN)));
      table.append(more);
    }
    waiting = one;
    dialog.showModal();
  };
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("[data-paste]");
    if (!button) return;
    dialog.close();
    if (button.dataset.paste === "yes" && waiting) fill(waiting);
    waiting = null;
  });

  document.getElementById("doc").addEventListener("paste", (event) => {
    const input = event.target.closest("table[data-grid] input:not([type=hidden]):not([type=checkbox])");
    if (!input || input.disabled) return;
    const text = event.clipboardData.getData("text/plain"), html = event.clipboardData.getData("text/html");
    const rows = (/<table/i.test(html) && fromHtml(html)) || (/[\t\n]/.test(text.trim()) ? fromText(text.replace(/\r?\n$/, "")) : null);
    if (!rows || (rows.length === 1 && rows[0].length === 1)) return;
    event.preventDefault();
    const one = plan(rows, input);
    if (one.values.length > MANY) preview(one); else fill(one);
  });
})();
