//! Files and parts in the store that are needed no more. What a transaction gives up is removed after its commit; a job makes
//! up for what was not removed then.

use std::time::Duration;

use futures_util::{StreamExt, stream};

use crate::app::School;
use crate::clock::{DAY_MS, HOUR_MS, MINUTE_MS};
use crate::db::{Arg, Filter, HeldTable, Tx, args, retry, row};
use crate::error::{Error, Result};

/// The files of which items are given up.
#[derive(Debug, Clone, Copy)]
pub enum FilesOf {
    Item,
    Unit,
    Course,
}

impl FilesOf {
    /// SQL: the condition for uploads of these items.
    fn condition(self) -> &'static str {
        match self {
            FilesOf::Item => "item = $1",
            FilesOf::Unit => "item in (select id from items where unit = $1)",
            FilesOf::Course => "item in (select i.id from items i join units u on u.id = i.unit where u.course = $1)",
        }
    }
}

/// Gives up the files of items, also those that are still on their way. `id` is that of the item, the unit or the course.
pub async fn give_up(tx: &mut Tx, files: FilesOf, id: i64, now_ms: i64) -> Result<()> {
    let condition = format!("{} and status in ('OPEN', 'COMPLETED')", files.condition());
    give_up_where(tx, &condition, args![id], now_ms).await
}

/// Gives up the file that an item has, and not the one that is on its way to take its place.
pub async fn give_up_complete(tx: &mut Tx, item: i64, now_ms: i64) -> Result<()> {
    give_up_where(tx, "item = $1 and status = 'COMPLETED'", args![item], now_ms).await
}

/// Gives up the file that is on its way to an item.
pub async fn give_up_open(tx: &mut Tx, item: i64, now_ms: i64) -> Result<()> {
    give_up_where(tx, "item = $1 and status = 'OPEN'", args![item], now_ms).await
}

/// Gives up uploads that are open or complete.
async fn give_up_where(tx: &mut Tx, condition: &str, args: Vec<Arg>, now_ms: i64) -> Result<()> {
    tx.hold_where(HeldTable::Uploads, condition, args.clone()).await?;
    let sql = format!(
        "update uploads set status = case status when 'OPEN' then 'ABORTED' else 'DELETED' end, updated_ms = ${}
        where {condition}",
        args.len() + 1
    );
    tx.run(sql, [args, args![now_ms]].concat()).await.map(drop)
}

row! {
    struct RemovableUpload {
        id: i64,
        key: String,
        upload_id: String,
        removal_ms: i64,
    }
}

const IS_REMOVABLE: &str = "in_store and status in ('REFUSED', 'ABORTED', 'DELETED')";
/// The time for which nothing new may come of an upload that was given up: the store ends much earlier what it has begun.
/// Files that were removed before are removed once more then.
const SETTLED_MS: i64 = HOUR_MS;
/// The time after which the store is asked again for what it did not remove.
const REFUSED_AGAIN_MS: i64 = 10 * MINUTE_MS;
/// The time that the removal of what was just given up may take.
const REMOVED_WITHIN: Duration = Duration::from_secs(5);
/// Uploads whose leftovers are removed before others are looked for.
const BATCH_MAX_UPLOADS: i64 = 64;
/// Uploads whose leftovers are removed at once: the store may be far away.
const REMOVED_AT_ONCE_MAX: usize = 8;

/// Removes what the items that were just given up have left in the store. What cannot be removed soon is left to the job: someone
/// waits for the answer.
pub async fn remove_of(app: &School, files: FilesOf, id: i64) {
    let removable =
        Filter::of(&format!("{} and {IS_REMOVABLE} and removal_ms <= $2", files.condition()), args![id, app.now_ms()]);
    let removed = match tokio::time::timeout(REMOVED_WITHIN, remove_batch(app, &removable)).await {
        Ok(removed) => removed.map(drop),
        Err(_) => Err(Error::internal("the store is slow")),
    };
    if let Err(error) = removed {
        tracing::warn!(%error, "files that are needed no more are removed later");
    }
}

