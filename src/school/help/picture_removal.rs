//! Removes pictures of calls for help: some days after their session has ended, or once nobody may see them any more. The row says so
//! first, and goes with the last file, so that what the store does not remove now is removed the next time.

use super::pictures::FOLDER;
use crate::app::School;
use crate::clock::{DAY_MS, HOUR_MS};
use crate::db::{Arg, args};
use crate::error::Result;
use crate::school::pictures::removal::{PicturePlace, remove_marked};

/// The time after which a picture that is still on its way into the store was left behind.
const OPEN_MAX_MS: i64 = HOUR_MS;
const BATCH_MAX_PICTURES: i64 = 64;

const IS_LEFT_BEHIND: &str = "x.status <> 'REMOVED' and x.status = 'OPEN' and x.created_ms <= $1";
/// A call outside of a session counts from the time at which its picture was sent.
const IS_OVER: &str = "x.status <> 'REMOVED' and x.status = 'STORED' and x.created_ms <= $1
    and exists (select 1 from help_requests h left join live_sessions s on s.id = h.session
        where h.id = x.request and (s.ended_ms <= $1 or (h.session is null and x.created_ms <= $2)))";

/// Removes all pictures whose time is over.
pub async fn remove_due(app: &School) -> Result<()> {
    let (now_ms, kept_ms) = (app.now_ms(), app.config.clocks.help_pictures_days * DAY_MS);
    let outside_ms = kept_ms.max(DAY_MS);
    mark(app, IS_LEFT_BEHIND, args![now_ms - OPEN_MAX_MS]).await?;
    mark(app, IS_OVER, args![now_ms - kept_ms, now_ms - outside_ms]).await?;
    remove_marked(app, PicturePlace { table: "help_pictures", folder: FOLDER }).await
}

/// Marks what is due, one picture at a time: nobody else who lets several go at once waits for this in a circle.
async fn mark(app: &School, is_due: &str, times_ms: Vec<Arg>) -> Result<()> {
    loop {
        let sql = format!("select x.id from help_pictures x where {is_due} limit {BATCH_MAX_PICTURES}");
        let found: Vec<(i64,)> = app.db.all(sql, times_ms.clone()).await?;
        if found.is_empty() {
            return Ok(());
        }
        for (id,) in found {
            let mut tx = app.db.begin().await?;
            let sql = "update help_pictures set status = 'REMOVED' where id = $1 and status <> 'REMOVED'";
            tx.run(sql, args![id]).await?;
            app.commit(tx, Vec::new()).await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;
    use crate::school::pictures::removal::marked;

    #[tokio::test]
    async fn pictures_to_remove_are_found_by_their_indexes() {
        let of = |condition| format!("select id from help_pictures x where {condition}");
        for (sql, index) in [
            (of(IS_LEFT_BEHIND), "help_pictures_age"),
            (of(IS_OVER), "help_pictures_age"),
            (marked("help_pictures"), "help_pictures_removable"),
        ] {
            let plan = sqlite_plan(&sql.replace("$1", "5").replace("$2", "7")).await;
            assert!(plan.iter().any(|line| line.contains(index)), "{sql}: {plan:?}");
        }
    }
}
