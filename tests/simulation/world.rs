//! The log, the bus between the nodes, and the schedule of what happens.

use std::collections::HashMap;

use gyosil::live::hub::order::{LogPart, LogRange};
use gyosil::live::{Feed, IfSlow, RoomFrame, RoomKey};

use crate::clients::{Client, Socket, event_frame};
use crate::rooms::{Node, Room};

const NODES: usize = 3;
const ROUNDS: usize = 10_000;
/// Events that one read after an event brings at most.
const READ_EVENTS: usize = 3;

/// Faults of the nodes of a world, to see that each is noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    SubscribesAfterReading,
    PublishesBeforeCommit,
    DeliversTwice,
    ReleasesWithHole,
    OwesNoState,
    ReadsBeforeHolding,
    TakesOldStates,
    NeverPolls,
}

pub struct World {
    pub fault: Option<Fault>,
    pub log: Log,
    pub nodes: [Node; NODES],
    pub clients: Vec<Client>,
    /// Messages on their way: to which node, of which event.
    bus: Vec<(usize, i64)>,
    /// Whether messages may be lost for good, so that only a look into the log finds their events.
    is_lossy: bool,
}

#[derive(Default)]
pub struct Log {
    /// Of each event: its frame, and the last event for students up to and with it.
    events: Vec<(RoomFrame, i64)>,
    /// The last committed event.
    pub visible: i64,
}

impl Log {
    fn append(&mut self, for_everyone: bool) -> i64 {
        let seq = self.events.len() as i64 + 1;
        let prev = self.events.last().map_or(0, |(_, students)| *students);
        let room = RoomKey { kind: 's', id: 1 };
        let frame = FRAMES
            .with_borrow_mut(|frames| frames.entry((seq, prev)).or_insert_with(|| event_frame(seq, prev)).clone());
        let frame = RoomFrame { room, seq: Some(seq), for_everyone, may_batch: false, if_slow: IfSlow::Replace, frame };
        self.events.push((frame, if for_everyone { seq } else { prev }));
        seq
    }

    pub fn frame(&self, seq: i64) -> RoomFrame {
        self.events[seq as usize - 1].0.clone()
    }

    /// The last event of a feed.
    pub fn position(&self, feed: Feed) -> i64 {
        let students = || self.events[..self.visible as usize].last().map_or(0, |(_, students)| *students);
        if feed == Feed::Public { students() } else { self.visible }
    }

    pub fn read(&self, range: LogRange) -> LogPart {
        let head = self.visible;
        let frames = match range {
            LogRange::After(after) => (after + 1..=head).take(READ_EVENTS).map(|seq| self.frame(seq)).collect(),
            LogRange::Newest { until, limit, for_everyone } => {
                let meant = |frame: &RoomFrame| frame.for_everyone || !for_everyone;
                let newest = (1..=until.unwrap_or(head)).rev().map(|seq| self.frame(seq)).filter(meant).take(limit);
                let mut frames: Vec<RoomFrame> = newest.collect();
                frames.reverse();
                frames
            }
        };
        LogPart { frames, head }
    }
}

thread_local! {
    /// Frames that schedules have in common.
    static FRAMES: std::cell::RefCell<HashMap<(i64, i64), gyosil::live::Frame>> = Default::default();
}

/// Things that happen next, each with its share of a hundred.
const ACTIONS: &[(&str, u32)] = &[
    ("commit", 9),
    ("hand over", 10),
    ("deliver", 12),
    ("deliver and keep", 2),
    ("lose", 1),
    ("cut the link", 1),
    ("subscribe", 5),
    ("give up waiting", 1),
    ("connect", 6),
    ("disconnect", 2),
    ("crash", 1),
    ("enter", 18),
    ("read", 9),
    ("begin to read", 3),
    ("look", 1),
    ("drain", 8),
    ("receive", 7),
    ("ask", 3),
    ("trim", 1),
];

fn action(number: u32) -> (&'static str, usize) {
    let mut at = number % 100;
    for (name, weight) in ACTIONS {
        if at < *weight {
            return (name, (number / 100) as usize);
        }
        at -= weight;
    }
    ("receive", (number / 100) as usize)
}

