//! People: their accounts, and how these are made, changed and erased.

pub mod erasing;

use std::net::IpAddr;

use crate::app::School;
use crate::clock::{DRAWS_MAX, random_id};
use crate::config::Signup;
use crate::db::{HeldTable, Tx, args, row};
use crate::error::{Error, Field, Noun, Result};
use crate::event::words;
use crate::failures::{Attempts, CountedAttempt};
use crate::live::EndedLogins;
use crate::patch::Patch;
use crate::school::logins;
use crate::school::rights::{Caller, Role};
use crate::school::sessions::{identity, staff};
use crate::school::{Page, Window, certificates};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    Beginner,
    Intermediate,
    Advanced,
}
words!(Level { Beginner = "BEGINNER", Intermediate = "INTERMEDIATE", Advanced = "ADVANCED" });

row! {
    #[derive(Debug, Clone)]
    pub struct Person {
        pub id: i64,
        pub created_ms: i64,
        pub email: Option<String>,
        pub phone: Option<String>,
        pub name: String,
        pub nickname: Option<String>,
        pub role: String,
        pub age: Option<i64>,
        pub digital_level: Option<String>,
        pub guest: bool,
        pub student_no: Option<String>,
    }
}

pub(super) const PERSON: &str =
    "select id, created_ms, email, phone, name, nickname, role, age, digital_level, guest, student_no from people";

#[derive(Debug, Clone)]
pub struct NewPerson {
    pub email: Option<String>,
    pub phone: Option<String>,
    pub password: Option<String>,
    pub name: String,
    pub nickname: Option<String>,
    pub role: Role,
    pub age: Option<i64>,
    pub digital_level: Option<Level>,
}

/// Registers a person for themselves. Anyone may be a student; an instructor only if the setting allows it, an
/// administrator never.
pub async fn register(app: &School, new: NewPerson, from: IpAddr) -> Result<Person> {
    app.failures.take_for_good(&Attempts::RegistersFrom(from), app.now_ms())?;
    match new.role {
        Role::Student => {}
        Role::Instructor if app.config.instructor_signup == Signup::Open => {}
        Role::Instructor | Role::Admin => return Err(Error::SignupClosed),
    }
    if new.email.is_none() && new.phone.is_none() {
        return Err(Error::bad(Field::Email, "an e-mail address or a phone number is needed to sign in"));
    }
    add(app, new).await
}

/// Adds a person of any role, without checking rights: for callers who may do so, such as the command line.
pub async fn add(app: &School, new: NewPerson) -> Result<Person> {
    let hash = hash_of(app, &new).await?;
    let mut tx = app.db.begin().await?;
    let person = insert_account(&mut tx, &new, hash, app.now_ms()).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(person)
}

/// Adds a person of any role, for an administrator.
pub async fn add_by_admin(app: &School, caller: &Caller, new: NewPerson) -> Result<Person> {
    caller.must_be_admin()?;
    add(app, new).await
}

/// Hashes a new person's password, if they have one. It takes time, so it is done before a transaction begins.
pub(super) async fn hash_of(app: &School, new: &NewPerson) -> Result<Option<String>> {
    match &new.password {
        Some(password) => Ok(Some(app.passwords.hash(password.clone()).await?)),
        None => Ok(None),
    }
}

/// Writes a new person who has an account.
pub(super) async fn insert_account(tx: &mut Tx, new: &NewPerson, hash: Option<String>, now_ms: i64) -> Result<Person> {
    let id = insert(tx, new, hash, now_ms, false).await?;
    by_id(tx, id).await
}

/// Adds a guest: a person who scanned a QR code and typed a name.
pub async fn add_guest(tx: &mut Tx, name: &str, age: Option<i64>, level: Option<Level>, now_ms: i64) -> Result<i64> {
    let new = NewPerson {
        email: None,
        phone: None,
        password: None,
        name: name.to_owned(),
        nickname: None,
        role: Role::Student,
        age,
        digital_level: level,
    };
    insert(tx, &new, None, now_ms, true).await
}

