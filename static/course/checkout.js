// The page on which one buys a course: its price and rules, the payment, and what came of it.

import { post, Refused } from "../shared/api.js";
import { dayOf, inDays } from "../shared/days.js";
import { el, single } from "../shared/dom.js";
import { handledLater } from "../shared/loading.js";
import { loadSchool, schoolSign } from "../shared/school.js";
import { language, languageOf, words } from "../shared/words.js";
import { forgetAll } from "../learn/phone.js";
import { button, plain, reasonOf, relabel, remark } from "../learn/screens.js";
import { entitle, show, waitIsTold } from "../learn/stage.js";
import { findOrder, forgetReturn, makeOrder, noteReturn, pay, readPayments, returned, sale, settle, settleLeft } from "./paying.js";
import { isMissing, isStudent, standing } from "./standing.js";

/** The main things that the page may use: `api`, `load`, `course` and `resumed`. */
let on;
/** Names of orders that this page has seen fail: nobody asks about them again. */
const failedOrders = new Set();

export async function begin(given) {
  on = given;
  await open();
}

/** Shows what there is to do now: whoever comes back from the payment service hears what came of it first. */
async function open() {
  try {
    const isKnown = await isStudent(on);
    const back = returned();
    if (back) return await (isKnown ? goOn(back) : enter(words.buy.whyBack));
    const [course, videos, mine] = await Promise.all([
      on.api.get(`/courses/major-categories/${on.course}/`), on.api.get(`/videos/?major_category_id=${on.course}&page_size=1`),
      isKnown ? standing(on.api, on.course) : { kind: "none" }, loadSchool(),
    ]);
    entitle(course.name);
    return await draw(course, videos.count, mine);
  } catch (error) {
    if (isMissing(error)) return stop("gone");
    return unreachable(error);
  }
}

function unreachable(error) {
  const again = () => {
    on.resumed = on.api.user ? true : handledLater(on.api.resume());
    return open();
  };
  show("offline", () => plain({ icon: "wave", title: words.buy.closed, lines: [reasonOf(error)], acts: [{ act: "again", label: words.offline.next, go: again }] }));
}

async function draw(course, videos, { kind, enrollment }) {
  if (kind === "open") return bought("mine", enrollment, course.status === "published");
  if (kind === "queue") return stop("queue");
  if (kind === "asked" && course.price === 0) return stop("asked");
  const { isPaid, left = [] } = enrollment && course.price > 0 ? await readPayments(on.api, enrollment, course.price) : {};
  if (kind === "asked" && isPaid) return stop("paid");
  const sell = async () => (course.status === "published" ? show("buy", () => offer(course, videos)) : stop("closed"));
  return askAll(left, sell);
}

/**
 * Asks what came of the orders that the buyer has left, before they are asked to pay for another: they pay again only if all have failed,
 * or if they want to although nobody knows of one.
 */
async function askAll(orders, sell) {
  let isOpen = false;
  for (const order of orders.filter(({ merchant_uid: name }) => !failedOrders.has(name))) {
    const outcome = await settleLeft(on.api, order, () => pending());
    if (outcome === "failed") failedOrders.add(order.merchant_uid);
    else if (outcome === "pending") isOpen = true;
    else return outcome === "returned" ? stop("returned") : paid();
  }
  return isOpen ? pending(() => askAll(orders, sell), sell) : sell();
}

// The offer.

