//! Presence in a session, as its log has it: who connects and disconnects, and how many screens show the step.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;

use crate::app::School;
use crate::db::{HeldTable, Tx, args, placeholders, row};
use crate::error::Result;
use crate::event::{Event, NewEvent};
use crate::language::Language;
use crate::live::log;
use crate::live::presence::{DepartedPerson, StepSpan};

/// Number of tries to log an arrival while the database fails and the person is still present.
const ARRIVAL_TRIES: u32 = 60;
const ARRIVAL_PAUSE: Duration = Duration::from_secs(1);
/// Sessions in one statement: fewer than both databases accept.
const SESSIONS_PER_STATEMENT: usize = 8_192;

/// Selects the people whose newest entry about presence in the log of an open session says that they connected, and that entry.
/// `cross join` makes SQLite begin with those sessions; otherwise it reads the logs of all sessions.
const CONNECTED: &str = concat!(
    "select session, person, data from (
        select e.session, e.person, e.type, e.data,
            row_number() over (partition by e.session, e.person order by e.seq desc) as n
        from live_sessions s cross join session_events e
        where e.session = s.id and s.status <> 'REVIEW_MODE'
            and e.type in ",
    log::presence_types!(),
    ") newest where n = 1 and type = 'student_connected'"
);

/// Logs and sends that a person connected, when their first socket opens. A return within the grace period is not logged.
pub async fn log_first_socket(
    app: &School,
    session: i64,
    person: i64,
    socket: u64,
    language: Option<Language>,
) -> Result<()> {
    let now = app.clock.now();
    if !app.presence.add_socket(session, person, socket, language, now).await {
        return Ok(());
    }
    let mut logged = log_arrival(app, session, person, now.wall_ms).await;
    for _ in 1..ARRIVAL_TRIES {
        if logged.is_ok() || !app.presence.is_here(session, person).await {
            break;
        }
        tokio::time::sleep(ARRIVAL_PAUSE).await;
        logged = log_arrival(app, session, person, now.wall_ms).await;
    }
    app.presence.recount_screens(session);
    logged
}

async fn log_arrival(app: &School, session: i64, person: i64, at_ms: i64) -> Result<()> {
    let node = app.config.node.clone();
    app.group_commit
        .record_for(session, move |tx| {
            let event = Event::StudentConnected { person, node: node.clone() };
            Box::pin(async move {
                let course = hold_if_open(tx, session).await?;
                // A person who has left or was removed meanwhile has no socket any more that could depart.
                let sql = "select id from participants
                    where session = $1 and person = $2 and left_ms is null and removed_ms is null";
                let is_in = tx.maybe::<(i64,)>(sql, args![session, person]).await?.is_some();
                let course = course.filter(|_| is_in);
                let events = course.map(|course| NewEvent { session: Some(session), course, at_ms, event });
                Ok(((), events.into_iter().collect()))
            })
        })
        .await
}

/// Begins the grace of a person whose last socket closes. `log_departures` logs that they left.
pub fn note_closed_socket(app: &School, session: i64, person: i64, socket: u64) {
    app.presence.remove_socket(session, person, socket, app.clock.now(), app.config.clocks.presence_grace_ms);
}

/// Holds the session, and returns its course if it is open: it does not end, nor go to another step, before the transaction
/// ends. In an ended session, arrivals and departures are not logged.
async fn hold_if_open(tx: &mut Tx, session: i64) -> Result<Option<i64>> {
    tx.hold(HeldTable::Sessions, session).await?;
    let sql = "select course from live_sessions where id = $1 and status <> 'REVIEW_MODE'";
    Ok(tx.maybe::<(i64,)>(sql, args![session]).await?.map(|(course,)| course))
}

/// Logs and sends the departures of people whose grace period is over. All sessions share a commit.
pub async fn log_departures(app: &School) -> Result<()> {
    let mut departed = app.presence.take_departed(app.clock.now()).await;
    departed.sort_by_key(|d| d.room);
    let sessions =
        departed.chunk_by(|a, b| a.room == b.room).map(|of_session| log_departures_of(app, of_session.to_vec()));
    join_all(sessions).await.into_iter().collect()
}

async fn log_departures_of(app: &School, departed: Vec<DepartedPerson>) -> Result<()> {
    let Some(session) = departed.first().map(|d| d.room) else { return Ok(()) };
    let now = app.clock.now();
    let people = departed.clone();
    let logged = app
        .group_commit
        .record_for(session, move |tx| {
            let people = people.clone();
            Box::pin(async move {
                let Some(course) = hold_if_open(tx, session).await? else { return Ok(((), Vec::new())) };
                let left = |DepartedPerson { person, last_ms, .. }| {
                    let event = Event::StudentDisconnected { person, last_active_ms: last_ms };
                    NewEvent { session: Some(session), course, at_ms: now.wall_ms, event }
                };
                Ok(((), people.into_iter().map(left).collect()))
            })
        })
        .await;
    if logged.is_err() {
        // Not logged, so they count as present again: a later sweep finds them.
        for person in departed.iter().map(|d| d.person) {
            app.presence.expect_back(session, person, now, app.config.clocks.presence_grace_ms);
        }
    }
    app.presence.recount_screens(session);
    logged?;
    // Someone who came back before the departure was logged may have been logged as connected before it.
    let people: Vec<i64> = departed.iter().map(|d| d.person).collect();
    let back = app.presence.present_of(session, &people).await;
    join_all(back.into_iter().map(|person| log_arrival(app, session, person, app.now_ms()))).await.into_iter().collect()
}

