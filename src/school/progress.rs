//! How far everyone is. What is finished stays finished: on a bad network «working on it» can arrive after «done».

use crate::app::School;
use crate::db::{Tx, args, row};
use crate::error::{Error, Result};
use crate::event::{Activity, Done, Event, News, Progress};
use crate::school::once::{self, Key};
use crate::school::outline::{self, Item};
use crate::school::rights::{self, Caller};
use crate::school::{enrollment, help};

#[derive(Debug, Clone)]
pub struct Recorded {
    pub item: i64,
    pub progress: Progress,
    pub completed_ms: Option<i64>,
    pub next: Option<Item>,
}

/// One report of one student, in the group commit. `in_session`: the class at whose socket it was said.
pub async fn report(
    app: &School,
    caller: &Caller,
    item: i64,
    progress: Progress,
    in_session: Option<i64>,
    key: Option<Key>,
) -> Result<Recorded> {
    caller.must_be_student()?;
    let (person, now_ms) = (caller.id, app.now_ms());
    let school = app.clone();
    app.ledger
        .record(move |tx| {
            let (app, key) = (school.clone(), key.clone());
            Box::pin(async move {
                if let Some(done) = once::claim(tx, person, key.as_ref(), now_ms).await? {
                    return Ok((again(tx, done, item).await?, Vec::new()));
                }
                let (recorded, news) = record(&app, tx, person, item, progress, in_session, now_ms).await?;
                let (progress, completed_ms) = (recorded.progress, recorded.completed_ms);
                once::settle(tx, person, key.as_ref(), &Done::Progress { item, progress, completed_ms }).await?;
                Ok((recorded, news))
            })
        })
        .await
}

async fn again(tx: &mut Tx, done: Done, asked: i64) -> Result<Recorded> {
    match done {
        Done::Progress { item, progress, completed_ms } if item == asked => {
            let course = outline::item_by_id(tx, item).await?.course;
            let next = outline::step_after(tx, course, item).await?;
            Ok(Recorded { item, progress, completed_ms, next })
        }
        _ => Err(Error::KeyReused),
    }
}

struct Kept {
    status: String,
    completed_ms: Option<i64>,
    done_ms: Option<i64>,
}
row!(Kept { status, completed_ms, done_ms });

async fn record(
    app: &School,
    tx: &mut Tx,
    person: i64,
    item: i64,
    progress: Progress,
    in_session: Option<i64>,
    now_ms: i64,
) -> Result<(Recorded, Vec<News>)> {
    let item = outline::item_by_id(tx, item).await?;
    if let Some(session) = in_session {
        let (course,): (i64,) = tx.one("select course from live_sessions where id = $1", args![session]).await?;
        outline::step_of(tx, course, "subtask_id", item.id).await?;
    }
    let enrollment = enrollment::by_which(tx, item.course, person).await?.ok_or(Error::NotYours)?;
    let sql = "select status, completed_ms, done_ms from item_progress where enrollment = $1 and item = $2";
    let before: Option<Kept> = tx.maybe(sql, args![enrollment, item.id]).await?;
    let class = open_session(tx, item.course, person).await?;
    let class_began_ms = class.and_then(|(_, started_ms)| started_ms).unwrap_or(0);
    let changed = write(tx, enrollment, item.id, progress, class_began_ms, now_ms).await?;
    let next = outline::step_after(tx, item.course, item.id).await?;
    let Some(after) = changed else {
        let kept: Kept = tx.one(sql, args![enrollment, item.id]).await?;
        let progress = in_class(&kept.status, kept.done_ms, class_began_ms);
        let recorded = Recorded { item: item.id, progress, completed_ms: kept.completed_ms, next };
        return Ok((recorded, Vec::new()));
    };
    let old = before.map_or(Progress::NotStarted, |b| in_class(&b.status, b.done_ms, class_began_ms));
    let session = class.map(|(session, _)| session);
    let completed_ms = after.completed_ms;
    let event = Event::StudentProgress { person, item: item.id, old, new: progress, completed_ms };
    let mut news = vec![News { session, course: item.course, at_ms: now_ms, event }];
    if progress == Progress::Completed {
        news.extend(help::withdraw_auto_of(tx, item.course, item.id, person, now_ms).await?);
    }
    if accessed(app, tx, enrollment, now_ms).await? {
        let event = Event::StudentActivity { person, activity: Activity::StartedLearning };
        news.push(News { session: None, course: item.course, at_ms: now_ms, event });
    }
    let recorded = Recorded { item: item.id, progress, completed_ms, next };
    Ok((recorded, news))
}