function offer(course, videos) {
  const buyer = on.api.user?.role === "STUDENT" ? on.api.user : null;
  const problem = el("p", { class: "note call", role: "alert", hidden: true });
  const act = buyer && !buyer.guest ? { act: "pay", label: payLabel(course.price), go: () => buy(course) } : { act: "enter", label: words.buy.enter, go: enter };
  const main = button("main", act.act, act.label, null, single(async () => {
    remark(problem, "");
    const other = node.querySelector("[data-act=other]");
    if (other) other.disabled = true;
    try {
      await waitIsTold(act.go(), () => relabel(main, words.buy.paying));
    } catch (error) {
      remark(problem, refusal(error));
    }
    if (other) other.disabled = false;
    relabel(main, act.label);
  }));
  const node = el("section", { class: "screen" },
    el("div", { class: "content" }, schoolSign(), el("h1", { tabindex: "-1", lang: languageOf(course.name) }, course.name),
      el("p", { class: "room" }, words.buy.teacher(course.instructor_name)),
      course.description && el("p", { class: "about", lang: languageOf(course.description) }, course.description),
      course.price > 0 && sale().isPractice && el("p", { class: "note practice" }, words.buy.practice),
      facts(course, videos, buyer),
      act.act === "enter" && el("p", { class: "room" }, buyer ? words.buy.keepFirst : words.buy.enterFirst), problem),
    el("div", { class: "actions still" }, main));
  return { node, update() {} };
}

const won = (amount) => (amount === 0 ? words.buy.free : words.buy.won(amount.toLocaleString(language)));

function payLabel(price) {
  if (price === 0) return words.buy.start;
  return sale().isPractice ? words.buy.practise(won(price)) : words.buy.pay(won(price));
}

