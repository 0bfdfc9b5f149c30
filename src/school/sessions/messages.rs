//! Messages of a session's staff to one learner. The newest one waits for the learner until they have put it away. Praise, which does
//! not wait, and what a phone says of itself.

use super::{find_assisted, find_attended, must_have_participant};
use crate::app::School;
use crate::db::{HeldTable, Tx, args};
use crate::error::{Error, Result};
use crate::event::{Event, NewEvent, StoredAnswer};
use crate::failures::Attempts;
use crate::school::once::{self, Key};
use crate::school::rights::Caller;

/// A message that was sent.
pub struct SentMessage {
    pub id: i64,
    pub person: i64,
    pub text: String,
    pub at_ms: i64,
}

/// Sends a message to one participant, in place of the one before it, for the staff of the session.
pub async fn send(
    app: &School,
    caller: &Caller,
    session: i64,
    person: i64,
    text: String,
    key: Option<Key>,
) -> Result<SentMessage> {
    let (at_ms, mut tx) = (app.now_ms(), app.db.begin().await?);
    tx.hold(HeldTable::Sessions, session).await?;
    let at = find_assisted(&mut tx, caller, session).await?.session;
    let asked = ("message to one", session, person, &text);
    if let Some(done) = once::claim(&mut tx, caller.id, key.as_ref(), asked, at_ms).await? {
        let StoredAnswer::MessageToOne { message: id, at_ms } = done else { return Err(Error::KeyReused) };
        return Ok(SentMessage { id, person, text, at_ms });
    }
    at.must_be_open()?;
    app.failures.take_for_good(&Attempts::StaffActsOf(session, caller.id), at_ms)?;
    must_have_participant(&mut tx, session, person).await?;
    forget(&mut tx, session, Some(person)).await?;
    let sql = "insert into participant_messages (created_ms, session, person, by_person, message)
        values ($1, $2, $3, $4, $5) returning id";
    let (id,): (i64,) = tx.one(sql, args![at_ms, session, person, caller.id, &text]).await?;
    once::settle(&mut tx, caller.id, key.as_ref(), &StoredAnswer::MessageToOne { message: id, at_ms }).await?;
    let event = Event::MessageToOne { person, from: caller.id, message: id, text: text.clone() };
    app.commit(tx, vec![NewEvent { session: Some(session), course: at.course, at_ms, event }]).await?;
    Ok(SentMessage { id, person, text, at_ms })
}

/// A message that its learner has not put away yet.
pub struct WaitingMessage {
    pub id: i64,
    pub text: String,
    pub from_name: String,
    pub at_ms: i64,
}

/// Reads the message that waits for a participant.
pub async fn waiting(app: &School, session: i64, person: i64) -> Result<Option<WaitingMessage>> {
    let sql =
        "select m.id, m.message, p.name, m.created_ms from participant_messages m join people p on p.id = m.by_person
        where m.session = $1 and m.person = $2";
    let found: Option<(i64, String, String, i64)> = app.db.maybe(sql, args![session, person]).await?;
    Ok(found.map(|(id, text, from_name, at_ms)| WaitingMessage { id, text, from_name, at_ms }))
}

/// Puts a message away, for the participant to whom it was sent. One that is gone already changes nothing.
pub async fn put_away(app: &School, caller: &Caller, session: i64, message: i64) -> Result<()> {
    find_attended(&mut app.db.read().await?, caller, session).await?;
    let person = caller.id;
    app.group_commit
        .record(move |tx| {
            Box::pin(async move {
                let sql = "delete from participant_messages where id = $1 and person = $2";
                tx.run(sql, args![message, person]).await?;
                Ok(((), Vec::new()))
            })
        })
        .await
}

/// Deletes the message that waits for one participant, or all messages of a session.
pub(super) async fn forget(tx: &mut Tx, session: i64, person: Option<i64>) -> Result<()> {
    let sql = "delete from participant_messages where session = $1 and ($2 is null or person = $2)";
    tx.run(sql, args![session, person]).await.map(drop)
}

/// Praises a student of an open session, who alone hears of it, or (`person` is empty) all, for those who lead it.
pub async fn praise(app: &School, caller: &Caller, session: i64, person: Option<i64>, key: Option<Key>) -> Result<()> {
    let (at_ms, mut tx) = (app.now_ms(), app.db.begin().await?);
    tx.hold(HeldTable::Sessions, session).await?;
    let at = find_assisted(&mut tx, caller, session).await?;
    if once::claim(&mut tx, caller.id, key.as_ref(), ("praise", session, person), at_ms).await?.is_some() {
        return Ok(());
    }
    at.session.must_be_open()?;
    app.failures.take_for_good(&Attempts::StaffActsOf(session, caller.id), at_ms)?;
    match person {
        Some(person) => must_have_participant(&mut tx, session, person).await?,
        None if at.is_led => {}
        None => return Err(Error::NotYours),
    }
    let event = Event::Praised { person, from: caller.id };
    let done = StoredAnswer::Command { at_ms, event: event.clone() };
    once::settle(&mut tx, caller.id, key.as_ref(), &done).await?;
    let event = NewEvent { session: Some(session), course: at.session.course, at_ms, event };
    app.commit(tx, vec![event]).await
}

/// Takes note of the kind of a student's phone. What is known already is not written again.
pub async fn note_phone(app: &School, caller: &Caller, session: i64, kind: String) -> Result<()> {
    let person = caller.id;
    app.group_commit
        .record_for(session, move |tx| {
            let kind = kind.clone();
            Box::pin(async move {
                tx.hold(HeldTable::Sessions, session).await?;
                let sql = "update participants set phone = $3
                    where session = $1 and person = $2 and removed_ms is null and (phone is null or phone <> $3)";
                tx.run(sql, args![session, person, kind]).await?;
                Ok(((), Vec::new()))
            })
        })
        .await
}