/// Removes everything that is needed no more. What is being written at this moment is left for the next time, and so is all
/// the rest if the store does not answer, or is asked too much at once. What the store refuses stops nothing else.
pub async fn remove_all(app: &School) -> Result<()> {
    let (mut last, now_ms) = (0, app.now_ms());
    let due = format!("{IS_REMOVABLE} and removal_ms <= $1 and id > $2");
    while let Some(id) = remove_batch(app, &Filter::of(&due, args![now_ms, last])).await? {
        last = id;
    }
    app.objects.sweep(app.now_ms() - LEFTOVER_MS).await
}

/// Removes what the first of these uploads have left, and returns the last one that was looked at. Fails in the end if the store was
/// asked too much at once.
async fn remove_batch(app: &School, removable: &Filter) -> Result<Option<i64>> {
    let (sql, args) = removable.page("select id, key, upload_id, removal_ms from uploads", "id", BATCH_MAX_UPLOADS, 0);
    let found: Vec<RemovableUpload> = app.db.all(sql, args).await?;
    let last = found.last().map(|upload| upload.id);
    let mut removals = stream::iter(found).map(|upload| remove(app, upload)).buffer_unordered(REMOVED_AT_ONCE_MAX);
    let mut busy = None;
    while let Some((id, removed)) = removals.next().await {
        match removed {
            Ok(()) => {}
            Err(error @ Error::StoreAway { .. }) => return Err(error),
            Err(error @ Error::Busy { .. }) => busy = Some(error),
            Err(error) => tracing::warn!(%error, upload = id, "it is tried again"),
        }
    }
    busy.map_or(Ok(last), Err)
}

async fn remove(app: &School, upload: RemovableUpload) -> (i64, Result<()>) {
    let removal = async {
        app.objects.abort(&upload.key, &upload.upload_id).await?;
        app.objects.delete(&upload.key).await
    };
    let removed = removal.await;
    let noted = match &removed {
        Ok(()) => note_removed(app, &upload).await,
        Err(Error::StoreAway { .. } | Error::Busy { .. }) => Ok(()),
        Err(_) => note_kept(app, &upload).await,
    };
    (upload.id, removed.and(noted))
}

/// Notes that nothing was left, or when to look once more. Whoever has found something meanwhile has set another time.
async fn note_removed(app: &School, upload: &RemovableUpload) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let sql = "update uploads set in_store = updated_ms > $3, removal_ms = updated_ms + $4
        where id = $1 and removal_ms = $2";
    tx.run(sql, args![upload.id, upload.removal_ms, app.now_ms() - SETTLED_MS, SETTLED_MS]).await?;
    app.commit(tx, Vec::new()).await
}

async fn note_kept(app: &School, upload: &RemovableUpload) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let sql = "update uploads set removal_ms = $3 where id = $1 and removal_ms = $2";
    tx.run(sql, args![upload.id, upload.removal_ms, app.now_ms() + REFUSED_AGAIN_MS]).await?;
    app.commit(tx, Vec::new()).await
}

/// The time after which what is left of an upload is nobody's: every upload is given up an hour before.
const LEFTOVER_MS: i64 = DAY_MS + HOUR_MS;

const OVERDUE: &str = "status = 'OPEN' and expires_ms <= $1";

/// Gives up the uploads that nobody finished in time, and removes what they left.
pub async fn give_up_overdue(app: &School) -> Result<()> {
    retry(|| give_up_all_overdue(app)).await?;
    match remove_all(app).await {
        // Logged there, and tried again.
        Err(Error::StoreAway { .. } | Error::Busy { .. }) => Ok(()),
        removed => removed,
    }
}

async fn give_up_all_overdue(app: &School) -> Result<()> {
    let now_ms = app.now_ms();
    if app.db.maybe::<(i64,)>(format!("select id from uploads where {OVERDUE} limit 1"), args![now_ms]).await?.is_none()
    {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    give_up_where(&mut tx, OVERDUE, args![now_ms], now_ms).await?;
    app.commit(tx, Vec::new()).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn removable_and_overdue_uploads_are_found_by_their_indexes() {
        for (condition, index) in [
            (format!("{IS_REMOVABLE} and removal_ms <= 7 and id > 5 order by id limit 64"), "uploads_removable"),
            (OVERDUE.replace("$1", "5"), "uploads_open"),
        ] {
            let plan = sqlite_plan(&format!("select id from uploads where {condition}")).await;
            assert!(plan.iter().any(|line| line.contains(index)), "{condition}: {plan:?}");
        }
    }
}
