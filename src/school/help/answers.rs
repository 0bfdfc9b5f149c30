//! Answers to calls for help, by hand or by the analyser, and the feedback of the student.

use super::picture_rows::{CallPicture, discard, of_request, of_requests};
use super::{HelpRequest, assists, by_id, claims, hold, must_assist, position_events};
use crate::app::School;
use crate::db::{Tx, args, row};
use crate::error::{Error, Noun, Result};
use crate::event::{Event, HelpKind, HelpStatus, NewEvent, StoredAnswer, words};
use crate::school::notifications::{self, NotificationKind};
use crate::school::once::{self, Key};
use crate::school::rights::Caller;
use crate::school::sessions;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HelpType {
    Text,
    Voice,
    /// The instructor comes to the student.
    Visit,
}
words!(HelpType { Text = "TEXT", Voice = "VOICE", Visit = "VISIT" });

/// Type of an answer of which the analyser was not sure. Only the instructor sees it.
pub(super) const SUGGESTION: &str = "SUGGESTION";
/// Lowest rating that says that the answer helped.
const HELPED: i64 = 4;
/// Highest rating that calls the instructor.
const NOT_YET: i64 = 2;

#[derive(Debug, Clone)]
pub struct NewHelpAnswer {
    pub help_type: HelpType,
    pub content: String,
    pub voice: Option<String>,
}

row! {
    #[derive(Debug, Clone)]
    pub struct HelpAnswer {
        pub id: i64,
        pub request: i64,
        /// Instructor who gave the answer; `None` if the analyser gave it.
        pub by_person: Option<i64>,
        pub r#type: String,
        pub content: String,
        pub voice: Option<String>,
        pub rating: Option<i64>,
        /// The answer shows the picture of the call, as it was marked.
        pub with_picture: bool,
    }
}

/// A call with its newest answer and the picture that it carries.
#[derive(Debug, Clone)]
pub struct AnsweredCall {
    pub request: HelpRequest,
    pub answer: Option<HelpAnswer>,
    pub picture: Option<CallPicture>,
}

const COLUMNS: &str = "id, request, by_person, type, content, voice, rating, with_picture";

/// Returns a call with its newest answer, for the student who made it and for the staff of its session.
pub async fn view(app: &School, caller: &Caller, id: i64) -> Result<AnsweredCall> {
    let mut tx = app.db.read().await?;
    let call = answered(&mut tx, id).await?;
    must_see(&mut tx, caller, &call.request).await?;
    Ok(call)
}

pub(super) async fn answered(tx: &mut Tx, id: i64) -> Result<AnsweredCall> {
    let request = by_id(tx, id).await?;
    let sql = format!(
        "select {COLUMNS} from help_responses where request = $1 and type <> '{SUGGESTION}' order by id desc limit 1"
    );
    let answer = tx.maybe(sql, args![id]).await?;
    let picture = of_request(tx, id).await?;
    Ok(AnsweredCall { request, answer, picture })
}

/// Fails unless the caller made the call, or is of the staff of its session. To anyone else it does not exist.
pub(super) async fn must_see(tx: &mut Tx, caller: &Caller, request: &HelpRequest) -> Result<()> {
    let is_theirs = request.person == caller.id || assists(tx, caller, request).await?;
    if is_theirs { Ok(()) } else { Err(Error::NotFound(Noun::HelpRequest)) }
}

/// Answers a call by hand, for the staff of its session. Fails if the call is resolved or withdrawn.
pub async fn respond(app: &School, caller: &Caller, id: i64, answer: NewHelpAnswer) -> Result<AnsweredCall> {
    let mut tx = app.db.begin().await?;
    let request = hold(&mut tx, id).await?;
    must_assist(&mut tx, caller, &request).await?;
    must_be_unresolved(&request)?;
    let events = give_answer(&mut tx, &request, Some(caller.id), &answer, None, app.now_ms()).await?;
    let call = answered(&mut tx, id).await?;
    app.commit(tx, events).await?;
    Ok(call)
}

pub(super) fn must_be_unresolved(request: &HelpRequest) -> Result<()> {
    match HelpStatus::parse(&request.status) {
        Some(HelpStatus::Resolved | HelpStatus::Withdrawn) => Err(Error::wrong_state(request.status.clone())),
        _ => Ok(()),
    }
}

/// Answers a call. With a picture of the call, the answer shows it.
pub(super) async fn give_answer(
    tx: &mut Tx,
    request: &HelpRequest,
    by: Option<i64>,
    answer: &NewHelpAnswer,
    picture: Option<&CallPicture>,
    now_ms: i64,
) -> Result<Vec<NewEvent>> {
    let response = write(tx, request, by, answer, picture.is_some(), now_ms).await?;
    let sql = "update help_requests set status = 'ANSWERED', acked_ms = null where id = $1";
    tx.run(sql, args![request.id]).await?;
    let about = by.unwrap_or(request.instructor);
    notifications::notify(tx, request.person, NotificationKind::HelpAnswered, about, request.id, now_ms).await?;
    let mut events =
        vec![update_event(request, HelpStatus::Answered, now_ms), answer_event(request, &response, picture, now_ms)];
    events.extend(position_events(tx, request.session, request.course, request.id, now_ms).await?);
    Ok(events)
}