async fn insert(tx: &mut Tx, new: &NewPerson, hash: Option<String>, now_ms: i64, guest: bool) -> Result<i64> {
    let sql = "insert into people (id, created_ms, email, phone, password_hash, name, nickname, role, age,
        digital_level, guest)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict do nothing returning id";
    let level = new.digital_level.map(Level::word);
    for _ in 0..DRAWS_MAX {
        let args = args![
            random_id(),
            now_ms,
            new.email.as_deref(),
            new.phone.as_deref(),
            hash.as_deref(),
            &new.name,
            new.nickname.as_deref(),
            new.role.word(),
            new.age,
            level,
            guest
        ];
        if let Some((id,)) = tx.maybe(sql, args).await? {
            return Ok(id);
        }
        // If neither is taken, the id was: another one is drawn.
        if let Some(error) = taken_login_name(tx, 0, new.email.as_deref(), new.phone.as_deref()).await? {
            return Err(error);
        }
    }
    Err(Error::Busy { retry_after_s: 1 })
}

pub async fn by_id(tx: &mut Tx, id: i64) -> Result<Person> {
    let sql = format!("{PERSON} where id = $1 and deleted_ms is null");
    tx.maybe(sql, args![id]).await?.ok_or(Error::NotFound(Noun::Person))
}

pub async fn me(app: &School, caller: &Caller) -> Result<Person> {
    by_id(&mut app.db.read().await?, caller.id).await
}

/// Changes that a person may make to themselves; `None` leaves a value as it is.
#[derive(Debug, Default)]
pub struct PersonChanges {
    pub name: Option<String>,
    pub nickname: Patch<String>,
    pub email: Patch<String>,
    pub phone: Patch<String>,
    pub password: Option<String>,
    pub current_password: Option<String>,
    pub age: Patch<i64>,
    pub digital_level: Patch<Level>,
}

/// Changes the caller's own profile. A guest who gives an e-mail address or a phone number, and a password, claims the
/// account, and gets the certificates that waited for it.
pub async fn change_me(app: &School, caller: &Caller, changes: PersonChanges, from: IpAddr) -> Result<Person> {
    let (known, hash) = match changes.is_of_login() {
        true => must_know_password(app, caller, &changes, from).await?,
        false => (None, None),
    };
    let is_of_login = changes.is_of_login();
    let mut tx = app.db.begin().await?;
    // Only a new password, by which a guest claims the account, or a new name can settle questions about a guest. The rows
    // of sessions are held before those of people.
    let may_settle = hash.is_some() || changes.name.is_some();
    let questions = if may_settle { identity::hold_questions(&mut tx, caller.id, None).await? } else { Vec::new() };
    if hash.is_some() {
        // Of a claim and a completion at the same time, the later one issues the certificate.
        tx.hold_where(HeldTable::Enrollments, "person = $1", args![caller.id]).await?;
    }
    let kept = logins::hold_person(&mut tx, caller.id).await?;
    let now = by_id(&mut tx, caller.id).await?;
    // The password was changed in the meantime, which ended this login too.
    if is_of_login && kept != known {
        return Err(Error::bad(Field::CurrentPassword, "it is not the current password"));
    }
    let email = changes.email.over(now.email);
    let phone = changes.phone.over(now.phone);
    let hash = hash.or(kept);
    let claimed = hash.is_some() && (email.is_some() || phone.is_some());
    // Without a password nobody could sign in by this address or number, not even its owner.
    if now.guest && !claimed && (email.is_some() || phone.is_some()) {
        return Err(Error::bad(Field::Password, "needed together with an e-mail address or a phone number"));
    }
    if !now.guest && !claimed {
        return Err(Error::bad(Field::Email, "an e-mail address or a phone number must remain, to sign in with"));
    }
    let sql = "update people set name = $2, email = $3, phone = $4, password_hash = $5, age = $6, digital_level = $7,
        guest = $8, nickname = $9 where id = $1";
    let level = changes.digital_level.map(|level| level.word().to_owned()).over(now.digital_level);
    let is_renamed = changes.name.as_ref().is_some_and(|name| *name != now.name);
    let name = changes.name.unwrap_or(now.name);
    let age = changes.age.over(now.age);
    let nickname = changes.nickname.over(now.nickname);
    let args = args![caller.id, name, email.as_deref(), phone.as_deref(), hash, age, level, !claimed, nickname];
    if let Err(error) = tx.run(sql, args).await {
        drop(tx);
        let held = taken_login_name(&mut app.db.read().await?, caller.id, email.as_deref(), phone.as_deref()).await?;
        return Err(held.unwrap_or(error));
    }
    // After a new password or a claim only this login stays: the others may be someone else's.
    let mut closed = Vec::new();
    if changes.password.is_some() || (now.guest && claimed) {
        let sql = "update logins set ended_ms = $3 where person = $1 and id <> $2 and ended_ms is null";
        tx.run(sql, args![caller.id, caller.login, app.now_ms()]).await?;
        closed.push(logins::close_sockets_of(caller.id, EndedLogins::AllBut(caller.login)));
    }
    if now.guest && claimed {
        certificates::issue_after_claim(app, &mut tx, caller.id).await?;
    }
    let events = if is_renamed || (now.guest && claimed) {
        identity::settle(&mut tx, &questions, app.now_ms()).await?
    } else {
        Vec::new()
    };
    let person = by_id(&mut tx, caller.id).await?;
    app.commit_and_close(tx, events, closed).await?;
    Ok(person)
}

