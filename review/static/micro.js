// Keys for micro-tasks and group verification, and the seconds in which the page could be seen.
(() => {
  "use strict";
  const form = document.getElementById("micro");
  const group = document.getElementById("verify");
  const isTyping = (target) => target.matches("input:not([type=checkbox]), textarea, select");

  if (form) {
    let seen = (Number(form.elements.visible.value) || 0) * 1000; // of before, where an answer was sent back
    let since = document.visibilityState === "visible" ? performance.now() : null;
    const stop = () => { if (since !== null) { seen += performance.now() - since; since = null; } };
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") { since = performance.now(); } else { stop(); }
    });
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (sent) { event.preventDefault(); return; }
      sent = true;
      stop();
      form.elements.visible.value = (seen / 1000).toFixed(1);
    });
    window.addEventListener("pageshow", (event) => { if (event.persisted) { window.location.replace("/micro"); } });
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isTyping(event.target)) { return; }
      const key = event.key.toLowerCase() === "o" ? "y" : event.key.toLowerCase(); // oui
      const button = form.querySelector(`button[aria-keyshortcuts="${CSS.escape(key)}"]`);
      if (button) { event.preventDefault(); button.click(); }
    });
  }

  if (group) {
    const boxes = [...group.querySelectorAll("input[type=checkbox]")];
    const told = document.getElementById("told");
    const count = () => {
      const wrong = boxes.filter((box) => box.checked).length;
      told.textContent = told.dataset.words.replace("#r", boxes.length - wrong).replace("#w", wrong);
    };
    group.addEventListener("change", count);
    document.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) { return; }
      const at = boxes.indexOf(document.activeElement);
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (step && boxes.length) { event.preventDefault(); boxes[(at + step + boxes.length) % boxes.length].focus(); }
      if (event.key.toLowerCase() === "x" && at >= 0) { boxes[at].click(); }
    });
    count();
  }
})();
