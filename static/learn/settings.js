// The settings of this phone: size, colours, sound and language. They are remembered on it.

import { changeLook, look, read, SIZES, THEMES, write } from "../shared/device.js";
import { dialog as popup, el, shown, text } from "../shared/dom.js";
import * as speech from "../shared/speech.js";
import { changeLanguage, language, LANGUAGES, words } from "../shared/words.js";
import { chooseKind, kindNow, offeredKinds } from "./kinds.js";
import * as phone from "./phone.js";
import { picture } from "./pictures.js";
import { button } from "./screens.js";
import * as sound from "./sound.js";
import { freshen, recordAction } from "./stage.js";

const dialog = el("dialog", { class: "settings", "aria-labelledby": "settings-title" });
document.body.append(dialog);
// The browser gives the focus back to the button that opened it.
dialog.addEventListener("close", () => document.documentElement.classList.remove("covered"));

export function openSettings() {
  recordAction("SETTINGS");
  draw();
  document.documentElement.classList.add("covered");
  dialog.showModal();
  dialog.scrollTop = 0;
}

function draw() {
  const close = button("main", "close", words.settings.close, "check", () => dialog.close());
  dialog.replaceChildren(...[
    el("h2", { id: "settings-title", tabindex: "-1", autofocus: true }, words.settings.title),
    sizes(), themes(), ...voice(), ...kinds(), ...languages(), ...installing(),
    location.pathname !== "/me" && record(),
    el("div", { class: "actions" }, close),
  ].filter(Boolean));
}

function record() {
  const label = el("span", {}, words.settings.record);
  return el("a", { class: "button plain small", href: "/me", "data-act": "record" }, picture("paper"), label);
}

/** A choice of one among `options`, each `[value, label, mark, lang]`. */
function choice(name, title, options, chosen, choose, kind = "") {
  const caption = kind === "sizes" ? "unseen" : "caption";
  const tiles = options.map(([value, label, mark, lang]) => el("label", { class: "tile", "data-act": `${name}-${value}` },
    el("input", { type: "radio", class: "unseen", name, value: String(value), checked: value === chosen, onchange: () => choose(value) }),
    el("span", { lang }, mark, el("span", { class: caption }, label))));
  return el("fieldset", { class: `choice ${kind}` }, el("legend", {}, title), el("div", { class: "tiles" }, tiles));
}

function sizes() {
  const letter = (size) => el("b", { class: `letter s${size}`, "aria-hidden": "true" }, words.settings.letter);
  const options = SIZES.map((size) => [size, words.settings[`size${size}`], letter(size)]);
  return choice("size", words.settings.size, options, look().size, (size) => {
    changeLook({ ...look(), size });
    recordAction(`TEXT_SIZE_${size}`);
  }, "sizes");
}

function themes() {
  const options = THEMES.map((theme) => [theme, words.settings[theme], el("b", { class: `swatch ${theme}`, "aria-hidden": "true" })]);
  return choice("theme", words.settings.theme, options, look().theme, (theme) => changeLook({ ...look(), theme }));
}

/** The choice of the kind of phone, where the steps of the session name more than one. */
function kinds() {
  const offered = offeredKinds();
  const nameOf = (kind) => words.kinds[kind] ?? kind;
  return offered.length ? [choice("kind", words.kinds.title, offered.map((kind) => [kind, nameOf(kind)]), kindNow(), chooseKind, "two")] : [];
}

/** Asks for the kind of this phone. The guess is chosen already. `then` is called when it is closed. */
export function askKind(then) {
  const asked = popup({ class: "settings", "aria-labelledby": "kind-title" },
    el("h2", { id: "kind-title", tabindex: "-1", autofocus: true }, words.kinds.ask), el("p", {}, words.kinds.why), kinds(),
    el("div", { class: "actions" }, button("main", "understood", words.kinds.done, "check", () => asked.close())));
  freshen(asked);
  asked.addEventListener("close", () => {
    chooseKind(kindNow());
    then();
  });
}

function voice() {
  if (!speech.canSpeak) return [el("p", { class: "note" }, words.settings.voiceless)];
  const silent = el("p", { class: "note", role: "status", hidden: true });
  const hear = async () => {
    const isHeard = await speech.speak(words.settings.sample, { isSlow: sound.isSlow() });
    text(silent, words.settings.voiceless);
    shown(silent, !isHeard);
  };
  const choose = (speed) => {
    write("speed", speed);
    sound.speedChanged();
  };
  const aloud = [[true, words.settings.on], [false, words.settings.off]];
  const speeds = [["slow", words.settings.slow], ["normal", words.settings.normal]];
  return [
    choice("sound", words.settings.sound, aloud, Boolean(read("sound")), sound.turn, "two"),
    choice("speed", words.settings.speed, speeds, sound.isSlow() ? "slow" : "normal", choose, "two"),
    button("plain small", "hear", words.settings.hear, "sound", hear), silent,
  ];
}

const marked = (tag) => dialog.querySelector(`input[name=language][value=${tag}]`);

function languages() {
  const problem = el("p", { class: "note call", role: "alert", hidden: true });
  const options = Object.entries(LANGUAGES).map(([tag, name]) => [tag, name, null, tag]);
  const choose = async (wanted) => {
    try {
      if (!(await changeLanguage(wanted))) return undefined;
    } catch {
      marked(language).checked = true;
      text(problem, words.settings.unchanged);
      return shown(problem, true);
    }
    // The texts may come from a newer version of the page.
    if (phone.isOutdated()) return location.reload();
    draw();
    return marked(wanted).focus();
  };
  return [choice("language", words.settings.language, options, language, choose, "three"), problem];
}

function installing() {
  if (phone.isInstalled) return [];
  if (phone.isBare) return [el("p", { class: "note" }, words.settings.insecure)];
  const head = el("h3", {}, words.settings.app);
  if (phone.isApple) return [head, el("p", {}, words.settings.apple)];
  const press = button("plain small", "install", words.settings.install, "phone", () => phone.install().then(() => shown(press, phone.canInstall())));
  return phone.canInstall() ? [head, press] : [];
}
