//! Progress in items. A finished item stays finished: on a bad network «working on it» can arrive after «done».

pub mod course;
pub mod learner;
pub mod marking;
mod study;
pub mod summary;
pub mod units;
pub mod views;
pub mod watching;

use crate::app::School;
use crate::db::{Tx, args, row};
use crate::error::{Error, Field, Noun, Result};
use crate::event::{Activity, Event, GradeScope, NewEvent, ProgressStatus, StoredAnswer};
use crate::school::once::{self, Key};
use crate::school::outline::{self, Item};
use crate::school::rights::{self, Caller, Scope};
use crate::school::{enrollment, help, sessions};

pub use study::StudyTime;

/// Report of a person's progress in an item.
#[derive(Debug, Clone, Copy)]
pub struct Report {
    pub item: i64,
    pub progress: ProgressStatus,
    /// Per cent, if known. The greatest value is kept.
    pub rate: Option<f64>,
    pub position: Option<i64>,
    pub studied: Option<StudyTime>,
}

impl Report {
    pub fn of(item: i64, progress: ProgressStatus) -> Report {
        Report { item, progress, rate: None, position: None, studied: None }
    }
}

row! {
    /// Progress of one enrollment in one item.
    #[derive(Debug, Clone)]
    pub struct ItemProgress {
        pub id: i64,
        pub enrollment: i64,
        pub item: i64,
        pub item_title: String,
        pub status: String,
        pub rate: f64,
        pub position: Option<i64>,
        pub seconds: i64,
        pub started_ms: Option<i64>,
        pub completed_ms: Option<i64>,
        pub done_ms: Option<i64>,
        pub created_ms: i64,
        pub updated_ms: i64,
    }
}

const ITEM_PROGRESS: &str = "select p.id, p.enrollment, p.item, i.title as item_title, p.status, p.rate,
    p.last_position as position, (select cast(coalesce(sum(d.seconds), 0) as bigint) from study_days d
        where d.enrollment = p.enrollment and d.item = p.item) as seconds,
    p.started_ms, p.completed_ms, p.done_ms, p.created_ms, p.updated_ms
    from item_progress p join items i on i.id = p.item";

#[derive(Debug, Clone)]
pub struct RecordedProgress {
    pub item: i64,
    pub progress: ProgressStatus,
    pub completed_ms: Option<i64>,
    pub next: Option<Item>,
}

/// Records one report of one student, in the group commit. `in_session` is the session on whose socket it arrived.
pub async fn report(
    app: &School,
    caller: &Caller,
    item: i64,
    progress: ProgressStatus,
    in_session: Option<i64>,
    key: Option<Key>,
) -> Result<RecordedProgress> {
    caller.must_be_student()?;
    let (person, now_ms) = (caller.id, app.now_ms());
    let school = app.clone();
    // A finished step holds the session of the calls that it closes.
    app.group_commit
        .record_for(in_session.unwrap_or(0), move |tx| {
            let (app, key) = (school.clone(), key.clone());
            Box::pin(async move {
                let asked = ("progress", item, progress);
                if let Some(done) = once::claim(tx, person, key.as_ref(), asked, now_ms).await? {
                    return Ok((repeat(tx, done, item).await?, Vec::new()));
                }
                let report = Report::of(item, progress);
                let (recorded, events) = record_step(&app, tx, person, report, in_session, now_ms).await?;
                let (progress, completed_ms) = (recorded.progress, recorded.completed_ms);
                once::settle(tx, person, key.as_ref(), &StoredAnswer::Progress { progress, completed_ms }).await?;
                Ok((recorded, events))
            })
        })
        .await
}

pub(super) async fn repeat(tx: &mut Tx, done: StoredAnswer, item: i64) -> Result<RecordedProgress> {
    let StoredAnswer::Progress { progress, completed_ms } = done else { return Err(Error::KeyReused) };
    let course = outline::item_by_id(tx, item).await?.course;
    let next = outline::step_after(tx, course, item).await?;
    Ok(RecordedProgress { item, progress, completed_ms, next })
}

/// Records a report of a student who names their enrollment. It can contain more than a report from a session: rate,
/// position and time.
pub async fn report_in(app: &School, caller: &Caller, enrollment: i64, report: Report) -> Result<ItemProgress> {
    caller.must_be_student()?;
    record_in(app, caller, enrollment, report, None).await
}

/// Report of a learner who views an item.
#[derive(Debug, Clone, Copy)]
pub struct ItemView {
    pub is_done: bool,
    /// Seconds since they last said so.
    pub seconds: i64,
}

