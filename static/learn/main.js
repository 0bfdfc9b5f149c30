// The learner's phone: asks for all that it will need at once, while the rest of the page is still on its way.

import { Api, send, takeTicket } from "../shared/api.js";
import { read } from "../shared/store.js";
import { openBooks } from "../shared/words.js";

open();

async function open() {
  const code = (location.pathname.match(/^\/j\/([^/]+)/)?.[1] ?? "").toUpperCase();
  const ticket = takeTicket();
  const api = new Api("learn");
  // Neither waits for the other: what is asked of the server goes out first.
  const opened = Promise.all([import("../shared/look.js"), openBooks("learn")]);
  const resumed = ticket ? null : asked(api.resume());
  const found = code && !read(`class.${code}`) ? asked(send("GET", `/api/sessions/${encodeURIComponent(code)}`)) : null;
  await parsed();
  const isRecord = location.pathname === "/me";
  const [stage, phone, room] = await Promise.all([
    import("./stage.js"), import("./phone.js"), isRecord ? import("./record.js") : import("./arrival.js"), opened,
  ]);
  stage.entitle("");
  const settings = () => import("./settings.js");
  stage.offerSettings(settings);
  if (isRecord) await room.showRecord({ api, resumed });
  else await new room.Arrival({ api, code, resumed, found }).start(ticket);
  phone.keepPage();
  // To be there when the network is not; if it does not come, the tap asks again.
  asked(settings());
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
