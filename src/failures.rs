//! Limits on failed logins and guessed codes, per address and per account. Failures are counted, and not requests, since a
//! classroom of thirty phones shares one address. Actions that can succeed any number of times (joining as a guest,
//! registering) have limits that no classroom reaches. An address from which many logins fail is answered more slowly,
//! long before it is refused.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use dashmap::DashMap;
use dashmap::mapref::one::RefMut;
use serde::{Deserialize, Serialize};

use crate::clock::{HOUR_MS, MINUTE_MS, SECOND_MS};
use crate::error::{Error, Result};

/// The account that someone tries to sign in to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Account {
    /// The account of this person, by any of their login names.
    Of(i64),
    /// No account has this login name, which other nodes hear of as `Keys::hide_name` hides it.
    Unknown(String),
}

/// The account, person, device or address for which attempts are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Attempts {
    Account(Account),
    /// An account that has reached its limit: one try per window stays open to everyone.
    AccountSlowly(Account),
    /// A device that has signed in to an account before, by the login that it had then.
    KnownDevice(i64),
    /// Tries on one account from one address. Counted per address, so that someone who guesses elsewhere does not lock the owner out.
    AccountFrom(Account, IpAddr),
    /// Requests of a signed-in person that give their password or set a new one. Right ones count too, since each costs a hash.
    PasswordOf(i64),
    /// The same, for all signed-in persons at one address.
    PasswordsFrom(IpAddr),
    LoginsFrom(IpAddr),
    /// Logins of a person with the right password. Each costs a hash and leaves a row.
    RightLoginsOf(i64),
    CodesFrom(IpAddr),
    /// Wrong codes that one signed-in person types. Counted per person, so that others at the same address do not make them wait.
    CodesBy(i64),
    /// Wrong codes that all persons who are signed in with an account type at one address.
    KnownCodesFrom(IpAddr),
    /// Students whom an instructor enrols by an e-mail address, a phone number or a student number.
    ContactsBy(i64),
    /// Pictures that a person sends with calls for help.
    HelpPicturesBy(i64),
    /// Handouts that a person gets: each takes a processor for a while.
    HandoutsBy(i64),
    /// Payments that a person reports: the payment service is asked about each.
    PaymentsBy(i64),
    /// Look-ups of certificates that do not exist.
    CertificatesFrom(IpAddr),
    GuestsFrom(IpAddr),
    /// Guests who join by a QR: a whole hall may share one address.
    ScannedGuestsFrom(IpAddr),
    RegistersFrom(IpAddr),
    /// Times that a person leaves a session by choice: the session's id, the person's id. Limited, since the instructor is
    /// notified of each leave and each return.
    LeavesOf(i64, i64),
    /// Claims, messages and invitations of one of a session's staff: the session's id, the person's id.
    StaffActsOf(i64, i64),
    /// Lectures that a person shares: each notifies a colleague.
    SharingsBy(i64),
    /// Addresses at which stored videos play, asked for by one person: at most so many.
    PlaysOf {
        person: i64,
        most: u32,
    },
    /// Steps of uploads for which the store is asked, by one person: at most so many.
    UploadStepsOf {
        person: i64,
        most: u32,
    },
}

impl Attempts {
    fn allowed_per_window(&self) -> u32 {
        match self {
            Attempts::AccountSlowly(_) => 1,
            Attempts::AccountFrom(..) | Attempts::KnownDevice(_) | Attempts::PasswordOf(_) => 10,
            Attempts::Account(_) | Attempts::RightLoginsOf(_) => 100,
            Attempts::LoginsFrom(_) => 1_000,
            Attempts::CodesFrom(_)
            | Attempts::CodesBy(_)
            | Attempts::ContactsBy(_)
            | Attempts::HelpPicturesBy(_)
            | Attempts::PaymentsBy(_)
            | Attempts::SharingsBy(_) => 60,
            Attempts::CertificatesFrom(_) | Attempts::LeavesOf(..) | Attempts::HandoutsBy(_) => 30,
            Attempts::ScannedGuestsFrom(_) => 3_000,
            Attempts::GuestsFrom(_) | Attempts::PasswordsFrom(_) | Attempts::KnownCodesFrom(_) => 600,
            Attempts::RegistersFrom(_) => 200,
            Attempts::StaffActsOf(..) => 300,
            Attempts::PlaysOf { most, .. } | Attempts::UploadStepsOf { most, .. } => *most,
        }
    }

