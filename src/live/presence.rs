//! Presence on this node: who is in a room by its sockets, or was a moment ago. `school::sessions::presence` asks here, and writes and
//! reads what the nodes know together.

mod people;
mod screens;
mod unattended;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use self::people::PeopleHere;
use self::screens::ScreenReports;
use self::unattended::Unattended;
use super::{Hub, RoomKey};
use crate::clock::Moment;
use crate::language::Language;

pub use self::people::{DepartedPerson, PresentPerson};
pub use self::unattended::OpenRoom;

pub struct Presence {
    hub: Arc<Hub>,
    /// The kind of the rooms in which people are present. Of such a room, every method takes the id alone.
    kind: char,
    people: PeopleHere,
    screens: ScreenReports,
    unattended: Unattended,
}

/// The events of a room's log, from `first` to `last`, after each of which a screen shows the current step.
#[derive(Debug, Clone, Copy)]
pub struct StepSpan {
    pub room: i64,
    pub first: i64,
    pub last: i64,
}

impl Presence {
    pub fn new(hub: Arc<Hub>, kind: char) -> Presence {
        Presence {
            hub,
            kind,
            people: PeopleHere::default(),
            screens: ScreenReports::default(),
            unattended: Unattended::default(),
        }
    }

    // Sockets.

    /// Notes one more socket of a person, by the id of its connection. Returns `true` if the database may not have them yet.
    pub fn add_socket(&self, room: i64, person: i64, socket: u64, language: Option<Language>, now: Moment) -> bool {
        self.people.add_socket(room, person, socket, language, now)
    }

    /// Notes that a socket has closed. The last one begins a grace, after which the person counts as departed. A socket from
    /// before the person left does not count.
    pub fn remove_socket(&self, room: i64, person: i64, socket: u64, now: Moment, grace_ms: i64) {
        self.people.remove_socket(room, person, socket, now, grace_ms);
    }

    /// Gives a person the grace to come back: to those whom this node has taken over, and to those whose departure could not be
    /// written. Does nothing if they are in the room by this node. `is_written`: whether the database surely has them.
    pub fn expect_back(
        &self,
        room: i64,
        person: i64,
        seen: PresentPerson,
        is_written: bool,
        now: Moment,
        grace_ms: i64,
    ) {
        self.people.expect_back(room, person, seen, is_written, now, grace_ms);
    }

    /// Notes that the database has this person, or has refused them.
    pub fn settle(&self, room: i64, person: i64) {
        self.people.settle(room, person);
    }

    /// Forgets all people without a socket, for whom other nodes speak now. Returns the others, by room: the database is to be told
    /// of them anew.
    pub fn begin_anew(&self) -> Vec<(i64, i64)> {
        self.people.begin_anew()
    }

    /// Removes a person who has left the room: at once, without a grace.
    pub fn remove_leaver(&self, room: i64, person: i64) {
        self.people.forget(room, person);
        self.screens.recount(room);
    }

    /// Notes that the person's screen shows this event of the room's log.
    pub fn note_screen(&self, room: i64, seq: i64, person: i64) {
        self.screens.ack(room, seq, person);
    }

    /// The rooms with a socket on this node, for background work that a node does for its own.
    pub fn rooms_here(&self) -> Vec<i64> {
        self.hub.open_rooms(self.kind)
    }

    // People.

    pub fn is_here(&self, room: i64, person: i64) -> bool {
        self.people.seen(room, person).is_some()
    }

    /// Returns the times of a person's presence and their language, if they are in the room.
    pub fn seen(&self, room: i64, person: i64) -> Option<PresentPerson> {
        self.people.seen(room, person)
    }

    /// Those of these people who are in the room.
    pub fn present_of(&self, room: i64, people: &[i64]) -> HashSet<i64> {
        people.iter().copied().filter(|person| self.is_here(room, *person)).collect()
    }

    /// Those of these people who have an open socket in the room.
    pub fn connected_of(&self, room: i64, people: &[i64]) -> HashSet<i64> {
        people.iter().copied().filter(|person| self.people.has_socket(room, *person)).collect()
    }

    /// All people in the room, with the times of their presence.
    pub fn people_in(&self, room: i64) -> HashMap<i64, PresentPerson> {
        self.people.people_in(room)
    }

    /// The people in the room of whom the database does not know yet.
    pub fn unsettled_in(&self, room: i64) -> HashMap<i64, PresentPerson> {
        self.people.unsettled_in(room)
    }

    pub fn count(&self, room: i64) -> i64 {
        self.people.count(room)
    }

    /// Removes and returns the people whose grace is over.
    pub fn take_departed(&self, now: Moment) -> Vec<DepartedPerson> {
        self.people.take_departed(now)
    }

    // Steps that the screens show.

    /// Counts the people here whose screen shows the step, but those of whom another node counts the screen.
    pub fn count_screens(&self, span: &StepSpan, others: &HashSet<(i64, i64)>) -> i64 {
        let is_counted = |person| self.is_here(span.room, person) && !others.contains(&(span.room, person));
        self.screens.count(span.room, span.first, span.last, is_counted)
    }

    /// Returns the rooms whose count of screens may be new, and clears the list.
    pub fn take_changed_screens(&self) -> HashSet<i64> {
        self.screens.take_changed()
    }

