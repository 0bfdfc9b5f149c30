//! Calls for help: ANALYZING → ANSWERED → RESOLVED, or ESCALATED to the instructor when the analysis is unsure.

pub mod analysis;
pub mod answers;
pub mod claims;
pub mod picture_removal;
pub mod picture_rows;
pub mod pictures;

use crate::app::School;
use crate::clock::HOUR_MS;
use crate::db::{HeldTable, Tx, args, row};
use crate::error::{Error, Field, Noun, Result};
use crate::event::{Event, HelpKind, HelpStatus, NewEvent, StoredAnswer};
use crate::language::Language;
use crate::school::help::picture_rows::{discard, discard_all_of};
use crate::school::notifications::{self, NotificationKind};
use crate::school::once::{self, Key};
use crate::school::outline;
use crate::school::rights::{self, Caller};
use crate::school::sessions::{self, Session};

/// Waiting time after which a call is urgent.
const URGENT_AFTER_S: i64 = 120;
/// Open calls that one student may have at a time.
const OPEN_MAX_REQUESTS: i64 = 10;
/// Calls that one person may make in an hour, of both kinds, including withdrawn and resolved ones. Calls that a session
/// makes for them do not count.
const HOUR_MAX_REQUESTS: i64 = 30;
/// Open calls that a session may have made by itself, per step.
const AUTO_MAX_OPEN: i64 = 5;
/// Waiting calls, from the oldest, whose students are sent their new position.
const POSITIONS_MAX_REQUESTS: i64 = 100;
const IS_OPEN: &str = "status in ('ANALYZING', 'ESCALATED')";

#[derive(Debug, Clone)]
pub struct NewHelpRequest {
    pub item: i64,
    pub kind: HelpKind,
    /// JSON text, as it was received.
    pub context: String,
    /// Language of the answer.
    pub language: Option<Language>,
    pub stuck_seconds: Option<i64>,
    pub in_session: Option<i64>,
}

#[derive(Debug, Clone)]
pub struct RequestReceipt {
    pub request: i64,
    pub status: String,
    pub position: i64,
}

pub async fn ask(app: &School, caller: &Caller, new: NewHelpRequest, key: Option<Key>) -> Result<RequestReceipt> {
    caller.must_be_student()?;
    let (person, now_ms) = (caller.id, app.now_ms());
    let receipt = app
        .group_commit
        .record(move |tx| {
            let (new, key) = (new.clone(), key.clone());
            Box::pin(async move {
                let asked = ("help", new.item, new.kind, &new.context);
                if let Some(done) = once::claim(tx, person, key.as_ref(), asked, now_ms).await? {
                    return Ok((repeat(tx, done).await?, Vec::new()));
                }
                let (receipt, events) = open(tx, person, &new, now_ms).await?;
                once::settle(tx, person, key.as_ref(), &StoredAnswer::Help { request: receipt.request }).await?;
                Ok((receipt, events))
            })
        })
        .await?;
    app.help_asked.add([receipt.request]);
    Ok(receipt)
}

async fn repeat(tx: &mut Tx, done: StoredAnswer) -> Result<RequestReceipt> {
    let StoredAnswer::Help { request } = done else { return Err(Error::KeyReused) };
    let sql = "select status, session from help_requests where id = $1";
    let (status, session): (String, Option<i64>) = tx.one(sql, args![request]).await?;
    Ok(RequestReceipt { request, status, position: position(tx, session, request).await? })
}

async fn open(tx: &mut Tx, person: i64, new: &NewHelpRequest, now_ms: i64) -> Result<(RequestReceipt, Vec<NewEvent>)> {
    let item = outline::item_by_id(tx, new.item).await?;
    if let Some(session) = new.in_session {
        let (course,): (i64,) = tx.one("select course from live_sessions where id = $1", args![session]).await?;
        outline::find_step(tx, course, Field::Step, item.id).await?;
    }
    sessions::must_not_be_removed(tx, item.course, person, new.in_session).await?;
    crate::school::enrollment::learning_enrollment(tx, item.course, person, now_ms).await?;
    let sql = format!("select count(*) from help_requests where person = $1 and {IS_OPEN}");
    if tx.one::<(i64,)>(sql, args![person]).await?.0 >= OPEN_MAX_REQUESTS {
        return Err(Error::TooManyWaiting { retry_after_s: 60 });
    }
    must_not_be_many(tx, person, now_ms).await?;
    let session = sessions::find_open_session(tx, item.course, person).await?.map(|(session, _)| session);
    let seconds = match new.stuck_seconds {
        Some(seconds) => seconds,
        None => seconds_since_step_began(tx, session, item.id, now_ms).await?,
    };
    let place = HelpContext { person, item: item.id, course: item.course, session, is_own: true };
    let (receipt, events) = insert(tx, place, new, seconds, now_ms).await?;
    let receipt = receipt.ok_or(Error::AlreadyAnswered)?;
    Ok((receipt, events))
}

