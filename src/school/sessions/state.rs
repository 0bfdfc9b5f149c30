//! Current state of a session, and what has happened in it.

use std::collections::HashMap;

use super::{
    Session, SessionStatus, by_id, by_ids, find_assisted, find_followed, find_taught, find_taught_to_read, identity,
    presence, role_in, screens,
};
use crate::app::School;
use crate::db::{Tx, args, row};
use crate::error::{Error, Result};
use crate::event::{AnswerValue, PublishedEvent, StaffRole};
use crate::live::presence::{PresentPerson, StepSpan};
use crate::live::{LogRange, log};
use crate::school::names::{Names, namesakes_of};
use crate::school::outline::{self, Item};
use crate::school::rights::{Caller, Role};
use crate::school::step_questions::{self, QuestionState};

const TIMELINE_MAX_EVENTS: i64 = 1_000;
/// Sessions in which one has a role that are listed.
const ASSISTED_MAX: i64 = 20;

#[derive(Debug, Clone)]
pub struct SessionState {
    pub session: Session,
    pub step: Option<Item>,
    /// The question of that step, and what came of it.
    pub question: Option<QuestionState>,
    pub participants: i64,
    pub my_status: &'static str,
    pub now_ms: i64,
}

/// State of a session, with the number of people present.
#[derive(Debug, Clone)]
pub struct CurrentState {
    pub state: SessionState,
    pub active: i64,
    /// Participant whom the caller says to be, until the instructor has decided.
    pub same_as: Option<i64>,
}

/// State of one student in their session.
#[derive(Debug, Clone)]
pub struct OwnState {
    /// The current step of the session.
    pub step: Option<i64>,
    /// Progress in that step.
    pub status: String,
    pub done_ms: Option<i64>,
    pub open_help: Option<i64>,
    /// Name of the one who goes there because of that call.
    pub helper_name: Option<String>,
    /// Attendance mark for the meeting that this session is.
    pub mark: Option<String>,
    /// Their answer to the question of the current step.
    pub answer: Option<AnswerValue>,
}

row! {
    #[derive(Debug, Clone)]
    pub struct Attendee {
        pub person: i64,
        pub name: String,
        /// Number among the people of this name in the course, counted from 1.
        pub namesake: i64,
        pub email: Option<String>,
        pub guest: bool,
        pub joined_ms: i64,
        pub left_ms: Option<i64>,
        /// The kind of their phone, if it has told.
        pub phone: Option<String>,
        pub step_status: Option<String>,
        pub open_help: Option<i64>,
        /// Whether the student made an open call themselves, and not only the session for them.
        pub called: bool,
        /// The one who goes there because of a call: all open calls of a person in a session have one.
        pub helper: Option<i64>,
        pub helper_name: Option<String>,
        pub last_active_ms: Option<i64>,
        pub flagged: bool,
        /// Person whom they say to be, until the instructor has decided.
        pub same_as: Option<i64>,
    }
}

pub async fn participant_count(tx: &mut Tx, session: i64) -> Result<i64> {
    let sql = "select count(*) from participants where session = $1 and removed_ms is null and left_ms is null";
    Ok(tx.one::<(i64,)>(sql, args![session]).await?.0)
}

async fn session_state(tx: &mut Tx, session: Session, my_status: &'static str, now_ms: i64) -> Result<SessionState> {
    let step = match session.step {
        Some(id) => outline::item_by_id(tx, id).await.ok(),
        None => None,
    };
    let question = match &step {
        Some(step) => step_questions::results::of_step(tx, session.id, step).await?,
        None => None,
    };
    let participants = participant_count(tx, session.id).await?;
    Ok(SessionState { session, step, question, participants, my_status, now_ms })
}

/// Derives the status of a participant from the status of the session.
pub fn participant_status(session_status: &str, left: bool) -> &'static str {
    match SessionStatus::parse(session_status) {
        _ if left => "LEFT",
        Some(SessionStatus::Waiting) | None => "WAITING",
        Some(SessionStatus::InProgress | SessionStatus::Paused) => "ACTIVE",
        Some(SessionStatus::Review) => "REVIEW",
    }
}

