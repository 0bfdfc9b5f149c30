//! Hashing of passwords. A hash takes tens of milliseconds and 19 MiB by design: it is never made on an async thread, and
//! never many at once. Changes of passwords have a limit of their own, so that they do not keep others from signing in.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::error::{Error, Result};
use crate::failures::network;

type Work = Box<dyn FnOnce() + Send>;

const HASHING_THREADS: usize = 2;
/// Passwords that may wait to be checked, and new passwords that may wait to be hashed.
const CHECKS_MAX: usize = 64;
const NEW_ONES_MAX: usize = 32;
/// Passwords from one address that may wait to be checked: nobody keeps all others from signing in.
const CHECKS_FROM_ONE_ADDRESS_MAX: usize = CHECKS_MAX / 2;

/// Queue of the two threads that only hash: they reuse the memory that they allocate, and no other thread's memory grows by
/// it. Its length is bounded by the lines of each server.
static HASHERS: LazyLock<Sender<Work>> = LazyLock::new(|| {
    let (sender, works) = channel::<Work>();
    let works = Arc::new(Mutex::new(works));
    for _ in 0..HASHING_THREADS {
        let works = works.clone();
        std::thread::spawn(move || {
            let next = || lock(&works).recv();
            while let Ok(work) = next() {
                // If the work panics, its caller gets an error, and the thread goes on.
                let _ = catch_unwind(AssertUnwindSafe(work));
            }
        });
    }
    sender
});

/// The passwords that one server checks and hashes now.
pub struct Passwords {
    checks: Arc<Semaphore>,
    new_ones: Arc<Semaphore>,
    /// Checks that wait now, by the address that asked.
    waiting: Arc<Mutex<HashMap<IpAddr, usize>>>,
    /// People who change their password now.
    changing: Mutex<HashSet<i64>>,
}

impl Default for Passwords {
    fn default() -> Passwords {
        Passwords {
            checks: Arc::new(Semaphore::new(CHECKS_MAX)),
            new_ones: Arc::new(Semaphore::new(NEW_ONES_MAX)),
            waiting: Arc::default(),
            changing: Mutex::default(),
        }
    }
}

impl Passwords {
    pub async fn hash(&self, password: String) -> Result<String> {
        let hash = move || Argon2::default().hash_password(password.as_bytes()).map_err(Error::internal);
        self.apart(&self.new_ones, move || Ok(hash()?.to_string())).await
    }

    /// Checks a password. Takes as long for an unknown person as for a wrong password.
    pub async fn matches(&self, password: String, hash: Option<String>, from: IpAddr) -> Result<bool> {
        const NOBODY: &str =
            "$argon2id$v=19$m=19456,t=2,p=1$Z3lvc2lsLW5vYm9keQ$pyyGJf4A0m1KyS1xUM4aE+tHzO1tTz7iPC6Nt1EcI4o";
        let share = Share::take(&self.waiting, network(from))?;
        self.apart(&self.checks, move || {
            let _share = share;
            let known = hash.is_some();
            let hash = PasswordHash::new(hash.as_deref().unwrap_or(NOBODY)).map_err(Error::internal)?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && known)
        })
        .await
    }

    /// Gives a person the turn to change their password. Fails with `Busy` if the person has it already, or too many have.
    pub fn turn(&self, person: i64) -> Result<Turn<'_>> {
        let mut changing = lock(&self.changing);
        if changing.len() >= NEW_ONES_MAX || !changing.insert(person) {
            return Err(busy());
        }
        Ok(Turn { passwords: self, person })
    }

    /// Does the work on a hashing thread. Fails with `Busy` if too many wait in the same line.
    async fn apart<T: Send + 'static>(
        &self,
        line: &Arc<Semaphore>,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let place: OwnedSemaphorePermit = line.clone().try_acquire_owned().map_err(|_| busy())?;
        let (done, result) = oneshot::channel();
        let work: Work = Box::new(move || {
            let worked = work();
            drop(place);
            // A caller who hung up needs no result.
            let _ = done.send(worked);
        });
        HASHERS.send(work).map_err(Error::internal)?;
        result.await.map_err(|_| Error::internal("hashing was given up"))?
    }
}

/// The place of one check in the share of its address. Ends when it is dropped.
struct Share {
    waiting: Arc<Mutex<HashMap<IpAddr, usize>>>,
    from: IpAddr,
}

impl Share {
    fn take(waiting: &Arc<Mutex<HashMap<IpAddr, usize>>>, from: IpAddr) -> Result<Share> {
        let mut counted = lock(waiting);
        let count = counted.entry(from).or_insert(0);
        if *count >= CHECKS_FROM_ONE_ADDRESS_MAX {
            return Err(busy());
        }
        *count += 1;
        Ok(Share { waiting: waiting.clone(), from })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut counted = lock(&self.waiting);
        let left = counted.get(&self.from).map_or(0, |count| count - 1);
        if left == 0 {
            counted.remove(&self.from);
        } else {
            counted.insert(self.from, left);
        }
    }
}

/// The turn of a person to change their password: one at a time for each person, and at most `NEW_ONES_MAX` in all. Ends
/// when it is dropped.
pub struct Turn<'p> {
    passwords: &'p Passwords,
    person: i64,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        lock(&self.passwords.changing).remove(&self.person);
    }
}

fn lock<T>(held: &Mutex<T>) -> MutexGuard<'_, T> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

fn busy() -> Error {
    Error::Busy { retry_after_s: 2 }
}
