//! Progress that the staff of a session marks for a learner.

use super::{RecordedProgress, Report, record_step};
use crate::app::School;
use crate::error::Result;
use crate::event::{Event, ProgressStatus};
use crate::school::rights::Caller;
use crate::school::sessions;

/// Marks a step as done for a participant, as if they had said so themselves, for the staff of the session.
pub async fn mark_done(
    app: &School,
    caller: &Caller,
    session: i64,
    person: i64,
    item: i64,
) -> Result<RecordedProgress> {
    let (school, caller, now_ms) = (app.clone(), caller.clone(), app.now_ms());
    app.group_commit
        .record_for(session, move |tx| {
            let (app, caller) = (school.clone(), caller.clone());
            Box::pin(async move {
                sessions::find_assisted(tx, &caller, session).await?.session.must_be_open()?;
                sessions::must_have_participant(tx, session, person).await?;
                let report = Report::of(item, ProgressStatus::Completed);
                let (recorded, mut events) = record_step(&app, tx, person, report, Some(session), now_ms).await?;
                for new in &mut events {
                    if let Event::StudentProgress { marked_by, .. } = &mut new.event {
                        *marked_by = Some(caller.id);
                    }
                }
                Ok((recorded, events))
            })
        })
        .await
}
