"use strict";
// Whose turn it is: the document stays at this desk while somebody is at it, and goes back when nobody is.
(() => {
  const form = document.getElementById("doc");
  const claim = document.getElementById("claim");
  if (!form || !claim) return;
  const BEAT = 60000, dialog = document.getElementById("idle");
  const keepButton = document.getElementById("idle-keep"), leaveButton = document.getElementById("idle-leave"), counter = document.getElementById("idle-count");
  const idle = Number(claim.dataset.idle) * 60000, warning = Math.min(60000, idle / 4);
  const address = `/documents/${form.dataset.document}/leave`, queue = document.querySelector(".eyebrow a").href;
  let lastSign = Date.now(), lastBeat = Date.now(), mine = false, going = 0, focused = null;

  const beat = () => { lastBeat = Date.now(); claim.dispatchEvent(new CustomEvent("facturier:alive")); };
  const sign = () => { if (!dialog.open) lastSign = Date.now(); };
  ["keydown", "pointerdown", "wheel"].forEach((kind) => document.addEventListener(kind, sign, { passive: true, capture: true }));
  const token = () => new URLSearchParams({ csrf: form.elements.namedItem("csrf").value, quietly: "1" });

  const close = () => { // nothing can be saved any more: the fields show what stands there, and no act is offered
    form.querySelectorAll("fieldset.plainset").forEach((set) => { set.disabled = true; });
    form.querySelectorAll(".acts button, .acts summary, .fieldbar button").forEach((button) => { button.disabled = true; });
    form.querySelector(".acts")?.setAttribute("hidden", "");
  };
  new MutationObserver(() => {
    const held = claim.querySelector("[data-held]")?.dataset.held;
    if (!held) return;
    mine = held === "mine";
    if (mine && claim.dataset.mine === "no") { location.reload(); return; }
    if (!mine) close();
  }).observe(claim, { childList: true });
  if (claim.dataset.mine === "no") close();

  const countDown = () => {
    const seconds = Math.max(0, Math.ceil((idle - (Date.now() - lastSign)) / 1000));
    counter.textContent = counter.dataset.words.replace("%n", seconds);
    return seconds;
  };
  const warn = () => {
    countDown();
    focused = document.activeElement;
    keepButton.hidden = false;
    dialog.showModal();
    keepButton.focus();
  };
  const keep = () => {
    if (dialog.dataset.over) { location.reload(); return; }
    lastSign = Date.now();
    if (dialog.open) dialog.close();
    beat();
    focused?.focus({ preventScroll: true });
  };
  const giveBack = () => {
    mine = false;
    return fetch(address, { method: "POST", body: token(), keepalive: true });
  };
  const over = () => { // time is up: what was typed stays in this browser
    giveBack();
    close();
    dialog.dataset.over = "yes";
    dialog.querySelector("p").textContent = dialog.dataset.gone;
    counter.textContent = "";
    keepButton.textContent = dialog.dataset.again;
    leaveButton.textContent = dialog.dataset.queue;
  };
  keepButton.addEventListener("click", keep);
  leaveButton.addEventListener("click", () => { if (!dialog.dataset.over) giveBack(); location.assign(queue); });
  dialog.addEventListener("cancel", (event) => { event.preventDefault(); keep(); });

  setInterval(() => {
    const still = Date.now() - lastSign;
    if (dialog.dataset.over) return;
    if (dialog.open) {
      if (!countDown()) over();
    } else if (mine && still >= idle - warning) warn();
    else if (lastSign > lastBeat && Date.now() - lastBeat >= (mine ? BEAT : BEAT / 3)) beat();
  }, 1000);

  document.addEventListener("submit", () => { going = Date.now(); }, true);
  window.addEventListener("pagehide", () => { if (mine && Date.now() - going > 10000) navigator.sendBeacon(address, token()); });
})();
