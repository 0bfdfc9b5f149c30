//! The errors of a school. A surface turns them into statuses and its own JSON, in one place.

use std::borrow::Cow;

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Seconds after which the client may try again if the database could not do something.
pub const UNAVAILABLE_RETRY_AFTER_S: u64 = 2;

/// Seconds after which a socket that nobody closed, but whose connection is dead, may have been found and closed.
const SOCKET_FREED_AFTER_S: u64 = 30;

#[derive(Debug, Clone)]
pub enum Error {
    /// The input cannot be accepted. `field` names the place, by its name in the request.
    BadInput {
        field: Cow<'static, str>,
        reason: Cow<'static, str>,
    },
    TooLarge {
        limit_bytes: usize,
    },
    NotJson,
    NotFound(&'static str),
    NoSuchPath,
    WrongMethod,

    SignInNeeded,
    TokenExpired,
    WrongPassword,
    LoginEnded,

    NotYours,
    StaffOnly,
    AdminOnly,
    StudentsOnly,
    SignupClosed,
    DoorClosed,
    Removed,
    Refused,
    /// The class admits nobody without approval: the person must apply and be approved.
    NotAdmitted,

    ClassFull,
    ClassEnded,
    AlreadyMarked,
    AlreadyAttended,
    AlreadyRequested,
    TooManyRequests {
        most: i64,
    },
    /// The person has no request that waits for a decision.
    NothingPending {
        person: i64,
    },
    Unpaid,
    RefundTooLarge {
        left: i64,
    },
    OutsideWindow,
    OverTime {
        minutes: i64,
    },
    NoAttemptsLeft {
        allowed: i64,
    },
    AttemptTaken {
        number: i64,
    },
    /// The completion's conditions that are not met yet, by their names in the rule.
    NotMet {
        missing: Vec<&'static str>,
    },
    /// A guest must set a name and a login before getting a certificate.
    GuestUnclaimed,

    /// The action is not allowed in this state, which `status` names.
    WrongState {
        status: Cow<'static, str>,
    },
    AlreadyEnrolled,
    AlreadyAnswered,
    EmailTaken,
    PhoneTaken,
    CodeTaken,
    /// A guest with the same name is in the session: the one who joins must say whether they are the same person.
    NameIsHere,
    /// The guest is not merged into another, because they are enrolled in another class, or have a result, a completion, a
    /// certificate or a payment in this one.
    HasMoreThanThisClass,
    SessionFull {
        cap_people: i64,
    },
    HasOpenEnrollments {
        count: i64,
    },
    StepInUse {
        session: i64,
    },
    KeyReused,
    /// Another request took the same thing at the same moment.
    SomeoneWasFaster,

    TooManyFailures {
        retry_after_s: u64,
    },
    /// The address has as many connections open as one address may.
    TooManyConnections {
        retry_after_s: u64,
    },
    /// The link that makes the first administrator was used already, or belongs to an earlier start of the server.
    SetupOver,
    /// A page of another site sent the request, with the cookies of this school's pages.
    ForeignPage,
    /// The person or the session has written as many activity logs as allowed.
    LogQuotaUsed {
        retry_after_s: u64,
    },
    /// The person has `most` sockets open already.
    TooManySockets {
        most: usize,
    },
    Busy {
        retry_after_s: u64,
    },
    /// The database cannot do this now. `why` is for the server's log and for `/readyz`, and is never sent in the answer.
    Unavailable {
        why: &'static str,
        /// True if nothing was written, and a retry on another connection may succeed at once.
        at_once: bool,
    },
    /// A fault of the server, not of the client. The text is for the server's log and is never sent.
    Internal(String),
}

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

impl Error {
    pub fn bad(field: impl Into<Cow<'static, str>>, reason: impl Into<Cow<'static, str>>) -> Error {
        Error::BadInput { field: field.into(), reason: reason.into() }
    }

    pub fn wrong_state(status: impl Into<Cow<'static, str>>) -> Error {
        Error::WrongState { status: status.into() }
    }