pub async fn current(app: &School, caller: &Caller, session: i64) -> Result<CurrentState> {
    let mut tx = app.db.read().await?;
    let session = find_followed(&mut tx, caller, session, app.now_ms()).await?;
    let status = participant_status(&session.status, false);
    let state = session_state(&mut tx, session, status, app.now_ms()).await?;
    let same_as = identity::claimed_guest(&mut tx, state.session.id, caller.id).await?;
    drop(tx);
    let active = presence::count(app, state.session.id).await?;
    Ok(CurrentState { state, active, same_as })
}

/// Everyone who joined a session and was not removed, and those of them who are present.
pub struct Roster {
    pub attendees: Vec<Attendee>,
    pub present: HashMap<i64, PresentPerson>,
}

pub async fn participants(app: &School, caller: &Caller, session: i64) -> Result<(Session, Roster)> {
    let mut tx = app.db.read().await?;
    let session = find_taught_to_read(&mut tx, caller, session).await?;
    let attendees = attendees(&mut tx, &session).await?;
    drop(tx);
    let present = presence::people_in(app, session.id).await?;
    Ok((session, Roster { attendees, present }))
}

/// Reads all participants who were not removed, with their progress in the current step: one pass over the session's log
/// and one over its participants.
async fn attendees(tx: &mut Tx, session: &Session) -> Result<Vec<Attendee>> {
    let sql = format!(
        "with log as (
            select person, max(at_ms) as last_ms,
                max(case when type = 'student_stuck' and seq > $2 then 1 else 0 end) as flag
            from session_events where session = $1 and person is not null group by person),
        help as (
            select person, max(case when kind = 'MANUAL' then id end) as own, max(id) as id, max(claimed_by) as helper
            from help_requests
            where session = $1 and status in ('ANALYZING', 'ESCALATED') group by person)
        select p.person, q.name, coalesce(n.nth, 1) as namesake, q.email, q.guest, p.joined_ms, p.left_ms, p.phone, p.same_as, ip.status as step_status,
            coalesce(help.own, help.id) as open_help, help.own is not null as called,
            a.id as helper, a.name as helper_name, log.last_ms as last_active_ms,
            coalesce(log.flag, 0) = 1 and coalesce(ip.status, '') <> 'COMPLETED' as flagged
        from participants p join people q on q.id = p.person
        left join item_progress ip on ip.enrollment = p.enrollment and ip.item = $3
            and (ip.status <> 'COMPLETED' or ip.done_ms >= $4)
        left join log on log.person = p.person
        left join help on help.person = p.person
        left join people a on a.id = help.helper
        left join ({}) n on n.person = p.person
        where p.session = $1 and p.removed_ms is null order by p.id",
        namesakes_of("select person from participants where session = $1", "k.course = $5")
    );
    let args = args![session.id, session.step_seq, session.step, session.started_ms.unwrap_or(0), session.course];
    tx.all(sql, args).await
}

pub struct ActiveParticipation {
    pub session: Session,
    pub step: Option<Item>,
    pub status: &'static str,
    pub joined_ms: i64,
}

/// An open session in which the caller has a role beside its instructor.
pub struct AssistedSessionListed {
    pub session: Session,
    pub role: String,
    pub joined_ms: i64,
}

pub struct ActiveSessions {
    pub newest: ActiveParticipation,
    pub assisted: Vec<AssistedSessionListed>,
}

