// Payments: an order, the payment of it, and what came of it. Nobody is believed but the server, which asks the payment service.

import { post, Refused } from "../shared/api.js";
import { allOf } from "./standing.js";

/** Seconds between two questions to the server while nobody knows what came of a payment. After them one asks by a button. */
const ASKS_AFTER_S = [2, 3, 5, 8, 12, 15, 20, 25, 30];
/** The same for an order that was left: the buyer may have gone before they paid. */
const ASKS_AFTER_LEFT_S = [2, 3];
/** The states of payments whose money is here, or a part of it. */
const KEPT = ["paid", "partially_refunded"];

/** The settings of payments, as the server wrote them into the page: which service, its script, and until when a learner takes money back. */
export function sale() {
  const { content, dataset } = document.querySelector("meta[name=payments]");
  return { isPractice: content === "sandbox", script: dataset.script, days: Number(dataset.refundDays), percent: Number(dataset.refundPercent) };
}

/** Makes an order for what is to be paid now. */
export const makeOrder = ({ api, course }) => api.get(`/payment/info/${course}/`);

/** Has an order paid. Resolves to `{ imp_uid }`, with a `reason` too if the payment service says no. */
export async function pay(load, order) {
  // The sandbox has no names of its own for payments. With the name of the order a payment that is reported twice is one.
  if (order.gateway === "sandbox") return { imp_uid: order.merchant_uid };
  const portone = await load("portone");
  return portone.pay(order, sale().script, location.origin + location.pathname);
}

/**
 * Reads from the address which payment it tells of, as the payment service writes it when it leads a phone back here; null if it tells of
 * none. Its sentences are left out: anyone can write an address.
 */
export function returned() {
  const query = new URLSearchParams(location.search);
  const name = query.get("merchant_uid") ?? query.get("paymentId");
  if (!name) return null;
  return { name, imp_uid: query.get("imp_uid") ?? name, isRefused: query.get("imp_success") === "false" || query.has("code") };
}

/** Writes a payment into the address, so that the page goes on with it, and asks for no other one, when it is loaded again. */
export function noteReturn({ merchant_uid }, { imp_uid, reason }) {
  const query = new URLSearchParams({ merchant_uid, imp_uid });
  if (reason !== undefined) query.set("imp_success", "false");
  history.replaceState(null, "", `${location.pathname}?${query}`);
}

/** Takes it out of the address, once it is settled. */
export function forgetReturn() {
  if (location.search) history.replaceState(null, "", location.pathname);
}

const ownPayments = (api) => allOf(api, "/payment/user-payments/?");

/** Finds an order of one's own for this course by its name; undefined if there is none. */
export async function findOrder({ api, course }, name) {
  return (await ownPayments(api)).find((payment) => payment.merchant_uid === name && payment.major_category_id === Number(course));
}

/**
 * Reads what was paid for an enrollment: `isPaid` tells whether the school keeps as much as it costs, `left` are the orders, newest first,
 * that the buyer may have paid before they left the page. In the sandbox nobody pays elsewhere.
 */
export async function readPayments(api, { id }, price) {
  const payments = (await ownPayments(api)).filter((payment) => payment.enrollment_id === id);
  const kept = payments.filter((payment) => KEPT.includes(payment.payment_status));
  const sum = kept.reduce((all, { total_amount: paid, refund_amount: back }) => all + paid - back, 0);
  const left = payments.filter(({ payment_status: status, gateway }) => status === "pending" && gateway && gateway !== "sandbox");
  return { isPaid: sum >= price, left };
}

/** Has the server ask what came of an order that was left, by its name alone. Resolves as `settle` does. */
export const settleLeft = (api, order, tellPending) => settle(api, order, {}, tellPending, ASKS_AFTER_LEFT_S);

/**
 * Has the server ask what came of a payment, again and again while nobody knows. Resolves to `paid`, `failed`, `returned` or, in the
 * end, `pending`; `tellPending` is called after a first answer that says nothing. `isRefused`: the payment service has said no to the
 * buyer, which is believed unless the server knows better.
 */
export async function settle(api, order, tried, tellPending, asksAfter = ASKS_AFTER_S) {
  for (const wait of asksAfter) {
    const outcome = await report(api, order, tried);
    if (outcome !== "pending") return outcome;
    tellPending();
    await new Promise((resolve) => setTimeout(resolve, wait * 1_000));
  }
  return report(api, order, tried);
}

/**
 * An order fails by its state only, and one that was left if the payment service knows of no payment. Other refusals do not say that no
 * money has moved.
 */
async function report(api, { merchant_uid, major_category_id, total_amount }, { imp_uid, isRefused }) {
  const unpaid = isRefused ? "failed" : "pending";
  try {
    const { payment_status: status } = await api.call(post, "/payment/complete/", { imp_uid, merchant_uid, major_category_id, total_amount });
    return { pending: unpaid, refunded: "returned" }[status] ?? "paid";
  } catch (error) {
    if (!(error instanceof Refused) || !error.isFinal) return "pending";
    if (["PAYMENT_MISMATCH", "PAYMENT_RETURNED"].includes(error.code)) return "returned";
    const isUnknownThere = imp_uid === undefined && error.status === 400;
    return error.code === "INVALID_STATE" || isUnknownThere ? "failed" : unpaid;
  }
}
