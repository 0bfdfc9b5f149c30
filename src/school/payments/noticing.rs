//! Notices of gateways (webhooks). A notice is a hint to ask the gateway soon, and nothing in it is believed: it may be forged,
//! doubled, late, or never come.

use super::find_order;
use crate::app::School;
use crate::clock::DAY_MS;
use crate::db::args;
use crate::error::{Error, Result};
pub use crate::outside::gateways::SignedNotice;
use crate::outside::gateways::{Gateway, GatewayKind};

/// Days for which notices are kept.
const KEPT_DAYS: i64 = 90;

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
    let event = format!("{} {}", notice.imp_uid, notice.status);
    note(app, kind, &event, &notice.merchant_uid).await
}

/// Takes a notice that must be signed, about this order. One about nothing that we know is ignored.
pub async fn take_signed(app: &School, notice: SignedNotice<'_>, merchant_uid: Option<&str>) -> Result<()> {
    let Gateway::PortoneV2(portone) = app.gateways.current() else { return Err(Error::NotYours) };
    portone.check(&notice, app.now_ms())?;
    match merchant_uid {
        Some(merchant_uid) => note(app, GatewayKind::PortoneV2, notice.id, merchant_uid).await,
        None => Ok(()),
    }
}

/// Has the job ask about the order at once. A notice about an order that does not exist writes nothing.
async fn note(app: &School, kind: GatewayKind, event: &str, merchant_uid: &str) -> Result<()> {
    let order = find_order(app, merchant_uid).await?.filter(|order| order.gateway() == kind.word());
    let Some(order) = order else { return Ok(()) };
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let sql = "update payments set next_check_ms = $2 where id = $1 and (next_check_ms is null or next_check_ms > $2)";
    tx.run(sql, args![order.id, now_ms]).await?;
    let sql =
        "insert into gateway_events (gateway, event_id, body, at_ms) values ($1, $2, $3, $4) on conflict do nothing";
    tx.run(sql, args![kind.word(), event, merchant_uid, now_ms]).await?;
    app.commit(tx, Vec::new()).await
}

/// Deletes old notices, some at a time.
pub async fn forget_old(app: &School) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let sql = "delete from gateway_events where id in (select id from gateway_events where at_ms < $1 order by at_ms limit 1000)";
    tx.run(sql, args![app.now_ms() - KEPT_DAYS * DAY_MS]).await?;
    app.commit(tx, Vec::new()).await
}
