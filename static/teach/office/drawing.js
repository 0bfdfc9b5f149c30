// SVG shapes, and the signs on buttons.

const SVG = "http://www.w3.org/2000/svg";

/** Makes an SVG element, as `el()` makes one of HTML. */
export function shape(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter(Boolean));
  return node;
}

const SIGNS = {
  up: "M12 19V5m-6 6 6-6 6 6",
  down: "M12 5v14m6-6-6 6-6-6",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  edit: "M4 20h4L19 9l-4-4L4 16zm9-13 4 4",
  bin: "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13m-6 4v5m2-5v5",
  bell: "M6 16V11a6 6 0 0 1 12 0v5l2 2H4zm4 5h4",
  voice: "M5 9v6h4l5 4V5L9 9zm12-1a6 6 0 0 1 0 8",
};

/** A sign for a button. The button says in words what it does. */
export function sign(name) {
  return shape("svg", { class: "sign", viewBox: "0 0 24 24", "aria-hidden": "true" }, shape("path", { d: SIGNS[name] }));
}
