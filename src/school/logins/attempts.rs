//! Signing in with a password, and protection against guessing it.
//!
//! Failed logins count per account and address, per account (by whichever of its names), and per address. An attempt is
//! counted before the password is checked, and given back if it was right: a thousand attempts at once count as a thousand,
//! also if their callers hang up. A device that has signed in to the account before shows so by its proof, and has a count
//! of its own: nobody else can lock it out.

use std::net::IpAddr;
use std::time::Duration;

use super::rows::{Tokens, activity_events, begin, hold_person};
use crate::app::School;
use crate::db::args;
use crate::error::{Error, Result};
use crate::event::Activity;
use crate::failures::{Account, Attempts, CountedAttempt, Failures};
use crate::school::people::{self, Person};
use crate::school::rights::Role;

/// The device that someone signs in on.
pub struct Device {
    /// Name that the device gives itself.
    pub name: String,
    pub address: IpAddr,
    /// Proofs of earlier logins to accounts, as the device sent them.
    pub proofs: Vec<String>,
}

/// Signs in by e-mail address or phone number. Neither the answer nor the time it takes shows whether the name is known.
pub async fn login(app: &School, name: &str, password: String, device: &Device) -> Result<(Person, Tokens)> {
    let sql = "select id, password_hash from people where (email = $1 or phone = $1) and deleted_ms is null";
    let known: Option<(i64, Option<String>)> = app.db.maybe(sql, args![name]).await?;
    let hidden = || Account::Unknown(app.keys.hide_name(name));
    let account = known.as_ref().map_or_else(hidden, |(id, _)| Account::Of(*id));
    let (id, kept) = known.map_or((0, None), |(id, hash)| (id, hash));
    let attempt =
        LoginAttempt::take(&app.failures, account, earlier_login(app, id, device), device.address, app.now_ms())?;
    tokio::time::sleep(attempt.delay).await;
    match check(app, id, password, kept.clone(), device.address).await {
        Ok(true) => attempt.succeeded(&app.failures),
        Ok(false) => return Err(Error::WrongPassword),
        Err(error) => {
            // The password was not checked, so this is not a failed login.
            attempt.give_back();
            return Err(error);
        }
    }
    let mut tx = app.db.begin().await?;
    // A change of the password ends all logins: no login may begin with the old password after it.
    if hold_person(&mut tx, id).await? != kept {
        return Err(Error::WrongPassword);
    }
    let person = people::by_id(&mut tx, id).await.map_err(|_| Error::WrongPassword)?;
    let tokens = begin(app, &mut tx, id, person.role == Role::Student.word(), &device.name).await?;
    let events = activity_events(&mut tx, id, Activity::LoggedIn, app.now_ms()).await?;
    app.commit(tx, events).await?;
    Ok((person, tokens))
}

/// Checks the password. A right one is counted, also if its caller hangs up: after too many of them nothing is hashed for
/// this person until their window is over.
async fn check(app: &School, id: i64, password: String, kept: Option<String>, from: IpAddr) -> Result<bool> {
    let right = Attempts::RightLoginsOf(id);
    app.failures.check(&right, app.now_ms())?;
    let app = app.clone();
    let checking = async move {
        let is_right = app.passwords.matches(password, kept, from).await?;
        if is_right {
            app.failures.count(&right, app.now_ms());
        }
        Ok(is_right)
    };
    tokio::spawn(checking).await.map_err(Error::internal)?
}

/// Finds the login that this device had to the account before, if the device can prove one.
fn earlier_login(app: &School, person: i64, device: &Device) -> Option<i64> {
    let proofs = device.proofs.iter().filter_map(|text| app.keys.read_device_proof(text));
    proofs.filter(|proof| proof.person == person).map(|proof| proof.login).next()
}

/// Attempt to sign in, which counts as failed until the password is known to be right.
struct LoginAttempt<'a> {
    taken: Vec<CountedAttempt<'a>>,
    /// Delay of the answer.
    delay: Duration,
}

impl LoginAttempt<'_> {
    fn take<'a>(
        failures: &'a Failures,
        account: Account,
        earlier_login: Option<i64>,
        from: IpAddr,
        now_ms: i64,
    ) -> Result<LoginAttempt<'a>> {
        // A known device that has failed too often itself is treated like any other device.
        if let Some(taken) = earlier_login.and_then(|login| failures.take(&Attempts::KnownDevice(login), now_ms).ok()) {
            return Ok(LoginAttempt::counted_as_failed(vec![taken], Duration::ZERO));
        }
        let address = Attempts::LoginsFrom(from);
        let mut taken = failures.take_all(&[address.clone(), Attempts::AccountFrom(account.clone(), from)], now_ms)?;
        taken.push(take_account(failures, account, now_ms)?);
        Ok(LoginAttempt::counted_as_failed(taken, failures.delay(&address, now_ms)))
    }

    fn counted_as_failed(mut taken: Vec<CountedAttempt<'_>>, delay: Duration) -> LoginAttempt<'_> {
        taken.iter_mut().for_each(CountedAttempt::keep);
        LoginAttempt { taken, delay }
    }

    /// Clears the count of this account at this address or on this device, and takes the attempt out of the other counts.
    fn succeeded(self, failures: &Failures) {
        let is_own = |attempts: &Attempts| matches!(attempts, Attempts::AccountFrom(..) | Attempts::KnownDevice(_));
        for taken in self.taken {
            let attempts = taken.attempts().clone();
            taken.give_back();
            if is_own(&attempts) {
                failures.forgive(&attempts);
            }
        }
    }

    fn give_back(self) {
        self.taken.into_iter().for_each(CountedAttempt::give_back);
    }
}

/// Counts an attempt against an account. After too many failed logins the account accepts one attempt at a time, from all
/// callers together.
fn take_account(failures: &Failures, account: Account, now_ms: i64) -> Result<CountedAttempt<'_>> {
    let full = match failures.take(&Attempts::Account(account.clone()), now_ms) {
        Ok(taken) => return Ok(taken),
        Err(full) => full,
    };
    failures
        .take(&Attempts::AccountSlowly(account), now_ms)
        .map_err(|slow| if full.retry_after_s() < slow.retry_after_s() { full } else { slow })
}
