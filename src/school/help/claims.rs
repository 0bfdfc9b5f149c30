//! Claims on calls for help: one of a session's staff goes to the learner, and no other one does. The rows of the session and of the call
//! are held, so of many who claim a call at once one has it, and the others are told who.

use super::{HelpRequest, by_id, hold, is_open, must_assist};
use crate::app::School;
use crate::db::{Tx, args, retry};
use crate::error::{Error, Result};
use crate::event::{Event, HelpStatus, NewEvent};
use crate::failures::Attempts;
use crate::school::names;
use crate::school::rights::{self, Caller};
use crate::school::sessions::{self, Session};

/// Claims an open call, for the staff of its session. Claiming what one has claimed changes nothing. Fails if someone else has it, or
/// goes to the same learner already.
pub async fn claim(app: &School, caller: &Caller, id: i64) -> Result<HelpRequest> {
    retry(|| try_claim(app, caller, id)).await
}

async fn try_claim(app: &School, caller: &Caller, id: i64) -> Result<HelpRequest> {
    let (now_ms, mut tx) = (app.now_ms(), app.db.begin().await?);
    let request = hold(&mut tx, id).await?;
    must_assist(&mut tx, caller, &request).await?;
    if request.claimed_by == Some(caller.id) {
        return Ok(request);
    }
    if !is_open(&request) {
        return Err(Error::wrong_state(request.status));
    }
    app.failures.take_for_good(&Attempts::StaffActsOf(request.session.unwrap_or(0), caller.id), now_ms)?;
    if let Some(other) = other_helper(&mut tx, &request, caller.id).await? {
        let name = names::person(&mut tx, other).await?.map(|person| person.name).unwrap_or_default();
        return Err(Error::AlreadyClaimed { name });
    }
    let sql = "update help_requests set claimed_by = $2, claimed_ms = $3 where id = $1";
    tx.run(sql, args![id, caller.id, now_ms]).await?;
    let event = claim_event(&request, Some(caller.id), now_ms);
    let request = by_id(&mut tx, id).await?;
    app.commit(tx, vec![event]).await?;
    Ok(request)
}

/// Finds someone else who goes to this learner, because of this call or another one in the same session. The session is held.
async fn other_helper(tx: &mut Tx, request: &HelpRequest, person: i64) -> Result<Option<i64>> {
    let sql = "select claimed_by from help_requests where claimed_by is not null and claimed_by <> $4 and (id = $1
        or (session = $2 and person = $3 and status in ('ANALYZING', 'ESCALATED'))) limit 1";
    let found: Option<(i64,)> = tx.maybe(sql, args![request.id, request.session, request.person, person]).await?;
    Ok(found.map(|(claimed_by,)| claimed_by))
}

/// Gives a call back to all, for the one who has claimed it and for those who lead. A call that nobody has claimed, or that is settled, stays as it is.
pub async fn release(app: &School, caller: &Caller, id: i64) -> Result<HelpRequest> {
    retry(|| try_release(app, caller, id)).await
}

async fn try_release(app: &School, caller: &Caller, id: i64) -> Result<HelpRequest> {
    let (now_ms, mut tx) = (app.now_ms(), app.db.begin().await?);
    let request = hold(&mut tx, id).await?;
    must_assist(&mut tx, caller, &request).await?;
    let is_settled = matches!(HelpStatus::parse(&request.status), Some(HelpStatus::Resolved | HelpStatus::Withdrawn));
    let Some(by) = request.claimed_by.filter(|_| !is_settled) else { return Ok(request) };
    if by != caller.id && !leads(&mut tx, caller, &request).await? {
        return Err(Error::NotYours);
    }
    let event = release_held(&mut tx, &request, now_ms).await?;
    let request = by_id(&mut tx, id).await?;
    app.commit(tx, vec![event]).await?;
    Ok(request)
}

async fn leads(tx: &mut Tx, caller: &Caller, request: &HelpRequest) -> Result<bool> {
    match request.session {
        _ if rights::leads(tx, caller, request.course, request.instructor).await? => Ok(true),
        Some(session) => Ok(sessions::find_taught(tx, caller, session).await.is_ok()),
        None => Ok(false),
    }
}

fn claim_event(request: &HelpRequest, helper: Option<i64>, at_ms: i64) -> NewEvent {
    let HelpRequest { id, person, item, session, course, .. } = *request;
    NewEvent { session, course, at_ms, event: Event::HelpClaimed { person, item, request: id, helper } }
}

async fn release_held(tx: &mut Tx, request: &HelpRequest, now_ms: i64) -> Result<NewEvent> {
    tx.run("update help_requests set claimed_by = null, claimed_ms = null where id = $1", args![request.id]).await?;
    Ok(claim_event(request, None, now_ms))
}

/// Releases a call whose answer did not help: it waits for anyone again.
pub(super) async fn release_answered(tx: &mut Tx, request: &HelpRequest, now_ms: i64) -> Result<Option<NewEvent>> {
    match request.claimed_by {
        Some(_) => release_held(tx, request, now_ms).await.map(Some),
        None => Ok(None),
    }
}

/// Releases the open calls that a person has claimed in a session whose staff they leave. The caller holds the session.
pub(in crate::school) async fn release_all_of(
    tx: &mut Tx,
    at: &Session,
    person: i64,
    now_ms: i64,
) -> Result<Vec<NewEvent>> {
    let sql = "update help_requests set claimed_by = null, claimed_ms = null
        where session = $1 and claimed_by = $2 and status in ('ANALYZING', 'ESCALATED') returning id, person, item";
    let released: Vec<(i64, i64, i64)> = tx.all(sql, args![at.id, person]).await?;
    let event = |(request, person, item)| {
        let event = Event::HelpClaimed { person, item, request, helper: None };
        NewEvent { session: Some(at.id), course: at.course, at_ms: now_ms, event }
    };
    Ok(released.into_iter().map(event).collect())
}
