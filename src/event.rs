//! The events of a school, as the log stores them: ids and no names. Only here does serde define the form of stored data.

mod answers;
mod kinds;
mod stored_answer;

use serde::{Deserialize, Serialize};

pub use answers::{ANSWER_MAX, AnswerCount, AnswerCounts, AnswerValue, ShownResults};
pub use kinds::{Activity, HelpKind, HelpStatus, MarkKind, ProgressStatus, StaffRole};
pub use stored_answer::StoredAnswer;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Event {
    // Events for the students and their instructor.
    SessionStarted {
        step: i64,
        message: Option<String>,
    },
    StepChanged {
        previous: Option<i64>,
        step: i64,
        message: Option<String>,
    },
    SessionPaused {
        message: Option<String>,
    },
    SessionResumed {
        step: Option<i64>,
        message: Option<String>,
    },
    /// The instructor sends a message to all, and the session stays at its step.
    InstructorMessage {
        message: String,
    },
    /// Staff of the session praise one student, who alone hears of it, or (empty) all.
    Praised {
        person: Option<i64>,
        from: i64,
    },
    /// A timer runs on all phones, or (empty) none any more. It ends with the step.
    TimerChanged(Option<Timer>),
    SessionEnded {
        message: Option<String>,
        completed: i64,
        total: i64,
        minutes: i64,
    },
    /// The answers to the question of a step are shown, or (`HIDDEN`) not any more.
    ResultsShown {
        step: i64,
        shown: ShownResults,
        answers: AnswerCounts,
        right: Option<AnswerValue>,
        is_closed: bool,
    },
    /// A learner has asked a question, or its place in the list has changed. It names nobody.
    ClassQuestion {
        question: i64,
    },

    // Events for instructors only.
    StudentJoined {
        person: i64,
        total: i64,
    },
    /// The first socket of a person on any node. The log counts how many are connected then.
    StudentConnected {
        person: i64,
    },
    StudentDisconnected {
        person: i64,
        last_active_ms: i64,
    },
    StudentLeft {
        person: i64,
        removed: bool,
        total: i64,
    },
    StudentRenamed {
        person: i64,
    },
    /// A new participant claims to be the participant `same_as`: empty once the claim is settled (the instructor said no, for example).
    StudentSameAs {
        person: i64,
        same_as: Option<i64>,
    },
    /// The instructor has merged two guests who are one person.
    StudentMerged {
        person: i64,
        into: i64,
        total: i64,
    },
    DoorMoved {
        open: bool,
    },
    StudentProgress {
        person: i64,
        item: i64,
        old: ProgressStatus,
        new: ProgressStatus,
        completed_ms: Option<i64>,
        /// Staff of the session, if they have marked it for the student.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        marked_by: Option<i64>,
    },
    StudentStuck {
        person: i64,
        item: i64,
        seconds: i64,
    },
    StudentHelpRequest {
        person: i64,
        item: i64,
        request: i64,
        kind: HelpKind,
        seconds: i64,
        urgent: bool,
    },
    HelpUpdated {
        person: i64,
        item: i64,
        request: i64,
        status: HelpStatus,
    },
    /// Staff of the session go to a student who has called, or (`helper` is empty) do not go any more.
    HelpClaimed {
        person: i64,
        item: i64,
        request: i64,
        helper: Option<i64>,
    },
    /// A person has this role in the session from now on, or (`role` is empty) none any more.
    StaffChanged {
        person: i64,
        role: Option<StaffRole>,
    },
    /// A learner has sent a picture of their screen with an open call.
    HelpPicture {
        person: i64,
        item: i64,
        request: i64,
    },
    StepShown {
        step: i64,
        screens: i64,
    },
    /// Someone has answered the question of a step: the answers of all, without names.
    StepAnswered {
        step: i64,
        answers: AnswerCounts,
    },
    /// One more would like to know what a learner has asked.
    ClassQuestionSupported {
        question: i64,
        supports: i64,
    },

    /// The attendance mark of a person at a meeting. Without a running session it is sent, but not logged.
    AttendanceUpdated {
        person: i64,
        enrollment: i64,
        number: i64,
        mark: MarkKind,
    },

    // Events of no session, or for one person alone: sent, never logged.
    HelpAvailable {
        person: i64,
        request: i64,
        item: i64,
        kind: HelpKind,
        response: i64,
        /// Whether the instructor wrote the answer, and not the analyser.
        by_hand: bool,
        help_type: String,
        content: String,
        voice: Option<String>,
        #[serde(default)]
        picture: Option<AnswerPicture>,
    },
    HelpPosition {
        person: i64,
        request: i64,
        position: i64,
    },
    /// Staff of a session write to one student in it.
    MessageToOne {
        person: i64,
        from: i64,
        message: i64,
        text: String,
    },
    StudentActivity {
        person: i64,
        activity: Activity,
    },
    GradeUpdated {
        person: i64,
        enrollment: i64,
        grade: GradeScores,
    },
    CodeJudged {
        person: i64,
        submission: i64,
        question: i64,
        passed: bool,
    },
    AccessEnds {
        person: i64,
        enrollment: i64,
        ends_ms: i64,
    },

    /// A change that counts for grades: these grades are computed again before the commit. This event is never sent.
    GradeDue(GradeScope),

    /// An event in the log that only a later version can read, whose nodes serve the same sessions. It is never written.
    #[serde(skip)]
    Unknown {
        audience: Audience,
    },
}