impl PersonChanges {
    /// Checks whether the changes affect how the person signs in.
    fn is_of_login(&self) -> bool {
        self.password.is_some() || self.email.is_sent() || self.phone.is_sent()
    }
}

/// Checks that the caller knows the password of their account, so that a person who finds an unlocked phone cannot take
/// over the account. Returns the hash that was checked, and the hash of the new password.
///
/// Everything that can be refused is refused before anything is hashed, and all attempts are counted, also right ones:
/// hashing for a few people must not keep others from signing in.
async fn must_know_password(
    app: &School,
    caller: &Caller,
    changes: &PersonChanges,
    from: IpAddr,
) -> Result<(Option<String>, Option<String>)> {
    let sql = "select password_hash, guest, email is not null or phone is not null from people where id = $1";
    let (kept, guest, is_named): (Option<String>, bool, bool) = app.db.one(sql, args![caller.id]).await?;
    let names_itself = matches!(changes.email, Patch::Set(_)) || matches!(changes.phone, Patch::Set(_));
    if guest && changes.password.is_some() && !is_named && !names_itself {
        return Err(Error::bad(Field::Email, "an e-mail address or a phone number is needed to sign in"));
    }
    let given = match (&kept, &changes.current_password) {
        (Some(_), None) => {
            return Err(Error::bad(Field::CurrentPassword, "needed to change how this account signs in"));
        }
        (Some(_), Some(given)) => Some(given.clone()),
        (None, _) => None,
    };
    if given.is_none() && changes.password.is_none() {
        return Ok((kept, None));
    }
    let _turn = app.passwords.turn(caller.id)?;
    // Counted before the password is checked: many attempts at once count as many, also if their callers hang up.
    let attempts = [Attempts::PasswordOf(caller.id), Attempts::PasswordsFrom(from)];
    let mut taken = app.failures.take_all(&attempts, app.now_ms())?;
    taken.iter_mut().for_each(CountedAttempt::keep);
    let hash_of = check_and_hash(app, given, &kept, changes.password.clone(), from).await;
    if matches!(hash_of, Err(Error::Busy { .. })) {
        taken.into_iter().for_each(CountedAttempt::give_back);
    }
    Ok((kept, hash_of?))
}

async fn check_and_hash(
    app: &School,
    given: Option<String>,
    kept: &Option<String>,
    new: Option<String>,
    from: IpAddr,
) -> Result<Option<String>> {
    if let Some(given) = given
        && !app.passwords.matches(given, kept.clone(), from).await?
    {
        return Err(Error::bad(Field::CurrentPassword, "it is not the current password"));
    }
    match new {
        Some(password) => Ok(Some(app.passwords.hash(password).await?)),
        None => Ok(None),
    }
}

async fn taken_login_name(tx: &mut Tx, but: i64, email: Option<&str>, phone: Option<&str>) -> Result<Option<Error>> {
    let sql = "select id from people where email = $1 and id <> $2";
    if tx.maybe::<(i64,)>(sql, args![email, but]).await?.is_some() {
        return Ok(Some(Error::EmailTaken));
    }
    let sql = "select id from people where phone = $1 and id <> $2";
    Ok(tx.maybe::<(i64,)>(sql, args![phone, but]).await?.map(|_| Error::PhoneTaken))
}

// Actions of an administrator.

