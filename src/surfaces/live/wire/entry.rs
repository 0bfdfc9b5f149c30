//! State of the session that is sent to a socket when it enters.

use serde::Serialize;

use super::answers::QuestionLine;
use super::sessions::TimerShown;
use super::step_questions::{Answer, ResultsShown};
use super::{PersonRef, StepGuide, TitleRef};
use crate::event::HelpKind;
use crate::school::sessions::state::{OwnState, Roster, SessionState, participant_status};
use crate::surfaces::texts::Instant;

#[derive(Serialize)]
struct StateFields<'a> {
    session_id: i64,
    session_code: &'a str,
    title: &'a str,
    status: &'a str,
    current_subtask: Option<StepGuide>,
    /// Answers to the question of the current step, as everyone sees them
    question_results: Option<ResultsShown>,
    instructor_message: Option<&'a str>,
    timer: Option<TimerShown>,
    my_status: &'a str,
    started_at: Option<Instant>,
    ended_at: Option<Instant>,
    participant_count: i64,
}

impl<'a> From<&'a SessionState> for StateFields<'a> {
    fn from(s: &'a SessionState) -> StateFields<'a> {
        StateFields {
            session_id: s.session.id,
            session_code: &s.session.code,
            title: &s.session.title,
            status: &s.session.status,
            current_subtask: s.step.as_ref().map(StepGuide::from),
            question_results: s.question.as_ref().map(|question| question.shown().into()),
            instructor_message: s.session.message.as_deref(),
            timer: s.session.timer().map(|timer| (timer, s.now_ms).into()),
            my_status: s.my_status,
            started_at: s.session.started_ms.map(Instant),
            ended_at: s.session.ended_ms.map(Instant),
            participant_count: s.participants,
        }
    }
}

#[derive(Serialize)]
pub struct StateOfStudent<'a> {
    #[serde(flatten)]
    common: StateFields<'a>,
    my_subtask_status: String,
    open_help_request_id: Option<i64>,
    /// Name of the one who goes there
    open_help_claimed_by: Option<String>,
    my_attendance: Option<String>,
    session_number: Option<i64>,
    /// The answer to the question of the current step
    my_answer: Option<Answer>,
}

impl<'a> StateOfStudent<'a> {
    pub fn new(seen: &'a SessionState, mine: OwnState) -> Self {
        StateOfStudent {
            common: seen.into(),
            my_subtask_status: mine.status,
            open_help_request_id: mine.open_help,
            open_help_claimed_by: mine.helper_name,
            my_attendance: mine.mark,
            session_number: seen.session.number,
            my_answer: mine.answer.map(Answer::from),
        }
    }
}

#[derive(Serialize)]
pub struct StateOfInstructor<'a> {
    #[serde(flatten)]
    common: StateFields<'a>,
    join_url: String,
    door: &'a str,
    class_id: i64,
    session_number: Option<i64>,
    lecture: TitleRef,
    participants: Vec<ParticipantState>,
    total_participants: i64,
    active_participants: i64,
    shown: i64,
    /// The question of the current step, with its right answer and the answers until now
    question: Option<QuestionLine>,
}

#[derive(Serialize)]
struct ParticipantState {
    user_id: i64,
    name: String,
    namesake: i64,
    email: Option<String>,
    guest: bool,
    /// ANDROID, IPHONE, ALL or a make; null until the phone has told
    phone: Option<String>,
    status: &'static str,
    connected: bool,
    current_subtask: Option<TitleRef>,
    subtask_status: String,
    stuck: bool,
    open_help_request_id: Option<i64>,
    open_help_request_type: Option<&'static str>,
    open_help_claimed_by: Option<PersonRef>,
    /// The participant that this one claims to be, until the instructor has decided
    same_as: Option<i64>,
    joined_at: Instant,
    last_active_at: Instant,
}

impl<'a> StateOfInstructor<'a> {
    pub fn new(seen: &'a SessionState, Roster { attendees, present }: Roster, shown: i64, public_url: &str) -> Self {
        let total = attendees.iter().filter(|a| a.left_ms.is_none()).count() as i64;
        let participants = attendees
            .into_iter()
            .map(|a| ParticipantState {
                user_id: a.person,
                status: participant_status(&seen.session.status, a.left_ms.is_some()),
                connected: present.contains_key(&a.person),
                current_subtask: seen.step.as_ref().map(TitleRef::from),
                subtask_status: a.step_status.unwrap_or_else(|| "NOT_STARTED".into()),
                stuck: a.flagged,
                open_help_request_id: a.open_help,
                open_help_request_type: a
                    .open_help
                    .map(|_| if a.called { HelpKind::Manual } else { HelpKind::Auto }.word()),
                open_help_claimed_by: a.helper.zip(a.helper_name).map(PersonRef::from),
                same_as: a.same_as,
                joined_at: Instant(a.joined_ms),
                last_active_at: Instant(a.last_active_ms.unwrap_or(a.joined_ms)),
                name: a.name,
                namesake: a.namesake,
                email: a.email,
                guest: a.guest,
                phone: a.phone,
            })
            .collect();
        StateOfInstructor {
            common: seen.into(),
            join_url: seen.session.join_url(public_url),
            door: &seen.session.door,
            class_id: seen.session.class,
            session_number: seen.session.number,
            lecture: TitleRef { id: seen.session.course, title: seen.session.lecture_title.clone() },
            participants,
            total_participants: total,
            active_participants: present.len() as i64,
            shown,
            question: seen.question.clone().map(QuestionLine::from),
        }
    }
}