/// Finds the open session that the caller is in, the one joined last if there are several, and all open sessions in which they
/// have a role. Who is in none has the last of those.
pub async fn my_active(app: &School, caller: &Caller) -> Result<Option<ActiveSessions>> {
    let mut tx = app.db.read().await?;
    let assisted = assisted_by(&mut tx, caller).await?;
    let sql = "select p.session, p.joined_ms from participants p join live_sessions s on s.id = p.session
        where p.person = $1 and p.left_ms is null and p.removed_ms is null and s.status <> 'REVIEW_MODE'
        order by p.joined_ms desc, p.id desc limit 1";
    let (session, status, joined_ms) = match tx.maybe::<(i64, i64)>(sql, args![caller.id]).await? {
        Some((id, joined_ms)) => {
            let session = by_id(&mut tx, id).await?;
            let status = participant_status(&session.status, false);
            (session, status, joined_ms)
        }
        None => match assisted.first() {
            Some(one) => {
                let role = StaffRole::parse(&one.role).unwrap_or(StaffRole::Helper);
                (one.session.clone(), role.word(), one.joined_ms)
            }
            None => return Ok(None),
        },
    };
    let seen = session_state(&mut tx, session, status, app.now_ms()).await?;
    let newest = ActiveParticipation { session: seen.session, step: seen.step, status, joined_ms };
    Ok(Some(ActiveSessions { newest, assisted }))
}

/// Lists the open sessions in which the caller has a role, the newest role first.
async fn assisted_by(tx: &mut Tx, caller: &Caller) -> Result<Vec<AssistedSessionListed>> {
    let sql = "select f.session, f.role, f.joined_ms from session_staff f join live_sessions s on s.id = f.session
        where f.person = $1 and f.ended_ms is null and (f.by_key or $2) and s.status <> 'REVIEW_MODE'
        order by f.joined_ms desc, f.session desc limit $3";
    let args = args![caller.id, caller.role != Role::Student, ASSISTED_MAX];
    let roles: Vec<(i64, String, i64)> = tx.all(sql, args).await?;
    let mut sessions = by_ids(tx, &roles.iter().map(|(session, ..)| *session).collect::<Vec<_>>()).await?;
    let listed = roles.into_iter().filter_map(|(session, role, joined_ms)| {
        let session = sessions.remove(&session)?;
        Some(AssistedSessionListed { session, role, joined_ms })
    });
    Ok(listed.collect())
}

pub struct Timeline {
    pub events: Vec<PublishedEvent>,
    pub names: Names,
    pub last_seq: i64,
}

/// Reads the timeline of a session after an event. Students get only the events for students.
pub async fn timeline(app: &School, caller: &Caller, session: i64, after: i64, limit: Option<i64>) -> Result<Timeline> {
    let mut tx = app.db.read().await?;
    let session = find_followed(&mut tx, caller, session, app.now_ms()).await?;
    let limit = limit.unwrap_or(TIMELINE_MAX_EVENTS).clamp(1, TIMELINE_MAX_EVENTS);
    let role = if caller.teaches(session.instructor) {
        Some(StaffRole::Host)
    } else {
        role_in(&mut tx, caller, &session).await?
    };
    let students_only = role.is_none();
    let until = newest_event(&session, students_only);
    let events = log::read(&mut tx, session.id, session.course, (after, until), students_only, limit).await?;
    let mut names = Names::of(&mut tx, &events).await?;
    if role == Some(StaffRole::Helper) {
        names = names.without_contacts();
    }
    Ok(Timeline { events, names, last_seq: session.last_seq })
}

/// Reads all steps of the session's course, so that a participant can go through them again at their own pace.
pub async fn steps(app: &School, caller: &Caller, session: i64) -> Result<Vec<Item>> {
    let mut tx = app.db.read().await?;
    let session = find_followed(&mut tx, caller, session, app.now_ms()).await?;
    outline::steps(&mut tx, session.course).await
}

/// Reads the steps of the session's course about which its instructor has noted something, for those who lead it.
pub async fn noted_steps(app: &School, caller: &Caller, session: i64) -> Result<Vec<Item>> {
    let mut tx = app.db.read().await?;
    let session = find_taught(&mut tx, caller, session).await?;
    let steps = outline::steps(&mut tx, session.course).await?;
    Ok(steps.into_iter().filter(|step| step.notes.is_some()).collect())
}

