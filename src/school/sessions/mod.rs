//! Live sessions. A session is one meeting of a class, in which the instructor goes through the course step by step.
//!
//! WAITING --start--> IN_PROGRESS <--resume/pause--> PAUSED, and any of the three --end--> REVIEW_MODE.

pub mod codes;
pub mod control;
mod creating;
pub mod helpers;
pub mod identity;
pub mod joining;
pub mod merging;
pub mod messages;
pub mod pointing;
pub mod presence;
pub mod screens;
pub mod staff;
pub mod staff_presence;
pub mod state;
pub mod timing;

use std::collections::HashMap;

use crate::app::School;
use crate::db::{Tx, args, placeholders, row};
use crate::error::{Error, Noun, Result};
use crate::event::{StaffRole, words};
use crate::school::rights::{self, Caller, Role};
use crate::school::{Page, Window};

pub use creating::{NewLiveSession, create};

/// The rooms that the school opens. Each kind is a letter, which means the same on every node.
pub mod room {
    use crate::live::RoomKey;

    pub const SESSION: char = 's';
    /// All events of a course, for its dashboards.
    pub const BOARD: char = 'b';
    /// Calls for help that an instructor should see.
    pub const DESK: char = 'd';
    /// Messages to one person alone.
    pub const PERSON: char = 'p';

    pub fn session(id: i64) -> RoomKey {
        RoomKey { kind: SESSION, id }
    }
    pub fn board(course: i64) -> RoomKey {
        RoomKey { kind: BOARD, id: course }
    }
    pub fn desk(instructor: i64) -> RoomKey {
        RoomKey { kind: DESK, id: instructor }
    }
    pub fn person(id: i64) -> RoomKey {
        RoomKey { kind: PERSON, id }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionStatus {
    Waiting,
    InProgress,
    Paused,
    Review,
}
words!(SessionStatus { Waiting = "WAITING", InProgress = "IN_PROGRESS", Paused = "PAUSED", Review = "REVIEW_MODE" });

row! {
    #[derive(Debug, Clone)]
    pub struct Session {
        pub id: i64,
        pub course: i64,
        pub class: i64,
        pub meeting: Option<i64>,
        /// Number of the meeting (회차).
        pub number: Option<i64>,
        pub late_after_min: Option<i64>,
        pub code: String,
        pub key: String,
        pub helper_key: String,
        pub title: String,
        pub status: String,
        pub door: String,
        pub step: Option<i64>,
        pub step_ms: Option<i64>,
        pub step_seq: i64,
        pub message: Option<String>,
        pub timer_ends_ms: Option<i64>,
        pub timer_seconds: Option<i64>,
        pub scheduled_ms: Option<i64>,
        pub started_ms: Option<i64>,
        pub ended_ms: Option<i64>,
        pub created_ms: i64,
        pub last_seq: i64,
        pub last_student_seq: i64,
        pub lecture_title: String,
        pub lecture_description: String,
        /// Of the lecture; 0 is free.
        pub price: i64,
        pub instructor: i64,
        pub instructor_name: String,
    }
}

const SESSION: &str =
    "select s.id, s.course, s.class, s.meeting, t.number, c.late_after_min, s.code, s.join_key as key, s.helper_key, s.title, s.status, s.door, s.step, s.step_ms, s.step_seq,
    s.message, s.timer_ends_ms, s.timer_seconds, s.scheduled_ms, s.started_ms, s.ended_ms, s.created_ms, s.last_seq, s.last_student_seq,
    c.title as lecture_title, c.description as lecture_description, c.price, c.instructor, p.name as instructor_name
    from live_sessions s join courses c on c.id = s.course join people p on p.id = c.instructor
    left join meetings t on t.id = s.meeting";

pub(super) async fn by_id(tx: &mut Tx, id: i64) -> Result<Session> {
    tx.maybe(format!("{SESSION} where s.id = $1 and c.deleted_ms is null"), args![id])
        .await?
        .ok_or(Error::NotFound(Noun::Session))
}

/// Reads these sessions, but those of deleted courses.
async fn by_ids(tx: &mut Tx, sessions: &[i64]) -> Result<HashMap<i64, Session>> {
    if sessions.is_empty() {
        return Ok(HashMap::new());
    }
    let (marks, ids) = placeholders(sessions, 1);
    let found: Vec<Session> =
        tx.all(format!("{SESSION} where s.id in ({marks}) and c.deleted_ms is null"), ids).await?;
    Ok(found.into_iter().map(|session| (session.id, session)).collect())
}

pub struct SessionWithCount {
    pub session: Session,
    pub participants: i64,
}

pub async fn of_course(app: &School, caller: &Caller, course: i64, window: Window) -> Result<Page<SessionWithCount>> {
    let mut tx = app.db.read().await?;
    rights::find_led_course(&mut tx, caller, course).await?;
    let (total,) = tx.one("select count(*) from live_sessions where course = $1", args![course]).await?;
    let sql = format!("{SESSION} where s.course = $1 order by s.created_ms desc, s.id desc limit $2 offset $3");
    let sessions = tx.all(sql, args![course, window.limit, window.offset]).await?;
    Ok(Page { rows: with_participants(&mut tx, sessions).await?, total, window })
}

/// Lists the newest sessions of each of these courses, at most `each` of a course, all in two queries. The caller checks
/// the rights.
pub(super) async fn newest(tx: &mut Tx, courses: &[i64], each: i64) -> Result<Vec<SessionWithCount>> {
    let (marks, ids) = placeholders(courses, 2);
    let sql = format!(
        "{SESSION} where s.id in (select r.id from (
            select l.id, row_number() over (partition by l.course order by l.created_ms desc, l.id desc) as nth
            from live_sessions l where l.course in ({marks})) r where r.nth <= $1)
        order by s.created_ms desc, s.id desc"
    );
    let sessions = tx.all(sql, [args![each], ids].concat()).await?;
    with_participants(tx, sessions).await
}