pub async fn list(
    app: &School,
    caller: &Caller,
    role: Option<Role>,
    search: Option<&str>,
    window: Window,
) -> Result<Page<Person>> {
    caller.must_be_admin()?;
    let mut tx = app.db.read().await?;
    let like = search.map(|s| format!("%{}%", s.to_lowercase().replace(['%', '_', '\\'], "")));
    let filter = "where deleted_ms is null and (role = $1 or $1 is null)
        and ($2 is null or lower(name) like $2 or lower(email) like $2 or phone like $2)";
    let role = role.map(Role::word);
    let (total,) = tx.one(format!("select count(*) from people {filter}"), args![role, like.as_deref()]).await?;
    let sql = format!("{PERSON} {filter} order by created_ms, id limit $3 offset $4");
    let rows = tx.all(sql, args![role, like, window.limit, window.offset]).await?;
    Ok(Page { rows, total, window })
}

pub async fn change_role(app: &School, caller: &Caller, id: i64, role: Role) -> Result<Person> {
    caller.must_be_admin()?;
    let mut tx = app.db.begin().await?;
    staff::hold_sessions_of(&mut tx, id).await?;
    let person = hold_with_admins(&mut tx, id).await?;
    if person.role == Role::Admin.word() && role != Role::Admin {
        must_not_be_last_admin(&mut tx, id).await?;
    }
    tx.run("update people set role = $2 where id = $1", args![id, role.word()]).await?;
    let events = match role {
        Role::Student => staff::end_all_of(&mut tx, id, app.now_ms()).await?,
        Role::Instructor | Role::Admin => Vec::new(),
    };
    let person = by_id(&mut tx, id).await?;
    app.commit_and_close(tx, events, vec![logins::close_sockets_of(id, EndedLogins::All)]).await?;
    Ok(person)
}

/// Sets the number by which the school knows a student, for an administrator. A student does not choose it.
pub async fn set_student_number(app: &School, caller: &Caller, id: i64, student_no: Option<String>) -> Result<Person> {
    caller.must_be_admin()?;
    let mut tx = app.db.begin().await?;
    by_id(&mut tx, id).await?;
    tx.run("update people set student_no = $2 where id = $1", args![id, student_no]).await?;
    let person = by_id(&mut tx, id).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(person)
}

/// Holds the rows of a person and of all administrators, and returns the person as they are then: someone else may just
/// have made them an administrator. Of two administrators who leave at once, one waits for the other, and stays.
pub(super) async fn hold_with_admins(tx: &mut Tx, id: i64) -> Result<Person> {
    tx.hold_where(HeldTable::People, "id = $1 or role = 'ADMIN'", args![id]).await?;
    by_id(tx, id).await
}

/// Fails if no other administrator would remain, for a person whom `hold_with_admins` holds.
pub(super) async fn must_not_be_last_admin(tx: &mut Tx, leaving: i64) -> Result<()> {
    let sql = "select count(*) from people where role = 'ADMIN' and deleted_ms is null and id <> $1";
    let (others,): (i64,) = tx.one(sql, args![leaving]).await?;
    if others > 0 { Ok(()) } else { Err(Error::wrong_state("LAST_ADMIN")) }
}

/// Sets a new password for a person who has lost theirs, for an administrator. All logins of the person end.
pub async fn reset_password(app: &School, caller: &Caller, id: i64, password: String) -> Result<Person> {
    caller.must_be_admin()?;
    set_password(app, id, password).await
}

pub async fn set_password(app: &School, id: i64, password: String) -> Result<Person> {
    let hash = app.passwords.hash(password).await?;
    let mut tx = app.db.begin().await?;
    let person = by_id(&mut tx, id).await?;
    tx.run("update people set password_hash = $2 where id = $1", args![id, hash]).await?;
    logins::end_logins(&mut tx, id, app.now_ms()).await?;
    app.bus.record_forgiven(&mut tx, id, app.now_ms()).await?;
    app.commit_and_close(tx, Vec::new(), vec![logins::close_sockets_of(id, EndedLogins::All)]).await?;
    app.failures.forgive_account(id);
    Ok(person)
}

pub async fn by_login_name(app: &School, name: &str) -> Result<Option<Person>> {
    let sql = format!("{PERSON} where deleted_ms is null and (email = $1 or phone = $1)");
    app.db.maybe(sql, args![name]).await
}

pub async fn is_admin_here(app: &School) -> Result<bool> {
    let sql = "select id from people where role = 'ADMIN' and deleted_ms is null limit 1";
    Ok(app.db.maybe::<(i64,)>(sql, args![]).await?.is_some())
}
