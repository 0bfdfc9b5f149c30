//! The first administrator of a school in which nobody is yet.

use crate::app::School;
use crate::db::{Tx, args};
use crate::error::{Error, Result};
use crate::school::logins::{self, Tokens};
use crate::school::people::{self, NewPerson, Person};
use crate::school::rights::Role;

/// The address that makes the first administrator: `None` where there are people already. It holds a secret.
pub async fn link(app: &School) -> Result<Option<String>> {
    if people::is_anyone_here(app).await? {
        return Ok(None);
    }
    Ok(Some(format!("{}/setup#{}", app.public_url, app.setup.renew())))
}

/// Makes the first administrator and signs them in. Fails where the secret is not the one of the link or was used, or
/// where someone has come in the meantime.
pub async fn become_admin(app: &School, secret: String, new: NewPerson, device: &str) -> Result<(Person, Tokens)> {
    // Before the password is hashed: strangers make us work for nothing.
    if !app.setup.take(&secret) {
        return Err(Error::SetupOver);
    }
    let made = make(app, new, device).await;
    if made.as_ref().is_err_and(|error| !matches!(error, Error::SetupOver)) {
        app.setup.give_back(secret);
    }
    made
}

async fn make(app: &School, new: NewPerson, device: &str) -> Result<(Person, Tokens)> {
    if new.email.is_none() && new.phone.is_none() {
        return Err(Error::bad("email", "an e-mail address or a phone number is needed to sign in"));
    }
    let hash = people::hashed(&new).await?;
    let mut tx = app.db.begin().await?;
    must_be_empty(&mut tx).await?;
    let person = people::insert_with(&mut tx, &NewPerson { role: Role::Admin, ..new }, hash, app.now_ms()).await?;
    let tokens = logins::begin(app, &mut tx, person.id, false, device).await?;
    app.commit(tx, Vec::new()).await?;
    Ok((person, tokens))
}

async fn must_be_empty(tx: &mut Tx) -> Result<()> {
    let someone: Option<(i64,)> = tx.maybe("select id from people limit 1", args![]).await?;
    someone.map_or(Ok(()), |_| Err(Error::SetupOver))
}