/// The enrollments whose grades a change may touch: one, all that its learner has in the course, or all of a class or a course.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GradeScope {
    Enrollment(i64),
    /// By one of the learner's enrollments, open or not.
    Learner(i64),
    Class(i64),
    Course(i64),
}

/// A grade and its parts, each from 0 to 100. A part that the course does not have is empty.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct GradeScores {
    pub attendance: Option<f64>,
    pub progress: Option<f64>,
    pub assessment: Option<f64>,
    pub total: Option<f64>,
}

/// The time that everyone has for something. When it is over, nothing happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timer {
    pub ends_ms: i64,
    pub seconds: i64,
}

/// The picture of a call for help, as an answer to it shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AnswerPicture {
    pub name: String,
    pub kind: String,
    pub width: i64,
    pub height: i64,
    /// A JSON list, as it is stored.
    pub marks: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    Students,
    Instructors,
}

impl Audience {
    pub fn word(self) -> &'static str {
        match self {
            Audience::Students => "students",
            Audience::Instructors => "instructors",
        }
    }

    pub fn parse(word: &str) -> Audience {
        if word == Audience::Students.word() { Audience::Students } else { Audience::Instructors }
    }
}

impl Event {
    pub fn audience(&self) -> Audience {
        match self {
            Event::SessionStarted { .. }
            | Event::StepChanged { .. }
            | Event::SessionPaused { .. }
            | Event::SessionResumed { .. }
            | Event::InstructorMessage { .. }
            | Event::TimerChanged(_)
            | Event::Praised { person: None, .. }
            | Event::ResultsShown { .. }
            | Event::ClassQuestion { .. }
            | Event::SessionEnded { .. } => Audience::Students,
            Event::Unknown { audience } => *audience,
            _ => Audience::Instructors,
        }
    }

    /// Whether the event goes into the log of its session, if it has a session. Other events are never logged.
    pub fn is_logged(&self) -> bool {
        !matches!(
            self,
            Event::HelpAvailable { .. }
                | Event::HelpPosition { .. }
                | Event::MessageToOne { .. }
                | Event::Praised { person: Some(_), .. }
                | Event::StudentActivity { .. }
                | Event::GradeUpdated { .. }
                | Event::CodeJudged { .. }
                | Event::AccessEnds { .. }
                | Event::GradeDue(_)
        )
    }

    /// Whether its person is connected to the session from this event on, if the event tells.
    pub fn is_connected(&self) -> Option<bool> {
        match self {
            Event::StudentConnected { .. } => Some(true),
            Event::StudentDisconnected { .. } | Event::StudentLeft { .. } | Event::StudentMerged { .. } => Some(false),
            _ => None,
        }
    }