/// Fails if a person has made `HOUR_MAX_REQUESTS` calls in the last hour.
async fn must_not_be_many(tx: &mut Tx, person: i64, now_ms: i64) -> Result<()> {
    let sql = "select created_ms from help_requests where person = $1 and is_own and created_ms > $2
        order by created_ms desc limit 1 offset $3";
    let earliest: Option<(i64,)> = tx.maybe(sql, args![person, now_ms - HOUR_MS, HOUR_MAX_REQUESTS - 1]).await?;
    let Some((earliest_ms,)) = earliest else { return Ok(()) };
    Err(Error::TooManyFailures { retry_after_s: (earliest_ms + HOUR_MS - now_ms).unsigned_abs().div_ceil(1_000) })
}

async fn seconds_since_step_began(tx: &mut Tx, session: Option<i64>, item: i64, now_ms: i64) -> Result<i64> {
    let sql = "select step_ms from live_sessions where id = $1 and step = $2";
    let began: Option<(Option<i64>,)> = tx.maybe(sql, args![session, item]).await?;
    Ok(began.and_then(|(ms,)| ms).map_or(0, |ms| (now_ms - ms).max(0) / 1_000))
}

#[derive(Clone, Copy)]
struct HelpContext {
    person: i64,
    item: i64,
    course: i64,
    session: Option<i64>,
    /// `false` if the session makes the call by itself.
    is_own: bool,
}

async fn insert(
    tx: &mut Tx,
    at: HelpContext,
    new: &NewHelpRequest,
    seconds: i64,
    now_ms: i64,
) -> Result<(Option<RequestReceipt>, Vec<NewEvent>)> {
    let HelpContext { person, item, course, session, is_own } = at;
    let sql = "select count(*) from help_requests where person = $1 and item = $2 and status <> 'WITHDRAWN'";
    let (before,): (i64,) = tx.one(sql, args![person, item]).await?;
    let sql = "insert into help_requests
            (created_ms, person, item, session, kind, is_own, context, language, stuck_seconds, status)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'ANALYZING') on conflict do nothing returning id";
    let kind = new.kind;
    let language = new.language.map(Language::tag);
    let args = args![now_ms, person, item, session, kind.word(), is_own, &new.context, language, seconds];
    let Some((request,)) = tx.maybe::<(i64,)>(sql, args).await? else { return Ok((None, Vec::new())) };
    let (instructor,) = tx.one("select instructor from courses where id = $1", args![course]).await?;
    if kind == HelpKind::Manual {
        notifications::notify_once(tx, instructor, NotificationKind::HelpRequest, person, request, now_ms).await?;
    }
    let position = position(tx, session, request).await?;
    let urgent = is_urgent(before, seconds);
    let happened = [
        Event::StudentHelpRequest { person, item, request, kind, seconds, urgent },
        Event::HelpPosition { person, request, position },
    ];
    let about = |event| NewEvent { session, course, at_ms: now_ms, event };
    let events = happened.into_iter().filter(|e| e.is_logged() || kind == HelpKind::Manual).map(about).collect();
    Ok((Some(RequestReceipt { request, status: HelpStatus::Analyzing.word().into(), position }), events))
}

/// Checks whether the instructor should go there soon: it is at least the person's second call on the step, or they have
/// waited for two minutes.
pub(super) fn is_urgent(asked_before: i64, waited_s: i64) -> bool {
    asked_before > 0 || waited_s >= URGENT_AFTER_S
}

/// Makes a call for a student who is stuck: once per session, step and person, and never more than `AUTO_MAX_OPEN` open
/// ones per step.
pub(super) async fn ask_for(
    tx: &mut Tx,
    session: &StuckStep,
    student: StuckStudent,
    now_ms: i64,
) -> Result<Vec<NewEvent>> {
    let StuckStudent { person, seconds, language } = student;
    let sql =
        format!("select count(*) from help_requests where session = $1 and item = $2 and kind = 'AUTO' and {IS_OPEN}");
    if tx.one::<(i64,)>(sql, args![session.id, session.step]).await?.0 >= AUTO_MAX_OPEN {
        return Ok(Vec::new());
    }
    let new = NewHelpRequest {
        item: session.step,
        kind: HelpKind::Auto,
        context: "{}".into(),
        language,
        stuck_seconds: Some(seconds),
        in_session: None,
    };
    let StuckStep { id, course, step: item } = *session;
    let place = HelpContext { person, item, course, session: Some(id), is_own: false };
    Ok(insert(tx, place, &new, seconds, now_ms).await?.1)
}

