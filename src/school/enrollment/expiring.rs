//! The end of the time for which an enrollment gives access. Whoever asks before this has run is told the same: the time
//! decides, and not the state.

use crate::app::School;
use crate::db::{HeldTable, args};
use crate::error::Result;

const OVER: &str = "status = 'APPROVED' and expires_ms is not null and expires_ms <= $1";

/// Marks the enrollments whose time is over as EXPIRED. Their seats are free.
pub async fn expire_due(app: &School) -> Result<()> {
    let now_ms = app.now_ms();
    let any = format!("select id from enrollments where {OVER} limit 1");
    if app.db.maybe::<(i64,)>(any, args![now_ms]).await?.is_none() {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    tx.hold_where(HeldTable::Enrollments, OVER, args![now_ms]).await?;
    tx.run(format!("update enrollments set status = 'EXPIRED', updated_ms = $1 where {OVER}"), args![now_ms]).await?;
    app.commit(tx, Vec::new()).await
}
