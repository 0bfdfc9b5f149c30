//! Meetings (회차): the dates on which a class comes together, numbered as they are made.

use crate::db::{HeldTable, Tx, args, row};
use crate::error::{Error, Field, Result};

row! {
    pub(super) struct Meeting {
        pub id: i64,
        pub number: i64,
    }
}

/// Finds the meetings of a day, or makes one if there is none. The caller holds the row of the class.
pub(super) async fn find_or_make(tx: &mut Tx, class: i64, date: &str, now_ms: i64) -> Result<Vec<Meeting>> {
    let sql = "select id, number from meetings where class = $1 and date = $2 and not asked order by number";
    let found: Vec<Meeting> = tx.all(sql, args![class, date]).await?;
    if found.is_empty() { Ok(vec![make_next(tx, class, date, now_ms).await?]) } else { Ok(found) }
}

/// Finds the meeting of a day that has this number.
pub(super) async fn find_numbered(tx: &mut Tx, class: i64, date: &str, number: i64) -> Result<Meeting> {
    let sql = "select id, number from meetings where class = $1 and date = $2 and number = $3";
    let found = tx.maybe(sql, args![class, date, number]).await?;
    found.ok_or_else(|| Error::bad(Field::Meeting, "the class has no such meeting on that day"))
}

/// Makes the meeting with the number after the last one. If a student's request has already made a meeting with this
/// number (`asked`), that one is used.
async fn make_next(tx: &mut Tx, class: i64, date: &str, now_ms: i64) -> Result<Meeting> {
    let sql = "select coalesce(max(number), 0) + 1 from meetings where class = $1 and not asked";
    let (number,): (i64,) = tx.one(sql, args![class]).await?;
    Ok(Meeting { id: ensure_numbered(tx, class, number, date, now_ms).await?, number })
}

/// Finds the meeting with this number, or makes it for this date. A meeting that only a student's request made (`asked`)
/// becomes a regular one with this date.
async fn ensure_numbered(tx: &mut Tx, class: i64, number: i64, date: &str, now_ms: i64) -> Result<i64> {
    let sql = "insert into meetings (created_ms, class, number, date) values ($1, $2, $3, $4)
        on conflict (class, number) do update set asked = false,
            date = case when meetings.asked then excluded.date else meetings.date end returning id";
    Ok(tx.one::<(i64,)>(sql, args![now_ms, class, number, date]).await?.0)
}

/// Finds the meeting with the number that a student asked for, or makes one that is `asked`: it does not affect the
/// numbers of other meetings.
pub(super) async fn ensure_requested(tx: &mut Tx, class: i64, number: i64, date: &str, now_ms: i64) -> Result<i64> {
    let sql = "insert into meetings (created_ms, class, number, date, asked) values ($1, $2, $3, $4, true)
        on conflict (class, number) do update set asked = meetings.asked returning id";
    Ok(tx.one::<(i64,)>(sql, args![now_ms, class, number, date]).await?.0)
}

/// Finds the meeting of a new live session: the one with the wanted number, which must have no open session; else the
/// day's first meeting that has no session yet; else the next number. A session that never began leaves its meeting
/// free.
pub async fn of_session(tx: &mut Tx, class: i64, date: &str, number: Option<i64>, now_ms: i64) -> Result<i64> {
    tx.hold(HeldTable::Classes, class).await?;
    if let Some(number) = number {
        let id = ensure_numbered(tx, class, number, date, now_ms).await?;
        let sql = "select status from live_sessions where meeting = $1 and status <> 'REVIEW_MODE' limit 1";
        return match tx.maybe::<(String,)>(sql, args![id]).await? {
            Some((status,)) => Err(Error::wrong_state(status)),
            None => Ok(id),
        };
    }
    let sql = "select t.id, t.number from meetings t where t.class = $1 and t.date = $2 and not t.asked and not exists (
            select 1 from live_sessions s where s.meeting = t.id and (s.status <> 'REVIEW_MODE' or s.started_ms is not null))
        order by t.number limit 1";
    match tx.maybe::<Meeting>(sql, args![class, date]).await? {
        Some(meeting) => Ok(meeting.id),
        None => Ok(make_next(tx, class, date, now_ms).await?.id),
    }
}