/// Counts who took part in each of these sessions: also who has left, unlike `state::participant_count`, since most of the
/// sessions that are listed are over.
async fn with_participants(tx: &mut Tx, sessions: Vec<Session>) -> Result<Vec<SessionWithCount>> {
    let listed: Vec<i64> = sessions.iter().map(|session| session.id).collect();
    let (marks, ids) = placeholders(&listed, 1);
    let sql = format!(
        "select session, count(*) from participants where session in ({marks}) and removed_ms is null group by session"
    );
    let counts: HashMap<i64, i64> = tx.all::<(i64, i64)>(sql, ids).await?.into_iter().collect();
    let listed =
        |session: Session| SessionWithCount { participants: counts.get(&session.id).copied().unwrap_or(0), session };
    Ok(sessions.into_iter().map(listed).collect())
}

/// Role of a person in a session, beside its instructor. The role of a helper ends with the session.
const ROLE: &str = "select f.role from session_staff f join live_sessions s on s.id = f.session
    where f.session = $1 and f.person = $2 and f.ended_ms is null and (f.by_key or $3)
        and (f.role = 'HOST' or s.status <> 'REVIEW_MODE')";

/// Returns the role that the caller has beside the instructor of a session. A co-teacher of the course is a host of all its sessions.
pub(super) async fn role_in(tx: &mut Tx, caller: &Caller, session: &Session) -> Result<Option<StaffRole>> {
    match rights::is_co_teacher(tx, caller, session.course).await? {
        true => Ok(Some(StaffRole::Host)),
        false => given_role_in(tx, caller, session.id).await,
    }
}

/// Returns the role that the caller was given in one session. A colleague loses it with their place in the school's staff.
pub(super) async fn given_role_in(tx: &mut Tx, caller: &Caller, session: i64) -> Result<Option<StaffRole>> {
    let is_colleague = caller.role != Role::Student;
    let role: Option<(String,)> = tx.maybe(ROLE, args![session, caller.id, is_colleague]).await?;
    Ok(role.and_then(|(role,)| StaffRole::parse(&role)))
}

/// Returns the session. Fails if the caller neither leads the lessons of its course nor this one as a host while it is open.
pub(super) async fn find_taught(tx: &mut Tx, caller: &Caller, id: i64) -> Result<Session> {
    let session = find_taught_to_read(tx, caller, id).await?;
    let may_change = !session.has_status(SessionStatus::Review)
        || rights::leads(tx, caller, session.course, session.instructor).await?;
    if may_change { Ok(session) } else { Err(Error::NotYours) }
}

/// Returns the session to those who may read all that its instructor may. A host may also when it has ended.
pub(super) async fn find_taught_to_read(tx: &mut Tx, caller: &Caller, id: i64) -> Result<Session> {
    let session = by_id(tx, id).await?;
    if caller.teaches(session.instructor) {
        return Ok(session);
    }
    caller.must_be_staff()?;
    if role_in(tx, caller, &session).await? == Some(StaffRole::Host) { Ok(session) } else { Err(Error::NotYours) }
}

