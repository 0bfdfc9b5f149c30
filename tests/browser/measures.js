// What an old eye or a large finger would stumble over, in words. Runs in the page; `arguments[0]` are the measures.
const { text, target, gap, line } = arguments[0];
const faults = [];
const page = document.querySelector("dialog:modal") ?? document.body;
const width = document.documentElement.clientWidth;
const near = 1;

const name = (node) => `<${node.localName}${node.dataset?.act ? ` ${node.dataset.act}` : ""}> «${(node.innerText ?? node.value ?? "").slice(0, 30)}»`;
const isSeen = (node) => node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !node.closest(".unseen, [data-tight] .unseen-if-tight");
const px = (n) => Math.round(n * 10) / 10;

if (document.documentElement.scrollWidth > width + near) {
  faults.push(`the page is ${document.documentElement.scrollWidth} px wide, the screen ${width}`);
}

// Texts: large enough, on the screen, in short lines.

function linesOf(node) {
  const lines = new Map();
  const range = document.createRange();
  for (let at = 0; at < node.data.length; at += 1) {
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    const top = Math.round(range.getBoundingClientRect().top);
    lines.set(top, (lines.get(top) ?? "") + node.data[at]);
  }
  return [...lines.values()];
}

const walker = document.createTreeWalker(page, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const parent = node.parentElement;
  if (!node.data.trim() || !isSeen(parent)) continue;
  const size = parseFloat(getComputedStyle(parent).fontSize);
  if (size < text) faults.push(`${name(parent)} is written in ${size} px`);
  const range = document.createRange();
  range.selectNodeContents(node);
  for (const rect of range.getClientRects()) {
    if (rect.left < -near || rect.right > width + near) faults.push(`${name(parent)} reaches from ${px(rect.left)} to ${px(rect.right)} of ${width} px`);
  }
  if (node.data.length > line) {
    for (const written of linesOf(node)) {
      const glyphs = written.match(/[\uac00-\ud7af]/g)?.length ?? 0;
      if (glyphs > line) faults.push(`a line of ${glyphs} letters: ${written}`);
    }
  }
}
for (const field of page.querySelectorAll("input, select, textarea")) {
  const size = parseFloat(getComputedStyle(field).fontSize);
  if (isSeen(field) && size < text) faults.push(`${name(field)} is written in ${size} px`);
}

// Nothing is cut off.

for (const node of page.querySelectorAll("*")) {
  if (!isSeen(node)) continue;
  const { overflowX, overflowY } = getComputedStyle(node);
  const cuts = (way) => way === "hidden" || way === "clip";
  if (cuts(overflowX) && node.scrollWidth > node.clientWidth + near) faults.push(`${name(node)} is cut off at its side`);
  if (cuts(overflowY) && node.scrollHeight > node.clientHeight + near) faults.push(`${name(node)} is cut off below`);
}

// Targets: large, apart, and under nothing else.

const CONTROLS = "button, a[href], input, select, textarea, summary, [role='button'], [role='radio'], [role='switch']";
const placeOf = (node) => (node.matches("input[type=radio], input[type=checkbox]") ? node.closest("label") ?? node.labels?.[0] ?? node : node);
const layerOf = (node) => {
  for (let at = node; at && at !== page; at = at.parentElement) {
    if (["fixed", "sticky"].includes(getComputedStyle(at).position)) return at;
  }
  return page;
};
const targets = [...new Set([...page.querySelectorAll(CONTROLS)].filter((node) => node.type !== "hidden" && isSeen(placeOf(node))).map(placeOf))];

for (const node of targets) {
  const rect = node.getBoundingClientRect();
  if (rect.width < target - 0.5 || rect.height < target - 0.5) faults.push(`${name(node)} is ${px(rect.width)} × ${px(rect.height)} px`);
}
targets.forEach((one, at) => {
  const a = one.getBoundingClientRect();
  for (const other of targets.slice(at + 1)) {
    if (one.contains(other) || other.contains(one) || layerOf(one) !== layerOf(other)) continue;
    const b = other.getBoundingClientRect();
    const beside = Math.max(a.left - b.right, b.left - a.right);
    const below = Math.max(a.top - b.bottom, b.top - a.bottom);
    if (Math.max(beside, below) < gap - 0.5) faults.push(`${name(one)} and ${name(other)} are ${px(Math.max(beside, below))} px apart`);
  }
});

const [x, y] = [scrollX, scrollY];
for (const node of targets) {
  node.scrollIntoView({ block: "center", behavior: "instant" });
  const rect = node.getBoundingClientRect();
  const hit = document.elementFromPoint(rect.left + rect.width / 2, rect.top + rect.height / 2);
  if (!hit || !(node.contains(hit) || hit.contains(node) && placeOf(hit) === node)) faults.push(`${name(node)} cannot be touched: ${hit ? name(hit) : "it is off the screen"}`);
}
scrollTo(x, y);
return faults;
