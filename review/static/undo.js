"use strict";
// Undo and redo over everything that changes the form: typed, picked, taken or suggested values, rows added and removed.
(() => {
  const form = document.getElementById("doc");
  const undoButton = document.getElementById("undo");
  if (!form || !undoButton) return;
  const redoButton = document.getElementById("redo");
  const restartButton = document.getElementById("restart");
  const TRACKED = /^((field|lines|vat)\..+|document_type)$/, KEY = `facturier.undo.${form.dataset.document}`, MOST = 500;
  const fields = window.facturierFields;
  const read = (input) => (input.type === "checkbox" ? (input.checked ? "1" : "") : input.value);
  const first = (input) => (input.type === "checkbox" ? (input.defaultChecked ? "1" : "") : input.tagName === "SELECT"
    ? ([...input.options].find((option) => option.defaultSelected) || input.options[0]).value : input.defaultValue);
  const inputs = () => [...form.querySelectorAll("input[name], textarea[name], select[name]")].filter((input) => TRACKED.test(input.name));
  const known = new WeakMap();
  const learn = (input) => known.set(input, { value: read(input), source: fields.sourceOf(input.name) });
  inputs().forEach(learn);

  let stack = [], ahead = [], group = null, replaying = false;
  const load = () => { try { return JSON.parse(sessionStorage.getItem(KEY)) || []; } catch { return []; } };
  const keep = () => {
    const plain = stack.map((steps) => steps.filter((step) => step.kind === "value" && !/^(lines|vat)\./.test(step.name))
      .map(({ kind, name, before, after }) => ({ kind, name, before, after }))).filter((steps) => steps.length);
    try { sessionStorage.setItem(KEY, JSON.stringify(plain.slice(-MOST))); } catch { /* full: undo ends with the page */ }
  };
  stack = load();

  const labelOf = (steps) => {
    const step = steps.find((one) => one.kind === "value" && !one.name.endsWith(".origin"));
    const input = step && (step.input?.isConnected ? step.input : form.elements.namedItem(step.name));
    const label = input && (form.querySelector(`label[for="${input.id}"] .name`)?.textContent || input.getAttribute("aria-label"));
    return label || restartButton.dataset.row;
  };
  const show = () => {
    [[undoButton, stack], [redoButton, ahead]].forEach(([button, steps]) => {
      button.disabled = !steps.length;
      button.textContent = steps.length ? `${button.dataset.name}: ${labelOf(steps[steps.length - 1])}` : button.dataset.name;
    });
  };
  const record = (step) => {
    if (replaying) return;
    if (!group) {
      group = [];
      setTimeout(close);
    }
    group.push(step);
  };
  const close = () => {
    if (!group) return;
    stack.push(group);
    [group, ahead] = [null, []];
    keep();
    show();
  };
  const notice = (input) => {
    if (!TRACKED.test(input.name || "")) return;
    const before = known.get(input) || { value: first(input), source: { by: "", at: "" } };
    const after = { value: read(input), source: fields.sourceOf(input.name) };
    const isMoved = Object.entries(after.source).some(([kind, text]) => text !== (before.source[kind] || ""));
    if (before.value !== after.value || isMoved) record({ kind: "value", input, name: input.name, before, after });
    known.set(input, after);
  };
  form.addEventListener("change", (event) => notice(event.target));

  const noticeRows = (changes) => changes.forEach((change) => {
    const step = (node, is) => ({ kind: "row", is, node, parent: change.target, next: change.nextSibling });
    [...change.removedNodes].forEach((node) => record(step(node, "removed")));
    [...change.addedNodes].filter((node) => node.querySelectorAll).forEach((node) => {
      node.querySelectorAll("input, textarea, select").forEach((input) => { if (!known.has(input)) learn(input); });
      record(step(node, "added"));
    });
  });
  const rows = new MutationObserver(noticeRows);
  form.querySelectorAll("[id^=rows-]").forEach((body) => rows.observe(body, { childList: true }));

  const put = (step, state) => {
    const input = step.input?.isConnected ? step.input : form.elements.namedItem(step.name);
    if (!input || input.disabled) return null;
    if (input.type === "checkbox") input.checked = state.value === "1"; else input.value = state.value;
    fields.setSource(input.name, state.source);
    known.set(input, state);
    ["input", "change"].forEach((kind) => input.dispatchEvent(new Event(kind, { bubbles: true })));
    return input;
  };
  const replay = (steps, back) => {
    if (group) close();
    replaying = true;
    let touched = null;
    (back ? [...steps].reverse() : steps).forEach((step) => {
      if (step.kind === "value") touched = put(step, back ? step.before : step.after) || touched;
      else if ((step.is === "added") === back) step.node.remove();
      else step.parent.insertBefore(step.node, step.next?.parentNode === step.parent ? step.next : null);
    });
    rows.takeRecords();
    replaying = false;
    window.facturierGrid?.sums();
    return touched;
  };
  const commit = () => { // what stands in the field that is being typed in counts too
    const input = document.activeElement;
    if (input && form.contains(input) && known.has(input) && known.get(input).value !== read(input)) notice(input);
    close();
  };
  // What a table does at once is one step, and not one with what was typed just before.
  form.addEventListener("facturier:group-start", commit);
  form.addEventListener("facturier:group-end", () => { noticeRows(rows.takeRecords()); close(); });
  const move = (back) => {
    commit();
    const steps = (back ? stack : ahead).pop();
    if (!steps) return;
    const input = replay(steps, back);
    (back ? ahead : stack).push(steps);
    keep();
    show();
    if (input) { input.focus({ preventScroll: true }); input.scrollIntoView({ block: "nearest" }); }
  };
  // The tables as they were read. Rows that a save removed come back; each takes up the line of now that is most like it.
  const tableOf = (part, seen) => {
    const { rowAt, rowsOf, cellOf, textsOf, columnOf } = window.facturierGrid;
    const numbers = Object.keys(seen).filter((name) => name.startsWith(`${part}.`) && name.endsWith(".origin")).map((name) => Number(name.split(".")[1])).sort((a, b) => a - b);
    rowAt(part, Math.max(0, numbers.length - 1));
    const wanted = {};
    const rows = rowsOf(part);
    const lines = rows.map((row) => ({ origin: first(cellOf(row, "origin")), cells: textsOf(row).map((input) => [columnOf(input), first(input)]) })).filter((line) => line.origin);
    rows.forEach((row, at) => {
      const texts = Object.fromEntries(textsOf(row).map((input) => [columnOf(input), seen[`${part}.${numbers[at]}.${columnOf(input)}`] || ""]));
      const isSeen = at < numbers.length;
      const likeness = (line) => line.cells.filter(([column, text]) => text && text === texts[column]).length;
      const like = isSeen ? lines.reduce((best, line) => (likeness(line) > (best ? likeness(best) : 1) ? line : best), null) : null;
      if (like) lines.splice(lines.indexOf(like), 1);
      if (isSeen) textsOf(row).forEach((input) => { wanted[input.name] = texts[columnOf(input)]; });
      if (isSeen) wanted[`${row.dataset.row}.origin`] = like ? like.origin : "";
      wanted[`${row.dataset.row}.drop`] = isSeen || textsOf(row).every((input) => !input.value) ? "" : "1";
    });
    return wanted;
  };
  const asRead = () => {
    const seen = JSON.parse(restartButton.dataset.read);
    const isKnown = Object.keys(seen).length > 0;
    const tables = isKnown ? { ...tableOf("lines", seen), ...tableOf("vat", seen) } : {};
    const wanted = (input) => (!isKnown ? first(input) : input.name.startsWith("field.") ? seen[input.name] || "" : tables[input.name] ?? read(input));
    inputs().filter((input) => !input.disabled && wanted(input) !== read(input)).forEach((input) => {
      const value = wanted(input);
      if (input.type === "checkbox") input.checked = value === "1"; else input.value = value;
      fields.setSource(input.name);
      ["input", "change"].forEach((kind) => input.dispatchEvent(new Event(kind, { bubbles: true })));
    });
  };
  const restart = () => {
    commit();
    while (stack.length) { const steps = stack.pop(); replay(steps, true); ahead.push(steps); }
    keep();
    show();
    window.facturierGrid.group(asRead);
  };
  document.addEventListener("submit", commit, true);
  undoButton.addEventListener("click", () => move(true));
  redoButton.addEventListener("click", () => move(false));
  restartButton.addEventListener("click", restart);
  document.addEventListener("keydown", (event) => {
    if (event.code !== "KeyZ" && event.key.toLowerCase() !== "z") return;
    if (document.querySelector("dialog[open]")) return;
    const inText = event.target.closest("input, textarea");
    if (event.altKey ? event.ctrlKey || event.metaKey : inText || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    move(!event.shiftKey);
  });
  show();
})();
