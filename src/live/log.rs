//! The log of a session: events are numbered per session without gaps, in the transaction of the change itself. It also counts
//! who is connected, since only the log knows that for all nodes.

use std::collections::{BTreeMap, HashSet};

use crate::db::{Arg, Db, HeldTable, LISTED_MAX, Tx, args, batch_size, placeholders, row, row_placeholders};
use crate::error::{Error, Result};
use crate::event::{Audience, Event, LogPosition, NewEvent, PublishedEvent};

const COLUMNS: usize = 9;

/// Numbers the logged events and writes them. Session rows are locked in the order of their ids, so that two nodes that write
/// to the same two sessions never deadlock. After this, the transaction may only write what follows from the events, and commit.
pub async fn append(tx: &mut Tx, events: Vec<NewEvent>) -> Result<Vec<PublishedEvent>> {
    let mut per_session: BTreeMap<i64, i64> = BTreeMap::new();
    for new in events.iter().filter(|new| new.event.is_logged()) {
        if let Some(session) = new.session {
            *per_session.entry(session).or_default() += 1;
        }
    }
    if !per_session.is_empty() {
        tx.must_keep_order(HeldTable::Sessions);
    }
    let mut heads = BTreeMap::new();
    for (session, count) in per_session {
        let mut head = LogHead::advance(tx, session, count).await?;
        head.read_connected(tx, session, &events).await?;
        delete_leavers(tx, session, &events).await?;
        heads.insert(session, head);
    }
    let events: Vec<PublishedEvent> = events
        .into_iter()
        .map(|new| {
            let head = new.session.filter(|_| new.event.is_logged()).and_then(|s| heads.get_mut(&s));
            let position = head.map(|head| head.next(&new.event));
            new.at(position)
        })
        .collect();
    write(tx, &events).await?;
    for (session, head) in heads.iter().filter(|(_, head)| head.has_changed) {
        let sql = "update live_sessions set last_student_seq = $2, connected = $3 where id = $1";
        tx.run(sql, args![*session, head.student_seq, head.connected]).await?;
    }
    Ok(events)
}

/// The end of a session's log, from which the next events are numbered.
struct LogHead {
    seq: i64,
    student_seq: i64,
    /// Number of people connected.
    connected: i64,
    /// The people connected, of those who come or go by the next events.
    connected_people: HashSet<i64>,
    /// Whether `student_seq` or `connected` has changed.
    has_changed: bool,
}

/// The types of the events by which someone connects or stops being connected (`Event::is_connected`), as the condition of their
/// partial index in both databases has them.
macro_rules! presence_types {
    () => {
        "('student_connected', 'student_disconnected', 'student_left', 'student_merged')"
    };
}

/// Selects those of some people whose newest event of this kind in the log of `$1` says that they connected.
fn connected_of(people: &str) -> String {
    format!(
        "select p.id from people p where p.id in ({people}) and (select e.type from session_events e
            where e.session = $1 and e.person = p.id and e.type in {}
            order by e.seq desc limit 1) = 'student_connected'",
        presence_types!()
    )
}

/// Deletes the presence of those who leave the session by these events. No node speaks for them any more.
async fn delete_leavers(tx: &mut Tx, session: i64, events: &[NewEvent]) -> Result<()> {
    let leavers: Vec<i64> = events
        .iter()
        .filter(|new| new.session == Some(session))
        .filter_map(|new| match new.event {
            Event::StudentLeft { person, .. } | Event::StudentMerged { person, .. } => Some(person),
            _ => None,
        })
        .collect();
    for part in leavers.chunks(LISTED_MAX) {
        let (marks, ids) = placeholders(part, 2);
        let sql = format!("delete from presence where session = $1 and person in ({marks})");
        tx.run(sql, [args![session], ids].concat()).await?;
    }
    Ok(())
}

impl LogHead {
    async fn advance(tx: &mut Tx, session: i64, count: i64) -> Result<LogHead> {
        let sql = "update live_sessions set last_seq = last_seq + $2 where id = $1
            returning last_seq, last_student_seq, connected";
        let (last, student_seq, connected): (i64, i64, i64) = tx.one(sql, args![session, count]).await?;
        Ok(LogHead { seq: last - count, student_seq, connected, connected_people: HashSet::new(), has_changed: false })
    }