impl World {
    pub fn new(fault: Option<Fault>) -> World {
        let feeds = [Feed::Public, Feed::Public, Feed::Public, Feed::Full, Feed::Full];
        World {
            fault,
            log: Log::default(),
            nodes: Default::default(),
            clients: feeds.map(Client::new).into(),
            bus: Vec::new(),
            is_lossy: false,
        }
    }

    /// Runs a schedule, and then lets everything come to rest. Fails if a client got something wrong, or is not at the end.
    pub fn run(mut self, schedule: &[u32]) -> Result<(), String> {
        // In half of the worlds no message is lost for good: then nobody needs to look into the log by themselves.
        let is_reliable = schedule.first().is_some_and(|number| number % 2 == 0);
        for number in schedule {
            let (name, arg) = action(*number);
            if !(is_reliable && ["lose", "crash", "give up waiting"].contains(&name)) {
                self.act(name, arg)?;
            }
        }
        self.comes_to_rest()?;
        if !self.is_lossy {
            self.all_are_at_the_end("nothing was lost")?;
        }
        if self.fault != Some(Fault::NeverPolls) {
            (0..NODES).for_each(|node| self.looks(node));
        }
        self.comes_to_rest()?;
        self.all_are_at_the_end("all was looked for")
    }

    /// Says what a schedule does.
    pub fn tell(mut self, schedule: &[u32]) -> Vec<String> {
        let mut told = Vec::new();
        for number in schedule {
            let (name, arg) = action(*number);
            let result = self.act(name, arg);
            told.push(format!("{name} {arg}: {result:?}"));
        }
        told
    }

    /// Does it, if it can be done now. `arg` selects the node, the client, or the message.
    fn act(&mut self, name: &str, arg: usize) -> Result<bool, String> {
        let (node, client) = (arg % NODES, arg % self.clients.len());
        let done = match name {
            "commit" => self.commits(node, (arg / NODES).is_multiple_of(3)),
            "hand over" => self.hands_over(node, arg / NODES),
            "deliver" | "deliver and keep" | "lose" if self.bus.is_empty() => false,
            "deliver" => {
                let (node, seq) = self.bus.swap_remove(arg % self.bus.len());
                self.deliver(node, seq);
                true
            }
            "deliver and keep" => {
                let (node, seq) = self.bus[arg % self.bus.len()];
                self.deliver(node, seq);
                true
            }
            "lose" => {
                self.is_lossy = true;
                self.bus.swap_remove(arg % self.bus.len());
                true
            }
            "cut the link" => self.is_cut(node),
            "subscribe" => self.subscribes(node),
            "give up waiting" => self.gives_up_waiting(client),
            "connect" => self.connects(client, arg / self.clients.len() % NODES),
            "disconnect" => self.disconnect(client),
            "crash" => self.crashes(node),
            "enter" => self.enters_on(client),
            "read" => self.reads_on(node),
            "begin to read" => self.begins_to_read(node),
            "look" => {
                self.looks(node);
                true
            }
            "drain" => self.drains(client),
            "ask" => self.clients[client].asks_for_missed(),
            "trim" => {
                self.nodes[node].room.iter_mut().for_each(|room| room.order.trim());
                true
            }
            _ => self.clients[client].reads()?,
        };
        Ok(done)
    }

    fn commits(&mut self, node: usize, for_everyone: bool) -> bool {
        let seq = self.log.append(for_everyone);
        self.nodes[node].unpublished.push(seq);
        if self.fault == Some(Fault::PublishesBeforeCommit) {
            self.publishes(node, seq);
        } else {
            self.log.visible = seq;
        }
        true
    }

    /// Hands over one of the events that were committed: two commits may do that in another order.
    fn hands_over(&mut self, node: usize, nth: usize) -> bool {
        let unpublished = &mut self.nodes[node].unpublished;
        if unpublished.is_empty() {
            return false;
        }
        let seq = unpublished.remove(nth % unpublished.len());
        if self.fault == Some(Fault::PublishesBeforeCommit) {
            self.log.visible = self.log.visible.max(seq);
        } else {
            self.publishes(node, seq);
        }
        true
    }

