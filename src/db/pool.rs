//! Lends connections, and takes back only those whose state is known.
//!
//! The state is known after a clean commit, or after an answered rollback of a transaction that was dropped, cancelled or
//! failed. A connection that broke, does not answer or may be in the middle of a statement is closed, and another is
//! opened when it is needed. Every wait has a limit. sqlx's own pool promises none of this: it counts transactions by
//! itself, and counts wrongly if SQLite rolled back on its own or if a caller was dropped inside `begin`; and it waits
//! without limit on connections that do not answer.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use sqlx::Connection;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::failure::{self, Failure};
use super::health::{Health, UseUnderWay};
use super::locks::HeldTable;
use crate::error::{Error, Result};

/// Longest wait of a caller for a connection while all are lent.
const WAIT_WITHIN: Duration = Duration::from_secs(15);
pub const OPEN_WITHIN: Duration = Duration::from_secs(3);
/// A connection that was idle for longer is pinged before it is lent.
const TRUSTED_FOR: Duration = Duration::from_secs(1);
const PING_WITHIN: Duration = Duration::from_secs(2);
const ROLLBACK_WITHIN: Duration = Duration::from_secs(2);
/// Time for which opening is retried while a server is just starting.
const OPEN_TRIED_FOR: Duration = Duration::from_secs(2);
const OPEN_AGAIN_AFTER: Duration = Duration::from_millis(100);
const IDLE_FOR_MAX: Duration = Duration::from_secs(600);

/// The operations in which SQLite and PostgreSQL differ.
pub trait DbConnection: Connection + Unpin + 'static {
    /// True for SQLite, which runs in this process: every statement is answered, and a closed worker must have ended before
    /// the next opens.
    const IS_LOCAL: bool;
    fn roll_back(&mut self) -> BoxFuture<'_, sqlx::Result<()>>;
}

/// The server's side of a connection.
#[derive(Debug, Clone)]
pub struct Backend {
    pub pid: i32,
    pub started: String,
}

pub struct OpenConnection<C> {
    pub connection: C,
    pub backend: Option<Backend>,
}

/// Opens connections, and ends one that does not answer from the server's side.
pub trait Opener<C>: Send + Sync + 'static {
    fn open(&self) -> BoxFuture<'_, sqlx::Result<OpenConnection<C>>>;
    /// Ends the server's side of a connection. Does nothing for SQLite, which has no server.
    fn end(&self, _: Backend) {}
    /// Tells whether a transaction was committed whose answer was lost. `None`: unknown.
    fn was_committed(&self, _: Option<Backend>, _: u64) -> BoxFuture<'_, Option<bool>> {
        Box::pin(async { None })
    }
}

#[derive(Debug, Clone, Copy)]
pub struct Limits {
    pub connections: u32,
    /// Time that one statement may take. `None`: without a limit.
    pub statement: Option<Duration>,
}

pub struct Pool<C: DbConnection>(Arc<PoolState<C>>);

struct PoolState<C> {
    opener: Arc<dyn Opener<C>>,
    limits: Limits,
    health: Arc<Health>,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<IdleConnection<C>>>,
    closing: AtomicBool,
}

struct IdleConnection<C> {
    open: OpenConnection<C>,
    since: Instant,
}

/// A lent connection. However it is dropped, it goes back to the pool only in a known state.
pub struct LentConnection<C: DbConnection> {
    /// `None` only while the connection is being replaced, and after it was given back.
    held: Option<(OpenConnection<C>, OwnedSemaphorePermit)>,
    pool: Arc<PoolState<C>>,
    condition: Condition,
    in_transaction: bool,
    /// A statement of this transaction changed something, or may have changed something.
    changes: bool,
    /// The write of a group that was marked last changed something.
    write_changes: bool,
    is_of_group: bool,
    /// A statement of this transaction was refused: PostgreSQL commits nothing of it.
    refused: bool,
    /// Since before the connection was lent.
    under_way: Option<UseUnderWay>,
    /// The tables of which this transaction holds rows. Empty in a release build.
    pub held_tables: Vec<HeldTable>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Condition {
    Sound,
    /// A statement is running. If the connection is dropped now, its state is unknown.
    Busy,
    Broken,
}

impl<C: DbConnection> Pool<C> {
    pub fn new(opener: Arc<dyn Opener<C>>, limits: Limits, health: Arc<Health>) -> Pool<C> {
        let permits = Arc::new(Semaphore::new(limits.connections as usize));
        let (idle, closing) = (Mutex::default(), AtomicBool::new(false));
        Pool(Arc::new(PoolState { opener, limits, health, permits, idle, closing }))
    }

