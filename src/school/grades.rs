//! Grades follow facts: a verb that changes attendance, progress or a score announces `Event::GradeDue`. Before the
//! commit each affected grade is computed once, from what the transaction holds by then.

use crate::db::{Arg, HeldTable, Tx, args, batch_size, placeholders, row, row_placeholders};
use crate::error::Result;
use crate::event::{Event, GradeScope, GradeScores, PublishedEvent};
use crate::rounding::rounded;
use crate::school::assessments::counting::THE_COUNTING_ONE_FIRST;
use crate::school::enrollment::conditions::of_same_learners;

row! {
    /// Everything that a grade is computed from.
    struct GradeFacts {
        enrollment: i64,
        person: i64,
        course: i64,
        planned: i64,
        joined: bool,
        /// Number of meetings that are over, and the number of those before the person's first mark.
        over: i64,
        before: i64,
        /// Number of the person's marks of meetings whose session is open.
        running: i64,
        attended: i64,
        marked: bool,
        items: i64,
        rates: f64,
        weight: f64,
        points: f64,
        weight_attendance: i64,
        weight_progress: i64,
        weight_assessment: i64,
        attendance: Option<f64>,
        progress: Option<f64>,
        assessment: Option<f64>,
        total: Option<f64>,
    }
}

/// The number of enrollments for which all that follows is done in the transaction that touches them: a group commit may touch as
/// many.
pub(super) const FEW_MAX_ENROLLMENTS: usize = 256;

/// Types of marks that count as attended. The attendance surface (seed 001) shows the last two as 출석.
pub(super) const ATTENDED: &str = "('PRESENT', 'LATE', 'EXCUSED', 'EARLY_LEAVE')";

/// Builds the tables `due`, `marked` and `held` of a query. `due` has the enrollments `e` that meet a condition. `marked` has
/// their marks: leaving a class and enrolling in it again loses none. Where the person has several of a meeting, one that was
/// made by hand counts before others, and then the newest. `held` has the meetings of their classes of which anyone has a mark:
/// `nth` numbers them in order of date, `runs` is 1 while a live session of the meeting is open, `before` is the number of earlier
/// meetings that are over.
///
/// A meeting counts for everyone once it is over; while its session is open it counts only for people who have a mark of
/// it. For a person who joined by QR, meetings count from their first mark on; before it, as for everyone.
pub(super) fn with_held_meetings(condition: &str) -> String {
    format!(
        "with due as materialized (select e.id, e.class, e.person, e.source from enrollments e {condition}),
        marked as materialized (select enrollment, meeting, type from (
            select d.id as enrollment, m.meeting, m.type,
                row_number() over (partition by d.id, m.meeting order by m.by_hand desc, m.enrollment desc) as nth
            from due d cross join enrollments o cross join marks m
            where o.person = d.person and o.class = d.class and m.enrollment = o.id) ranked where nth = 1),
        held as materialized (select t.id, t.class, t.number, t.date, t.runs,
                row_number() over (partition by t.class order by t.date, t.number) as nth,
                coalesce(sum(1 - t.runs) over (partition by t.class order by t.date, t.number
                    rows between unbounded preceding and 1 preceding), 0) as before
            from (select t.id, t.class, t.number, t.date, case when exists (select 1 from live_sessions s
                    where s.meeting = t.id and s.status <> 'REVIEW_MODE') then 1 else 0 end as runs from meetings t
                where t.class in (select class from due) and exists (select 1 from marks m where m.meeting = t.id)) t)"
    )
}

