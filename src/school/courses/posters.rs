//! Posters of lectures: what one leads to now, and when the next class is for those who come before it.

use std::net::IpAddr;

use super::normalize_poster_code;
use crate::app::School;
use crate::clock::{self, HOUR_MS};
use crate::db::{Tx, args};
use crate::error::{Error, Field, Noun, Result};
use crate::failures::Attempts;
use crate::poster_cache::{NextClass, PosterView};
use crate::school::rights::{self, Caller, Scope};
use crate::school::sessions::codes::open_of_course;
use crate::school::sessions::{Session, SessionStatus};

/// Time after its planned beginning for which a class is still the next one, unless it has begun.
const MAY_BE_LATE_MS: i64 = 3 * HOUR_MS;
/// Time before the planned beginning of a class from which on a session is taken for that class.
const MAY_BE_EARLY_MS: i64 = 3 * HOUR_MS;

/// Finds the session into which a poster leads now: one that everyone may enter, or that has begun. A correct code is never
/// delayed; a wrong one counts against the sender's address, like a wrong session code.
pub async fn session_of_poster(app: &School, code: &str, from: IpAddr) -> Result<Option<Session>> {
    let course = find_course(app, &normalize_poster_code(code), from).await?.course;
    Ok(open_of_course(app, course).await?.filter(leads_in))
}

/// Returns what a phone shows that has scanned a poster. The answer may be two seconds old.
pub async fn view(app: &School, code: &str, from: IpAddr) -> Result<PosterView> {
    let code = normalize_poster_code(code);
    let now_ms = app.clock.monotonic_ms();
    if let Some(view) = app.posters.get(&code, now_ms) {
        return Ok(view);
    }
    let found = find_course(app, &code, from).await?;
    let session = open_of_course(app, found.course).await?;
    let next = find_next(app, found.course).await?;
    let join_path = session.filter(leads_in).map(|session| session.join_url(""));
    let view = PosterView { title: found.title, instructor_name: found.instructor_name, join_path, next };
    app.posters.put(code, view.clone(), now_ms);
    Ok(view)
}

/// A session that waits behind a closed door lets nobody in yet: those who come wait for it to open.
fn leads_in(session: &Session) -> bool {
    !session.has_status(SessionStatus::Waiting) || session.door == "OPEN"
}

struct PosterCourse {
    course: i64,
    title: String,
    instructor_name: String,
}

async fn find_course(app: &School, code: &str, from: IpAddr) -> Result<PosterCourse> {
    let sql = "select c.id, c.title, p.name from courses c join people p on p.id = c.instructor
        where c.poster_code = $1 and c.deleted_ms is null and c.status in ('PUBLISHED', 'ARCHIVED')";
    let found: Option<(i64, String, String)> = app.db.maybe(sql, args![code]).await?;
    let Some((course, title, instructor_name)) = found else {
        app.failures.take_for_good(&Attempts::CodesFrom(from), app.now_ms())?;
        return Err(Error::NotFound(Noun::Course));
    };
    Ok(PosterCourse { course, title, instructor_name })
}

/// Finds the next class: when its instructor has planned it, when a session that waits is scheduled, and the next meeting that has
/// had no session; without any of these, the first day of a class that has not begun.
async fn find_next(app: &School, course: i64) -> Result<Option<NextClass>> {
    let now_ms = app.now_ms();
    let today = app.clock.date_of(now_ms);
    let mut tx = app.db.read().await?;
    let planned_ms = planned(&mut tx, course, now_ms).await?;
    let sql =
        "select min(scheduled_ms) from live_sessions where course = $1 and status = 'WAITING' and scheduled_ms > $2";
    let (scheduled_ms,): (Option<i64>,) = tx.one(sql, args![course, now_ms - MAY_BE_LATE_MS]).await?;
    let sql = "select min(t.date), (select min(k.starts) from classes k where k.course = $1 and k.starts >= $2
            and not exists (select 1 from live_sessions s where s.course = $1 and s.class = k.id and s.started_ms is not null))
        from meetings t where t.class in (select id from classes where course = $1) and t.date >= $2 and not t.asked
            and not exists (select 1 from live_sessions s where s.meeting = t.id
                and (s.started_ms is not null or s.status <> 'REVIEW_MODE'))";
    let (meeting, starts): (Option<String>, Option<String>) = tx.one(sql, args![course, &today]).await?;
    let timed = planned_ms.into_iter().chain(scheduled_ms).min().map(|ms| day_and_time(app, ms));
    let next = match (timed, meeting) {
        (Some((day, time)), meeting) if meeting.as_ref().is_none_or(|meeting| day <= *meeting) => {
            Some((day, Some(time)))
        }
        (_, Some(meeting)) => Some((meeting, None)),
        (_, None) => starts.map(|day| (day, None)),
    };
    Ok(next.map(|(date, time)| NextClass { days: clock::days_between(&today, &date).unwrap_or(0), date, time }))
}