    /// Lends a connection: an idle one if there is one, otherwise a new one. Waits at most `WAIT_WITHIN` while all are lent.
    /// Safe to cancel.
    pub async fn lend(&self) -> Result<LentConnection<C>> {
        self.lend_within(WAIT_WITHIN).await
    }

    async fn lend_within(&self, within: Duration) -> Result<LentConnection<C>> {
        let under_way = self.0.health.use_begins();
        let mut lent = self.take(within).await?;
        lent.under_way = Some(under_way);
        Ok(lent)
    }

    async fn take(&self, within: Duration) -> Result<LentConnection<C>> {
        let shared = &self.0;
        let permit = tokio::time::timeout(within, shared.permits.clone().acquire_owned());
        let Ok(Ok(permit)) = permit.await else {
            // Too many callers are no failure of the database: the group commit, which has its own connection, may work.
            shared.health.note_crowded();
            return Err(Error::Unavailable { why: failure::CROWDED, at_once: false });
        };
        if shared.closing.load(Ordering::Acquire) {
            return Err(Error::Unavailable { why: failure::CLOSING, at_once: false });
        }
        let idle = shared.idle().pop();
        let Some(IdleConnection { open, since }) = idle else { return PoolState::open_apart(shared, permit).await };
        let mut lent = LentConnection::new(open, permit, shared.clone());
        if C::IS_LOCAL || since.elapsed() < TRUSTED_FOR {
            return Ok(lent);
        }
        lent.condition = Condition::Busy;
        let is_there = tokio::time::timeout(PING_WITHIN, lent.connection_mut()?.connection.ping()).await;
        if matches!(is_there, Ok(Ok(()))) {
            lent.condition = Condition::Sound;
            return Ok(lent);
        }
        shared.forget_idle();
        lent.reopen().await?;
        Ok(lent)
    }

    /// Stops lending, waits until all lent connections are back, and closes all.
    pub async fn close(&self) {
        let shared = &self.0;
        shared.closing.store(true, Ordering::Release);
        let all = shared.permits.acquire_many(shared.limits.connections).await;
        let idle = std::mem::take(&mut *shared.idle());
        for idle in idle {
            let _ = idle.open.connection.close().await;
        }
        drop(all);
    }
}

impl<C: DbConnection> PoolState<C> {
    fn idle(&self) -> MutexGuard<'_, Vec<IdleConnection<C>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Drops all idle connections. Called if the server was gone or did not answer on one: the others may be dead too.
    fn forget_idle(&self) {
        let forgotten = std::mem::take(&mut *self.idle());
        drop(forgotten);
    }

    /// Opens a connection in a task of its own. If the caller stops waiting, the opened connection goes to the next caller.
    async fn open_apart(self: &Arc<Self>, permit: OwnedSemaphorePermit) -> Result<LentConnection<C>> {
        let shared = self.clone();
        let opening = tokio::spawn(async move {
            let open = shared.open().await?;
            Ok(LentConnection::new(open, permit, shared))
        });
        opening.await.unwrap_or_else(|_| Err(Error::internal("opening a connection failed")))
    }

    async fn open(&self) -> Result<OpenConnection<C>> {
        let begun = Instant::now();
        loop {
            let failure = match tokio::time::timeout(OPEN_WITHIN, self.opener.open()).await {
                Ok(Ok(open)) => return Ok(open),
                Ok(Err(error)) => Failure::of(error),
                Err(_) => Failure::silence(),
            };
            if failure.link_is_dead && begun.elapsed() < OPEN_TRIED_FOR {
                tokio::time::sleep(OPEN_AGAIN_AFTER).await;
                continue;
            }
            failure.report(&self.health);
            // A database that refuses a connection now refuses the next one too.
            return Err(match failure.error {
                Error::Unavailable { why, .. } => Error::Unavailable { why, at_once: false },
                Error::Internal(detail) => {
                    self.health.failed(failure::UNREACHABLE, &detail);
                    Error::Unavailable { why: failure::UNREACHABLE, at_once: false }
                }
                other => other,
            });
        }
    }

