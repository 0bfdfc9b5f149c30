//! Live sessions and their participants.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::{IntoParams, ToSchema};

use super::{Pagination, PersonRef, StepGuide, TitleRef};
use crate::school::sessions::codes::Invitation;
use crate::school::sessions::codes::SessionPreview;
use crate::school::sessions::joining::{Joined, Participant};
use crate::school::sessions::merging::IfNameIsHere;
use crate::school::sessions::state::{ActiveParticipation, Attendee, SessionState, participant_status};
use crate::school::sessions::{NewLiveSession, Session, SessionStatus, SessionWithCount};
use crate::surfaces::answer::answer;
use crate::surfaces::language::translate;
use crate::surfaces::texts::{Age, Instant, Name, SearchText, Within, named};

use super::people::LevelWord;

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"title": "2025-10-28 오전반", "scheduled_at": "2025-10-28T10:00:00Z"}))]
pub struct NewSession {
    pub title: Option<Name>,
    pub scheduled_at: Option<Instant>,
    /// The class; the lecture's default class when left out
    pub class_id: Option<i64>,
    /// The number of the meeting (회차); the next one when left out
    pub session_number: Option<Within<1, 1_000>>,
}

impl From<NewSession> for NewLiveSession {
    fn from(n: NewSession) -> NewLiveSession {
        NewLiveSession {
            title: n.title.map(String::from),
            scheduled_ms: n.scheduled_at.map(|t| t.0),
            class: n.class_id,
            number: n.session_number.map(|n| n.0),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Door {
    Open,
    Closed,
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"door": "CLOSED"}))]
pub struct ChangeSession {
    pub title: Option<Name>,
    #[serde(default, deserialize_with = "named")]
    #[schema(value_type = Option<Instant>)]
    pub scheduled_at: Option<Option<Instant>>,
    pub door: Option<Door>,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"session_id": 1, "session_code": "482173", "title": "2025-10-28 오전반",
    "qr_code_url": "http://192.168.0.10:8080/qr/482173.png?k=q7Zk2mXw0aE",
    "join_url": "http://192.168.0.10:8080/j/482173?k=q7Zk2mXw0aE",
    "status": "WAITING", "door": "OPEN", "class_id": 1, "session_number": 1, "lecture": {"id": 1, "title": "카카오톡 기초"},
    "scheduled_at": "2025-10-28T10:00:00Z", "started_at": null, "ended_at": null,
    "created_at": "2025-10-28T09:50:00Z"}))]
pub struct SessionMade {
    pub session_id: i64,
    /// Six digits, or seven, for typing
    pub session_code: String,
    pub title: String,
    /// The picture of `join_url`
    pub qr_code_url: String,
    /// The address in the QR; it contains the key, with which no limit on codes applies
    pub join_url: String,
    pub status: String,
    pub door: String,
    pub class_id: i64,
    pub session_number: Option<i64>,
    pub lecture: TitleRef,
    pub scheduled_at: Option<Instant>,
    pub started_at: Option<Instant>,
    pub ended_at: Option<Instant>,
    pub created_at: Instant,
}

impl SessionMade {
    pub fn new(s: Session, public_url: &str) -> SessionMade {
        SessionMade {
            session_id: s.id,
            qr_code_url: format!("{public_url}/qr/{}.png?k={}", s.code, s.key),
            join_url: s.join_url(public_url),
            session_code: s.code,
            title: s.title,
            status: s.status,
            door: s.door,
            class_id: s.class,
            session_number: s.number,
            lecture: TitleRef { id: s.course, title: s.lecture_title },
            scheduled_at: s.scheduled_ms.map(Instant),
            started_at: s.started_ms.map(Instant),
            ended_at: s.ended_ms.map(Instant),
            created_at: Instant(s.created_ms),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct SessionListed {
    #[serde(flatten)]
    pub session: SessionMade,
    pub participant_count: i64,
}

#[derive(Serialize, ToSchema)]
pub struct Sessions {
    pub results: Vec<SessionListed>,
    pub pagination: Pagination,
}

impl SessionListed {
    pub fn new(l: SessionWithCount, public_url: &str) -> SessionListed {
        SessionListed { session: SessionMade::new(l.session, public_url), participant_count: l.participants }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"id": 1, "title": "카카오톡 기초", "description": "카카오톡 사용법을 배웁니다"}))]
pub struct LectureBrief {
    pub id: i64,
    pub title: String,
    pub description: String,
}

#[derive(Serialize, ToSchema)]
pub struct SessionFound {
    pub session_id: i64,
    pub session_code: String,
    pub title: String,
    pub status: String,
    pub door: String,
    pub lecture: LectureBrief,
    pub instructor: PersonRef,
    pub participant_count: i64,
    pub scheduled_at: Option<Instant>,
}

impl From<SessionPreview> for SessionFound {
    fn from(SessionPreview { session: s, participants }: SessionPreview) -> SessionFound {
        SessionFound {
            session_id: s.id,
            session_code: s.code,
            title: s.title,
            status: s.status,
            door: s.door,
            lecture: LectureBrief { id: s.course, title: s.lecture_title, description: s.lecture_description },
            instructor: PersonRef { id: s.instructor, name: s.instructor_name },
            participant_count: participants,
            scheduled_at: s.scheduled_ms.map(Instant),
        }
    }
}

// Joining.

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"user_id": 1}))]
pub struct Join {
    /// The caller's own id; may be left out
    pub user_id: Option<i64>,
}

