//! Nodes that die, sleep and come back, and the people whose sockets they hold. What a node knows in memory, and whom it takes for
//! dead, are the server's own; the tables and their transactions are played, each at one instant: see `school/nodes.rs` and
//! `school/sessions/presence.rs`.
//!
//! The log always says what the table says, and at rest both say who has a socket.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use gyosil::clock::Moment;
use gyosil::live::nodes::{BeatPeriods, NodeBeats};
use gyosil::live::presence::PresentPerson;
use gyosil::live::{Hub, Nodes, Presence, SocketLimits};
use gyosil::metrics::Metrics;

const NODES: usize = 3;
const PEOPLE: i64 = 3;
const ROOM: i64 = 1;
const TICK_MS: i64 = 1_000;
const BEAT_MS: i64 = 2_000;
const BEAT_TICKS: usize = 2;
const GRACE_MS: i64 = 5_000;
/// Time after which all is settled once nothing happens any more: a death is found, and a grace is over.
const REST_MS: i64 = 40_000;
/// Time for which the database is away, or a node sleeps, at most.
const AWAY_MAX_TICKS: usize = 25;

/// Faults of the nodes of a world, to see that each is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An arrival is written by a node that others have taken for dead.
    SpeaksWithoutLease,
    /// Nobody waits for the people of a dead node.
    ForgetsTakenOver,
    /// A node whose row is gone takes a new one, and writes nobody anew.
    ForgetsOwnPeople,
    /// A return between the end of a grace and its departure is not written again.
    ForgetsReturners,
}

/// The tables, and the fold of the log.
#[derive(Default)]
struct Tables {
    last_id: i64,
    beats: BTreeMap<i64, i64>,
    /// Person and node.
    rows: BTreeSet<(i64, i64)>,
    connected: BTreeSet<i64>,
}

/// A transaction that a node has begun.
enum Write {
    Beat { own: i64 },
    Look { begun_ms: i64 },
    Arrive { own: i64, person: i64 },
    Depart { own: i64, people: Vec<(i64, PresentPerson)> },
}

struct Node {
    nodes: Nodes,
    presence: Presence,
    sockets: BTreeMap<u64, i64>,
    writes: VecDeque<Write>,
    sleeps_ticks: usize,
    /// Time for which it was awake: in the first seconds after a sleep others may still take it for dead.
    awake_ticks: usize,
}

pub struct World {
    fault: Option<Fault>,
    now_ms: i64,
    tables: Tables,
    nodes: [Option<Node>; NODES],
    hub: Arc<Hub>,
    last_socket: u64,
    away_ticks: usize,
    /// Times at which each person last had a socket on a node that was awake and had shown it.
    present_ms: BTreeMap<i64, i64>,
    /// Whether each node writes at once, so that times can be checked.
    is_prompt: bool,
    is_at_rest: bool,
}

thread_local! {
    static HUB: Arc<Hub> = Hub::new(Arc::new(Metrics::default()), 1, SocketLimits::new(1, 1));
}

impl Tables {
    fn is_present(&self, person: i64) -> bool {
        self.rows.iter().any(|(here, _)| *here == person)
    }

    fn insert_node(&mut self) -> i64 {
        self.last_id += 1;
        self.beats.insert(self.last_id, 0);
        self.last_id
    }

    fn arrive(&mut self, own: i64, person: i64, fault: Option<Fault>) -> bool {
        if !self.beats.contains_key(&own) && fault != Some(Fault::SpeaksWithoutLease) {
            return false;
        }
        self.rows.insert((person, own));
        self.connected.insert(person);
        true
    }

    /// Returns who is logged as gone.
    fn depart(&mut self, own: i64, people: &[(i64, PresentPerson)]) -> Vec<i64> {
        let deleted: Vec<i64> = people.iter().map(|(person, _)| *person).collect();
        let deleted = deleted.into_iter().filter(|person| self.rows.remove(&(*person, own))).collect::<Vec<_>>();
        let gone: Vec<i64> = deleted.into_iter().filter(|person| !self.is_present(*person)).collect();
        gone.iter().for_each(|person| _ = self.connected.remove(person));
        gone
    }

    fn take_over(&mut self, own: i64, dead: NodeBeats) -> bool {
        if !self.beats.contains_key(&own) || self.beats.get(&dead.id) != Some(&dead.beats) {
            return false;
        }
        self.beats.remove(&dead.id);
        let moved: Vec<(i64, i64)> = self.rows.iter().filter(|(_, node)| *node == dead.id).copied().collect();
        for row in moved {
            self.rows.remove(&row);
            self.rows.insert((row.0, own));
        }
        true
    }
}

impl World {
    pub fn new(fault: Option<Fault>) -> World {
        let mut world = World {
            fault,
            now_ms: 0,
            tables: Tables::default(),
            nodes: Default::default(),
            hub: HUB.with(Arc::clone),
            last_socket: 0,
            away_ticks: 0,
            present_ms: BTreeMap::new(),
            is_prompt: true,
            is_at_rest: false,
        };
        (0..NODES).for_each(|at| world.starts(at));
        world
    }

