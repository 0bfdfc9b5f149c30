//! Joining a session, and leaving it.

use std::net::IpAddr;

use futures_util::future::BoxFuture;

use super::codes::{self, Invitation};
use super::identity::{self, NameConflict};
use super::{Session, SessionStatus, by_id, find_attended, find_taught, messages, room, staff, state};
use crate::app::{News, School};
use crate::db::{HeldTable, Tx, args, row};
use crate::error::{Error, Noun, Result};
use crate::event::{Event, GradeScope, NewEvent, StoredAnswer};
use crate::failures::Attempts;
use crate::live::CloseSockets;
use crate::live::connection::close;
use crate::school::attendance::automatic;
use crate::school::logins::{self, Tokens};
use crate::school::once::{self, Key};
use crate::school::people::{self, Level, Person};
use crate::school::rights::Caller;
use crate::school::{enrollment, help, names};

/// Participants that may be in one session at a time.
const SESSION_MAX_PEOPLE: i64 = 10_000;

row! {
    #[derive(Debug, Clone)]
    pub struct Participant {
        pub id: i64,
        pub session: i64,
        pub person: i64,
        pub enrollment: i64,
        pub joined_ms: i64,
        pub left_ms: Option<i64>,
        pub removed_ms: Option<i64>,
    }
}

const PARTICIPANT: &str = "select id, session, person, enrollment, joined_ms, left_ms, removed_ms from participants";

pub struct Joined {
    pub participant: Participant,
    pub status: String,
    pub is_new: bool,
    /// Set if they had left, and this call let them in again: the sockets that they opened meanwhile are to be closed.
    news_of_return: Option<News>,
}

/// Admits a student to a session. Enrolls them if they are not enrolled, and logs the join and sends it to the instructor.
/// Joining again changes nothing.
pub async fn join(app: &School, caller: &Caller, session: i64) -> Result<Joined> {
    caller.must_be_student()?;
    let (person, now_ms) = (caller.id, app.now_ms());
    let school = app.clone();
    let (joined, ()) = record(app, session, move |tx| {
        let app = school.clone();
        Box::pin(async move {
            staff::must_be_no_helper(tx, person).await?;
            let session = by_id(tx, session).await?;
            let (joined, events) = admit(&app, tx, &session, person, now_ms).await?;
            Ok(((joined, ()), events))
        })
    })
    .await?;
    Ok(joined)
}

/// Records a join, and then closes the sockets that someone who is back opened while they were not in the session: they come
/// back, and then count. A caller who hangs up cannot split the two.
async fn record<T, F>(app: &School, session: i64, write: F) -> Result<(Joined, T)>
where
    T: Send + 'static,
    F: for<'t> Fn(&'t mut Tx) -> BoxFuture<'t, Result<((Joined, T), Vec<NewEvent>)>> + Send + 'static,
{
    let app = app.clone();
    let recorded = tokio::spawn(async move {
        let (mut joined, more) = app.group_commit.record_for(session, write).await?;
        if let Some(news) = joined.news_of_return.take() {
            app.bus.send(news).await;
        }
        Ok((joined, more))
    });
    recorded.await.map_err(Error::internal)?
}

async fn admit(
    app: &School,
    tx: &mut Tx,
    session: &Session,
    person: i64,
    now_ms: i64,
) -> Result<(Joined, Vec<NewEvent>)> {
    let known: Option<Participant> =
        tx.maybe(format!("{PARTICIPANT} where session = $1 and person = $2"), args![session.id, person]).await?;
    let status = session.status.clone();
    let (is_new, came) = match known {
        Some(p) if p.removed_ms.is_some() => return Err(Error::Removed),
        Some(participant) if participant.left_ms.is_none() => {
            return Ok((Joined { participant, status, is_new: false, news_of_return: None }, Vec::new()));
        }
        Some(_) => {
            // Fails for a person who was rejected in the meantime, and gives the new enrollment of a person who applied
            // again.
            let enrollment = enrollment::ensure_enrolled(tx, session.class, person, now_ms).await?;
            let sql = "update participants set left_ms = null, enrollment = $3 where session = $1 and person = $2";
            tx.hold(HeldTable::Sessions, session.id).await?;
            (false, tx.run(sql, args![session.id, person, enrollment]).await? > 0)
        }
        None => {
            if session.door == "CLOSED" && !session.has_status(SessionStatus::Review) {
                return Err(Error::DoorClosed);
            }
            let enrollment = enrollment::ensure_enrolled(tx, session.class, person, now_ms).await?;
            let sql = "insert into participants (session, person, enrollment, joined_ms) values ($1, $2, $3, $4)
                on conflict do nothing";
            tx.hold(HeldTable::Sessions, session.id).await?;
            (true, tx.run(sql, args![session.id, person, enrollment, now_ms]).await? > 0)
        }
    };
    let participant: Participant =
        tx.one(format!("{PARTICIPANT} where session = $1 and person = $2"), args![session.id, person]).await?;
    // The session is held if the person came: of two who join at once, the second one's total counts the first.
    let total = state::participant_count(tx, session.id).await?;
    if is_new && total > SESSION_MAX_PEOPLE {
        return Err(Error::SessionFull { cap_people: SESSION_MAX_PEOPLE });
    }
    if !came {
        return Ok((Joined { participant, status, is_new, news_of_return: None }, Vec::new()));
    }
    let event = Event::StudentJoined { person, total };
    let mut events = vec![NewEvent { session: Some(session.id), course: session.course, at_ms: now_ms, event }];
    events.push(NewEvent::grade_due(session.course, GradeScope::Enrollment(participant.enrollment), now_ms));
    events.extend(automatic::mark_participant(app, tx, session, (person, participant.enrollment), now_ms).await?);
    let news_of_return = match is_new {
        true => None,
        false => {
            let order = CloseSockets::of_returner(room::session(session.id), person);
            Some(app.record_closing(tx, vec![order]).await?)
        }
    };
    Ok((Joined { participant, status, is_new, news_of_return }, events))
}

