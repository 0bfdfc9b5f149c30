//! Staff of a session beside its instructor: helpers and hosts, invited by name or come by the helper's key. What each may do is asked
//! in `sessions::find_taught` and `find_assisted`.

use super::{Session, SessionStatus, by_id, find_assisted, find_taught, room, staff_presence};
use crate::app::School;
use crate::clock::link_key;
use crate::db::{HeldTable, Tx, args, retry, row};
use crate::error::{Error, Noun, Result};
use crate::event::{Event, NewEvent, StaffRole};
use crate::failures::Attempts;
use crate::live::connection::close;
use crate::live::{CloseSockets, EndedLogins};
use crate::school::help::claims;
use crate::school::logins;
use crate::school::notifications::{self, NotificationKind};
use crate::school::rights::{self, Caller};

/// People who may have a role in one session, of each of two kinds: come by the key, and invited.
pub(super) const STAFF_MAX_PEOPLE: i64 = 50;

row! {
    pub struct StaffMember {
        pub person: i64,
        pub name: String,
        pub role: String,
    }
}

/// The staff of a session, the instructor first.
pub struct SessionStaff {
    pub session: Session,
    /// Each with whether a socket of theirs is open in the session.
    pub members: Vec<(StaffMember, bool)>,
    /// Whether the caller may hand out the helper's key: only to those who lead, while the session is open.
    pub shows_key: bool,
}

const MEMBERS: &str = "select f.person, p.name, f.role from session_staff f join people p on p.id = f.person
    where f.session = $1 and f.ended_ms is null order by f.joined_ms, f.person";

/// Co-teachers of a session's course. They are listed while they are connected: there may be many who never come.
const CO_TEACHERS: &str =
    "select t.person, p.name, 'CO_TEACHER' as role from course_teachers t join people p on p.id = t.person
    where t.course = $1 order by t.created_ms, t.person";

/// Lists the staff of a session, for its staff.
pub async fn list(app: &School, caller: &Caller, session: i64) -> Result<SessionStaff> {
    let mut tx = app.db.read().await?;
    let found = find_assisted(&mut tx, caller, session).await?;
    let session = found.session;
    let (person, name) = (session.instructor, session.instructor_name.clone());
    let mut members = vec![StaffMember { person, name, role: "INSTRUCTOR".into() }];
    let given: Vec<StaffMember> = tx.all(MEMBERS, args![session.id]).await?;
    let co_teachers: Vec<StaffMember> = tx.all(CO_TEACHERS, args![session.course]).await?;
    drop(tx);
    let connected = staff_presence::connected_in(app, session.id).await?;
    let is_co_teacher = |person: i64| co_teachers.iter().any(|one| one.person == person);
    let given: Vec<StaffMember> = given.into_iter().filter(|one| !is_co_teacher(one.person)).collect();
    members.extend(co_teachers.into_iter().filter(|one| connected.contains(&one.person)));
    members.extend(given);
    let members = members.into_iter().map(|member| {
        let is_connected = connected.contains(&member.person);
        (member, is_connected)
    });
    let shows_key = found.is_led && !session.has_status(SessionStatus::Review);
    Ok(SessionStaff { members: members.collect(), shows_key, session })
}

/// Gives a colleague a role in a session, in place of the one that they had, and notifies them. For those who lead it; its own
/// instructor and the co-teachers of its course need no role and stay as they are.
pub async fn invite(app: &School, caller: &Caller, session: i64, person: i64, role: StaffRole) -> Result<SessionStaff> {
    let (now_ms, mut tx) = (app.now_ms(), app.db.begin().await?);
    tx.hold(HeldTable::Sessions, session).await?;
    let at = find_taught(&mut tx, caller, session).await?;
    at.must_be_open()?;
    app.failures.take_for_good(&Attempts::StaffActsOf(session, caller.id), now_ms)?;
    must_be_colleague(&mut tx, person).await?;
    let sql = "select role from session_staff where session = $1 and person = $2 and ended_ms is null";
    let before: Option<(String,)> = tx.maybe(sql, args![session, person]).await?;
    let before = before.and_then(|(role,)| StaffRole::parse(&role));
    if person == at.instructor || before == Some(role) || rights::is_shared_with(&mut tx, at.course, person).await? {
        drop(tx);
        return list(app, caller, session).await;
    }
    if before.is_none() {
        must_have_room(&mut tx, session, false).await?;
    }
    let sql = "insert into session_staff (session, person, role, joined_ms) values ($1, $2, $3, $4)
        on conflict (session, person) do update set role = excluded.role, by_key = false,
            joined_ms = excluded.joined_ms, ended_ms = null";
    tx.run(sql, args![session, person, role.word(), now_ms]).await?;
    let kind = match role {
        StaffRole::Helper => NotificationKind::SessionHelp,
        StaffRole::Host => NotificationKind::SessionHandedOver,
    };
    notifications::notify(&mut tx, person, kind, caller.id, session, now_ms).await?;
    let mut closed = Vec::new();
    if before == Some(StaffRole::Host) {
        // The socket of those who lead and the helpers' key are theirs no more.
        renew_key(&mut tx, session).await?;
        closed.push(CloseSockets::of_leaver(room::session(session), person, close::REMOVED, "your role has changed"));
    }
    let event = new_event(&at, Event::StaffChanged { person, role: Some(role) }, now_ms);
    app.commit_and_close(tx, vec![event], closed).await?;
    list(app, caller, session).await
}