/// Records that a learner views an item. Sent again with the same key, it adds no time.
pub async fn view_item(
    app: &School,
    caller: &Caller,
    (enrollment, item): (i64, i64),
    view: ItemView,
    key: Option<Key>,
) -> Result<ItemProgress> {
    caller.must_have(Scope::ProgressUpdate)?;
    let progress = if view.is_done { ProgressStatus::Completed } else { ProgressStatus::InProgress };
    let studied = (view.seconds > 0).then_some(StudyTime::Added(view.seconds));
    record_in(app, caller, enrollment, Report { studied, ..Report::of(item, progress) }, key).await
}

async fn record_in(
    app: &School,
    caller: &Caller,
    enrollment: i64,
    report: Report,
    key: Option<Key>,
) -> Result<ItemProgress> {
    let (person, now_ms) = (caller.id, app.now_ms());
    let school = app.clone();
    app.group_commit
        .record(move |tx| {
            let (app, key) = (school.clone(), key.clone());
            Box::pin(async move {
                let course = rights::find_learnt_course(tx, person, enrollment, now_ms).await?;
                let item = outline::item_by_id(tx, report.item).await?;
                if item.course != course {
                    return Err(Error::bad(Field::Item, "it belongs to another course"));
                }
                if item.awaits_file() {
                    return Err(Error::NotFound(Noun::Item));
                }
                let mut events = Vec::new();
                let asked = ("view", enrollment, report);
                if once::claim(tx, person, key.as_ref(), asked, now_ms).await?.is_none() {
                    let learner = EnrolledPerson { person, enrollment };
                    let ((progress, completed_ms), announced) = record(&app, tx, learner, item, report, now_ms).await?;
                    let answer = StoredAnswer::Progress { progress, completed_ms };
                    once::settle(tx, person, key.as_ref(), &answer).await?;
                    events = announced;
                }
                let line = tx.one(
                    format!("{ITEM_PROGRESS} where p.enrollment = $1 and p.item = $2"),
                    args![enrollment, report.item],
                );
                Ok((line.await?, events))
            })
        })
        .await
}

#[derive(Clone, Copy)]
struct EnrolledPerson {
    person: i64,
    enrollment: i64,
}

row! {
    struct StoredProgress {
        status: String,
        rate: f64,
        completed_ms: Option<i64>,
        done_ms: Option<i64>,
    }
}

const COLUMNS: &str = "status, rate, completed_ms, done_ms";
const STORED: &str = "from item_progress where enrollment = $1 and item = $2";

const TOUCH: &str = "update item_progress set updated_ms = $3 where enrollment = $1 and item = $2";

/// Records a report in the person's current enrollment in the course of the item.
pub(super) async fn record_step(
    app: &School,
    tx: &mut Tx,
    person: i64,
    report: Report,
    in_session: Option<i64>,
    now_ms: i64,
) -> Result<(RecordedProgress, Vec<NewEvent>)> {
    let item = outline::item_by_id(tx, report.item).await?;
    if let Some(session) = in_session {
        let (course,): (i64,) = tx.one("select course from live_sessions where id = $1", args![session]).await?;
        outline::find_step(tx, course, Field::Step, item.id).await?;
    }
    let enrollment = enrollment::learning_enrollment(tx, item.course, person, now_ms).await?;
    let course = item.course;
    let (stored, events) = record(app, tx, EnrolledPerson { person, enrollment }, item, report, now_ms).await?;
    let next = outline::step_after(tx, course, report.item).await?;
    let (progress, completed_ms) = stored;
    Ok((RecordedProgress { item: report.item, progress, completed_ms, next }, events))
}

