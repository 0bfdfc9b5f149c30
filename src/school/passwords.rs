//! Hashing of passwords. A hash takes tens of milliseconds and 19 MiB by design: it is never made on an async thread, and
//! never many at once. Changes of passwords have a limit of their own, so that they do not keep others from signing in.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Semaphore, SemaphorePermit, oneshot};

use crate::error::{Error, Result};

type Work = Box<dyn FnOnce() + Send>;

const HASHING_THREADS: usize = 2;
/// Passwords that may wait to be checked, and new passwords that may wait to be hashed.
const CHECKS_MAX: usize = 64;
const NEW_ONES_MAX: usize = 32;

static CHECKS: Semaphore = Semaphore::const_new(CHECKS_MAX);
static NEW_ONES: Semaphore = Semaphore::const_new(NEW_ONES_MAX);

/// Queue of the two threads that only hash: they reuse the memory that they allocate, and no other thread's memory grows by
/// it.
static HASHERS: LazyLock<SyncSender<Work>> = LazyLock::new(|| {
    let (sender, works) = sync_channel::<Work>(CHECKS_MAX + NEW_ONES_MAX);
    let works = Arc::new(Mutex::new(works));
    for _ in 0..HASHING_THREADS {
        let works = works.clone();
        std::thread::spawn(move || {
            let next = || works.lock().unwrap_or_else(PoisonError::into_inner).recv();
            while let Ok(work) = next() {
                // If the work panics, its caller gets an error, and the thread goes on.
                let _ = catch_unwind(AssertUnwindSafe(work));
            }
        });
    }
    sender
});

/// Does the work on a hashing thread. Fails with `Busy` if too many wait in the same line.
async fn apart<T: Send + 'static>(
    line: &'static Semaphore,
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let place: SemaphorePermit<'static> = line.try_acquire().map_err(|_| busy())?;
    let (done, result) = oneshot::channel();
    let work: Work = Box::new(move || {
        let worked = work();
        drop(place);
        // A caller who hung up needs no result.
        let _ = done.send(worked);
    });
    HASHERS.try_send(work).map_err(|_| busy())?;
    result.await.map_err(|_| Error::internal("hashing was given up"))?
}

fn busy() -> Error {
    Error::Busy { retry_after_s: 2 }
}

pub async fn hash_password(password: String) -> Result<String> {
    use argon2::PasswordHasher;
    apart(&NEW_ONES, move || {
        let hash = argon2::Argon2::default().hash_password(password.as_bytes()).map_err(Error::internal)?;
        Ok(hash.to_string())
    })
    .await
}

/// Checks a password. Takes as long for an unknown person as for a wrong password.
pub async fn password_matches(password: String, hash: Option<String>) -> Result<bool> {
    use argon2::PasswordVerifier;
    const NOBODY: &str =
        "$argon2id$v=19$m=19456,t=2,p=1$Z3lvc2lsLW5vYm9keQ$pyyGJf4A0m1KyS1xUM4aE+tHzO1tTz7iPC6Nt1EcI4o";
    apart(&CHECKS, move || {
        let known = hash.is_some();
        let hash = argon2::PasswordHash::new(hash.as_deref().unwrap_or(NOBODY)).map_err(Error::internal)?;
        Ok(argon2::Argon2::default().verify_password(password.as_bytes(), &hash).is_ok() && known)
    })
    .await
}

/// Permission to change a password: one at a time for each person, and at most `NEW_ONES_MAX` in all. Ends when it is
/// dropped.
pub struct Turn(i64);

/// People who have a turn now.
static TURNS: LazyLock<Mutex<HashSet<i64>>> = LazyLock::new(Mutex::default);

fn turns() -> MutexGuard<'static, HashSet<i64>> {
    TURNS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Turn {
    pub fn of(person: i64) -> Result<Turn> {
        let mut turns = turns();
        if turns.len() >= NEW_ONES_MAX || !turns.insert(person) {
            return Err(busy());
        }
        Ok(Turn(person))
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        turns().remove(&self.0);
    }
}
