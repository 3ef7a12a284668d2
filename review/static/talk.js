"use strict";
// Comments: after an @ the people who may be called are offered; arrows choose, Enter or Tab takes, Escape closes.
(() => {
  let list = null, chosen = -1;
  const area = () => document.getElementById("comment-words");
  const close = () => {
    if (list) list.remove();
    list = null; chosen = -1;
    const input = area();
    if (input) { input.removeAttribute("aria-activedescendant"); input.removeAttribute("aria-controls"); }
  };
  const asked = (input) => /(?:^|[^\w@.])@([a-z0-9._-]*)$/i.exec(input.value.slice(0, input.selectionStart));
  const mark = (at) => {
    chosen = at;
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", index === at ? "true" : "false"));
    area().setAttribute("aria-activedescendant", list.children[at].id);
  };
  const take = (login) => {
    const input = area(), end = input.selectionStart, start = end - asked(input)[1].length;
    input.setRangeText(`${login} `, start, end, "end");
    close();
    input.focus();
  };
  const offer = (input) => {
    const found = asked(input);
    close();
    if (!found) return;
    const names = (input.dataset.callers || "").split(" ").filter((name) => name && name.startsWith(found[1].toLowerCase())).slice(0, 8);
    if (!names.length) return;
    list = document.createElement("ul");
    list.id = "callers";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", input.dataset.found);
    names.forEach((name, index) => {
      const item = document.createElement("li");
      item.id = `caller-${index}`;
      item.setAttribute("role", "option");
      item.textContent = `@${name}`;
      item.addEventListener("mousedown", (event) => { event.preventDefault(); take(name); });
      list.append(item);
    });
    input.parentElement.append(list);
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", "callers");
    mark(0);
  };
  document.addEventListener("input", (event) => { if (event.target.id === "comment-words") { event.stopPropagation(); offer(event.target); } }, true);
  document.addEventListener("focusout", (event) => { if (event.target.id === "comment-words") close(); });
  document.addEventListener("keydown", (event) => {
    if (!list || event.target.id !== "comment-words") return;
    const keys = {
      ArrowDown: () => mark((chosen + 1) % list.children.length),
      ArrowUp: () => mark((chosen + list.children.length - 1) % list.children.length),
      Enter: () => take(list.children[chosen].textContent.slice(1)),
      Tab: () => take(list.children[chosen].textContent.slice(1)),
      Escape: close,
    };
    const act = keys[event.key];
    if (act) { event.preventDefault(); event.stopPropagation(); act(); }
  }, true);
})();
