//! Progress in videos: where one is, how far one has come, and which seconds were watched.

use super::{EnrolledPerson, Report, StudyTime, record};
use crate::app::School;
use crate::clock::SECOND_MS;
use crate::db::{Filter, Tx, args, row};
use crate::error::{Error, Field, Noun, Result};
use crate::event::{NewEvent, ProgressStatus};
use crate::rounding::rounded;
use crate::school::outline::{self, IS_READY, Item};
use crate::school::rights::{self, Caller, Scope};
use crate::school::{Page, Window, enrollment};

/// A video counts as watched from this share of it on, in per cent.
const WATCHED_RATE: f64 = 90.0;
/// Pieces of a video that are remembered of one person. Beyond, the shortest are forgotten: nobody watches so.
const PIECES_MAX: usize = 1_000;
/// Time by which reports may be late, so that a page can send several of them at once.
const LATE_BY_S: i64 = 300;

/// Report of a person who watches a video.
#[derive(Debug, Clone, Default)]
pub struct WatchReport {
    /// The second at which they are.
    pub position: Option<i64>,
    /// Per cent, as the player counts it.
    pub rate: Option<f64>,
    /// Seconds that they have spent with it so far.
    pub seconds: Option<i64>,
    pub is_completed: Option<bool>,
    /// The pieces that they have watched, from a second to another one.
    pub played: Option<Vec<(i64, i64)>>,
}

row! {
    /// Progress of one enrollment in one video.
    #[derive(Debug, Clone)]
    pub struct VideoProgress {
        pub id: i64,
        pub person: i64,
        pub item: i64,
        pub enrollment: i64,
        pub status: String,
        pub rate: f64,
        pub position: Option<i64>,
        pub seconds: i64,
        pub updated_ms: i64,
    }
}

impl VideoProgress {
    pub fn is_completed(&self) -> bool {
        self.status == ProgressStatus::Completed.word()
    }
}

const VIDEO_PROGRESS: &str =
    "select p.id, e.person, p.item, p.enrollment, p.status, p.rate, p.last_position as position,
    (select cast(coalesce(sum(d.seconds), 0) as bigint) from study_days d
        where d.enrollment = p.enrollment and d.item = p.item) as seconds, p.updated_ms";
const OF_PERSON: &str = "from enrollments e join classes k on k.id = e.class
    join item_progress p on p.enrollment = e.id join items i on i.id = p.item join units u on u.id = i.unit";
const OF_VIDEOS: &str = "i.kind = 'VIDEO' and i.deleted_ms is null and u.deleted_ms is null";

/// Builds SQL: the enrollments `e` by which a person learns, one in each course `k`. `$1` is the person, `$2` the time of now.
pub(in crate::school) fn current() -> String {
    format!("e.person = $1 and e.id = (select id from {})", enrollment::current_in("k.course", "e.person", "$2"))
}

/// Records what a person has watched of a video, in the course that they learn it in.
pub async fn report(app: &School, caller: &Caller, video: i64, report: WatchReport) -> Result<VideoProgress> {
    caller.must_have(Scope::ProgressUpdate)?;
    write(app, caller, video, report).await
}

/// Records more of a progress of the caller's own.
pub async fn report_more(app: &School, caller: &Caller, id: i64, report: WatchReport) -> Result<VideoProgress> {
    caller.must_have(Scope::ProgressUpdate)?;
    let sql = "select p.item from item_progress p join enrollments e on e.id = p.enrollment where p.id = $1 and e.person = $2";
    let found: Option<(i64,)> = app.db.maybe(sql, args![id, caller.id]).await?;
    let (video,) = found.ok_or(Error::NotFound(Noun::Progress))?;
    write(app, caller, video, report).await
}

async fn write(app: &School, caller: &Caller, video: i64, report: WatchReport) -> Result<VideoProgress> {
    if report.played.iter().flatten().any(|(from, to)| from > to) {
        return Err(Error::bad(Field::Played, "a piece ends after it begins"));
    }
    let (person, now_ms) = (caller.id, app.now_ms());
    let school = app.clone();
    app.group_commit
        .record(move |tx| {
            let (app, report) = (school.clone(), report.clone());
            Box::pin(async move {
                let item = outline::find_video(tx, video).await?;
                if item.awaits_file() {
                    return Err(Error::NotFound(Noun::Item));
                }
                rights::find_course(tx, item.course).await.map_err(|error| error.instead_of(Noun::Item))?;
                let enrollment = enrollment::learning_enrollment(tx, item.course, person, now_ms).await?;
                let events = watch(&app, tx, EnrolledPerson { person, enrollment }, item, report, now_ms).await?;
                let sql = format!("{VIDEO_PROGRESS} {OF_PERSON} where p.enrollment = $1 and p.item = $2");
                Ok((tx.one(sql, args![enrollment, video]).await?, events))
            })
        })
        .await
}

