// Measures of the look of the focus, and of the places of things. `arguments[0]`: the themes.
window.gyosilEyes ??= (() => {
  const luminance = (colour) => {
    const linear = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const contrast = (a, b) => {
    const [dark, light] = [luminance(a), luminance(b)].sort((one, other) => one - other);
    return (light + 0.05) / (dark + 0.05);
  };
  const rgba = (text) => text.match(/[\d.]+/g).map(Number);
  const groundOf = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const [red, green, blue, alpha = 1] = rgba(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return [red, green, blue];
    }
    return [255, 255, 255];
  };
  const layerOf = (node) => {
    for (let at = node; at; at = at.parentElement) if (["fixed", "sticky"].includes(getComputedStyle(at).position) || at.localName === "dialog") return at;
    return null;
  };
  const pick = ({ outlineStyle, outlineWidth, outlineColor, outlineOffset }) => ({ style: outlineStyle, width: parseFloat(outlineWidth), colour: rgba(outlineColor), offset: parseFloat(outlineOffset) });

  /** Returns the faults of the ring in the colours of now. */
  function weakRing(shown) {
    const { style, width, colour, offset } = pick(getComputedStyle(shown));
    if (style === "none" || width < 2) return `has a ring of ${style === "none" ? 0 : width} px`;
    const found = contrast(colour.slice(0, 3), groundOf(offset < 0 ? shown : shown.parentElement));
    return found < 3 ? `has a ring with a contrast of ${found.toFixed(1)}` : null;
  }

  /** The first place on the edge of the element, or of its ring, that is off the screen or under something else. */
  function hiddenPart(shown) {
    const { width, offset } = pick(getComputedStyle(shown));
    const box = shown.getBoundingClientRect();
    for (const out of [-3, offset + width - 1]) {
      const [left, right, top, bottom] = [box.left - out, box.right + out, box.top - out, box.bottom + out];
      const [middle, centre] = [(left + right) / 2, (top + bottom) / 2];
      for (const [x, y] of [[middle, top], [middle, bottom], [left, centre], [right, centre], [left, top], [right, bottom]]) {
        if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return `is off the screen at ${Math.round(x)}, ${Math.round(y)} of ${innerWidth} × ${innerHeight}`;
        const above = document.elementFromPoint(x, y);
        const layer = above && layerOf(above);
        if (layer && layer !== layerOf(shown) && !layer.contains(shown) && !shown.contains(layer)) return `is under <${layer.className}> at ${Math.round(x)}, ${Math.round(y)}`;
      }
    }
    return null;
  }

  return {
    /** Returns the element that has the focus and the faults of its look, or nothing where the focus has left the page. */
    focus(themes) {
      const node = document.activeElement;
      if (!node || node === document.body) return null;
      const shown = node.matches(".unseen") ? node.nextElementSibling : node;
      const root = document.documentElement;
      const was = root.dataset.theme;
      const faults = new Set([hiddenPart(shown)]);
      for (const theme of themes) {
        root.dataset.theme = theme;
        const weak = weakRing(shown);
        if (weak) faults.add(`${weak}, ${theme}`);
      }
      if (was === undefined) delete root.dataset.theme;
      else root.dataset.theme = was;
      const name = node.dataset.act ?? (node.id || `${node.name ?? node.localName} ${node.value ?? ""}`);
      return [name, [...faults].filter(Boolean).map((fault) => `the focus on «${name}» ${fault}`)];
    },

    /** The widest text spacing that a reader may set (WCAG 1.4.12), on or off. */
    spaces(isOn) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }");
      document.adoptedStyleSheets = isOn ? [sheet] : [];
      dispatchEvent(new Event("resize"));
    },

    /** Words that reach out of the button or the note in which they stand. */
    spilt() {
      const page = document.querySelector("dialog:modal") ?? document.body;
      const faults = [];
      for (const box of page.querySelectorAll("button, a[href], .note, .tile > span, .link")) {
        if (!box.checkVisibility({ visibilityProperty: true }) || box.closest(".unseen")) continue;
        const { left, right, top, bottom } = box.getBoundingClientRect();
        const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
        const rects = [];
        for (let text = walker.nextNode(); text; text = walker.nextNode()) {
          if (text.parentElement.closest(".unseen, [data-tight] .unseen-if-tight")) continue;
          const range = document.createRange();
          range.selectNodeContents(text);
          rects.push(...range.getClientRects());
        }
        const out = rects.some((rect) => rect.width > 1 && (rect.left < left - 1 || rect.right > right + 1 || rect.top < top - 4 || rect.bottom > bottom + 4));
        if (out) faults.push(`words reach out of «${box.innerText.slice(0, 30)}»`);
      }
      return faults;
    },

    /** Returns the parts of a step that are out of sight: its title, its buttons, and the beginning of its text, for which the largest letters leave no room. */
    hidden(isLarge) {
      const foot = document.querySelector("main .actions").getBoundingClientRect().top;
      const below = [...document.querySelectorAll("main .actions [data-act]")].filter((node) => node.checkVisibility() && node.getBoundingClientRect().bottom > innerHeight + 1);
      const title = document.querySelector("main h1").getBoundingClientRect();
      const guide = document.querySelector("main .guide");
      const hasRoom = guide.getBoundingClientRect().top + parseFloat(getComputedStyle(guide).lineHeight) <= foot + 1;
      return [(title.top < 0 || title.bottom > foot) && "the title", !hasRoom && !isLarge && "the first line of the guide", ...below.map((node) => node.dataset.act)]
        .filter(Boolean).map((part) => `out of sight: ${part}`);
    },

    /** Returns the places of the way to more help and of the settings: from the right edge, and from the bottom or the top. */
    places() {
      const found = {};
      for (const [what, css, edge] of [["help", "main .actions :is([data-act=help], [data-act=cancel], [data-act=not-yet])", "bottom"], ["settings", "#settings", "top"]]) {
        const node = [...document.querySelectorAll(css)].find((one) => one.checkVisibility());
        if (!node) continue;
        const { right, top, bottom } = node.getBoundingClientRect();
        found[what] = [Math.round(innerWidth - right), Math.round(edge === "top" ? top : innerHeight - bottom)];
      }
      return found;
    },

    boxes: (css) => [...document.querySelectorAll(css)].map((node) => node.getBoundingClientRect()).map(({ x, y, width, height }) => [x, y, width, height]),
  };
})();