/// `None` when it changes nothing. What was finished in an earlier class keeps its time, and can be done again in this one.
async fn write(
    tx: &mut Tx,
    enrollment: i64,
    item: i64,
    progress: Progress,
    class_began_ms: i64,
    now_ms: i64,
) -> Result<Option<Kept>> {
    let sql =
        "insert into item_progress (created_ms, enrollment, item, status, rate, started_ms, completed_ms, done_ms)
        values ($1, $2, $3, $4, case when $4 = 'COMPLETED' then 100.0 else 0.0 end, $1,
            case when $4 = 'COMPLETED' then $1 else null end, case when $4 = 'COMPLETED' then $1 else null end)
        on conflict (enrollment, item) do update set status = excluded.status, rate = excluded.rate,
            started_ms = coalesce(item_progress.started_ms, excluded.started_ms),
            completed_ms = coalesce(item_progress.completed_ms, excluded.completed_ms), done_ms = excluded.done_ms
        where item_progress.status not in ('COMPLETED', excluded.status)
            or (excluded.status = 'COMPLETED' and item_progress.done_ms < $5)
        returning status, completed_ms, done_ms";
    tx.maybe(sql, args![now_ms, enrollment, item, progress.word(), class_began_ms]).await
}

/// How far one is with a step in a class that began then: who finished it in an earlier one has it before them again.
fn in_class(status: &str, done_ms: Option<i64>, class_began_ms: i64) -> Progress {
    let progress = Progress::parse(status).unwrap_or(Progress::NotStarted);
    let is_of_earlier = progress == Progress::Completed && done_ms.is_some_and(|done| done < class_began_ms);
    if is_of_earlier { Progress::NotStarted } else { progress }
}

/// Marks that the student was learning; `true` at the first time today.
async fn accessed(app: &School, tx: &mut Tx, enrollment: i64, now_ms: i64) -> Result<bool> {
    let (last,): (Option<i64>,) =
        tx.one("select accessed_ms from enrollments where id = $1", args![enrollment]).await?;
    let first_today = last.is_none_or(|last| app.clock.date_of(last) != app.clock.date_of(now_ms));
    if first_today || last.is_some_and(|last| now_ms - last > crate::clock::MINUTE_MS) {
        let sql = "update enrollments set accessed_ms = $2, started_ms = coalesce(started_ms, $2) where id = $1";
        tx.run(sql, args![enrollment, now_ms]).await?;
    }
    Ok(first_today)
}

/// The open class in which a person walks through this course right now, and when it began.
pub(super) async fn open_session(tx: &mut Tx, course: i64, person: i64) -> Result<Option<(i64, Option<i64>)>> {
    let sql = "select s.id, s.started_ms from participants p join live_sessions s on s.id = p.session
        where p.person = $2 and s.course = $1 and s.status <> 'REVIEW_MODE' and p.left_ms is null
        and p.removed_ms is null order by p.joined_ms desc, p.id desc limit 1";
    tx.maybe(sql, args![course, person]).await
}

