/* What a careful eye sees on a page: each function returns a list of complaints, empty where all is well. */
(() => {
  const CONTROLS = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]:not([tabindex='-1'])";
  const name = one => one.tagName.toLowerCase() + (one.id ? "#" + one.id : "") +
    [...one.classList].slice(0, 2).map(word => "." + word).join("") + (one.name ? `[name=${one.name}]` : "") +
    ` "${(one.innerText || one.value || one.getAttribute("aria-label") || "").trim().slice(0, 30)}"`;
  const shown = one => one.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }) &&
    one.getClientRects().length > 0;
  const isOffstage = one => one.closest(".hidden, .skip, .offstage, .again") !== null ||
    getComputedStyle(one.closest("thead") || one).clipPath.startsWith("inset(50%") ||
    (box => box.width <= 1 || box.height <= 1)(one.getBoundingClientRect());
  const scroller = one => {
    for (let up = one.parentElement; up && up !== document.body; up = up.parentElement)
      if (["auto", "scroll"].includes(getComputedStyle(up).overflowX)) return up;
    return null;
  };
  const controls = () => [...document.querySelectorAll(CONTROLS)].filter(one => shown(one) && !one.matches(":disabled") && !isOffstage(one));
  const area = one => {
    const label = one.matches("input") && one.labels ? one.labels[0] : null;
    const box = one.getBoundingClientRect();
    if (!label || !label.contains(one)) return box;
    const around = label.getBoundingClientRect();
    return new DOMRect(Math.min(box.x, around.x), Math.min(box.y, around.y), Math.max(box.width, around.width), Math.max(box.height, around.height));
  };
  const rects = node => { const range = document.createRange(); range.selectNodeContents(node); return [...range.getClientRects()]; };
  const texts = () => {
    const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const node = walk.currentNode, up = node.parentElement;
      if (node.data.trim() && shown(up) && !isOffstage(up) && !up.closest("svg, script, option, textarea")) found.push(node);
    }
    return found;
  };
  const isPinned = one => { for (let up = one; up; up = up.parentElement) if (["sticky", "fixed"].includes(getComputedStyle(up).position)) return true; return false; };

  const looks = {
    named() {
      const said = [], heads = [...document.querySelectorAll("h1")].filter(shown);
      if (heads.length !== 1) said.push(`${heads.length} h1`);
      if (document.title.split(" · ")[0].trim().length < 3) said.push(`title "${document.title}"`);
      if (!document.documentElement.lang) said.push("no lang");
      return said;
    },
    fits() {
      const wide = document.documentElement.scrollWidth - innerWidth;
      const out = wide <= 0 ? [] : [`${wide} px too wide: ` + [...document.body.querySelectorAll("*")].filter(one => shown(one) &&
        one.getBoundingClientRect().right > innerWidth + 1 && !scroller(one)).slice(-3).map(name).join(", ")];
      for (const one of document.body.querySelectorAll("*")) {
        const style = getComputedStyle(one);
        if (!shown(one) || isOffstage(one) || one.closest("svg, .again")) continue; // .again: said in full above, and at focus
        if (["hidden", "clip"].includes(style.overflowX) && one.scrollWidth > one.clientWidth + 1 && one.innerText?.trim()) out.push("cut: " + name(one));
        if (["auto", "scroll"].includes(style.overflowX) && one.scrollWidth > one.clientWidth + 1 && !one.matches("textarea, select, input") &&
          !((one.tabIndex >= 0 || one.querySelector(CONTROLS)) && (one.getAttribute("aria-label") || one.getAttribute("aria-labelledby")))) out.push("scrolls without a name or without keys: " + name(one));
      }
      return out;
    },
    apart() {
      const said = [], nodes = texts().filter(node => !isPinned(node.parentElement)).flatMap(node => rects(node).map(box => [node, box]));
      nodes.sort((one, other) => one[1].top - other[1].top);
      for (let i = 0; i < nodes.length; i++) for (let j = i + 1; j < nodes.length && nodes[j][1].top < nodes[i][1].bottom; j++) {
        const [one, a] = nodes[i], [other, b] = nodes[j];
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left), down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (one !== other && across > 3 && down > 6) said.push(`"${one.data.trim().slice(0, 25)}" over "${other.data.trim().slice(0, 25)}"`);
      }
      const all = controls().filter(one => !isPinned(one)).flatMap(one => [...one.getClientRects()].map(box => [one, box]));
      for (let i = 0; i < all.length; i++) for (let j = i + 1; j < all.length; j++) {
        const [one, a] = all[i], [other, b] = all[j];
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left), down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (one !== other && across > 2 && down > 2 && !one.contains(other) && !other.contains(one)) said.push(`${name(one)} over ${name(other)}`);
      }
      return said;
    },
    roomy() {
      const all = controls().filter(one => !(one.matches("a") && getComputedStyle(one).display === "inline" &&
        [...one.parentElement.childNodes].some(near => near.nodeType === 3 && near.data.trim())));
      const places = all.map(one => [one, area(one)]);
      return places.filter(([one, box]) => (box.width < 23.9 || box.height < 23.9) && places.some(([other, near]) => {
        if (other === one || other.contains(one) || one.contains(other)) return false;
        const x = box.x + box.width / 2, y = box.y + box.height / 2;
        const dx = Math.max(near.left - x, 0, x - near.right), dy = Math.max(near.top - y, 0, y - near.bottom);
        return Math.hypot(dx, dy) < 12;
      })).map(([one, box]) => `${name(one)} ${Math.round(box.width)}x${Math.round(box.height)}`);
    },
    worded() {
      const bare = [...document.querySelectorAll(".state, .tag, .mark, .chip, .count, [class*=conf]")].filter(one => shown(one) &&
        !one.textContent.trim() && !one.getAttribute("aria-label") && !one.querySelector("[aria-label], title")).map(one => "no words: " + name(one));
      const mute = [...document.querySelectorAll(".notice")].filter(one => shown(one) &&
        !one.closest("[role=status], [role=alert], [role=alertdialog], [aria-live], dialog")).map(one => "not announced: " + name(one));
      return [...bare, ...mute];
    },
    focus(forced) {
      const said = [], mark = one => { const style = getComputedStyle(one);
        return [style.outlineStyle, style.outlineWidth, style.outlineColor, forced ? "" : style.boxShadow].join(); };
      for (const one of controls()) {
        if (!one.isConnected || !shown(one) || one.matches(":disabled")) continue;
        document.activeElement.blur();
        const label = one.closest("label"), around = [one, label].filter(Boolean), before = around.map(mark).join();
        one.focus();
        if (document.activeElement !== one) { said.push("takes no focus: " + name(one)); continue; }
        if (around.map(mark).join() === before || (forced && around.every(each => getComputedStyle(each).outlineStyle === "none"))) said.push("focus not seen: " + name(one));
        const box = [...one.getClientRects()][0], x = (Math.max(box.left, 0) + Math.min(box.right, innerWidth)) / 2;
        const y = (Math.max(box.top, 0) + Math.min(box.bottom, innerHeight)) / 2, there = document.elementFromPoint(x, y);
        if (!there || !(one.contains(there) || there.contains(one) && there === label || label?.contains(there)))
          said.push(`hidden at focus: ${name(one)} by ${there ? name(there) : "the edge"}`);
      }
      return said;
    },
    still() {
      return [...document.querySelectorAll("*")].filter(one => { const style = getComputedStyle(one);
        return style.animationName !== "none" || style.transitionDuration.split(", ").some(each => parseFloat(each) > 0.01) || style.scrollBehavior === "smooth"; }).map(one => "moves: " + name(one));
    },
  };
  return looks;
})()
