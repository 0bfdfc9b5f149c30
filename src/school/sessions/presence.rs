//! Presence in a session, over all nodes. The table `presence` has a row for each person and each node that holds sockets of theirs,
//! or did a moment ago. A node writes its rows in the transaction that logs who connects and who disconnects, which holds the row
//! of the session: so the rows and the log never differ, whatever the nodes do at once.
//!
//! A node that is alone answers questions from memory. Others read the rows, and add who is not written yet.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use futures_util::future::join_all;
use futures_util::{StreamExt, stream};

use crate::app::School;
use crate::db::{HeldTable, LISTED_MAX, Tx, args, placeholders, row};
use crate::error::{Error, Result};
use crate::event::{Event, NewEvent};
use crate::language::Language;
use crate::live::presence::{DepartedPerson, PresentPerson};
use crate::planted::{self, Planted};
use crate::school::sessions::screens;

/// Pause after which an arrival that could not be written is tried again.
const ARRIVAL_PAUSE: Duration = Duration::from_secs(1);
/// Arrivals that one call writes at the same time.
const ARRIVALS_AT_ONCE_MAX: usize = 256;

// Arrivals and departures.

/// Writes that a person is in the session by this node, when their first socket here opens. Logs and sends that they connected if
/// they were in it by no other node. A return within the grace period is neither.
pub async fn log_first_socket(app: &School, session: i64, person: i64, socket: u64, language: Option<Language>) {
    if app.presence.people.add_socket(session, person, socket, language, app.clock.now()) {
        write_present(app.clone(), vec![(session, person)]).await;
        app.presence.screens.recount(session);
    }
}

/// Writes that people are present. Where that fails it is tried again, for as long as they are; the others do not wait for it.
async fn write_present(app: School, mut people: Vec<(i64, i64)>) {
    let at_ms = app.now_ms();
    let mut is_first = true;
    while !people.is_empty() {
        if !is_first {
            tokio::time::sleep(ARRIVAL_PAUSE).await;
        }
        let write = |(session, person)| {
            let app = &app;
            async move {
                let seen = app.presence.people.seen(session, person)?;
                let error = write_arrival(app, session, person, seen, at_ms).await.err()?;
                if is_first && !error.is_outage() {
                    tracing::warn!(%error, "a person who is present was not written; it is tried again");
                }
                Some((session, person))
            }
        };
        let tried = stream::iter(people).map(write).buffer_unordered(ARRIVALS_AT_ONCE_MAX);
        people = tried.filter_map(std::future::ready).collect().await;
        is_first = false;
    }
}

/// Writes again in the background, under a new id of this node, that all people with a socket here are present. Those in their grace
/// are dropped: the node that took over speaks for them.
pub fn write_all_anew(app: &School) {
    let present = app.presence.people.begin_anew();
    present.iter().for_each(|(session, _)| app.presence.screens.log_again(*session));
    tokio::spawn(write_present(app.clone(), present));
}

row! {
    /// Facts on which an arrival depends.
    struct ArrivalFacts {
        course: i64,
        is_open: bool,
        /// Whether the person is in the session: one who has left or was removed meanwhile has no socket any more that could depart.
        is_in: bool,
        /// Whether this node may speak for people.
        has_lease: bool,
        /// Whether they are present already, by any node.
        is_present: bool,
    }
}

const ARRIVAL_FACTS: &str = "select s.course, s.status <> 'REVIEW_MODE' as is_open,
    (select p.id from participants p where p.session = s.id and p.person = $2 and p.left_ms is null
        and p.removed_ms is null) is not null as is_in,
    (select n.id from nodes n where n.id = $3 and n.beats >= 0) is not null as has_lease,
    (select o.node from presence o where o.session = s.id and o.person = $2 limit 1) is not null as is_present
    from live_sessions s where s.id = $1";