/// Returns when the instructor has planned the next class, if it has not begun since.
async fn planned(tx: &mut Tx, course: i64, now_ms: i64) -> Result<Option<i64>> {
    let sql = "select c.next_class_ms from courses c where c.id = $1 and c.next_class_ms > $2
        and not exists (select 1 from live_sessions s where s.course = c.id and s.started_ms is not null
            and s.started_ms > c.next_class_ms - $3)";
    let found: Option<(Option<i64>,)> = tx.maybe(sql, args![course, now_ms - MAY_BE_LATE_MS, MAY_BE_EARLY_MS]).await?;
    Ok(found.and_then(|(ms,)| ms))
}

/// Splits an instant into the day, `YYYY-MM-DD`, and the time, `HH:MM`, in the school's zone.
fn day_and_time(app: &School, ms: i64) -> (String, String) {
    let local = app.clock.local(ms);
    let (day, time) = local.split_once('T').unwrap_or((&local, ""));
    (day.to_owned(), time.chars().take(5).collect())
}

/// Time of the next class of a lecture.
pub struct ClassDates {
    /// As its instructor has planned it; only for those who lead its lessons.
    pub planned: Option<NextClass>,
    pub next: Option<NextClass>,
}

/// Returns when the next class is, for those who may see the lecture.
pub async fn next_class(app: &School, caller: &Caller, course: i64) -> Result<ClassDates> {
    let mut tx = app.db.read().await?;
    let access = rights::find_seen_course(&mut tx, Some(caller), course).await?;
    let is_led = rights::leads(&mut tx, caller, course, access.instructor).await?;
    let planned_ms = planned(&mut tx, course, app.now_ms()).await?.filter(|_| is_led);
    drop(tx);
    let next = find_next(app, course).await?;
    Ok(ClassDates { planned: planned_ms.map(|ms| as_next(app, ms)), next })
}

fn as_next(app: &School, ms: i64) -> NextClass {
    let (date, time) = day_and_time(app, ms);
    let days = clock::days_between(&app.clock.date_of(app.now_ms()), &date).unwrap_or(0);
    NextClass { date, time: Some(time), days }
}

/// Plans the next class for a day and a time in the school's zone, or (both empty) for none.
pub async fn plan(
    app: &School,
    caller: &Caller,
    course: i64,
    date: Option<String>,
    time: Option<String>,
) -> Result<ClassDates> {
    caller.must_have(Scope::CourseUpdate)?;
    let planned_ms = match (date, time) {
        (None, None) => None,
        (Some(date), Some(time)) => {
            let ms = app.clock.at(&date, &time);
            let ms = ms.ok_or_else(|| Error::bad(Field::Time, "there is no such time on that day"))?;
            if ms < app.now_ms() {
                return Err(Error::bad(Field::Date, "that time is over"));
            }
            Some(ms)
        }
        (Some(_), None) => return Err(Error::bad(Field::Time, "it is needed")),
        (None, Some(_)) => return Err(Error::bad(Field::Date, "it is needed")),
    };
    let mut tx = app.db.begin().await?;
    rights::hold_led_course(&mut tx, caller, course).await?;
    let sql = "update courses set next_class_ms = $2, updated_ms = $3 where id = $1";
    tx.run(sql, args![course, planned_ms, app.now_ms()]).await?;
    app.commit(tx, Vec::new()).await?;
    next_class(app, caller, course).await
}
