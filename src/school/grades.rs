//! Grades follow facts: whatever changes attendance, progress or a score says so (`Event::GradeDue`), and before the
//! commit each grade that it touches is worked out once, from what the transaction holds by then.

use crate::db::{Arg, Tx, among, args, part_of, places, row};
use crate::error::Result;
use crate::event::{Event, Grade, News, Told, Whose};

/// Everything that a grade is made of.
struct Facts {
    enrollment: i64,
    person: i64,
    course: i64,
    meetings: i64,
    attended: i64,
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
row!(Facts {
    enrollment,
    person,
    course,
    meetings,
    attended,
    items,
    rates,
    weight,
    points,
    weight_attendance,
    weight_progress,
    weight_assessment,
    attendance,
    progress,
    assessment,
    total
});

/// A mark of these is attended: 001 shows the last two as 출석.
pub(super) const ATTENDED: &str = "('PRESENT', 'LATE', 'EXCUSED', 'EARLY_LEAVE')";

/// The meetings of the class of an enrollment `e` that were held: someone has a mark of them. Who came in by the QR is
/// asked for those since their first.
pub(super) const HELD: &str = "select t.id, t.number, t.date from meetings t where t.class = e.class
    and exists (select 1 from marks hm where hm.meeting = t.id)
    and (e.source = 'APPLIED' or (t.date, t.number) >= (select ot.date, ot.number from marks om
        join meetings ot on ot.id = om.meeting where om.enrollment = e.id order by ot.date, ot.number limit 1))";

/// … and how many count: as many as were planned, or held if those are more.
pub(super) fn meetings() -> String {
    let planned = "case when e.source = 'APPLIED' then k.total_sessions else 0 end";
    let held = format!("(select count(*) from ({HELD}) held)");
    format!("case when {planned} > {held} then {planned} else {held} end")
}

fn facts() -> String {
    let meetings = meetings();
    let items = "items i join units u on u.id = i.unit and u.deleted_ms is null
        where u.course = k.course and i.required and i.deleted_ms is null";
    let counts = "a.course = k.course and (a.class is null or a.class = e.class) and a.active and a.deleted_ms is null";
    format!(
        "select e.id as enrollment, e.person, k.course, {meetings} as meetings,
            (select count(*) from marks m where m.enrollment = e.id and m.type in {ATTENDED}) as attended,
            (select count(*) from {items}) as items,
            (select cast(coalesce(sum(ip.rate), 0) as double precision) from item_progress ip
                where ip.enrollment = e.id and ip.item in (select i.id from {items})) as rates,
            (select cast(coalesce(sum(a.weight), 0) as double precision) from assessments a where {counts}) as weight,
            (select cast(coalesce(sum(a.weight * best.score / a.total), 0) as double precision) from assessments a
                join (select t.assessment, max(t.score) as score from attempts t where t.enrollment = e.id
                    group by t.assessment) best on best.assessment = a.id
                where {counts} and best.score is not null) as points,
            c.weight_attendance, c.weight_progress, c.weight_assessment, e.attendance_score as attendance,
            e.progress_score as progress, e.assessment_score as assessment, e.total_score as total
        from enrollments e join classes k on k.id = e.class join courses c on c.id = k.course"
    )
}

/// Takes out what is due, and puts in the grades that have changed by it.
pub(super) async fn follow(tx: &mut Tx, happened: Vec<Told>) -> Result<Vec<Told>> {
    let at_ms = happened.iter().map(|t| t.news.at_ms).max().unwrap_or_default();
    let mut due = Vec::new();
    let mut told = Vec::with_capacity(happened.len());
    for t in happened {
        match t.news.event {
            Event::GradeDue(whose) => due.push(whose),
            _ => told.push(t),
        }
    }
    due.sort_unstable();
    due.dedup();
    let mut changed: Vec<(Facts, Grade)> = Vec::new();
    for (which, args) in which(&due) {
        tx.hold(format!("select e.id from enrollments e {which} order by e.id"), args.clone()).await?;
        let facts: Vec<Facts> = tx.all(format!("{} {which} order by e.id", facts()), args).await?;
        changed
            .extend(facts.into_iter().map(|f| (f.grade(), f)).filter(|(g, f)| *g != f.before()).map(|(g, f)| (f, g)));
    }
    changed.sort_by_key(|(f, _)| f.enrollment);
    changed.dedup_by_key(|(f, _)| f.enrollment);
    write(tx, &changed, at_ms).await?;
    told.extend(changed.into_iter().map(|(f, grade)| {
        let event = Event::GradeUpdated { person: f.person, enrollment: f.enrollment, grade };
        Told { news: News { session: None, course: f.course, at_ms, event }, place: None }
    }));
    Ok(told)
}

/// One condition for all single enrollments, and one for each class and course.
fn which(due: &[Whose]) -> Vec<(String, Vec<Arg>)> {
    let mut ids = Vec::new();
    let mut found = Vec::new();
    for whose in due {
        match whose {
            Whose::Enrollment(id) => ids.push(*id),
            Whose::Class(id) => found.push(("where e.class = $1".to_owned(), args![*id])),
            Whose::Course(id) => {
                let of_course = "where e.class in (select k.id from classes k where k.course = $1)";
                found.push((of_course.to_owned(), args![*id]));
            }
        }
    }
    if !ids.is_empty() {
        let (marks, args) = among(&ids, 1);
        found.push((format!("where e.id in ({marks})"), args));
    }
    found
}

async fn write(tx: &mut Tx, changed: &[(Facts, Grade)], at_ms: i64) -> Result<()> {
    let mut rest = changed;
    while !rest.is_empty() {
        let (part, after) = rest.split_at(part_of(rest.len()));
        let values =
            part.iter().flat_map(|(f, g)| args![f.enrollment, g.attendance, g.progress, g.assessment, g.total, at_ms]);
        let sql = format!(
            "with g (id, attendance, progress, assessment, total, at_ms) as (values {})
            update enrollments set attendance_score = g.attendance, progress_score = g.progress,
                assessment_score = g.assessment, total_score = g.total, updated_ms = g.at_ms
            from g where enrollments.id = g.id",
            places(part.len(), 6)
        );
        tx.run(sql, values.collect()).await?;
        rest = after;
    }
    Ok(())
}

impl Facts {
    fn before(&self) -> Grade {
        let Facts { attendance, progress, assessment, total, .. } = *self;
        Grade { attendance, progress, assessment, total }
    }