/// Writes that a person is present by this node, and logs it if they were not by any. In an ended session, nothing is logged. Fails
/// if other nodes have taken this one for dead: it may not speak for anyone then, and begins anew.
async fn write_arrival(app: &School, session: i64, person: i64, seen: PresentPerson, at_ms: i64) -> Result<()> {
    let node = app.nodes.own();
    let has_lease = app
        .group_commit
        .record_for(session, move |tx| {
            let event = Event::StudentConnected { person };
            Box::pin(async move {
                tx.hold(HeldTable::Sessions, session).await?;
                let facts: Option<ArrivalFacts> = tx.maybe(ARRIVAL_FACTS, args![session, person, node]).await?;
                let Some(facts) = facts.filter(|facts| facts.is_in) else { return Ok((true, Vec::new())) };
                if !facts.has_lease {
                    return Ok((false, Vec::new()));
                }
                let sql = "insert into presence (session, person, node, since_ms, last_ms, language)
                    values ($1, $2, $3, $4, $5, $6) on conflict do nothing";
                let language = seen.language.map(Language::tag);
                tx.run(sql, args![session, person, node, seen.since_ms, seen.last_ms, language]).await?;
                let ArrivalFacts { course, is_open, is_present, .. } = facts;
                if is_present {
                    screens::mark_stale(tx, session, node).await?;
                }
                let event = NewEvent { session: Some(session), course, at_ms, event };
                Ok((true, if is_open && !is_present { vec![event] } else { Vec::new() }))
            })
        })
        .await?;
    if has_lease {
        app.presence.people.settle(session, person);
        // If a repeated group wrote the departure before this arrival, the row would stay: begin a grace of 0, so that the departure is
        // written again.
        app.presence.people.expect_back(session, person, seen, true, app.clock.now(), 0);
        return Ok(());
    }
    app.nodes.report_lost();
    Err(Error::Busy { retry_after_s: 1 })
}

/// Begins the grace of a person whose last socket closes. `log_departures` logs that they left.
pub fn note_closed_socket(app: &School, session: i64, person: i64, socket: u64) {
    app.presence.people.remove_socket(session, person, socket, app.clock.now(), app.config.clocks.presence_grace_ms);
}

/// Writes that people whose grace period is over are not present by this node any more. Logs and sends it of those who are not
/// present by another one. All sessions share a commit.
pub async fn log_departures(app: &School) -> Result<()> {
    // Of people who departed under an earlier id of this node, nothing is left to write.
    let node = app.nodes.own();
    let mut departed = app.presence.people.take_departed(app.clock.now());
    departed.sort_by_key(|d| d.room);
    let sessions =
        departed.chunk_by(|a, b| a.room == b.room).map(|of_session| log_departures_of(app, node, of_session.to_vec()));
    join_all(sessions).await.into_iter().collect()
}

async fn log_departures_of(app: &School, node: i64, departed: Vec<DepartedPerson>) -> Result<()> {
    let Some(session) = departed.first().map(|d| d.room) else { return Ok(()) };
    let now = app.clock.now();
    let people = departed.clone();
    let logged = app
        .group_commit
        .record_for(session, move |tx| {
            let people = people.clone();
            Box::pin(async move {
                tx.hold(HeldTable::Sessions, session).await?;
                let gone = delete_departed(tx, session, node, &people).await?;
                // In an ended session, departures are not logged.
                let sql = "select course from live_sessions where id = $1 and status <> 'REVIEW_MODE'";
                let Some((course,)) = tx.maybe(sql, args![session]).await? else { return Ok(((), Vec::new())) };
                let gone = people.into_iter().filter(|departed| gone.contains(&departed.person));
                let left = |DepartedPerson { person, seen, .. }| {
                    let event = Event::StudentDisconnected { person, last_active_ms: seen.last_ms };
                    NewEvent { session: Some(session), course, at_ms: now.wall_ms, event }
                };
                Ok(((), gone.map(left).collect()))
            })
        })
        .await;
    if logged.is_err() {
        // Not logged, so they count as present again: a later sweep finds them.
        for DepartedPerson { person, seen, .. } in &departed {
            app.presence.people.expect_back(session, *person, *seen, false, now, app.config.clocks.presence_grace_ms);
        }
    }
    app.presence.screens.recount(session);
    logged?;
    // Someone who came back before the departure was logged may have been written as present before it. The departures of others do
    // not wait for that.
    let people: Vec<i64> = departed.iter().map(|d| d.person).collect();
    let back = app.presence.connected_of(session, &people);
    tokio::spawn(write_present(app.clone(), back.into_iter().map(|person| (session, person)).collect()));
    Ok(())
}

