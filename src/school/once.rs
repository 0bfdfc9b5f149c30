//! Idempotency keys: a request with a key is carried out once, however often it is sent.

use std::fmt::Debug;

use crate::db::{Tx, args};
use crate::error::{Error, Field, Result};
use crate::event::StoredAnswer;
use crate::planted::{self, Planted};
use crate::tag;

/// Days for which a key is kept: no phone repeats a request later than that.
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
        if is_uuid { Ok(Key(text.to_ascii_lowercase())) } else { Err(Error::bad(Field::Key, "a UUID is needed")) }
    }

    pub fn text(&self) -> &str {
        &self.0
    }
}

/// Returns the answer that was given before for this key. `None` means a new key, which this transaction holds: the same key
/// sent again waits for it, or is refused for a second if the writes of others would wait too. Fails if something else was
/// asked with this key. `asked` is all that the sender chose, and the same by HTTP as on a socket.
pub async fn claim(
    tx: &mut Tx,
    person: i64,
    key: Option<&Key>,
    asked: impl Debug,
    now_ms: i64,
) -> Result<Option<StoredAnswer>> {
    let Some(Key(key)) = key.filter(|_| !planted::has(Planted::RetryWithoutKey)) else { return Ok(None) };
    let asked = tag::of(format!("{asked:?}").as_bytes());
    let sql = format!(
        "insert into done_keys (person, key, asked, answer, at_ms) select $1, $2, $3, '', $4 where {}
        on conflict do nothing",
        tx.has_alone("$5"),
    );
    let number = tag::number_of(format!("{person} {key}").as_bytes());
    if tx.run(sql, args![person, key, &asked, now_ms, number]).await? == 1 {
        return Ok(None);
    }
    let sql = "select asked, answer from done_keys where person = $1 and key = $2";
    match tx.maybe::<(String, String)>(sql, args![person, key]).await? {
        Some((asked_before, answer)) if asked_before == asked => {
            serde_json::from_str(&answer).map(Some).map_err(|_| Error::KeyReused)
        }
        Some(_) => Err(Error::KeyReused),
        None => Err(Error::UnderWay),
    }
}

/// Lets one transaction at a time use a key of somebody who has no id yet.
pub async fn take_alone(tx: &mut Tx, session: i64, key: &Key) -> Result<()> {
    let sql = format!("select {}", tx.has_alone("$1"));
    let number = tag::number_of(format!("guest {session} {}", key.text()).as_bytes());
    let (is_alone,): (bool,) = tx.one(sql, args![number]).await?;
    if is_alone { Ok(()) } else { Err(Error::UnderWay) }
}

pub async fn settle(tx: &mut Tx, person: i64, key: Option<&Key>, done: &StoredAnswer) -> Result<()> {
    let Some(Key(key)) = key else { return Ok(()) };
    let answer = serde_json::to_string(done).map_err(Error::internal)?;
    let sql = "update done_keys set answer = $3 where person = $1 and key = $2";
    tx.run(sql, args![person, key, answer]).await?;
    Ok(())
}

/// Gives a claimed key back after its request was refused, so that the request can be tried again.
pub async fn release(tx: &mut Tx, person: i64, key: Option<&Key>) -> Result<()> {
    let Some(Key(key)) = key else { return Ok(()) };
    tx.run("delete from done_keys where person = $1 and key = $2", args![person, key]).await?;
    Ok(())
}

pub async fn forget_before(tx: &mut Tx, ms: i64) -> Result<()> {
    tx.run("delete from done_keys where at_ms < $1", args![ms]).await?;
    Ok(())
}