    /// Puts a room on that list, because a person came or left, or because its count could not be logged.
    pub fn recount_screens(&self, room: i64) {
        self.screens.recount(room);
    }

    /// Puts a room on that list, and lets its count be logged even if it has not changed.
    pub fn log_screens_again(&self, room: i64) {
        self.screens.log_again(room);
    }

    /// Takes all open rooms, and puts the others on that list: the screens of a room that has ended are then forgotten.
    pub fn recount_screens_all_but(&self, open: &[OpenRoom]) {
        self.screens.recount_all_but(&open.iter().map(|room| room.room).collect());
    }

    /// Whether the count for the step that began at `first` differs from what this node last logged.
    pub fn is_new_count(&self, room: i64, first: i64, count: i64) -> bool {
        self.screens.is_new_count(room, first, count)
    }

    pub fn mark_count_logged(&self, room: i64, first: i64, count: i64) {
        self.screens.mark_logged(room, first, count);
    }

    pub fn forget_screens(&self, room: i64) {
        self.screens.forget(room);
    }

    // Sessions that are led.

    /// Those of these rooms in which a person is who leads: who gets all of the room's frames.
    pub fn led_of(&self, rooms: &[i64]) -> HashSet<i64> {
        let is_led = |room: &i64| self.hub.has_full_feed(RoomKey { kind: self.kind, id: *room });
        rooms.iter().copied().filter(is_led).collect()
    }

    /// Takes all open rooms. Returns those that nobody has led for `patience_ms`, in the time that this process has run.
    pub fn find_unattended(&self, now: Moment, open: &[OpenRoom], patience_ms: i64) -> Vec<OpenRoom> {
        let rooms: Vec<i64> = open.iter().map(|room| room.room).collect();
        let led = self.led_of(&rooms);
        self.unattended.check(now, open, &led, patience_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::SocketLimits;
    use crate::metrics::Metrics;

    const KIM: i64 = 7;
    const LEE: i64 = 8;

    fn presence() -> Presence {
        Presence::new(Hub::new(Arc::new(Metrics::default()), 1, SocketLimits::new(1, 1)), 's')
    }

    fn at(ms: i64) -> Moment {
        Moment { wall_ms: ms, running_ms: ms }
    }

    #[test]
    fn all_questions_about_a_room_agree_on_who_is_here() {
        let presence = presence();
        assert!(presence.add_socket(1, KIM, 1, None, at(0)));
        assert!(presence.add_socket(1, LEE, 2, Some(Language::Japanese), at(5)));
        assert!(!presence.add_socket(1, LEE, 3, None, at(6)), "a second socket");
        presence.add_socket(2, 9, 4, None, at(0));
        assert_eq!(presence.present_of(1, &[LEE, 9]), HashSet::from([LEE]));
        let people = presence.people_in(1);
        assert_eq!((people.len() as i64, presence.count(1)), (2, 2));
        assert_eq!((people[&LEE].since_ms, people[&LEE].language), (5, Some(Language::Japanese)));
        presence.remove_socket(1, KIM, 1, at(10), 50);
        assert!(presence.is_here(1, KIM), "in the grace");
        assert_eq!(presence.take_departed(at(60)).len(), 1);
        assert!(!presence.is_here(1, KIM));
        assert_eq!(presence.count(1), 1);
    }

    #[test]
    fn a_screen_counts_while_its_person_is_here() {
        let presence = presence();
        let span = |room, first| StepSpan { room, first, last: 5 };
        presence.add_socket(1, KIM, 1, None, at(0));
        presence.add_socket(1, LEE, 2, None, at(0));
        presence.note_screen(1, 3, KIM);
        presence.note_screen(1, 5, LEE);
        presence.note_screen(2, 5, KIM);
        let count = |room, first| presence.count_screens(&span(room, first), &HashSet::new());
        let counts = [count(1, 3), count(1, 4), count(2, 4), count(3, 1)];
        assert_eq!(counts, [2, 1, 0, 0], "room 2 has a screen, but not the person");
        assert_eq!(
            presence.count_screens(&span(1, 3), &HashSet::from([(1, LEE), (2, KIM)])),
            1,
            "another node counts one"
        );
        assert_eq!(presence.take_changed_screens(), HashSet::from([1, 2]));
        presence.remove_leaver(1, LEE);
        assert_eq!(presence.take_changed_screens(), HashSet::from([1]));
        assert_eq!(count(1, 3), 1);
        presence.forget_screens(1);
        presence.recount_screens(1);
        assert!(presence.take_changed_screens().is_empty(), "nobody reports a screen");
        presence.mark_count_logged(1, 3, 0);
        presence.log_screens_again(1);
        assert_eq!(presence.take_changed_screens(), HashSet::from([1]));
        assert!(presence.is_new_count(1, 3, 0), "it is logged again");
    }

    #[test]
    fn a_room_without_a_socket_of_its_leader_is_unattended_after_a_while() {
        let presence = presence();
        let mut open = [OpenRoom { room: 1, led_ms: 0 }, OpenRoom { room: 2, led_ms: 0 }];
        assert!(presence.led_of(&[1, 2]).is_empty());
        assert!(presence.find_unattended(at(0), &open, 1_000).is_empty());
        open[1].led_ms = 900;
        assert_eq!(presence.find_unattended(at(1_000), &open, 1_000), open[..1]);
    }
}
