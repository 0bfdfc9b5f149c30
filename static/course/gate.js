// The gate of the pages that show a course: it lets in those who may watch, and tells the others why not.

import { dayOf } from "../shared/days.js";
import { handledLater } from "../shared/loading.js";
import { words } from "../shared/words.js";
import { plain, reasonOf } from "../learn/screens.js";
import { show } from "../learn/stage.js";
import { isMissing, isStudent, standing } from "./standing.js";

/** Resolves to the enrollment of someone who may watch. For anyone else a screen is shown, and it resolves to null; `open` opens the page again. */
export async function admitted(on, open) {
  if (!(await isStudent(on))) return ask(on, open);
  const mine = await standing(on.api, on.course);
  if (mine.kind === "open") return mine.enrollment;
  return closed(on, mine);
}

async function ask(on, open) {
  const { enter } = await on.load("entering");
  enter(on.api, words.watch.why, () => {
    on.resumed = on.api.user !== null;
    return open();
  });
  return null;
}

/** Shows why a course cannot be watched. */
export function closed({ course }, { kind, enrollment }) {
  const buy = (label) => ({ act: "buy", label, go: () => location.assign(`/buy/${course}`) });
  const record = { act: "record", label: words.watch.record, icon: "paper", go: () => location.assign("/me") };
  const screens = {
    over: () => ({ icon: "moon", lines: [enrollment?.expiry_date && words.watch.ended(dayOf(enrollment.expiry_date)), words.watch.goOn], acts: [buy(words.watch.again), record] }),
    none: () => ({ icon: "door", lines: [words.watch.forBuyers], acts: [buy(words.watch.about), record] }),
    asked: () => ({ icon: "cup", lines: [words.watch.unpaid], acts: [buy(words.watch.about), record] }),
    queue: () => ({ icon: "cup", lines: [words.watch.inQueue], acts: [record] }),
  };
  show(kind, () => plain({ title: words.watch.stops[kind], ...screens[kind]() }));
  return null;
}

/** Shows that the page could not be opened, because of this error. */
export function unopened(on, error, open) {
  const again = () => {
    on.resumed = on.api.user ? true : handledLater(on.api.resume());
    return open();
  };
  if (isMissing(error)) return show("gone", () => plain({ icon: "search", title: words.watch.gone, lines: [words.watch.address] }));
  return show("offline", () => plain({ icon: "wave", title: words.watch.unopened, lines: [reasonOf(error)], acts: [{ act: "again", label: words.offline.next, go: again }] }));
}
