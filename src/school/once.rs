//! What carries a key happens once, however often it is sent.

use crate::db::{Tx, args};
use crate::error::{Error, Result};
use crate::event::Done;

/// Kept this long: no phone repeats itself later than that.
pub const KEPT_DAYS: i64 = 7;

/// A UUID that the sender made, unique per person.
#[derive(Debug, Clone)]
pub struct Key(String);

impl Key {
    pub fn parse(text: &str) -> Result<Key> {
        let is_uuid = text.len() == 36
            && text.bytes().enumerate().all(|(i, b)| match i {
                8 | 13 | 18 | 23 => b == b'-',
                _ => b.is_ascii_hexdigit(),
            });
        if is_uuid { Ok(Key(text.to_ascii_lowercase())) } else { Err(Error::bad("key", "a UUID is needed")) }
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

/// The answer given before, or `None`: then this transaction holds the key, and whoever sends it again waits.
pub async fn claim(tx: &mut Tx, person: i64, key: Option<&Key>, now_ms: i64) -> Result<Option<Done>> {
    let Some(Key(key)) = key else { return Ok(None) };
    let sql = "insert into done_keys (person, key, answer, at_ms) values ($1, $2, '', $3) on conflict do nothing";
    if tx.run(sql, args![person, key, now_ms]).await? == 1 {
        return Ok(None);
    }
    let (answer,): (String,) =
        tx.one("select answer from done_keys where person = $1 and key = $2", args![person, key]).await?;
    serde_json::from_str(&answer).map(Some).map_err(|_| Error::KeyReused)
}

pub async fn settle(tx: &mut Tx, person: i64, key: Option<&Key>, done: &Done) -> Result<()> {
    let Some(Key(key)) = key else { return Ok(()) };
    let answer = serde_json::to_string(done).map_err(Error::internal)?;
    let sql = "update done_keys set answer = $3 where person = $1 and key = $2";
    tx.run(sql, args![person, key, answer]).await?;
    Ok(())
}

/// Gives a claimed key back: what it was for was refused, and may be tried again.
pub async fn release(tx: &mut Tx, person: i64, key: Option<&Key>) -> Result<()> {
    let Some(Key(key)) = key else { return Ok(()) };
    tx.run("delete from done_keys where person = $1 and key = $2", args![person, key]).await?;
    Ok(())
}

pub async fn forget_before(tx: &mut Tx, ms: i64) -> Result<()> {
    tx.run("delete from done_keys where at_ms < $1", args![ms]).await?;
    Ok(())
}