    fn window_ms(&self) -> i64 {
        match self {
            Attempts::CodesFrom(_)
            | Attempts::CodesBy(_)
            | Attempts::KnownCodesFrom(_)
            | Attempts::CertificatesFrom(_)
            | Attempts::GuestsFrom(_) => MINUTE_MS,
            Attempts::AccountSlowly(_) => 10 * SECOND_MS,
            Attempts::ScannedGuestsFrom(_) => 10 * MINUTE_MS,
            Attempts::LeavesOf(..)
            | Attempts::HandoutsBy(_)
            | Attempts::HelpPicturesBy(_)
            | Attempts::StaffActsOf(..)
            | Attempts::SharingsBy(_)
            | Attempts::PlaysOf { .. }
            | Attempts::UploadStepsOf { .. } => HOUR_MS,
            _ => 15 * MINUTE_MS,
        }
    }

    /// Whether these are counted for a person of this school alone, whatever their address: for their account or their device.
    fn is_of_person(&self) -> bool {
        match self {
            Attempts::Account(of) | Attempts::AccountSlowly(of) => matches!(of, Account::Of(_)),
            Attempts::KnownDevice(_)
            | Attempts::PasswordOf(_)
            | Attempts::RightLoginsOf(_)
            | Attempts::CodesBy(_)
            | Attempts::ContactsBy(_)
            | Attempts::HandoutsBy(_)
            | Attempts::HelpPicturesBy(_)
            | Attempts::PaymentsBy(_)
            | Attempts::LeavesOf(..)
            | Attempts::StaffActsOf(..)
            | Attempts::SharingsBy(_)
            | Attempts::PlaysOf { .. }
            | Attempts::UploadStepsOf { .. } => true,
            _ => false,
        }
    }

    fn by_network(&self) -> Attempts {
        match self {
            Attempts::AccountFrom(account, ip) => Attempts::AccountFrom(account.clone(), network(*ip)),
            Attempts::PasswordsFrom(ip) => Attempts::PasswordsFrom(network(*ip)),
            Attempts::LoginsFrom(ip) => Attempts::LoginsFrom(network(*ip)),
            Attempts::CodesFrom(ip) => Attempts::CodesFrom(network(*ip)),
            Attempts::KnownCodesFrom(ip) => Attempts::KnownCodesFrom(network(*ip)),
            Attempts::CertificatesFrom(ip) => Attempts::CertificatesFrom(network(*ip)),
            Attempts::GuestsFrom(ip) => Attempts::GuestsFrom(network(*ip)),
            Attempts::ScannedGuestsFrom(ip) => Attempts::ScannedGuestsFrom(network(*ip)),
            Attempts::RegistersFrom(ip) => Attempts::RegistersFrom(network(*ip)),
            Attempts::Account(_)
            | Attempts::AccountSlowly(_)
            | Attempts::KnownDevice(_)
            | Attempts::PasswordOf(_)
            | Attempts::RightLoginsOf(_)
            | Attempts::LeavesOf(..)
            | Attempts::StaffActsOf(..)
            | Attempts::SharingsBy(_)
            | Attempts::PlaysOf { .. }
            | Attempts::UploadStepsOf { .. }
            | Attempts::CodesBy(_)
            | Attempts::ContactsBy(_)
            | Attempts::HandoutsBy(_)
            | Attempts::HelpPicturesBy(_)
            | Attempts::PaymentsBy(_) => self.clone(),
        }
    }
}

/// Returns the network that counts as one address: for IPv6 the whole /64, since its owner can use any address in it.
pub fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
    }
}

/// A change of a count on one node, of which the others hear. A later version may add more.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum CountChange {
    Counted(Attempts),
    /// Taken out of the count again.
    GivenBack(Attempts),
    Forgiven(Attempts),
    AccountForgiven(i64),
}

