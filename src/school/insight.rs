//! Insight for the instructor of a course: where each student is, who waits for help, and statistics.

mod difficulties;

use std::collections::HashMap;

use crate::app::School;
use crate::clock::{DaySpan, MINUTE_MS, SECOND_MS};
use crate::db::{Arg, Tx, args, placeholders, row};
use crate::error::Result;
use crate::event::{HelpKind, ProgressStatus};
use crate::school::help::picture_rows::{self, CallPicture};
use crate::school::help::{self, HELP_OF_COURSE, OWN_CALL};
pub use crate::school::insight::difficulties::Difficulty;
use crate::school::names::namesakes;
use crate::school::outline::{self, Item, STEPS};
use crate::school::rights::{self, Caller, Role};
use crate::school::sessions;
use crate::school::{Page, Window};

pub struct StudentSummary {
    pub person: i64,
    pub name: String,
    /// The student's number among the people of this name in the course, counted from 1.
    pub namesake: i64,
    pub email: Option<String>,
    pub enrolled_ms: i64,
    pub completed: i64,
    pub total: i64,
    pub current: Option<(Item, String)>,
    pub help_count: i64,
    /// Those of `help_count` that the student made themselves.
    pub manual_help_count: i64,
    pub last_activity_ms: Option<i64>,
}

row! {
    struct EnrolledRow {
        person: i64,
        enrollment: i64,
        name: String,
        namesake: i64,
        email: Option<String>,
        enrolled_ms: i64,
        help_count: i64,
        manual_help_count: i64,
        helped_ms: Option<i64>,
    }
}

/// Each person of a course once, by their newest enrollment.
const ROSTER: &str = "select e.person, max(e.id) as enrollment, min(e.created_ms) as enrolled_ms
    from enrollments e join classes k on k.id = e.class
    where k.course = $1 and e.status in ('APPROVED', 'COMPLETED') group by e.person";

/// Lists the students of a course. A page takes a few queries, whatever the number of students and steps.
pub async fn students(app: &School, caller: &Caller, course: i64, window: Window) -> Result<Page<StudentSummary>> {
    let mut tx = app.db.read().await?;
    rights::find_led_course(&mut tx, caller, course).await?;
    let (total,) = tx.one(format!("select count(*) from ({ROSTER}) r"), args![course]).await?;
    let sql = format!(
        "select r.person, r.enrollment, r.enrolled_ms, p.name, n.nth as namesake, p.email,
            coalesce(h.count, 0) as help_count, coalesce(h.manual, 0) as manual_help_count, h.last_ms as helped_ms
        from ({ROSTER}) r join people p on p.id = r.person join ({}) n on n.person = r.person
        left join (select h.person, count(*) as count, max(h.created_ms) as last_ms,
                cast(sum(case when {OWN_CALL} then 1 else 0 end) as bigint) as manual
            {HELP_OF_COURSE} group by h.person) h
            on h.person = r.person
        order by r.enrollment limit $2 offset $3",
        namesakes("k.course = $1")
    );
    let enrolled: Vec<EnrolledRow> = tx.all(sql, args![course, window.limit, window.offset]).await?;
    let steps = outline::steps(&mut tx, course).await?;
    let mut states = states_of(&mut tx, enrolled.iter().map(|e| e.enrollment).collect()).await?;
    let rows = enrolled
        .into_iter()
        .map(|e| {
            let mine = states.remove(&e.enrollment).unwrap_or_default();
            student(e, &steps, &mine)
        })
        .collect();
    Ok(Page { rows, total, window })
}

/// For each item: its status, and when that was last updated.
type ItemStates = HashMap<i64, (String, i64)>;

async fn states_of(tx: &mut Tx, enrollments: Vec<i64>) -> Result<HashMap<i64, ItemStates>> {
    let (marks, ids) = placeholders(&enrollments, 1);
    let sql = format!(
        "select enrollment, item, status, updated_ms from item_progress
        where enrollment in ({marks})"
    );
    let mut states: HashMap<i64, ItemStates> = HashMap::new();
    for (enrollment, item, status, at_ms) in tx.all::<(i64, i64, String, i64)>(sql, ids).await? {
        states.entry(enrollment).or_default().insert(item, (status, at_ms));
    }
    Ok(states)
}