/// Returns the newest event of the session's log, or the newest one for students: after it, there is nothing to read.
fn newest_event(session: &Session, students_only: bool) -> i64 {
    if students_only { session.last_student_seq } else { session.last_seq }
}

// State that a socket receives when it enters.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Student,
    Instructor,
    Helper,
}

/// Checks that the caller may connect on this side of the session. Returns whether the connection makes them present: a
/// student who has left may watch, but is not present, and neither is its staff.
pub async fn may_enter(app: &School, caller: &Caller, session: i64, side: Side) -> Result<bool> {
    let mut tx = app.db.read().await?;
    match side {
        Side::Instructor => find_taught_to_read(&mut tx, caller, session).await.map(|_| false),
        Side::Helper => find_assisted(&mut tx, caller, session).await.map(|_| false),
        Side::Student => {
            let found = by_id(&mut tx, session).await?;
            let sql = "select removed_ms is not null, left_ms is null from participants
                where session = $1 and person = $2";
            let known = tx.maybe::<(bool, bool)>(sql, args![found.id, caller.id]).await?;
            let is_shown = found.is_shown_to(&mut tx, caller, app.now_ms()).await?;
            match known {
                Some((true, _)) => Err(Error::Removed),
                Some(_) if !is_shown => Err(Error::NotAdmitted),
                Some((false, is_in)) => Ok(is_in),
                None if caller.role == Role::Student => Err(Error::NotYours),
                None => Err(Error::StudentsOnly),
            }
        }
    }
}

/// State of a session for the socket of an instructor.
pub struct InstructorState {
    pub state: SessionState,
    pub roster: Roster,
    /// Number of people whose screen shows the current step.
    pub screens: i64,
}

pub enum EntryContent {
    ForStudent(Box<SessionState>, OwnState),
    ForInstructor(Box<InstructorState>),
}

pub struct EntryState {
    pub content: EntryContent,
    /// Last event of the whole log that is included.
    pub seq: i64,
}

/// Whether a student has left the session. Fails if they were removed from it.
async fn has_left(tx: &mut Tx, session: i64, person: i64) -> Result<bool> {
    let sql = "select removed_ms is not null, left_ms is not null from participants where session = $1 and person = $2";
    match tx.one::<(bool, bool)>(sql, args![session, person]).await? {
        (true, _) => Err(Error::Removed),
        (false, left) => Ok(left),
    }
}

/// Fails if the caller has lost the right to this side of the session since their socket was opened.
pub async fn must_not_be_removed(app: &School, caller: &Caller, session: i64, side: Side) -> Result<()> {
    let mut tx = app.db.read().await?;
    if side == Side::Student {
        return has_left(&mut tx, session, caller.id).await.map(|_| ());
    }
    let session = by_id(&mut tx, session).await?;
    must_be_staff(&mut tx, caller, &session, side).await
}

/// Fails unless the caller leads the session, or helps in it and no more is needed.
async fn must_be_staff(tx: &mut Tx, caller: &Caller, session: &Session, side: Side) -> Result<()> {
    if caller.teaches(session.instructor) {
        return Ok(());
    }
    match role_in(tx, caller, session).await? {
        Some(StaffRole::Host) => Ok(()),
        Some(StaffRole::Helper) if side == Side::Helper => Ok(()),
        _ => Err(Error::Removed),
    }
}

