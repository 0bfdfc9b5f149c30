//! Live sessions and their participants.

use serde::Serialize;
use serde_json::value::RawValue;

use super::{Pagination, PersonRef, StepGuide, TitleRef};
use crate::event::Timer;
use crate::school::logins::TICKET_FOR_MS;
use crate::school::names::PersonName;
use crate::school::outline::Item;
use crate::school::sessions::codes::{Invitation, SessionPreview};
use crate::school::sessions::control::SessionChanges;
use crate::school::sessions::identity::NameConflict;
use crate::school::sessions::joining::{Guest, Joined, Participant};
use crate::school::sessions::state::{
    ActiveParticipation, ActiveSessions, AssistedSessionListed, Attendee, CurrentState, participant_status,
};
use crate::school::sessions::{NewLiveSession, Session, SessionStatus, SessionWithCount};
use crate::surfaces::keys::*;
use crate::surfaces::language::translate;

use super::people::{LevelWord, LoggedIn};

body! {
    #[schema(example = json!({"title": "2025-10-28 오전반", "scheduled_at": "2025-10-28T10:00:00Z"}))]
    pub struct NewSession for NewLiveSession;
    optional {
        title: Option<Name> => title,
        scheduled_at: Option<Instant> => scheduled_ms,
        /// The class; the lecture's default class when left out
        class_id: Option<i64> => class,
        /// The number of the meeting (회차); the next one when left out
        session_number: Option<Within<1, 1_000>> => number,
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Door {
    Open,
    Closed,
}

body! {
    #[schema(example = json!({"door": "CLOSED"}))]
    pub struct ChangeSession for SessionChanges;
    optional {
        title: Option<Name> => title,
        scheduled_at: Patch<Instant> => scheduled_ms,
        door: Option<Door> => open = door.map(|door| door == Door::Open),
    }
}

answer! {
    #[schema(example = json!({"session_id": 1, "session_code": "482173", "title": "2025-10-28 오전반",
        "qr_code_url": "http://192.168.0.10:8080/qr/482173.png?k=q7Zk2mXw0aE",
        "join_url": "http://192.168.0.10:8080/j/482173?k=q7Zk2mXw0aE",
        "status": "WAITING", "door": "OPEN", "class_id": 1, "session_number": 1, "lecture": {"id": 1, "title": "카카오톡 기초"},
        "scheduled_at": "2025-10-28T10:00:00Z", "started_at": null, "ended_at": null,
        "created_at": "2025-10-28T09:50:00Z"}))]
    pub struct SessionMade from (Session, &str) as (s, public_url) {
        session_id: i64 = s.id,
        /// The picture of `join_url`
        qr_code_url: String = format!("{public_url}/qr/{}.png?k={}", s.code, s.key),
        /// The address in the QR; it contains the key, with which no limit on codes applies
        join_url: String = s.join_url(public_url),
        /// Six digits, or seven, for typing
        session_code: String = s.code,
        title: String = s.title,
        status: String = s.status,
        door: String = s.door,
        class_id: i64 = s.class,
        session_number: Option<i64> = s.number,
        lecture: TitleRef = (s.course, s.lecture_title).into(),
        scheduled_at: Option<Instant> = s.scheduled_ms.map(Instant),
        started_at: Option<Instant> = s.started_ms.map(Instant),
        ended_at: Option<Instant> = s.ended_ms.map(Instant),
        created_at: Instant = Instant(s.created_ms),
    }

    pub struct SessionListed from (SessionWithCount, &str) as (l, public_url) {
        #[serde(flatten)]
        session: SessionMade = (l.session, public_url).into(),
        participant_count: i64 = l.participants,
    }

    pub struct Sessions from (Page<SessionWithCount>, &str) as (page, public_url) {
        pagination: Pagination = Pagination::from(&page),
        results: Vec<SessionListed> = page.rows.into_iter().map(|row| (row, public_url).into()).collect(),
    }

    #[schema(example = json!({"id": 1, "title": "카카오톡 기초", "description": "카카오톡 사용법을 배웁니다"}))]
    pub struct LectureBrief from &Session as s {
        id: i64 = s.course,
        title: String = s.lecture_title.clone(),
        description: String = s.lecture_description.clone(),
    }

    pub struct SessionFound from SessionPreview as found {
        session_id: i64 = found.session.id,
        lecture: LectureBrief = LectureBrief::from(&found.session),
        session_code: String = found.session.code,
        title: String = found.session.title,
        status: String = found.session.status,
        door: String = found.session.door,
        instructor: PersonRef = (found.session.instructor, found.session.instructor_name).into(),
        participant_count: i64 = found.participants,
        scheduled_at: Option<Instant> = found.session.scheduled_ms.map(Instant),
    }
}

// Joining.

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"user_id": 1}))]
pub struct Join {
    /// The caller's own id; may be left out
    pub user_id: Option<i64>,
}

