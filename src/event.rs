//! What happens in a school, as the log keeps it: ids and no names. The one place where storage has a form in serde.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data", rename_all = "snake_case")]
pub enum Event {
    // What students see, and their instructor too.
    SessionStarted {
        step: i64,
        message: Option<String>,
        active: i64,
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
    /// The instructor says something to all, and the class stays where it is.
    InstructorMessage {
        message: String,
    },
    SessionEnded {
        message: Option<String>,
        completed: i64,
        total: i64,
        minutes: i64,
    },

    // What instructors see.
    StudentJoined {
        person: i64,
        total: i64,
    },
    StudentConnected {
        person: i64,
        active: i64,
    },
    StudentDisconnected {
        person: i64,
        last_active_ms: i64,
        active: i64,
    },
    StudentLeft {
        person: i64,
        removed: bool,
        total: i64,
    },
    StudentRenamed {
        person: i64,
    },
    /// A newcomer says to be someone who is here already; nobody, once the instructor has said no.
    StudentSameAs {
        person: i64,
        same_as: Option<i64>,
    },
    /// The instructor has joined two guests who are one person.
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
        old: Progress,
        new: Progress,
        completed_ms: Option<i64>,
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
    StepShown {
        step: i64,
        phones: i64,
    },

    /// Of a meeting; without a class that runs it is told, and not logged.
    AttendanceUpdated {
        person: i64,
        enrollment: i64,
        number: i64,
        mark: Attendance,
    },

    // What concerns no class, or one person alone: told, never logged.
    HelpAvailable {
        person: i64,
        request: i64,
        item: i64,
        kind: HelpKind,
        response: i64,
        /// By the instructor, and not by the analyser.
        by_hand: bool,
        help_type: String,
        content: String,
        voice: Option<String>,
    },
    HelpPosition {
        person: i64,
        request: i64,
        position: i64,
    },
    StudentActivity {
        person: i64,
        activity: Activity,
    },
    GradeUpdated {
        person: i64,
        enrollment: i64,
        grade: Grade,
    },

    /// Something that counts has changed: whose grades are worked out anew before the commit. Nobody is told of this one.
    GradeDue(Whose),
}

/// Whose grade it touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    Enrollment(i64),
    Class(i64),
    Course(i64),
}

/// Each from 0 to 100; what a course has none of is not there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Grade {
    pub attendance: Option<f64>,
    pub progress: Option<f64>,
    pub assessment: Option<f64>,
    pub total: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Attendance {
    Present,
    Late,
    Absent,
    Excused,
    EarlyLeave,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Progress {
    NotStarted,
    InProgress,
    Completed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HelpKind {
    Manual,
    Auto,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HelpStatus {
    Analyzing,
    Answered,
    Escalated,
    Resolved,
    Withdrawn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Activity {
    LoggedIn,
    StartedLearning,
    LoggedOut,
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
}

impl Event {
    pub fn audience(&self) -> Audience {
        match self {
            Event::SessionStarted { .. }
            | Event::StepChanged { .. }
            | Event::SessionPaused { .. }
            | Event::SessionResumed { .. }
            | Event::InstructorMessage { .. }
            | Event::SessionEnded { .. } => Audience::Students,
            _ => Audience::Instructors,
        }
    }

    /// Is this a row of the class's log, or a word to someone?
    pub fn is_logged(&self) -> bool {
        !matches!(
            self,
            Event::HelpAvailable { .. }
                | Event::HelpPosition { .. }
                | Event::StudentActivity { .. }
                | Event::GradeUpdated { .. }
                | Event::GradeDue(_)
        )
    }

    /// Whom it is about.
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
            | HelpAvailable { person, .. }
            | HelpPosition { person, .. }
            | StudentActivity { person, .. }
            | AttendanceUpdated { person, .. }
            | GradeUpdated { person, .. } => Some(*person),
            _ => None,
        }
    }

    /// Which step it is about.
    pub fn item(&self) -> Option<i64> {
        use Event::*;
        match self {
            SessionStarted { step, .. } | StepChanged { step, .. } | StepShown { step, .. } => Some(*step),
            SessionResumed { step, .. } => *step,
            StudentProgress { item, .. }
            | StudentStuck { item, .. }
            | StudentHelpRequest { item, .. }
            | HelpUpdated { item, .. } => Some(*item),
            _ => None,
        }
    }
}

/// A word in upper case as it stands in a column and on the wire.
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

words!(Progress { NotStarted = "NOT_STARTED", InProgress = "IN_PROGRESS", Completed = "COMPLETED" });
words!(HelpKind { Manual = "MANUAL", Auto = "AUTO" });
words!(HelpStatus {
    Analyzing = "ANALYZING",
    Answered = "ANSWERED",
    Escalated = "ESCALATED",
    Resolved = "RESOLVED",
    Withdrawn = "WITHDRAWN",
});
words!(Attendance {
    Present = "PRESENT",
    Late = "LATE",
    Absent = "ABSENT",
    Excused = "EXCUSED",
    EarlyLeave = "EARLY_LEAVE",
});
words!(Activity { LoggedIn = "LOGGED_IN", StartedLearning = "STARTED_LEARNING", LoggedOut = "LOGGED_OUT" });

/// Something that happened, not yet in any log. `course` tells which dashboards want to know.
#[derive(Debug, Clone)]
pub struct News {
    pub session: Option<i64>,
    pub course: i64,
    pub at_ms: i64,
    pub event: Event,
}

/// … and its place in the class's log, once it has one.
#[derive(Debug, Clone)]
pub struct Told {
    pub news: News,
    pub place: Option<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub seq: i64,
    /// The `seq` of the students' event before this one: a phone can tell a gap by it.
    pub prev: i64,
}

/// The answer to something that carried a key, kept so that it happens once.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    Command { session: i64, at_ms: i64, event: Event },
    Progress { item: i64, progress: Progress, completed_ms: Option<i64> },
    Help { request: i64 },
    Logs { first: i64, count: i64 },
    Payment { payment: i64 },
    Refund { enrollment: i64, amount: i64, refunded: i64, left: i64 },
}