    /// Reads who was connected, of the people who come or go by these events. The row of the session is locked, so nobody else
    /// comes or goes meanwhile, on any node.
    async fn read_connected(&mut self, tx: &mut Tx, session: i64, events: &[NewEvent]) -> Result<()> {
        let of_session = events.iter().filter(|new| new.session == Some(session) && new.event.is_connected().is_some());
        let people: Vec<i64> = of_session.filter_map(|new| new.event.person()).collect();
        for part in people.chunks(LISTED_MAX) {
            let (marks, ids) = placeholders(part, 2);
            let found: Vec<(i64,)> = tx.all(connected_of(&marks), [args![session], ids].concat()).await?;
            self.connected_people.extend(found.into_iter().map(|(person,)| person));
        }
        Ok(())
    }

    fn next(&mut self, event: &Event) -> LogPosition {
        self.seq += 1;
        let connected = event.is_connected().zip(event.person()).map(|(is_in, person)| self.count(person, is_in));
        let position = LogPosition { seq: self.seq, prev: self.student_seq, connected };
        if event.audience() == Audience::Students {
            self.student_seq = self.seq;
            self.has_changed = true;
        }
        position
    }

    /// Counts a person who comes or goes. Returns how many are connected then.
    fn count(&mut self, person: i64, is_in: bool) -> i64 {
        if is_in && self.connected_people.insert(person) {
            self.connected += 1;
            self.has_changed = true;
        } else if !is_in && self.connected_people.remove(&person) {
            self.connected -= 1;
            self.has_changed = true;
        }
        self.connected
    }
}

async fn write(tx: &mut Tx, events: &[PublishedEvent]) -> Result<()> {
    let mut rows = Vec::new();
    for published in events {
        let (Some(position), Some(session)) = (published.position, published.session) else { continue };
        let event = &published.event;
        let (kind, data) = to_stored(event)?;
        rows.push(args![
            session,
            position.seq,
            position.prev,
            event.audience().word(),
            kind,
            event.person(),
            data,
            published.at_ms,
            position.connected
        ]);
    }
    let mut rows = rows.into_iter();
    while rows.len() > 0 {
        let size = batch_size(rows.len());
        let args: Vec<Arg> = rows.by_ref().take(size).flatten().collect();
        let columns = "session, seq, prev, audience, type, person, data, at_ms, connected";
        let sql = format!("insert into session_events ({columns}) values {}", row_placeholders(size, COLUMNS));
        tx.run(sql, args).await?;
    }
    Ok(())
}

/// Splits an event into its type and its data, as the log stores them.
fn to_stored(event: &Event) -> Result<(String, String)> {
    match serde_json::to_value(event).map_err(Error::internal)? {
        serde_json::Value::Object(mut parts) => {
            let kind = parts.remove("type").and_then(|t| t.as_str().map(String::from)).unwrap_or_default();
            Ok((kind, parts.remove("data").unwrap_or_default().to_string()))
        }
        other => Err(Error::internal(format!("an event that is no object: {other}"))),
    }
}

/// Reads the events of one kind in all sessions of a course, each with its session.
pub async fn of_course(tx: &mut Tx, course: i64, kind: &str) -> Result<Vec<(i64, Event)>> {
    let sql = "select e.session, e.data from live_sessions s join session_events e on e.session = s.id
        where s.course = $1 and e.type = $2 order by e.session, e.seq";
    let rows: Vec<(i64, String)> = tx.all(sql, args![course, kind]).await?;
    rows.into_iter().map(|(session, data)| Ok((session, from_stored(kind, &data)?))).collect()
}

