//! Limits on failed logins and guessed codes, per address and per account. Failures are counted, and not requests, since a
//! classroom of thirty phones shares one address. Actions that can succeed any number of times (joining as a guest,
//! registering) have limits that no classroom reaches. An address from which many logins fail is answered more slowly,
//! long before it is refused.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use dashmap::DashMap;

use crate::clock::{HOUR_MS, MINUTE_MS, SECOND_MS};
use crate::error::{Error, Result};

/// The account that someone tries to sign in to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Account {
    /// The account of this person, by any of their login names.
    Of(i64),
    /// No account has this login name: the name that was typed, in lower case.
    Unknown(String),
}

/// The account, person, device or address for which attempts are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Against {
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
    CodesFrom(IpAddr),
    /// Wrong codes that one signed-in person types. Counted per person, so that others at the same address do not make them wait.
    CodesBy(i64),
    /// Wrong codes that all persons who are signed in with an account type at one address.
    KnownCodesFrom(IpAddr),
    /// Students whom an instructor enrols by an e-mail address, a phone number or a student number.
    ContactsBy(i64),
    /// Look-ups of certificates that do not exist.
    CertificatesFrom(IpAddr),
    GuestsFrom(IpAddr),
    /// Guests who join by a QR: a whole hall may share one address.
    ScannedGuestsFrom(IpAddr),
    RegistersFrom(IpAddr),
    /// Times that a person leaves a session by choice: the session's id, the person's id. Limited, since the instructor is
    /// notified of each leave and each return.
    LeavesOf(i64, i64),
}

impl Against {
    fn allowed_per_window(&self) -> u32 {
        match self {
            Against::AccountSlowly(_) => 1,
            Against::AccountFrom(..) | Against::KnownDevice(_) | Against::PasswordOf(_) => 10,
            Against::Account(_) => 100,
            Against::LoginsFrom(_) => 1_000,
            Against::CodesFrom(_) | Against::CodesBy(_) | Against::ContactsBy(_) => 60,
            Against::CertificatesFrom(_) | Against::LeavesOf(..) => 30,
            Against::ScannedGuestsFrom(_) => 3_000,
            Against::GuestsFrom(_) | Against::PasswordsFrom(_) | Against::KnownCodesFrom(_) => 600,
            Against::RegistersFrom(_) => 200,
        }
    }

    fn window_ms(&self) -> i64 {
        match self {
            Against::CodesFrom(_)
            | Against::CodesBy(_)
            | Against::KnownCodesFrom(_)
            | Against::CertificatesFrom(_)
            | Against::GuestsFrom(_) => MINUTE_MS,
            Against::AccountSlowly(_) => 10 * SECOND_MS,
            Against::ScannedGuestsFrom(_) => 10 * MINUTE_MS,
            Against::LeavesOf(..) => HOUR_MS,
            _ => 15 * MINUTE_MS,
        }
    }

    fn by_network(&self) -> Against {
        match self {
            Against::AccountFrom(account, ip) => Against::AccountFrom(account.clone(), network(*ip)),
            Against::PasswordsFrom(ip) => Against::PasswordsFrom(network(*ip)),
            Against::LoginsFrom(ip) => Against::LoginsFrom(network(*ip)),
            Against::CodesFrom(ip) => Against::CodesFrom(network(*ip)),
            Against::KnownCodesFrom(ip) => Against::KnownCodesFrom(network(*ip)),
            Against::CertificatesFrom(ip) => Against::CertificatesFrom(network(*ip)),
            Against::GuestsFrom(ip) => Against::GuestsFrom(network(*ip)),
            Against::ScannedGuestsFrom(ip) => Against::ScannedGuestsFrom(network(*ip)),
            Against::RegistersFrom(ip) => Against::RegistersFrom(network(*ip)),
            Against::Account(_)
            | Against::AccountSlowly(_)
            | Against::KnownDevice(_)
            | Against::PasswordOf(_)
            | Against::LeavesOf(..)
            | Against::CodesBy(_)
            | Against::ContactsBy(_) => self.clone(),
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

/// Failed logins from one address before its answers are delayed; then the delay that each further one adds.
const SLOWED_AFTER: u32 = 100;
const SLOWED_BY_MS: u64 = 10;
const SLOWED_MAX_MS: u64 = 2_000;

/// An attempt that is counted before its outcome is known. If it is dropped without `keep`, it is taken out of the count,
/// even if its caller was cancelled.
#[must_use = "dropped at once, it counts nothing: keep it"]
pub struct Taken<'a> {
    failures: &'a Failures,
    against: Against,
    until_ms: i64,
    is_kept: bool,
}

impl Taken<'_> {
    pub fn against(&self) -> &Against {
        &self.against
    }

    /// Makes the attempt count from now on, even if its caller is cancelled.
    pub fn keep(&mut self) {
        self.is_kept = true;
    }

    /// Takes the attempt out of the count, even if it was kept.
    pub fn give_back(mut self) {
        self.is_kept = false;
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        // An attempt of an earlier window is not in the count any more.
        if let Some(mut counted) = self.failures.counted.get_mut(&self.against.by_network())
            && counted.1 == self.until_ms
        {
            counted.0 = counted.0.saturating_sub(1);
        }
    }
}

/// Above this many entries, those whose window is over are removed.
const REMEMBERED_MAX: usize = 100_000;

pub struct Failures {
    on: bool,
    counted: DashMap<Against, (u32, i64)>,
    swept_ms: AtomicI64,
}

impl Failures {
    pub fn new(on: bool) -> Failures {
        Failures { on, counted: DashMap::new(), swept_ms: AtomicI64::new(0) }
    }

