//! Signing in, staying signed in, and signing out.
//!
//! A refresh token is good until its successor is first used, so that a reply lost on a bad network locks nobody out.
//! One that comes back after that was stolen, or copied: it ends the whole login.

use std::net::IpAddr;

use crate::app::School;
use crate::clock::{MINUTE_MS, SECOND_MS};
use crate::db::{Tx, args, row};
use crate::error::{Error, Result};
use crate::event::{Activity, Event, News};
use crate::failures::Against;
use crate::keys::{Passport, RefreshToken, hash};
use crate::live::connection::close;
use crate::school::people::{self, Person, password_matches};
use crate::school::rights::{Caller, Role};
use crate::school::sessions::room;

/// A ticket signs in once, and soon: it is shown as a QR code to someone in the room.
pub const TICKET_FOR_MS: i64 = 10 * MINUTE_MS;
/// No phone can call itself so: what one says of itself never begins with #.
const TICKET: &str = "#ticket";

pub struct Tokens {
    pub access: String,
    pub refresh: String,
    pub expires_ms: i64,
    pub refresh_expires_ms: i64,
}

struct Login {
    id: i64,
    person: i64,
    device: String,
    generation: i64,
    token_hash: String,
    successor_hash: Option<String>,
    expires_ms: i64,
    ended_ms: Option<i64>,
}
row!(Login { id, person, device, generation, token_hash, successor_hash, expires_ms, ended_ms });

/// By e-mail or phone. Nobody learns whether a name is known, neither from the answer nor from the time it takes.
pub async fn login(app: &School, name: &str, password: String, device: &str, from: IpAddr) -> Result<(Person, Tokens)> {
    let now_ms = app.now_ms();
    let name_key = name.to_lowercase();
    let address = Against::LoginsFrom(from);
    app.failures.check(&address, now_ms)?;
    // Counted before it is known to fail: a thousand tries of one account at once are a thousand tries. An address that
    // a whole school shares is counted after it.
    let account = [Against::AccountFrom(name_key.clone(), from), Against::Account(name_key)];
    account.iter().try_for_each(|limit| app.failures.take(limit, now_ms))?;
    let sql = "select id, password_hash from people where (email = $1 or phone = $1) and deleted_ms is null";
    let known: Option<(i64, Option<String>)> = app.db.maybe(sql, args![name]).await?;
    let (id, kept) = known.map_or((0, None), |(id, hash)| (id, hash));
    match password_matches(password, kept).await {
        Ok(true) => {}
        Ok(false) => {
            app.failures.count(&address, now_ms);
            return Err(Error::WrongPassword);
        }
        Err(error) => {
            // That we were too busy to look is no failure of theirs.
            account.iter().for_each(|limit| app.failures.give_back(limit));
            return Err(error);
        }
    }
    app.failures.forgive(&account[0]);
    app.failures.give_back(&account[1]);
    let mut tx = app.db.begin().await?;
    let person = people::by_id(&mut tx, id).await?;
    let tokens = begin(app, &mut tx, id, person.role == Role::Student.word(), device).await?;
    let news = activity(&mut tx, id, Activity::LoggedIn, now_ms).await?;
    app.commit(tx, news).await?;
    Ok((person, tokens))
}

/// A new login of a person who has shown who they are.
pub async fn begin(app: &School, tx: &mut Tx, person: i64, is_student: bool, device: &str) -> Result<Tokens> {
    let (id, token) = open(app, tx, person, device, app.config.clocks.refresh_ttl_s * SECOND_MS).await?;
    tokens(app, person, id, is_student, token)
}

async fn open(app: &School, tx: &mut Tx, person: i64, device: &str, for_ms: i64) -> Result<(i64, RefreshToken)> {
    let sql = "insert into logins (created_ms, person, device, token_hash, expires_ms) values ($1, $2, $3, '', $4)
        returning id";
    let now_ms = app.now_ms();
    let (id,) = tx.one(sql, args![now_ms, person, device, now_ms + for_ms]).await?;
    let token = app.keys.refresh_token(id, 0);
    tx.run("update logins set token_hash = $2 where id = $1", args![id, token.hash()]).await?;
    Ok((id, token))
}

