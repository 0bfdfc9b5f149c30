// Everyone by name, who needs me first. Only what changed is touched.

import { post } from "../shared/api.js";
import { confirmed, el, shown, text } from "../shared/dom.js";
import { byNeed, stateOf } from "./roster.js";

const WORDS = { help: "도움 필요", stuck: "막힘", working: "하는 중", away: "자리 비움", done: "마침", here: "들어옴", came: "참여함" };
const SIGNS = { help: "✋", stuck: "⏳", working: "·", away: "💤", done: "✔", here: "👋", came: "·" };

export class PeopleList {
  #api;
  #session;
  #fail;
  #entries = new Map();
  #order = "";
  #people = new Map();
  #list = el("ul", { class: "people" });
  #nobody = el("p", { class: "hint" }, "아직 들어온 사람이 없습니다.");

  constructor({ api, session, fail }) {
    this.#api = api;
    this.#session = session;
    this.#fail = fail;
    this.node = el("section", { class: "card roster", "aria-label": "수강생" }, el("h2", {}, "수강생"), this.#nobody, this.#list);
  }

  draw(people, status) {
    this.#people = people;
    for (const [id, entry] of this.#entries) {
      if (people.has(id)) continue;
      entry.node.remove();
      this.#entries.delete(id);
    }
    const sorted = [...people.values()].sort(byNeed);
    for (const person of sorted) this.#drawOne(person, status);
    this.#arrange(sorted.map((person) => person.id));
    shown(this.#nobody, people.size === 0);
  }

  #drawOne(person, status) {
    let entry = this.#entries.get(person.id);
    if (!entry) {
      entry = this.#entry(person.id);
      this.#entries.set(person.id, entry);
    }
    const state = stateIn(status, person);
    if (entry.button.dataset.state !== state) entry.button.dataset.state = state;
    text(entry.name, person.label);
    text(entry.word, WORDS[state]);
    text(entry.sign, SIGNS[state]);
  }

  #arrange(ids) {
    const order = ids.join();
    if (order === this.#order) return;
    this.#order = order;
    let after = null;
    for (const id of ids) {
      const { node } = this.#entries.get(id);
      const place = after ? after.nextSibling : this.#list.firstChild;
      if (place !== node) this.#list.insertBefore(node, place);
      after = node;
    }
  }

  #entry(id) {
    const name = el("span", { class: "name" });
    const word = el("span", { class: "word" });
    const sign = el("span", { class: "sign", "aria-hidden": "true" });
    const button = el("button", { type: "button", class: "person", onclick: () => this.#more(id) }, sign, name, word);
    return { node: el("li", {}, button), button, name, word, sign };
  }

  // About one person.

  #more(id) {
    const person = this.#people.get(id);
    if (!person) return;
    const dialog = el("dialog", { class: "ask", "aria-label": person.label });
    const name = el("input", { id: "new-name", value: person.name, maxlength: 200 });
    const qr = el("div", { class: "reentry" });
    const act = (label, kind, work) => el("button", { type: "button", class: kind, onclick: () => this.#do(work) }, label);
    const path = `/api/sessions/${this.#session}/participants/${id}`;
    dialog.append(el("h2", {}, person.label),
      person.guest && el("label", { for: "new-name" }, "이름 고치기"),
      person.guest && el("div", { class: "row" }, name, act("고치기", "quiet", async () => {
        await this.#api.call(post, `${path}/rename`, { name: name.value.trim() });
        dialog.close();
      })),
      person.guest && act("다른 휴대폰으로 들어오기 (QR)", "quiet", async () => showQr(qr, await this.#api.call(post, `${path}/reentry`, {}))),
      qr,
      el("div", { class: "row" },
        act("내보내기", "call", async () => {
          dialog.close();
          if (await confirmed(`${person.label} 님을 내보낼까요? 다시 들어올 수 없습니다.`, "내보내기")) {
            await this.#api.call(post, `${path}/remove`, {});
          }
        }),
        el("button", { type: "button", class: "main", onclick: () => dialog.close() }, "닫기")));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  async #do(work) {
    try {
      this.#fail(null);
      await work();
    } catch (error) {
      this.#fail(error);
    }
  }
}

/** Before the start it counts who is here, and after the end who has finished. */
function stateIn(status, person) {
  if (person.help || status === "IN_PROGRESS" || status === "PAUSED") return stateOf(person);
  if (status === "REVIEW_MODE") return person.status === "COMPLETED" ? "done" : "came";
  return person.connected ? "here" : "away";
}

function showQr(place, { qr_svg: svg, expires_in_seconds: seconds }) {
  const image = el("img", { class: "qr", alt: "다시 들어오는 QR 코드", src: `data:image/svg+xml,${encodeURIComponent(svg)}` });
  place.replaceChildren(image, el("p", { class: "hint" }, `새 휴대폰으로 찍어 주세요. ${Math.round(seconds / 60)}분 동안 한 번 쓸 수 있습니다.`));
}
