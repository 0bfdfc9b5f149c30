// Controls that show no word: a symbol alone, or words for screen readers only. A field has its word in its label.
const page = document.querySelector("dialog:modal") ?? document.body;
const isSeen = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !node.closest(".unseen, [data-tight] .unseen-if-tight");

function seenWords(node) {
  const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  let words = "";
  for (let text = walker.nextNode(); text; text = walker.nextNode()) if (isSeen(text.parentElement)) words += ` ${text.data}`;
  return words;
}

function wordsOf(node) {
  const label = node.closest("label") ?? node.labels?.[0];
  const of = (node.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean).map((id) => document.getElementById(id));
  return [node, label, ...of].filter(Boolean).map(seenWords).join(" ");
}

const controls = [...page.querySelectorAll("button, a[href], input, select, textarea, summary, [role=button], [role=switch]")];
return controls
  .filter((node) => node.type !== "hidden" && isSeen(node.closest("label") ?? node) && !/[\p{L}\p{N}]/u.test(wordsOf(node)))
  .map((node) => `no word is seen on ${node.outerHTML.slice(0, 120)}`);
