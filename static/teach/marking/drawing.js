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
  undo: "M8 5 4 9l4 4M4 9h10a5 5 0 0 1 0 10H8",
  picture: "M4 5h16v14H4zm0 11 5-5 4 4 3-3 4 4M15.500 9v.1",
  RING: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16z",
  ARROW: "M19 19 6 6m0 8V6h8",
  BOX: "M4 7h16v10H4z",
  SWIPE: "M12 15V4M7.500 8 12 3.500 16.500 8M12 15a3 3 0 1 0 0 6 3 3 0 0 0 0-6z",
  NUMBER: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16zM10.500 9.500 12.500 8v8",
  voice: "M5 9v6h4l5 4V5L9 9zm12-1a6 6 0 0 1 0 8",
};

/** A sign for a button. The button says in words what it does. */
export function sign(name) {
  return shape("svg", { class: "sign", viewBox: "0 0 24 24", "aria-hidden": "true" }, shape("path", { d: SIGNS[name] }));
}
