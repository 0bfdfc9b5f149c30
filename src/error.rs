//! The errors of a school. A surface turns them into statuses and its own JSON, in one place.

mod in_text;
mod input;
mod kind;
mod rows;
mod table;
mod words;

use std::borrow::Cow;

pub use self::input::{InputFault, InputPlace};
pub use self::kind::{ErrorKind, UNAVAILABLE_RETRY_AFTER_S, UNDER_WAY_RETRY_AFTER_S};
pub use self::table::Error;
pub use self::words::{
    Field, LessonFault, MissingPart, NeededCourse, Noun, PictureFault, Requirement, SlidesFault, StateWord,
    SurfaceWords, VideoFault,
};
use crate::language::Language;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Seconds after which a socket that nobody closed, but whose connection is dead, may have been found and closed.
const SOCKET_FREED_AFTER_S: u64 = 30;

impl Error {
    pub fn bad(place: impl Into<InputPlace>, fault: impl Into<InputFault>) -> Error {
        Error::BadInput { place: place.into(), fault: fault.into() }
    }

    /// Like `bad`, for a place that is named as it was sent.
    pub fn bad_as_sent(place: impl Into<Cow<'static, str>>, fault: impl Into<InputFault>) -> Error {
        Error::bad(InputPlace::AsSent(place.into()), fault)
    }

    pub fn unreadable(fault: impl Into<InputFault>) -> Error {
        Error::Unreadable { fault: fault.into() }
    }

    pub fn wrong_state(status: impl Into<Cow<'static, str>>) -> Error {
        Error::WrongState { status: StateWord(status.into()) }
    }

    /// Replaces any «not found» by that of `noun`, so that a caller who may not know that the thing exists gets the same answer
    /// as if it did not exist.
    pub fn instead_of(self, noun: Noun) -> Error {
        if matches!(self, Error::NotFound(_)) { Error::NotFound(noun) } else { self }
    }

    pub fn internal(detail: impl std::fmt::Display) -> Error {
        Error::Internal(detail.to_string())
    }

    /// Tells whether nothing was written and a retry may succeed at once: another transaction was in the way, or a connection broke.
    pub fn may_succeed_at_once(&self) -> bool {
        matches!(self, Error::Busy { .. } | Error::Unavailable { at_once: true, .. })
    }

    /// Tells whether the database failed. Such failures are logged once a minute, and not for each request.
    pub fn is_outage(&self) -> bool {
        matches!(self, Error::Unavailable { .. })
    }

    pub fn retry_after_s(&self) -> Option<u64> {
        match self {
            Error::TooManyFailures { retry_after_s }
            | Error::TooManyWaiting { retry_after_s }
            | Error::TooManyConnections { retry_after_s }
            | Error::LogQuotaUsed { retry_after_s }
            | Error::TooManyUploads { retry_after_s }
            | Error::StoreAway { retry_after_s }
            | Error::GatewayAway { retry_after_s }
            | Error::NoJudge { retry_after_s }
            | Error::QueueFull { retry_after_s }
            | Error::Busy { retry_after_s } => Some(*retry_after_s),
            Error::UnderWay => Some(UNDER_WAY_RETRY_AFTER_S),
            Error::Unavailable { .. } => Some(UNAVAILABLE_RETRY_AFTER_S),
            Error::TooManySockets { .. } => Some(SOCKET_FREED_AFTER_S),
            _ => None,
        }
    }
}

/// The text for the server's log and the command line: in English, with the school's own words.
impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Internal(detail) => write!(f, "{detail}"),
            Error::Unavailable { why, .. } => write!(f, "{why}"),
            other => write!(f, "{}", other.text(Language::English, SurfaceWords::SCHOOL)),
        }
    }
}

impl std::error::Error for Error {}