    /// Replaces any «not found» by that of `noun`, so that a caller who may not know that the thing exists gets the same answer
    /// as if it did not exist.
    pub fn instead_of(self, noun: &'static str) -> Error {
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

    pub fn kind(&self) -> ErrorKind {
        use Error::*;
        match self {
            BadInput { .. } => ErrorKind::BadInput,
            TooLarge { .. } => ErrorKind::TooLarge,
            NotJson => ErrorKind::NotJson,
            NotFound(_) | NoSuchPath => ErrorKind::NotFound,
            WrongMethod => ErrorKind::WrongMethod,
            SignInNeeded | TokenExpired | WrongPassword | LoginEnded => ErrorKind::Unknown,
            NotYours | StaffOnly | AdminOnly | StudentsOnly | SignupClosed | DoorClosed | Removed | Refused
            | NotAdmitted | SetupOver | ForeignPage => ErrorKind::Forbidden,
            WrongState { .. }
            | ClassFull
            | ClassEnded
            | AlreadyMarked
            | AlreadyAttended
            | AlreadyRequested
            | NothingPending { .. }
            | TooManyRequests { .. }
            | Unpaid
            | RefundTooLarge { .. }
            | OutsideWindow
            | OverTime { .. }
            | NoAttemptsLeft { .. }
            | AttemptTaken { .. }
            | NotMet { .. }
            | GuestUnclaimed
            | AlreadyEnrolled
            | AlreadyAnswered
            | EmailTaken
            | PhoneTaken
            | CodeTaken
            | NameIsHere
            | HasMoreThanThisClass
            | SessionFull { .. }
            | HasOpenEnrollments { .. }
            | StepInUse { .. }
            | KeyReused
            | SomeoneWasFaster => ErrorKind::Conflict,
            TooManyFailures { .. } | TooManySockets { .. } | TooManyConnections { .. } | LogQuotaUsed { .. } => {
                ErrorKind::TooMany
            }
            Busy { .. } | Unavailable { .. } => ErrorKind::Busy,
            Internal(_) => ErrorKind::Internal,
        }
    }

    pub fn code(&self) -> &'static str {
        use Error::*;
        match self {
            BadInput { .. } => "INVALID_REQUEST",
            TooLarge { .. } => "TOO_LARGE",
            NotJson => "UNSUPPORTED_MEDIA_TYPE",
            NotFound(_) | NoSuchPath => "NOT_FOUND",
            WrongMethod => "METHOD_NOT_ALLOWED",
            SignInNeeded => "UNAUTHORIZED",
            TokenExpired => "TOKEN_EXPIRED",
            WrongPassword => "WRONG_CREDENTIALS",
            LoginEnded => "LOGIN_ENDED",
            NotYours => "FORBIDDEN",
            StaffOnly => "INSTRUCTOR_ONLY",
            AdminOnly => "ADMIN_ONLY",
            StudentsOnly => "STUDENT_ONLY",
            SignupClosed => "SIGNUP_CLOSED",
            DoorClosed => "DOOR_CLOSED",
            Removed => "REMOVED",
            Refused => "ENROLLMENT_REJECTED",
            NotAdmitted => "ENROLLMENT_NEEDED",
            ClassFull => "CLASS_FULL",
            ClassEnded => "CLASS_ENDED",
            AlreadyMarked => "ALREADY_MARKED",
            AlreadyAttended => "ALREADY_ATTENDED",
            AlreadyRequested => "ALREADY_REQUESTED",
            NothingPending { .. } => "NOTHING_PENDING",
            TooManyRequests { .. } => "TOO_MANY_PENDING",
            Unpaid => "UNPAID",
            RefundTooLarge { .. } => "REFUND_TOO_LARGE",
            OutsideWindow => "OUTSIDE_WINDOW",
            OverTime { .. } => "OVER_TIME",
            NoAttemptsLeft { .. } => "NO_ATTEMPTS_LEFT",
            AttemptTaken { .. } => "ATTEMPT_TAKEN",
            NotMet { .. } => "REQUIREMENTS_NOT_MET",
            GuestUnclaimed => "ACCOUNT_UNCLAIMED",
            WrongState { .. } => "INVALID_STATE",
            AlreadyEnrolled => "ALREADY_ENROLLED",
            AlreadyAnswered => "ALREADY_ANSWERED",
            EmailTaken => "EMAIL_TAKEN",
            PhoneTaken => "PHONE_TAKEN",
            CodeTaken => "CODE_TAKEN",
            NameIsHere => "NAME_IS_HERE",
            HasMoreThanThisClass => "HAS_MORE_THAN_THIS_CLASS",
            SessionFull { .. } => "SESSION_FULL",
            HasOpenEnrollments { .. } => "HAS_OPEN_ENROLLMENTS",
            StepInUse { .. } => "STEP_IN_USE",
            KeyReused => "KEY_REUSED",
            SomeoneWasFaster => "CONFLICT",
            TooManyFailures { .. } => "TOO_MANY_REQUESTS",
            TooManySockets { .. } => "TOO_MANY_SOCKETS",
            TooManyConnections { .. } => "TOO_MANY_CONNECTIONS",
            SetupOver => "SETUP_OVER",
            ForeignPage => "FOREIGN_PAGE",
            LogQuotaUsed { .. } => "LOG_QUOTA_USED",
            Busy { .. } | Unavailable { .. } => "BUSY",
            Internal(_) => "INTERNAL_ERROR",
        }
    }