fn student(e: EnrolledRow, steps: &[Item], mine: &ItemStates) -> StudentSummary {
    let is_done = |item: &&Item| mine.get(&item.id).is_some_and(|(s, _)| s == ProgressStatus::Completed.word());
    let working = |item: &&Item| mine.get(&item.id).is_some_and(|(s, _)| s == ProgressStatus::InProgress.word());
    let at = steps.iter().rfind(working).or_else(|| steps.iter().find(|item| !is_done(item))).or(steps.last());
    let word = |item: &Item| mine.get(&item.id).map_or(ProgressStatus::NotStarted.word(), |(s, _)| s).to_owned();
    let seen = mine.values().map(|(_, at_ms)| *at_ms).max();
    StudentSummary {
        person: e.person,
        name: e.name,
        namesake: e.namesake,
        email: e.email,
        enrolled_ms: e.enrolled_ms,
        completed: steps.iter().filter(is_done).count() as i64,
        total: steps.len() as i64,
        current: at.map(|item| (item.clone(), word(item))),
        help_count: e.help_count,
        manual_help_count: e.manual_help_count,
        last_activity_ms: [seen, e.helped_ms].into_iter().flatten().max(),
    }
}

row! {
    pub struct OpenHelpRequest {
        pub request: i64,
        pub person: i64,
        pub name: String,
        pub item: i64,
        pub item_title: String,
        pub course: i64,
        pub lecture_title: String,
        pub session: Option<i64>,
        pub kind: String,
        pub status: String,
        pub created_ms: i64,
        pub context: String,
        pub stuck_seconds: i64,
        pub diagnosis: Option<String>,
        pub confidence: Option<f64>,
        pub suggestion: Option<String>,
        /// Whether the phone shows the suggestion already, as a hint.
        pub is_hinted: bool,
        /// The one of the session's staff who goes to the student.
        pub claimed_by: Option<i64>,
        pub claimed_name: Option<String>,
        pub requests_on_step: i64,
    }
}

/// An open request with the picture that it carries.
pub struct WaitingCall {
    pub request: OpenHelpRequest,
    pub picture: Option<CallPicture>,
}

impl OpenHelpRequest {
    pub fn is_urgent(&self, now_ms: i64) -> bool {
        help::is_urgent(self.requests_on_step - 1, self.stuck_seconds.max((now_ms - self.created_ms) / SECOND_MS))
    }
}

const PENDING_MAX: i64 = 500;

/// Lists the open help requests of the courses that the caller leads (of all courses for an admin; of one session for those who help in it),
/// the oldest first, at most 500. Everyone's first request is chosen before anyone's second one, so repeated requests of one person displace no
/// other person's first request.
///
/// With a session, it also lists the requests to which an instructor is on the way: those that were answered with a visit,
/// and are neither settled nor open again.
pub async fn pending_help(app: &School, caller: &Caller, session: Option<i64>) -> Result<(Vec<WaitingCall>, Vec<i64>)> {
    let mut tx = app.db.read().await?;
    let assists = match session {
        Some(session) => sessions::given_role_in(&mut tx, caller, session).await?.is_some(),
        None => false,
    };
    if !assists {
        caller.must_be_staff()?;
    }
    // In a session that the caller helps in, the calls of that session alone are asked for.
    let sees_all = assists || caller.role == Role::Admin;
    let sql = "select h.id as request, h.person, p.name, h.item, i.title as item_title, c.id as course,
            c.title as lecture_title, h.session, h.kind, h.status, h.created_ms, h.context, h.stuck_seconds,
            h.diagnosis, h.confidence, h.claimed_by, a.name as claimed_name,
            (select r.content from help_responses r where r.request = h.id and r.by_person is null
                order by r.id desc limit 1) as suggestion,
            exists (select 1 from help_responses r where r.request = h.id and r.by_person is null
                and r.type <> 'SUGGESTION') as is_hinted,
            (select count(*) from help_requests o where o.person = h.person and o.item = h.item
                and o.status <> 'WITHDRAWN') as requests_on_step,
            row_number() over (partition by h.person order by h.id) as nth
        from help_requests h join people p on p.id = h.person join items i on i.id = h.item
        join units u on u.id = i.unit join courses c on c.id = u.course left join people a on a.id = h.claimed_by
        where h.status in ('ANALYZING', 'ESCALATED') and c.deleted_ms is null and ($1 or c.instructor = $2
            or exists (select 1 from course_teachers t where t.course = c.id and t.person = $2))
        and ($3 is null or h.session = $3) order by nth, h.id limit $4";
    let mut waiting: Vec<OpenHelpRequest> = tx.all(sql, args![sees_all, caller.id, session, PENDING_MAX]).await?;
    waiting.sort_by_key(|call| call.request);
    let ids: Vec<i64> = waiting.iter().map(|call| call.request).collect();
    let mut pictures = picture_rows::of_requests(&mut tx, &ids).await?;
    let with_picture = |request: OpenHelpRequest| WaitingCall { picture: pictures.remove(&request.request), request };
    let waiting = waiting.into_iter().map(with_picture).collect();
    let Some(session) = session else { return Ok((waiting, Vec::new())) };
    let sql =
        "select h.id from help_requests h join live_sessions s on s.id = h.session join courses c on c.id = s.course
        where h.session = $1 and h.status = 'ANSWERED' and c.deleted_ms is null and ($2 or c.instructor = $3
            or exists (select 1 from course_teachers t where t.course = c.id and t.person = $3))
        and exists (select 1 from help_responses r where r.request = h.id and r.type = 'VISIT') order by h.id";
    let visits = tx.all::<(i64,)>(sql, args![session, sees_all, caller.id]).await?;
    Ok((waiting, visits.into_iter().map(|(id,)| id).collect()))
}

