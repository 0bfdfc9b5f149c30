//! The nodes that serve one school together: which of them is this one, and which are alive.
//!
//! A node is a row of the table `nodes`. Its id is new at each start, and also after others took the node for dead: what is still
//! under way in the name of the old id then changes nothing.

mod watch;

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

pub use self::watch::{BeatPeriods, HANDED_BACK, NodeBeats};
use self::watch::{NodeWatch, SeenNodes};

pub struct Nodes {
    is_alone: bool,
    own: AtomicI64,
    living: Mutex<Vec<i64>>,
    watch: Mutex<NodeWatch>,
    /// Notified when the row of this node is missing.
    lost: Notify,
    has_unread_rows: AtomicBool,
}

impl Nodes {
    pub fn new(is_alone: bool, periods: BeatPeriods) -> Nodes {
        Nodes {
            is_alone,
            own: AtomicI64::new(0),
            living: Mutex::default(),
            watch: Mutex::new(NodeWatch::new(periods)),
            lost: Notify::new(),
            has_unread_rows: AtomicBool::new(false),
        }
    }

    /// Whether no other node may serve the school while this one does.
    pub fn is_alone(&self) -> bool {
        self.is_alone
    }

    /// The id of this node; 0 before it has one.
    pub fn own(&self) -> i64 {
        self.own.load(Ordering::Acquire)
    }

    /// Begins to act under a new id.
    pub fn begin(&self, id: i64) {
        self.own.store(id, Ordering::Release);
        *self.living() = vec![id];
    }

    /// Takes the nodes as they were read between two instants of the monotonic clock. Returns those that are dead, and whether one that
    /// was alive is not any more.
    pub fn observe(&self, begun_ms: i64, ended_ms: i64, nodes: &[NodeBeats]) -> (Vec<NodeBeats>, bool) {
        let own = self.own();
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        let SeenNodes { living, dead } = watch.look(begun_ms, ended_ms, own, nodes);
        let before = std::mem::replace(&mut *self.living(), living.clone());
        (dead, before.iter().any(|node| !living.contains(node)))
    }

    /// Whether this node is the one among the living that does a shared work. Nodes may disagree for some seconds: that a work is
    /// done once is held by the database, not by this.
    pub fn is_mine(&self, work: impl ToString) -> bool {
        let work = work.to_string();
        let own = self.own();
        let weight = |node: i64| (weight(&work, node), node);
        self.is_alone || self.living().iter().all(|node| weight(*node) <= weight(own))
    }

    /// Reports that the row of this node is missing: others took it for dead.
    pub fn report_lost(&self) {
        self.lost.notify_one();
    }

    /// Waits for such a report.
    pub async fn wait_until_lost(&self) {
        self.lost.notified().await;
    }

    /// Notes that nobody knows whether this node has taken over rows: its own are to be read again.
    pub fn note_unread_rows(&self) {
        self.has_unread_rows.store(true, Ordering::Release);
    }

    /// Returns whether that was noted, and forgets it.
    pub fn take_unread_rows(&self) -> bool {
        self.has_unread_rows.swap(false, Ordering::AcqRel)
    }

    fn living(&self) -> std::sync::MutexGuard<'_, Vec<i64>> {
        self.living.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Weighs a node for a work, in the same way in every version: the heaviest does it, so that a death moves only the works of the
/// dead. FNV-1a over the text, then the last steps of SplitMix64, which spread similar values.
fn weight(work: &str, node: i64) -> u64 {
    let bytes = work.bytes().chain(node.to_le_bytes());
    let mut hash =
        bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(own: i64, living: &[i64]) -> Nodes {
        let nodes = Nodes::new(false, BeatPeriods::of(2_000));
        nodes.begin(own);
        *nodes.living() = living.to_vec();
        nodes
    }

    #[test]
    fn each_work_is_done_by_one_of_the_living_nodes() {
        let living = [3, 7, 20];
        let mut done = [0; 3];
        for work in 0..3_000_i64 {
            let doers: Vec<usize> = (0..3).filter(|n| node(living[*n], &living).is_mine(work)).collect();
            assert_eq!(doers.len(), 1, "work {work}");
            done[doers[0]] += 1;
        }
        assert!(done.iter().all(|count| (850..1_150).contains(count)), "{done:?}");
    }

    #[test]
    fn a_death_moves_only_the_works_of_the_dead_node() {
        for work in 0..1_000_i64 {
            let is_still_mine = !node(3, &[3, 7, 20]).is_mine(work) || node(3, &[3, 20]).is_mine(work);
            assert!(is_still_mine, "work {work}");
        }
    }

    #[test]
    fn a_node_that_vanishes_is_noted_once_whoever_deletes_its_row() {
        let node = node(3, &[3, 7]);
        let row = |id| NodeBeats { id, beats: 1 };
        assert!(!node.observe(0, 1, &[row(3), row(7)]).1);
        assert!(node.observe(1_000, 1_001, &[row(3)]).1);
        assert!(!node.observe(2_000, 2_001, &[row(3)]).1);
    }

    #[test]
    fn a_node_that_is_alone_does_all_works() {
        let nodes = Nodes::new(true, BeatPeriods::of(2_000));
        assert!(nodes.is_mine("a") && nodes.is_mine(1));
    }
}
