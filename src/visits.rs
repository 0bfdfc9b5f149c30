//! Visits of learners that are counted and not written yet. Counting touches no database: `school::dashboards::visits` writes
//! every few seconds what has gathered. A crash loses the counts of these seconds.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::failures::network;

/// People, or addresses, of one day who wait to be written. Those beyond are not counted: so many come only while nothing can be
/// written.
const WAITING_MAX: usize = 100_000;
/// Views of one minute that are told apart. Those beyond are not counted.
const MINUTE_MAX_VIEWS: usize = 100_000;

/// Visits of one day.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct DayVisits {
    pub people: BTreeSet<i64>,
    /// Addresses, of IPv6 their networks. They are written as hashes only.
    pub addresses: BTreeSet<IpAddr>,
    pub views: i64,
}

impl DayVisits {
    fn add(&mut self, more: DayVisits) {
        self.views += more.views;
        let room = WAITING_MAX.saturating_sub(self.people.len());
        self.people.extend(more.people.into_iter().take(room));
        let room = WAITING_MAX.saturating_sub(self.addresses.len());
        self.addresses.extend(more.addresses.into_iter().take(room));
    }
}

/// A view of a person who learns: by which request, and in which minute.
#[derive(Debug, Clone, Copy)]
pub struct View {
    pub person: i64,
    pub request: usize,
    pub minute: i64,
    pub address: IpAddr,
}

#[derive(Default)]
pub struct Visits {
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    days: BTreeMap<String, DayVisits>,
    /// The minute of `seen`.
    minute: i64,
    seen: HashSet<(i64, usize)>,
}

impl Visits {
    /// Counts a view: one of a person by the same request in a minute. A client that sends again and again adds nothing.
    pub fn count(&self, day: String, view: View) {
        let mut waiting = self.hold();
        if waiting.minute != view.minute {
            waiting.minute = view.minute;
            waiting.seen.clear();
        }
        if waiting.seen.len() >= MINUTE_MAX_VIEWS || !waiting.seen.insert((view.person, view.request)) {
            return;
        }
        let addresses = [network(view.address)].into();
        waiting.days.entry(day).or_default().add(DayVisits { people: [view.person].into(), addresses, views: 1 });
    }

    /// Takes all that has gathered. What is not removed from it until it is dropped is given back, also if its holder is cancelled.
    pub fn take(&self) -> TakenVisits<'_> {
        TakenVisits { visits: self, days: std::mem::take(&mut self.hold().days) }
    }

    fn hold(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Visits that someone is about to write, the oldest day first.
pub struct TakenVisits<'a> {
    visits: &'a Visits,
    pub days: BTreeMap<String, DayVisits>,
}

impl Drop for TakenVisits<'_> {
    fn drop(&mut self) {
        let mut waiting = self.visits.hold();
        for (day, unwritten) in std::mem::take(&mut self.days) {
            waiting.days.entry(day).or_default().add(unwritten);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: &str = "2026-11-29";

    fn view(person: i64, request: usize, minute: i64, address: &str) -> View {
        View { person, request, minute, address: address.parse().unwrap() }
    }

    fn taken(visits: &Visits) -> DayVisits {
        visits.take().days.pop_first().map(|(_, visits)| visits).unwrap_or_default()
    }

    #[test]
    fn a_person_has_one_view_a_minute_by_the_same_request() {
        let visits = Visits::default();
        for (request, minute) in [(0, 1), (0, 1), (1, 1), (1, 1), (0, 2)] {
            visits.count(DAY.into(), view(7, request, minute, "192.168.0.10"));
        }
        assert_eq!((taken(&visits).views, taken(&visits).views), (3, 0));
        // Also when the views before were written meanwhile.
        visits.count(DAY.into(), view(7, 0, 2, "192.168.0.10"));
        assert_eq!(taken(&visits), DayVisits::default());
    }

    #[test]
    fn addresses_of_one_network_count_once() {
        let visits = Visits::default();
        for address in ["2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "192.168.0.10", "192.168.0.11"] {
            visits.count(DAY.into(), view(address.len() as i64, 0, 1, address));
            visits.count(DAY.into(), view(1, 1, address.len() as i64, address));
        }
        let expected = ["192.168.0.10", "192.168.0.11", "2001:db8::", "2001:db8:0:1::"];
        assert_eq!(taken(&visits).addresses, expected.map(|address| address.parse::<IpAddr>().unwrap()).into());
    }

    #[test]
    fn what_waits_has_a_bound() {
        let visits = Visits::default();
        for n in 0..WAITING_MAX as i64 + 5 {
            let address = format!("10.{}.{}.{}", n >> 16, n >> 8 & 255, n & 255);
            visits.count(DAY.into(), view(n, 0, n / 60_000, &address));
        }
        let all = taken(&visits);
        assert_eq!(
            (all.people.len(), all.addresses.len(), all.views),
            (WAITING_MAX, WAITING_MAX, WAITING_MAX as i64 + 5)
        );
        for n in 0..MINUTE_MAX_VIEWS + 5 {
            visits.count(DAY.into(), view(1, n, 9, "10.0.0.1"));
        }
        assert_eq!(taken(&visits).views, MINUTE_MAX_VIEWS as i64);
    }

    #[test]
    fn what_is_not_written_is_given_back() {
        let visits = Visits::default();
        visits.count("2026-11-28".into(), view(1, 0, 1, "10.0.0.1"));
        visits.count(DAY.into(), view(1, 0, 2, "10.0.0.1"));
        {
            let mut taken = visits.take();
            taken.days.pop_first();
            visits.count(DAY.into(), view(2, 0, 2, "10.0.0.2"));
        }
        let again = visits.take();
        let found: Vec<_> =
            again.days.iter().map(|(day, visits)| (day.as_str(), visits.people.len(), visits.views)).collect();
        assert_eq!(found, [(DAY, 2, 2)]);
    }
}
