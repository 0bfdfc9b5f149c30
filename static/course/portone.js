// The payment window of Portone, by its own script. The server names the script, and allows it on this page only where it is used.
// Nobody can try this part without a contract with Portone: it is small for that reason.

import { Unreachable } from "../shared/api.js";

/** Opens the payment window. Resolves to `{ imp_uid }`, with a `reason` too if it was not paid. On most phones it leads away, and back to `back`. */
export async function pay(order, script, back) {
  const isFirst = order.gateway === "portone_v1";
  if (!(isFirst ? window.IMP : window.PortOne)) await loadScript(script);
  return isFirst ? payByFirst(order, back) : payBySecond(order, back);
}

function loadScript(src) {
  const node = document.createElement("script");
  node.src = src;
  return new Promise((resolve, reject) => {
    node.addEventListener("load", resolve);
    node.addEventListener("error", () => {
      node.remove();
      reject(new Unreachable(src));
    });
    document.head.append(node);
  });
}

/** V1 names each try to pay, whether it was paid or not. */
function payByFirst(order, back) {
  const asked = {
    channelKey: order.channel, pay_method: "card", merchant_uid: order.merchant_uid, name: order.major_category_name,
    amount: order.total_amount, buyer_name: order.buyer_name, buyer_email: order.buyer_email, m_redirect_url: back,
  };
  window.IMP.init(order.store);
  return new Promise((resolve) => {
    window.IMP.request_pay(asked, ({ success, imp_uid, error_msg: why }) => {
      const tried = imp_uid ?? order.merchant_uid;
      resolve(success === false || !imp_uid ? { imp_uid: tried, reason: why ?? "" } : { imp_uid: tried });
    });
  });
}

/** V2 calls a payment by the name of its order. */
async function payBySecond(order, back) {
  const answer = await window.PortOne.requestPayment({
    storeId: order.store, channelKey: order.channel, paymentId: order.merchant_uid, orderName: order.major_category_name,
    totalAmount: order.total_amount, currency: "CURRENCY_KRW", payMethod: "CARD", redirectUrl: back,
    customer: { fullName: order.buyer_name, email: order.buyer_email ?? undefined },
  });
  return { imp_uid: order.merchant_uid, reason: answer?.code ? answer.message ?? "" : undefined };
}
