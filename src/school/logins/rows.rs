//! The rows of logins: how one begins, what it gives its person, and how all of a person end.

use crate::app::School;
use crate::clock::SECOND_MS;
use crate::db::{HeldTable, Tx, args};
use crate::error::Result;
use crate::event::{Activity, Event, NewEvent};
use crate::keys::{RefreshToken, TokenHolder, new_nonce};
use crate::live::{CloseSockets, EndedLogins};
use crate::school::sessions::room;

/// Device name of a ticket. No phone can have it: a name that a phone gives itself never begins with #.
pub(in crate::school) const TICKET: &str = "#ticket";

pub struct Tokens {
    pub access: String,
    pub refresh: String,
    /// Proves at the next login that this device has signed in to the account before.
    pub device_proof: String,
    pub expires_ms: i64,
    pub refresh_expires_ms: i64,
}

/// Begins a login of a person who has proved who they are.
pub async fn begin(app: &School, tx: &mut Tx, person: i64, is_student: bool, device: &str) -> Result<Tokens> {
    let (id, token) = insert(app, tx, person, device, app.config.clocks.refresh_ttl_s * SECOND_MS).await?;
    make_tokens(app, person, id, is_student, token)
}

pub(super) async fn insert(
    app: &School,
    tx: &mut Tx,
    person: i64,
    device: &str,
    for_ms: i64,
) -> Result<(i64, RefreshToken)> {
    let sql = "insert into logins (created_ms, person, device, nonce, expires_ms) values ($1, $2, $3, $4, $5)
        returning id";
    let (now_ms, nonce) = (app.now_ms(), new_nonce());
    let (id,) = tx.one(sql, args![now_ms, person, device, &nonce, now_ms + for_ms]).await?;
    Ok((id, app.keys.refresh_token(id, &nonce)))
}

pub(super) fn make_tokens(
    app: &School,
    person: i64,
    login: i64,
    is_student: bool,
    refresh: RefreshToken,
) -> Result<Tokens> {
    let now_ms = app.now_ms();
    let expires_ms = now_ms + app.config.clocks.access_ttl_s * SECOND_MS;
    let access = app.keys.access_token(TokenHolder { person, login, expires_ms }, now_ms, is_student)?;
    let refresh_expires_ms = now_ms + app.config.clocks.refresh_ttl_s * SECOND_MS;
    let device_proof = app.keys.device_proof(person, login);
    Ok(Tokens { access, refresh: refresh.text().to_owned(), device_proof, expires_ms, refresh_expires_ms })
}

pub(in crate::school) async fn end_logins(tx: &mut Tx, person: i64, now_ms: i64) -> Result<()> {
    tx.run("update logins set ended_ms = $2 where person = $1 and ended_ms is null", args![person, now_ms]).await?;
    Ok(())
}

/// Holds a person's row, and returns the hash of their password. A change of the password, which ends their logins, waits
/// until the transaction ends.
pub(in crate::school) async fn hold_person(tx: &mut Tx, person: i64) -> Result<Option<String>> {
    tx.hold(HeldTable::People, person).await?;
    let sql = "select password_hash from people where id = $1";
    Ok(tx.maybe::<(Option<String>,)>(sql, args![person]).await?.and_then(|(hash,)| hash))
}

/// Names the sockets to close when logins of a person end.
pub(in crate::school) fn close_sockets_of(person: i64, ended: EndedLogins) -> CloseSockets {
    CloseSockets::of_logins(room::person(person), person, ended)
}

/// Makes the events of a student's login or logout for the dashboards of their courses.
pub(super) async fn activity_events(tx: &mut Tx, person: i64, activity: Activity, at_ms: i64) -> Result<Vec<NewEvent>> {
    let sql = "select distinct c.course from enrollments e join classes c on c.id = e.class
        where e.person = $1 and e.status = 'APPROVED' limit 50";
    let courses: Vec<(i64,)> = tx.all(sql, args![person]).await?;
    let event = Event::StudentActivity { person, activity };
    Ok(courses.into_iter().map(|(course,)| NewEvent { session: None, course, at_ms, event: event.clone() }).collect())
}
