// The tools with which marks are drawn on a picture, and the values of the chosen mark.

import { el, shown, text } from "../../shared/dom.js";
import { words } from "../../shared/words.js";
import { sign } from "./drawing.js";
import { KINDS } from "./picture-marks.js";

const LABEL_MAX = 40;
const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** Handles the keys that concern the whole drawing. */
export function pressed(event, canvas) {
  const writes = event.target.matches("input:not([type=radio]), textarea, select");
  if (event.key.toLowerCase() === "z" && (event.ctrlKey || event.metaKey) && !writes) {
    event.preventDefault();
    canvas.undo();
  }
  if (event.key === "Escape" && canvas.tool) {
    // Else the same press would close the editor.
    event.preventDefault();
    canvas.use(null);
  }
}

/** Makes the `tools`, and in `node` the values of the chosen mark. */
export function markPanel(canvas) {
  const tools = KINDS.map((kind) => toolButton(canvas, kind));
  const hint = el("p", { class: "hint", role: "status" });
  const undo = el("button", { type: "button", class: "quiet", "data-act": "undo", onclick: () => canvas.undo() }, sign("undo"), words.marking.undo);
  const bin = el("button", { type: "button", class: "quiet", "data-act": "remove-mark", onclick: () => canvas.remove() }, sign("bin"), words.marking.removeMark);
  const label = el("input", { id: "label", maxlength: LABEL_MAX, placeholder: words.marking.labelExample });
  label.addEventListener("input", () => canvas.edit({ label: label.value.trim() || undefined }));
  const number = el("select", { id: "number", "aria-label": words.marking.number }, NUMBERS.map((n) => el("option", { value: n }, n)));
  number.addEventListener("change", () => canvas.edit({ number: Number(number.value) }));
  const chosen = el("div", { class: "chosen-mark" }, el("label", { for: "label" }, words.marking.label), el("div", { class: "row" }, number, label));
  const node = el("div", { class: "pile" }, el("div", { class: "row" }, undo, bin), chosen);
  return {
    tools: el("fieldset", { class: "tools-of-picture" }, el("legend", { class: "unseen" }, words.marking.tools), el("div", { class: "chips" }, tools), hint),
    node,
    focusLabel: () => label.focus(),
    update() {
      const { selected, tool } = canvas;
      for (const button of tools) {
        button.setAttribute("aria-pressed", button.dataset.kind === tool);
        button.disabled = canvas.isFull;
      }
      text(hint, hintOf(canvas));
      undo.disabled = !canvas.isChanged;
      bin.disabled = !selected;
      shown(chosen, selected);
      shown(number, selected?.kind === "NUMBER");
      // A space at the end, on the way to the next word, is not taken from the field.
      if (selected && label.value.trim() !== (selected.label ?? "")) label.value = selected.label ?? "";
      if (selected?.number) number.value = selected.number;
      // The mark or the button that had the focus is gone.
      const active = document.activeElement;
      if (active === document.body || active.disabled) tools[0].focus();
    },
  };
}

function hintOf(canvas) {
  const { hints } = words.marking;
  if (canvas.tool) return hints[canvas.tool];
  if (canvas.selected) return canvas.selected.kind === "NUMBER" ? hints.number : hints.selected;
  return canvas.isFull ? hints.full : hints.none;
}

function toolButton(canvas, kind) {
  return el("button", {
    type: "button", class: "quiet tool", "data-kind": kind, "data-act": `draw-${kind.toLowerCase()}`, onclick: (event) => {
      // A key has no place on the picture.
      if (event.detail === 0) canvas.place(kind);
      else canvas.use(canvas.tool === kind ? null : kind);
    },
  }, sign(kind), words.marking.kinds[kind]);
}
