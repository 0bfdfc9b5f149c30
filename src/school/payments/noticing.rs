//! Notices of gateways (webhooks). A notice is a hint to ask the gateway soon, and nothing in it is believed: it may be forged,
//! doubled, late, or never come.

use super::{find_order, tries};
use crate::app::School;
use crate::db::{HeldTable, args};
use crate::error::{Error, Result};
pub use crate::outside::gateways::SignedNotice;
use crate::outside::gateways::{Gateway, GatewayKind};

/// A notice of a gateway that signs none.
pub struct PlainNotice {
    pub imp_uid: String,
    pub merchant_uid: String,
    pub status: String,
}

/// Takes a notice that is not signed. Fails if the gateway of the school signs its notices.
pub async fn take_plain(app: &School, notice: PlainNotice) -> Result<()> {
    let kind = app.gateways.current().kind();
    if kind == GatewayKind::PortoneV2 {
        return Err(Error::NotYours);
    }
    note(app, kind, &notice.merchant_uid, Some(&notice.imp_uid)).await
}

/// Takes a notice that must be signed, about this order. One about nothing that we know is ignored.
pub async fn take_signed(app: &School, notice: SignedNotice<'_>, merchant_uid: Option<&str>) -> Result<()> {
    let Gateway::PortoneV2(portone) = app.gateways.current() else { return Err(Error::NotYours) };
    portone.check(&notice, app.now_ms())?;
    match merchant_uid {
        Some(merchant_uid) => note(app, GatewayKind::PortoneV2, merchant_uid, None).await,
        None => Ok(()),
    }
}

/// Has the job ask about the order at once, and about the payment that the notice names if the order has another one. A notice about
/// an order that does not exist writes nothing.
async fn note(app: &School, kind: GatewayKind, merchant_uid: &str, imp_uid: Option<&str>) -> Result<()> {
    let order = find_order(app, merchant_uid).await?.filter(|order| order.gateway() == kind.word());
    let Some(order) = order else { return Ok(()) };
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    tx.hold(HeldTable::Payments, order.id).await?;
    let sql = "update payments set next_check_ms = $2 where id = $1 and (next_check_ms is null or next_check_ms > $2)";
    tx.run(sql, args![order.id, now_ms]).await?;
    // The sandbox has no payments of its own, and by the second API an order and its payment have one name.
    let imp_uid = imp_uid.filter(|_| kind == GatewayKind::PortoneV1);
    if let Some(other) = imp_uid.filter(|imp_uid| order.imp_uid.as_deref() != Some(*imp_uid)) {
        tries::keep(&mut tx, order.id, other, now_ms, now_ms).await?;
    }
    app.commit(tx, Vec::new()).await
}