/// Builds the query for the facts. `cross join` makes SQLite, which does not know the sizes of tables, keep this order:
/// from the enrollments that are due to the rows that belong to them. It does not affect the order in PostgreSQL.
fn facts(condition: &str) -> String {
    let with_held_meetings = with_held_meetings(condition);
    format!(
        "{with_held_meetings},
        over as (select class, sum(1 - runs) as n from held group by class),
        mine as (select marked.enrollment, min(h.before) as before, sum(h.runs) as running,
                sum(case when marked.type in {ATTENDED} then 1 else 0 end) as attended
            from marked cross join held h where h.id = marked.meeting group by marked.enrollment),
        taught as (select distinct k.course from classes k where k.id in (select class from due)),
        todo as materialized (select i.id, u.course from items i join units u on u.id = i.unit and u.deleted_ms is null
            where u.course in (select course from taught) and i.required and i.deleted_ms is null),
        done as (select p.enrollment, sum(p.rate) as rates from due d cross join item_progress p cross join todo
            where p.enrollment = d.id and todo.id = p.item group by p.enrollment),
        asked as materialized (select a.id, a.course, a.class, a.weight, a.total, a.pass from assessments a
            where a.course in (select course from taught) and a.active and a.deleted_ms is null),
        counting as (select d.id as enrollment, a.class, a.weight * t.score / a.total as points,
                row_number() over (partition by d.id, a.id order by {THE_COUNTING_ONE_FIRST}) as nth
            from due d cross join enrollments o cross join attempts t join asked a on a.id = t.assessment
            where o.person = d.person and t.enrollment = o.id and t.score is not null),
        points as (select n.enrollment, sum(n.points) as points from counting n join due d on d.id = n.enrollment
            where n.nth = 1 and (n.class is null or n.class = d.class) group by n.enrollment)
        select e.id as enrollment, e.person, k.course, k.total_sessions as planned, e.source = 'JOINED' as joined,
            cast(coalesce(over.n, 0) as bigint) as over, cast(coalesce(mine.before, 0) as bigint) as before,
            cast(coalesce(mine.running, 0) as bigint) as running, cast(coalesce(mine.attended, 0) as bigint) as attended,
            mine.enrollment is not null as marked,
            (select count(*) from todo where todo.course = k.course) as items,
            cast(coalesce(done.rates, 0) as double precision) as rates,
            (select cast(coalesce(sum(a.weight), 0) as double precision) from asked a
                where a.course = k.course and (a.class is null or a.class = e.class)) as weight,
            cast(coalesce(points.points, 0) as double precision) as points,
            c.weight_attendance, c.weight_progress, c.weight_assessment, e.attendance_score as attendance,
            e.progress_score as progress, e.assessment_score as assessment, e.total_score as total
        from due d cross join enrollments e join classes k on k.id = e.class join courses c on c.id = k.course
        left join over on over.class = e.class left join mine on mine.enrollment = e.id
        left join done on done.enrollment = e.id left join points on points.enrollment = e.id
        where e.id = d.id order by e.id"
    )
}

/// The enrollments that `GradeDue` events name, as a condition on `e`. Those that were rejected or cancelled are not among
/// them, and keep the grade that they had.
pub(super) struct DueEnrollments {
    pub condition: String,
    pub args: Vec<Arg>,
    /// Can they be more than `FEW_MAX_ENROLLMENTS`? Those of a class or a course can.
    pub may_be_many: bool,
    /// When the last of it happened.
    pub at_ms: i64,
}

impl DueEnrollments {
    /// Separates the `GradeDue` events from the others. Makes one condition of them, so that the rows are held in the
    /// order of their ids.
    pub fn taken_from(events: Vec<PublishedEvent>) -> (Option<DueEnrollments>, Vec<PublishedEvent>) {
        let at_ms = events.iter().map(|t| t.at_ms).max().unwrap_or_default();
        let mut due = Vec::new();
        let mut others = Vec::with_capacity(events.len());
        for t in events {
            match t.event {
                Event::GradeDue(scope) => due.push(scope),
                _ => others.push(t),
            }
        }
        due.sort_unstable();
        due.dedup();
        let due = (!due.is_empty()).then(|| DueEnrollments::of(&due, at_ms));
        (due, others)
    }