async fn write(
    tx: &mut Tx,
    request: &HelpRequest,
    by: Option<i64>,
    answer: &NewHelpAnswer,
    with_picture: bool,
    now_ms: i64,
) -> Result<HelpAnswer> {
    let sql = format!(
        "insert into help_responses (created_ms, request, by_person, type, content, voice, with_picture)
        values ($1, $2, $3, $4, $5, $6, $7) returning {COLUMNS}"
    );
    let kind = answer.help_type.word();
    let args = args![now_ms, request.id, by, kind, &answer.content, answer.voice.as_deref(), with_picture];
    tx.one(sql, args).await
}

/// Sends the student the analyser's answer as a hint. The call stays open, and waits for the instructor as before.
pub(super) async fn give_hint(
    tx: &mut Tx,
    request: &HelpRequest,
    answer: &NewHelpAnswer,
    now_ms: i64,
) -> Result<Vec<NewEvent>> {
    let response = write(tx, request, None, answer, false, now_ms).await?;
    tx.run("update help_requests set acked_ms = null where id = $1", args![request.id]).await?;
    let mut events = escalate(tx, request, now_ms).await?;
    events.push(answer_event(request, &response, None, now_ms));
    Ok(events)
}

pub(super) fn update_event(request: &HelpRequest, status: HelpStatus, now_ms: i64) -> NewEvent {
    let HelpRequest { person, item, id, .. } = *request;
    let event = Event::HelpUpdated { person, item, request: id, status };
    NewEvent { session: request.session, course: request.course, at_ms: now_ms, event }
}

fn answer_event(request: &HelpRequest, response: &HelpAnswer, picture: Option<&CallPicture>, now_ms: i64) -> NewEvent {
    let event = Event::HelpAvailable {
        person: request.person,
        request: request.id,
        item: request.item,
        kind: HelpKind::parse(&request.kind).unwrap_or(HelpKind::Manual),
        response: response.id,
        by_hand: response.by_person.is_some(),
        help_type: response.r#type.clone(),
        content: response.content.clone(),
        voice: response.voice.clone(),
        picture: picture.filter(|_| response.with_picture).and_then(CallPicture::in_answer),
    };
    NewEvent { session: request.session, course: request.course, at_ms: now_ms, event }
}

/// Resolves a call, for the staff of its session, or for the student who solved the problem themselves.
pub async fn resolve(app: &School, caller: &Caller, id: i64) -> Result<AnsweredCall> {
    let mut tx = app.db.begin().await?;
    let request = hold(&mut tx, id).await?;
    if request.person != caller.id {
        must_assist(&mut tx, caller, &request).await?;
    }
    must_be_unresolved(&request)?;
    let events = settle(&mut tx, &request, HelpStatus::Resolved, app.now_ms()).await?;
    let call = answered(&mut tx, id).await?;
    app.commit(tx, events).await?;
    Ok(call)
}

/// Withdraws a call, for the student who made it. A second time changes nothing. Fails if the call was answered or resolved
/// before.
pub async fn withdraw(app: &School, caller: &Caller, id: i64) -> Result<AnsweredCall> {
    let mut tx = app.db.begin().await?;
    let request = hold(&mut tx, id).await?;
    if request.person != caller.id {
        return Err(Error::NotFound(Noun::HelpRequest));
    }
    let events = match HelpStatus::parse(&request.status) {
        Some(HelpStatus::Withdrawn) => Vec::new(),
        Some(HelpStatus::Analyzing | HelpStatus::Escalated) => {
            settle(&mut tx, &request, HelpStatus::Withdrawn, app.now_ms()).await?
        }
        _ => return Err(Error::wrong_state(request.status)),
    };
    let call = answered(&mut tx, id).await?;
    app.commit(tx, events).await?;
    Ok(call)
}

/// Settles a call. Deletes the context and the picture that the phone sent if the student withdraws the call, because nobody needs them
/// then.
async fn settle(tx: &mut Tx, request: &HelpRequest, status: HelpStatus, now_ms: i64) -> Result<Vec<NewEvent>> {
    let sql = "update help_requests set status = $2, context = case when $3 then '{}' else context end where id = $1";
    tx.run(sql, args![request.id, status.word(), status == HelpStatus::Withdrawn]).await?;
    if status == HelpStatus::Withdrawn {
        discard(tx, &[request.id]).await?;
    }
    let mut events = vec![update_event(request, status, now_ms)];
    events.extend(position_events(tx, request.session, request.course, request.id, now_ms).await?);
    Ok(events)
}

