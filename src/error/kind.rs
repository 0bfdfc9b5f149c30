//! Kinds of errors, which decide the status of an answer.

/// Seconds after which the client may try again if the database could not do something.
pub const UNAVAILABLE_RETRY_AFTER_S: u64 = 2;
pub const UNDER_WAY_RETRY_AFTER_S: u64 = 1;

/// The kinds of error answer that every surface has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    BadInput,
    TooLarge,
    NotJson,
    Unknown,
    Forbidden,
    NotFound,
    WrongMethod,
    Conflict,
    TooMany,
    Busy,
    Internal,
}