    pub fn run(mut self, schedule: &[u32]) -> Result<(), String> {
        self.is_prompt = schedule.first().is_some_and(|number| number % 2 == 0);
        for number in schedule {
            self.act(*number);
            self.tick()?;
        }
        // All nodes wake, and those that are down stay down.
        self.away_ticks = 0;
        self.nodes.iter_mut().flatten().for_each(|node| node.sleeps_ticks = 0);
        self.is_at_rest = true;
        for _ in 0..REST_MS / TICK_MS {
            self.tick()?;
        }
        let here: BTreeSet<i64> = self.nodes.iter().flatten().flat_map(|node| node.sockets.values().copied()).collect();
        match self.nodes.iter().flatten().next() {
            Some(_) if self.tables.connected != here => Err(format!(
                "sockets of {here:?}, and the log says {:?}: {:?}",
                self.tables.connected, self.tables.rows
            )),
            _ => Ok(()),
        }
    }

    /// Says what a schedule does, and what the tables and the nodes have after each second.
    pub fn tell(mut self, schedule: &[u32]) -> Vec<String> {
        self.is_prompt = schedule.first().is_some_and(|number| number % 2 == 0);
        let mut told = Vec::new();
        for number in schedule {
            let action = self.act(*number);
            let result = self.tick();
            let open = |node: &Node| (node.nodes.own(), node.sockets.values().copied().collect(), node.sleeps_ticks);
            let nodes: Vec<Option<(i64, Vec<i64>, usize)>> =
                self.nodes.iter().map(|at| at.as_ref().map(open)).collect();
            let Tables { rows, beats, .. } = &self.tables;
            told.push(format!("{action}: rows {rows:?}, beats {beats:?}, nodes {nodes:?}, {result:?}"));
        }
        told
    }

    /// One thing that happens from outside.
    fn act(&mut self, number: u32) -> String {
        let arg = (number / 100) as usize;
        let (at, person, ticks) = (arg % NODES, 1 + (arg / NODES) as i64 % PEOPLE, 1 + arg / 16 % AWAY_MAX_TICKS);
        match number % 100 {
            0..35 => {
                self.opens(at, person);
                format!("{person} opens at {at}")
            }
            35..60 => {
                self.closes(at, arg / NODES);
                format!("one closes at {at}")
            }
            60..65 => {
                self.nodes[at] = None;
                format!("{at} dies")
            }
            65..75 if self.nodes[at].is_none() => {
                self.starts(at);
                format!("{at} starts")
            }
            75..83 => {
                self.nodes[at].iter_mut().for_each(|node| node.sleeps_ticks = ticks);
                format!("{at} sleeps for {ticks}")
            }
            83..86 if !self.is_prompt => {
                self.away_ticks = ticks;
                format!("the database is away for {ticks}")
            }
            _ => String::new(),
        }
    }

    fn starts(&mut self, at: usize) {
        let nodes = Nodes::new(false, BeatPeriods::of(BEAT_MS));
        nodes.begin(self.tables.insert_node());
        let presence = Presence::new(self.hub.clone(), 's');
        let (sockets, writes) = (BTreeMap::new(), VecDeque::new());
        self.nodes[at] = Some(Node { nodes, presence, sockets, writes, sleeps_ticks: 0, awake_ticks: BEAT_TICKS });
    }

    fn moment(&self) -> Moment {
        Moment { wall_ms: self.now_ms, running_ms: self.now_ms }
    }

    /// A sleeping node accepts nobody.
    fn opens(&mut self, at: usize, person: i64) {
        let now = self.moment();
        let Some(node) = self.nodes[at].as_mut().filter(|node| node.sleeps_ticks == 0) else { return };
        self.last_socket += 1;
        node.sockets.insert(self.last_socket, person);
        if node.presence.people.add_socket(ROOM, person, self.last_socket, None, now) {
            node.writes.push_back(Write::Arrive { own: node.nodes.own(), person });
        }
    }

    fn closes(&mut self, at: usize, nth: usize) {
        let now = self.moment();
        let Some(node) = self.nodes[at].as_mut().filter(|node| node.sleeps_ticks == 0) else { return };
        let Some((&socket, &person)) = node.sockets.iter().nth(nth % node.sockets.len().max(1)) else { return };
        node.sockets.remove(&socket);
        node.presence.people.remove_socket(ROOM, person, socket, now, GRACE_MS);
    }