    fn take_back(&self, open: OpenConnection<C>, permit: OwnedSemaphorePermit) {
        let mut idle = self.idle();
        let is_old = !C::IS_LOCAL && idle.first().is_some_and(|first| first.since.elapsed() > IDLE_FOR_MAX);
        let old = is_old.then(|| idle.remove(0));
        idle.push(IdleConnection { open, since: Instant::now() });
        drop(idle);
        drop(permit);
        if let Some(old) = old {
            spawn(async move {
                let _ = tokio::time::timeout(ROLLBACK_WITHIN, old.open.connection.close()).await;
            });
        }
    }

    /// Ends what is running, and takes the connection back if the database confirms it. Otherwise closes the connection.
    async fn settle(&self, mut open: OpenConnection<C>, in_transaction: bool, permit: OwnedSemaphorePermit) {
        let settled =
            async { if in_transaction { open.connection.roll_back().await } else { open.connection.ping().await } };
        let is_settled = if C::IS_LOCAL {
            settled.await.is_ok()
        } else {
            matches!(tokio::time::timeout(ROLLBACK_WITHIN, settled).await, Ok(Ok(())))
        };
        if is_settled && !self.closing.load(Ordering::Acquire) {
            self.take_back(open, permit);
        } else {
            self.discard(open, permit).await;
        }
    }

    /// Closes a connection. A network connection is dropped, and over another one the server is asked to end its side, which
    /// may hold locks.
    async fn discard(&self, open: OpenConnection<C>, permit: OwnedSemaphorePermit) {
        if C::IS_LOCAL {
            let _ = open.connection.close().await;
        } else {
            drop(open.connection);
            if let Some(backend) = open.backend {
                self.opener.end(backend);
            }
        }
        drop(permit);
    }
}

impl<C: DbConnection> LentConnection<C> {
    fn new(open: OpenConnection<C>, permit: OwnedSemaphorePermit, pool: Arc<PoolState<C>>) -> LentConnection<C> {
        let held = Some((open, permit));
        LentConnection {
            held,
            pool,
            condition: Condition::Sound,
            in_transaction: false,
            changes: false,
            write_changes: false,
            is_of_group: false,
            refused: false,
            under_way: None,
            held_tables: Vec::new(),
        }
    }

    fn connection_mut(&mut self) -> Result<&mut OpenConnection<C>> {
        let held = self.held.as_mut().map(|(open, _)| open);
        held.ok_or(Error::Unavailable { why: failure::LOST, at_once: true })
    }

    pub fn is_broken(&self) -> bool {
        self.condition == Condition::Broken
    }

    /// Tells whether the database would commit this transaction.
    pub fn is_whole(&self) -> bool {
        self.condition == Condition::Sound && (C::IS_LOCAL || !self.refused)
    }

    /// Looks up, over another connection, whether a commit took effect that was not answered.
    pub async fn was_committed(&self, number: u64) -> Option<bool> {
        let backend = self.held.as_ref().and_then(|(open, _)| open.backend.clone());
        self.pool.opener.was_committed(backend, number).await
    }

    /// Time that a statement may take.
    pub fn limit(&self) -> Option<Duration> {
        self.pool.limits.statement
    }

    /// Marks that a transaction begins. If the connection is dropped before `mark_ended`, the transaction is rolled back.
    pub fn mark_begun(&mut self) {
        self.in_transaction = true;
    }

    /// Marks that no transaction is open any more, after the database has confirmed it.
    pub fn mark_ended(&mut self) {
        self.in_transaction = false;
        if self.changes {
            self.pool.health.wrote();
        }
    }

