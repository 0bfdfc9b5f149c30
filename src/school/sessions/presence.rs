//! Who of a class is there, as the log tells it.

use futures_util::future::join_all;

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
    app.hub.shown.moved(session);
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

/// Those whose grace has run out are told to their instructors; all classes share a commit.
pub async fn tell_departures(app: &School) -> Result<()> {
    let mut gone = app.hub.presence.sweep(app.now_ms());
    gone.sort_by_key(|g| g.room);
    let classes = gone.chunk_by(|a, b| a.room == b.room).map(|class| tell_gone(app, class.to_vec()));
    join_all(classes).await.into_iter().collect()
}

async fn tell_gone(app: &School, class: Vec<Gone>) -> Result<()> {
    let Some(session) = class.first().map(|g| g.room) else { return Ok(()) };
    let (active, at_ms) = (app.hub.presence.count(session), app.now_ms());
    let gone = class.clone();
    let told = app
        .ledger
        .record(move |tx| {
            let gone = gone.clone();
            Box::pin(async move {
                let mut news = Vec::with_capacity(gone.len());
                for Gone { person, last_ms, .. } in gone {
                    let event = Event::StudentDisconnected { person, last_active_ms: last_ms, active };
                    news.extend(about(tx, session, at_ms, event).await?);
                }
                Ok(((), news))
            })
        })
        .await;
    if told.is_err() {
        // Untold, they have not gone: the next sweep finds them.
        for person in class.iter().map(|g| g.person) {
            app.hub.presence.expect_back(session, person, at_ms, app.config.clocks.presence_grace_ms);
        }
    }
    app.hub.shown.moved(session);
    told
}

/// How many phones show the step now, gathered.
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
                // Only the step that the class is on counts: a late word about an older one is dropped.
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
                let news = News { session: Some(session), course, at_ms: app.now_ms(), event };
                Ok((Some((first, phones)), vec![news]))
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

/// After a restart: whom the log calls connected has the usual grace to come back.
pub async fn expect_back(app: &School) -> Result<()> {
    let sql = "select session, person from (
            select e.session, e.person, e.type,
                row_number() over (partition by e.session, e.person order by e.seq desc) as n
            from session_events e join live_sessions s on s.id = e.session
            where s.status <> 'REVIEW_MODE' and e.type in ('student_connected', 'student_disconnected', 'student_left')
        ) newest where n = 1 and type = 'student_connected'";
    for (session, person) in app.db.all::<(i64, i64)>(sql, args![]).await? {
        app.hub.presence.expect_back(session, person, app.now_ms(), app.config.clocks.presence_grace_ms);
    }
    Ok(())
}

/// The sessions in which someone sits at a socket here.
pub fn open_here(app: &School) -> Vec<i64> {
    app.hub.open_rooms(room::SESSION)
}
