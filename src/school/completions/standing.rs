//! Standing of the learners of a class: who meets the rule of completion, and what the others lack. One query judges a
//! whole page.

use crate::app::School;
use crate::db::{Tx, args, placeholders, row};
use crate::error::{Requirement, Result};
use crate::school::assessments::counting::PASSED_MS;
use crate::school::certificates::CertificateState;
use crate::school::names::Namesakes;
use crate::school::rights::{self, Caller};
use crate::school::{Page, Window};

row! {
    /// The standing of a learner: what the rule needs, what the learner has, and the result.
    #[derive(Debug)]
    pub struct Standing {
        pub enrollment: i64,
        pub person: i64,
        pub name: String,
        pub guest: bool,
        pub status: String,
        /// In per cent; `None` where no meeting counts yet, so that no attendance is asked for.
        pub attendance: Option<f64>,
        pub needed_rate: f64,
        /// Required items that are not done, and required assessments that are not passed.
        pub undone: i64,
        pub unpassed: i64,
        pub completion: Option<i64>,
        pub completion_status: Option<String>,
        pub date: Option<String>,
        pub memo: Option<String>,
        pub certificate_no: Option<String>,
        pub certificate_uuid: Option<String>,
        pub expires_ms: Option<i64>,
        pub revoked_ms: Option<i64>,
    }
}

/// SQL: the required items of the course `k.course` that enrollment `e` has not done.
pub(super) const UNDONE: &str = "from items i join units u on u.id = i.unit and u.deleted_ms is null
    where u.course = k.course and i.required and i.deleted_ms is null and not exists (
        select 1 from item_progress p where p.enrollment = e.id and p.item = i.id and p.status = 'COMPLETED')";
/// SQL: the required assessments `a` of the course `k.course` and class `e.class`. Those without a `PASSED_MS` are not passed.
pub(super) const REQUIRED_ASSESSMENTS: &str = "from assessments a where a.course = k.course
    and (a.class is null or a.class = e.class) and a.required and a.active and a.deleted_ms is null";

fn standing() -> String {
    format!(
        "select e.id as enrollment, e.person, q.name, q.guest, e.status, e.attendance_score as attendance, c.needed_rate,
            (select count(*) {UNDONE}) as undone,
            (select count(*) {REQUIRED_ASSESSMENTS} and {PASSED_MS} is null) as unpassed,
            d.id as completion, d.status as completion_status, d.date, d.memo,
            f.number as certificate_no, f.uuid as certificate_uuid, f.expires_ms, f.revoked_ms
        from enrollments e join classes k on k.id = e.class join courses c on c.id = k.course
        join people q on q.id = e.person left join completions d on d.enrollment = e.id
        left join certificates f on f.enrollment = e.id and f.unit is null"
    )
}

impl Standing {
    /// Lists the parts of the rule that are not met.
    pub fn missing(&self) -> Vec<Requirement> {
        let parts = [
            (Requirement::Attendance, self.attendance.is_some_and(|rate| rate < self.needed_rate)),
            (Requirement::Progress, self.undone > 0),
            (Requirement::Assessment, self.unpassed > 0),
        ];
        parts.into_iter().filter(|(_, lacks)| *lacks).map(|(part, _)| part).collect()
    }

    /// Returns the certificate, if there is one, in its state of now.
    pub fn certificate(&self, now_ms: i64) -> Option<StandingCertificate> {
        let state = CertificateState::of(self.revoked_ms, self.expires_ms, now_ms);
        let (number, uuid) = self.certificate_no.clone().zip(self.certificate_uuid.clone())?;
        Some(StandingCertificate { number, uuid, state })
    }
}

pub struct StandingCertificate {
    pub number: String,
    pub uuid: String,
    pub state: CertificateState,
}

pub(super) async fn of(tx: &mut Tx, enrollment: i64) -> Result<Standing> {
    tx.one(format!("{} where e.id = $1", standing()), args![enrollment]).await
}

/// Lists the standing of these enrollments.
pub(in crate::school) async fn of_enrollments(tx: &mut Tx, enrollments: &[i64]) -> Result<Vec<Standing>> {
    let (marks, ids) = placeholders(enrollments, 1);
    tx.all(format!("{} where e.id in ({marks})", standing()), ids).await
}

/// A learner of a class, told apart from others of the same name.
pub struct LearnerStanding {
    pub standing: Standing,
    /// The learner's number among the people of this name in the course, counted from 1.
    pub namesake: i64,
}

/// Lists the people who are in the class or have completed it, by name, with the attendance rate that the course needs
/// (for staff of the course).
pub async fn of_class(
    app: &School,
    caller: &Caller,
    (course, class): (i64, i64),
    window: Window,
) -> Result<(f64, Page<LearnerStanding>)> {
    let mut tx = app.db.read().await?;
    rights::find_taught_class(&mut tx, caller, course, class).await?;
    let (needed_rate,) = tx.one("select needed_rate from courses where id = $1", args![course]).await?;
    let condition = "where e.class = $1 and e.status in ('APPROVED', 'COMPLETED') and q.deleted_ms is null";
    let count = format!("select count(*) from enrollments e join people q on q.id = e.person {condition}");
    let (total,) = tx.one(count, args![class]).await?;
    let sql = format!("{} {condition} order by q.name, e.id limit $2 offset $3", standing());
    let standings: Vec<Standing> = tx.all(sql, args![class, window.limit, window.offset]).await?;
    let people: Vec<i64> = standings.iter().map(|one| one.person).collect();
    let namesakes = Namesakes::of(&mut tx, &[course], &people).await?;
    let learner = |standing: Standing| {
        let namesake = namesakes.number(course, standing.person);
        LearnerStanding { standing, namesake }
    };
    Ok((needed_rate, Page { rows: standings.into_iter().map(learner).collect(), total, window }))
}
