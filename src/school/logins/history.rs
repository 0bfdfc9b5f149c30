//! The logins of a person, as a list. Rows stay for a year after a login is over.

use super::rows::TICKET;
use crate::app::School;
use crate::db::{args, row};
use crate::error::Result;
use crate::school::rights::Caller;
use crate::school::{Page, Window};

row! {
    pub struct LoginRecord {
        pub id: i64,
        pub person: i64,
        pub created_ms: i64,
        /// The time at which the login ended or ran out; empty while it is good.
        pub over_ms: Option<i64>,
    }
}

/// Lists the caller's logins, the newest first.
pub async fn list(app: &School, caller: &Caller, window: Window) -> Result<Page<LoginRecord>> {
    let mut tx = app.db.read().await?;
    let sql = "select count(*) from logins where person = $1 and device <> $2";
    let (total,) = tx.one(sql, args![caller.id, TICKET]).await?;
    let sql = "select id, person, created_ms,
            coalesce(ended_ms, case when expires_ms <= $3 then expires_ms end) as over_ms
        from logins where person = $1 and device <> $2 order by id desc limit $4 offset $5";
    let rows = tx.all(sql, args![caller.id, TICKET, app.now_ms(), window.limit, window.offset]).await?;
    Ok(Page { rows, total, window })
}
