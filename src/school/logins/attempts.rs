//! Signing in with a password, and what is done against guessing it.
//!
//! Failed logins count per account and address, per account (by whichever of its names), and per address. What counts is
//! taken before the password is looked at and given back when it was right: a thousand tries at once are a thousand tries,
//! also of callers who hang up. A device that has signed in to
//! the account before shows so by its proof, and has a count of its own: nobody else can lock it out.

use std::net::IpAddr;
use std::time::Duration;

use super::{Tokens, activity, begin, hold_person};
use crate::app::School;
use crate::db::args;
use crate::error::{Error, Result};
use crate::event::Activity;
use crate::failures::{Account, Against, Failures, Taken};
use crate::school::passwords::password_matches;
use crate::school::people::{self, Person};
use crate::school::rights::Role;

/// The device that someone signs in on.
pub struct Device {
    /// What it calls itself.
    pub name: String,
    pub address: IpAddr,
    /// Of accounts that it has signed in to before, as they were sent.
    pub proofs: Vec<String>,
}

/// Signs in by e-mail or phone. Nobody learns whether a name is known, neither from the answer nor from the time it takes.
pub async fn login(app: &School, name: &str, password: String, device: &Device) -> Result<(Person, Tokens)> {
    let sql = "select id, password_hash from people where (email = $1 or phone = $1) and deleted_ms is null";
    let known: Option<(i64, Option<String>)> = app.db.maybe(sql, args![name]).await?;
    let account = known.as_ref().map_or_else(|| Account::Unknown(name.to_lowercase()), |(id, _)| Account::Of(*id));
    let (id, kept) = known.map_or((0, None), |(id, hash)| (id, hash));
    let attempt = Attempt::take(&app.failures, account, earlier_login(app, id, device), device.address, app.now_ms())?;
    tokio::time::sleep(attempt.delay).await;
    match password_matches(password, kept.clone()).await {
        Ok(true) => attempt.succeeded(&app.failures),
        Ok(false) => return Err(Error::WrongPassword),
        Err(error) => {
            // That we were too busy to look is no failure of theirs.
            attempt.give_back();
            return Err(error);
        }
    }
    let mut tx = app.db.begin().await?;
    // Whoever changes the password ends all logins: none may begin with the old one after that.
    if hold_person(&mut tx, id).await? != kept {
        return Err(Error::WrongPassword);
    }
    let person = people::by_id(&mut tx, id).await.map_err(|_| Error::WrongPassword)?;
    let tokens = begin(app, &mut tx, id, person.role == Role::Student.word(), &device.name).await?;
    let news = activity(&mut tx, id, Activity::LoggedIn, app.now_ms()).await?;
    app.commit(tx, news).await?;
    Ok((person, tokens))
}

/// The login that this device had to the account before, if it can prove one.
fn earlier_login(app: &School, person: i64, device: &Device) -> Option<i64> {
    let proofs = device.proofs.iter().filter_map(|text| app.keys.read_device_proof(text));
    proofs.filter(|proof| proof.person == person).map(|proof| proof.login).next()
}

/// A try of a password, which counts until it is known to be right.
struct Attempt<'a> {
    taken: Vec<Taken<'a>>,
    /// How long its answer is held back.
    delay: Duration,
}

impl Attempt<'_> {
    fn take<'a>(
        failures: &'a Failures,
        account: Account,
        earlier_login: Option<i64>,
        from: IpAddr,
        now_ms: i64,
    ) -> Result<Attempt<'a>> {
        // A known device that has failed too often itself is a device like any other.
        if let Some(taken) = earlier_login.and_then(|login| failures.take(&Against::KnownDevice(login), now_ms).ok()) {
            return Ok(Attempt::kept(vec![taken], Duration::ZERO));
        }
        let address = Against::LoginsFrom(from);
        let mut taken = failures.take_all(&[address.clone(), Against::AccountFrom(account.clone(), from)], now_ms)?;
        taken.push(take_account(failures, account, now_ms)?);
        Ok(Attempt::kept(taken, failures.delay(&address, now_ms)))
    }

    fn kept(mut taken: Vec<Taken<'_>>, delay: Duration) -> Attempt<'_> {
        taken.iter_mut().for_each(Taken::keep);
        Attempt { taken, delay }
    }

    /// Forgives what was counted against this account from here, and gives the rest back.
    fn succeeded(self, failures: &Failures) {
        let is_own = |against: &Against| matches!(against, Against::AccountFrom(..) | Against::KnownDevice(_));
        for taken in self.taken {
            let against = taken.against().clone();
            taken.give_back();
            if is_own(&against) {
                failures.forgive(&against);
            }
        }
    }

    fn give_back(self) {
        self.taken.into_iter().for_each(Taken::give_back);
    }
}

/// An account of which too many logins have failed takes one try at a time, from whomever.
fn take_account(failures: &Failures, account: Account, now_ms: i64) -> Result<Taken<'_>> {
    let full = match failures.take(&Against::Account(account.clone()), now_ms) {
        Ok(taken) => return Ok(taken),
        Err(full) => full,
    };
    failures
        .take(&Against::AccountSlowly(account), now_ms)
        .map_err(|slow| if full.retry_after_s() < slow.retry_after_s() { full } else { slow })
}