query! {
    /// The key of the QR, for those who scanned it.
    pub struct QrKey {
        /// The key from the QR; with it no limit on codes applies
        k: Option<SearchText>,
    }
}

impl QrKey {
    pub fn invites(self, code: String) -> Invitation {
        Invitation { code, key: self.k.map(|k| k.0) }
    }
}

body! {
    #[schema(example = json!({"name": "김순자", "age": 72, "digital_level": "BEGINNER"}))]
    pub struct GuestJoin for Guest;
    needed { name: Name => name, }
    optional {
        age: Option<Age> => age,
        digital_level: Option<LevelWord> => digital_level,
        /// The treatment of a name that a guest of the session has exactly: OTHER (the default) joins as another person, ASK is
        /// refused with NAME_IS_HERE, SAME joins and asks the instructor to merge the two
        if_name_is_here: Option<NameConflictWord> => if_name_is_here
            = if_name_is_here.plain().unwrap_or(NameConflict::Other),
    }
}

words!(pub enum NameConflictWord for NameConflict { Ask, Same, Other });

answer! {
    #[schema(example = json!({"participant_id": 100, "session_id": 1, "user_id": 1, "status": "WAITING",
        "joined_at": "2025-10-28T09:55:00Z", "message": "대기실에 입장했습니다. 강사가 수업을 시작할 때까지 기다려주세요."}))]
    pub struct ParticipantJoined from &Joined as j
    let message = match SessionStatus::parse(&j.status) {
        Some(SessionStatus::InProgress) => "수업에 입장했습니다. 지금 하고 있는 단계부터 함께하시면 됩니다.",
        Some(SessionStatus::Paused) => "수업에 입장했습니다. 지금은 잠시 쉬는 시간입니다.",
        Some(SessionStatus::Review) => "수업은 끝났습니다. 배운 내용을 천천히 복습하실 수 있습니다.",
        _ => "대기실에 입장했습니다. 강사가 수업을 시작할 때까지 기다려주세요.",
    };
    {
        participant_id: i64 = j.participant.id,
        session_id: i64 = j.participant.session,
        user_id: i64 = j.participant.person,
        status: String = participant_status(&j.status, j.participant.left_ms.is_some() && !j.is_new).into(),
        joined_at: Instant = Instant(j.participant.joined_ms),
        message: String = translate(message).into(),
    }

    pub struct GuestJoined from (LoggedIn, ParticipantJoined) as (login, participant) {
        #[serde(flatten)]
        login: LoggedIn = login,
        participant: ParticipantJoined = participant,
    }

    #[schema(example = json!({"participant_id": 100, "session_id": 1, "user_id": 1, "status": "LEFT",
        "left_at": "2025-10-28T10:55:00Z"}))]
    pub struct ParticipantLeft from Participant as p {
        participant_id: i64 = p.id,
        session_id: i64 = p.session,
        user_id: i64 = p.person,
        status: String = if p.removed_ms.is_some() { "REMOVED" } else { "LEFT" }.into(),
        left_at: Option<Instant> = p.removed_ms.or(p.left_ms).map(Instant),
    }

    #[schema(example = json!({"user_id": 1, "name": "김학생", "email": "student1@example.com", "guest": false,
        "status": "WAITING", "connected": true, "joined_at": "2025-10-28T09:55:00Z"}))]
    pub struct ParticipantListed from (Attendee, &Session, bool) as (a, session, is_here) {
        user_id: i64 = a.person,
        name: String = a.name,
        email: Option<String> = a.email,
        guest: bool = a.guest,
        status: String = participant_status(&session.status, a.left_ms.is_some()).into(),
        connected: bool = is_here,
        joined_at: Instant = Instant(a.joined_ms),
    }

    pub struct Participants from (i64, Vec<ParticipantListed>) as (session, participants) {
        session_id: i64 = session,
        total_count: i64 = participants.len() as i64,
        participants: Vec<ParticipantListed> = participants,
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"name": "김순자 (앞줄)"}))]
pub struct Rename {
    pub name: Name,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"into": 2}))]
pub struct Merge {
    /// The participant who stays
    pub into: i64,
}

