// A person's finger on the page: what lies under it, and what it presses. Runs once in each page; `gyosilHands` has the rest.
window.gyosilHands ??= (() => {
  const CONTROLS = "button, a[href], input, label, select, textarea, summary";
  const place = () => document.querySelector("dialog:modal") ?? document.body;
  const isSeen = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !node.closest(".unseen, [data-tight] .unseen-if-tight");
  const controls = () => [...place().querySelectorAll(CONTROLS)].filter((node) => isSeen(node) && !node.closest("button[disabled]"));
  const control = (node) => node?.closest("label") ?? node?.closest(CONTROLS) ?? null;
  const name = (node) => (node ? node.dataset.act ?? node.id ?? node.localName : "nothing");
  const centre = (node) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
  };

  // Clicks that are written down instead of done.

  const clicks = [];
  const hold = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    clicks.push(name(control(event.target)));
  };

  // The element under the finger, with all that it stands for.

  const title = () => document.querySelector("main h1")?.innerText ?? "";
  const meaning = (x, y) => {
    const found = control(document.elementFromPoint(x, y));
    return found && [name(found), found.innerText.trim(), found.closest("main") ? title() : ""].join(" · ");
  };

  return {
    /** Returns the middle of this element, if a finger can press it now. */
    middle(css) {
      const node = document.querySelector(css);
      if (!node) return null;
      node.scrollIntoView({ block: "nearest", behavior: "instant" });
      const [x, y] = centre(node);
      const hit = document.elementFromPoint(x, y);
      return hit && node.contains(hit) && !node.closest("[aria-disabled=true]") ? [x, y] : null;
    },
    /** Returns the number of controls, and the name and middle of one of them. */
    count: () => controls().length,
    at(number) {
      const node = controls()[number];
      node.scrollIntoView({ block: "center", behavior: "instant" });
      return [name(node), ...centre(node)];
    },
    holds: () => addEventListener("click", hold, { capture: true }),
    lets: () => removeEventListener("click", hold, { capture: true }),
    taken: () => clicks.splice(0),
    /** Looks at each frame from now on, and for so long after `hasChanged`, at what is under the middles of today's controls. */
    watches(hasChanged, ms) {
      scrollTo(0, 0);
      const points = controls().map(centre).filter(([x, y]) => meaning(x, y));
      const before = points.map(([x, y]) => meaning(x, y));
      const seen = { isOver: false, points: points.length, faults: [] };
      window.gyosilSeen = seen;
      let changed = null;
      const look = (now) => {
        changed ??= hasChanged() ? now : null;
        points.forEach(([x, y], at) => {
          const is = meaning(x, y);
          if (changed === null || is === null || is === before[at]) return;
          const fault = `«${before[at]}» is «${is}»`;
          if (!seen.faults.some((one) => one.startsWith(fault))) seen.faults.push(`${fault} after ${Math.round(now - changed)} ms`);
        });
        seen.isOver = changed !== null && now - changed > ms;
        if (!seen.isOver) requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    },
  };
})();