pub struct Mine {
    pub current: Option<(Item, &'static str)>,
    pub completed: i64,
    pub total: i64,
}

/// Where one is: the step of the class one sits in, else the first that is not finished. Without a course, in the one
/// where one was last.
pub async fn mine(app: &School, caller: &Caller, course: Option<i64>) -> Result<Mine> {
    let mut tx = app.db.read().await?;
    let course = match course {
        Some(id) => Some(rights::course(&mut tx, id).await?.course),
        None => latest_course(&mut tx, caller.id).await?,
    };
    let Some(course) = course else { return Ok(Mine { current: None, completed: 0, total: 0 }) };
    let enrollment = enrollment::by_which(&mut tx, course, caller.id).await?.ok_or(Error::NotYours)?;
    let steps = outline::steps(&mut tx, course).await?;
    let sql = "select item, status, done_ms from item_progress where enrollment = $1";
    let states: std::collections::HashMap<i64, (String, Option<i64>)> = tx
        .all::<(i64, String, Option<i64>)>(sql, args![enrollment])
        .await?
        .into_iter()
        .map(|(item, status, done_ms)| (item, (status, done_ms)))
        .collect();
    let is_done = |item: &Item| states.get(&item.id).is_some_and(|(s, _)| s == Progress::Completed.word());
    let completed = steps.iter().filter(|item| is_done(item)).count() as i64;
    let sql = "select s.step, s.started_ms from participants p join live_sessions s on s.id = p.session
        where p.person = $2 and s.course = $1 and s.status in ('IN_PROGRESS', 'PAUSED') and p.left_ms is null
        and p.removed_ms is null order by p.joined_ms desc limit 1";
    let class: Option<(Option<i64>, Option<i64>)> = tx.maybe(sql, args![course, caller.id]).await?;
    let (step, began_ms) = class.unwrap_or_default();
    let current = steps.iter().find(|i| Some(i.id) == step).or_else(|| steps.iter().find(|i| !is_done(i))).cloned();
    let state = |item: &Item| {
        let kept = states.get(&item.id);
        let progress = kept.map(|(status, done_ms)| in_class(status, *done_ms, began_ms.unwrap_or(0)));
        progress.unwrap_or(Progress::NotStarted).word()
    };
    let total = steps.len() as i64;
    Ok(Mine { current: current.map(|item| (item.clone(), state(&item))), completed, total })
}

async fn latest_course(tx: &mut Tx, person: i64) -> Result<Option<i64>> {
    let sql = "select c.course from enrollments e join classes c on c.id = e.class
        join courses k on k.id = c.course and k.deleted_ms is null
        where e.person = $1 and e.status in ('APPROVED', 'COMPLETED')
        order by coalesce(e.accessed_ms, e.created_ms) desc limit 1";
    Ok(tx.maybe::<(i64,)>(sql, args![person]).await?.map(|(id,)| id))
}

pub struct Line {
    pub task_title: String,
    pub item_title: String,
    pub item: i64,
    pub status: String,
    pub started_ms: Option<i64>,
    pub completed_ms: Option<i64>,
}
row!(Line { task_title, item_title, item, status, started_ms, completed_ms });

pub struct OfStudent {
    pub person: (i64, String),
    pub course: (i64, String),
    pub lines: Vec<Line>,
}

/// Every step of a course with how far one student is: for its instructor, and for the student.
pub async fn of_student(app: &School, caller: &Caller, person: i64, course: i64) -> Result<OfStudent> {
    let mut tx = app.db.read().await?;
    let owned = rights::course(&mut tx, course).await?;
    if caller.id != person {
        caller.must_teach(owned.instructor)?;
    }
    let enrollment = enrollment::by_which(&mut tx, course, person).await?.ok_or(Error::NotFound("Enrollment"))?;
    let (name,) = tx.one("select name from people where id = $1", args![person]).await?;
    let (title,) = tx.one("select title from courses where id = $1", args![course]).await?;
    let sql = "select u.title as task_title, i.title as item_title, i.id as item,
            coalesce(ip.status, 'NOT_STARTED') as status, ip.started_ms, ip.completed_ms
        from items i join units u on u.id = i.unit
        left join item_progress ip on ip.item = i.id and ip.enrollment = $2
        where u.course = $1 and i.deleted_ms is null and u.deleted_ms is null and i.kind = 'STEP'";
    let lines = tx.all(format!("{sql} {}", outline::IN_ORDER), args![course, enrollment]).await?;
    Ok(OfStudent { person: (person, name), course: (course, title), lines })
}