/// Deletes the rows that this node has of these people. Returns those who are not present by any node any more. Where no row was
/// deleted, another node speaks for the person, or they have left.
async fn delete_departed(tx: &mut Tx, session: i64, node: i64, people: &[DepartedPerson]) -> Result<HashSet<i64>> {
    if planted::has(Planted::UnfencedLease) {
        return Ok(people.iter().map(|departed| departed.person).collect());
    }
    let mut gone = HashSet::new();
    for part in people.chunks(LISTED_MAX) {
        let part: Vec<i64> = part.iter().map(|departed| departed.person).collect();
        let (marks, ids) = placeholders(&part, 3);
        let sql =
            format!("delete from presence where session = $1 and node = $2 and person in ({marks}) returning person");
        let deleted: Vec<(i64,)> = tx.all(sql, [args![session, node], ids].concat()).await?;
        let deleted: Vec<i64> = deleted.into_iter().map(|(person,)| person).collect();
        let elsewhere = find_written(tx, session, &deleted).await?;
        if !elsewhere.is_empty() {
            screens::mark_stale(tx, session, node).await?;
        }
        gone.extend(deleted.into_iter().filter(|person| !elsewhere.contains(person)));
    }
    Ok(gone)
}

/// Reads which of these people, at most `LISTED_MAX`, are present by any node.
async fn find_written(tx: &mut Tx, session: i64, people: &[i64]) -> Result<HashSet<i64>> {
    if people.is_empty() {
        return Ok(HashSet::new());
    }
    let (marks, ids) = placeholders(people, 2);
    let sql = format!("select person from presence where session = $1 and person in ({marks})");
    let found: Vec<(i64,)> = tx.all(sql, [args![session], ids].concat()).await?;
    Ok(found.into_iter().map(|(person,)| person).collect())
}

row! {
    struct PresenceRow {
        session: i64,
        person: i64,
        since_ms: i64,
        last_ms: i64,
        language: Option<String>,
    }
}

impl PresenceRow {
    fn seen(&self) -> PresentPerson {
        let language = self.language.as_deref().and_then(Language::of_tag);
        PresentPerson { since_ms: self.since_ms, last_ms: self.last_ms, language }
    }
}

/// Finds a node if it may speak for people.
pub(in crate::school) const HAS_LEASE: &str = "select id from nodes where id = $1 and beats >= 0";

/// Makes the people of a dead node in a session this node's own, and gives them the grace to come back.
pub(in crate::school) async fn take_over(app: &School, session: i64, own: i64, dead: i64) -> Result<()> {
    let mut tx = app.db.begin().await?;
    tx.hold(HeldTable::Sessions, session).await?;
    if tx.maybe::<(i64,)>(HAS_LEASE, args![own]).await?.is_none() {
        return Err(Error::Busy { retry_after_s: 1 });
    }
    let present_here = "delete from presence where session = $1 and node = $3 and (select o.node from presence o
        where o.session = $1 and o.person = presence.person and o.node = $2) is not null";
    tx.run(present_here, args![session, own, dead]).await?;
    let sql = "update presence set node = $2 where session = $1 and node = $3
        returning session, person, since_ms, last_ms, language";
    let moved: Vec<PresenceRow> = tx.all(sql, args![session, own, dead]).await?;
    screens::take_over(&mut tx, session, own, dead).await?;
    app.commit(tx, Vec::new()).await?;
    let (now, grace_ms) = (app.clock.now(), app.config.clocks.presence_grace_ms);
    for row in moved {
        app.presence.people.expect_back(session, row.person, row.seen(), true, now, grace_ms);
    }
    Ok(())
}

