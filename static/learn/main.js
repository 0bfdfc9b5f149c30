// The learner's phone: asks for all that it will need at once, while the rest of the page is still on its way.

import { Api, send, takeKey, takeTicket } from "../shared/api.js";
import { digitsOf } from "../shared/code.js";
import { read } from "../shared/device.js";
import { openBooks } from "../shared/words.js";

/** Who is new is asked for a name first; who was here before is in the class at once. */
const QUESTION = ["./question.js"];
const LESSON = ["./lesson.js", "./done.js", "./help.js", "./review.js", "./sound.js", "../shared/socket.js", "../shared/outbox.js", "../shared/speech.js"];
/** To be there when the network is not; not in the way of what is on the screen now. */
const KEEPS_AFTER_MS = 1_000;

open();

async function open() {
  const code = codeOf(location.pathname);
  const scanned = takeKey(code);
  const ticket = takeTicket();
  const api = new Api("learn");
  const isKnown = code && read(`class.${code}`);
  // None waits for another; first what the first screen is made of.
  const opened = openBooks("learn");
  (isKnown ? LESSON : QUESTION).forEach(fetchEarly);
  const found = code && !isKnown ? asked(send("GET", `/api/sessions/${code}${scanned}`)) : null;
  const resumed = ticket ? null : asked(api.resume());
  if (found) LESSON.forEach(fetchEarly);
  await parsed();
  const isRecord = location.pathname === "/me";
  const [stage, phone, room] = await Promise.all([
    import("./stage.js"), import("./phone.js"), isRecord ? import("./record.js") : import("./arrival.js"), opened,
  ]);
  stage.entitle("");
  const settings = () => import("./settings.js");
  stage.offerSettings(settings);
  if (isRecord) await room.showRecord({ api, resumed });
  else await new room.Arrival({ api, code, scanned, resumed, found }).start(ticket);
  setTimeout(() => {
    phone.keepPage();
    // If they do not come, the tap asks again.
    asked(settings());
  }, KEEPS_AFTER_MS);
}

function codeOf(path) {
  try {
    return digitsOf(decodeURIComponent(path.match(/^\/j\/([^/]+)/)?.[1] ?? ""));
  } catch {
    return "";
  }
}

function fetchEarly(path) {
  const link = document.createElement("link");
  link.rel = "modulepreload";
  link.href = new URL(path, import.meta.url).href;
  document.head.append(link);
}

function parsed() {
  if (document.readyState !== "loading") return null;
  return new Promise((resolve) => document.addEventListener("DOMContentLoaded", resolve, { once: true }));
}

/** Looked at later: until then its failure is nobody's. */
function asked(promise) {
  promise.catch(() => {});
  return promise;
}