/// Session and step on which someone is stuck.
#[derive(Clone, Copy)]
pub struct StuckStep {
    pub id: i64,
    pub course: i64,
    pub step: i64,
}

/// Person who takes too long for the step.
#[derive(Clone, Copy)]
pub struct StuckStudent {
    pub person: i64,
    pub seconds: i64,
    /// Language of their phone.
    pub language: Option<Language>,
}

/// Counts the open calls of the session up to this one, itself included; 0 outside of a session.
async fn position(tx: &mut Tx, session: Option<i64>, request: i64) -> Result<i64> {
    let sql = format!("select count(*) from help_requests where session = $1 and id <= $2 and {IS_OPEN}");
    Ok(tx.one::<(i64,)>(sql, args![session, request]).await?.0)
}

/// Makes the events with the new positions of the calls that wait behind a settled one.
async fn position_events(
    tx: &mut Tx,
    session: Option<i64>,
    course: i64,
    behind: i64,
    at_ms: i64,
) -> Result<Vec<NewEvent>> {
    let sql =
        format!("select id, person, kind from help_requests where session = $1 and {IS_OPEN} order by id limit $2");
    let waiting: Vec<(i64, i64, String)> = tx.all(sql, args![session, POSITIONS_MAX_REQUESTS]).await?;
    Ok(waiting
        .into_iter()
        .zip(1..)
        .filter(|((id, _, kind), _)| *id > behind && kind == HelpKind::Manual.word())
        .map(|((request, person, _), position)| Event::HelpPosition { person, request, position })
        .map(|event| NewEvent { session, course, at_ms, event })
        .collect())
}

/// Withdraws the open calls that a session made by itself, when its step changes or the session ends: nobody needs them
/// then.
pub(super) async fn withdraw_auto(tx: &mut Tx, at: &Session, now_ms: i64) -> Result<Vec<NewEvent>> {
    let sql = format!(
        "update help_requests set status = 'WITHDRAWN' where session = $1 and kind = 'AUTO' and {IS_OPEN}
        returning id, person, item"
    );
    let withdrawn = tx.all(sql, args![at.id]).await?;
    closing_events(tx, Some(at.id), at.course, HelpStatus::Withdrawn, withdrawn, now_ms).await
}

/// Withdraws the open calls of someone who has no part in the session any more: removed, or merged into another person. Pictures of
/// their other calls are removed, too. The caller holds the session.
pub(super) async fn withdraw_all_of(tx: &mut Tx, at: &Session, person: i64, now_ms: i64) -> Result<Vec<NewEvent>> {
    let sql = format!(
        "update help_requests set status = 'WITHDRAWN', context = '{{}}' where session = $1 and person = $2 and {IS_OPEN}
        returning id, person, item"
    );
    let withdrawn = tx.all(sql, args![at.id, person]).await?;
    discard_all_of(tx, person, Some(at.id)).await?;
    closing_events(tx, Some(at.id), at.course, HelpStatus::Withdrawn, withdrawn, now_ms).await
}

/// Closes the open calls of a person at a step that they have finished: their own are resolved, and those that the session
/// made for them are withdrawn. A person who still needs help must call again.
pub(super) async fn close_at_finished_step(
    tx: &mut Tx,
    course: i64,
    item: i64,
    person: i64,
    now_ms: i64,
) -> Result<Vec<NewEvent>> {
    let open = format!("select session from help_requests where person = $1 and item = $2 and {IS_OPEN}");
    if tx.all::<(Option<i64>,)>(open.clone(), args![person, item]).await?.is_empty() {
        return Ok(Vec::new());
    }
    tx.hold_where(HeldTable::Sessions, &format!("id in ({open})"), args![person, item]).await?;
    let mut events = Vec::new();
    for (kind, status) in [(HelpKind::Manual, HelpStatus::Resolved), (HelpKind::Auto, HelpStatus::Withdrawn)] {
        let sql = format!(
            "update help_requests set status = $4 where person = $1 and item = $2 and kind = $3 and {IS_OPEN}
            returning id, person, item, session"
        );
        let closed: Vec<(i64, i64, i64, Option<i64>)> =
            tx.all(sql, args![person, item, kind.word(), status.word()]).await?;
        for (id, person, item, session) in closed {
            events.extend(closing_events(tx, session, course, status, vec![(id, person, item)], now_ms).await?);
        }
    }
    Ok(events)
}