/// Reads what a socket needs when it enters, as of one instant, so that the stream can continue after `seq` without a gap.
pub async fn enter(app: &School, caller: &Caller, session: i64, side: Side) -> Result<EntryState> {
    let mut tx = app.db.read().await?;
    let session = by_id(&mut tx, session).await?;
    let seq = session.last_seq;
    let content = match side {
        Side::Student => {
            let left = has_left(&mut tx, session.id, caller.id).await?;
            let status = participant_status(&session.status, left);
            let mine = own_state(&mut tx, &session, caller.id).await?;
            EntryContent::ForStudent(Box::new(session_state(&mut tx, session, status, app.now_ms()).await?), mine)
        }
        Side::Instructor | Side::Helper => {
            must_be_staff(&mut tx, caller, &session, side).await?;
            let mut attendees = attendees(&mut tx, &session).await?;
            let mut status = "INSTRUCTOR";
            if side == Side::Helper {
                status = StaffRole::Helper.word();
                attendees.iter_mut().for_each(|one| one.email = None);
            }
            let state = session_state(&mut tx, session, status, app.now_ms()).await?;
            drop(tx);
            EntryContent::ForInstructor(Box::new(instructor_state(app, state, attendees).await?))
        }
    };
    Ok(EntryState { content, seq })
}

/// Adds who is present. Presence is asked after the state was read: an arrival after that is also an event after its `seq`.
async fn instructor_state(app: &School, state: SessionState, attendees: Vec<Attendee>) -> Result<InstructorState> {
    let session = &state.session;
    let present = presence::people_in(app, session.id).await?;
    let span = StepSpan { room: session.id, first: session.step_seq, last: session.last_student_seq };
    // The screens of an ended session show no step.
    let is_over = session.has_status(SessionStatus::Review);
    let screens = if is_over { 0 } else { screens::count(app, session.id, &span).await? };
    Ok(InstructorState { state, roster: Roster { attendees, present }, screens })
}

/// Reads what a student has of their own in a session.
pub async fn own(app: &School, session: i64, person: i64) -> Result<OwnState> {
    let mut tx = app.db.read().await?;
    let session = by_id(&mut tx, session).await?;
    own_state(&mut tx, &session, person).await
}

/// Reads a student's progress in the current step, their open call for help and who has claimed it, and their attendance mark.
async fn own_state(tx: &mut Tx, session: &Session, person: i64) -> Result<OwnState> {
    let sql = "select coalesce(ip.status, 'NOT_STARTED'), ip.done_ms, h.id, a.name,
            (select m.type from marks m where m.enrollment = p.enrollment and m.meeting = $5),
            (select s.value from step_answers s where s.session = $1 and s.item = $3 and s.person = $2)
        from participants p left join item_progress ip on ip.enrollment = p.enrollment and ip.item = $3
            and (ip.status <> 'COMPLETED' or ip.done_ms >= $4)
        left join help_requests h on h.id = (select max(o.id) from help_requests o where o.session = $1 and o.person = $2
            and o.kind = 'MANUAL' and o.status in ('ANALYZING', 'ESCALATED'))
        left join people a on a.id = (select max(o.claimed_by) from help_requests o where o.session = $1 and o.person = $2
            and o.status in ('ANALYZING', 'ESCALATED'))
        where p.session = $1 and p.person = $2";
    let args = args![session.id, person, session.step, session.started_ms.unwrap_or(0), session.meeting];
    type Own = (String, Option<i64>, Option<i64>, Option<String>, Option<String>, Option<String>);
    let (status, done_ms, open_help, helper_name, mark, answer): Own = tx.one(sql, args).await?;
    let answer = answer.as_deref().and_then(AnswerValue::parse);
    Ok(OwnState { step: session.step, status, done_ms, open_help, helper_name, mark, answer })
}

/// Reads a part of a session's log, and the number of the last event in all of it.
pub async fn logged_events(app: &School, session: i64, range: LogRange) -> Result<(Vec<PublishedEvent>, Names, i64)> {
    let mut tx = app.db.read().await?;
    let session = by_id(&mut tx, session).await?;
    let (id, course, head) = (session.id, session.course, session.last_seq);
    let events = match range {
        LogRange::After(after) => log::read(&mut tx, id, course, (after, head), false, TIMELINE_MAX_EVENTS).await?,
        LogRange::Newest { until, limit, for_everyone } => {
            log::read_newest(&mut tx, id, course, until.unwrap_or(head), for_everyone, limit as i64).await?
        }
    };
    let names = Names::of(&mut tx, &events).await?;
    Ok((events, names, head))
}