/// Fails unless the person is of the school's staff.
pub async fn must_be_colleague(tx: &mut Tx, person: i64) -> Result<()> {
    let sql = format!("select id from people where id = $1 and {IS_COLLEAGUE}");
    tx.maybe::<(i64,)>(sql, args![person]).await?.ok_or(Error::NotFound(Noun::Person)).map(drop)
}

async fn renew_key(tx: &mut Tx, session: i64) -> Result<()> {
    tx.run("update live_sessions set helper_key = $2 where id = $1", args![session, link_key()]).await.map(drop)
}

/// Fails if as many people as possible have a role in the session, of those who came by the key or of those who were invited: neither
/// take the room of the others. Those who came by the key count also when they have gone. The caller holds the session.
pub(super) async fn must_have_room(tx: &mut Tx, session: i64, by_key: bool) -> Result<()> {
    let sql = "select count(*) from session_staff where session = $1 and by_key = $2 and (by_key or ended_ms is null)";
    let (count,): (i64,) = tx.one(sql, args![session, by_key]).await?;
    if count < STAFF_MAX_PEOPLE { Ok(()) } else { Err(Error::SessionFull { cap_people: STAFF_MAX_PEOPLE }) }
}

pub(super) fn new_event(at: &Session, event: Event, at_ms: i64) -> NewEvent {
    NewEvent { session: Some(at.id), course: at.course, at_ms, event }
}

/// Ends a person's role, for those who lead the session and for that person. Their sockets close, nobody waits for them any more, and
/// a helper who came by the key is signed out. Where others have ended that role, the key is a new one.
pub async fn remove(app: &School, caller: &Caller, session: i64, person: i64) -> Result<()> {
    retry(|| try_remove(app, caller, session, person)).await
}

async fn try_remove(app: &School, caller: &Caller, session: i64, person: i64) -> Result<()> {
    let (now_ms, mut tx) = (app.now_ms(), app.db.begin().await?);
    tx.hold(HeldTable::Sessions, session).await?;
    let at = match person == caller.id {
        true => find_assisted(&mut tx, caller, session).await?.session,
        false => find_taught(&mut tx, caller, session).await?,
    };
    if rights::is_shared_with(&mut tx, at.course, person).await? {
        // The part of a co-teacher ends at the lecture, and not in one session.
        return Err(Error::NotFound(Noun::Person));
    }
    let sql = "update session_staff set ended_ms = $3 where session = $1 and person = $2 and ended_ms is null
        returning by_key, role";
    let ended: Option<(bool, String)> = tx.maybe(sql, args![session, person, now_ms]).await?;
    let (by_key, role) = ended.ok_or(Error::NotFound(Noun::Person))?;
    let mut events = claims::release_all_of(&mut tx, &at, person, now_ms).await?;
    events.push(new_event(&at, Event::StaffChanged { person, role: None }, now_ms));
    let knows_key = by_key || role == StaffRole::Host.word();
    if knows_key && person != caller.id {
        renew_key(&mut tx, session).await?;
    }
    let (code, reason) = match person == caller.id {
        true => (close::NORMAL, "goodbye"),
        false => (close::REMOVED, "removed by the instructor"),
    };
    let mut closed = vec![CloseSockets::of_leaver(room::session(session), person, code, reason)];
    if by_key {
        logins::end_logins(&mut tx, person, now_ms).await?;
        closed.push(logins::close_sockets_of(person, EndedLogins::All));
    }
    app.commit_and_close(tx, events, closed).await
}

/// Ends the roles of all helpers of a session that ends, with the logins of those who came by the key. Hosts keep theirs, to look at
/// what they have taught. Returns the events, and the sockets to close. The caller holds the session.
pub(super) async fn end_helpers(tx: &mut Tx, at: &Session, now_ms: i64) -> Result<(Vec<NewEvent>, Vec<CloseSockets>)> {
    let sql = "update session_staff set ended_ms = $2 where session = $1 and role = 'HELPER' and ended_ms is null
        returning person, by_key";
    let ended: Vec<(i64, bool)> = tx.all(sql, args![at.id, now_ms]).await?;
    let (mut events, mut closed) = (Vec::new(), Vec::new());
    for (person, by_key) in ended {
        events.append(&mut claims::release_all_of(tx, at, person, now_ms).await?);
        closed.push(CloseSockets::of_leaver(room::session(at.id), person, close::NORMAL, "the session is over"));
        if by_key {
            logins::end_logins(tx, person, now_ms).await?;
            closed.push(logins::close_sockets_of(person, EndedLogins::All));
        }
    }
    Ok((events, closed))
}

