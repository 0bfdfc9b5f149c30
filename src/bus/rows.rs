//! The table `node_messages`: what one node must tell all others and what is in no log. A row is written in the transaction of the
//! change itself, so nothing is lost with Redis, or with the node that had just committed. Redis only makes it quick.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::time::{Duration, Instant};

use crate::db::{Arg, Db, Tx, args, placeholders};
use crate::error::Result;

/// A transaction writes its row just before its commit. So a row is visible at the latest this long after one with a greater id.
const LATE_AT_MOST: Duration = Duration::from_secs(60);
/// The time between two looks counts up to this: in a longer one the database may have stood still, and its transactions with it.
const COUNTED_AT_MOST: Duration = Duration::from_secs(4);
/// Rows are kept so long.
const KEPT_MS: i64 = 60 * 60 * 1_000;
/// A node that could not look for so long dismisses its sockets: rows that closed some of them may be gone, and it may have slept for
/// longer than it knows.
pub const AWAY_MAX: Duration = Duration::from_secs(5 * 60);
/// A node that hears of a row and cannot read it for so long dismisses its sockets: the row may close some of them.
const UNREAD_AT_MOST: Duration = Duration::from_secs(30);
/// A row that is heard of so long after the last look shows that others still commit. One heard of before it may be of a moment ago.
const OTHERS_COMMIT_AFTER: Duration = Duration::from_secs(2);
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
        let some: Vec<(i64,)> = db.all_urgent(sql, args![after, IDS_PER_READ]).await?;
        ids.extend(some.iter().map(|(id,)| *id));
        if (some.len() as i64) < IDS_PER_READ {
            return Ok(ids);
        }
    }
}

/// Reads at most `BODIES_PER_READ` rows, in the order of their ids.
pub async fn read(db: &Db, ids: &[i64]) -> Result<Vec<(i64, String)>> {
    let (marks, values) = placeholders(ids, 1);
    db.all_urgent(format!("select id, body from node_messages where id in ({marks}) order by id"), values).await
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
    /// The greatest ids seen, each with the time that had been counted then.
    seen: VecDeque<(Duration, i64)>,
    counted: Duration,
    /// Rows that this node has heard of and not read yet, and since when.
    told: BTreeMap<i64, Instant>,
    /// The end of the last look, also by the clock on the wall: the other one stands still while the machine sleeps.
    last_look: Option<(Instant, i64)>,
}

impl HandledRows {
    /// Begins with all rows handled up to this id, which is not yet `low`: rows before it may still become visible.
    pub fn begin(&mut self, newest: i64, ids: &[i64], now: Instant, wall_ms: i64) {
        self.last_look = Some((now, wall_ms));
        self.low = ids.first().map_or(newest, |first| first - 1);
        self.seen.push_back((self.counted, newest));
        self.handled.extend(ids);
    }

    pub fn low(&self) -> i64 {
        self.low
    }

    /// Notes that there is a row.
    pub fn note_told(&mut self, id: i64, now: Instant) {
        if id > self.low && !self.handled.contains(&id) {
            self.told.entry(id).or_insert(now);
        }
    }

    /// Returns whether a row was heard of long ago and still cannot be read, though others can commit. The time for such rows begins
    /// anew.
    pub fn take_overdue(&mut self, now: Instant) -> bool {
        let others_commit = self.last_look.map(|(at, _)| at + OTHERS_COMMIT_AFTER);
        let mut is_overdue = false;
        for since in self.told.values_mut() {
            if now - *since > UNREAD_AT_MOST && others_commit.is_none_or(|at| *since >= at) {
                (*since, is_overdue) = (now, true);
            }
        }
        is_overdue
    }

    /// The time since the last look ended.
    pub fn looked_ago(&self, now: Instant) -> Duration {
        self.last_look.map_or(Duration::ZERO, |(at, _)| now - at)
    }

    /// The row after which those are that are new, as far as this node has heard. Others may still become visible before it.
    pub fn before_new(&self) -> i64 {
        let seen = self.seen.back().map_or(self.low, |(_, id)| *id);
        self.told.first_key_value().map_or(seen, |(id, _)| seen.min(id - 1))
    }

    /// Takes a row to act on it. Returns `false` if this node has done that.
    pub fn claim(&mut self, id: i64) -> bool {
        self.told.remove(&id);
        id > self.low && self.handled.insert(id)
    }

    /// Takes a row that this node wrote itself: the commit may have taken its time.
    pub fn claim_own(&mut self, id: i64) -> bool {
        self.handled.insert(id)
    }

    /// Returns which of these rows, all that were found after `low` or `before_new`, are not handled.
    pub fn unhandled(&self, ids: &[i64]) -> Vec<i64> {
        ids.iter().copied().filter(|id| !self.handled.contains(id)).collect()
    }

    /// Notes the rows that a look found, once all of them are handled.
    pub fn note_seen(&mut self, ids: &[i64]) {
        if let Some(last) = ids.last() {
            self.seen.push_back((self.counted, *last));
        }
    }

