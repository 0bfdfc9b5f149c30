//! Presence in a session, as its log has it: who connects and disconnects, and how many phones show the step.

use std::time::Duration;

use futures_util::future::join_all;

use super::room;
use crate::app::School;
use crate::db::{Tx, args};
use crate::error::Result;
use crate::event::{Event, NewEvent};
use crate::language::Language;
use crate::live::presence::Gone;

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
pub async fn arrived(app: &School, session: i64, person: i64, language: Option<Language>) -> Result<()> {
    let now = app.clock.now();
    if !app.hub.presence.come(session, person, language, now) {
        return Ok(());
    }
    let mut told = tell_arrival(app, session, person, now.wall_ms).await;
    for _ in 1..ARRIVAL_TRIES {
        if told.is_ok() || !app.hub.presence.is_here(session, person) {
            break;
        }
        tokio::time::sleep(ARRIVAL_PAUSE).await;
        told = tell_arrival(app, session, person, now.wall_ms).await;
    }
    app.hub.shown.moved(session);
    told
}

async fn tell_arrival(app: &School, session: i64, person: i64, at_ms: i64) -> Result<()> {
    let active = app.hub.presence.count(session);
    app.ledger
        .record(move |tx| {
            Box::pin(async move {
                let events = about(tx, session, at_ms, Event::StudentConnected { person, active }).await?;
                Ok(((), events))
            })
        })
        .await
}

pub fn departed(app: &School, session: i64, person: i64) {
    app.hub.presence.go(session, person, app.clock.now(), app.config.clocks.presence_grace_ms);
}

/// Makes the event if the session is open. In an ended session, arrivals and departures are not logged.
async fn about(tx: &mut Tx, session: i64, at_ms: i64, event: Event) -> Result<Vec<NewEvent>> {
    let sql = "select course from live_sessions where id = $1 and status <> 'REVIEW_MODE'";
    let open: Option<(i64,)> = tx.maybe(sql, args![session]).await?;
    Ok(open.map(|(course,)| NewEvent { session: Some(session), course, at_ms, event }).into_iter().collect())
}

/// Logs and sends the departures of people whose grace period is over. All sessions share a commit.
pub async fn tell_departures(app: &School) -> Result<()> {
    let mut gone = app.hub.presence.sweep(app.clock.now());
    gone.sort_by_key(|g| g.room);
    let classes = gone.chunk_by(|a, b| a.room == b.room).map(|class| tell_gone(app, class.to_vec()));
    join_all(classes).await.into_iter().collect()
}

async fn tell_gone(app: &School, class: Vec<Gone>) -> Result<()> {
    let Some(session) = class.first().map(|g| g.room) else { return Ok(()) };
    let (active, now) = (app.hub.presence.count(session), app.clock.now());
    let gone = class.clone();
    let told = app
        .ledger
        .record(move |tx| {
            let gone = gone.clone();
            Box::pin(async move {
                let mut events = Vec::with_capacity(gone.len());
                for Gone { person, last_ms, .. } in gone {
                    let event = Event::StudentDisconnected { person, last_active_ms: last_ms, active };
                    events.extend(about(tx, session, now.wall_ms, event).await?);
                }
                Ok(((), events))
            })
        })
        .await;
    if told.is_err() {
        // Not logged, so they count as present again: a later sweep finds them.
        for person in class.iter().map(|g| g.person) {
            app.hub.presence.expect_back(session, person, now, app.config.clocks.presence_grace_ms);
        }
    }
    app.hub.shown.moved(session);
    told
}

/// Logs and sends how many phones show the current step, once for each session in which this may have changed.
pub async fn tell_shown(app: &School) -> Result<()> {
    let rooms = app.hub.shown.take_changed();
    join_all(rooms.into_iter().map(|session| tell_shown_in(app, session))).await.into_iter().collect()
}

async fn tell_shown_in(app: &School, session: i64) -> Result<()> {
    let school = app.clone();
    let told = app
        .ledger
        .record(move |tx| {
            let app = school.clone();
            Box::pin(async move {
                // Only the current step counts: a late acknowledgement of an older one is dropped.
                let sql = "select step, course, step_seq, last_student_seq from live_sessions where id = $1
                    and status <> 'REVIEW_MODE'";
                let at: Option<(Option<i64>, i64, i64, i64)> = tx.maybe(sql, args![session]).await?;
                let Some((Some(step), course, first, last)) = at else { return Ok((None, Vec::new())) };
                let here = |person| app.hub.presence.is_here(session, person);
                let phones = app.hub.shown.count(session, first, last, here);
                if !app.hub.shown.is_news(session, first, phones) {
                    return Ok((Some((first, phones)), Vec::new()));
                }
                let event = Event::StepShown { step, phones };
                let events = NewEvent { session: Some(session), course, at_ms: app.now_ms(), event };
                Ok((Some((first, phones)), vec![events]))
            })
        })
        .await;
    match told {
        Ok(Some((first, phones))) => app.hub.shown.was_told(session, first, phones),
        Ok(None) => app.hub.shown.forget(session),
        Err(error) => {
            app.hub.shown.look_again(session);
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
