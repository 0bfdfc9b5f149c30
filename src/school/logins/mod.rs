//! Signing in, staying signed in, and signing out.

mod attempts;
pub mod history;
mod renewal;
mod rows;

use std::net::IpAddr;

pub use attempts::{Device, login};
pub use renewal::{end_own, logout_by_token, refresh};
pub use rows::{Tokens, begin};
pub(super) use rows::{close_sockets_of, end_logins, hold_person};

pub(super) use self::rows::TICKET;
use self::rows::{activity_events, insert, make_tokens};
use crate::app::School;
use crate::clock::MINUTE_MS;
use crate::db::{Db, Tx, args, row};
use crate::error::{Error, Result};
use crate::event::Activity;
use crate::failures::Attempts;
use crate::live::EndedLogins;
use crate::school::people::{self, Person};
use crate::school::rights::{Caller, Role};

/// Time for which a ticket is valid. A ticket signs in once; it is shown as a QR code to someone in the room.
pub const TICKET_FOR_MS: i64 = 10 * MINUTE_MS;
/// Time for which the key of a guest's join gives the same login again. A phone that lost the reply asks again sooner.
const GUEST_KEY_FOR_MS: i64 = 10 * MINUTE_MS;

row! {
    /// A guest's login that nobody has refreshed yet.
    pub struct GuestLogin {
        pub id: i64,
        pub person: i64,
        nonce: String,
    }
}

/// Finds the login that a guest's join made, while the key of the join still works: for ten minutes, and only until the
/// login is refreshed or ended, by a logout or a re-entry. Later the key would be a second way into the account. The login
/// of a claimed account is never found: its password protects it.
pub async fn find_by_guest_key(tx: &mut Tx, session: i64, device: &str, now_ms: i64) -> Result<Option<GuestLogin>> {
    find_unused(tx, "participants", session, device, now_ms).await
}

/// Finds in the same way the login that a helper's join made.
pub async fn find_by_helper_key(tx: &mut Tx, session: i64, device: &str, now_ms: i64) -> Result<Option<GuestLogin>> {
    find_unused(tx, "session_staff", session, device, now_ms).await
}

/// Finds a login that nobody has refreshed yet, of a guest who is in this table of a session's people.
async fn find_unused(tx: &mut Tx, table: &str, session: i64, device: &str, now_ms: i64) -> Result<Option<GuestLogin>> {
    let sql = format!(
        "select l.id, l.person, l.nonce from logins l join {table} p on p.person = l.person
        join people q on q.id = l.person and q.guest and q.deleted_ms is null
        where l.device = $1 and p.session = $2 and l.created_ms > $3 and l.ended_ms is null and l.successor_nonce is null
        order by l.id desc limit 1"
    );
    tx.maybe(sql, args![device, session, now_ms - GUEST_KEY_FOR_MS]).await
}

/// Makes the tokens again of a login that nobody has refreshed yet.
pub fn repeat_tokens(app: &School, login: &GuestLogin) -> Result<Tokens> {
    make_tokens(app, login.person, login.id, true, app.keys.refresh_token(login.id, &login.nonce))
}

/// Returns the time of the newest login, if there is one.
pub async fn newest_ms(db: &Db) -> Result<Option<i64>> {
    let newest: Option<(i64,)> = db.maybe("select created_ms from logins order by id desc limit 1", args![]).await?;
    Ok(newest.map(|(created_ms,)| created_ms))
}

pub async fn logout(app: &School, caller: &Caller) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let now_ms = app.now_ms();
    let sql = "update logins set ended_ms = $2 where id = $1 and ended_ms is null";
    if tx.run(sql, args![caller.login, now_ms]).await? == 0 {
        return Ok(());
    }
    let events = activity_events(&mut tx, caller.id, Activity::LoggedOut, now_ms).await?;
    app.commit_and_close(tx, events, vec![close_sockets_of(caller.id, EndedLogins::Only(caller.login))]).await
}

/// Makes a ticket to show as a QR code: it signs a person in on another device, once. Ends their earlier tickets.
pub async fn make_ticket(app: &School, tx: &mut Tx, person: i64) -> Result<String> {
    let sql = "update logins set ended_ms = $3 where person = $1 and device = $2 and ended_ms is null";
    tx.run(sql, args![person, TICKET, app.now_ms()]).await?;
    let (_, token) = insert(app, tx, person, TICKET, TICKET_FOR_MS).await?;
    Ok(token.text().to_owned())
}

/// Makes a ticket for a person on the command line, without any proof of who they are.
pub async fn make_ticket_for(app: &School, person: i64) -> Result<String> {
    let mut tx = app.db.begin().await?;
    let ticket = make_ticket(app, &mut tx, person).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(ticket)
}

pub async fn redeem(app: &School, ticket: &str, device: &str, from: IpAddr) -> Result<(Person, Tokens)> {
    let now_ms = app.now_ms();
    let mut attempt = app.failures.take(&Attempts::LoginsFrom(from), now_ms)?;
    let Some(token) = app.keys.read_refresh_token(ticket) else {
        attempt.keep();
        return Err(Error::LoginEnded);
    };
    drop(attempt);
    let mut tx = app.db.begin().await?;
    let found: Option<(i64,)> = tx.maybe("select person from logins where id = $1", args![token.login]).await?;
    hold_person(&mut tx, found.ok_or(Error::LoginEnded)?.0).await?;
    let sql = "update logins set ended_ms = $4
        where id = $1 and nonce = $2 and device = $3 and ended_ms is null and expires_ms > $4 returning person";
    let used: Option<(i64,)> = tx.maybe(sql, args![token.login, &token.nonce, TICKET, now_ms]).await?;
    let (id,) = used.ok_or(Error::LoginEnded)?;
    let person = people::by_id(&mut tx, id).await.map_err(|_| Error::LoginEnded)?;
    let mut closed = Vec::new();
    // A guest with a new phone may have lost the old one: its finder must not stay signed in.
    if person.guest {
        end_logins(&mut tx, id, now_ms).await?;
        closed.push(close_sockets_of(id, EndedLogins::All));
    }
    let tokens = begin(app, &mut tx, id, person.role == Role::Student.word(), device).await?;
    app.commit_and_close(tx, Vec::new(), closed).await?;
    Ok((person, tokens))
}

/// Returns the caller of an access token, with their role as it is now. Fails if the login has ended.
pub async fn caller(app: &School, access_token: &str) -> Result<Caller> {
    let holder = app.keys.read_access_token(access_token, app.now_ms())?;
    let sql = "select p.role from people p join logins l on l.person = p.id
        where p.id = $1 and l.id = $2 and p.deleted_ms is null and l.ended_ms is null";
    let found: Option<(String,)> = app.db.maybe(sql, args![holder.person, holder.login]).await?;
    let (role,) = found.ok_or(Error::LoginEnded)?;
    let role = Role::parse(&role).ok_or_else(|| Error::internal(format!("a role called {role}")))?;
    Ok(Caller { id: holder.person, role, login: holder.login, expires_ms: holder.expires_ms })
}

/// Checks that the caller's login and role are still valid. A socket lives longer than many requests: once its person has
/// lost the right to it, nothing more is accepted from it.
pub async fn must_be_valid(app: &School, caller: &Caller) -> Result<()> {
    let sql = "select p.role from people p join logins l on l.person = p.id
        where p.id = $1 and p.deleted_ms is null and l.id = $3 and l.ended_ms is null and p.role = $2";
    let found: Option<(String,)> = app.db.maybe(sql, args![caller.id, caller.role.word(), caller.login]).await?;
    found.map(|_| ()).ok_or(Error::LoginEnded)
}