    /// Marks that a statement begins that may change something.
    pub fn mark_changing(&mut self) {
        self.changes = true;
    }

    pub fn mark_changed(&mut self) {
        self.changes = true;
        self.write_changes = true;
    }

    /// Marks how many rows a statement changed.
    pub fn mark_rows(&mut self, rows: u64) -> u64 {
        self.write_changes |= rows > 0;
        rows
    }

    /// Marks that another write of a group begins.
    pub fn mark_write(&mut self) {
        self.is_of_group = true;
        self.write_changes = false;
        self.held_tables.clear();
    }

    /// Tells whether the transaction is one of the group commit.
    pub fn is_of_group(&self) -> bool {
        self.is_of_group
    }

    /// Tells whether the write that was marked last has changed nothing, and the transaction can go on without it.
    pub fn write_left_no_trace(&self) -> bool {
        !self.write_changes && self.is_whole()
    }

    /// Returns the connection for one statement. Fails on a broken connection: after SQLite has rolled back by itself, the
    /// statements that follow would be written without those before.
    pub fn connection(&mut self) -> Result<&mut C> {
        if self.condition != Condition::Sound {
            return Err(Error::Unavailable { why: failure::LOST, at_once: true });
        }
        self.condition = Condition::Busy;
        Ok(&mut self.connection_mut()?.connection)
    }

    /// Takes the outcome of the statement for which `connection` was called. `None`: there was no answer in time.
    pub fn take_outcome<T>(&mut self, outcome: Option<sqlx::Result<T>>) -> Result<T> {
        let failure = match outcome {
            Some(Ok(value)) => {
                self.condition = Condition::Sound;
                return Ok(value);
            }
            Some(Err(error)) => Failure::of(error),
            None => Failure::silence(),
        };
        self.condition = if failure.is_sound { Condition::Sound } else { Condition::Broken };
        self.refused |= failure.was_refused;
        if failure.link_is_dead {
            self.pool.forget_idle();
        }
        failure.report(&self.pool.health);
        Err(failure.error)
    }

    /// Replaces this connection by a new one.
    pub async fn reopen(&mut self) -> Result<()> {
        let held = self.held.take();
        let (open, permit) = held.ok_or(Error::Unavailable { why: failure::LOST, at_once: true })?;
        drop(open);
        let (in_transaction, under_way) = (self.in_transaction, self.under_way.take());
        *self = PoolState::open_apart(&self.pool, permit).await?;
        (self.in_transaction, self.under_way) = (in_transaction, under_way);
        Ok(())
    }
}

impl<C: DbConnection> Drop for LentConnection<C> {
    fn drop(&mut self) {
        let Some((open, permit)) = self.held.take() else { return };
        let pool = self.pool.clone();
        match (self.condition, self.in_transaction) {
            (Condition::Sound, false) if !pool.closing.load(Ordering::Acquire) => pool.take_back(open, permit),
            (Condition::Broken, _) => spawn(async move { pool.discard(open, permit).await }),
            (_, in_transaction) => spawn(async move { pool.settle(open, in_transaction, permit).await }),
        }
    }
}

/// Runs work in the background. Does nothing outside a runtime, that is, when the program ends: then no cleanup is needed.
fn spawn(work: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(work);
    }
}

#[cfg(test)]
mod tests {
    use super::super::health::{Outlook, WriteState};
    use super::super::sqlite::SqliteFile;
    use super::*;

    #[tokio::test]
    async fn a_crowded_pool_is_no_failure_of_the_database() {
        let health = Arc::new(Health::default());
        let limits = Limits { connections: 1, statement: None };
        let pool = Pool::new(Arc::new(SqliteFile("sqlite::memory:".parse().unwrap())), limits, health.clone());
        let lent = pool.lend().await.unwrap();
        let refused = pool.lend_within(Duration::from_millis(10)).await.err();
        assert!(matches!(refused, Some(Error::Unavailable { why: failure::CROWDED, at_once: false })), "{refused:?}");
        assert!(!matches!(health.write_state(), WriteState::Fails(_)));
        assert_ne!(health.outlook(), Outlook::Fails);
        drop(lent);
    }
}