type Reporter = Box<dyn Fn(CountChange) + Send + Sync>;

/// Failed logins from one address before its answers are delayed; then the delay that each further one adds.
const SLOWED_AFTER: u32 = 100;
const SLOWED_BY_MS: u64 = 10;
const SLOWED_MAX_MS: u64 = 2_000;

/// An attempt that is counted before its outcome is known. If it is dropped without `keep`, it is taken out of the count,
/// even if its caller was cancelled.
#[must_use = "dropped at once, it counts nothing: keep it"]
pub struct CountedAttempt<'a> {
    failures: &'a Failures,
    attempts: Attempts,
    until_ms: i64,
    is_kept: bool,
}

impl CountedAttempt<'_> {
    pub fn attempts(&self) -> &Attempts {
        &self.attempts
    }

    /// Makes the attempt count from now on, even if its caller is cancelled.
    pub fn keep(&mut self) {
        if !std::mem::replace(&mut self.is_kept, true) {
            self.failures.report(|| CountChange::Counted(self.attempts.clone()));
        }
    }

    /// Takes the attempt out of the count, even if it was kept.
    pub fn give_back(mut self) {
        if std::mem::replace(&mut self.is_kept, false) {
            self.failures.report(|| CountChange::GivenBack(self.attempts.clone()));
        }
    }
}

impl Drop for CountedAttempt<'_> {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        self.failures.take_out(&self.attempts, |until_ms| until_ms == self.until_ms);
    }
}

/// Above this many entries of one kind, those whose window is over are removed.
const REMEMBERED_MAX: usize = 100_000;

/// Counts, each with the end of its window.
#[derive(Default)]
struct Counts {
    counted: DashMap<Attempts, (u32, i64)>,
    swept_ms: AtomicI64,
}

pub struct Failures {
    on: bool,
    /// Counts of addresses, and of accounts that do not exist: strangers can make any number of them.
    of_strangers: Counts,
    /// Counts of people and their accounts, which no stranger can have forgotten.
    of_people: Counts,
    /// Tells other nodes what was counted here, if there are any.
    reporter: OnceLock<Reporter>,
}

impl Failures {
    pub fn new(on: bool) -> Failures {
        Failures { on, of_strangers: Counts::default(), of_people: Counts::default(), reporter: OnceLock::new() }
    }

    /// Sets what is called for each count that stays, once, before the first attempt. It must not wait.
    pub fn set_reporter(&self, reporter: Reporter) {
        let _ = self.reporter.set(reporter);
    }

    fn counts(&self, attempts: &Attempts) -> &Counts {
        if attempts.is_of_person() { &self.of_people } else { &self.of_strangers }
    }

    fn report(&self, change: impl FnOnce() -> CountChange) {
        if let Some(reporter) = self.reporter.get().filter(|_| self.on) {
            reporter(change());
        }
    }

    /// Changes a count as another node has changed its own.
    pub fn apply(&self, change: CountChange, now_ms: i64) {
        match change {
            CountChange::Counted(attempts) => self.add(&attempts, now_ms),
            CountChange::GivenBack(attempts) => self.take_out(&attempts, |until_ms| now_ms < until_ms),
            CountChange::Forgiven(attempts) => self.remove(&attempts),
            CountChange::AccountForgiven(person) => self.forgive_account(person),
        }
    }

    fn add(&self, attempts: &Attempts, now_ms: i64) {
        let mut counted = self.counts(attempts).entry(attempts, now_ms);
        *counted = count_one_more(attempts, *counted, now_ms);
    }

    /// Takes an attempt out of the count, unless it was counted in an earlier window.
    fn take_out(&self, attempts: &Attempts, is_of_window: impl Fn(i64) -> bool) {
        if let Some(mut counted) = self.counts(attempts).counted.get_mut(&attempts.by_network())
            && is_of_window(counted.1)
        {
            counted.0 = counted.0.saturating_sub(1);
        }
    }

    pub fn check(&self, attempts: &Attempts, now_ms: i64) -> Result<()> {
        let counted = self.counts(attempts).counted.get(&attempts.by_network()).map_or((0, 0), |c| *c);
        self.check_limit(attempts, counted, now_ms)
    }

