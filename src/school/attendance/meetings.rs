//! Meetings (회차): the dates on which a class comes together, numbered as they are made.

use crate::db::{Tx, args, row};
use crate::error::{Error, Result};

pub(super) struct Meeting {
    pub id: i64,
    pub number: i64,
}
row!(Meeting { id, number });

/// The meetings of a day; where there is none yet, a new one. The row of the class is held.
pub(super) async fn on(tx: &mut Tx, class: i64, date: &str, now_ms: i64) -> Result<Vec<Meeting>> {
    let sql = "select id, number from meetings where class = $1 and date = $2 and not asked order by number";
    let found: Vec<Meeting> = tx.all(sql, args![class, date]).await?;
    if found.is_empty() { Ok(vec![next(tx, class, date, now_ms).await?]) } else { Ok(found) }
}

/// The one of a day that has this number.
pub(super) async fn named(tx: &mut Tx, class: i64, date: &str, number: i64) -> Result<Meeting> {
    let sql = "select id, number from meetings where class = $1 and date = $2 and number = $3";
    let found = tx.maybe(sql, args![class, date, number]).await?;
    found.ok_or_else(|| Error::bad("session_number", "the class has no such meeting on that day"))
}

/// The number after the last one. A meeting that was only asked for has its number, and is this one when its turn comes.
async fn next(tx: &mut Tx, class: i64, date: &str, now_ms: i64) -> Result<Meeting> {
    let sql = "select coalesce(max(number), 0) + 1 from meetings where class = $1 and not asked";
    let (number,): (i64,) = tx.one(sql, args![class]).await?;
    Ok(Meeting { id: numbered(tx, class, number, date, now_ms).await?, number })
}

/// The meeting with this number; made for that date where there is none, or none but in someone's request.
async fn numbered(tx: &mut Tx, class: i64, number: i64, date: &str, now_ms: i64) -> Result<i64> {
    let sql = "insert into meetings (created_ms, class, number, date) values ($1, $2, $3, $4)
        on conflict (class, number) do update set asked = false,
            date = case when meetings.asked then excluded.date else meetings.date end returning id";
    Ok(tx.one::<(i64,)>(sql, args![now_ms, class, number, date]).await?.0)
}

/// The meeting that someone asked for by its number; where there is none yet, one that counts for no other number.
pub(super) async fn asked(tx: &mut Tx, class: i64, number: i64, date: &str, now_ms: i64) -> Result<i64> {
    let sql = "insert into meetings (created_ms, class, number, date, asked) values ($1, $2, $3, $4, true)
        on conflict (class, number) do update set asked = meetings.asked returning id";
    Ok(tx.one::<(i64,)>(sql, args![now_ms, class, number, date]).await?.0)
}

/// What a new live session is a meeting of: the number that was asked for, else the day's meeting of which there is no
/// session yet, else the next. One that never began leaves its meeting free.
pub async fn of_session(tx: &mut Tx, class: i64, date: &str, number: Option<i64>, now_ms: i64) -> Result<i64> {
    tx.hold("select id from classes where id = $1", args![class]).await?;
    if let Some(number) = number {
        let id = numbered(tx, class, number, date, now_ms).await?;
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
        None => Ok(next(tx, class, date, now_ms).await?.id),
    }
}