fn tokens(app: &School, person: i64, login: i64, is_student: bool, refresh: RefreshToken) -> Result<Tokens> {
    let now_ms = app.now_ms();
    let expires_ms = now_ms + app.config.clocks.access_ttl_s * SECOND_MS;
    let access = app.keys.access_token(Passport { person, login, expires_ms }, now_ms, is_student)?;
    let refresh_expires_ms = now_ms + app.config.clocks.refresh_ttl_s * SECOND_MS;
    Ok(Tokens { access, refresh: refresh.text().to_owned(), expires_ms, refresh_expires_ms })
}

pub async fn refresh(app: &School, text: &str) -> Result<(Person, Tokens)> {
    let token = app.keys.read_refresh_token(text).ok_or(Error::LoginEnded)?;
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let login = by_token(&mut tx, &token).await?;
    if login.ended_ms.is_some() || login.expires_ms <= now_ms || login.device == TICKET {
        return Err(Error::LoginEnded);
    }
    let hash = token.hash();
    let is_current = hash == login.token_hash;
    if !is_current && login.successor_hash.as_deref() != Some(&hash) {
        tx.run("update logins set ended_ms = $2 where id = $1", args![login.id, now_ms]).await?;
        app.commit(tx, Vec::new()).await?;
        dismiss(app, login.person, |ended| ended == login.id);
        return Err(Error::LoginEnded);
    }
    let person = people::by_id(&mut tx, login.person).await.map_err(|_| Error::LoginEnded)?;
    let successor = app.keys.refresh_token(login.id, token.generation + 1);
    let sql = "update logins set generation = $2, token_hash = $3, successor_hash = $4, expires_ms = $5 where id = $1";
    let expires_ms = now_ms + app.config.clocks.refresh_ttl_s * SECOND_MS;
    tx.run(sql, args![login.id, token.generation, hash, successor.hash(), expires_ms]).await?;
    app.commit(tx, Vec::new()).await?;
    let is_student = person.role == Role::Student.word();
    let tokens = tokens(app, person.id, login.id, is_student, successor)?;
    Ok((person, tokens))
}

/// The login of a token; its row is held, so that two refreshes at once follow one another.
async fn by_token(tx: &mut Tx, token: &RefreshToken) -> Result<Login> {
    let sql = "update logins set generation = generation where id = $1
        returning id, person, device, generation, token_hash, successor_hash, expires_ms, ended_ms";
    let login: Option<Login> = tx.maybe(sql, args![token.login]).await?;
    login.filter(|l| token.generation <= l.generation + 1).ok_or(Error::LoginEnded)
}

pub async fn logout(app: &School, caller: &Caller) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let now_ms = app.now_ms();
    tx.run("update logins set ended_ms = $2 where id = $1 and ended_ms is null", args![caller.login, now_ms]).await?;
    let news = activity(&mut tx, caller.id, Activity::LoggedOut, now_ms).await?;
    app.commit(tx, news).await?;
    dismiss(app, caller.id, |login| login == caller.login);
    Ok(())
}

/// Ends a login by its refresh token: a page that has nothing else left can still sign out.
pub async fn logout_by_token(app: &School, text: &str) -> Result<()> {
    let token = app.keys.read_refresh_token(text).ok_or(Error::LoginEnded)?;
    let mut tx = app.db.begin().await?;
    let login = by_token(&mut tx, &token).await?;
    tx.run("update logins set ended_ms = $2 where id = $1 and ended_ms is null", args![login.id, app.now_ms()]).await?;
    app.commit(tx, Vec::new()).await?;
    dismiss(app, login.person, |ended| ended == login.id);
    Ok(())
}

/// Something to show as a QR code: it signs a person in on another device, once.
pub async fn ticket(app: &School, tx: &mut Tx, person: i64) -> Result<String> {
    let sql = "update logins set ended_ms = $3 where person = $1 and device = $2 and ended_ms is null";
    tx.run(sql, args![person, TICKET, app.now_ms()]).await?;
    let (_, token) = open(app, tx, person, TICKET, TICKET_FOR_MS).await?;
    Ok(token.text().to_owned())
}

