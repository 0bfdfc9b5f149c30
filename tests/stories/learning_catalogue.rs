//! The catalogue of the learning surface: filters, orders, totals.

use futures_util::future::join_all;
use gyosil::school::courses::numbers::renew_copies;
use serde_json::{Value, json};

use crate::classroom::by_hand;
use crate::harness::learning::at;
use crate::harness::people::Person;
use crate::harness::{School, on_both};
use crate::learning_courses::{adds_module, drafts, enrolled, path_of, publishes, teaches};

async fn ids(person: &Person, query: &str) -> Vec<String> {
    let found = person.get(&at(&format!("/courses?{query}"))).await.ok();
    found["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Lets everyone view the materials of their courses.
async fn all_view_materials(school: &School) {
    let sql = "insert into item_progress (created_ms, updated_ms, started_ms, enrollment, item, status)
        select 1, 1, 1, e.id, i.id, 'IN_PROGRESS' from enrollments e join classes k on k.id = e.class
        join units u on u.course = k.course join items i on i.unit = u.id";
    by_hand(school, sql.to_owned()).await;
}

#[test]
fn the_catalogue_is_filtered_and_sorted() {
    on_both(|school| async move {
        let (teacher, other) = (school.teacher().await, school.another_teacher().await);
        let a = teaches(
            &teacher,
            json!({ "level": "beginner", "category": "programming", "tags": ["TypeScript", "frontend"] }),
        )
        .await;
        school.later(60);
        let b = teaches(&teacher, json!({ "level": "beginner", "category": "design", "tags": ["frontend"] })).await;
        school.later(60);
        let c = teaches(
            &other,
            json!({ "level": "expert", "category": "programming", "tags": ["ｔｙｐｅｓｃｒｉｐｔ", "Backend"] }),
        )
        .await;
        let students = school.students(3).await;
        for (student, courses) in students.iter().zip([vec![&a, &b, &c], vec![&a, &b], vec![&b]]) {
            for course in courses {
                enrolled(student, course).await;
            }
        }
        all_view_materials(&school).await;
        for (student, course, stars) in [(0, &a, 5), (1, &a, 4), (0, &b, 3), (0, &c, 4)] {
            students[student].put(&format!("{}/rating", path_of(course)), json!({ "stars": stars })).await.ok();
        }
        renew_copies(&school.app).await.unwrap();
        let student = &students[0];
        let all = |list: &[&String]| list.iter().map(|id| id.to_string()).collect::<Vec<String>>();
        for (query, expected) in [
            ("", vec![&c, &b, &a]),
            ("sort=publishedAt:desc", vec![&c, &b, &a]),
            ("sort=enrollmentCount:desc", vec![&b, &a, &c]),
            ("sort=averageRating:desc", vec![&a, &c, &b]),
            ("level=beginner", vec![&b, &a]),
            ("category=programming&level=expert", vec![&c]),
            ("status=published&category=design", vec![&b]),
            ("status=archived", vec![]),
            ("tags=typescript", vec![&c, &a]),
            ("tags=TYPESCRIPT&tags=frontend", vec![&a]),
            ("tags=typescript,backend", vec![&c]),
            ("tags[]=frontend&sort=enrollmentCount:desc", vec![&b, &a]),
            ("tags=typescript,unknown", vec![]),
            (&format!("instructorId={}", other.id), vec![&c]),
            ("instructorId=nobody", vec![]),
            ("limit=1&offset=1&sort=averageRating:desc", vec![&c]),
        ] {
            assert_eq!(ids(student, query).await, all(&expected), "{query}");
        }
        let page = student.get(&at("/courses?limit=2")).await.ok();
        assert_eq!(page["pagination"], json!({ "total": 3, "limit": 2, "offset": 0, "hasMore": true }));
        let last = student.get(&at("/courses?limit=2&offset=2")).await.ok();
        assert_eq!(last["pagination"]["hasMore"], false);
        let top = &student.get(&at("/courses?sort=averageRating:desc")).await.ok()["items"][0];
        assert_eq!(
            (&top["averageRating"], &top["enrollmentCount"], &top["tags"]),
            (&json!(4.5), &json!(2), &json!(["TypeScript", "frontend"]))
        );
        for (query, field) in
            [("sort=title:asc", "sort"), ("level=hard", "level"), ("limit=0", "limit"), ("status=open", "status")]
        {
            let refused = student.get(&at(&format!("/courses?{query}"))).await.refused(400, "LEARNING_008");
            assert_eq!(refused["field"], field);
        }
    });
}

#[test]
fn the_catalogue_says_how_many_courses_there_are_whatever_became_of_them() {
    on_both(|school| async move {
        let (teacher, other, admin) = (school.teacher().await, school.another_teacher().await, school.admin().await);
        let student = school.student("김학생").await;
        let changed_together = (0..9).map(async |n: usize| {
            let person = [&teacher, &other][n % 2];
            let level = ["beginner", "expert"][n / 2 % 2];
            let course = teaches_from_draft(person, level, n).await;
            match n % 4 {
                0 => person.put(&path_of(&course), json!({ "category": "moved", "level": "advanced" })).await.ok(),
                1 => admin.post(&format!("{}/archive", path_of(&course)), json!({ "reason": "終了" })).await.ok(),
                2 => admin.delete(&path_of(&course)).await.is(204),
                _ => Value::Null,
            };
        });
        join_all(changed_together).await;
        let archived = admin.get(&at("/courses?status=archived")).await.ok();
        let back = archived["items"][0]["id"].as_str().unwrap();
        admin.post(&format!("/api/lectures/{back}/restore"), Value::Null).await.is(200);
        for person in [&student, &teacher, &other, &admin] {
            for query in ["", "status=draft", "status=archived", "level=advanced", "category=moved&status=published"] {
                for sort in ["publishedAt:desc", "enrollmentCount:desc"] {
                    let page = person.get(&at(&format!("/courses?limit=50&sort={sort}&{query}"))).await.ok();
                    let listed = page["items"].as_array().unwrap().len();
                    assert_eq!(page["pagination"]["total"], listed, "{query} {sort}");
                }
            }
        }
    });
}

/// Makes a draft, and publishes two of three.
async fn teaches_from_draft(teacher: &Person, level: &str, n: usize) -> String {
    let category = ["a", "b", "moved"][n % 3];
    let draft = drafts(teacher, json!({ "level": level, "category": category })).await;
    let stays_draft = n.is_multiple_of(3);
    if !stays_draft {
        adds_module(teacher, &draft).await;
        publishes(teacher, &draft).await.is(200);
    }
    draft
}