    fn publishes(&mut self, from: usize, seq: i64) {
        self.deliver(from, seq);
        let others = (0..NODES).filter(|node| *node != from && self.nodes[*node].is_subscribed);
        self.bus.extend(others.map(|node| (node, seq)));
    }

    fn is_cut(&mut self, node: usize) -> bool {
        self.bus.retain(|(to, _)| *to != node);
        let node = &mut self.nodes[node];
        node.was_cut |= std::mem::take(&mut node.is_subscribed);
        true
    }

    /// The bus confirms the subscription of a node. After a cut, the node looks into the log.
    fn subscribes(&mut self, node: usize) -> bool {
        let here = &mut self.nodes[node];
        let Some(room) = here.room.as_ref().filter(|_| !here.is_subscribed) else { return false };
        here.is_subscribed = true;
        if std::mem::take(&mut here.was_cut) {
            // Without a state that was read, nothing is known to be missing. The next look finds it.
            self.is_lossy |= room.order.last().is_none();
            self.looks(node);
        }
        for socket in self.clients.iter_mut().filter_map(|client| client.socket.as_mut()) {
            socket.is_open |= socket.node == node;
        }
        true
    }

    fn gives_up_waiting(&mut self, client: usize) -> bool {
        let Some(socket) = self.clients[client].socket.as_mut().filter(|socket| !socket.is_open) else { return false };
        socket.is_open = true;
        self.is_lossy = true;
        true
    }

    fn connects(&mut self, client: usize, node: usize) -> bool {
        let client = &mut self.clients[client];
        if client.socket.is_some() {
            return false;
        }
        self.nodes[node].room.get_or_insert_with(Room::default);
        let mut socket = Socket::new(node);
        socket.is_open = self.nodes[node].is_subscribed || self.fault == Some(Fault::SubscribesAfterReading);
        socket.waiting.push_back(client.known);
        client.socket = Some(socket);
        true
    }

    pub fn disconnect(&mut self, client: usize) -> bool {
        let Some(socket) = self.clients[client].socket.take() else { return false };
        let is_there = |client: &Client| client.socket.as_ref().is_some_and(|other| other.node == socket.node);
        if !self.clients.iter().any(is_there) {
            let unpublished = std::mem::take(&mut self.nodes[socket.node].unpublished);
            self.nodes[socket.node] = Node { unpublished, ..Node::default() };
        }
        true
    }

    fn crashes(&mut self, node: usize) -> bool {
        self.is_lossy |= !self.nodes[node].unpublished.is_empty();
        for client in &mut self.clients {
            client.socket = client.socket.take().filter(|socket| socket.node != node);
        }
        self.nodes[node] = Node::default();
        self.bus.retain(|(to, _)| *to != node);
        // Committed events stay committed.
        self.log.visible = self.log.events.len() as i64;
        true
    }

    /// A node looks whether its room is behind the log.
    fn looks(&mut self, node: usize) {
        if let Some(room) = &mut self.nodes[node].room {
            room.head = Some(self.log.visible);
        }
    }

    /// Everything goes on until nothing happens any more.
    fn comes_to_rest(&mut self) -> Result<(), String> {
        for _ in 0..ROUNDS {
            let mut happened = false;
            for node in 0..NODES {
                for name in ["hand over", "subscribe", "begin to read", "read"] {
                    happened |= self.act(name, node)?;
                }
            }
            for client in 0..self.clients.len() {
                happened |= self.connects(client, client % NODES);
                for name in ["enter", "drain", "receive"] {
                    happened |= self.act(name, client)?;
                }
            }
            happened |= self.act("deliver", 0)?;
            if !happened {
                return Ok(());
            }
        }
        Err("it does not come to rest".into())
    }

    fn all_are_at_the_end(&self, when: &str) -> Result<(), String> {
        for client in &self.clients {
            let end = self.log.position(client.feed);
            if client.known != Some(end) {
                return Err(format!("{when}, and a {:?} client knows {:?} of {end}", client.feed, client.known));
            }
        }
        Ok(())
    }
}