    fn of(due: &[GradeScope], at_ms: i64) -> DueEnrollments {
        let (mut enrollments, mut learners) = (Vec::new(), Vec::new());
        let (mut classes, mut courses) = (Vec::new(), Vec::new());
        for scope in due {
            match scope {
                GradeScope::Enrollment(id) => enrollments.push(*id),
                GradeScope::Learner(id) => learners.push(*id),
                GradeScope::Class(id) => classes.push(*id),
                GradeScope::Course(id) => courses.push(*id),
            }
        }
        let named = enrollments.len() + learners.len();
        let may_be_many = !classes.is_empty() || !courses.is_empty() || named > FEW_MAX_ENROLLMENTS;
        let (mut parts, mut args) = (Vec::new(), Vec::new());
        let mut add = |ids: &[i64], query: fn(&str) -> String| {
            if !ids.is_empty() {
                let (marks, values) = placeholders(ids, args.len() + 1);
                parts.push(query(&marks));
                args.extend(values);
            }
        };
        add(&enrollments, |ids| format!("select id from enrollments where id in ({ids})"));
        add(&learners, of_same_learners);
        add(&classes, |ids| format!("select id from enrollments where class in ({ids})"));
        add(&courses, |ids| {
            format!("select id from enrollments where class in (select id from classes where course in ({ids}))")
        });
        // A union, since PostgreSQL reads all enrollments to find those of one list or another.
        let condition =
            format!("e.status in ('PENDING', 'APPROVED', 'COMPLETED') and e.id in ({})", parts.join(" union "));
        DueEnrollments { condition, args, may_be_many, at_ms }
    }
}

/// Writes the grades that have changed, and adds a `GradeUpdated` event for each of them. From here on the transaction
/// holds the rows of all due enrollments.
pub(super) async fn update_grades(
    tx: &mut Tx,
    due: &DueEnrollments,
    mut events: Vec<PublishedEvent>,
) -> Result<Vec<PublishedEvent>> {
    let is_due = format!("id in (select e.id from enrollments e where {})", due.condition);
    tx.hold_where(HeldTable::Enrollments, &is_due, due.args.clone()).await?;
    let facts: Vec<GradeFacts> = tx.all(facts(&format!("where {}", due.condition)), due.args.clone()).await?;
    let graded = facts.into_iter().map(|f| (f.grade(), f));
    let changed: Vec<(GradeFacts, GradeScores)> =
        graded.filter(|(g, f)| *g != f.stored_grade()).map(|(g, f)| (f, g)).collect();
    write(tx, &changed, due.at_ms).await?;
    events.extend(changed.into_iter().map(|(f, grade)| {
        let event = Event::GradeUpdated { person: f.person, enrollment: f.enrollment, grade };
        PublishedEvent { session: None, course: f.course, at_ms: due.at_ms, event, position: None }
    }));
    Ok(events)
}

async fn write(tx: &mut Tx, changed: &[(GradeFacts, GradeScores)], at_ms: i64) -> Result<()> {
    let mut rest = changed;
    while !rest.is_empty() {
        let (part, after) = rest.split_at(batch_size(rest.len()));
        let values =
            part.iter().flat_map(|(f, g)| args![f.enrollment, g.attendance, g.progress, g.assessment, g.total, at_ms]);
        let sql = format!(
            "with g (id, attendance, progress, assessment, total, at_ms) as (values {})
            update enrollments set attendance_score = g.attendance, progress_score = g.progress,
                assessment_score = g.assessment, total_score = g.total, updated_ms = g.at_ms
            from g where enrollments.id = g.id",
            row_placeholders(part.len(), 6)
        );
        tx.run(sql, values.collect()).await?;
        rest = after;
    }
    Ok(())
}

impl GradeFacts {
    fn stored_grade(&self) -> GradeScores {
        let GradeFacts { attendance, progress, assessment, total, .. } = *self;
        GradeScores { attendance, progress, assessment, total }
    }

    /// Number of meetings that count: the planned ones, or those held if they are more. For a person who joined by QR and has a
    /// mark, those held since the first one.
    fn counted_meetings(&self) -> i64 {
        if self.joined && self.marked {
            return self.over - self.before + self.running;
        }
        self.planned.max(self.over + self.running)
    }

