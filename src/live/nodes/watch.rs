//! Finds the nodes that are dead: those whose beats stand still.
//!
//! Only what this node has watched itself counts, on its own monotonic clock, while it read the table again and again and its own
//! beats arrived there. Wherever that was interrupted (this node slept, the database was away, the whole world stood still), the
//! watch begins anew, so that nobody is taken for dead since nobody looked.

use std::collections::HashMap;
use std::time::Duration;

/// The number of beats of a node that has stopped and handed its rows back.
pub const HANDED_BACK: i64 = -1;

/// The number of beats of a node, as the table has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NodeBeats {
    pub id: i64,
    pub beats: i64,
}

/// Time limits that follow from the time between two beats.
#[derive(Debug, Clone, Copy)]
pub struct BeatPeriods {
    beat_ms: i64,
    /// Time for which the beats of a dead node have stood still.
    dead_after_ms: i64,
    /// Time between two looks, or between two beats of this node, after which the watch begins anew.
    gap_max_ms: i64,
}

impl BeatPeriods {
    pub fn of(beat_ms: i64) -> BeatPeriods {
        BeatPeriods { beat_ms, dead_after_ms: 5 * beat_ms, gap_max_ms: 2 * beat_ms }
    }

    /// Time between two beats.
    pub fn beat(&self) -> Duration {
        Duration::from_millis(self.beat_ms.unsigned_abs())
    }

    /// Time between two looks at the nodes.
    pub fn look(&self) -> Duration {
        self.beat() / 2
    }
}

pub struct NodeWatch {
    periods: BeatPeriods,
    /// The beginning of the last look.
    last_begun_ms: Option<i64>,
    seen: HashMap<i64, SeenBeats>,
}

struct SeenBeats {
    beats: i64,
    since_ms: i64,
}

/// The nodes at a look.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SeenNodes {
    pub living: Vec<i64>,
    pub dead: Vec<NodeBeats>,
}

impl NodeWatch {
    pub fn new(periods: BeatPeriods) -> NodeWatch {
        NodeWatch { periods, last_begun_ms: None, seen: HashMap::new() }
    }

