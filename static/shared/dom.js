/** `el("p", {class: "big", onclick: f}, "text", child)`; a false or null child is left out. */
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

/** Touches the page only when something changed. */
export function text(node, value) {
  const wanted = value ?? "";
  if (node.textContent !== wanted) node.textContent = wanted;
}

export function shown(node, is) {
  if (node.hidden === Boolean(is)) node.hidden = !is;
}

/** Runs `work` once per animation frame, however often it is called. */
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
    // A hidden tab gets no frames, but must be right when it is looked at again.
    const timer = setTimeout(run, 250);
  };
}

/** Runs `work` once at a time: what is pressed twice happens once. */
export function single(work) {
  let now = null;
  return (...given) => (now ??= Promise.resolve(work(...given)).finally(() => { now = null; }));
}

/** Hears a form that is sent; `work` is done in the place of what the browser would do. */
export function submits(work) {
  const send = single(work);
  return (event) => {
    event.preventDefault();
    send();
  };
}

/** A window over the page. It is gone when it is closed, and the focus returns to where it was. */
export function dialog(attributes, ...parts) {
  const node = el("dialog", attributes, parts);
  node.addEventListener("close", () => node.remove());
  document.body.append(node);
  node.showModal();
  return node;
}

/** A question. Resolves to whether it was agreed to. `kind`: how «yes» looks; unless it is said, as for what cannot be undone. */
export function confirmed(question, yes, no, kind = "call") {
  const node = dialog({ class: "ask", "aria-label": question }, el("p", {}, question),
    el("form", { method: "dialog", class: "row" },
      el("button", { value: "no", class: "quiet" }, no), el("button", { value: "yes", class: kind }, yes)));
  return new Promise((resolve) => node.addEventListener("close", () => resolve(node.returnValue === "yes")));
}
