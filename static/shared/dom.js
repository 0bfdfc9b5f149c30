// Helpers for the page's elements.

/** Makes an element: `el("p", {class: "big", onclick: f}, "text", child)`. False and null children are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) set(node, name, value);
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

function set(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
  else if (name === "value") node.value = value;
  else node.setAttribute(name, value === true ? "" : value);
}

/** Sets the text of a node, if it differs. */
export function text(node, value) {
  const wanted = value ?? "";
  if (node.textContent !== wanted) node.textContent = wanted;
}

/** Shows or hides a node. */
export function shown(node, isShown) {
  if (node.hidden === Boolean(isShown)) node.hidden = !isShown;
}

/** Returns a function that runs `work` once per animation frame, however often it is called. */
export function perFrame(work) {
  let waits = false;
  return () => {
    if (waits) return;
    waits = true;
    const run = () => {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
      waits = false;
      work();
    };
    const frame = requestAnimationFrame(run);
    // A hidden tab gets no frames, but must be up to date when it is seen again.
    const timer = setTimeout(run, 250);
  };
}

/** Returns a function that runs `work` once at a time: a second call meanwhile gets the first one's result. */
export function single(work) {
  let now = null;
  return (...given) => (now ??= Promise.resolve(work(...given)).finally(() => { now = null; }));
}

/** Returns a listener for `submit` that runs `work` instead of sending the form. */
export function onSubmit(work) {
  const send = single(work);
  return (event) => {
    event.preventDefault();
    send();
  };
}

/** Opens a dialog over the page. It is removed when it is closed, and the focus returns to where it was. */
export function dialog(attributes, ...parts) {
  const node = el("dialog", attributes, parts);
  node.addEventListener("close", () => node.remove());
  document.body.append(node);
  node.showModal();
  return node;
}

/** Asks a question in a dialog. Resolves to whether the answer was yes. `kind`: the look of «yes», which warns unless another is given. */
export function confirmed(question, yes, no, kind = "call") {
  const node = dialog({ class: "ask", "aria-label": question }, el("p", {}, question),
    el("form", { method: "dialog", class: "row" },
      el("button", { value: "no", class: "quiet" }, no), el("button", { value: "yes", class: kind }, yes)));
  return new Promise((resolve) => node.addEventListener("close", () => resolve(node.returnValue === "yes")));
}