/// Reads an event as the log stores it.
fn from_stored(kind: &str, data: &str) -> Result<Event> {
    serde_json::from_str(&format!(r#"{{"type":"{kind}","data":{data}}}"#)).map_err(Error::internal)
}

row! {
    struct LogRow {
        seq: i64,
        prev: i64,
        audience: String,
        r#type: String,
        data: String,
        at_ms: i64,
        connected: Option<i64>,
    }
}

/// Reads at most `limit` events after `after` and up to `until`: all, or only those for students.
pub async fn read(
    tx: &mut Tx,
    session: i64,
    course: i64,
    (after, until): (i64, i64),
    students_only: bool,
    limit: i64,
) -> Result<Vec<PublishedEvent>> {
    let sql = "select seq, prev, audience, type, data, at_ms, connected from session_events
        where session = $1 and seq > $2 and seq <= $5 and ($3 or audience = 'students') order by seq limit $4";
    let rows: Vec<LogRow> = tx.all(sql, args![session, after, !students_only, limit, until]).await?;
    Ok(rows.into_iter().map(|row| row.published(session, course)).collect())
}

/// Reads the newest events up to `until`, at most `limit`, in their order: all, or only those for students.
pub async fn read_newest(
    tx: &mut Tx,
    session: i64,
    course: i64,
    until: i64,
    students_only: bool,
    limit: i64,
) -> Result<Vec<PublishedEvent>> {
    let sql = newest_of(students_only);
    let rows: Vec<LogRow> = tx.all(sql, args![session, until, limit]).await?;
    Ok(rows.into_iter().rev().map(|row| row.published(session, course)).collect())
}

/// Students' events are few among many: they are found by their own partial index.
fn newest_of(students_only: bool) -> String {
    let audience = if students_only { "and audience = 'students'" } else { "" };
    format!(
        "select seq, prev, audience, type, data, at_ms, connected from session_events
            where session = $1 and seq <= $2 {audience} order by seq desc limit $3"
    )
}

impl LogRow {
    fn published(self, session: i64, course: i64) -> PublishedEvent {
        let read = from_stored(&self.r#type, &self.data);
        // Rooms must not wait for it: clients have to hear of what follows.
        let event = read.unwrap_or_else(|_| Event::Unknown { audience: Audience::parse(&self.audience) });
        let position = Some(LogPosition { seq: self.seq, prev: self.prev, connected: self.connected });
        PublishedEvent { session: Some(session), course, at_ms: self.at_ms, event, position }
    }
}

/// Reads the last event of each of these sessions.
pub async fn heads(db: &Db, sessions: &[i64]) -> Result<Vec<(i64, i64)>> {
    let mut heads = Vec::new();
    for some in sessions.chunks(LISTED_MAX) {
        let (marks, values) = placeholders(some, 1);
        let sql = format!("select id, last_seq from live_sessions where id in ({marks})");
        heads.extend(db.all_urgent::<(i64, i64)>(sql, values).await?);
    }
    Ok(heads)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[test]
    fn the_types_of_presence_are_those_of_the_events_by_which_someone_comes_or_goes() {
        let events = [
            Event::StudentConnected { person: 1 },
            Event::StudentDisconnected { person: 1, last_active_ms: 0 },
            Event::StudentLeft { person: 1, removed: false, total: 0 },
            Event::StudentMerged { person: 1, into: 2, total: 0 },
        ];
        let types =
            events.iter().filter(|event| event.is_connected().is_some()).map(|event| to_stored(event).unwrap().0);
        let listed = types.map(|kind| format!("'{kind}'")).collect::<Vec<_>>().join(", ");
        assert_eq!(format!("({listed})"), presence_types!());
        for tables in [
            include_str!("../../migrations/sqlite/0001_school.sql"),
            include_str!("../../migrations/postgres/0001_school.sql"),
        ] {
            assert!(tables.contains(concat!("where type in ", presence_types!(), ";")));
        }
    }

    #[tokio::test]
    async fn the_newest_events_for_students_are_found_by_an_index() {
        let plan = sqlite_plan(&newest_of(true)).await;
        assert!(plan.iter().any(|line| line.contains("session_events_students (session=? AND seq<?)")), "{plan:?}");
        assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE")), "{plan:?}");
    }

    #[tokio::test]
    async fn counting_who_is_connected_finds_each_person_by_an_index() {
        let plan = sqlite_plan(&connected_of("$2, $3")).await;
        let is_found =
            |line: &&String| line.contains("COVERING INDEX session_events_presence (session=? AND person=?)");
        assert!(plan.iter().any(|line| is_found(&line)), "{plan:?}");
        assert!(!plan.iter().any(|line| line.contains("TEMP B-TREE")), "{plan:?}");
    }
}
