//! How many screens show the current step of a session, as its log has it.

use std::collections::HashSet;

use futures_util::future::join_all;

use crate::app::School;
use crate::db::{HeldTable, args, placeholders, row};
use crate::error::Result;
use crate::event::{Event, NewEvent};
use crate::live::presence::StepSpan;

/// Sessions in one statement: fewer than both databases accept.
const SESSIONS_PER_STATEMENT: usize = 8_192;

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
    let screens = app.presence.count_screens(&spans);
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
