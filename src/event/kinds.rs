//! Words of which events are made.

use serde::{Deserialize, Serialize};

use super::words;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MarkKind {
    Present,
    Late,
    Absent,
    Excused,
    EarlyLeave,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProgressStatus {
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

/// Role of a person in one session, beside its instructor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StaffRole {
    /// Sees everyone, goes to those who call and answers them. Leads nothing.
    Helper,
    /// May do in the session all that its instructor may.
    Host,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Activity {
    LoggedIn,
    StartedLearning,
    LoggedOut,
}

words!(ProgressStatus { NotStarted = "NOT_STARTED", InProgress = "IN_PROGRESS", Completed = "COMPLETED" });
words!(HelpKind { Manual = "MANUAL", Auto = "AUTO" });
words!(HelpStatus {
    Analyzing = "ANALYZING",
    Answered = "ANSWERED",
    Escalated = "ESCALATED",
    Resolved = "RESOLVED",
    Withdrawn = "WITHDRAWN",
});
words!(MarkKind {
    Present = "PRESENT",
    Late = "LATE",
    Absent = "ABSENT",
    Excused = "EXCUSED",
    EarlyLeave = "EARLY_LEAVE",
});
words!(StaffRole { Helper = "HELPER", Host = "HOST" });
words!(Activity { LoggedIn = "LOGGED_IN", StartedLearning = "STARTED_LEARNING", LoggedOut = "LOGGED_OUT" });
