//! The lock that a serving node holds on a PostgreSQL database, so that nodes which know nothing of each other never serve one school.
//!
//! The lock is an advisory one, on a connection of its own. PostgreSQL gives it up when that connection ends, so a node that has died
//! keeps nobody out for longer than the server takes to notice.

use std::hash::{BuildHasher, RandomState};
use std::str::FromStr;
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::pool::OPEN_WITHIN;
use super::postgres;
use crate::error::{Error, Result};

/// The number of the lock, which nothing else in a database of Gyosil uses: «gyosil» in ASCII.
const KEY: i64 = 0x6779_6f73_696c;
/// First half of a second lock, whose other half is a fingerprint of the secrets that all nodes have in common.
const SECRETS: i32 = 0x6779_6f73;
const LOOK_EVERY: Duration = Duration::from_secs(2);
const ANSWER_WITHIN: Duration = Duration::from_secs(3);
const TRY_AGAIN_AFTER: Duration = Duration::from_millis(200);
/// Time for which a starting node waits for one that is just ending.
const START_WITHIN: Duration = Duration::from_secs(5);

/// The way in which a node shares its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sharing {
    /// No other node may serve.
    Alone,
    /// Others may serve that share it too, and have secrets of the same fingerprint (31 bits).
    WithOthers { secrets: i32 },
}

impl Sharing {
    fn lock(self) -> &'static str {
        match self {
            Sharing::Alone => "pg_try_advisory_lock",
            Sharing::WithOthers { .. } => "pg_try_advisory_lock_shared",
        }
    }

    fn refusal(self) -> &'static str {
        match self {
            Sharing::Alone => {
                "another Gyosil serves the school in this database: stop it first, or give every node --redis (GYOSIL_REDIS)"
            }
            Sharing::WithOthers { .. } => {
                "a Gyosil without --redis serves the school in this database: stop it first, or give it --redis \
                 (GYOSIL_REDIS) too"
            }
        }
    }
}

const OTHER_SECRETS: &str = "a node with another GYOSIL_JWT_SECRET or GYOSIL_CERTIFICATE_KEY serves the school in this database: all \
    need the same";

/// The answer to a try to take the lock.
enum Taking<T> {
    Taken(T),
    Refused(&'static str),
}

/// The lock, held until this is dropped. A lost connection is replaced, and the lock is taken again.
pub struct ServingLock {
    keeping: JoinHandle<()>,
    lost: oneshot::Receiver<Error>,
}

struct LockKeeper {
    /// With a name for its database sessions that no other process has.
    options: PgConnectOptions,
    sharing: Sharing,
}

impl ServingLock {
    /// Takes the lock of a database. Fails if a node holds it that does not share it. `None` for SQLite, where the data folder is
    /// locked instead.
    pub async fn take(url: &str, sharing: Sharing) -> Result<Option<ServingLock>> {
        if url.starts_with("sqlite:") {
            return Ok(None);
        }
        let name = format!("gyosil lock {:016x}", RandomState::new().hash_one(KEY));
        let options = PgConnectOptions::from_str(url).map_err(Error::internal)?.application_name(&name);
        // Waits for a server that is just starting.
        postgres::first_connection(&options).await?.close().await.map_err(Error::internal)?;
        let keeper = LockKeeper { options, sharing };
        let begun = Instant::now();
        let holder = loop {
            match keeper.take().await {
                Ok(Taking::Taken(holder)) => break holder,
                Ok(Taking::Refused(why)) if begun.elapsed() > START_WITHIN => return Err(Error::internal(why)),
                Err(error) if begun.elapsed() > START_WITHIN => return Err(Error::internal(error)),
                Ok(Taking::Refused(_)) | Err(_) => tokio::time::sleep(TRY_AGAIN_AFTER).await,
            }
        };
        let (tell, lost) = oneshot::channel();
        let keeping = tokio::spawn(async move {
            let why = keeper.keep(holder).await;
            let _ = tell.send(Error::internal(why));
        });
        Ok(Some(ServingLock { keeping, lost }))
    }

