//! A database that answers no write, because someone else holds it.

use sqlx::{Connection, Executor, PgConnection, SqliteConnection};

use super::{Backend, School};

pub enum Frozen {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl School {
    /// From here on no progress and nothing of a session can be written, until it thaws.
    pub async fn freezes(&self) -> Frozen {
        match self.backend {
            Backend::Sqlite => {
                let mut held = SqliteConnection::connect(self.database()).await.unwrap();
                held.execute("begin immediate").await.unwrap();
                Frozen::Sqlite(held)
            }
            Backend::Postgres => {
                let mut held = PgConnection::connect(self.database()).await.unwrap();
                held.execute("begin").await.unwrap();
                held.execute("lock table item_progress, session_events in exclusive mode").await.unwrap();
                Frozen::Postgres(held)
            }
        }
    }
}

impl Frozen {
    pub async fn thaws(self) {
        match self {
            Frozen::Sqlite(mut held) => {
                held.execute("rollback").await.unwrap();
                held.close().await.unwrap();
            }
            Frozen::Postgres(mut held) => {
                held.execute("rollback").await.unwrap();
                held.close().await.unwrap();
            }
        }
    }
}
