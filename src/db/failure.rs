//! The meaning of a database error: for the caller, and for the connection on which it came.

use std::io::ErrorKind;

use super::health::Health;
use crate::error::Error;

pub const DISK_FULL: &str = "the disk is full";
pub const DISK_ERROR: &str = "the disk cannot be read or written";
pub const LOCKED: &str = "another process holds the database";
pub const SILENT: &str = "the database does not answer";
pub const LOST: &str = "the connection to the database was lost";
pub const UNREACHABLE: &str = "the database cannot be reached";
pub const REFUSES: &str = "the database refuses to work";
pub const CROWDED: &str = "all connections to the database are in use";
pub const CLOSING: &str = "the server is closing";

pub struct Failure {
    pub error: Error,
    /// The database answered with an ordinary error: the connection can be used again after a rollback.
    pub is_sound: bool,
    /// The database itself refused the statement: PostgreSQL accepts nothing more in this transaction.
    pub was_refused: bool,
    /// Other connections to the same server may be broken too.
    pub link_is_dead: bool,
    /// The text of the error, if the fault is the database's and not this server's.
    pub detail: Option<String>,
}

impl Failure {
    fn ordinary(error: Error) -> Failure {
        Failure { error, is_sound: true, was_refused: false, link_is_dead: false, detail: None }
    }

    /// The database itself fails, and would fail again at once.
    fn outage(why: &'static str, detail: impl ToString) -> Failure {
        let detail = Some(detail.to_string());
        Failure { detail, is_sound: false, ..Failure::ordinary(Error::Unavailable { why, at_once: false }) }
    }

    /// The connection is of no more use; the same may succeed on another.
    fn broken(why: &'static str, detail: impl ToString) -> Failure {
        Failure { error: Error::Unavailable { why, at_once: true }, ..Failure::outage(why, detail) }
    }

    fn dead(why: &'static str, detail: impl ToString) -> Failure {
        Failure { link_is_dead: true, ..Failure::broken(why, detail) }
    }

    /// There was no answer in time.
    pub fn silence() -> Failure {
        Failure::dead(SILENT, "no answer within the time limit")
    }

    /// Another database session held what was needed for longer than the time limit. A retry may succeed.
    fn locked_out(error: &sqlx::Error) -> Failure {
        tracing::debug!(%error, "undone, since another transaction was in the way");
        Failure::ordinary(Error::Busy { retry_after_s: 1 })
    }

    /// Records the failure in the database's health, if the fault is the database's.
    pub fn report(&self, health: &Health) {
        if let (Error::Unavailable { why, .. }, Some(detail)) = (&self.error, &self.detail) {
            health.failed(why, detail);
        }
    }

    pub fn of(error: sqlx::Error) -> Failure {
        let was_refused = matches!(error, sqlx::Error::Database(_));
        Failure { was_refused, ..Failure::meaning(&error) }
    }

    /// Tells whether a retry in a moment may succeed.
    pub fn is_passing(error: &sqlx::Error) -> bool {
        Failure::meaning(error).link_is_dead
    }

    fn meaning(error: &sqlx::Error) -> Failure {
        match error {
            sqlx::Error::Database(db) => {
                let code = db.code().unwrap_or_default();
                if db.is_unique_violation() {
                    return Failure::ordinary(Error::SomeoneWasFaster);
                }
                // SQLite's codes are numbers, those of PostgreSQL have five characters.
                match code.parse::<i32>() {
                    Ok(number) if code.len() < 5 => of_sqlite(number, error),
                    _ => of_postgres(&code, error),
                }
            }
            sqlx::Error::Io(io) if io.kind() == ErrorKind::ConnectionRefused => Failure::dead(UNREACHABLE, error),
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
                Failure::dead(LOST, error)
            }
            _ => Failure::ordinary(Error::internal(error)),
        }
    }
}

/// Reads a result code of <https://www.sqlite.org/rescode.html>: the last byte is its kind, the others give details.
fn of_sqlite(code: i32, error: &sqlx::Error) -> Failure {
    match code & 0xff {
        13 => Failure::outage(DISK_FULL, error),
        5 | 6 | 15 => Failure::outage(LOCKED, error),
        // No memory, no permission, read-only, I/O, corrupt, cannot open, no database.
        3 | 7 | 8 | 10 | 11 | 14 | 26 => Failure::outage(DISK_ERROR, error),
        // Aborted, interrupted.
        4 | 9 => Failure::broken(REFUSES, error),
        _ => Failure::ordinary(Error::internal(error)),
    }
}

/// Reads an error code of <https://www.postgresql.org/docs/current/errcodes-appendix.html>.
fn of_postgres(code: &str, error: &sqlx::Error) -> Failure {
    match code {
        // A deadlock, a serialization conflict, or a lock that was not free in time.
        "40P01" | "40001" | "55P03" => Failure::locked_out(error),
        // A number that is smaller or larger than PostgreSQL can store.
        "22003" => Failure::ordinary(Error::unreadable("a number is out of range")),
        // A text that PostgreSQL cannot store, because it contains a NUL.
        "22021" => Failure::ordinary(Error::unreadable("no NUL in texts")),
        // A statement took longer than `statement_timeout`, or someone cancelled it.
        "57014" => Failure { is_sound: true, ..Failure::broken(SILENT, error) },
        "53100" => Failure::outage(DISK_FULL, error),
        "58030" => Failure::outage(DISK_ERROR, error),
        // The server ended this database session, or is starting or stopping.
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" => Failure::dead(LOST, error),
        // The server is a read-only standby, after another server took over.
        "25006" => Failure::dead(REFUSES, error),
        _ => match code.get(..2) {
            Some("08") => Failure::dead(LOST, error),
            Some("28" | "3D" | "53" | "57" | "58" | "F0" | "XX") => Failure::outage(REFUSES, error),
            _ => Failure::ordinary(Error::internal(error)),
        },
    }
}