    /// A part that the course has none of is left out, and the others grow.
    fn grade(&self) -> Grade {
        let attendance = share(self.attended as f64, self.meetings as f64).map(|rate| rate.min(100.0));
        let progress = share(self.rates / 100.0, self.items as f64);
        let assessment = share(self.points, self.weight);
        let parts = [
            (attendance, self.weight_attendance),
            (progress, self.weight_progress),
            (assessment, self.weight_assessment),
        ];
        let there = parts.iter().filter_map(|(score, weight)| Some(((*score)?, *weight as f64)));
        let (sum, weights) = there.fold((0.0, 0.0), |(sum, all), (score, weight)| (sum + score * weight, all + weight));
        let total = (weights > 0.0).then(|| rounded(sum / weights));
        Grade { attendance, progress, assessment, total }
    }
}

/// Per cent, or nothing of nothing.
fn share(part: f64, of: f64) -> Option<f64> {
    (of > 0.0).then(|| rounded(100.0 * part / of))
}

/// To the hundredth: what is shown is what is kept.
fn rounded(score: f64) -> f64 {
    (score * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> Facts {
        Facts {
            enrollment: 1,
            person: 1,
            course: 1,
            meetings: 16,
            attended: 13,
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
    fn a_grade_is_weighed() {
        let grade = facts().grade();
        assert_eq!(grade.attendance, Some(81.25));
        assert_eq!((grade.progress, grade.assessment), (Some(50.0), Some(85.0)));
        assert_eq!(grade.total, Some(77.25));
    }

    #[test]
    fn what_a_course_has_none_of_is_left_out() {
        let grade = Facts { meetings: 0, attended: 0, weight: 0.0, points: 0.0, ..facts() }.grade();
        assert_eq!((grade.attendance, grade.assessment, grade.total), (None, None, Some(50.0)));
        let nothing = Facts { items: 0, meetings: 0, weight: 0.0, ..facts() }.grade();
        assert_eq!(nothing, Grade::default());
    }
}