    pub fn check(&self, against: &Against, now_ms: i64) -> Result<()> {
        let counted = self.counted.get(&against.by_network()).map_or((0, 0), |c| *c);
        self.allows(against, counted, now_ms)
    }

    pub fn count(&self, against: &Against, now_ms: i64) {
        self.forget_old(now_ms);
        let mut counted = self.counted.entry(against.by_network()).or_insert((0, 0));
        *counted = one_more(against, *counted, now_ms);
    }

    /// Checks and counts an attempt in one step, so that simultaneous attempts are counted one after the other.
    pub fn take(&self, against: &Against, now_ms: i64) -> Result<Taken<'_>> {
        self.forget_old(now_ms);
        let mut counted = self.counted.entry(against.by_network()).or_insert((0, 0));
        self.allows(against, *counted, now_ms)?;
        *counted = one_more(against, *counted, now_ms);
        Ok(Taken { failures: self, against: against.clone(), until_ms: counted.1, is_kept: false })
    }

    /// Takes all attempts, in this order, or none. The error carries the longest waiting time of all that refuse.
    pub fn take_all(&self, all: &[Against], now_ms: i64) -> Result<Vec<Taken<'_>>> {
        let mut taken = Vec::with_capacity(all.len());
        for (n, against) in all.iter().enumerate() {
            match self.take(against, now_ms) {
                Ok(one) => taken.push(one),
                Err(refused) => {
                    let others = all.iter().skip(n + 1).filter_map(|other| self.check(other, now_ms).err());
                    return Err(others.fold(refused, longer));
                }
            }
        }
        Ok(taken)
    }

    /// Checks and counts an action that is limited whatever its outcome.
    pub fn take_for_good(&self, against: &Against, now_ms: i64) -> Result<()> {
        self.take(against, now_ms).map(|mut taken| taken.keep())
    }

    /// Returns how long answers to this address are delayed.
    pub fn delay(&self, against: &Against, now_ms: i64) -> Duration {
        let (count, until_ms) = self.counted.get(&against.by_network()).map_or((0, 0), |c| *c);
        let beyond = if self.on && now_ms < until_ms { count.saturating_sub(SLOWED_AFTER) } else { 0 };
        Duration::from_millis((u64::from(beyond) * SLOWED_BY_MS).min(SLOWED_MAX_MS))
    }

    pub fn forgive(&self, against: &Against) {
        self.counted.remove(&against.by_network());
    }

    /// Removes a person's failed logins from all addresses, since the person has a new password.
    pub fn forgive_account(&self, person: i64) {
        self.counted.retain(|against, _| match against {
            Against::Account(of) | Against::AccountSlowly(of) | Against::AccountFrom(of, _) => {
                *of != Account::Of(person)
            }
            _ => true,
        });
    }

    fn allows(&self, against: &Against, (count, until_ms): (u32, i64), now_ms: i64) -> Result<()> {
        if !self.on || now_ms >= until_ms || count < against.allowed_per_window() {
            return Ok(());
        }
        Err(Error::TooManyFailures { retry_after_s: (until_ms - now_ms).unsigned_abs().div_ceil(1_000) })
    }

    fn forget_old(&self, now_ms: i64) {
        let last = self.swept_ms.load(Ordering::Relaxed);
        if self.counted.len() > REMEMBERED_MAX || now_ms - last > 15 * MINUTE_MS {
            self.swept_ms.store(now_ms, Ordering::Relaxed);
            self.counted.retain(|_, (_, until_ms)| *until_ms > now_ms);
        }
        // Entries below their limit are removed first, so that a flood of addresses does not unlock those that are locked out.
        if self.counted.len() > REMEMBERED_MAX {
            self.counted.retain(|against, (count, _)| *count >= against.allowed_per_window());
        }
        if self.counted.len() > REMEMBERED_MAX {
            self.counted.clear();
        }
    }
}

fn longer(one: Error, other: Error) -> Error {
    if other.retry_after_s() > one.retry_after_s() { other } else { one }
}

fn one_more(against: &Against, (count, until_ms): (u32, i64), now_ms: i64) -> (u32, i64) {
    if now_ms >= until_ms { (1, now_ms + against.window_ms()) } else { (count + 1, until_ms) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_of_ipv6_is_one_address() {
        let failures = Failures::new(true);
        let from = |n: u16| Against::CodesFrom(IpAddr::V6(std::net::Ipv6Addr::new(0x2001, 0xdb8, 0, 0, n, 0, 0, n)));
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
        let kim = Against::PasswordOf(7);
        for _ in 0..10 {
            drop(failures.take(&kim, 0));
        }
        let mut tries: Vec<Taken> = (0..10).map(|_| failures.take(&kim, 0).unwrap()).collect();
        tries.iter_mut().for_each(Taken::keep);
        let right = tries.pop();
        drop(tries);
        assert!(failures.take(&kim, 0).is_err());
        right.unwrap().give_back();
        assert!(failures.take(&kim, 0).is_ok());
    }
}
