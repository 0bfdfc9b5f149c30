//! SQLite: one file, with a thread for each connection.

use futures_util::future::BoxFuture;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, SqliteConnection};

use super::pool::{DbConnection, OpenConnection, Opener};

impl DbConnection for SqliteConnection {
    const IS_LOCAL: bool = true;

    /// Rolls back. Fails if SQLite has already rolled back by itself: such a connection is closed.
    fn roll_back(&mut self) -> BoxFuture<'_, sqlx::Result<()>> {
        Box::pin(async move { sqlx::raw_sql("rollback").execute(self).await.map(drop) })
    }
}

pub struct SqliteFile(pub SqliteConnectOptions);

impl Opener<SqliteConnection> for SqliteFile {
    fn open(&self) -> BoxFuture<'_, sqlx::Result<OpenConnection<SqliteConnection>>> {
        Box::pin(async move { Ok(OpenConnection { connection: self.0.connect().await?, backend: None }) })
    }
}
