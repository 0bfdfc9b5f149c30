//! Presence on this node: who is in a room by its sockets, or was a moment ago. `school::sessions::presence` asks here, and writes and
//! reads what the nodes know together.

mod people;
mod screens;
mod staff;
mod unattended;

use std::collections::HashSet;
use std::sync::Arc;

use self::people::PeopleHere;
use self::screens::ScreenReports;
use self::staff::StaffHere;
use self::unattended::Unattended;
use super::{Hub, RoomKey};
use crate::clock::Moment;

pub use self::people::{DepartedPerson, PresentPerson};
pub use self::unattended::OpenRoom;

pub struct Presence {
    hub: Arc<Hub>,
    /// The kind of the rooms in which people are present. Of such a room, every method takes the id alone, here and in the parts.
    kind: char,
    pub people: PeopleHere,
    pub screens: ScreenReports,
    /// Those who lead or help in rooms.
    pub staff: StaffHere,
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
            staff: StaffHere::default(),
            unattended: Unattended::default(),
        }
    }

    /// Removes a person who has left the room: at once, without a grace.
    pub fn remove_leaver(&self, room: i64, person: i64) {
        self.people.forget(room, person);
        self.screens.recount(room);
    }

    /// The rooms with a socket on this node, for background work that a node does for its own.
    pub fn rooms_here(&self) -> Vec<i64> {
        self.hub.open_rooms(self.kind)
    }

    pub fn is_here(&self, room: i64, person: i64) -> bool {
        self.people.seen(room, person).is_some()
    }

    /// Those of these people who are in the room.
    pub fn present_of(&self, room: i64, people: &[i64]) -> HashSet<i64> {
        people.iter().copied().filter(|person| self.is_here(room, *person)).collect()
    }

    /// Those of these people who have an open socket in the room.
    pub fn connected_of(&self, room: i64, people: &[i64]) -> HashSet<i64> {
        people.iter().copied().filter(|person| self.people.has_socket(room, *person)).collect()
    }

    /// Counts the people here whose screen shows the step, but those of whom another node counts the screen.
    pub fn count_screens(&self, span: &StepSpan, others: &HashSet<(i64, i64)>) -> i64 {
        let is_counted = |person| self.is_here(span.room, person) && !others.contains(&(span.room, person));
        self.screens.count(span.room, span.first, span.last, is_counted)
    }

    /// Takes all open rooms, and marks the others: the screens of a room that has ended are then forgotten.
    pub fn recount_screens_all_but(&self, open: &[OpenRoom]) {
        self.screens.recount_all_but(&open.iter().map(|room| room.room).collect());
    }

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
    use crate::language::Language;
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
        assert!(presence.people.add_socket(1, KIM, 1, None, at(0)));
        assert!(presence.people.add_socket(1, LEE, 2, Some(Language::Japanese), at(5)));
        assert!(!presence.people.add_socket(1, LEE, 3, None, at(6)), "a second socket");
        presence.people.add_socket(2, 9, 4, None, at(0));
        assert_eq!(presence.present_of(1, &[LEE, 9]), HashSet::from([LEE]));
        let people = presence.people.people_in(1);
        assert_eq!((people.len() as i64, presence.people.count(1)), (2, 2));
        assert_eq!((people[&LEE].since_ms, people[&LEE].language), (5, Some(Language::Japanese)));
        presence.people.remove_socket(1, KIM, 1, at(10), 50);
        assert!(presence.is_here(1, KIM), "in the grace");
        assert_eq!(presence.people.take_departed(at(60)).len(), 1);
        assert!(!presence.is_here(1, KIM));
        assert_eq!(presence.people.count(1), 1);
    }

    #[test]
    fn a_screen_counts_while_its_person_is_here() {
        let presence = presence();
        let span = |room, first| StepSpan { room, first, last: 5 };
        presence.people.add_socket(1, KIM, 1, None, at(0));
        presence.people.add_socket(1, LEE, 2, None, at(0));
        presence.screens.ack(1, 3, KIM);
        presence.screens.ack(1, 5, LEE);
        presence.screens.ack(2, 5, KIM);
        let count = |room, first| presence.count_screens(&span(room, first), &HashSet::new());
        let counts = [count(1, 3), count(1, 4), count(2, 4), count(3, 1)];
        assert_eq!(counts, [2, 1, 0, 0], "room 2 has a screen, but not the person");
        assert_eq!(
            presence.count_screens(&span(1, 3), &HashSet::from([(1, LEE), (2, KIM)])),
            1,
            "another node counts one"
        );
        assert_eq!(presence.screens.take_changed(), HashSet::from([1, 2]));
        presence.remove_leaver(1, LEE);
        assert_eq!(presence.screens.take_changed(), HashSet::from([1]));
        assert_eq!(count(1, 3), 1);
        presence.screens.forget(1);
        presence.screens.recount(1);
        assert!(presence.screens.take_changed().is_empty(), "nobody reports a screen");
        presence.screens.mark_logged(1, 3, 0);
        presence.screens.log_again(1);
        assert_eq!(presence.screens.take_changed(), HashSet::from([1]));
        assert!(presence.screens.is_new_count(1, 3, 0), "it is logged again");
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