/// Records a rating of an answer. `HELPED` or more resolves the call; `NOT_YET` or less calls the instructor.
pub async fn feedback(
    app: &School,
    caller: &Caller,
    response: i64,
    rating: i64,
    text: Option<String>,
    key: Option<Key>,
) -> Result<(HelpRequest, HelpAnswer)> {
    let mut tx = app.db.begin().await?;
    let now_ms = app.now_ms();
    let asked = ("feedback", response, rating, &text);
    let before = once::claim(&mut tx, caller.id, key.as_ref(), asked, now_ms).await?;
    let found: Option<HelpAnswer> = tx
        .maybe(
            format!("select {COLUMNS} from help_responses where id = $1 and type <> '{SUGGESTION}'"),
            args![response],
        )
        .await?;
    let found = found.ok_or(Error::NotFound(Noun::HelpResponse))?;
    let request = hold(&mut tx, found.request).await?;
    if request.person != caller.id {
        return Err(Error::NotFound(Noun::HelpResponse));
    }
    match before {
        // A repeat changes nothing: the call may have a new answer by now, which was not rated yet.
        Some(_) => return Ok((request, found)),
        None => once::settle(&mut tx, caller.id, key.as_ref(), &StoredAnswer::Help { request: request.id }).await?,
    }
    let is_answered = request.status == HelpStatus::Answered.word();
    if is_answered && rating <= NOT_YET {
        sessions::must_not_be_removed(&mut tx, request.course, caller.id, None).await?;
    }
    let sql = "update help_responses set rating = $2, feedback = $3 where id = $1";
    tx.run(sql, args![response, rating, text]).await?;
    // A hint may help while the call still waits for the instructor.
    let events = if must_be_unresolved(&request).is_ok() && rating >= HELPED {
        settle(&mut tx, &request, HelpStatus::Resolved, now_ms).await?
    } else if is_answered && rating <= NOT_YET && !is_of_finished_step(&mut tx, &request).await? {
        escalate(&mut tx, &request, now_ms).await?
    } else {
        Vec::new()
    };
    let request = by_id(&mut tx, request.id).await?;
    app.commit(tx, events).await?;
    Ok((request, HelpAnswer { rating: Some(rating), ..found }))
}

/// Checks whether the session made the call by itself, for a step that the student has finished since: then nobody needs to
/// come.
async fn is_of_finished_step(tx: &mut Tx, request: &HelpRequest) -> Result<bool> {
    let Some(session) = request.session.filter(|_| request.kind == HelpKind::Auto.word()) else { return Ok(false) };
    let sql = "select p.id from item_progress p join enrollments e on e.id = p.enrollment
        join live_sessions s on s.id = $3 and p.done_ms >= s.started_ms
        where e.person = $1 and p.item = $2 and p.status = 'COMPLETED' limit 1";
    Ok(tx.maybe::<(i64,)>(sql, args![request.person, request.item, session]).await?.is_some())
}

pub(super) async fn escalate(tx: &mut Tx, request: &HelpRequest, now_ms: i64) -> Result<Vec<NewEvent>> {
    let (instructor, person) = (request.instructor, request.person);
    // The instructor was notified when a student made the call themselves.
    let is_notified = request.kind == HelpKind::Manual.word() && request.status == HelpStatus::Analyzing.word();
    if !is_notified {
        notifications::notify_once(tx, instructor, NotificationKind::HelpEscalated, person, request.id, now_ms).await?;
    }
    tx.run("update help_requests set status = 'ESCALATED' where id = $1", args![request.id]).await?;
    let mut events = vec![update_event(request, HelpStatus::Escalated, now_ms)];
    if request.status == HelpStatus::Answered.word() {
        events.extend(claims::release_answered(tx, request, now_ms).await?);
    }
    Ok(events)
}

/// Records that the student's screen shows the answer, so that it is not sent again.
pub async fn ack(app: &School, caller: &Caller, request: i64) -> Result<()> {
    let (person, now_ms) = (caller.id, app.now_ms());
    app.group_commit
        .record(move |tx| {
            Box::pin(async move {
                let sql = "update help_requests set acked_ms = $3 where id = $1 and person = $2 and acked_ms is null";
                tx.run(sql, args![request, person, now_ms]).await?;
                Ok(((), Vec::new()))
            })
        })
        .await
}

/// Reads the answers that a person has not seen yet, from open sessions and from outside of sessions: those to their 5
/// newest calls, oldest call first.
pub async fn unseen_answers(app: &School, person: i64) -> Result<Vec<NewEvent>> {
    let mut tx = app.db.read().await?;
    let sql = format!(
        "{} left join live_sessions s on s.id = h.session where h.person = $1 and h.status in ('ANSWERED', 'ESCALATED')
        and h.acked_ms is null and (s.id is null or s.status <> 'REVIEW_MODE')
        and exists (select 1 from help_responses r where r.request = h.id and r.type <> '{SUGGESTION}')
        order by h.id desc limit 5",
        super::REQUEST
    );
    let mut events = Vec::new();
    let requests: Vec<HelpRequest> = tx.all(sql, args![person]).await?;
    let pictures = of_requests(&mut tx, &requests.iter().map(|request| request.id).collect::<Vec<_>>()).await?;
    for request in requests.into_iter().rev() {
        let sql = format!(
            "select {COLUMNS} from help_responses where request = $1 and type <> '{SUGGESTION}' order by id desc limit 1"
        );
        if let Some(response) = tx.maybe::<HelpAnswer>(sql, args![request.id]).await? {
            events.push(answer_event(&request, &response, pictures.get(&request.id), request.created_ms));
        }
    }
    Ok(events)
}