    pub fn retry_after_s(&self) -> Option<u64> {
        match self {
            Error::TooManyFailures { retry_after_s }
            | Error::TooManyConnections { retry_after_s }
            | Error::LogQuotaUsed { retry_after_s }
            | Error::Busy { retry_after_s } => Some(*retry_after_s),
            Error::Unavailable { .. } => Some(UNAVAILABLE_RETRY_AFTER_S),
            Error::TooManySockets { .. } => Some(SOCKET_FREED_AFTER_S),
            _ => None,
        }
    }

    pub fn message(&self) -> String {
        use Error::*;
        match self {
            BadInput { field, reason } if field.is_empty() => reason.to_string(),
            BadInput { field, reason } => format!("{field}: {reason}"),
            TooLarge { limit_bytes } => format!("The body is larger than {limit_bytes} bytes"),
            NotJson => "Send JSON, with the header Content-Type: application/json".into(),
            NotFound(noun) => format!("{noun} not found"),
            NoSuchPath => "There is nothing at this address".into(),
            WrongMethod => "This address does not answer this method".into(),
            SignInNeeded => "Sign in first: send Authorization: Bearer <access token>".into(),
            TokenExpired => "The access token has expired: refresh it".into(),
            WrongPassword => "The login name or the password is wrong".into(),
            LoginEnded => "This login has ended: sign in again".into(),
            NotYours => "This is not yours to see or change".into(),
            StaffOnly => "Only an instructor can do this".into(),
            AdminOnly => "Only an administrator can do this".into(),
            StudentsOnly => "Only a student can do this".into(),
            SignupClosed => "Instructors are added by an administrator here".into(),
            DoorClosed => "The instructor has closed the door of this class".into(),
            Removed => "The instructor has removed you from this class".into(),
            Refused => "Your application for this course was refused".into(),
            NotAdmitted => "This class admits nobody by itself: apply for it first".into(),
            ClassFull => "The class is full".into(),
            ClassEnded => "The class is over".into(),
            AlreadyMarked => "There is a mark for this meeting already: change that one".into(),
            AlreadyAttended => "This meeting counts as attended already".into(),
            AlreadyRequested => "A request for this meeting waits already".into(),
            NothingPending { person } => format!("There is no request of person {person} to decide"),
            TooManyRequests { most } => format!("{most} requests wait for a decision already"),
            Unpaid => "Nothing has been paid".into(),
            RefundTooLarge { left } => format!("Only {left} can be refunded"),
            OutsideWindow => "This is outside the time of the assessment".into(),
            OverTime { minutes } => format!("This took longer than the {minutes} minutes that are allowed"),
            NoAttemptsLeft { allowed } => format!("All {allowed} attempts are used"),
            AttemptTaken { number } => format!("There is a result of attempt {number} already: change that one"),
            NotMet { missing } => format!("Not met yet: {}", missing.join(", ")),
            GuestUnclaimed => "A guest sets a name and a login before getting a certificate".into(),
            WrongState { status } => format!("This cannot be done while the state is {status}"),
            AlreadyEnrolled => "Already enrolled".into(),
            AlreadyAnswered => "This was answered before".into(),
            EmailTaken => "This e-mail address is taken".into(),
            PhoneTaken => "This phone number is taken".into(),
            CodeTaken => "This code is taken".into(),
            NameIsHere => "Someone of this name is here already: say whether it is the same person".into(),
            HasMoreThanThisClass => "This guest has records beyond this class: join the other one into this one".into(),
            SessionFull { cap_people } => format!("This class is full: it holds {cap_people} people"),
            HasOpenEnrollments { count } => format!("{count} people are enrolled: archive the lecture instead"),
            StepInUse { session } => format!("The class of session {session} is on this step now"),
            KeyReused => "This Idempotency-Key was used for something else".into(),
            SomeoneWasFaster => "Someone else took this a moment ago".into(),
            TooManySockets { most } => format!("This is open in {most} places already: close one of them first"),
            TooManyFailures { retry_after_s } => format!("Too many attempts: try again in {retry_after_s} s"),
            TooManyConnections { retry_after_s } => {
                format!("Your address has too many connections open: try again in {retry_after_s} s")
            }
            SetupOver => "This link was used already, or the server has started anew since it was printed".into(),
            ForeignPage => "A page of another site cannot do this".into(),
            LogQuotaUsed { retry_after_s } => {
                format!("No more logs are taken for now: try again in {retry_after_s} s")
            }
            Busy { retry_after_s } => format!("Too busy right now: try again in {retry_after_s} s"),
            Unavailable { .. } => {
                format!("This cannot be done right now: try again in {UNAVAILABLE_RETRY_AFTER_S} s")
            }
            Internal(_) => "Something went wrong on our side".into(),
        }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Error::Internal(detail) => write!(f, "{detail}"),
            Error::Unavailable { why, .. } => write!(f, "{why}"),
            other => write!(f, "{}", other.message()),
        }
    }
}

impl std::error::Error for Error {}