/// Session of which the caller is instructor, co-teacher, host or helper.
pub(super) struct AssistedSession {
    pub session: Session,
    /// Whether the caller leads it, and does not only help.
    pub is_led: bool,
}

/// Returns the session to its instructor, its hosts and its helpers. Fails for anyone else.
pub(super) async fn find_assisted(tx: &mut Tx, caller: &Caller, id: i64) -> Result<AssistedSession> {
    let session = by_id(tx, id).await?;
    if caller.teaches(session.instructor) {
        return Ok(AssistedSession { session, is_led: true });
    }
    match role_in(tx, caller, &session).await? {
        Some(role) => Ok(AssistedSession { session, is_led: role == StaffRole::Host }),
        None => Err(caller.must_be_staff().err().unwrap_or(Error::NotYours)),
    }
}

/// Returns the session to its staff and to participants who were not removed. Fails for anyone else.
pub(super) async fn find_attended(tx: &mut Tx, caller: &Caller, id: i64) -> Result<Session> {
    let session = by_id(tx, id).await?;
    if caller.teaches(session.instructor) {
        return Ok(session);
    }
    let sql = "select removed_ms is not null from participants where session = $1 and person = $2";
    match tx.maybe::<(bool,)>(sql, args![id, caller.id]).await? {
        Some((true,)) => Err(Error::Removed),
        Some((false,)) => Ok(session),
        None if role_in(tx, caller, &session).await?.is_some() => Ok(session),
        None => Err(Error::NotYours),
    }
}

/// Fails unless the person is in the session.
pub(super) async fn must_have_participant(tx: &mut Tx, session: i64, person: i64) -> Result<()> {
    let sql =
        "select id from participants where session = $1 and person = $2 and removed_ms is null and left_ms is null";
    tx.maybe::<(i64,)>(sql, args![session, person]).await?.ok_or(Error::NotFound(Noun::Participant))?;
    Ok(())
}

/// Returns the session to its staff and to participants who may read what is taught in it: of a course with a price, those
/// who are still in it. Fails for anyone else.
pub(super) async fn find_followed(tx: &mut Tx, caller: &Caller, id: i64, now_ms: i64) -> Result<Session> {
    let session = find_attended(tx, caller, id).await?;
    if session.is_shown_to(tx, caller, now_ms).await? { Ok(session) } else { Err(Error::NotAdmitted) }
}

/// Finds the open session of this course that the person joined last and is still in, and the time when it began.
pub(super) async fn find_open_session(tx: &mut Tx, course: i64, person: i64) -> Result<Option<(i64, Option<i64>)>> {
    let sql = "select s.id, s.started_ms from participants p join live_sessions s on s.id = p.session
        where p.person = $2 and s.course = $1 and s.status <> 'REVIEW_MODE' and p.left_ms is null
        and p.removed_ms is null order by p.joined_ms desc, p.id desc limit 1";
    tx.maybe(sql, args![course, person]).await
}

/// Fails if the person was removed from `session`; without `session`, if they were removed from the session of this course
/// that they joined last, unless they are in another open one. Joining an ended session to review its steps does not count.
pub(super) async fn must_not_be_removed(tx: &mut Tx, course: i64, person: i64, session: Option<i64>) -> Result<()> {
    let sql = "select p.removed_ms is not null from participants p join live_sessions s on s.id = p.session
        where s.course = $1 and p.person = $2 and ($3 is null or s.id = $3)
            and (p.removed_ms is not null or s.ended_ms is null or p.joined_ms <= s.ended_ms)
        order by case when p.removed_ms is null and p.left_ms is null and s.status <> 'REVIEW_MODE' then 0 else 1 end,
            p.id desc limit 1";
    match tx.maybe::<(bool,)>(sql, args![course, person, session]).await? {
        Some((true,)) => Err(Error::Removed),
        _ => Ok(()),
    }
}

impl Session {
    /// May the caller read what is taught in it? A free lecture asks the database nothing.
    async fn is_shown_to(&self, tx: &mut Tx, caller: &Caller, now_ms: i64) -> Result<bool> {
        Ok(self.price == 0
            || rights::may_read_contents(tx, Some(caller), self.course, now_ms).await?
            || given_role_in(tx, caller, self.id).await?.is_some())
    }

    /// Fails if the session is over.
    pub(super) fn must_be_open(&self) -> Result<()> {
        if self.has_status(SessionStatus::Review) { Err(Error::wrong_state(self.status.clone())) } else { Ok(()) }
    }

    pub fn has_status(&self, status: SessionStatus) -> bool {
        self.status == status.word()
    }
}