/// A ticket for someone the command line vouches for.
pub async fn ticket_for(app: &School, person: i64) -> Result<String> {
    let mut tx = app.db.begin().await?;
    let ticket = ticket(app, &mut tx, person).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(ticket)
}

pub async fn redeem(app: &School, ticket: &str, device: &str, from: IpAddr) -> Result<(Person, Tokens)> {
    let now_ms = app.now_ms();
    let limit = Against::LoginsFrom(from);
    app.failures.check(&limit, now_ms)?;
    let Some(token) = app.keys.read_refresh_token(ticket) else {
        app.failures.count(&limit, now_ms);
        return Err(Error::LoginEnded);
    };
    let mut tx = app.db.begin().await?;
    let sql = "update logins set ended_ms = $4
        where id = $1 and token_hash = $2 and device = $3 and ended_ms is null and expires_ms > $4 returning person";
    let used: Option<(i64,)> = tx.maybe(sql, args![token.login, hash(ticket), TICKET, now_ms]).await?;
    let (id,) = used.ok_or(Error::LoginEnded)?;
    let person = people::by_id(&mut tx, id).await.map_err(|_| Error::LoginEnded)?;
    // A guest who has a new phone has lost the old one: whoever finds it is not them.
    if person.guest {
        people::end_logins(&mut tx, id, now_ms).await?;
    }
    let tokens = begin(app, &mut tx, id, person.role == Role::Student.word(), device).await?;
    app.commit(tx, Vec::new()).await?;
    if person.guest {
        dismiss(app, id, |_| true);
    }
    Ok((person, tokens))
}

/// Who speaks: the role and the login are those of this moment.
pub async fn caller(app: &School, access_token: &str) -> Result<Caller> {
    let passport = app.keys.read_access_token(access_token, app.now_ms())?;
    let sql = "select p.role from people p join logins l on l.person = p.id
        where p.id = $1 and l.id = $2 and p.deleted_ms is null and l.ended_ms is null";
    let found: Option<(String,)> = app.db.maybe(sql, args![passport.person, passport.login]).await?;
    let (role,) = found.ok_or(Error::LoginEnded)?;
    let role = Role::parse(&role).ok_or_else(|| Error::internal(format!("a role called {role}")))?;
    Ok(Caller { id: passport.person, role, login: passport.login, expires_ms: passport.expires_ms })
}

/// A socket outlives many requests: whoever lost the right to it in between is not heard on it.
pub async fn must_stand(app: &School, caller: &Caller) -> Result<()> {
    let sql = "select p.role from people p join logins l on l.person = p.id
        where p.id = $1 and p.deleted_ms is null and l.id = $3 and l.ended_ms is null and p.role = $2";
    let found: Option<(String,)> = app.db.maybe(sql, args![caller.id, caller.role.word(), caller.login]).await?;
    found.map(|_| ()).ok_or(Error::LoginEnded)
}

/// Closes the sockets of a person's logins that have ended.
pub(super) fn dismiss(app: &School, person: i64, has_ended: impl Fn(i64) -> bool) {
    app.hub.dismiss(
        room::person(person),
        |c| c.person == person && has_ended(c.pass),
        close::TOKEN,
        "the login has ended",
    );
}

/// The dashboards of a student's courses hear of their coming and going.
async fn activity(tx: &mut Tx, person: i64, activity: Activity, at_ms: i64) -> Result<Vec<News>> {
    let sql = "select distinct c.course from enrollments e join classes c on c.id = e.class
        where e.person = $1 and e.status = 'APPROVED' limit 50";
    let courses: Vec<(i64,)> = tx.all(sql, args![person]).await?;
    let event = Event::StudentActivity { person, activity };
    Ok(courses.into_iter().map(|(course,)| News { session: None, course, at_ms, event: event.clone() }).collect())
}