#[derive(Debug, Clone)]
pub struct Guest {
    pub name: String,
    pub age: Option<i64>,
    pub digital_level: Option<Level>,
    pub if_name_is_here: NameConflict,
}

/// Admits a guest who scanned the QR (or typed the code) and typed a name. `key`, if the phone sends one, makes it happen
/// once: a repeat after a lost reply makes no second person of the same name.
pub async fn join_as_guest(
    app: &School,
    invitation: &Invitation,
    guest: Guest,
    key: Option<Key>,
    from: IpAddr,
) -> Result<(Person, Joined, Tokens)> {
    let now_ms = app.now_ms();
    let found = codes::find(app, &mut app.db.read().await?, invitation, None, from).await?;
    let limit = if found.is_scanned { Attempts::ScannedGuestsFrom(from) } else { Attempts::GuestsFrom(from) };
    app.failures.take_for_good(&limit, now_ms)?;
    let (school, session) = (app.clone(), found.session.id);
    let absent = identity::absent_namesakes(app, session, &guest.name, guest.if_name_is_here).await?;
    let (joined, (person, tokens)) = record(app, session, move |tx| {
        let (app, guest, absent, key) = (school.clone(), guest.clone(), absent.clone(), key.clone());
        Box::pin(async move { admit_guest(&app, tx, session, &guest, &absent, key.as_ref(), now_ms).await })
    })
    .await?;
    Ok((person, joined, tokens))
}

async fn admit_guest(
    app: &School,
    tx: &mut Tx,
    session: i64,
    guest: &Guest,
    absent: &[i64],
    key: Option<&Key>,
    now_ms: i64,
) -> Result<((Joined, (Person, Tokens)), Vec<NewEvent>)> {
    if let Some(key) = key {
        // Another node may be admitting the same guest.
        once::take_alone(tx, session, key).await?;
    }
    let session = by_id(tx, session).await?;
    if session.has_status(SessionStatus::Review) {
        return Err(Error::wrong_state(session.status));
    }
    if session.door == "CLOSED" {
        return Err(Error::DoorClosed);
    }
    let device = key.map_or_else(|| "#guest".to_owned(), |key| format!("#guest {}", key.text()));
    let before = match key {
        Some(_) => logins::find_by_guest_key(tx, session.id, &device, now_ms).await?,
        None => None,
    };
    let (person, same_as) = match &before {
        Some(login) => (login.person, None),
        None => {
            let same_as =
                identity::find_claimed_guest(tx, session.id, &guest.name, guest.if_name_is_here, absent).await?;
            (people::add_guest(tx, &guest.name, guest.age, guest.digital_level, now_ms).await?, same_as)
        }
    };
    if once::claim(tx, person, key, guest, now_ms).await?.is_none() {
        once::settle(tx, person, key, &StoredAnswer::GuestJoined).await?;
    }
    let (joined, mut events) = admit(app, tx, &session, person, now_ms).await?;
    if let Some(same_as) = same_as {
        events.extend(identity::record_claim(tx, &session, person, same_as, now_ms).await?);
    }
    let tokens = match &before {
        Some(login) => logins::repeat_tokens(app, login)?,
        None => logins::begin(app, tx, person, true, &device).await?,
    };
    let person = people::by_id(tx, person).await?;
    Ok(((joined, (person, tokens)), events))
}