/// Makes the events of closed calls: one for each, and the new positions of the calls behind them. Nobody needs the pictures of
/// withdrawn ones any more.
async fn closing_events(
    tx: &mut Tx,
    session: Option<i64>,
    course: i64,
    status: HelpStatus,
    rows: Vec<(i64, i64, i64)>,
    at_ms: i64,
) -> Result<Vec<NewEvent>> {
    let Some(first) = rows.iter().map(|(id, ..)| *id).min() else { return Ok(Vec::new()) };
    if status == HelpStatus::Withdrawn {
        discard(tx, &rows.iter().map(|(id, ..)| *id).collect::<Vec<_>>()).await?;
    }
    let mut events: Vec<NewEvent> = rows
        .into_iter()
        .map(|(request, person, item)| Event::HelpUpdated { person, item, request, status })
        .map(|event| NewEvent { session, course, at_ms, event })
        .collect();
    events.extend(position_events(tx, session, course, first, at_ms).await?);
    Ok(events)
}

row! {
    #[derive(Debug, Clone)]
    pub struct HelpRequest {
        pub id: i64,
        pub created_ms: i64,
        pub person: i64,
        pub item: i64,
        pub session: Option<i64>,
        pub kind: String,
        pub context: String,
        pub language: Option<String>,
        pub stuck_seconds: i64,
        pub status: String,
        pub diagnosis: Option<String>,
        pub confidence: Option<f64>,
        pub acked_ms: Option<i64>,
        /// The one of the session's staff who goes to the student.
        pub claimed_by: Option<i64>,
        pub claimed_name: Option<String>,
        pub claimed_ms: Option<i64>,
        pub course: i64,
        pub instructor: i64,
    }
}

pub(super) const REQUEST: &str = "select h.id, h.created_ms, h.person, h.item, h.session, h.kind, h.context,
    h.language, h.stuck_seconds, h.status, h.diagnosis, h.confidence, h.acked_ms, h.claimed_by, a.name as claimed_name,
    h.claimed_ms, c.id as course, c.instructor
    from help_requests h left join people a on a.id = h.claimed_by join items i on i.id = h.item join units u on u.id = i.unit join courses c on c.id = u.course";

/// The requests `h` for help in course `$1`.
pub(super) const HELP_OF_COURSE: &str =
    "from help_requests h join items i on i.id = h.item join units u on u.id = i.unit
    where u.course = $1";
/// The condition for requests `h` that people made themselves: not those made automatically, not those taken back, and
/// not those of people who were removed from the session.
pub(super) const OWN_CALL: &str = "h.kind = 'MANUAL' and h.status <> 'WITHDRAWN' and not exists (
    select 1 from participants x where x.session = h.session and x.person = h.person and x.removed_ms is not null)";

pub(super) async fn by_id(tx: &mut Tx, id: i64) -> Result<HelpRequest> {
    tx.maybe(format!("{REQUEST} where h.id = $1"), args![id]).await?.ok_or(Error::NotFound(Noun::HelpRequest))
}

/// Reads a call and holds its row, so that two changes at once are written one after the other. Holds the session of the
/// call first, in the same order as the instructor's commands, so that a command and an answer at once never wait for each
/// other in a circle.
pub(super) async fn hold(tx: &mut Tx, id: i64) -> Result<HelpRequest> {
    if let Some(session) = by_id(tx, id).await?.session {
        tx.hold(HeldTable::Sessions, session).await?;
    }
    tx.hold(HeldTable::HelpRequests, id).await?;
    by_id(tx, id).await
}

fn is_open(request: &HelpRequest) -> bool {
    matches!(HelpStatus::parse(&request.status), Some(HelpStatus::Analyzing | HelpStatus::Escalated))
}

/// Tells whether the caller leads the course of a call, or has a role in its session.
pub(super) async fn assists(tx: &mut Tx, caller: &Caller, request: &HelpRequest) -> Result<bool> {
    match request.session {
        _ if rights::leads(tx, caller, request.course, request.instructor).await? => Ok(true),
        Some(session) => Ok(sessions::given_role_in(tx, caller, session).await?.is_some()),
        None => Ok(false),
    }
}

/// Fails unless the caller may answer a call. To another instructor the call does not exist.
pub(super) async fn must_assist(tx: &mut Tx, caller: &Caller, request: &HelpRequest) -> Result<()> {
    if assists(tx, caller, request).await? {
        return Ok(());
    }
    caller.must_be_staff()?;
    Err(Error::NotFound(Noun::HelpRequest))
}
