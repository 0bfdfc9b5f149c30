// Texts of the tools that draw marks on pictures, in English.

export default {
  marking: {
    tools: "Mark the picture",
    kinds: { RING: "Ring", ARROW: "Arrow", BOX: "Box", SWIPE: "Swipe", NUMBER: "Number" },
    hints: {
      RING: "Press once where to tap. Drag to choose the size.",
      ARROW: "Press once where it points, or drag to that place.",
      BOX: "Press once on the picture, or drag from corner to corner.",
      SWIPE: "Drag as a finger would: from the beginning to the end.",
      NUMBER: "Press where the number belongs.",
      none: "Choose a shape, then press on the picture. Marks are moved by dragging.",
      selected: "Drag to move it. Drag a white dot to change its size.",
      number: "Drag to move it.",
      full: "There is room for 12 marks.",
    },
    mark: (kind, number, label) => `${kind} ${number}${label ? `: ${label}` : ""}`,
    handles: { size: "Size", from: "Beginning", to: "End" },
    undo: "Undo",
    removeMark: "Delete the mark",
    label: "Words beside the mark (optional)",
    labelExample: "e.g. Here",
    number: "Number",
    keys: "Tab: next mark · arrow keys: move (Shift: far) · +/−: size · Delete · Enter: words · Ctrl+Z: undo",
  },
};