    /// Takes the rows of all nodes, and the instants at which reading them began and ended. Without the row of this node, nobody is
    /// dead: this node itself counts as that.
    pub fn look(&mut self, begun_ms: i64, ended_ms: i64, own: i64, nodes: &[NodeBeats]) -> SeenNodes {
        let gap_max_ms = self.periods.gap_max_ms;
        let was_away = self.last_begun_ms.replace(begun_ms).is_none_or(|last_ms| ended_ms - last_ms > gap_max_ms);
        if was_away {
            self.seen.clear();
        }
        let before = std::mem::take(&mut self.seen);
        let since_ms = |node: &NodeBeats| {
            let known = before.get(&node.id).filter(|known| known.beats == node.beats);
            known.map_or(ended_ms, |known| known.since_ms)
        };
        let own_row = nodes.iter().find(|node| node.id == own && node.beats != HANDED_BACK);
        let beats_arrive = own_row.is_some_and(|own| begun_ms - since_ms(own) <= gap_max_ms);
        let mut seen = SeenNodes::default();
        for node in nodes {
            let is_other = node.id != own;
            let since_ms = if is_other && !beats_arrive { ended_ms } else { since_ms(node) };
            self.seen.insert(node.id, SeenBeats { beats: node.beats, since_ms });
            let is_still = begun_ms - since_ms >= self.periods.dead_after_ms || node.beats == HANDED_BACK;
            if is_other && is_still && own_row.is_some() {
                seen.dead.push(*node);
            } else {
                seen.living.push(node.id);
            }
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: i64 = 1;
    const OTHER: i64 = 2;

    /// A world with two nodes: a clock, and the beats of both.
    struct World {
        watch: NodeWatch,
        now_ms: i64,
        mine: i64,
        others: i64,
    }

    impl World {
        fn new() -> World {
            World { watch: NodeWatch::new(BeatPeriods::of(2_000)), now_ms: 0, mine: 0, others: 0 }
        }

        fn look(&mut self) -> bool {
            let nodes = [NodeBeats { id: ME, beats: self.mine }, NodeBeats { id: OTHER, beats: self.others }];
            let seen = self.watch.look(self.now_ms, self.now_ms + 20, ME, &nodes);
            let is_dead = !seen.dead.is_empty();
            assert_eq!(seen.living, if is_dead { vec![ME] } else { vec![ME, OTHER] });
            assert!(seen.dead.iter().all(|node| *node == nodes[1]));
            is_dead
        }

        /// Looks each second for this long. This node beats every two seconds, the other one as well if it `beats`. Returns the time
        /// at which the other one counts as dead.
        fn run(&mut self, ms: i64, beats: bool) -> Option<i64> {
            let until_ms = self.now_ms + ms;
            while self.now_ms < until_ms {
                self.now_ms += 1_000;
                if self.now_ms % 2_000 == 0 {
                    self.mine += 1;
                    self.others += i64::from(beats);
                }
                if self.look() {
                    return Some(self.now_ms);
                }
            }
            None
        }
    }

    #[test]
    fn a_dead_node_is_found_ten_to_thirteen_seconds_after_its_last_beat() {
        let mut world = World::new();
        assert_eq!(world.run(60_000, true), None, "all nodes beat");
        let died_ms = world.now_ms;
        let found_ms = world.run(60_000, false).unwrap();
        assert!((10_000..=13_000).contains(&(found_ms - died_ms)), "{found_ms}");
    }

    #[test]
    fn a_node_that_hands_its_rows_back_is_dead_at_once() {
        let mut world = World::new();
        world.run(4_000, true);
        world.others = HANDED_BACK;
        assert!(world.look());
    }

    #[test]
    fn an_observer_who_slept_begins_anew() {
        let mut world = World::new();
        world.run(20_000, true);
        world.now_ms += 60_000;
        let woke_ms = world.now_ms;
        assert!(!world.look(), "it has not looked meanwhile");
        let found_ms = world.run(60_000, false).unwrap();
        assert!((10_000..=13_000).contains(&(found_ms - woke_ms)));
    }

    #[test]
    fn an_observer_who_slept_during_a_look_begins_anew() {
        let mut world = World::new();
        world.run(20_000, true);
        world.run(9_000, false);
        let nodes = [NodeBeats { id: ME, beats: world.mine + 1 }, NodeBeats { id: OTHER, beats: world.others }];
        let (begun_ms, ended_ms) = (world.now_ms + 1_000, world.now_ms + 31_000);
        assert_eq!(world.watch.look(begun_ms, ended_ms, ME, &nodes).dead, []);
        assert_eq!(world.watch.look(ended_ms + 1_000, ended_ms + 1_020, ME, &nodes).dead, []);
    }

    #[test]
    fn a_database_that_was_away_makes_nobody_dead() {
        let mut world = World::new();
        world.run(20_000, true);
        // Nobody can look or beat for a while; then both go on.
        for away_ms in [5_000, 9_000, 30_000] {
            world.now_ms += away_ms;
            assert!(!world.look());
            assert_eq!(world.run(20_000, true), None);
        }
    }

    #[test]
    fn a_database_that_answers_but_takes_no_write_makes_nobody_dead() {
        let mut world = World::new();
        world.run(20_000, true);
        for _ in 0..30 {
            world.now_ms += 1_000;
            assert!(!world.look(), "the beats of this node do not arrive either");
        }
        assert_eq!(world.run(20_000, true), None);
        world.run(60_000, false).unwrap();
    }

    #[test]
    fn a_world_that_stood_still_and_goes_on_makes_nobody_dead() {
        let mut world = World::new();
        world.run(20_000, true);
        world.now_ms += 20_000;
        // This node goes on first; the other one beats a moment later.
        assert!(!world.look());
        assert_eq!(world.run(3_000, false), None);
        assert_eq!(world.run(60_000, true), None);
    }

    #[test]
    fn a_node_whose_own_row_is_gone_finds_nobody_dead() {
        let mut watch = NodeWatch::new(BeatPeriods::of(2_000));
        for now_ms in (0..60_000).step_by(1_000) {
            let seen = watch.look(now_ms, now_ms, ME, &[NodeBeats { id: OTHER, beats: HANDED_BACK }]);
            assert_eq!(seen.dead, []);
        }
    }

    #[test]
    fn a_node_that_is_new_or_beats_again_gets_its_full_time() {
        let mut world = World::new();
        world.run(20_000, true);
        world.run(9_000, false);
        world.others += 1;
        let beat_ms = world.now_ms;
        let found_ms = world.run(60_000, false).unwrap();
        assert!((10_000..=13_000).contains(&(found_ms - beat_ms)));
    }
}
