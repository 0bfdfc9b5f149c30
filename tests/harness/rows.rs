//! Courses and enrollments that are put straight into the tables: many of them, with all that learning paths look at.

use gyosil::db::Arg;
use gyosil::school::skills;

use super::School;

/// A course of an instructor; the rest of it is usual.
#[derive(Clone, Copy)]
pub struct CourseRow<'a> {
    pub title: &'a str,
    pub level: Option<&'a str>,
    pub tags: &'a [&'a str],
    pub minutes: i64,
    pub needs: Option<i64>,
    pub status: &'a str,
}

pub const USUAL: CourseRow<'static> =
    CourseRow { title: "강의", level: Some("BEGINNER"), tags: &[], minutes: 60, needs: None, status: "PUBLISHED" };

impl School {
    /// Puts a course with its default class into the tables.
    pub async fn insert_course(&self, teacher: i64, course: CourseRow<'_>) -> i64 {
        let mut tx = self.app.db.begin().await.unwrap();
        let sql =
            "insert into courses (created_ms, updated_ms, code, poster_code, title, level, minutes, instructor, status)
            values (1, 1, $1, $1, $2, $3, $4, $5, $6) returning id";
        let code = gyosil::clock::spoken_code::<12>();
        let (title, status): (Arg, Arg) = (course.title.into(), course.status.into());
        let args = vec![code.into(), title, course.level.into(), course.minutes.into(), teacher.into(), status];
        let (id,): (i64,) = tx.one(sql, args).await.unwrap();
        let sql =
            "insert into classes (created_ms, updated_ms, course, name, is_default) values (1, 1, $1, 'class', true)";
        tx.run(sql, vec![id.into()]).await.unwrap();
        let tags: Vec<String> = course.tags.iter().map(|tag| tag.to_string()).collect();
        skills::set_tags(&mut tx, id, &tags, 1).await.unwrap();
        if let Some(needed) = course.needs {
            let sql = "insert into course_prerequisites (course, needs) values ($1, $2)";
            tx.run(sql, vec![id.into(), needed.into()]).await.unwrap();
        }
        self.app.commit(tx, Vec::new()).await.unwrap();
        id
    }

    /// Makes this the state of a person's enrollment in a course: `APPROVED`, `COMPLETED` …
    pub async fn set_enrollment(&self, person: i64, course: i64, status: &str) -> i64 {
        let mut tx = self.app.db.begin().await.unwrap();
        let state = "$3, case when $3 = 'COMPLETED' then $4 end";
        let of_course = "class in (select id from classes where course = $2)";
        let update = format!(
            "update enrollments set (status, completed_ms) = ({state}) where person = $1 and {of_course} returning id"
        );
        let insert = format!(
            "insert into enrollments (created_ms, updated_ms, class, person, source, status, completed_ms)
            select $4, $4, id, $1, 'APPLIED', {state} from classes where course = $2 returning id"
        );
        let args: Vec<Arg> = vec![person.into(), course.into(), status.into(), self.app.now_ms().into()];
        let changed: Option<(i64,)> = tx.maybe(update, args.clone()).await.unwrap();
        let (id,) = match changed {
            Some(id) => id,
            None => tx.one(insert, args).await.unwrap(),
        };
        self.app.commit(tx, Vec::new()).await.unwrap();
        id
    }

    /// Changes the state of a course.
    pub async fn set_status(&self, course: i64, status: &str) {
        let mut tx = self.app.db.begin().await.unwrap();
        tx.run("update courses set status = $2 where id = $1", vec![course.into(), status.into()]).await.unwrap();
        self.app.commit(tx, Vec::new()).await.unwrap();
    }
}
