//! Rows that a transaction holds until it ends.

use std::future::Future;

use crate::error::{Error, Result};

/// Number of times that a write is tried in all, while it fails for a reason that may be over at once.
pub const TRIES: usize = 3;

/// Runs a transaction, and again if another one was in its way: the two waited for each other, the other one held a row for
/// too long, or it was faster to write what may exist only once. A try that fails writes nothing.
///
/// The group commit tries its writes again by itself, by the same bound.
pub async fn retry<T, F>(mut transaction: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    for _ in 1..TRIES {
        match transaction().await {
            Err(error) if error.may_succeed_at_once() || matches!(error, Error::SomeoneWasFaster) => {}
            outcome => return outcome,
        }
    }
    transaction().await
}

/// The tables whose rows are held, in the order in which a transaction must hold them. Two transactions that keep this
/// order, and hold the rows of one table in the order of their ids, never wait for each other in a circle.
///
/// A group of writes shares a transaction, and keeps the order only within each write. Two nodes whose groups wait for each
/// other are told so by PostgreSQL; one of them is undone and written again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HeldTable {
    /// Its one row has the id 1.
    PrerequisiteChanges,
    Courses,
    Classes,
    Sessions,
    Assessments,
    Units,
    Items,
    Uploads,
    Pictures,
    HelpRequests,
    Enrollments,
    Payments,
    Submissions,
    People,
    Logins,
    Paths,
    /// Its one row has the id 1.
    LogTotal,
}

impl HeldTable {
    pub(super) fn name(self) -> &'static str {
        match self {
            HeldTable::PrerequisiteChanges => "prerequisite_changes",
            HeldTable::Courses => "courses",
            HeldTable::Classes => "classes",
            HeldTable::Sessions => "live_sessions",
            HeldTable::Assessments => "assessments",
            HeldTable::Units => "units",
            HeldTable::Items => "items",
            HeldTable::Uploads => "uploads",
            HeldTable::Pictures => "pictures",
            HeldTable::HelpRequests => "help_requests",
            HeldTable::Enrollments => "enrollments",
            HeldTable::Payments => "payments",
            HeldTable::Submissions => "submissions",
            HeldTable::People => "people",
            HeldTable::Logins => "logins",
            HeldTable::Paths => "paths",
            HeldTable::LogTotal => "log_total",
        }
    }
}
