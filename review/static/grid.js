"use strict";
// The tables of the document page: lines and VAT rows.
(() => {
  const addRow = (part) => {
    const body = document.getElementById(`rows-${part}`);
    const last = body.lastElementChild;
    const row = last.cloneNode(true);
    const old = last.dataset.row;
    const next = `${part}.${Number(old.split(".")[1]) + 1}`;
    row.dataset.row = next;
    row.querySelectorAll("input").forEach((input) => {
      input.name = input.name.replace(old, next);
      if (input.id) input.id = input.id.replace(old.replace(".", "-"), next.replace(".", "-"));
      if (input.type === "checkbox") input.checked = false; else input.value = "";
    });
    body.append(row);
    row.querySelector("input:not([type=hidden])").focus();
  };

  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add]");
    if (add) addRow(add.dataset.add);
  });
})();