/// The key of the QR, for those who scanned it.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Scanned {
    /// The key from the QR; with it no limit on codes applies
    #[param(inline)]
    pub k: Option<SearchText>,
}

impl Scanned {
    pub fn invites(self, code: String) -> Invitation {
        Invitation { code, key: self.k.map(|k| k.0) }
    }
}

#[derive(Deserialize, ToSchema)]
#[schema(example = json!({"name": "김순자", "age": 72, "digital_level": "BEGINNER"}))]
pub struct GuestJoin {
    pub name: Name,
    pub age: Option<Age>,
    pub digital_level: Option<LevelWord>,
    /// What to do if a guest of exactly this name has joined the session: OTHER (the default) joins as another person, ASK is
    /// refused with NAME_IS_HERE, SAME joins and asks the instructor to merge the two
    pub if_name_is_here: Option<IfNameIsHereWord>,
}

#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum IfNameIsHereWord {
    Ask,
    Same,
    Other,
}

impl From<IfNameIsHereWord> for IfNameIsHere {
    fn from(word: IfNameIsHereWord) -> IfNameIsHere {
        match word {
            IfNameIsHereWord::Ask => IfNameIsHere::Ask,
            IfNameIsHereWord::Same => IfNameIsHere::Same,
            IfNameIsHereWord::Other => IfNameIsHere::Other,
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"participant_id": 100, "session_id": 1, "user_id": 1, "status": "WAITING",
    "joined_at": "2025-10-28T09:55:00Z",
    "message": "대기실에 입장했습니다. 강사가 수업을 시작할 때까지 기다려주세요."}))]
pub struct ParticipantJoined {
    pub participant_id: i64,
    pub session_id: i64,
    pub user_id: i64,
    pub status: String,
    pub joined_at: Instant,
    pub message: String,
}

impl From<&Joined> for ParticipantJoined {
    fn from(j: &Joined) -> ParticipantJoined {
        let message = match SessionStatus::parse(&j.status) {
            Some(SessionStatus::InProgress) => "수업에 입장했습니다. 지금 하고 있는 단계부터 함께하시면 됩니다.",
            Some(SessionStatus::Paused) => "수업에 입장했습니다. 지금은 잠시 쉬는 시간입니다.",
            Some(SessionStatus::Review) => "수업은 끝났습니다. 배운 내용을 천천히 복습하실 수 있습니다.",
            _ => "대기실에 입장했습니다. 강사가 수업을 시작할 때까지 기다려주세요.",
        };
        ParticipantJoined {
            participant_id: j.participant.id,
            session_id: j.participant.session,
            user_id: j.participant.person,
            status: participant_status(&j.status, j.participant.left_ms.is_some() && !j.is_new).into(),
            joined_at: Instant(j.participant.joined_ms),
            message: translate(message).into(),
        }
    }
}

#[derive(Serialize, ToSchema)]
pub struct GuestJoined {
    #[serde(flatten)]
    pub login: super::people::LoggedIn,
    pub participant: ParticipantJoined,
}

answer! {
    #[schema(example = json!({"participant_id": 100, "session_id": 1, "user_id": 1, "status": "LEFT",
        "left_at": "2025-10-28T10:55:00Z"}))]
    pub struct ParticipantLeft from Participant as p {
        participant_id: i64 = p.id,
        session_id: i64 = p.session,
        user_id: i64 = p.person,
        status: String = if p.removed_ms.is_some() { "REMOVED" } else { "LEFT" }.into(),
        left_at: Option<Instant> = p.removed_ms.or(p.left_ms).map(Instant),
    }
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"user_id": 1, "name": "김학생", "email": "student1@example.com", "guest": false,
    "status": "WAITING", "connected": true, "joined_at": "2025-10-28T09:55:00Z"}))]
