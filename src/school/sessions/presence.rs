//! Who of a class is there, as the log tells it.

use super::room;
use crate::app::School;
use crate::db::{Tx, args};
use crate::error::Result;
use crate::event::{Event, News};
use crate::live::presence::Gone;

/// The first socket of a person opened. Coming back within the grace is no news.
pub async fn arrived(app: &School, session: i64, person: i64) -> Result<()> {
    let now_ms = app.now_ms();
    if !app.hub.presence.come(session, person, now_ms) {
        return Ok(());
    }
    let active = app.hub.presence.count(session);
    let told = app
        .ledger
        .record(move |tx| {
            Box::pin(async move {
                let news = about(tx, session, now_ms, Event::StudentConnected { person, active }).await?;
                Ok(((), news))
            })
        })
        .await;
    if told.is_err() {
        // Untold, they are not there: the next socket tells it.
        app.hub.presence.forget(session, person);
    }
    told
}

pub fn departed(app: &School, session: i64, person: i64) {
    app.hub.presence.go(session, person, app.now_ms(), app.config.clocks.presence_grace_ms);
}

/// In a class that is over, nobody's coming and going is news.
async fn about(tx: &mut Tx, session: i64, at_ms: i64, event: Event) -> Result<Vec<News>> {
    let sql = "select course from live_sessions where id = $1 and status <> 'REVIEW_MODE'";
    let open: Option<(i64,)> = tx.maybe(sql, args![session]).await?;
    Ok(open.map(|(course,)| News { session: Some(session), course, at_ms, event }).into_iter().collect())
}

/// Those whose grace has run out are told to their instructors, each class in one commit.
pub async fn tell_departures(app: &School) -> Result<()> {
    let mut gone = app.hub.presence.sweep(app.now_ms());
    gone.sort_by_key(|g| g.room);
    for class in gone.chunk_by(|a, b| a.room == b.room) {
        let class: Vec<Gone> = class.to_vec();
        let Some(session) = class.first().map(|g| g.room) else { continue };
        let (active, at_ms) = (app.hub.presence.count(session), app.now_ms());
        app.ledger
            .record(move |tx| {
                let class = class.clone();
                Box::pin(async move {
                    let mut news = Vec::with_capacity(class.len());
                    for Gone { person, last_ms, .. } in class {
                        let event = Event::StudentDisconnected { person, last_active_ms: last_ms, active };
                        news.extend(about(tx, session, at_ms, event).await?);
                    }
                    Ok(((), news))
                })
            })
            .await?;
    }
    Ok(())
}

/// How many phones show the step now, gathered.
pub async fn tell_shown(app: &School) -> Result<()> {
    for session in app.hub.shown.take_changed() {
        let school = app.clone();
        app.ledger
            .record(move |tx| {
                let app = school.clone();
                Box::pin(async move {
                    // Only the step that the class is on counts: a late word about an older one is dropped.
                    let sql = "select step, course, step_seq, last_student_seq from live_sessions where id = $1
                        and status <> 'REVIEW_MODE'";
                    let at: Option<(Option<i64>, i64, i64, i64)> = tx.maybe(sql, args![session]).await?;
                    let Some((Some(step), course, first, last)) = at else {
                        app.hub.shown.forget(session);
                        return Ok(((), Vec::new()));
                    };
                    let phones = app.hub.shown.count(session, first, last);
                    let event = Event::StepShown { step, phones };
                    Ok(((), vec![News { session: Some(session), course, at_ms: app.now_ms(), event }]))
                })
            })
            .await?;
    }
    Ok(())
}

/// After a restart: whom the log calls connected has the usual grace to come back.
pub async fn expect_back(app: &School) -> Result<()> {
    let sql = "select e.session, e.person from session_events e join live_sessions s on s.id = e.session
        where s.status <> 'REVIEW_MODE' and e.type = 'student_connected' and not exists (
            select 1 from session_events l where l.session = e.session and l.person = e.person and l.seq > e.seq
                and l.type in ('student_connected', 'student_disconnected', 'student_left'))";
    for (session, person) in app.db.all::<(i64, i64)>(sql, args![]).await? {
        app.hub.presence.expect_back(session, person, app.now_ms(), app.config.clocks.presence_grace_ms);
    }
    Ok(())
}

/// The sessions in which someone sits at a socket here.
pub fn open_here(app: &School) -> Vec<i64> {
    app.hub.open_rooms(room::SESSION)
}