/// Records a report. Returns the progress now, the time of completion, and the events to log or send.
async fn record(
    app: &School,
    tx: &mut Tx,
    learner: EnrolledPerson,
    item: Item,
    report: Report,
    now_ms: i64,
) -> Result<((ProgressStatus, Option<i64>), Vec<NewEvent>)> {
    let EnrolledPerson { person, enrollment } = learner;
    let before: Option<StoredProgress> =
        tx.maybe(format!("select {COLUMNS} {STORED}"), args![enrollment, item.id]).await?;
    let last = last_report_ms(tx, enrollment).await?;
    let session = sessions::find_open_session(tx, item.course, person).await?;
    let session_began_ms = session.and_then(|(_, started_ms)| started_ms).unwrap_or(0);
    let changed = write(tx, enrollment, report, session_began_ms, now_ms).await?;
    let studied = match report.studied {
        Some(time) => study::add_in_item(app, tx, enrollment, item.id, time, now_ms).await?,
        None => false,
    };
    if report.studied.is_some() || (changed.is_some() && !item.is_step()) {
        study::note_rate(app, tx, enrollment, item.id, now_ms).await?;
    }
    let new_event = |session, event| NewEvent { session, course: item.course, at_ms: now_ms, event };
    let after = match changed {
        Some(after) => after,
        None if studied => tx.one(format!("{TOUCH} returning {COLUMNS}"), args![enrollment, item.id, now_ms]).await?,
        None => {
            let stored: StoredProgress =
                tx.one(format!("select {COLUMNS} {STORED}"), args![enrollment, item.id]).await?;
            return Ok((
                (progress_in_session(&stored.status, stored.done_ms, session_began_ms), stored.completed_ms),
                Vec::new(),
            ));
        }
    };
    let mut events = Vec::new();
    let old = before
        .as_ref()
        .map_or(ProgressStatus::NotStarted, |b| progress_in_session(&b.status, b.done_ms, session_began_ms));
    let new = progress_in_session(&after.status, after.done_ms, session_began_ms);
    let completed_ms = after.completed_ms;
    if old != new || before.is_none() {
        let event = Event::StudentProgress { person, item: item.id, old, new, completed_ms, marked_by: None };
        events.push(new_event(session.map(|(session, _)| session), event));
        if new == ProgressStatus::Completed {
            events.extend(help::close_at_finished_step(tx, item.course, item.id, person, now_ms).await?);
        }
    }
    let is_now_done = after.status == ProgressStatus::Completed.word()
        && before.as_ref().is_none_or(|b| b.status != ProgressStatus::Completed.word());
    if is_now_done || before.map_or(0.0, |b| b.rate) != after.rate {
        events.push(NewEvent::grade_due(item.course, GradeScope::Enrollment(enrollment), now_ms));
    }
    if last.is_none_or(|last| app.clock.date_of(last) != app.clock.date_of(now_ms)) {
        events.push(new_event(None, Event::StudentActivity { person, activity: Activity::StartedLearning }));
    }
    Ok(((new, completed_ms), events))
}

/// Writes a report. Returns `None` if it changes nothing. An item that was finished in an earlier session keeps its time of
/// completion, and can be finished again in this one.
async fn write(
    tx: &mut Tx,
    enrollment: i64,
    report: Report,
    session_began_ms: i64,
    now_ms: i64,
) -> Result<Option<StoredProgress>> {
    let sql = format!(
        "insert into item_progress (created_ms, updated_ms, enrollment, item, status, rate, last_position,
            started_ms, completed_ms, done_ms)
        values ($1, $1, $2, $3, $4, $6, $7, $1, case when $4 = 'COMPLETED' then $1 else null end,
            case when $4 = 'COMPLETED' then $1 else null end)
        on conflict (enrollment, item) do update set updated_ms = excluded.updated_ms,
            status = case when item_progress.status = 'COMPLETED' then 'COMPLETED' else excluded.status end,
            rate = case when excluded.rate > item_progress.rate then excluded.rate else item_progress.rate end,
            last_position = coalesce(excluded.last_position, item_progress.last_position),
            started_ms = coalesce(item_progress.started_ms, excluded.started_ms),
            completed_ms = coalesce(item_progress.completed_ms, excluded.completed_ms),
            done_ms = coalesce(excluded.done_ms, item_progress.done_ms)
        where item_progress.status not in ('COMPLETED', excluded.status) or excluded.rate > item_progress.rate
            or (excluded.status = 'COMPLETED' and item_progress.done_ms < $5)
            or excluded.last_position is distinct from coalesce(item_progress.last_position, -1)
                and excluded.last_position is not null
        returning {COLUMNS}"
    );
    let rate = report.rate.unwrap_or(if report.progress == ProgressStatus::Completed { 100.0 } else { 0.0 });
    let args = args![now_ms, enrollment, report.item, report.progress.word(), session_began_ms, rate, report.position];
    tx.maybe(sql, args).await
}

/// Returns the progress in a session that began at `session_began_ms`. An item that was finished in an earlier session is not
/// started in this one.
fn progress_in_session(status: &str, done_ms: Option<i64>, session_began_ms: i64) -> ProgressStatus {
    let progress = ProgressStatus::parse(status).unwrap_or(ProgressStatus::NotStarted);
    let is_of_earlier = progress == ProgressStatus::Completed && done_ms.is_some_and(|done| done < session_began_ms);
    if is_of_earlier { ProgressStatus::NotStarted } else { progress }
}

async fn last_report_ms(tx: &mut Tx, enrollment: i64) -> Result<Option<i64>> {
    let sql = "select max(updated_ms) from item_progress where enrollment = $1";
    Ok(tx.one::<(Option<i64>,)>(sql, args![enrollment]).await?.0)
}