/// Takes the caller out of the session at their own wish. Their attendance so far stays, and they can come back, even when
/// the door is closed.
pub async fn leave(app: &School, caller: &Caller, session: i64) -> Result<Participant> {
    let mut tx = app.db.begin().await?;
    let at = find_attended(&mut tx, caller, session).await?;
    app.failures.take_for_good(&Attempts::LeavesOf(session, caller.id), app.now_ms())?;
    remove_participant(app, tx, &at, caller.id, false).await
}

/// Removes a person from the session, for its instructor. Their sockets close, and they cannot join again.
pub async fn remove(app: &School, caller: &Caller, session: i64, person: i64) -> Result<Participant> {
    let mut tx = app.db.begin().await?;
    let at = find_taught(&mut tx, caller, session).await?;
    remove_participant(app, tx, &at, person, true).await
}

async fn remove_participant(
    app: &School,
    mut tx: Tx,
    session: &Session,
    person: i64,
    removed: bool,
) -> Result<Participant> {
    let now_ms = app.now_ms();
    tx.hold(HeldTable::Sessions, session.id).await?;
    let sql = "update participants set left_ms = coalesce(left_ms, $3),
        removed_ms = case when $4 then coalesce(removed_ms, $3) else removed_ms end
        where session = $1 and person = $2 and (left_ms is null or ($4 and removed_ms is null))";
    let changed = tx.run(sql, args![session.id, person, now_ms, removed]).await? > 0;
    let sql = format!("{PARTICIPANT} where session = $1 and person = $2");
    let participant: Participant =
        tx.maybe(sql, args![session.id, person]).await?.ok_or(Error::NotFound(Noun::Participant))?;
    let mut events = Vec::new();
    if changed {
        let total = state::participant_count(&mut tx, session.id).await?;
        messages::forget(&mut tx, session.id, Some(person)).await?;
        let event = Event::StudentLeft { person, removed, total };
        events.push(NewEvent { session: Some(session.id), course: session.course, at_ms: now_ms, event });
    }
    if changed && removed {
        events.extend(help::withdraw_all_of(&mut tx, session, person, now_ms).await?);
        messages::forget(&mut tx, session.id, Some(person)).await?;
    }
    let (code, reason) =
        if removed { (close::REMOVED, "removed by the instructor") } else { (close::NORMAL, "goodbye") };
    let closed = CloseSockets::of_leaver(room::session(session.id), person, code, reason);
    app.commit_and_close(tx, events, vec![closed]).await?;
    Ok(participant)
}

/// Renames a guest, so that the instructor can tell two people of one name apart. Fails for a person with an account, whose
/// name is not the instructor's to change.
pub async fn rename(app: &School, caller: &Caller, session: i64, person: i64, name: &str) -> Result<names::PersonName> {
    let mut tx = app.db.begin().await?;
    let session = find_taught(&mut tx, caller, session).await?;
    let questions = identity::hold_questions(&mut tx, person, Some(session.id)).await?;
    must_stay_guest_of(&mut tx, session.id, person).await?;
    tx.run("update people set name = $2 where id = $1", args![person, name]).await?;
    let renamed = names::person(&mut tx, person).await?.ok_or(Error::NotFound(Noun::Participant))?;
    let event = Event::StudentRenamed { person };
    let mut events = vec![NewEvent { session: Some(session.id), course: session.course, at_ms: app.now_ms(), event }];
    // The open question compared two guests of one name: a new name settles it.
    events.extend(identity::settle(&mut tx, &questions, app.now_ms()).await?);
    app.commit(tx, events).await?;
    Ok(renamed)
}

/// Fails unless a person of this session is a guest. Holds their row, so that they do not claim their account before the
/// transaction ends.
async fn must_stay_guest_of(tx: &mut Tx, session: i64, person: i64) -> Result<()> {
    logins::hold_person(tx, person).await?;
    if must_be_guest_of(tx, session, person).await? { Ok(()) } else { Err(Error::NotYours) }
}

pub(super) async fn must_be_guest_of(tx: &mut Tx, session: i64, person: i64) -> Result<bool> {
    let sql = "select q.guest from participants p join people q on q.id = p.person
        where p.session = $1 and p.person = $2 and p.removed_ms is null";
    Ok(tx.maybe::<(bool,)>(sql, args![session, person]).await?.ok_or(Error::NotFound(Noun::Participant))?.0)
}

/// Makes a ticket by which a guest signs in again on a new phone, or after losing the page. Fails for a person with an
/// account, who signs in with the password: an instructor cannot make a login to another person's account.
pub async fn reentry(app: &School, caller: &Caller, session: i64, person: i64) -> Result<(Session, String)> {
    let mut tx = app.db.begin().await?;
    let session = find_taught(&mut tx, caller, session).await?;
    must_stay_guest_of(&mut tx, session.id, person).await?;
    let ticket = logins::make_ticket(app, &mut tx, person).await?;
    app.commit(tx, Vec::new()).await?;
    Ok((session, ticket))
}
