//! Limit on the bytes of activity logs that one person and one session may write, so that nobody fills the school's disk.
//!
//! A person's bytes are added up in slots of five minutes. A slot counts until its last moment is an hour (for the day's
//! limit: a day) old, so that no 60 minutes (24 hours) ever contain more than the limit.

use crate::clock::{DAY_MS, SECOND_MS};
use crate::config::Bounds;
use crate::db::{Db, HeldTable, Tx, args};
use crate::error::{Error, Result};

const SLOT_MS: i64 = 5 * 60 * SECOND_MS;
const HOUR_SLOTS: i64 = 60 / 5 + 1;
const DAY_SLOTS: i64 = DAY_MS / SLOT_MS + 1;
const MIB: i64 = 1024 * 1024;
/// Time after which a client may try again when its session is full. A full session stays full.
const SESSION_FULL_RETRY_S: u64 = 3_600;

/// Counts these bytes for the person and for the session that they are in. If that would be more than is allowed, counts
/// nothing and returns the refusal.
///
/// The rows of the session and of the slot are held from these statements on: two batches of one person in the same five
/// minutes are counted one after the other, on any node. Nothing else in the school waits for such rows. That of the session
/// comes first, since others of the session wait for it.
pub async fn count(
    tx: &mut Tx,
    bounds: &Bounds,
    (person, session): (i64, Option<i64>),
    bytes: i64,
    now_ms: i64,
) -> Result<Option<Error>> {
    let slot = now_ms / SLOT_MS;
    let has_room = match session {
        Some(session) => count_for_session(tx, session, bytes, bounds.log_session_mb * MIB).await?,
        None => true,
    };
    let sql = "insert into log_slots (person, slot, bytes) values ($1, $2, $3)
        on conflict (person, slot) do update set bytes = log_slots.bytes + excluded.bytes";
    tx.run(sql, args![person, slot, bytes]).await?;
    let sql = "select slot, bytes from log_slots where person = $1 and slot > $2 order by slot";
    let slots: Vec<(i64, i64)> = tx.all(sql, args![person, slot - DAY_SLOTS]).await?;
    let hour = wait_ms(&slots, HOUR_SLOTS, bounds.log_hour_mb * MIB, now_ms);
    let day = wait_ms(&slots, DAY_SLOTS, bounds.log_day_mb * MIB, now_ms);
    let retry_after_s = match hour.max(day) {
        Some(wait_ms) => u64::try_from(wait_ms / SECOND_MS + 1).unwrap_or(1),
        None if has_room => return Ok(None),
        None => SESSION_FULL_RETRY_S,
    };
    let sql = "update log_slots set bytes = bytes - $3 where person = $1 and slot = $2";
    tx.run(sql, args![person, slot, bytes]).await?;
    if has_room {
        let sql = "update session_log_bytes set bytes = bytes - $2 where session = $1";
        tx.run(sql, args![session, bytes]).await?;
    }
    Ok(Some(Error::LogQuotaUsed { retry_after_s }))
}

/// Returns the time until the bytes of these slots, the newest among them, fit into a window of `window` slots; `None` if
/// they fit now.
fn wait_ms(slots: &[(i64, i64)], window: i64, limit: i64, now_ms: i64) -> Option<i64> {
    let counted = slots.iter().filter(|(slot, _)| *slot > now_ms / SLOT_MS - window);
    let mut used: i64 = counted.clone().map(|(_, bytes)| bytes).sum();
    if used <= limit {
        return None;
    }
    let mut wait_ms = window * SLOT_MS;
    for (slot, bytes) in counted {
        used -= bytes;
        wait_ms = (slot + window) * SLOT_MS - now_ms;
        if used <= limit {
            break;
        }
    }
    Some(wait_ms)
}

/// Finds the session for which a person's logs count: the open one that they joined last, even after they have left it. Logs
/// outside of sessions count for the person alone. Logs of a guest, or of a helper without an account, always count for a session,
/// also when it has ended, because anyone can be many of them.
pub async fn session_of(db: &Db, person: i64) -> Result<Option<i64>> {
    let sql = "select t.session from (
            select p.session, s.status, p.joined_ms, p.id from participants p join live_sessions s on s.id = p.session
                join people q on q.id = p.person
                where p.person = $1 and (s.status <> 'REVIEW_MODE' or q.guest)
            union all select f.session, s.status, f.joined_ms, 0 from session_staff f
                join live_sessions s on s.id = f.session where f.person = $1 and f.by_key) t
        order by case t.status when 'REVIEW_MODE' then 1 else 0 end, t.joined_ms desc, t.id desc limit 1";
    Ok(db.maybe::<(i64,)>(sql, args![person]).await?.map(|(session,)| session))
}

/// Counts these bytes for a session. Returns `false` if the session has no room for them.
async fn count_for_session(tx: &mut Tx, session: i64, bytes: i64, limit: i64) -> Result<bool> {
    if bytes > limit {
        return Ok(false);
    }
    let sql = "insert into session_log_bytes (session, bytes) values ($1, $2)
        on conflict (session) do update set bytes = session_log_bytes.bytes + excluded.bytes
        where session_log_bytes.bytes + excluded.bytes <= $3";
    Ok(tx.run(sql, args![session, bytes, limit]).await? == 1)
}

/// Deletes the slots that no longer count, and adds their bytes to `log_total`.
pub async fn forget_old(tx: &mut Tx, now_ms: i64) -> Result<()> {
    hold_total(tx).await?;
    let before = now_ms / SLOT_MS - DAY_SLOTS;
    let deleted: Vec<(i64,)> = tx.all("delete from log_slots where slot <= $1 returning bytes", args![before]).await?;
    add_to_total(tx, deleted.iter().map(|(bytes,)| bytes).sum()).await
}

/// Holds the row of `log_total`. Everything that deletes logs or slots holds it first, so that deletions run one after the
/// other. Writing logs never touches it.
pub async fn hold_total(tx: &mut Tx) -> Result<()> {
    tx.hold(HeldTable::LogTotal, 1).await
}

/// Adds bytes to `log_total`; a negative number for deleted logs.
pub async fn add_to_total(tx: &mut Tx, bytes: i64) -> Result<()> {
    if bytes != 0 {
        tx.run("update log_total set bytes = bytes + $1", args![bytes]).await?;
    }
    Ok(())
}

/// Counts the bytes of all logs that are kept.
pub async fn total_bytes(tx: &mut Tx) -> Result<i64> {
    let sql = "select bytes + (select cast(coalesce(sum(s.bytes), 0) as bigint) from log_slots s) from log_total";
    Ok(tx.one::<(i64,)>(sql, args![]).await?.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_000 * SLOT_MS + 1;

    #[test]
    fn logs_within_the_quota_need_not_wait() {
        assert_eq!(wait_ms(&[(1_000, 100)], HOUR_SLOTS, 100, NOW), None);
        assert_eq!(wait_ms(&[(999, 50), (1_000, 50)], HOUR_SLOTS, 100, NOW), None);
        assert_eq!(wait_ms(&[(987, 99), (1_000, 30)], HOUR_SLOTS, 100, NOW), None, "a slot of more than an hour ago");
    }

    #[test]
    fn logs_beyond_the_quota_wait_until_enough_of_the_oldest_is_an_hour_old() {
        let slots = |newest| [(990, 10), (995, 50), (1_000, newest)];
        assert_eq!(wait_ms(&slots(50), HOUR_SLOTS, 100, NOW), Some(3 * SLOT_MS - 1));
        assert_eq!(wait_ms(&slots(51), HOUR_SLOTS, 100, NOW), Some(8 * SLOT_MS - 1));
    }
}
