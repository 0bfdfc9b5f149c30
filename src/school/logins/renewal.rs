//! Renewing a login by its refresh token, and detecting a token that was copied.
//!
//! A refresh token is valid until its successor is first used, so that a reply lost on a bad network locks nobody out. Sent
//! again within 30 s it returns the same successor (two tabs, a lost reply); later it returns a new one, and the first
//! successor is void. Any other token of the login was copied by someone: the whole login ends, and its person is notified.

use super::rows::{TICKET, Tokens, activity_events, close_sockets_of, make_tokens};
use crate::app::School;
use crate::clock::SECOND_MS;
use crate::db::{HeldTable, Tx, args, row};
use crate::error::{Error, Result};
use crate::event::Activity;
use crate::keys::new_nonce;
use crate::live::EndedLogins;
use crate::school::notifications::{self, NotificationKind};
use crate::school::people::{self, Person};
use crate::school::rights::{Caller, Role};

/// Time for which a token returns the same successor again.
const SAME_SUCCESSOR_FOR_MS: i64 = 30 * SECOND_MS;

row! {
    struct LoginRow {
        id: i64,
        person: i64,
        device: String,
        /// Nonce of the newest token that was used.
        nonce: String,
        /// Nonce of the token that it was exchanged for, which nobody has used yet.
        successor_nonce: Option<String>,
        successor_ms: Option<i64>,
        expires_ms: i64,
        ended_ms: Option<i64>,
    }
}

struct NextToken {
    nonce: String,
    made_ms: i64,
}

impl LoginRow {
    /// Returns what a token is exchanged for; `None` for a token that may not be used any more.
    fn successor_of(&self, nonce: &str, now_ms: i64) -> Option<NextToken> {
        let fresh = || NextToken { nonce: new_nonce(), made_ms: now_ms };
        if self.successor_nonce.as_deref() == Some(nonce) {
            return Some(fresh());
        }
        if self.nonce != nonce {
            return None;
        }
        let last =
            self.successor_nonce.clone().zip(self.successor_ms).map(|(nonce, made_ms)| NextToken { nonce, made_ms });
        let same = last.filter(|last| now_ms - last.made_ms < SAME_SUCCESSOR_FOR_MS);
        Some(same.unwrap_or_else(fresh))
    }
}

/// Exchanges a refresh token for its successor and a new access token.
pub async fn refresh(app: &School, text: &str) -> Result<(Person, Tokens)> {
    let token = app.keys.read_refresh_token(text).ok_or(Error::LoginEnded)?;
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let login = hold(&mut tx, token.login).await?;
    if login.ended_ms.is_some() || login.expires_ms <= now_ms || login.device == TICKET {
        return Err(Error::LoginEnded);
    }
    let Some(successor) = login.successor_of(&token.nonce, now_ms) else {
        end_copied(app, tx, &login, now_ms).await?;
        return Err(Error::LoginEnded);
    };
    let person = people::by_id(&mut tx, login.person).await.map_err(|_| Error::LoginEnded)?;
    let sql = "update logins set nonce = $2, successor_nonce = $3, successor_ms = $4, expires_ms = $5 where id = $1";
    let expires_ms = now_ms + app.config.clocks.refresh_ttl_s * SECOND_MS;
    let args = args![login.id, token.nonce, &successor.nonce, successor.made_ms, expires_ms];
    tx.run(sql, args).await?;
    app.commit(tx, Vec::new()).await?;
    let is_student = person.role == Role::Student.word();
    let renewed = app.keys.refresh_token(login.id, &successor.nonce);
    let tokens = make_tokens(app, person.id, login.id, is_student, renewed)?;
    Ok((person, tokens))
}

/// Ends a login by its refresh token, so that a page that has no other token left can still sign out. A token that can no
/// longer be exchanged was copied by someone: the login ends as in `refresh`, and the call fails.
pub async fn logout_by_token(app: &School, text: &str) -> Result<()> {
    end(app, text, None).await
}

/// Ends a login of the caller by its refresh token. Fails for a token of someone else, whose login goes on.
pub async fn end_own(app: &School, caller: &Caller, text: &str) -> Result<()> {
    end(app, text, Some(caller.id)).await
}

/// Ends a login by its refresh token, for everyone who has it or only for this person.
async fn end(app: &School, text: &str, only_of: Option<i64>) -> Result<()> {
    let token = app.keys.read_refresh_token(text).ok_or(Error::LoginEnded)?;
    let mut tx = app.db.begin().await?;
    let now_ms = app.now_ms();
    let login = hold(&mut tx, token.login).await?;
    if only_of.is_some_and(|person| person != login.person) {
        return Err(Error::LoginEnded);
    }
    let closed = close_sockets_of(login.person, EndedLogins::Only(login.id));
    if login.ended_ms.is_some() {
        // Nothing is written, since anyone may send a dead token without end. Nodes close the sockets by a row that the first call
        // wrote; a lone server has none, and its first commit may have had no answer.
        if app.nodes.is_alone() {
            let news = app.record_closing(&mut tx, vec![closed]).await?;
            drop(tx);
            app.bus.send(news).await;
        }
        return Ok(());
    }
    if login.successor_of(&token.nonce, now_ms).is_none() {
        end_copied(app, tx, &login, now_ms).await?;
        return Err(Error::LoginEnded);
    }
    tx.run("update logins set ended_ms = $2 where id = $1", args![login.id, now_ms]).await?;
    let events = match login.device == TICKET {
        true => Vec::new(),
        false => activity_events(&mut tx, login.person, Activity::LoggedOut, now_ms).await?,
    };
    app.commit_and_close(tx, events, vec![closed]).await
}

/// Reads a login and holds its row, so that two refreshes at once run one after the other.
async fn hold(tx: &mut Tx, id: i64) -> Result<LoginRow> {
    tx.hold(HeldTable::Logins, id).await?;
    let sql = "select id, person, device, nonce, successor_nonce, successor_ms, expires_ms, ended_ms from logins
        where id = $1";
    tx.maybe(sql, args![id]).await?.ok_or(Error::LoginEnded)
}

/// Ends a login whose refresh token was copied, closes its sockets, and notifies its person.
async fn end_copied(app: &School, mut tx: Tx, login: &LoginRow, now_ms: i64) -> Result<()> {
    tx.run("update logins set ended_ms = $2 where id = $1", args![login.id, now_ms]).await?;
    notifications::notify(&mut tx, login.person, NotificationKind::LoginCopied, login.person, login.id, now_ms).await?;
    app.commit_and_close(tx, Vec::new(), vec![close_sockets_of(login.person, EndedLogins::Only(login.id))]).await
}