function facts({ price, access_days: days, minor_categories: units }, videos, buyer) {
  const rows = [
    [words.buy.price, el("b", { class: "price" }, won(price))],
    [words.buy.gets, words.buy.parts(units.length, videos)],
    [words.buy.period, days ? words.buy.until(dayOf(inDays(days)), days) : words.buy.always],
    price > 0 && [words.buy.refund, sale().days > 0 ? words.buy.rule(sale().days, sale().percent) : words.buy.noRule],
    buyer && [words.buy.buyer, person(buyer)],
  ].filter(Boolean);
  return el("dl", { class: "card facts" }, rows.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
}

function person({ name, email, phone, guest }) {
  const reached = phone ?? email;
  return [words.buy.name(name), reached && el("span", { class: "reached" }, reached), !guest && button("plain small", "other", words.buy.other, "person", change)];
}

/** Lets somebody else sign in on this device, whose own person signs out. */
function change() {
  const acts = [{ act: "stay", label: words.leave.stay, go: open }, { act: "leave", label: words.leave.go, go: signOut }];
  show("leave", () => plain({ icon: "door", title: words.leave.title, lines: [words.leave.line], acts }));
}

async function signOut() {
  if (!(await on.api.logout())) {
    const acts = [{ act: "again", label: words.leave.again, go: signOut }, { act: "stay", label: words.leave.stay, go: open }];
    return show("leave-offline", () => plain({ icon: "wave", title: words.leave.offline, lines: [words.leave.offlineLine], acts }));
  }
  forgetAll();
  on.resumed = false;
  return enter();
}

async function enter(why = words.buy.why) {
  const { enter: ask } = await on.load("entering");
  ask(on.api, why, () => {
    on.resumed = on.api.user !== null;
    return open();
  });
}

/** The words for a refusal. The server says them for people. */
function refusal(error) {
  return error instanceof Refused && error.isFinal ? error.message : reasonOf(error);
}

// Buying.

async function buy(course) {
  try {
    if (course.price === 0) {
      await on.api.call(post, "/courses/enrollments/", { major_category_id: course.id });
      return after(await standing(on.api, course.id), "enrolled");
    }
    const order = await makeOrder(on);
    return order.total_amount === course.price ? await payOrder(order) : differs(order);
  } catch (error) {
    return explain(error);
  }
}

/** The price is another one by now, or a part of it is paid. Nobody pays an amount that they have not seen. */
function differs(order) {
  const acts = [
    { act: "pay", label: payLabel(order.total_amount), waiting: words.buy.paying, go: () => payOrder(order) },
    { act: "back", label: words.buy.back, icon: "back", go: open },
  ];
  show("amount", () => plain({ icon: "paper", title: words.buy.differs, lines: [words.buy.nowIs(won(order.total_amount))], acts }));
}

async function payOrder(order) {
  const { imp_uid, reason } = await pay(on.load, order);
  noteReturn(order, { imp_uid, reason });
  return conclude(order, { imp_uid, isRefused: reason !== undefined }, reason);
}

/** Shows what a refusal to buy means; of others the offer tells the words. */
function explain(error) {
  if (error.code === "CLASS_FULL") return stop("full");
  if (error.code === "CLASS_ENDED" || error.code === "INVALID_STATE") return stop("closed");
  if (isMissing(error)) return stop("gone");
  if (error.code === "ALREADY_ENROLLED" || error.code === "NOTHING_TO_PAY") return open();
  throw error;
}

function after({ kind, enrollment }, done) {
  if (kind === "open") return bought(done, enrollment);
  if (kind === "queue") return stop("queue");
  return stop(done === "paid" ? "paid" : "asked");
}

/** Goes on with the payment of which the address tells. */
async function goOn({ name, ...tried }) {
  const order = await findOrder(on, name);
  return order ? conclude(order, tried) : failed();
}

/** Shows what came of a payment. `reason`: why the payment service says that it was not made, in its words. */
async function conclude(order, tried, reason) {
  const outcome = await settle(on.api, order, tried, () => pending());
  if (outcome === "pending") return pending(() => conclude(order, tried, reason));
  if (outcome === "failed") {
    failedOrders.add(order.merchant_uid);
    return failed(reason);
  }
  forgetReturn();
  return outcome === "returned" ? stop("returned") : paid();
}

/** Shows what a payment has brought. It is not asked for again if that cannot be read now. */
async function paid() {
  try {
    return after(await standing(on.api, on.course), "paid");
  } catch {
    const acts = [{ act: "again", label: words.bought.again, go: paid }];
    return show("bought-unread", () => plain({ icon: "check", title: words.bought.paid, lines: [words.bought.unread], acts }));
  }
}

// Outcomes.

/** `canRenew`: whoever wants more time may take the course again after the end. */
function bought(done, { expiry_date: end }, canRenew = false) {
  show(done === "mine" ? "mine" : "bought", () => plain({
    icon: "check", title: words.bought[done],
    lines: [end && words.bought.until(dayOf(end)), end && canRenew && words.bought.longer, done === "paid" && sale().isPractice && words.bought.practice],
    acts: [{ act: "watch", label: words.bought.go, go: () => location.assign(`/watch/${on.course}`) }, { act: "record", label: words.bought.record, icon: "paper", go: () => location.assign("/me") }],
  }));
}

function failed(reason) {
  forgetReturn();
  show("failed", () => plain({
    icon: "again", title: words.failed.title, lines: [words.failed.line, reason && words.failed.reason(reason)],
    acts: [{ act: "again", label: words.failed.again, go: () => open() }],
  }));
}

/** `again`: one asks by a button, since the page has asked for a while. `sell`: one who did not pay before they left pays now. */
function pending(again, sell) {
  const kind = again ? "pending-long" : "pending";
  show(kind, () => plain({
    icon: "cup", title: words.pending.title, lines: [sell ? words.pending.left : again ? words.pending.long : words.pending.line],
    acts: [
      again && { act: "again", label: words.pending.again, waiting: words.pending.asking, go: again },
      sell && { act: "anew", label: words.pending.anew, go: sell },
    ].filter(Boolean),
  }));
}

/** A screen with words and nothing to pay. */
function stop(what) {
  show(what, () => plain({
    icon: ["queue", "asked", "paid"].includes(what) ? "cup" : "door", title: words.stopped[what].title, lines: [words.stopped[what].line],
    acts: what === "gone" ? [] : [{ act: "record", label: words.bought.record, icon: "paper", go: () => location.assign("/me") }],
  }));
}
