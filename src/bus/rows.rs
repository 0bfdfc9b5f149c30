//! The table `node_messages`: what one node must tell all others and what is in no log. A row is written in the transaction of the
//! change itself, so nothing is lost with Redis, or with the node that had just committed. Redis only makes it quick.

use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant};

use crate::db::{Arg, Db, Tx, args, placeholders};
use crate::error::Result;

/// A transaction writes its row just before its commit. So a row is visible at the latest this long after one with a greater id.
const LATE_AT_MOST: Duration = Duration::from_secs(60);
/// Two looks that are further apart: in between, the database may have stood still, and its transactions with it.
const STOOD_STILL_FOR: Duration = Duration::from_secs(4);
/// Rows are kept so long.
const KEPT_MS: i64 = 60 * 60 * 1_000;
/// A node that could not look for so long dismisses its sockets: rows that closed some of them may be gone, and it may have slept for
/// longer than it knows.
pub const AWAY_MAX: Duration = Duration::from_secs(5 * 60);
/// Rows before the newest one, of which some may still become visible when a node starts.
pub const LATE_MAX_ROWS: i64 = 2_000;
const IDS_PER_READ: i64 = 10_000;
/// Rows are long: more than these are not held in memory at once.
pub const BODIES_PER_READ: usize = 128;

/// Writes a row, and returns its id.
pub async fn write(tx: &mut Tx, now_ms: i64, body: String) -> Result<i64> {
    let sql = "insert into node_messages (at_ms, body) values ($1, $2) returning id";
    Ok(tx.one::<(i64,)>(sql, args![now_ms, body]).await?.0)
}

/// Reads the ids after `low`, in their order.
pub async fn ids_after(db: &Db, low: i64) -> Result<Vec<i64>> {
    let sql = "select id from node_messages where id > $1 order by id limit $2";
    let mut ids = Vec::new();
    loop {
        let after = ids.last().copied().unwrap_or(low);
        let some: Vec<(i64,)> = db.all(sql, args![after, IDS_PER_READ]).await?;
        ids.extend(some.iter().map(|(id,)| *id));
        if (some.len() as i64) < IDS_PER_READ {
            return Ok(ids);
        }
    }
}

/// Reads at most `BODIES_PER_READ` rows, in the order of their ids.
pub async fn read(db: &Db, ids: &[i64]) -> Result<Vec<(i64, String)>> {
    let (marks, values) = placeholders(ids, 1);
    db.all(format!("select id, body from node_messages where id in ({marks}) order by id"), values).await
}

/// The id of the newest row; 0 if there is none.
pub async fn newest(db: &Db) -> Result<i64> {
    Ok(db.one::<(i64,)>("select coalesce(max(id), 0) from node_messages", Vec::<Arg>::new()).await?.0)
}

/// Deletes the rows that every node has read long ago.
pub async fn delete_old(tx: &mut Tx, now_ms: i64) -> Result<()> {
    tx.run("delete from node_messages where at_ms < $1", args![now_ms - KEPT_MS]).await.map(drop)
}

/// The rows that this node has acted on.
#[derive(Default)]
pub struct HandledRows {
    /// No row up to this one can still become visible, and all have been handled.
    low: i64,
    handled: HashSet<i64>,
    /// The greatest id seen, and when.
    seen: VecDeque<(Instant, i64)>,
    last_look: Option<Instant>,
}

impl HandledRows {
    /// Begins with all rows handled up to this id, which is not yet `low`: rows before it may still become visible.
    pub fn begin(&mut self, newest: i64, ids: &[i64]) {
        self.low = ids.first().map_or(newest, |first| first - 1);
        self.handled.extend(ids);
    }

    pub fn low(&self) -> i64 {
        self.low
    }

    /// Takes a row to act on it. Returns `false` if this node has done that.
    pub fn claim(&mut self, id: i64) -> bool {
        id > self.low && self.handled.insert(id)
    }

    /// Takes a row that this node wrote itself: the commit may have taken its time.
    pub fn claim_own(&mut self, id: i64) -> bool {
        self.handled.insert(id)
    }

    /// Returns which of these rows, all that were found after `low`, are not handled.
    pub fn unhandled(&mut self, ids: &[i64], now: Instant) -> Vec<i64> {
        if let Some(last) = ids.last() {
            self.seen.push_back((now, *last));
        }
        ids.iter().copied().filter(|id| !self.handled.contains(id)).collect()
    }

    /// The time since the last look, before this one.
    pub fn away_for(&self, now: Instant) -> Duration {
        self.last_look.map_or(Duration::ZERO, |last| now - last)
    }

    /// Moves `low` up to what was seen long ago, once all that was found is handled. The time in which nobody looked does not count.
    pub fn forget_old(&mut self, now: Instant) {
        if self.last_look.replace(now).is_some_and(|last| now - last > STOOD_STILL_FOR) {
            self.seen.iter_mut().for_each(|(at, _)| *at = now);
        }
        while let Some((_, id)) = self.seen.front().copied().filter(|(at, _)| now - *at > LATE_AT_MOST) {
            self.low = self.low.max(id);
            self.seen.pop_front();
        }
        let low = self.low;
        self.handled.retain(|id| *id > low);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::{sqlite_plan, sqlite_scans};

    #[test]
    fn each_row_is_handled_once_however_late_it_becomes_visible() {
        let mut rows = HandledRows::default();
        let start = Instant::now();
        let at = |s| start + Duration::from_secs(s);
        rows.begin(4, &[3, 4]);
        assert_eq!(rows.low(), 2);
        assert_eq!(rows.unhandled(&[3, 4, 6], at(0)), [6]);
        assert!(rows.claim(6) && !rows.claim(6) && !rows.claim(3) && !rows.claim(1));
        rows.forget_old(at(1));
        // Row 5 was committed after row 6.
        (2..59).for_each(|s| rows.forget_old(at(s)));
        assert_eq!(rows.unhandled(&[3, 4, 5, 6], at(59)), [5]);
        assert!(rows.claim(5));
        rows.forget_old(at(61));
        assert_eq!(rows.low(), 6);
        assert!(!rows.claim(5) && rows.claim(7) && rows.claim_own(2) && !rows.claim_own(7));
    }

    #[test]
    fn the_time_in_which_nobody_could_look_makes_no_row_too_late() {
        let mut rows = HandledRows::default();
        let start = Instant::now();
        let at = |s| start + Duration::from_secs(s);
        assert_eq!(rows.unhandled(&[6], at(0)), [6]);
        assert!(rows.claim(6));
        assert_eq!(rows.away_for(at(0)), Duration::ZERO);
        rows.forget_old(at(0));
        assert_eq!(rows.away_for(at(300)), AWAY_MAX);
        rows.forget_old(at(300));
        assert_eq!(rows.unhandled(&[5, 6], at(301)), [5], "its transaction stood still too");
        assert!(rows.claim(5));
        (302..362).for_each(|s| rows.forget_old(at(s)));
        assert_eq!(rows.low(), 6);
    }

    #[tokio::test]
    async fn rows_are_found_by_an_index() {
        for sql in [
            "select id from node_messages where id > 5 order by id limit 10",
            "select id, body from node_messages where id in (1, 2) order by id",
            "delete from node_messages where at_ms < 5",
        ] {
            assert!(sqlite_scans(sql, &[]).await.is_empty(), "{:?}", sqlite_plan(sql).await);
        }
    }
}