/// Records a report by the rule of all items. Once a client has said which pieces were played, these count and nothing else that
/// is said; another client is taken at its word.
async fn watch(
    app: &School,
    tx: &mut Tx,
    learner: EnrolledPerson,
    item: Item,
    report: WatchReport,
    now_ms: i64,
) -> Result<Vec<NewEvent>> {
    let key = args![learner.enrollment, item.id];
    let sql = "select p.played, p.updated_ms, coalesce(e.approved_ms, e.created_ms) from enrollments e
        left join item_progress p on p.enrollment = e.id and p.item = $2 where e.id = $1";
    let (stored, updated_ms, began_ms): (Option<String>, Option<i64>, i64) = tx.one(sql, key.clone()).await?;
    let before = stored.as_deref().map_or_else(Vec::new, |played| serde_json::from_str(played).unwrap_or_default());
    let end = item.seconds.filter(|seconds| *seconds > 0);
    let played = report.played.or_else(|| stored.is_some().then(Vec::new));
    let watched = played.map(|played| union(&before, &within(&played, end)));
    let share = |seconds: i64| end.map(|end| share_of(seconds, end));
    let counted = watched.as_ref().and_then(|watched| share(seconds_of(&within(watched, end))));
    let rate = counted.or(report.rate).or_else(|| report.position.and_then(share));
    let is_said = counted.is_none() && report.is_completed == Some(true);
    let may_complete = counted.is_some() || report.is_completed != Some(false);
    let is_done = is_said || (may_complete && rate.is_some_and(|rate| rate >= WATCHED_RATE));
    let studied = match &watched {
        Some(watched) => {
            let last_ms = updated_ms.map_or(began_ms, |updated_ms| updated_ms.max(began_ms));
            let most = ((now_ms - last_ms) / SECOND_MS).max(0) + LATE_BY_S;
            let more = (seconds_of(watched) - seconds_of(&before)).min(most);
            (more > 0).then_some(StudyTime::Added(more))
        }
        None => report.seconds.map(StudyTime::SoFar),
    };
    let of_item = Report {
        item: item.id,
        progress: if is_done { ProgressStatus::Completed } else { ProgressStatus::InProgress },
        rate: if is_said { Some(100.0) } else { rate },
        position: report.position,
        studied,
    };
    let (_, events) = record(app, tx, learner, item, of_item, now_ms).await?;
    if let Some(watched) = watched.filter(|watched| *watched != before) {
        let played = serde_json::to_string(&watched).map_err(Error::internal)?;
        let sql = "update item_progress set played = $3 where enrollment = $1 and item = $2 and played is not distinct from $4";
        if tx.run(sql, [key, args![played, stored]].concat()).await? == 0 {
            return Err(Error::SomeoneWasFaster);
        }
    }
    Ok(events)
}

/// Returns the pieces that are in either list, in order and apart.
fn union(one: &[(i64, i64)], other: &[(i64, i64)]) -> Vec<(i64, i64)> {
    let mut all: Vec<(i64, i64)> = one.iter().chain(other).copied().filter(|(from, to)| from < to).collect();
    all.sort_unstable();
    let mut pieces: Vec<(i64, i64)> = Vec::new();
    for (from, to) in all {
        match pieces.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => pieces.push((from, to)),
        }
    }
    if pieces.len() > PIECES_MAX {
        pieces.sort_by_key(|(from, to)| from - to);
        pieces.truncate(PIECES_MAX);
        pieces.sort_unstable();
    }
    pieces
}

/// Returns the pieces as far as they are within a video that ends at this second.
fn within(pieces: &[(i64, i64)], end: Option<i64>) -> Vec<(i64, i64)> {
    let end = end.unwrap_or(i64::MAX);
    pieces.iter().map(|(from, to)| ((*from).min(end), (*to).min(end))).collect()
}

fn seconds_of(pieces: &[(i64, i64)]) -> i64 {
    pieces.iter().map(|(from, to)| to - from).sum()
}

fn share_of(seconds: i64, all: i64) -> f64 {
    rounded((100.0 * seconds as f64 / all as f64).min(100.0), 2)
}

/// Lists the caller's own progress in videos, what they watched last first.
pub async fn list(app: &School, caller: &Caller, course: Option<i64>, window: Window) -> Result<Page<VideoProgress>> {
    caller.must_have(Scope::ProgressRead)?;
    let mut tx = app.db.read().await?;
    let conditions = Filter::of(&format!("{} and {OF_VIDEOS}", current()), args![caller.id, app.now_ms()]);
    let conditions = conditions.and("k.course = ?", course);
    let (sql, args) = conditions.count(OF_PERSON);
    let (total,) = tx.one(sql, args).await?;
    let select = format!("{VIDEO_PROGRESS} {OF_PERSON}");
    let (sql, args) = conditions.page(&select, "p.updated_ms desc, p.id desc", window.limit, window.offset);
    Ok(Page { rows: tx.all(sql, args).await?, total, window })
}