    pub fn count(&self, attempts: &Attempts, now_ms: i64) {
        self.add(attempts, now_ms);
        self.report(|| CountChange::Counted(attempts.clone()));
    }

    /// Checks and counts an attempt in one step, so that simultaneous attempts are counted one after the other.
    pub fn take(&self, attempts: &Attempts, now_ms: i64) -> Result<CountedAttempt<'_>> {
        let mut counted = self.counts(attempts).entry(attempts, now_ms);
        self.check_limit(attempts, *counted, now_ms)?;
        *counted = count_one_more(attempts, *counted, now_ms);
        Ok(CountedAttempt { failures: self, attempts: attempts.clone(), until_ms: counted.1, is_kept: false })
    }

    /// Takes all attempts, in this order, or none. The error carries the longest waiting time of all that refuse.
    pub fn take_all(&self, all: &[Attempts], now_ms: i64) -> Result<Vec<CountedAttempt<'_>>> {
        let mut taken = Vec::with_capacity(all.len());
        for (n, attempts) in all.iter().enumerate() {
            match self.take(attempts, now_ms) {
                Ok(one) => taken.push(one),
                Err(refused) => {
                    let others = all.iter().skip(n + 1).filter_map(|other| self.check(other, now_ms).err());
                    return Err(others.fold(refused, longer_wait));
                }
            }
        }
        Ok(taken)
    }

    /// Checks and counts an action that is limited whatever its outcome.
    pub fn take_for_good(&self, attempts: &Attempts, now_ms: i64) -> Result<()> {
        self.take(attempts, now_ms).map(|mut taken| taken.keep())
    }

    /// Returns how long answers to this address are delayed.
    pub fn delay(&self, attempts: &Attempts, now_ms: i64) -> Duration {
        let beyond = if self.on { self.counted(attempts, now_ms).saturating_sub(SLOWED_AFTER) } else { 0 };
        Duration::from_millis((u64::from(beyond) * SLOWED_BY_MS).min(SLOWED_MAX_MS))
    }

    /// Returns how many attempts are counted now.
    pub fn counted(&self, attempts: &Attempts, now_ms: i64) -> u32 {
        let (count, until_ms) = self.counts(attempts).counted.get(&attempts.by_network()).map_or((0, 0), |c| *c);
        if now_ms < until_ms { count } else { 0 }
    }

    pub fn forgive(&self, attempts: &Attempts) {
        self.remove(attempts);
        self.report(|| CountChange::Forgiven(attempts.clone()));
    }

    fn remove(&self, attempts: &Attempts) {
        self.counts(attempts).counted.remove(&attempts.by_network());
    }

    /// Removes a person's failed logins from all addresses, since the person has a new password. `Bus::record_forgiven` tells other
    /// nodes.
    pub fn forgive_account(&self, person: i64) {
        let stays = |attempts: &Attempts, _: &mut (u32, i64)| match attempts {
            Attempts::Account(of) | Attempts::AccountSlowly(of) | Attempts::AccountFrom(of, _) => {
                *of != Account::Of(person)
            }
            _ => true,
        };
        self.of_people.counted.retain(stays);
        self.of_strangers.counted.retain(stays);
    }

    fn check_limit(&self, attempts: &Attempts, (count, until_ms): (u32, i64), now_ms: i64) -> Result<()> {
        if !self.on || now_ms >= until_ms || count < attempts.allowed_per_window() {
            return Ok(());
        }
        Err(Error::TooManyFailures { retry_after_s: (until_ms - now_ms).unsigned_abs().div_ceil(1_000) })
    }
}