    /// A second passes: the nodes that are awake begin what is due, and carry out what they have begun.
    fn tick(&mut self) -> Result<(), String> {
        self.now_ms += TICK_MS;
        let is_away = self.away_ticks > 0;
        self.away_ticks = self.away_ticks.saturating_sub(1);
        for at in 0..NODES {
            let now = self.moment();
            let Some(node) = &mut self.nodes[at] else { continue };
            if node.sleeps_ticks > 0 {
                node.sleeps_ticks -= 1;
                node.awake_ticks = 0;
                continue;
            }
            node.awake_ticks += 1;
            for person in node.sockets.values().filter(|_| node.awake_ticks > BEAT_TICKS) {
                self.present_ms.insert(*person, now.running_ms);
            }
            node.begins_writes(now);
            // Of those that are not prompt, each writes a little a second.
            let count = if self.is_prompt || self.is_at_rest { usize::MAX } else { 2 + at };
            for _ in 0..count {
                let Some(write) = self.nodes[at].as_mut().filter(|_| !is_away).and_then(|node| node.writes.pop_front())
                else {
                    break;
                };
                self.writes(at, write)?;
            }
        }
        let rows: BTreeSet<i64> = self.tables.rows.iter().map(|(person, _)| *person).collect();
        if rows != self.tables.connected {
            return Err(format!("the table has {rows:?}, the log {:?}", self.tables.connected));
        }
        Ok(())
    }

    fn writes(&mut self, at: usize, write: Write) -> Result<(), String> {
        let now = self.moment();
        let Some(node) = &mut self.nodes[at] else { return Ok(()) };
        match write {
            Write::Beat { own } => match self.tables.beats.get_mut(&own) {
                Some(beats) => *beats += 1,
                None => node.begins_anew(own, &mut self.tables, self.fault),
            },
            Write::Look { begun_ms } => {
                let rows: Vec<NodeBeats> =
                    self.tables.beats.iter().map(|(id, beats)| NodeBeats { id: *id, beats: *beats }).collect();
                let own = node.nodes.own();
                if !rows.iter().any(|row| row.id == own) {
                    node.begins_anew(own, &mut self.tables, self.fault);
                }
                for dead in node.nodes.observe(begun_ms, now.running_ms, &rows).0 {
                    if self.tables.take_over(own, dead) {
                        node.expects_taken_over(&self.tables, now, self.fault);
                    }
                }
            }
            Write::Arrive { person, .. } if !node.presence.is_here(ROOM, person) => {}
            Write::Arrive { own, person } => {
                if self.tables.arrive(own, person, self.fault) {
                    node.presence.people.settle(ROOM, person);
                } else {
                    node.begins_anew(own, &mut self.tables, self.fault);
                    node.writes.push_back(Write::Arrive { own: node.nodes.own(), person });
                }
            }
            Write::Depart { own, people } => {
                let gone = self.tables.depart(own, &people);
                for (person, _) in people {
                    if node.presence.is_here(ROOM, person) && self.fault != Some(Fault::ForgetsReturners) {
                        node.writes.push_back(Write::Arrive { own: node.nodes.own(), person });
                    }
                }
                return self.checks_grace(&gone);
            }
        }
        Ok(())
    }

    /// If nothing is late, only those are told as gone who had no socket for the grace.
    fn checks_grace(&self, gone: &[i64]) -> Result<(), String> {
        let absent_ms = |person: &i64| self.now_ms - self.present_ms.get(person).copied().unwrap_or_default();
        match gone.iter().find(|person| absent_ms(person) < GRACE_MS - 2 * TICK_MS) {
            Some(person) if self.is_prompt => {
                Err(format!("{person} is told as gone, and had a socket {} ms ago", absent_ms(person)))
            }
            _ => Ok(()),
        }
    }
}

impl Node {
    fn begins_writes(&mut self, now: Moment) {
        let own = self.nodes.own();
        if now.running_ms % BEAT_MS == 0 && !self.writes.iter().any(|write| matches!(write, Write::Beat { .. })) {
            self.writes.push_back(Write::Beat { own });
        }
        if !self.writes.iter().any(|write| matches!(write, Write::Look { .. })) {
            self.writes.push_back(Write::Look { begun_ms: now.running_ms });
        }
        let departed = self.presence.people.take_departed(now);
        if !departed.is_empty() {
            let people = departed.into_iter().map(|departed| (departed.person, departed.seen)).collect();
            self.writes.push_back(Write::Depart { own, people });
        }
    }

    fn begins_anew(&mut self, lost: i64, tables: &mut Tables, fault: Option<Fault>) {
        if tables.beats.contains_key(&lost) || self.nodes.own() != lost {
            return;
        }
        let own = tables.insert_node();
        self.nodes.begin(own);
        for (_, person) in self.presence.people.begin_anew() {
            if fault != Some(Fault::ForgetsOwnPeople) {
                self.writes.push_back(Write::Arrive { own, person });
            }
        }
    }

    fn expects_taken_over(&mut self, tables: &Tables, now: Moment, fault: Option<Fault>) {
        for (person, node) in &tables.rows {
            if *node == self.nodes.own() && fault != Some(Fault::ForgetsTakenOver) {
                let seen = PresentPerson { since_ms: now.wall_ms, last_ms: now.wall_ms, language: None };
                self.presence.people.expect_back(ROOM, *person, seen, true, now, GRACE_MS);
            }
        }
    }
}
