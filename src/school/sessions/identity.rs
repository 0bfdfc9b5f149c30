//! Identity of a newcomer: a guest with a second phone is asked whether they were here before, and the instructor decides.

use super::{Session, find_taught, presence};
use crate::app::School;
use crate::db::{HeldTable, Tx, args, row};
use crate::error::{Error, Noun, Result};
use crate::event::{Event, NewEvent};
use crate::school::rights::Caller;

/// Answer of a guest to the question whether they are the guest of the same name who joined the session before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameConflict {
    /// No answer yet: the join fails with `NameIsHere` if there is such a guest.
    Ask,
    /// The same person: the instructor is asked to confirm it.
    Same,
    /// Another person.
    Other,
}

/// Finds the guests of exactly this name who joined the session and were not removed.
async fn namesakes(tx: &mut Tx, session: i64, name: &str) -> Result<Vec<i64>> {
    let sql = "select p.person from participants p join people q on q.id = p.person
        where p.session = $1 and q.name = $2 and q.guest and q.deleted_ms is null and p.removed_ms is null
        order by p.id limit 50";
    let found: Vec<(i64,)> = tx.all(sql, args![session, name]).await?;
    Ok(found.into_iter().map(|(person,)| person).collect())
}

/// Finds those namesakes of a guest with a second phone who are not present. Presence is asked before the transaction of the
/// join begins.
pub(super) async fn absent_namesakes(app: &School, session: i64, name: &str, answer: NameConflict) -> Result<Vec<i64>> {
    if answer != NameConflict::Same {
        return Ok(Vec::new());
    }
    let mut found = namesakes(&mut app.db.read().await?, session, name).await?;
    let present = presence::present_of(app, session, &found).await?;
    found.retain(|person| !present.contains(person));
    Ok(found)
}

/// Finds the guest that a new guest says to be: of several namesakes, one who is absent, else the first. Fails with
/// `NameIsHere` if there is one and the new guest has not answered yet.
pub(super) async fn find_claimed_guest(
    tx: &mut Tx,
    session: i64,
    name: &str,
    answer: NameConflict,
    absent: &[i64],
) -> Result<Option<i64>> {
    if answer == NameConflict::Other {
        return Ok(None);
    }
    let found = namesakes(tx, session, name).await?;
    let known = found.iter().find(|person| absent.contains(person)).or(found.first()).copied();
    if known.is_some() && answer == NameConflict::Ask { Err(Error::NameIsHere) } else { Ok(known) }
}

/// Records that a new participant says to be `same_as`. Returns the event for the instructor.
pub(super) async fn record_claim(
    tx: &mut Tx,
    at: &Session,
    person: i64,
    same_as: i64,
    now_ms: i64,
) -> Result<Vec<NewEvent>> {
    let sql = "update participants set same_as = $3 where session = $1 and person = $2";
    tx.run(sql, args![at.id, person, same_as]).await?;
    let event = Event::StudentSameAs { person, same_as: Some(same_as) };
    Ok(vec![NewEvent { session: Some(at.id), course: at.course, at_ms: now_ms, event }])
}

/// Returns the guest whom a participant says to be, while the instructor has not decided.
pub(super) async fn claimed_guest(tx: &mut Tx, session: i64, person: i64) -> Result<Option<i64>> {
    let sql = "select same_as from participants where session = $1 and person = $2";
    Ok(tx.maybe::<(Option<i64>,)>(sql, args![session, person]).await?.and_then(|(same_as,)| same_as))
}

/// Settles the question for the instructor: the two are different people.
pub async fn separate(app: &School, caller: &Caller, session: i64, person: i64) -> Result<()> {
    let mut tx = app.db.begin().await?;
    let at = find_taught(&mut tx, caller, session).await?;
    let sql = "select course from live_sessions s join participants p on p.session = s.id
        where s.id = $1 and p.person = $2 and p.removed_ms is null";
    let (course,) = tx.maybe(sql, args![at.id, person]).await?.ok_or(Error::NotFound(Noun::Participant))?;
    let events = settle(&mut tx, &[IdentityQuestion { session: at.id, course, person }], app.now_ms()).await?;
    app.commit(tx, events).await
}

row! {
    /// Open question that the instructor must answer: whether a new participant is a guest who joined before.
    pub(in crate::school) struct IdentityQuestion {
        session: i64,
        course: i64,
        /// The new participant.
        person: i64,
    }
}

/// Reads the open questions about a person, whichever of the two they are, and holds the rows of their sessions, and that of
/// `session`.
pub(in crate::school) async fn hold_questions(
    tx: &mut Tx,
    person: i64,
    session: Option<i64>,
) -> Result<Vec<IdentityQuestion>> {
    let open = "from participants p join live_sessions s on s.id = p.session
        where p.same_as is not null and (p.person = $1 or p.same_as = $1)";
    let theirs = format!("id in (select s.id {open} union select cast($2 as bigint))");
    tx.hold_where(HeldTable::Sessions, &theirs, args![person, session]).await?;
    tx.all(format!("select p.session, s.course, p.person {open} order by p.id"), args![person]).await
}

/// Settles these questions. Returns an event for the instructor for each of them that was still open.
pub(in crate::school) async fn settle(
    tx: &mut Tx,
    questions: &[IdentityQuestion],
    now_ms: i64,
) -> Result<Vec<NewEvent>> {
    let sql = "update participants set same_as = null where session = $1 and person = $2 and same_as is not null";
    let mut events = Vec::new();
    for IdentityQuestion { session, course, person } in questions {
        if tx.run(sql, args![*session, *person]).await? > 0 {
            let event = Event::StudentSameAs { person: *person, same_as: None };
            events.push(NewEvent { session: Some(*session), course: *course, at_ms: now_ms, event });
        }
    }
    Ok(events)
}