pub struct ParticipantListed {
    pub user_id: i64,
    pub name: String,
    pub email: Option<String>,
    pub guest: bool,
    pub status: String,
    pub connected: bool,
    pub joined_at: Instant,
}

#[derive(Serialize, ToSchema)]
pub struct Participants {
    pub session_id: i64,
    pub participants: Vec<ParticipantListed>,
    pub total_count: i64,
}

impl Participants {
    pub fn new(session: &Session, attendees: Vec<Attendee>, is_here: impl Fn(i64) -> bool) -> Participants {
        let participants: Vec<ParticipantListed> = attendees
            .into_iter()
            .map(|a| ParticipantListed {
                user_id: a.person,
                name: a.name,
                email: a.email,
                guest: a.guest,
                status: participant_status(&session.status, a.left_ms.is_some()).into(),
                connected: is_here(a.person),
                joined_at: Instant(a.joined_ms),
            })
            .collect();
        Participants { session_id: session.id, total_count: participants.len() as i64, participants }
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

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"user_id": 2, "into": 1}))]
pub struct Merged {
    /// The participant who was merged
    pub user_id: i64,
    pub into: i64,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"user_id": 1, "name": "김순자 (앞줄)"}))]
pub struct Renamed {
    pub user_id: i64,
    pub name: String,
}

#[derive(Serialize, ToSchema)]
#[schema(example = json!({"user_id": 1, "url": "http://192.168.0.10:8080/j/482173?k=q7Zk2mXw0aE#t=31.0.b25seSBvbmNl",
    "qr_svg": "<svg …>", "expires_in_seconds": 600}))]
pub struct Reentry {
    pub user_id: i64,
    /// Opens the session as this person, once, within ten minutes
    pub url: String,
    /// The same address as a picture, drawn by this server, so that no other one sees the ticket
    pub qr_svg: String,
    pub expires_in_seconds: i64,
}

// State and events of a session.

answer! {
    pub struct Current from SessionState as s {
        session_id: i64 = s.session.id,
        status: String = s.session.status,
        current_subtask: Option<StepGuide> = s.step.as_ref().map(StepGuide::from),
        started_at: Option<Instant> = s.session.started_ms.map(Instant),
        active_participants: i64 = s.active,
        instructor_message: Option<String> = s.session.message,
    }
}

#[derive(Serialize, ToSchema)]
pub struct ActiveSession {
    pub session_id: i64,
    pub session_code: String,
    pub lecture: TitleRef,
    pub status: String,
    pub current_subtask: Option<TitleRef>,
    pub my_status: String,
    pub joined_at: Instant,
}

#[derive(Serialize, ToSchema)]
pub struct MyActive {
    pub active_session: ActiveSession,
}

/// The caller is in no open session.
#[derive(Serialize, ToSchema)]
pub struct NoneActive {
    #[schema(value_type = Option<Object>)]
    pub active_session: Option<()>,
    pub message: &'static str,
}

impl From<ActiveParticipation> for MyActive {
    fn from(a: ActiveParticipation) -> MyActive {
        let active = ActiveSession {
            session_id: a.session.id,
            session_code: a.session.code,
            lecture: TitleRef { id: a.session.course, title: a.session.lecture_title },
            status: a.session.status,
            current_subtask: a.step.as_ref().map(TitleRef::from),
            my_status: a.status.into(),
            joined_at: Instant(a.joined_ms),
        };
        MyActive { active_session: active }
    }
}

impl Default for NoneActive {
    fn default() -> NoneActive {
        NoneActive { active_session: None, message: translate("참가 중인 활성 세션이 없습니다") }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// Only the events after this `seq`
    #[param(inline)]
    pub after: Option<Within<0, { i64::MAX }>>,
    /// The greatest number of events (1000)
    #[param(inline)]
    pub limit: Option<Within<1, 1000>>,
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

#[derive(Serialize, ToSchema)]
pub struct Events {
    pub events: Vec<EventLine>,
    pub last_seq: i64,
}

#[derive(Serialize, ToSchema)]
pub struct Steps {
    pub session_id: i64,
    pub subtasks: Vec<StepGuide>,
}
