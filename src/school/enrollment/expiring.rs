//! The end of the time for which an enrollment gives access. Whoever asks before this has run is told the same: the time
//! decides, and not the state.

use crate::app::School;
use crate::db::{HeldTable, args, placeholders, retry};
use crate::error::Result;

const OVER: &str = "status = 'APPROVED' and expires_ms is not null and expires_ms <= $1";

/// The number of enrollments that are marked in one transaction: others wait for it.
const BATCH_MAX_ENROLLMENTS: i64 = 256;

fn over() -> String {
    format!("select id from enrollments where {OVER} order by expires_ms limit $2")
}

/// Marks the enrollments whose time is over as EXPIRED, in small transactions. Their seats are free.
pub async fn expire_due(app: &School) -> Result<()> {
    let now_ms = app.now_ms();
    loop {
        let found: Vec<(i64,)> = app.db.all(over(), args![now_ms, BATCH_MAX_ENROLLMENTS]).await?;
        if found.is_empty() {
            return Ok(());
        }
        let ids: Vec<i64> = found.into_iter().map(|(id,)| id).collect();
        retry(|| expire(app, &ids, now_ms)).await?;
    }
}

/// Marks those of these enrollments whose time is still over: staff may have moved an end meanwhile.
async fn expire(app: &School, enrollments: &[i64], now_ms: i64) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let (marks, ids) = placeholders(enrollments, 1);
    tx.hold_where(HeldTable::Enrollments, &format!("id in ({marks})"), ids).await?;
    let (marks, ids) = placeholders(enrollments, 2);
    let sql = format!("update enrollments set status = 'EXPIRED', updated_ms = $1 where {OVER} and id in ({marks})");
    tx.run(sql, [args![now_ms], ids].concat()).await?;
    app.commit(tx, Vec::new()).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn those_whose_time_is_over_are_found_without_looking_at_others() {
        let plan = sqlite_plan(&over().replace("$1", "5").replace("$2", "256")).await;
        assert!(plan.len() == 1 && plan[0].contains("INDEX enrollments_ends (expires_ms"), "{plan:?}");
    }
}