    /// Computes the grade. A part that the course does not have is left out, and the other parts weigh more.
    fn grade(&self) -> GradeScores {
        let attendance = share(self.attended as f64, self.counted_meetings() as f64);
        let progress = share(self.rates / 100.0, self.items as f64);
        let assessment = share(self.points, self.weight);
        let parts = [
            (attendance, self.weight_attendance),
            (progress, self.weight_progress),
            (assessment, self.weight_assessment),
        ];
        let scored = parts.iter().filter_map(|(score, weight)| Some(((*score)?, *weight as f64)));
        let (sum, weights) =
            scored.fold((0.0, 0.0), |(sum, all), (score, weight)| (sum + score * weight, all + weight));
        let total = (weights > 0.0).then(|| rounded(sum / weights, 2));
        GradeScores { attendance, progress, assessment, total }
    }
}

/// Returns the share in per cent, stored with the two decimals that are shown; `None` if `of` is 0.
fn share(part: f64, of: f64) -> Option<f64> {
    (of > 0.0).then(|| rounded(100.0 * part / of, 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::tests::sqlite_plan;

    #[tokio::test]
    async fn the_facts_of_a_grade_are_found_without_the_rows_of_others() {
        let due = [GradeScope::Enrollment(1), GradeScope::Learner(2), GradeScope::Class(3), GradeScope::Course(4)];
        let due = DueEnrollments::of(&due, 0);
        let condition = ["$1", "$2", "$3", "$4"].iter().zip(["1", "2", "3", "4"]);
        let condition = condition.fold(due.condition, |sql, (mark, id)| sql.replace(mark, id));
        let plan = sqlite_plan(&super::facts(&format!("where {condition}"))).await;
        let tables = ["e", "o", "m", "t", "p", "enrollments", "one", "other"];
        let reads_all = |line: &&String| tables.iter().any(|table| **line == format!("SCAN {table}"));
        assert_eq!(plan.iter().find(reads_all), None, "{plan:?}");
    }

    fn facts() -> GradeFacts {
        GradeFacts {
            enrollment: 1,
            person: 1,
            course: 1,
            planned: 16,
            joined: false,
            over: 15,
            before: 2,
            running: 0,
            attended: 13,
            marked: true,
            items: 4,
            rates: 200.0,
            weight: 2.0,
            points: 1.7,
            weight_attendance: 20,
            weight_progress: 20,
            weight_assessment: 60,
            attendance: None,
            progress: None,
            assessment: None,
            total: None,
        }
    }

    #[test]
    fn a_grade_weighs_its_parts() {
        let grade = facts().grade();
        assert_eq!(grade.attendance, Some(81.25));
        assert_eq!((grade.progress, grade.assessment), (Some(50.0), Some(85.0)));
        assert_eq!(grade.total, Some(77.25));
    }

    #[test]
    fn meetings_count_for_a_person_who_joined_by_qr_from_their_first_mark_on() {
        assert_eq!(GradeFacts { joined: true, ..facts() }.counted_meetings(), 13);
        assert_eq!(GradeFacts { joined: true, running: 1, ..facts() }.counted_meetings(), 14);
        assert_eq!(GradeFacts { joined: true, marked: false, attended: 0, ..facts() }.grade().attendance, Some(0.0));
        assert_eq!(GradeFacts { over: 16, running: 1, ..facts() }.counted_meetings(), 17);
    }

    #[test]
    fn a_part_that_the_course_does_not_have_is_left_out_of_the_grade() {
        let grade = GradeFacts { planned: 0, over: 0, attended: 0, weight: 0.0, points: 0.0, ..facts() }.grade();
        assert_eq!((grade.attendance, grade.assessment, grade.total), (None, None, Some(50.0)));
        let nothing = GradeFacts { items: 0, planned: 0, over: 0, weight: 0.0, ..facts() }.grade();
        assert_eq!(nothing, GradeScores::default());
    }
}