/// Logs and sends how many screens show the current step, once for each session in which this may have changed.
pub async fn log_screen_counts(app: &School) -> Result<()> {
    let changed: Vec<i64> = app.presence.take_changed_screens().into_iter().collect();
    let steps = match current_steps(app, &changed).await {
        Ok(steps) => steps,
        Err(error) => {
            changed.into_iter().for_each(|session| app.presence.recount_screens(session));
            return Err(error);
        }
    };
    let at_step: HashSet<i64> = steps.iter().map(|step| step.session).collect();
    for session in changed.into_iter().filter(|session| !at_step.contains(session)) {
        app.presence.forget_screens(session);
    }
    // Only the current step counts: a late acknowledgement of an older one is dropped.
    let spans: Vec<StepSpan> =
        steps.iter().map(|s| StepSpan { room: s.session, first: s.first_seq, last: s.last_student_seq }).collect();
    let screens = app.presence.count_screens(&spans).await;
    let counted = steps.into_iter().zip(screens);
    let is_new =
        |(step, screens): &(CurrentStep, i64)| app.presence.is_new_count(step.session, step.first_seq, *screens);
    let logging = counted.filter(is_new).map(|(step, screens)| log_screen_count(app, step, screens));
    join_all(logging).await.into_iter().collect()
}

row!(
    /// The step that an open session is at.
    #[derive(Clone, Copy)]
    struct CurrentStep {
        session: i64,
        course: i64,
        step: i64,
        /// Where the log of the session comes to this step.
        first_seq: i64,
        last_student_seq: i64,
    }
);

/// Reads the current steps of those of these sessions that are open and at a step.
async fn current_steps(app: &School, sessions: &[i64]) -> Result<Vec<CurrentStep>> {
    let mut steps = Vec::new();
    for part in sessions.chunks(SESSIONS_PER_STATEMENT) {
        let (marks, ids) = placeholders(part, 1);
        let sql = format!(
            "select id as session, course, step, step_seq as first_seq, last_student_seq from live_sessions
            where id in ({marks}) and status <> 'REVIEW_MODE' and step is not null"
        );
        steps.extend(app.db.all::<CurrentStep>(sql, ids).await?);
    }
    Ok(steps)
}

/// Logs a count, unless the session has gone to another step since, or has ended: then it is counted again.
async fn log_screen_count(app: &School, at: CurrentStep, screens: i64) -> Result<()> {
    let now_ms = app.now_ms();
    let logged = app
        .group_commit
        .record_for(at.session, move |tx| {
            Box::pin(async move {
                let CurrentStep { session, course, step, first_seq, .. } = at;
                tx.hold(HeldTable::Sessions, session).await?;
                let sql = "select id from live_sessions where id = $1 and step_seq = $2 and status <> 'REVIEW_MODE'";
                if tx.maybe::<(i64,)>(sql, args![session, first_seq]).await?.is_none() {
                    return Ok((false, Vec::new()));
                }
                let event = Event::StepShown { step, screens };
                Ok((true, vec![NewEvent { session: Some(session), course, at_ms: now_ms, event }]))
            })
        })
        .await;
    match logged {
        Ok(true) => app.presence.mark_count_logged(at.session, at.first_seq, screens),
        Ok(false) | Err(_) => app.presence.recount_screens(at.session),
    }
    logged.map(drop)
}

/// Gives the people who are connected according to the log the usual grace period to come back after a restart: those who
/// connected to this node. This node knows nothing of the sockets of others.
pub async fn expect_logged_back(app: &School) -> Result<()> {
    for (session, person, data) in app.db.all::<(i64, i64, String)>(CONNECTED, args![]).await? {
        let newest = log::from_stored("student_connected", &data)?;
        if matches!(newest, Event::StudentConnected { node, .. } if node == app.config.node) {
            app.presence.expect_back(session, person, app.clock.now(), app.config.clocks.presence_grace_ms);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn a_start_reads_the_logs_of_open_sessions_only() {
        let plan = sqlite_plan(CONNECTED).await;
        assert!(plan.iter().any(|line| line.contains("live_sessions_open")), "{plan:?}");
        assert!(!plan.iter().any(|line| line.starts_with("SCAN e")), "{plan:?}");
    }
}