answer! {
    #[schema(example = json!({"user_id": 2, "into": 1}))]
    pub struct MergeResult from (i64, i64) as (person, other) {
        /// The participant who was merged
        user_id: i64 = person,
        into: i64 = other,
    }

    #[schema(example = json!({"user_id": 1, "name": "김순자 (앞줄)"}))]
    pub struct Renamed from PersonName as p { user_id: i64 = p.id, name: String = p.name }

    #[schema(example = json!({"user_id": 1, "url": "http://192.168.0.10:8080/j/482173?k=q7Zk2mXw0aE#t=31.0.b25seSBvbmNl",
        "qr_svg": "<svg …>", "expires_in_seconds": 600}))]
    pub struct Reentry from (i64, String, String) as (person, link, picture) {
        user_id: i64 = person,
        /// Opens the session as this person, once, within ten minutes
        url: String = link,
        /// The same address as a picture, drawn by this server, so that no other one sees the ticket
        qr_svg: String = picture,
        expires_in_seconds: i64 = TICKET_FOR_MS / 1_000,
    }

    /// How long everyone has for something.
    #[schema(example = json!({"ends_at": "2025-10-28T10:08:00Z", "seconds": 180, "left_ms": 171000}))]
    pub struct TimerShown from (Timer, i64) as (timer, now_ms) {
        ends_at: Instant = Instant(timer.ends_ms),
        /// How long it was set for
        seconds: i64 = timer.seconds,
        /// The time left at this moment, for devices whose clock is wrong; 0 when it is over
        left_ms: i64 = (timer.ends_ms - now_ms).max(0),
    }

    pub struct Current from CurrentState as s
    let timer = s.state.session.timer().map(|timer| (timer, s.state.now_ms).into());
    {
        session_id: i64 = s.state.session.id,
        status: String = s.state.session.status,
        current_subtask: Option<StepGuide> = s.state.step.as_ref().map(StepGuide::from),
        started_at: Option<Instant> = s.state.session.started_ms.map(Instant),
        active_participants: i64 = s.active,
        timer: Option<TimerShown> = timer,
        instructor_message: Option<String> = s.state.session.message,
        /// The participant whom the caller claims to be, until the instructor has decided
        same_as: Option<i64> = s.same_as,
    }

    pub struct ActiveSession from ActiveParticipation as a {
        session_id: i64 = a.session.id,
        session_code: String = a.session.code,
        lecture: TitleRef = (a.session.course, a.session.lecture_title).into(),
        status: String = a.session.status,
        current_subtask: Option<TitleRef> = a.step.as_ref().map(TitleRef::from),
        my_status: String = a.status.into(),
        joined_at: Instant = Instant(a.joined_ms),
    }

    /// An open session in which the caller has a role beside its instructor.
    #[schema(example = json!({"session_id": 1, "session_code": "482173", "title": "2025-10-28 오전반",
        "lecture": {"id": 1, "title": "카카오톡 기초"}, "status": "IN_PROGRESS", "my_role": "HELPER",
        "joined_at": "2025-10-28T09:55:00Z"}))]
    pub struct AssistedLine from AssistedSessionListed as a {
        session_id: i64 = a.session.id,
        session_code: String = a.session.code,
        title: String = a.session.title,
        lecture: TitleRef = (a.session.course, a.session.lecture_title).into(),
        status: String = a.session.status,
        /// HELPER or HOST
        my_role: String = a.role,
        joined_at: Instant = Instant(a.joined_ms),
    }

    pub struct MyActive from ActiveSessions as a {
        /// The session joined last; without one, the newest of `assisted`, with HELPER or HOST in `my_status`
        active_session: ActiveSession = a.newest.into(),
        /// All open sessions that the caller helps in or leads for a colleague
        assisted: Vec<AssistedLine> = each(a.assisted),
    }

    /// The caller is in no open session.
    pub struct NoneActive from () as _ {
        #[schema(value_type = Option<Object>)]
        active_session: Option<()> = None,
        message: &'static str = translate("참가 중인 활성 세션이 없습니다"),
    }
}

query! {
    pub struct EventsQuery {
        /// Only the events after this `seq`
        after: Option<Within<0, { i64::MAX }>>,
        /// The greatest number of events (1000)
        limit: Option<Within<1, 1000>>,
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"seq": 3, "prev": 1, "type": "step_changed", "data": {"previous_subtask_id": 1000},
    "at": "2025-10-28T10:05:00Z"}))]
pub struct EventLine {
    pub seq: i64,
    pub prev: i64,
    pub r#type: String,
    #[schema(value_type = Object)]
    pub data: Box<RawValue>,
    pub at: Instant,
}

answer! {
    pub struct Events from (Vec<EventLine>, i64) as (lines, newest) { events: Vec<EventLine> = lines, last_seq: i64 = newest }

    #[schema(example = json!({"subtask_id": 1001, "notes": "안경을 찾으시도록 잠시 기다리기"}))]
    pub struct NotesLine from Item as i { subtask_id: i64 = i.id, notes: String = i.notes.unwrap_or_default() }

    pub struct Notes from (i64, Vec<Item>) as (session, noted) {
        session_id: i64 = session,
        /// Of the steps that have any
        notes: Vec<NotesLine> = each(noted),
    }

    pub struct Steps from (i64, Vec<Item>) as (session, steps) {
        session_id: i64 = session,
        subtasks: Vec<StepGuide> = steps.iter().map(StepGuide::from).collect(),
    }
}