impl Counts {
    fn entry(&self, attempts: &Attempts, now_ms: i64) -> RefMut<'_, Attempts, (u32, i64)> {
        self.forget_old(now_ms);
        self.counted.entry(attempts.by_network()).or_insert((0, 0))
    }

    fn forget_old(&self, now_ms: i64) {
        let last = self.swept_ms.load(Ordering::Relaxed);
        if self.counted.len() > REMEMBERED_MAX || now_ms - last > 15 * MINUTE_MS {
            self.swept_ms.store(now_ms, Ordering::Relaxed);
            self.counted.retain(|_, (_, until_ms)| *until_ms > now_ms);
        }
        // Entries below their limit are removed first, so that a flood of addresses does not unlock those that are locked out.
        if self.counted.len() > REMEMBERED_MAX {
            self.counted.retain(|attempts, (count, _)| *count >= attempts.allowed_per_window());
        }
        if self.counted.len() > REMEMBERED_MAX {
            self.counted.clear();
        }
    }
}

fn longer_wait(one: Error, other: Error) -> Error {
    if other.retry_after_s() > one.retry_after_s() { other } else { one }
}

fn count_one_more(attempts: &Attempts, (count, until_ms): (u32, i64), now_ms: i64) -> (u32, i64) {
    if now_ms >= until_ms { (1, now_ms + attempts.window_ms()) } else { (count + 1, until_ms) }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn one_network_of_ipv6_is_one_address() {
        let failures = Failures::new(true);
        let from = |n: u16| Attempts::CodesFrom(IpAddr::V6(std::net::Ipv6Addr::new(0x2001, 0xdb8, 0, 0, n, 0, 0, n)));
        let first = failures.take(&from(7), 0).unwrap();
        for n in 1..60 {
            assert!(failures.take_for_good(&from(n), 0).is_ok());
        }
        assert!(failures.take(&from(999), 0).is_err());
        drop(first);
        assert!(failures.take_for_good(&from(999), 0).is_ok());
        assert!(failures.take(&from(999), 0).is_err());
        assert!(failures.take(&from(999), MINUTE_MS).is_ok());
    }

    #[test]
    fn a_kept_attempt_counts_though_its_caller_has_hung_up() {
        let failures = Failures::new(true);
        let kim = Attempts::PasswordOf(7);
        for _ in 0..10 {
            drop(failures.take(&kim, 0));
        }
        let mut tries: Vec<CountedAttempt> = (0..10).map(|_| failures.take(&kim, 0).unwrap()).collect();
        tries.iter_mut().for_each(CountedAttempt::keep);
        let right = tries.pop();
        drop(tries);
        assert!(failures.take(&kim, 0).is_err());
        right.unwrap().give_back();
        assert!(failures.take(&kim, 0).is_ok());
    }

    #[test]
    fn what_one_node_counts_is_counted_by_the_other() {
        let other = Arc::new(Failures::new(true));
        let (one, hearer) = (Failures::new(true), other.clone());
        one.set_reporter(Box::new(move |change| hearer.apply(change, 0)));
        let kim = Attempts::PasswordOf(7);
        drop(one.take(&kim, 0));
        assert_eq!(other.counted(&kim, 0), 0, "it was not kept");
        one.count(&kim, 0);
        one.take_for_good(&kim, 0).unwrap();
        let mut right = one.take(&kim, 0).unwrap();
        right.keep();
        assert_eq!(other.counted(&kim, 0), 3);
        right.give_back();
        assert_eq!((one.counted(&kim, 0), other.counted(&kim, 0)), (2, 2));
        one.forgive(&kim);
        assert_eq!(other.counted(&kim, 0), 0);
        let guesses = Attempts::Account(Account::Of(7));
        one.count(&guesses, 0);
        other.apply(CountChange::AccountForgiven(7), 0);
        assert_eq!(other.counted(&guesses, 0), 0);
        one.count(&kim, 0);
        other.apply(CountChange::GivenBack(kim.clone()), MINUTE_MS * 60);
        assert_eq!(other.counted(&kim, 0), 1, "of an earlier window");
    }

    #[test]
    fn a_flood_of_strangers_makes_nobody_forget_how_often_an_account_was_tried() {
        let failures = Failures::new(true);
        let account = Attempts::Account(Account::Of(7));
        failures.count(&account, 0);
        for n in 0..=REMEMBERED_MAX + 1 {
            // Each is at its limit after one try.
            failures.count(&Attempts::AccountSlowly(Account::Unknown(n.to_string())), 0);
        }
        assert_eq!(failures.counted(&account, 0), 1);
    }
}