pub struct DayCount {
    pub date: String,
    pub active: i64,
    pub helped: i64,
    pub manual_helped: i64,
}

pub struct Statistics {
    pub students: i64,
    pub average_progress: f64,
    pub help_requests: i64,
    /// Those of `help_requests` that people made themselves.
    pub manual_help_requests: i64,
    /// Students who have done all steps.
    pub finished: i64,
    pub completion_minutes: f64,
    pub difficulties: Vec<Difficulty>,
    pub days: Vec<DayCount>,
    /// Numbers of students by progress: up to a quarter, a half, three quarters, the end.
    pub quarters: [i64; 4],
}

pub async fn statistics(app: &School, caller: &Caller, course: i64) -> Result<Statistics> {
    let mut tx = app.db.read().await?;
    rights::find_led_course(&mut tx, caller, course).await?;
    let steps = outline::steps(&mut tx, course).await?.len() as i64;
    let sql = format!(
        "select cast(count(done.item) as bigint), min(done.started_ms), max(done.completed_ms) from ({ROSTER}) r
        left join (select ip.enrollment, ip.item, ip.started_ms, ip.completed_ms from item_progress ip
            join items i on i.id = ip.item join units u on u.id = i.unit
            where u.course = $1 and ip.status = 'COMPLETED' and {STEPS}) done on done.enrollment = r.enrollment
        group by r.person"
    );
    let walks: Vec<(i64, Option<i64>, Option<i64>)> = tx.all(sql, args![course]).await?;
    let rates: Vec<f64> = walks.iter().map(|(done, ..)| rate(*done, steps)).collect();
    let whole: Vec<i64> = walks
        .iter()
        .filter(|(done, ..)| steps > 0 && *done >= steps)
        .filter_map(|(_, first_ms, last_ms)| Some((*last_ms)? - (*first_ms)?))
        .collect();
    let own = format!("cast(coalesce(sum(case when {OWN_CALL} then 1 else 0 end), 0) as bigint)");
    let sql = format!("select count(*), {own} {HELP_OF_COURSE}");
    let (help_requests, manual_help_requests) = tx.one(sql, args![course]).await?;
    let difficulties = difficulties::of_course(&mut tx, course).await?;
    let days = count_by_day(&mut tx, course, app.clock.last_days(7)).await?;
    let average = |sum: f64, count: usize| if count == 0 { 0.0 } else { sum / count as f64 };
    Ok(Statistics {
        students: walks.len() as i64,
        average_progress: average(rates.iter().sum(), rates.len()),
        help_requests,
        manual_help_requests,
        finished: whole.len() as i64,
        completion_minutes: average(whole.iter().sum::<i64>() as f64 / MINUTE_MS as f64, whole.len()),
        difficulties,
        days,
        quarters: quarters(&rates),
    })
}

fn rate(done: i64, of: i64) -> f64 {
    if of == 0 { 0.0 } else { done.min(of) as f64 / of as f64 }
}

