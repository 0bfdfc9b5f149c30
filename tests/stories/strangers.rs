//! Nobody finds people or sessions by counting through their ids.

use serde_json::{Value, json};

use crate::classroom::class;
use crate::harness::on_both;

fn is_drawn_at_random(id: i64) -> bool {
    (1 << 31..1 << 53).contains(&id)
}

#[test]
fn the_ids_of_people_and_sessions_are_drawn_at_random() {
    on_both(|school| async move {
        let (teacher, lecture, session) = class(&school, 1).await;
        let another = teacher.opens_session(&lecture).await;
        let (student, guest, admin) =
            (school.student("김학생").await, school.guest(&session, "이영희").await, school.admin().await);
        let ids = [teacher.id, student.id, guest.id, admin.id, session.id, another.id];
        assert!(ids.into_iter().all(is_drawn_at_random), "{ids:?}");
        // Neither is one near another, as it would be if they were counted.
        let mut sorted = ids;
        sorted.sort_unstable();
        assert!(sorted.windows(2).all(|pair| pair[1] - pair[0] > 100), "{ids:?}");
        assert!(!is_drawn_at_random(lecture.id) && !is_drawn_at_random(lecture.steps[0]));
    });
}

#[test]
fn people_and_sessions_are_listed_in_the_order_in_which_they_came() {
    on_both(|school| async move {
        let (teacher, lecture, first) = class(&school, 1).await;
        let mut sessions = vec![first.id];
        for _ in 0..5 {
            sessions.push(teacher.opens_session(&lecture).await.id);
        }
        sessions.reverse();
        let mut listed = Vec::new();
        for page in [1, 2] {
            let path = format!("/api/lectures/{}/sessions?page={page}&page_size=3", lecture.id);
            let answer = teacher.get(&path).await.ok();
            listed.extend(answer["results"].as_array().unwrap().iter().map(|s| s["session_id"].clone()));
        }
        assert_eq!(listed, sessions.iter().map(|id| json!(id)).collect::<Vec<Value>>());

        let admin = school.admin().await;
        let students = school.students(5).await;
        let answer = admin.get("/api/admin/people?page_size=50").await.ok();
        let ids = answer["results"].as_array().unwrap().iter().map(|p| p["id"].as_i64().unwrap()).collect::<Vec<_>>();
        let mut came = vec![teacher.id, admin.id];
        came.extend(students.iter().map(|s| s.id));
        assert_eq!(ids, came);
    });
}
