//! Removes pictures that nothing names any more. The row says so first: from then on no step can name the picture, and what the
//! store does not remove now is removed the next time.

use super::on_step::{FOLDER, StoredPicture};
use crate::app::School;
use crate::clock::{DAY_MS, MINUTE_MS};
use crate::db::{HeldTable, args, retry, row};
use crate::error::{Error, Result};

/// The time for which a picture stays that nothing names: the step that will name it is just being written, or a page that was shown
/// before is still open somewhere.
const UNNAMED_FOR_MS: i64 = DAY_MS;
/// The time after which the store is asked again for what it did not remove.
const REFUSED_AGAIN_MS: i64 = 10 * MINUTE_MS;
const BATCH_MAX_PICTURES: i64 = 64;

const IS_UNNAMED: &str = "unnamed_ms is not null and unnamed_ms <= $1 and status <> 'REMOVED'";
const IS_REMOVABLE: &str = "status = 'REMOVED' and removal_ms <= $1 and id > $2";

/// The rows and the files of pictures of one kind.
#[derive(Clone, Copy)]
pub(in crate::school) struct PicturePlace {
    pub table: &'static str,
    /// Their folder in the store.
    pub folder: &'static str,
}

const OF_STEPS: PicturePlace = PicturePlace { table: "pictures", folder: FOLDER };

row! {
    struct RemovablePicture {
        id: i64,
        name: String,
        kind: String,
        width: i64,
        height: i64,
    }
}

/// Removes all pictures that nothing has named for a day.
pub async fn remove_unnamed(app: &School) -> Result<()> {
    retry(|| mark_unnamed(app)).await?;
    remove_marked(app, OF_STEPS).await
}

/// Removes all pictures whose rows say that they go. If the store does not answer, the rest waits for the next time; what it
/// refuses to remove stops nothing else.
pub(in crate::school) async fn remove_marked(app: &School, place: PicturePlace) -> Result<()> {
    let (mut last, now_ms) = (0, app.now_ms());
    loop {
        let sql = marked(place.table);
        let found: Vec<RemovablePicture> = app.db.all(sql, args![now_ms, last]).await?;
        let Some(of_batch) = found.last().map(|picture| picture.id) else { return Ok(()) };
        last = of_batch;
        for picture in found {
            match remove(app, place, picture).await {
                // Logged there, and tried again.
                Err(Error::StoreAway { .. } | Error::Busy { .. }) => return Ok(()),
                removed => removed?,
            }
        }
    }
}

pub(in crate::school) fn marked(table: &str) -> String {
    format!(
        "select id, name, kind, width, height from {table} where {IS_REMOVABLE} order by id limit {BATCH_MAX_PICTURES}"
    )
}

async fn mark_unnamed(app: &School) -> Result<()> {
    let before_ms = app.now_ms() - UNNAMED_FOR_MS;
    let sql = format!("select id from pictures where {IS_UNNAMED} limit 1");
    if app.db.maybe::<(i64,)>(sql, args![before_ms]).await?.is_none() {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    tx.hold_where(HeldTable::Pictures, IS_UNNAMED, args![before_ms]).await?;
    let sql = format!("update pictures set status = 'REMOVED', updated_ms = $2 where {IS_UNNAMED}");
    tx.run(sql, args![before_ms, app.now_ms()]).await?;
    app.commit(tx, Vec::new()).await
}

async fn remove(app: &School, place: PicturePlace, picture: RemovablePicture) -> Result<()> {
    let PicturePlace { table, folder } = place;
    let RemovablePicture { id, name, kind, width, height } = picture;
    let mut refusal = None;
    for key in (StoredPicture { name, kind, width, height }).keys(folder) {
        match app.objects.delete(&key).await {
            Ok(()) => {}
            Err(error @ (Error::StoreAway { .. } | Error::Busy { .. })) => return Err(error),
            Err(error) => refusal = Some(error),
        }
    }
    let mut tx = app.db.begin().await?;
    match refusal {
        None => tx.run(format!("delete from {table} where id = $1 and status = 'REMOVED'"), args![id]).await?,
        Some(error) => {
            tracing::warn!(%error, picture = id, folder, "a picture is removed later");
            let sql = format!("update {table} set removal_ms = $2 where id = $1");
            tx.run(sql, args![id, app.now_ms() + REFUSED_AGAIN_MS]).await?
        }
    };
    app.commit(tx, Vec::new()).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn pictures_to_remove_are_found_by_their_indexes() {
        let unnamed = format!("select id from pictures where {IS_UNNAMED}");
        for (sql, index) in [(unnamed, "pictures_unnamed"), (marked("pictures"), "pictures_removable")] {
            let plan = sqlite_plan(&sql.replace("$1", "5").replace("$2", "7")).await;
            assert!(plan.iter().any(|line| line.contains(index)), "{sql}: {plan:?}");
        }
    }
}