    /// The person whom the event is about.
    pub fn person(&self) -> Option<i64> {
        use Event::*;
        match self {
            StudentJoined { person, .. }
            | StudentConnected { person, .. }
            | StudentDisconnected { person, .. }
            | StudentLeft { person, .. }
            | StudentRenamed { person }
            | StudentSameAs { person, .. }
            | StudentMerged { person, .. }
            | StudentProgress { person, .. }
            | StudentStuck { person, .. }
            | StudentHelpRequest { person, .. }
            | HelpUpdated { person, .. }
            | HelpClaimed { person, .. }
            | StaffChanged { person, .. }
            | HelpPicture { person, .. }
            | HelpAvailable { person, .. }
            | HelpPosition { person, .. }
            | MessageToOne { person, .. }
            | StudentActivity { person, .. }
            | AttendanceUpdated { person, .. }
            | GradeUpdated { person, .. }
            | CodeJudged { person, .. }
            | AccessEnds { person, .. } => Some(*person),
            Praised { person, .. } => *person,
            _ => None,
        }
    }

    /// The member of the staff by whom it happened to the person whom the event is about.
    pub fn helper(&self) -> Option<i64> {
        match self {
            Event::HelpClaimed { helper, .. } => *helper,
            Event::MessageToOne { from, .. } | Event::Praised { from, .. } => Some(*from),
            Event::StudentProgress { marked_by, .. } => *marked_by,
            _ => None,
        }
    }

    /// The question of a learner whose text the event's frame shows.
    pub fn class_question(&self) -> Option<i64> {
        if let Event::ClassQuestion { question } = self { Some(*question) } else { None }
    }

    /// The step that the event is about.
    pub fn item(&self) -> Option<i64> {
        use Event::*;
        match self {
            SessionStarted { step, .. } | StepChanged { step, .. } | StepShown { step, .. } => Some(*step),
            ResultsShown { step, .. } | StepAnswered { step, .. } => Some(*step),
            SessionResumed { step, .. } => *step,
            StudentProgress { item, .. }
            | StudentStuck { item, .. }
            | StudentHelpRequest { item, .. }
            | HelpUpdated { item, .. }
            | HelpClaimed { item, .. }
            | HelpPicture { item, .. } => Some(*item),
            _ => None,
        }
    }
}

/// Defines the upper-case word of each variant, as it stands in a column and on the wire.
macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),+ $(,)? }) => {
        impl $name {
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }
            pub fn parse(word: &str) -> Option<$name> {
                match word { $($word => Some($name::$variant),)+ _ => None }
            }
        }
    };
}
pub(crate) use words;

/// An event that is not in any log yet. `course` decides which dashboards get it.
#[derive(Debug, Clone)]
pub struct NewEvent {
    pub session: Option<i64>,
    pub course: i64,
    pub at_ms: i64,
    pub event: Event,
}

/// An event on its way to the sockets, with its position in the session's log; `None` if it is not logged.
#[derive(Debug, Clone)]
pub struct PublishedEvent {
    pub session: Option<i64>,
    pub course: i64,
    pub at_ms: i64,
    pub event: Event,
    pub position: Option<LogPosition>,
}

impl NewEvent {
    /// Announces that grades are due, because something that counts for them has changed.
    pub fn grade_due(course: i64, scope: GradeScope, at_ms: i64) -> NewEvent {
        NewEvent { session: None, course, at_ms, event: Event::GradeDue(scope) }
    }

    pub fn at(self, position: Option<LogPosition>) -> PublishedEvent {
        let NewEvent { session, course, at_ms, event } = self;
        PublishedEvent { session, course, at_ms, event, position }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogPosition {
    pub seq: i64,
    /// The `seq` of the previous event for students, so that a phone can detect a gap.
    pub prev: i64,
    /// The number of people connected after the event, on all nodes, if a person came or went by it.
    pub connected: Option<i64>,
}