/// Returns the caller's own progress in a video. There is none before they have begun it.
pub async fn of_video(app: &School, caller: &Caller, video: i64) -> Result<VideoProgress> {
    caller.must_have(Scope::ProgressRead)?;
    let mut tx = app.db.read().await?;
    let item = outline::find_video(&mut tx, video).await.map_err(|error| error.instead_of(Noun::Progress))?;
    let enrollment = enrollment::current_enrollment(&mut tx, item.course, caller.id, app.now_ms()).await?;
    let sql = format!("{VIDEO_PROGRESS} {OF_PERSON} where p.enrollment = $1 and p.item = $2");
    tx.maybe(sql, args![enrollment, video]).await?.ok_or(Error::NotFound(Noun::Progress))
}

row! {
    /// Progress of a person in the videos of a course, and in the course.
    pub struct CourseWatching {
        pub enrollment: i64,
        pub course: i64,
        pub title: String,
        /// Per cent of the required items that are done.
        pub rate: Option<f64>,
        pub videos: i64,
        pub videos_done: i64,
        pub seconds: i64,
        pub accessed_ms: Option<i64>,
    }
}

/// Builds SQL: how far the enrollments `e` are in their courses.
fn overall_columns() -> String {
    format!(
        "select e.id as enrollment, k.course, c.title, e.progress_score as rate,
        (select count(*) from units u join items i on i.unit = u.id where u.course = k.course and {OF_VIDEOS}
            and {IS_READY}) as videos,
        (select count(*) from item_progress p join items i on i.id = p.item join units u on u.id = i.unit
            where p.enrollment = e.id and p.status = 'COMPLETED' and {OF_VIDEOS} and {IS_READY}) as videos_done,
        (select cast(coalesce(sum(d.seconds), 0) as bigint) from study_days d where d.enrollment = e.id) as seconds,
        (select max(p.updated_ms) from item_progress p where p.enrollment = e.id) as accessed_ms"
    )
}

const COURSES: &str = "from enrollments e join classes k on k.id = e.class join courses c on c.id = k.course";

/// Sums up the caller's own progress, course by course, the newest enrollment first.
pub async fn overall(app: &School, caller: &Caller, window: Window) -> Result<Page<CourseWatching>> {
    caller.must_have(Scope::ProgressRead)?;
    let mut tx = app.db.read().await?;
    let of_person = format!("{} and c.deleted_ms is null", current());
    let conditions = Filter::of(&of_person, args![caller.id, app.now_ms()]);
    let (sql, args) = conditions.count(COURSES);
    let (total,) = tx.one(sql, args).await?;
    let (sql, args) =
        conditions.page(&format!("{} {COURSES}", overall_columns()), "e.id desc", window.limit, window.offset);
    Ok(Page { rows: tx.all(sql, args).await?, total, window })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::{sqlite_plan, sqlite_scans};

    #[test]
    fn a_second_that_is_watched_twice_counts_once() {
        let watched = union(&[(0, 10), (20, 30)], &[(5, 20), (40, 40), (50, 60)]);
        assert_eq!(watched, [(0, 30), (50, 60)]);
        assert_eq!([None, Some(55), Some(10)].map(|end| seconds_of(&within(&watched, end))), [40, 35, 10]);
        assert_eq!(union(&watched, &[]), watched);
        assert_eq!((share_of(45, 60), share_of(90, 60), share_of(1, 3)), (75.0, 100.0, 33.33));
    }

    #[test]
    fn pieces_have_a_bound() {
        let many: Vec<(i64, i64)> = (0..2_000).map(|n| (n * 10, n * 10 + 1 + n % 2)).collect();
        let kept = union(&many, &[]);
        assert_eq!((kept.len(), seconds_of(&kept)), (PIECES_MAX, 2_000));
        assert!(kept.is_sorted());
    }

    #[tokio::test]
    async fn ones_own_progress_is_found_by_ones_enrollments() {
        let list = format!("{VIDEO_PROGRESS} {OF_PERSON} where {} and {OF_VIDEOS} limit 20", current());
        let overall = format!("{} {COURSES} where {} limit 20", overall_columns(), current());
        for sql in [list, overall] {
            let sql = sql.replace("$1", "1").replace("$2", "5");
            assert!(sqlite_scans(&sql, &[]).await.is_empty(), "{sql}");
            let plan = sqlite_plan(&sql).await;
            assert!(plan.iter().any(|line| line.contains("enrollments_person")), "{plan:?}");
        }
    }
}
