//! Ways into a session: its code, which anyone can type, and its key, which only the QR contains.

use std::net::IpAddr;

use super::{SESSION, Session, SessionStatus, state};
use crate::app::School;
use crate::db::{Tx, args, placeholders, row};
use crate::error::{Error, Noun, Result};
use crate::failures::{Attempts, CountedAttempt};
use crate::school::rights::Caller;

/// Normalizes a typed code: removes spaces and hyphens, and turns full-width digits into ASCII digits. Returns an empty
/// string if it contains anything else.
pub fn normalize_code(typed: &str) -> String {
    let is_between =
        |c: &char| c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ff0d}');
    let digit = |c: char| match c {
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        c => Some(c).filter(char::is_ascii_digit),
    };
    let digits: Option<String> = typed.chars().filter(|c| !is_between(c)).take(32).map(digit).collect();
    digits.unwrap_or_default()
}

/// Code that a person gives to enter a session, and the key if they scanned the QR.
#[derive(Debug, Clone)]
pub struct Invitation {
    pub code: String,
    pub key: Option<String>,
}

pub struct FoundSession {
    pub session: Session,
    /// Whether the key was right, so that the code was not guessed.
    pub is_scanned: bool,
}

/// Finds the session that an invitation leads to.
///
/// An invitation with the right key is never limited. Wrong typed codes are limited to 60 a minute for each person with an
/// account, and to 600 a minute for all of these at one address. Everyone else, guests included, shares 60 a minute at an
/// address, because anyone can be many guests. At the limit all typed codes are refused, right ones too.
///
/// A code that is being looked up counts as wrong until it is found or its caller hangs up. It is counted only once there
/// is a database connection to look it up on: there are far fewer than 60 of these, so look-ups that are not finished
/// cannot use up the limit.
pub async fn find(
    app: &School,
    tx: &mut Tx,
    invitation: &Invitation,
    caller: Option<&Caller>,
    from: IpAddr,
) -> Result<FoundSession> {
    let code = normalize_code(&invitation.code);
    if let Some(key) = &invitation.key {
        let sql = format!("{SESSION} where s.code = $1 and s.join_key = $2 and c.deleted_ms is null limit 1");
        if let Some(session) = tx.maybe(sql, args![&code, key]).await? {
            return Ok(FoundSession { session, is_scanned: true });
        }
    }
    let limits = match caller {
        Some(caller) if has_account(tx, caller).await? => {
            vec![Attempts::CodesBy(caller.id), Attempts::KnownCodesFrom(from)]
        }
        _ => vec![Attempts::CodesFrom(from)],
    };
    let mut counted = app.failures.take_all(&limits, app.now_ms())?;
    // An ended session is found too, to go through its steps again, unless its code leads to an open one now.
    let sql = format!(
        "{SESSION} where s.code = $1 and c.deleted_ms is null
        order by case s.status when 'REVIEW_MODE' then 1 else 0 end, s.created_ms desc, s.id desc limit 1"
    );
    let Some(session) = tx.maybe(sql, args![&code]).await? else {
        counted.iter_mut().for_each(CountedAttempt::keep);
        return Err(Error::NotFound(Noun::Session));
    };
    Ok(FoundSession { session, is_scanned: false })
}

/// Finds the session to which a helper's key leads. The right key is never limited; a wrong one counts as a wrong code of its
/// address, and is refused like one.
pub async fn find_to_help(app: &School, tx: &mut Tx, code: &str, key: &str, from: IpAddr) -> Result<Session> {
    let sql = format!(
        "{SESSION} where s.code = $1 and s.helper_key = $2 and c.deleted_ms is null
        order by s.created_ms desc, s.id desc limit 1"
    );
    if let Some(session) = tx.maybe(sql, args![normalize_code(code), key]).await? {
        return Ok(session);
    }
    app.failures.take(&Attempts::CodesFrom(from), app.now_ms())?.keep();
    Err(Error::NotFound(Noun::Session))
}