/// Counts each student in one quarter. A progress of exactly a quarter still belongs to the first.
fn quarters(rates: &[f64]) -> [i64; 4] {
    let mut quarters = [0; 4];
    for rate in rates {
        quarters[((rate * 4.0).ceil() as usize).clamp(1, 4) - 1] += 1;
    }
    quarters
}

/// Builds the table `days (n, starts, ends)` to join with. Its placeholders begin at `$2`; `$1` is the course.
pub(super) fn table_of(days: &[DaySpan], course: i64) -> (String, Vec<Arg>) {
    let mut args = args![course];
    let rows: Vec<String> = days
        .iter()
        .enumerate()
        .map(|(n, day)| {
            args.extend(args![n as i64, day.starts_ms, day.ends_ms]);
            format!("(${}, ${}, ${})", n * 3 + 2, n * 3 + 3, n * 3 + 4)
        })
        .collect();
    (format!("with days (n, starts, ends) as (values {})", rows.join(", ")), args)
}

async fn count_by_day(tx: &mut Tx, course: i64, days: Vec<DaySpan>) -> Result<Vec<DayCount>> {
    let (with, args) = table_of(&days, course);
    let sql = format!(
        "{with}, seen (person, at_ms) as (
            select e.person, ip.started_ms from item_progress ip join enrollments e on e.id = ip.enrollment
                join classes k on k.id = e.class where k.course = $1
            union all select e.person, ip.completed_ms from item_progress ip join enrollments e on e.id = ip.enrollment
                join classes k on k.id = e.class where k.course = $1
            union all select p.person, p.joined_ms from participants p join live_sessions s on s.id = p.session
                where s.course = $1)
        select d.n,
            (select count(distinct seen.person) from seen where seen.at_ms >= d.starts and seen.at_ms < d.ends),
            (select count(*) {HELP_OF_COURSE} and h.created_ms >= d.starts and h.created_ms < d.ends),
            (select count(*) {HELP_OF_COURSE} and h.created_ms >= d.starts and h.created_ms < d.ends and {OWN_CALL})
        from days d order by d.n"
    );
    let counts: Vec<(i64, i64, i64, i64)> = tx.all(sql, args).await?;
    Ok(days
        .into_iter()
        .zip(counts)
        .map(|(day, (_, active, helped, manual_helped))| DayCount { date: day.date, active, helped, manual_helped })
        .collect())
}

pub struct Trend {
    pub label: String,
    /// Completed steps in per cent of all steps of all students, at the end of the day.
    pub progress: i64,
    pub helped: i64,
}

/// Computes the trend of the last days of a course. `kind` limits which requests are counted; without it all are.
pub async fn trend(
    app: &School,
    caller: &Caller,
    course: i64,
    days: i64,
    kind: Option<HelpKind>,
) -> Result<Vec<Trend>> {
    let counted = match kind {
        None => "h.id > 0",
        Some(HelpKind::Manual) => OWN_CALL,
        Some(HelpKind::Auto) => "h.kind = 'AUTO'",
    };
    let mut tx = app.db.read().await?;
    rights::find_led_course(&mut tx, caller, course).await?;
    let steps = outline::steps(&mut tx, course).await?.len() as i64;
    let days = app.clock.last_days(days);
    let (with, args) = table_of(&days, course);
    let sql = format!(
        "{with}, roster as ({ROSTER})
        select d.n,
            (select count(*) from roster r where r.enrolled_ms < d.ends),
            (select count(*) from roster r join item_progress ip on ip.enrollment = r.enrollment
                join items i on i.id = ip.item join units u on u.id = i.unit and {STEPS}
                where ip.status = 'COMPLETED' and ip.completed_ms < d.ends),
            (select count(*) {HELP_OF_COURSE} and h.created_ms >= d.starts and h.created_ms < d.ends and {counted})
        from days d order by d.n"
    );
    let counts: Vec<(i64, i64, i64, i64)> = tx.all(sql, args).await?;
    Ok(days
        .into_iter()
        .zip(counts)
        .map(|(day, (_, students, done, helped))| Trend {
            label: day.label,
            progress: (rate(done, students * steps) * 100.0).round() as i64,
            helped,
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everyone_is_in_one_quarter() {
        assert_eq!(quarters(&[0.0, 0.25, 0.26, 0.5, 0.75, 0.76, 1.0]), [2, 2, 1, 2]);
    }
}
