//! The first administrator of a school that has none yet.

use crate::app::School;
use crate::db::{Tx, args};
use crate::error::{Error, Field, Result};
use crate::school::logins::{self, Tokens};
use crate::school::people::{self, NewPerson, Person};
use crate::school::rights::Role;

/// Returns the link that makes the first administrator; `None` if there is one already. The link contains a secret.
pub async fn link(app: &School) -> Result<Option<String>> {
    if people::is_admin_here(app).await? {
        return Ok(None);
    }
    Ok(Some(format!("{}/setup#{}", app.public_url, app.setup.renew())))
}

/// Tells whether the link with this secret still makes an administrator.
pub async fn is_open(app: &School, secret: &str) -> Result<bool> {
    Ok(app.setup.matches(secret) && !people::is_admin_here(app).await?)
}

/// Makes the first administrator and signs them in. Fails if the secret is not the one of the link, or if there is an
/// administrator already: of several people who use the link at once, one becomes administrator. A person whose request was
/// cut off in the middle can use the link again.
pub async fn become_admin(app: &School, secret: &str, new: NewPerson, device: &str) -> Result<(Person, Tokens)> {
    // Checked before the password is hashed, so that strangers cannot make the server work.
    if !is_open(app, secret).await? {
        return Err(Error::SetupOver);
    }
    if new.email.is_none() && new.phone.is_none() {
        return Err(Error::bad(Field::Email, "an e-mail address or a phone number is needed to sign in"));
    }
    let hash = people::hash_of(app, &new).await?;
    let mut tx = app.db.begin().await?;
    must_be_first(&mut tx).await?;
    let person = people::insert_account(&mut tx, &NewPerson { role: Role::Admin, ..new }, hash, app.now_ms()).await?;
    let tokens = logins::begin(app, &mut tx, person.id, false, device).await?;
    app.commit(tx, Vec::new()).await?;
    Ok((person, tokens))
}

/// Fails for everyone but the first caller: a second caller waits for the row of the first.
async fn must_be_first(tx: &mut Tx) -> Result<()> {
    let made = tx.run("insert into first_admin (id) values (1) on conflict do nothing", args![]).await?;
    let sql = "select id from people where role = 'ADMIN' and deleted_ms is null limit 1";
    let admin: Option<(i64,)> = tx.maybe(sql, args![]).await?;
    if made == 1 && admin.is_none() { Ok(()) } else { Err(Error::SetupOver) }
}