/// Ends the part of a former co-teacher in all sessions of a course, with the roles that they were given there and the claims that they
/// have. Those who know the helpers' key and did not leave by themselves know it no more. The caller holds the open sessions of the course.
pub async fn end_co_teacher(
    tx: &mut Tx,
    course: i64,
    person: i64,
    by_themselves: bool,
    now_ms: i64,
) -> Result<(Vec<NewEvent>, Vec<CloseSockets>)> {
    let sql = "update session_staff set ended_ms = $3 where person = $2 and ended_ms is null
        and session in (select id from live_sessions where course = $1)";
    tx.run(sql, args![course, person, now_ms]).await?;
    let (mut events, mut closed) = (Vec::new(), Vec::new());
    let (code, reason) = match by_themselves {
        true => (close::NORMAL, "goodbye"),
        false => (close::REMOVED, "the lecture is not shared any more"),
    };
    let sql = "select id from live_sessions where course = $1 and status <> 'REVIEW_MODE'";
    for (session,) in tx.all::<(i64,)>(sql, args![course]).await? {
        let at = by_id(tx, session).await?;
        events.append(&mut claims::release_all_of(tx, &at, person, now_ms).await?);
        events.push(new_event(&at, Event::StaffChanged { person, role: None }, now_ms));
        if !by_themselves {
            renew_key(tx, session).await?;
        }
        closed.push(CloseSockets::of_leaver(room::session(session), person, code, reason));
    }
    // Boards of sessions that are over are open too. Whoever still has a right comes back by themselves.
    closed.push(CloseSockets::of_changed_rights(room::person(person), person));
    Ok((events, closed))
}

/// Holds the sessions in which a person has a role or has asked a question, and the open ones of courses that are shared with them, before
/// anything else of theirs is held.
pub async fn hold_sessions_of(tx: &mut Tx, person: i64) -> Result<()> {
    let theirs = "id in (select session from session_staff where person = $1 and ended_ms is null
        union select session from class_questions where person = $1)
        or (course in (select course from course_teachers where person = $1) and status <> 'REVIEW_MODE')";
    tx.hold_where(HeldTable::Sessions, theirs, args![person]).await
}

/// Ends all roles of a person and the sharing of courses with them, and releases what they have claimed. The caller holds the sessions,
/// and closes all sockets of the person.
pub async fn end_all_of(tx: &mut Tx, person: i64, now_ms: i64) -> Result<Vec<NewEvent>> {
    let mut events = Vec::new();
    let sql = "delete from course_teachers where person = $1 returning course";
    for (course,) in tx.all::<(i64,)>(sql, args![person]).await? {
        events.append(&mut end_co_teacher(tx, course, person, false, now_ms).await?.0);
    }
    let sql = "update session_staff set ended_ms = $2 where person = $1 and ended_ms is null returning session";
    let ended: Vec<(i64,)> = tx.all(sql, args![person, now_ms]).await?;
    for (session,) in ended {
        let at = match by_id(tx, session).await {
            // The lecture was deleted after the end of the session.
            Err(Error::NotFound(_)) => continue,
            found => found?,
        };
        events.append(&mut claims::release_all_of(tx, &at, person, now_ms).await?);
        events.push(new_event(&at, Event::StaffChanged { person, role: None }, now_ms));
    }
    Ok(events)
}

/// Fails for a helper who came by a key, while they have the role: they take part in no session as a learner.
pub(super) async fn must_be_no_helper(tx: &mut Tx, person: i64) -> Result<()> {
    let sql = "select session from session_staff where person = $1 and by_key and ended_ms is null limit 1";
    let found: Option<(i64,)> = tx.maybe(sql, args![person]).await?;
    if found.is_none() { Ok(()) } else { Err(Error::StudentsOnly) }
}

row! {
    /// A colleague, as others of the school's staff see them.
    pub struct Colleague {
        pub person: i64,
        pub name: String,
        /// Number among the staff of this name, counted from 1.
        pub namesake: i64,
    }
}

const COLLEAGUES_MAX: i64 = 20;
/// The condition for people who are staff of the school, in the words of their index.
const IS_COLLEAGUE: &str = "role in ('INSTRUCTOR', 'ADMIN') and deleted_ms is null";

fn colleagues_sql() -> String {
    format!(
        "select n.person, n.name, n.nth as namesake from (
            select id as person, name, row_number() over (partition by name order by created_ms, id) as nth
            from people where {IS_COLLEAGUE}) n
        where n.person <> $1 and ($2 is null or lower(n.name) like $2) order by n.name, n.nth limit $3"
    )
}

/// Lists colleagues by a part of their name, for the school's staff. The caller is not among them.
pub async fn colleagues(app: &School, caller: &Caller, search: Option<&str>) -> Result<Vec<Colleague>> {
    caller.must_be_staff()?;
    let like = search.map(|s| format!("%{}%", s.to_lowercase().replace(['%', '_', '\\'], "")));
    app.db.all(colleagues_sql(), args![caller.id, like, COLLEAGUES_MAX]).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn looking_for_colleagues_reads_no_student() {
        let plan = sqlite_plan(&colleagues_sql()).await;
        assert!(plan.iter().any(|line| line.contains("people USING INDEX people_staff")), "{plan:?}");
    }
}
