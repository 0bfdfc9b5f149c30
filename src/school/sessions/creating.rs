//! Creating a session, with a code that no other one has.

use super::{Session, by_id};
use crate::app::School;
use crate::clock::{DAY_MS, DRAWS_MAX, digit_code, link_key, random_id};
use crate::db::{Tx, args};
use crate::error::{Error, Result};
use crate::school::rights::{self, Caller};
use crate::school::{attendance, enrollment};

const CODE_DIGITS: u32 = 6;
/// Open sessions up to which a code has six digits. With more, it has one digit more, so that guessing does not become
/// easier.
const FEW_OPEN_SESSIONS: i64 = 1_000;
/// Time from the creation of a session until its code may be given to another one: phones remember the session that it led
/// to.
const CODE_RESTS_MS: i64 = 90 * DAY_MS;

pub struct NewLiveSession {
    pub title: Option<String>,
    pub scheduled_ms: Option<i64>,
    pub class: Option<i64>,
    /// Number of the meeting (회차); the next one if left out.
    pub number: Option<i64>,
}

pub async fn create(app: &School, caller: &Caller, course: i64, new: NewLiveSession) -> Result<Session> {
    let now_ms = app.now_ms();
    let mut tx = app.db.begin().await?;
    let access = rights::hold_led_course(&mut tx, caller, course).await?;
    if access.status != "PUBLISHED" {
        return Err(Error::wrong_state(access.status));
    }
    let class = enrollment::find_class(&mut tx, course, new.class).await?;
    let title = match new.title {
        Some(title) => title,
        None => {
            let (name,): (String,) = tx.one("select title from courses where id = $1", args![course]).await?;
            format!("{name} {}", app.clock.date_of(now_ms))
        }
    };
    let date = app.clock.date_of(new.scheduled_ms.unwrap_or(now_ms));
    let meeting = attendance::meeting_of_session(&mut tx, class, &date, new.number, now_ms).await?;
    let sql =
        "insert into live_sessions (id, created_ms, course, class, code, join_key, title, status, scheduled_ms, taught_ms, meeting,
            helper_key)
        values ($1, $2, $3, $4, $5, $6, $7, 'WAITING', $8, $2, $9, $10) on conflict do nothing returning id";
    let mut made = None;
    for _ in 0..DRAWS_MAX {
        let Some(code) = draw_code(&mut tx, now_ms).await? else { continue };
        let (scheduled_ms, helper_key) = (new.scheduled_ms, link_key());
        let args =
            args![random_id(), now_ms, course, class, code, link_key(), &title, scheduled_ms, meeting, helper_key];
        made = tx.maybe::<(i64,)>(sql, args).await?;
        if made.is_some() {
            break;
        }
    }
    let (id,) = made.ok_or(Error::Busy { retry_after_s: 1 })?;
    let session = by_id(&mut tx, id).await?;
    app.commit(tx, Vec::new()).await?;
    Ok(session)
}

/// Draws a random code. Returns `None` if an open session has it, or any session created less than `CODE_RESTS_MS` ago.
async fn draw_code(tx: &mut Tx, now_ms: i64) -> Result<Option<String>> {
    let sql = "select count(*) from live_sessions where status <> 'REVIEW_MODE'";
    let (open,): (i64,) = tx.one(sql, args![]).await?;
    let code = digit_code(if open > FEW_OPEN_SESSIONS { CODE_DIGITS + 1 } else { CODE_DIGITS });
    let sql = "select 1 from live_sessions where code = $1 and (status <> 'REVIEW_MODE' or created_ms > $2) limit 1";
    let used: Option<(i64,)> = tx.maybe(sql, args![&code, now_ms - CODE_RESTS_MS]).await?;
    Ok(used.is_none().then_some(code))
}
