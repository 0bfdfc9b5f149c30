//! Presence in a session, as its log has it: who connects and disconnects, and how many phones show the step.

use std::time::Duration;

use futures_util::future::join_all;

use super::room;
use crate::app::School;
use crate::db::{Tx, args};
use crate::error::Result;
use crate::event::{Event, NewEvent};
use crate::language::Language;
use crate::live::presence::DepartedPerson;

/// Number of tries to log an arrival while the database fails and the person is still present.
const ARRIVAL_TRIES: u32 = 60;
const ARRIVAL_PAUSE: Duration = Duration::from_secs(1);

/// Selects the people whose newest entry about presence in the log of an open session says that they connected.
/// `cross join` makes SQLite begin with those sessions; otherwise it reads the logs of all sessions.
const CONNECTED: &str = "select session, person from (
        select e.session, e.person, e.type,
            row_number() over (partition by e.session, e.person order by e.seq desc) as n
        from live_sessions s cross join session_events e
        where e.session = s.id and s.status <> 'REVIEW_MODE'
            and e.type in ('student_connected', 'student_disconnected', 'student_left')
    ) newest where n = 1 and type = 'student_connected'";

/// Logs and sends that a person connected, when their first socket opens. A return within the grace period is not logged.
pub async fn add_socket(app: &School, session: i64, person: i64, language: Option<Language>) -> Result<()> {
    let now = app.clock.now();
    if !app.hub.presence.add_socket(session, person, language, now) {
        return Ok(());
    }
    let mut logged = log_arrival(app, session, person, now.wall_ms).await;
    for _ in 1..ARRIVAL_TRIES {
        if logged.is_ok() || !app.hub.presence.is_here(session, person) {
            break;
        }
        tokio::time::sleep(ARRIVAL_PAUSE).await;
        logged = log_arrival(app, session, person, now.wall_ms).await;
    }
    app.hub.screens.people_changed(session);
    logged
}

async fn log_arrival(app: &School, session: i64, person: i64, at_ms: i64) -> Result<()> {
    let active = app.hub.presence.count(session);
    app.group_commit
        .record(move |tx| {
            Box::pin(async move {
                let events = event_if_open(tx, session, at_ms, Event::StudentConnected { person, active }).await?;
                Ok(((), events))
            })
        })
        .await
}

pub fn remove_socket(app: &School, session: i64, person: i64) {
    app.hub.presence.remove_socket(session, person, app.clock.now(), app.config.clocks.presence_grace_ms);
}

/// Makes the event if the session is open. In an ended session, arrivals and departures are not logged.
async fn event_if_open(tx: &mut Tx, session: i64, at_ms: i64, event: Event) -> Result<Vec<NewEvent>> {
    let sql = "select course from live_sessions where id = $1 and status <> 'REVIEW_MODE'";
    let open: Option<(i64,)> = tx.maybe(sql, args![session]).await?;
    Ok(open.map(|(course,)| NewEvent { session: Some(session), course, at_ms, event }).into_iter().collect())
}

/// Logs and sends the departures of people whose grace period is over. All sessions share a commit.
pub async fn log_departures(app: &School) -> Result<()> {
    let mut departed = app.hub.presence.take_departed(app.clock.now());
    departed.sort_by_key(|d| d.room);
    let sessions =
        departed.chunk_by(|a, b| a.room == b.room).map(|of_session| log_departures_of(app, of_session.to_vec()));
    join_all(sessions).await.into_iter().collect()
}

async fn log_departures_of(app: &School, departed: Vec<DepartedPerson>) -> Result<()> {
    let Some(session) = departed.first().map(|d| d.room) else { return Ok(()) };
    let (active, now) = (app.hub.presence.count(session), app.clock.now());
    let people = departed.clone();
    let logged = app
        .group_commit
        .record(move |tx| {
            let people = people.clone();
            Box::pin(async move {
                let mut events = Vec::with_capacity(people.len());
                for DepartedPerson { person, last_ms, .. } in people {
                    let event = Event::StudentDisconnected { person, last_active_ms: last_ms, active };
                    events.extend(event_if_open(tx, session, now.wall_ms, event).await?);
                }
                Ok(((), events))
            })
        })
        .await;
    if logged.is_err() {
        // Not logged, so they count as present again: a later sweep finds them.
        for person in departed.iter().map(|d| d.person) {
            app.hub.presence.expect_back(session, person, now, app.config.clocks.presence_grace_ms);
        }
    }
    app.hub.screens.people_changed(session);
    logged
}

/// Logs and sends how many phones show the current step, once for each session in which this may have changed.
pub async fn log_shown_counts(app: &School) -> Result<()> {
    let rooms = app.hub.screens.take_changed();
    join_all(rooms.into_iter().map(|session| log_shown_count(app, session))).await.into_iter().collect()
}

async fn log_shown_count(app: &School, session: i64) -> Result<()> {
    let school = app.clone();
    let logged = app
        .group_commit
        .record(move |tx| {
            let app = school.clone();
            Box::pin(async move {
                // Only the current step counts: a late acknowledgement of an older one is dropped.
                let sql = "select step, course, step_seq, last_student_seq from live_sessions where id = $1
                    and status <> 'REVIEW_MODE'";
                let at: Option<(Option<i64>, i64, i64, i64)> = tx.maybe(sql, args![session]).await?;
                let Some((Some(step), course, first, last)) = at else { return Ok((None, Vec::new())) };
                let here = |person| app.hub.presence.is_here(session, person);
                let phones = app.hub.screens.count(session, first, last, here);
                if !app.hub.screens.is_new_count(session, first, phones) {
                    return Ok((Some((first, phones)), Vec::new()));
                }
                let event = Event::StepShown { step, phones };
                let event = NewEvent { session: Some(session), course, at_ms: app.now_ms(), event };
                Ok((Some((first, phones)), vec![event]))
            })
        })
        .await;
    match logged {
        Ok(Some((first, phones))) => app.hub.screens.mark_logged(session, first, phones),
        Ok(None) => app.hub.screens.forget(session),
        Err(error) => {
            app.hub.screens.mark_changed(session);
            return Err(error);
        }
    }
    Ok(())
}

/// Gives the people who are connected according to the log the usual grace period to come back after a restart.
pub async fn expect_back(app: &School) -> Result<()> {
    for (session, person) in app.db.all::<(i64, i64)>(CONNECTED, args![]).await? {
        app.hub.presence.expect_back(session, person, app.clock.now(), app.config.clocks.presence_grace_ms);
    }
    Ok(())
}

/// Returns the sessions with an open socket on this node.
pub fn open_here(app: &School) -> Vec<i64> {
    app.hub.open_rooms(room::SESSION)
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
