// Files that are chosen, dropped or pasted.

const hasFiles = (event) => event.dataTransfer.types.includes("Files");

/** Sorts files by what can be made of them. */
export function byKind(files) {
  const isPicture = ({ type, name }) => type.startsWith("image/") || /\.(png|jpe?g|webp|heic|heif)$/i.test(name);
  return { pictures: files.filter(isPicture), others: files.filter((file) => !isPicture(file)) };
}

/** Sorts files as their names count: 2 before 10. Files of one name come in the order of their times. */
export function inOrder(files) {
  const { compare } = new Intl.Collator(undefined, { numeric: true });
  return [...files].sort((a, b) => compare(a.name, b.name) || a.lastModified - b.lastModified);
}

/** Lets files be dropped on a node, and returns it. `data-drop` marks it while files are over it. */
export function dropZone(node, take) {
  node.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    node.dataset.drop = "";
  });
  node.addEventListener("dragleave", (event) => {
    if (!node.contains(event.relatedTarget)) delete node.dataset.drop;
  });
  node.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    document.querySelectorAll("[data-drop]").forEach((zone) => delete zone.dataset.drop);
    take([...event.dataTransfer.files]);
  });
  return node;
}

/** Keeps the browser from opening a file that is dropped beside the places for files. Returns a function that ends this. */
export function guardDrops() {
  const refuse = (event) => hasFiles(event) && event.preventDefault();
  for (const name of ["dragover", "drop"]) addEventListener(name, refuse);
  return () => ["dragover", "drop"].forEach((name) => removeEventListener(name, refuse));
}

/** A button that lets files be chosen. Returns its parts: the button and the hidden field. */
export function fileButton(button, accept, take) {
  const input = document.createElement("input");
  Object.assign(input, { type: "file", accept, multiple: true, hidden: true });
  input.addEventListener("change", () => {
    const files = [...input.files];
    // The same file can be chosen again.
    input.value = "";
    if (files.length > 0) take(files);
  });
  button.addEventListener("click", () => input.click());
  return [button, input];
}