    /// Waits until another node holds the lock, which can only happen after the connection was lost. Returns the reason to stop.
    pub async fn wait_until_lost(&mut self) -> Error {
        match (&mut self.lost).await {
            Ok(why) => why,
            Err(_) => Error::internal("the lock of the database is not looked at any more"),
        }
    }
}

impl Drop for ServingLock {
    fn drop(&mut self) {
        self.keeping.abort();
    }
}

impl LockKeeper {
    /// Looks at the lock until another node holds it. Returns the reason to stop.
    async fn keep(&self, mut holder: PgConnection) -> &'static str {
        let look = format!(
            "select 1 from pg_locks where locktype = 'advisory' and pid = pg_backend_pid() and granted
                and classid::bigint = {} and objid::bigint = {} and objsubid = 1",
            KEY >> 32,
            KEY & 0xffff_ffff
        );
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let look = sqlx::raw_sql(AssertSqlSafe(look.clone())).fetch_optional(&mut holder);
            if matches!(tokio::time::timeout(ANSWER_WITHIN, look).await, Ok(Ok(Some(_)))) {
                continue;
            }
            tracing::warn!("the connection that locks the database is lost: it is to be locked again");
            let lost = Instant::now();
            holder = loop {
                match self.take().await {
                    Ok(Taking::Taken(again)) => break again,
                    // A node with other secrets holds its lock for a moment before it is refused.
                    Ok(Taking::Refused(OTHER_SECRETS)) if lost.elapsed() < START_WITHIN => {}
                    Ok(Taking::Refused(why)) => return why,
                    Err(error) => tracing::debug!(%error, "the database could not be locked again yet"),
                }
                tokio::time::sleep(TRY_AGAIN_AFTER).await;
            };
            tracing::info!("the database is locked again");
        }
    }

    /// Tries to take the lock over a new connection.
    async fn take(&self) -> sqlx::Result<Taking<PgConnection>> {
        let silent = || sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
        let opening = tokio::time::timeout(OPEN_WITHIN, self.options.connect()).await;
        let mut connection = opening.map_err(|_| silent())??;
        let taking = tokio::time::timeout(ANSWER_WITHIN, self.take_on(&mut connection)).await;
        Ok(match taking.map_err(|_| silent())?? {
            Taking::Taken(()) => Taking::Taken(connection),
            Taking::Refused(why) => Taking::Refused(why),
        })
    }

    /// Ends all other sessions of this process for the lock: one whose connection was lost may hold it still, and so may one whose
    /// answer came too late. Then tries to take the lock.
    async fn take_on(&self, connection: &mut PgConnection) -> sqlx::Result<Taking<()>> {
        // The server notices within 11 s that a node's machine is gone.
        let begin = "set tcp_keepalives_idle = 5; set tcp_keepalives_interval = 2; set tcp_keepalives_count = 3;
            set tcp_user_timeout = 11000;
            select pg_terminate_backend(pid) from pg_stat_activity
                where application_name = current_setting('application_name') and pid <> pg_backend_pid()";
        loop {
            let ended = sqlx::raw_sql(begin).fetch_all(&mut *connection).await?;
            let take = AssertSqlSafe(format!("select {}({KEY})", self.sharing.lock()));
            let is_taken: bool = sqlx::raw_sql(take).fetch_one(&mut *connection).await?.try_get(0)?;
            match self.sharing {
                Sharing::WithOthers { secrets } if is_taken => return share_secrets(connection, secrets).await,
                _ if is_taken => return Ok(Taking::Taken(())),
                sharing if ended.is_empty() => return Ok(Taking::Refused(sharing.refusal())),
                // Those that were ended are gone in a moment.
                _ => tokio::time::sleep(TRY_AGAIN_AFTER).await,
            }
        }
    }
}

/// Locks the fingerprint of the secrets, and refuses if any node holds another. It looks before, so that a node which is refused
/// holds nothing; and after, so that of two which begin at once one at least sees the other.
async fn share_secrets(connection: &mut PgConnection, secrets: i32) -> sqlx::Result<Taking<()>> {
    let others = format!(
        "select 1 from pg_locks where locktype = 'advisory' and granted and objsubid = 2 and classid::bigint = {SECRETS}
            and objid::bigint <> {secrets} and database = (select oid from pg_database where datname = current_database())
            limit 1"
    );
    for take in [None, Some(format!("select pg_advisory_lock_shared({SECRETS}, {secrets})"))] {
        if let Some(take) = take {
            sqlx::raw_sql(AssertSqlSafe(take)).execute(&mut *connection).await?;
        }
        if sqlx::raw_sql(AssertSqlSafe(others.clone())).fetch_optional(&mut *connection).await?.is_some() {
            return Ok(Taking::Refused(OTHER_SECRETS));
        }
    }
    Ok(Taking::Taken(()))
}
