//! Helpers who come by a QR. Each is a new person without an account, whose login ends with the session: so whoever learns in the session
//! and scans the helpers' QR loses nothing of what they are there.

use std::net::IpAddr;

use super::staff::{must_have_room, new_event};
use super::{by_id, codes};
use crate::app::School;
use crate::db::{HeldTable, Tx, args, retry};
use crate::error::{Error, Result};
use crate::event::{Event, StaffRole, StoredAnswer};
use crate::failures::Attempts;
use crate::school::logins::{self, Tokens};
use crate::school::once::{self, Key};
use crate::school::people::{self, Person};

/// Data that a new helper sends.
#[derive(Debug, Clone)]
pub struct NewHelper {
    pub name: String,
    /// The key of the helpers' QR.
    pub key: String,
}

/// A helper who has come.
pub struct JoinedHelper {
    pub person: Person,
    pub tokens: Tokens,
    pub session: i64,
    pub joined_ms: i64,
}

/// Makes a new person a helper of the session that the key leads to, also through a closed door. `once`, if the phone sends one, makes it
/// happen once: a repeat after a lost reply makes no second helper.
pub async fn join(
    app: &School,
    code: &str,
    helper: NewHelper,
    once: Option<Key>,
    from: IpAddr,
) -> Result<JoinedHelper> {
    let session = codes::find_to_help(app, &mut app.db.read().await?, code, &helper.key, from).await?.id;
    app.failures.take_for_good(&Attempts::ScannedGuestsFrom(from), app.now_ms())?;
    retry(|| try_join(app, session, &helper, once.as_ref())).await
}

async fn try_join(app: &School, session: i64, helper: &NewHelper, key: Option<&Key>) -> Result<JoinedHelper> {
    let (now_ms, mut tx) = (app.now_ms(), app.db.begin().await?);
    tx.hold(HeldTable::Sessions, session).await?;
    let at = by_id(&mut tx, session).await?;
    at.must_be_open()?;
    if at.helper_key != helper.key {
        // The key was renewed a moment ago.
        return Err(Error::NotFound(crate::error::Noun::Session));
    }
    let device = key.map_or_else(|| "#helper".to_owned(), |key| format!("#helper {}", key.text()));
    if key.is_some()
        && let Some(login) = logins::find_by_helper_key(&mut tx, session, &device, now_ms).await?
    {
        must_be_the_same(&mut tx, login.person, key, helper, now_ms).await?;
        let (person, tokens) = (people::by_id(&mut tx, login.person).await?, logins::repeat_tokens(app, &login)?);
        let sql = "select joined_ms from session_staff where session = $1 and person = $2";
        let (joined_ms,) = tx.one(sql, args![session, person.id]).await?;
        return Ok(JoinedHelper { person, tokens, session, joined_ms });
    }
    must_have_room(&mut tx, session, true).await?;
    let person = people::add_guest(&mut tx, &helper.name, None, None, now_ms).await?;
    must_be_the_same(&mut tx, person, key, helper, now_ms).await?;
    let sql = "insert into session_staff (session, person, role, by_key, joined_ms) values ($1, $2, $3, true, $4)";
    tx.run(sql, args![session, person, StaffRole::Helper.word(), now_ms]).await?;
    let tokens = logins::begin(app, &mut tx, person, true, &device).await?;
    let event = new_event(&at, Event::StaffChanged { person, role: Some(StaffRole::Helper) }, now_ms);
    let person = people::by_id(&mut tx, person).await?;
    app.commit(tx, vec![event]).await?;
    Ok(JoinedHelper { person, tokens, session, joined_ms: now_ms })
}

/// Notes what was sent with a key. Fails if something else was sent with it before.
async fn must_be_the_same(tx: &mut Tx, person: i64, key: Option<&Key>, sent: &NewHelper, now_ms: i64) -> Result<()> {
    if once::claim(tx, person, key, ("helper", sent), now_ms).await?.is_none() {
        once::settle(tx, person, key, &StoredAnswer::GuestJoined).await?;
    }
    Ok(())
}
