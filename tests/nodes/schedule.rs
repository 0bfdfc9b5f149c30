//! Schedules of faults. A seed always makes the same schedule.

use std::fmt;
use std::time::Duration;

use crate::cluster::NODES;
use crate::harness::proxy::{Direction, LostCommit};
use crate::random::Random;

/// All faults begin in this time.
const WITHIN_MS: u64 = 11_000;
const FAULTS: (u64, u64) = (5, 9);
const TRIES: usize = 200;
/// Everything stands still for so long at most, all together: a seed must not take minutes.
const STILL_MAX_MS: u64 = 24_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Clients,
    Database,
    Redis,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkFault {
    Cut,
    /// Nothing comes through in this direction, or in both. Then all of it comes.
    Held(Option<Direction>),
    /// Open connections stay silent until they are cut.
    Silent,
    DelayedMs(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    NodeDies(usize),
    NodeFreezes(usize),
    /// The node is killed after PostgreSQL has committed, and before it knows.
    NodeDiesAfterCommit(usize),
    CommitIsLost(usize, LostCommit),
    PostgresDies,
    PostgresFreezes,
    RedisDies,
    RedisFreezes,
    RedisCutsSubscribers,
    Link(usize, Way, LinkFault),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Process(usize),
    Postgres,
    Redis,
    Link(usize, Way),
}

#[derive(Debug, Clone, Copy)]
pub struct Fault {
    pub at: Duration,
    /// Time after which it is repaired.
    pub lasts: Duration,
    pub what: What,
}

#[derive(Debug, Clone)]
pub struct Schedule(pub Vec<Fault>);

impl Schedule {
    pub fn of(seed: u64) -> Schedule {
        let mut random = Random::of(seed, u64::MAX);
        let count = random.between(FAULTS.0, FAULTS.1);
        let mut faults: Vec<Fault> = Vec::new();
        let mut still_ms = 0;
        for _ in 0..TRIES {
            if faults.len() as u64 == count {
                break;
            }
            let fault = Fault::new(&mut random);
            let freezes = matches!(fault.what, What::NodeFreezes(_) | What::PostgresFreezes | What::RedisFreezes);
            let lasts_ms = fault.lasts.as_millis() as u64;
            let is_too_long = freezes && still_ms + lasts_ms > STILL_MAX_MS;
            if !is_too_long && !faults.iter().any(|other| other.is_in_the_way_of(&fault)) {
                still_ms += if freezes { lasts_ms } else { 0 };
                faults.push(fault);
            }
        }
        faults.sort_by_key(|fault| fault.at);
        Schedule(faults)
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Fault { at, lasts, what } in &self.0 {
            writeln!(f, "  at {:>5} ms for {:>5} ms: {what:?}", at.as_millis(), lasts.as_millis())?;
        }
        Ok(())
    }
}

impl Fault {
    fn new(random: &mut Random) -> Fault {
        let node = random.below(NODES);
        let what = match random.below(14) {
            0 | 1 => What::NodeDies(node),
            2 | 3 => What::NodeFreezes(node),
            4 => What::NodeDiesAfterCommit(node),
            5 => {
                let parts = [LostCommit::Request, LostCommit::Reply, LostCommit::ReplyHeld];
                What::CommitIsLost(node, random.pick(&parts))
            }
            6 => What::PostgresDies,
            7 => What::PostgresFreezes,
            8 => What::RedisDies,
            9 => What::RedisFreezes,
            10 => What::RedisCutsSubscribers,
            _ => {
                let way = random.pick(&[Way::Clients, Way::Database, Way::Redis]);
                What::Link(node, way, LinkFault::new(random))
            }
        };
        let lasts = match what {
            // Most are short: a long one now and then.
            What::NodeFreezes(_) | What::PostgresFreezes | What::RedisFreezes => {
                if random.one_in(5) {
                    random.millis(5_000, 20_000)
                } else {
                    random.millis(1_000, 4_000)
                }
            }
            What::CommitIsLost(..) | What::RedisCutsSubscribers => Duration::from_millis(100),
            _ => random.millis(300, 4_000),
        };
        Fault { at: random.millis(0, WITHIN_MS), lasts, what }
    }

    fn targets(&self) -> Vec<Target> {
        match self.what {
            What::NodeDies(node) | What::NodeFreezes(node) => vec![Target::Process(node)],
            What::NodeDiesAfterCommit(node) => vec![Target::Process(node), Target::Link(node, Way::Database)],
            What::CommitIsLost(node, _) => vec![Target::Process(node), Target::Link(node, Way::Database)],
            What::PostgresDies | What::PostgresFreezes => vec![Target::Postgres],
            What::RedisDies | What::RedisFreezes | What::RedisCutsSubscribers => vec![Target::Redis],
            What::Link(node, way, _) => vec![Target::Link(node, way)],
        }
    }

    /// The same thing is not broken twice at a time.
    fn is_in_the_way_of(&self, other: &Fault) -> bool {
        // A killed server takes a while to come back, and a commit may be waited for.
        let slack = Duration::from_secs(3);
        let overlaps = self.at < other.at + other.lasts + slack && other.at < self.at + self.lasts + slack;
        let others = other.targets();
        overlaps && self.targets().iter().any(|target| others.contains(target))
    }
}

impl LinkFault {
    fn new(random: &mut Random) -> LinkFault {
        match random.below(6) {
            0 => LinkFault::Cut,
            1 => LinkFault::Held(None),
            2 => LinkFault::Held(Some(Direction::ToServer)),
            3 => LinkFault::Held(Some(Direction::ToClient)),
            4 => LinkFault::Silent,
            _ => LinkFault::DelayedMs(random.between(20, 300)),
        }
    }
}