/// Gives the grace to come back to all people of whom this node has a row under this id and whom it does not know: it has taken them
/// over. Those whose departure is being written may be among them.
pub async fn begin_grace_of_rows(app: &School, own: i64) -> Result<()> {
    let sql = "select session, person, since_ms, last_ms, language from presence where node = $1";
    let rows: Vec<PresenceRow> = app.db.all_urgent(sql, args![own]).await?;
    let (now, grace_ms) = (app.clock.now(), app.config.clocks.presence_grace_ms);
    for row in rows {
        app.presence.people.expect_back(row.session, row.person, row.seen(), false, now, grace_ms);
    }
    Ok(())
}

// Questions about all nodes.

const PEOPLE: &str = "select session, person, since_ms, last_ms, language from presence where session = $1";

/// All people in the session, with the times of their presence.
pub async fn people_in(app: &School, session: i64) -> Result<HashMap<i64, PresentPerson>> {
    if app.nodes.is_alone() {
        return Ok(app.presence.people.people_in(session));
    }
    let mut people = app.presence.people.unsettled_in(session);
    for row in app.db.all::<PresenceRow>(PEOPLE, args![session]).await? {
        let written = row.seen();
        let seen = people.entry(row.person).or_insert(written);
        *seen = seen.and(written);
        // Adds to the row what this node has seen since.
        if let Some(here) = app.presence.people.seen(session, row.person) {
            *seen = seen.and(here);
        }
    }
    Ok(people)
}

/// Those of these people who are in the session.
pub async fn present_of(app: &School, session: i64, people: &[i64]) -> Result<HashSet<i64>> {
    if app.nodes.is_alone() || people.is_empty() {
        return Ok(app.presence.present_of(session, people));
    }
    let mut tx = app.db.read().await?;
    let mut present = HashSet::new();
    for part in people.chunks(LISTED_MAX) {
        present.extend(find_written(&mut tx, session, part).await?);
    }
    let unsettled = app.presence.people.unsettled_in(session);
    present.extend(people.iter().filter(|person| unsettled.contains_key(person)));
    Ok(present)
}

/// Counts the people in the session.
pub async fn count(app: &School, session: i64) -> Result<i64> {
    if app.nodes.is_alone() {
        return Ok(app.presence.people.count(session));
    }
    let unsettled: Vec<i64> = app.presence.people.unsettled_in(session).into_keys().collect();
    if unsettled.len() > LISTED_MAX {
        return Ok(people_in(app, session).await?.len() as i64);
    }
    let (marks, ids) = placeholders(&unsettled, 2);
    let sql = format!("select count(distinct person) from presence where session = $1 and person not in ({marks})");
    let (written,): (i64,) = app.db.one(sql, [args![session], ids].concat()).await?;
    Ok(written + unsettled.len() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn an_arrival_finds_each_of_its_facts_by_an_index() {
        let plan = sqlite_plan(ARRIVAL_FACTS).await;
        assert!(!plan.iter().any(|line| line.starts_with("SCAN")), "{plan:?}");
        assert!(plan.iter().any(|line| line.contains("presence_1 (session=? AND person=?)")), "{plan:?}");
    }

    #[tokio::test]
    async fn the_people_of_a_session_are_found_without_those_of_others() {
        let plan = sqlite_plan(PEOPLE).await;
        assert!(plan.iter().all(|line| line.contains("presence_1 (session=?)")), "{plan:?}");
    }
}