async fn has_account(tx: &mut Tx, caller: &Caller) -> Result<bool> {
    let sql = "select guest from people where id = $1";
    Ok(tx.maybe::<(bool,)>(sql, args![caller.id]).await?.is_some_and(|(guest,)| !guest))
}

pub struct SessionPreview {
    pub session: Session,
    pub participants: i64,
}

/// Finds the session of an invitation, with the limits of `find`, and counts its participants.
pub async fn look_up(
    app: &School,
    invitation: &Invitation,
    caller: Option<&Caller>,
    from: IpAddr,
) -> Result<SessionPreview> {
    let mut tx = app.db.read().await?;
    let session = find(app, &mut tx, invitation, caller, from).await?.session;
    let participants = state::participant_count(&mut tx, session.id).await?;
    Ok(SessionPreview { session, participants })
}

/// Finds the open session of a course: a running one before a paused one before a waiting one; of several such, one with an open
/// door before one with a closed door, and then the newest.
pub async fn open_of_course(app: &School, course: i64) -> Result<Option<Session>> {
    let sql = format!(
        "{SESSION} where s.course = $1 and s.status <> '{}'
        order by case s.status when 'IN_PROGRESS' then 0 when 'PAUSED' then 1 else 2 end, s.door desc, s.created_ms desc, s.id desc
        limit 1",
        SessionStatus::Review.word()
    );
    app.db.read().await?.maybe(sql, args![course]).await
}

row! {
    /// Session that someone may come back to, as their record leads to it.
    pub struct OwnSession {
        pub enrollment: i64,
        pub code: String,
        pub join_key: String,
    }
}

/// SQL: the session of course `$1` that person `$2` joined last, unless they were removed from it.
const JOINED_LAST: &str = "select s.code, s.join_key from participants p join live_sessions s on s.id = p.session
    where p.person = $2 and s.course = $1 and p.removed_ms is null order by p.id desc limit 1";
/// SQL: the newest session of course `$1`.
const NEWEST: &str =
    "select code, join_key from live_sessions where course = $1 order by created_ms desc, id desc limit 1";

/// Returns the URL of the session in which a person goes through the steps of a course again: the one that they joined last, or for
/// those who lead its lessons the newest one. Its key is only for those who have been there.
pub async fn review_url(
    tx: &mut Tx,
    public_url: &str,
    course: i64,
    (person, leads): (i64, bool),
) -> Result<Option<String>> {
    let found: Option<(String, String)> = match leads {
        true => tx.maybe(NEWEST, args![course]).await?,
        false => tx.maybe(JOINED_LAST, args![course, person]).await?,
    };
    Ok(found.map(|(code, key)| join_url(public_url, &code, &key)))
}

/// Finds for each of these enrollments the session that its person joined last, unless they were removed from it.
pub async fn of_enrollments(tx: &mut Tx, enrollments: &[i64]) -> Result<Vec<OwnSession>> {
    let (marks, ids) = placeholders(enrollments, 1);
    let sql = format!(
        "select p.enrollment, s.code, s.join_key from participants p join live_sessions s on s.id = p.session
        where p.id in (select max(p.id) from participants p
            where p.enrollment in ({marks}) and p.removed_ms is null group by p.enrollment)"
    );
    tx.all(sql, ids).await
}

impl OwnSession {
    pub fn join_url(&self, public_url: &str) -> String {
        join_url(public_url, &self.code, &self.join_key)
    }
}

impl Session {
    pub fn join_url(&self, public_url: &str) -> String {
        join_url(public_url, &self.code, &self.key)
    }

    /// Returns the URL in the QR for helpers: whoever has it becomes one.
    pub fn helper_url(&self, public_url: &str) -> String {
        format!("{public_url}/assist/{}?k={}", self.code, self.helper_key)
    }
}

/// Returns the URL in the QR. It contains the key, so no limit on codes applies: it is only for staff and for people in the
/// room.
fn join_url(public_url: &str, code: &str, key: &str) -> String {
    format!("{public_url}/j/{code}?k={key}")
}
