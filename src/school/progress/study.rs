//! Time of learning, by day: in an item, or in a unit besides its items.

use crate::app::School;
use crate::db::{Tx, args};
use crate::error::Result;

/// Seconds of learning that a person's day can have.
const DAY_SECONDS: i64 = 86_400;

/// Seconds of learning in an item, as they are reported.
#[derive(Debug, Clone, Copy)]
pub enum StudyTime {
    /// All of them so far. The increase since the last report counts for today.
    SoFar(i64),
    /// Those since the last report.
    Added(i64),
}

/// Adds time to today, and returns whether there was any to add. The row of the progress is held by now: of two reports at
/// once the second sees the first.
pub(super) async fn add_in_item(
    app: &School,
    tx: &mut Tx,
    enrollment: i64,
    item: i64,
    time: StudyTime,
    now_ms: i64,
) -> Result<bool> {
    let seconds = match time {
        StudyTime::Added(seconds) => seconds,
        StudyTime::SoFar(seconds) => {
            let sql =
                "select cast(coalesce(sum(seconds), 0) as bigint) from study_days where enrollment = $1 and item = $2";
            seconds - tx.one::<(i64,)>(sql, args![enrollment, item]).await?.0
        }
    };
    add(app, tx, enrollment, "item", item, seconds, now_ms).await?;
    Ok(seconds > 0)
}

/// Notes how far an item was at the end of today, if time was spent in it today.
pub(super) async fn note_rate(app: &School, tx: &mut Tx, enrollment: i64, item: i64, now_ms: i64) -> Result<()> {
    let sql =
        "update study_days set rate = (select p.rate from item_progress p where p.enrollment = $1 and p.item = $2)
        where enrollment = $1 and item = $2 and day = $3";
    tx.run(sql, args![enrollment, item, app.clock.date_of(now_ms)]).await.map(drop)
}

pub(super) async fn add_in_unit(
    app: &School,
    tx: &mut Tx,
    enrollment: i64,
    unit: i64,
    seconds: i64,
    now_ms: i64,
) -> Result<()> {
    add(app, tx, enrollment, "unit", unit, seconds, now_ms).await
}

/// Adds seconds to today, as far as they fit into the person's day. `column` says what `id` is the id of.
async fn add(
    app: &School,
    tx: &mut Tx,
    enrollment: i64,
    column: &'static str,
    id: i64,
    seconds: i64,
    now_ms: i64,
) -> Result<()> {
    let today = app.clock.date_of(now_ms);
    let sql = "select cast(coalesce(sum(d.seconds), 0) as bigint) from enrollments e cross join study_days d
        where e.person = (select person from enrollments where id = $1) and d.enrollment = e.id and d.day = $2";
    let (of_today,): (i64,) = tx.one(sql, args![enrollment, &today]).await?;
    let seconds = seconds.min(DAY_SECONDS - of_today);
    if seconds <= 0 {
        return Ok(());
    }
    let sql = format!(
        "insert into study_days (enrollment, course, {column}, day, seconds)
            select e.id, k.course, $2, $3, $4 from enrollments e join classes k on k.id = e.class where e.id = $1
        on conflict (enrollment, {column}, day) where {column} is not null
        do update set seconds = case when study_days.seconds + excluded.seconds > {DAY_SECONDS} then {DAY_SECONDS}
            else study_days.seconds + excluded.seconds end"
    );
    tx.run(sql, args![enrollment, id, today, seconds]).await?;
    Ok(())
}