    /// Ends a look: all that it found is handled, and rows that were told before it `began` and not found are lost. Moves `low` up to
    /// what was seen long ago. Returns the time since the last look.
    pub fn end_look(&mut self, began: Instant, now: Instant, wall_ms: i64) -> Duration {
        let last = self.last_look.replace((now, wall_ms));
        let away_for = last.map_or(Duration::ZERO, |(at, at_ms)| {
            (now - at).max(Duration::from_millis((wall_ms - at_ms).try_into().unwrap_or_default()))
        });
        self.counted += away_for.min(COUNTED_AT_MOST);
        while let Some((_, id)) = self.seen.pop_front_if(|(at, _)| self.counted - *at > LATE_AT_MOST) {
            self.low = self.low.max(id);
        }
        let low = self.low;
        self.handled.retain(|id| *id > low);
        self.told.retain(|_, since| *since > began);
        away_for
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::{sqlite_plan, sqlite_scans};

    impl HandledRows {
        fn finds(&mut self, ids: &[i64]) -> Vec<i64> {
            self.note_seen(ids);
            self.unhandled(ids)
        }
    }

    /// Looks each second.
    struct Looks {
        rows: HandledRows,
        began: Instant,
        at_s: u64,
    }

    impl Looks {
        fn begin(newest: i64, ids: &[i64]) -> Looks {
            let mut looks = Looks { rows: HandledRows::default(), began: Instant::now(), at_s: 0 };
            looks.rows.begin(newest, ids, looks.began, 0);
            looks
        }

        /// The clocks go on before the look ends.
        fn end_after(&mut self, seconds: u64, wall_s: i64) -> Duration {
            self.at_s += seconds;
            let last_ms = self.rows.last_look.map_or(0, |(_, wall_ms)| wall_ms);
            let now = self.began + Duration::from_secs(self.at_s);
            self.rows.end_look(now, now, last_ms + 1_000 * wall_s)
        }

        fn end_after_each(&mut self, seconds: u64, times: usize) {
            for _ in 0..times {
                self.end_after(seconds, 0);
            }
        }
    }

    #[test]
    fn each_row_is_handled_once_however_late_it_becomes_visible() {
        let mut looks = Looks::begin(4, &[3, 4]);
        assert_eq!(looks.rows.low(), 2);
        assert_eq!(looks.rows.finds(&[3, 4, 6]), [6]);
        assert!(looks.rows.claim(6) && !looks.rows.claim(6) && !looks.rows.claim(3) && !looks.rows.claim(1));
        // Row 5 was committed after row 6.
        looks.end_after_each(1, 60);
        assert_eq!(looks.rows.finds(&[3, 4, 5, 6]), [5]);
        assert!(looks.rows.claim(5));
        looks.end_after_each(1, 1);
        assert_eq!(looks.rows.low(), 6);
        assert!(!looks.rows.claim(5) && looks.rows.claim(7));
        assert!(looks.rows.claim_own(2) && !looks.rows.claim_own(7));
    }

    #[test]
    fn a_short_look_reads_what_is_new_and_what_was_told() {
        let Looks { mut rows, began, .. } = Looks::begin(4, &[2, 4]);
        assert_eq!((rows.low(), rows.before_new()), (1, 4));
        rows.finds(&[5, 8]);
        assert!(rows.claim(5) && rows.claim(8));
        assert_eq!(rows.before_new(), 8);
        [8, 12, 7].into_iter().for_each(|row| rows.note_told(row, began));
        assert_eq!(rows.before_new(), 6);
        assert_eq!(rows.finds(&[7, 8, 12]), [7, 12]);
        assert!(rows.claim(7) && rows.claim(12));
        assert_eq!((rows.low(), rows.before_new()), (1, 12));
    }

    #[test]
    fn a_row_that_is_heard_of_and_cannot_be_read_is_noticed() {
        let Looks { mut rows, began, .. } = Looks::begin(4, &[]);
        let at = |s| began + Duration::from_secs(s);
        [(5, 3), (6, 3), (9, 1)].into_iter().for_each(|(row, s)| rows.note_told(row, at(s)));
        assert!(rows.claim(6) && !rows.take_overdue(at(33)) && rows.take_overdue(at(34)));
        assert!(!rows.take_overdue(at(64)) && rows.take_overdue(at(65)));
        assert!(rows.claim(5) && !rows.take_overdue(at(100)), "row 9 is as old as the last look: all may be blind");
        assert_eq!(rows.looked_ago(at(100)), Duration::from_secs(100));
        rows.note_told(7, at(100));
        rows.end_look(at(101), at(103), 0);
        assert_eq!(rows.looked_ago(at(105)), Duration::from_secs(2));
        rows.note_told(8, at(106));
        assert!(!rows.take_overdue(at(136)) && rows.take_overdue(at(137)), "row 7 is not there");
    }

    #[test]
    fn the_time_in_which_nobody_could_look_makes_no_row_too_late() {
        let mut looks = Looks::begin(5, &[]);
        assert_eq!(looks.rows.finds(&[7]), [7]);
        assert!(looks.rows.claim(7));
        assert_eq!(looks.end_after(300, 300), AWAY_MAX);
        assert_eq!(looks.rows.finds(&[6, 7]), [6], "its transaction stood still too");
        assert!(looks.rows.claim(6));
        looks.end_after_each(1, 50);
        assert_eq!(looks.rows.low(), 5);
        looks.end_after_each(1, 10);
        assert_eq!(looks.rows.low(), 7);
    }

    #[test]
    fn slow_looks_come_to_an_end_too() {
        let mut looks = Looks::begin(5, &[]);
        assert_eq!(looks.rows.finds(&[7]), [7]);
        looks.end_after_each(9, 15);
        assert_eq!(looks.rows.low(), 5);
        looks.end_after_each(9, 1);
        assert_eq!(looks.rows.low(), 7);
    }

    #[test]
    fn a_machine_that_slept_knows_it_by_the_clock_on_the_wall() {
        let mut looks = Looks::begin(5, &[]);
        assert_eq!(looks.end_after(1, 3_600), Duration::from_secs(3_600));
        assert_eq!(looks.end_after(1, -3_600), Duration::from_secs(1), "someone set the clock");
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
