//! Lectures that are shared with colleagues: what co-teachers may do, and how it ends.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::academy_missions::makes_mission;
use crate::classroom::{how_often, running_session};
use crate::harness::people::{Lecture, PASSWORD, Person, Reply};
use crate::harness::{Backend, School, on, on_both, until};
use crate::help::{answer, escalated, request};
use crate::learning_courses::drafts;
use crate::rights::allowed::{CO_TEACHERS, INSTRUCTORS, INSTRUCTORS_OWN_LISTS, OWN_LISTS, PUBLIC, SIGNED_IN};
use crate::rights::is_kept_out;
use crate::routes::{FilledSchool, routes};
use crate::staff::{helper_key, invites, staff_of};

fn teachers_of(lecture: &Lecture) -> String {
    format!("/api/lectures/{}/teachers", lecture.id)
}

async fn shares(teacher: &Person, lecture: &Lecture, with: &Person) -> Reply {
    teacher.post(&teachers_of(lecture), json!({ "user_id": with.id })).await
}

async fn ends_sharing(caller: &Person, lecture: &Lecture, with: &Person) -> Reply {
    caller.delete(&format!("{}/{}", teachers_of(lecture), with.id)).await
}

async fn my_role(person: &Person, lecture: &Lecture) -> Value {
    person.get(&format!("/api/lectures/{}", lecture.id)).await.ok()["my_role"].clone()
}

/// Lectures that the list of the office shows to a person.
async fn listed(person: &Person) -> Vec<Value> {
    let found = person.get(&format!("/api/lectures?taught_by={}&sessions=5", person.id)).await.ok();
    found["lectures"].as_array().unwrap().clone()
}

#[test]
fn a_shared_lecture_is_in_the_list_of_both_with_its_sessions_and_its_poster() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let (colleague, admin) = (school.another_teacher().await, school.admin().await);
        let theirs = colleague.makes_lecture("최강사의 강의", 1).await;
        assert_eq!(my_role(&colleague, &lecture).await, Value::Null);
        colleague.get(&teachers_of(&lecture)).await.refused(403, "FORBIDDEN");
        let made = shares(&teacher, &lecture, &colleague).await.is(201);
        let who: Vec<(&Value, &Value)> =
            made["teachers"].as_array().unwrap().iter().map(|one| (&one["name"], &one["is_owner"])).collect();
        assert_eq!(who, [(&json!("박강사"), &json!(true)), (&json!("최강사"), &json!(false))]);
        // Once more changes nothing, also for the instructor.
        assert_eq!(shares(&teacher, &lecture, &colleague).await.is(200), made);
        assert_eq!(shares(&teacher, &lecture, &teacher).await.is(200), made);
        assert_eq!(colleague.get(&teachers_of(&lecture)).await.ok(), made);
        let told = colleague.get("/api/notifications").await.ok()["notifications"].clone();
        assert_eq!(told.as_array().unwrap().len(), 1, "{told}");
        assert_eq!((&told[0]["type"], &told[0]["related_id"]), (&json!("LECTURE_SHARED"), &json!(lecture.id)));
        assert_eq!(told[0]["message"], "박강사님과 강의를 함께 가르치게 되셨습니다");

        let all = listed(&colleague).await;
        let ids: Vec<&Value> = all.iter().map(|one| &one["id"]).collect();
        assert_eq!(ids, [&json!(theirs.id), &json!(lecture.id)]);
        assert_eq!((&all[0]["my_role"], &all[1]["my_role"]), (&json!("OWNER"), &json!("CO_TEACHER")));
        assert_eq!(all[1]["instructor"]["name"], "박강사");
        assert_eq!(all[1]["sessions"][0]["session_id"], json!(session.id));
        let own = listed(&teacher).await;
        assert_eq!((own.len(), &own[0]["my_role"]), (1, &json!("OWNER")));
        assert!(all[1]["poster_code"].is_string() && all[1]["poster_code"] == own[0]["poster_code"]);
        for (person, role) in [(&teacher, json!("OWNER")), (&colleague, json!("CO_TEACHER")), (&admin, json!("OWNER"))]
        {
            assert_eq!(my_role(person, &lecture).await, role, "{}", person.name);
        }
        // Nobody else learns with whom it is shared.
        let asked = format!("/api/lectures?taught_by={}", colleague.id);
        assert_eq!(admin.get(&asked).await.ok()["lectures"].as_array().unwrap().len(), 2);
        for person in [&teacher, &school.student("김학생").await] {
            person.get(&asked).await.refused(403, "FORBIDDEN");
            person.get(&format!("/api/lectures/{}", lecture.id)).await.ok();
        }
        school.nobody().get(&asked).await.refused(401, "UNAUTHORIZED");
        let shown = school.nobody().get(&format!("/api/lectures/{}", lecture.id)).await.ok();
        assert_eq!((&shown["my_role"], &shown["poster_code"]), (&Value::Null, &Value::Null));
    });
}

/// A co-teacher may use the routes of the table, and is refused all others.
#[test]
fn a_co_teacher_leads_the_lessons_and_is_refused_all_the_rest() {
    on_both(|school| async move {
        let filled = FilledSchool::of(&school).await;
        let colleague = school.another_teacher().await;
        shares(&filled.teacher, &filled.lecture, &colleague).await.is(201);
        let allowed = [PUBLIC, SIGNED_IN, INSTRUCTORS, OWN_LISTS, INSTRUCTORS_OWN_LISTS, CO_TEACHERS];
        // The student of the class is no colleague, as the 404 of an invitation says.
        is_kept_out(&school, &filled, &colleague, &allowed, &[403, 404]).await;
        let all = routes(&school).await;
        for (name, why) in CO_TEACHERS {
            let route = all.iter().find(|route| route.name() == *name).unwrap();
            let reply = filled.asks(&colleague, route).await;
            assert!(![401, 403, 404].contains(&reply.status), "{name} ({why}): {} {}", reply.status, reply.json);
        }
    });
}

#[test]
fn only_its_instructor_and_administrators_share_a_lecture_and_only_with_colleagues() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let (colleague, admin) = (school.another_teacher().await, school.admin().await);
        let third = school.registers("INSTRUCTOR", "정강사", "third@example.com").await;
        let (student, guest) = (school.student("김학생").await, school.guest(&session, "김순자").await);
        for person in [&student, &guest] {
            shares(&teacher, &lecture, person).await.refused(404, "NOT_FOUND");
            shares(person, &lecture, person).await.refused(403, "INSTRUCTOR_ONLY");
            person.get(&teachers_of(&lecture)).await.refused(403, "INSTRUCTOR_ONLY");
        }
        teacher.post(&teachers_of(&lecture), json!({ "user_id": 4711 })).await.refused(404, "NOT_FOUND");
        shares(&colleague, &lecture, &colleague).await.refused(403, "FORBIDDEN");
        invites(&teacher, &session, &colleague, "HOST").await.ok();
        // A host leads one session, and no other one.
        shares(&colleague, &lecture, &third).await.refused(403, "FORBIDDEN");
        shares(&admin, &lecture, &colleague).await.is(201);
        shares(&colleague, &lecture, &third).await.refused(403, "FORBIDDEN");
        ends_sharing(&colleague, &lecture, &teacher).await.refused(403, "FORBIDDEN");
        ends_sharing(&third, &lecture, &colleague).await.refused(403, "FORBIDDEN");
        ends_sharing(&third, &lecture, &third).await.refused(403, "FORBIDDEN");
        for nobody in [&teacher, &third] {
            ends_sharing(&teacher, &lecture, nobody).await.refused(404, "NOT_FOUND");
        }
        assert_eq!(my_role(&colleague, &lecture).await, "CO_TEACHER");
        ends_sharing(&admin, &lecture, &colleague).await.is(204);
        assert_eq!(my_role(&colleague, &lecture).await, Value::Null);
        assert_eq!(my_role(&teacher, &lecture).await, "OWNER");
    });
}

#[test]
fn sharings_at_once_do_not_exceed_the_limit() {
    on_both(|school| async move {
        let (teacher, lecture, _) = running_session(&school, 1).await;
        let mut colleagues = Vec::new();
        for n in 0..22 {
            colleagues.push(school.registers("INSTRUCTOR", &format!("강사{n}"), &format!("c{n}@example.com")).await);
        }
        for colleague in &colleagues[..19] {
            shares(&teacher, &lecture, colleague).await.is(201);
        }
        let admin = school.admin().await;
        let last = colleagues[19..].iter().enumerate().map(|(n, one)| {
            let by = if n % 2 == 0 { &teacher } else { &admin };
            shares(by, &lecture, one)
        });
        let mut replies: Vec<u16> = join_all(last).await.iter().map(|reply| reply.status).collect();
        replies.sort_unstable();
        assert_eq!(replies, [201, 409, 409]);
        let full = teacher.get(&teachers_of(&lecture)).await.ok();
        assert_eq!(full["teachers"].as_array().unwrap().len(), 21);
        // A teacher who is there already does not count again.
        shares(&teacher, &lecture, &colleagues[0]).await.is(200);
        ends_sharing(&colleagues[0], &lecture, &colleagues[0]).await.is(204);
        let once = join_all((0..5).map(|_| shares(&teacher, &lecture, &colleagues[0]))).await;
        let is_there = once.iter().all(|reply| [200, 201].contains(&reply.status));
        let statuses: Vec<u16> = once.iter().map(|reply| reply.status).collect();
        let made = statuses.iter().filter(|status| **status == 201).count();
        let was_full = statuses.iter().all(|status| *status == 409);
        assert!((is_there && made == 1) || was_full, "{statuses:?}");
    });
}

#[test]
fn a_co_teacher_opens_and_leads_a_class_as_its_instructor_does() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("함께 가르치는 강의", 2).await;
        let colleague = school.another_teacher().await;
        shares(&teacher, &lecture, &colleague).await.is(201);
        colleague.put(&format!("/api/subtasks/{}", lecture.steps[0]), json!({ "notes": "천천히" })).await.ok();
        let session = colleague.opens_session(&lecture).await;
        let student = school.guest(&session, "김순자").await;
        let mut board = colleague.watches(&session).await;
        assert_eq!(board.receives("session_state").await["data"]["my_status"], "INSTRUCTOR");
        colleague.starts(&session, lecture.steps[0]).await;
        board.waits_for("session_started").await;
        let mut phone = student.follows(&session).await;
        phone.receives("session_state").await;
        let moved = board.asks(json!({ "type": "next_step", "data": { "next_subtask_id": lecture.steps[1] } })).await;
        assert_eq!(moved["type"], "reply", "{moved}");
        phone.waits_for("step_changed").await;
        let notes = colleague.get(&format!("/api/sessions/{}/notes", session.id)).await.ok();
        assert!(notes.to_string().contains("천천히"), "{notes}");
        let read = teacher.get(&format!("/api/lectures/{}?subtasks=true", lecture.id)).await.ok();
        assert_eq!(read["tasks"][0]["subtasks"][0]["notes"], "천천히");
        // Both see each other among the staff while they are there, and need no invitation.
        let staff = teacher.get(&staff_of(&session)).await.ok()["staff"].clone();
        let roles: Vec<&Value> = staff.as_array().unwrap().iter().map(|one| &one["role"]).collect();
        assert_eq!(roles, [&json!("INSTRUCTOR"), &json!("CO_TEACHER")]);
        invites(&teacher, &session, &colleague, "HELPER").await.ok();
        let out = format!("{}/{}/remove", staff_of(&session), colleague.id);
        teacher.post(&out, json!({})).await.refused(404, "NOT_FOUND");
        assert!(!helper_key(&colleague, &session).await.is_empty());
        // Calls of their learners are in the bell of both, and the end does not take the class from them.
        student.asks_for_help(lecture.steps[1]).await;
        for person in [&teacher, &colleague] {
            until("the call is in the list", async || {
                let pending = person.get("/api/dashboard/help-requests/pending").await.ok();
                (pending["pending_requests"].as_array().unwrap().len() == 1).then_some(())
            })
            .await;
        }
        colleague.presses(&session, "end").await.ok();
        let renamed = json!({ "title": "끝난 수업" });
        colleague.put(&format!("/api/sessions/{}", session.id), renamed).await.ok();
        colleague.get(&format!("/api/sessions/{}/attendance.csv", session.id)).await;
        assert_eq!(listed(&colleague).await[0]["sessions"][0]["title"], "끝난 수업");
    });
}

#[test]
fn the_end_of_the_sharing_shuts_the_co_teacher_out_at_once_and_loses_nothing() {
    on_both(|school| async move {
        let (teacher, lecture, session, _, call) = escalated(&school).await;
        let colleague = school.another_teacher().await;
        let over = teacher.opens_session(&lecture).await;
        teacher.starts(&over, lecture.steps[0]).await;
        teacher.presses(&over, "end").await.ok();
        shares(&teacher, &lecture, &colleague).await.is(201);
        let theirs = colleague.makes_lecture("최강사의 강의", 1).await;
        let own = colleague.opens_session(&theirs).await;
        let task = format!("/api/lectures/{}/tasks", lecture.id);
        let made = colleague.post(&task, json!({ "title": "최강사의 과제" })).await.is(201);
        let opened = colleague.opens_session(&lecture).await;
        colleague.post(&format!("{}/claim", request(call)), json!({})).await.ok();
        let mut boards = Vec::new();
        for one in [&session, &opened, &over, &own] {
            let mut board = colleague.watches(one).await;
            board.receives("session_state").await;
            boards.push(board);
        }
        let mut desk = teacher.watches(&session).await;
        desk.receives("session_state").await;
        let key = helper_key(&teacher, &session).await;
        ends_sharing(&teacher, &lecture, &colleague).await.is(204);
        let mut codes = Vec::new();
        for board in &mut boards {
            codes.push(board.ends().await.code);
        }
        // The other boards close to come back, where there is still a right.
        assert_eq!(codes, [4403, 4403, 1012, 1012]);
        assert_eq!(desk.waits_for("help_claimed").await["data"]["helper"], Value::Null);
        assert_ne!(helper_key(&teacher, &session).await, key);
        for one in [&session, &opened, &over] {
            let path = format!("/ws/session/{}/instructor/", one.id);
            assert_eq!(colleague.tries_to_open(&path).await.err(), Some(403));
            colleague.get(&staff_of(one)).await.refused(403, "FORBIDDEN");
            colleague.presses(one, "pause").await.refused(403, "FORBIDDEN");
        }
        colleague.watches(&own).await.receives("session_state").await;
        let step = format!("/api/subtasks/{}", lecture.steps[0]);
        colleague.put(&step, json!({ "title": "남의 단계" })).await.refused(403, "FORBIDDEN");
        colleague.post(&format!("{}/respond", request(call)), answer("늦었네요")).await.refused(404, "NOT_FOUND");
        colleague.get(&teachers_of(&lecture)).await.refused(403, "FORBIDDEN");
        assert_eq!(listed(&colleague).await.len(), 1);
        let kept = teacher.get(&format!("/api/tasks/{}", made["id"])).await.ok();
        assert_eq!(kept["title"], "최강사의 과제");
        assert_eq!(teacher.get(&format!("/api/sessions/{}/current", opened.id)).await.ok()["status"], "WAITING");
        // Shared again, they are back.
        shares(&teacher, &lecture, &colleague).await.is(201);
        colleague.watches(&opened).await.receives("session_state").await;
    });
}

#[test]
fn roles_in_single_sessions_end_with_the_sharing_and_one_leaves_by_oneself() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let colleague = school.another_teacher().await;
        invites(&teacher, &session, &colleague, "HELPER").await.ok();
        let mut helps = colleague.opens(&format!("/ws/session/{}/helper/", session.id)).await;
        helps.receives("session_state").await;
        colleague.presses(&session, "pause").await.refused(403, "FORBIDDEN");
        shares(&teacher, &lecture, &colleague).await.is(201);
        colleague.presses(&session, "pause").await.ok();
        let mut board = colleague.watches(&session).await;
        board.receives("session_state").await;
        let staff = teacher.get(&staff_of(&session)).await.ok()["staff"].clone();
        assert_eq!((staff.as_array().unwrap().len(), &staff[1]["role"]), (2, &json!("CO_TEACHER")), "{staff}");
        let key = helper_key(&teacher, &session).await;
        ends_sharing(&colleague, &lecture, &colleague).await.is(204);
        assert_eq!((board.ends().await.code, helps.ends().await.code), (1000, 1000));
        assert_eq!(helper_key(&teacher, &session).await, key, "one who leaves takes nothing along");
        colleague.get(&staff_of(&session)).await.refused(403, "FORBIDDEN");
        assert_eq!(how_often(&teacher, &session, "staff_changed").await, 2);
        ends_sharing(&teacher, &lecture, &colleague).await.refused(404, "NOT_FOUND");
    });
}

#[test]
fn a_lecture_is_shared_with_nobody_who_is_no_colleague_any_more() {
    on_both(|school| async move {
        let (teacher, lecture, session, _, call) = escalated(&school).await;
        let (colleague, admin) = (school.another_teacher().await, school.admin().await);
        let role = format!("/api/admin/people/{}/role", colleague.id);
        let names = async || {
            let found = teacher.get(&teachers_of(&lecture)).await.ok();
            found["teachers"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect::<Vec<_>>()
        };
        shares(&teacher, &lecture, &colleague).await.is(201);
        colleague.post(&format!("{}/claim", request(call)), json!({})).await.ok();
        let mut board = colleague.watches(&session).await;
        board.receives("session_state").await;
        admin.patch(&role, json!({ "role": "STUDENT" })).await.ok();
        board.ends().await;
        assert_eq!(teacher.get(&request(call)).await.ok()["claimed_by"], Value::Null);
        let student = school.nobody().logs_in("another@example.com", PASSWORD).await;
        student.get(&staff_of(&session)).await.refused(403, "INSTRUCTOR_ONLY");
        assert_eq!(names().await, ["박강사"]);
        // A place that was lost does not come back with the role.
        admin.patch(&role, json!({ "role": "INSTRUCTOR" })).await.ok();
        let colleague = school.nobody().logs_in("another@example.com", PASSWORD).await;
        colleague.get(&staff_of(&session)).await.refused(403, "FORBIDDEN");
        shares(&teacher, &lecture, &colleague).await.is(201);
        // An administrator remains one.
        admin.patch(&role, json!({ "role": "ADMIN" })).await.ok();
        assert_eq!(names().await, ["박강사", "최강사"]);
        admin.post(&format!("/api/admin/people/{}/erase", colleague.id), json!({})).await.is(204);
        assert_eq!(names().await, ["박강사"]);
        let left = async |what: &'static str| {
            let sql = format!("select count(*) from course_teachers where {what}");
            school.app.db.one::<(i64,)>(sql, Vec::new()).await.unwrap().0
        };
        assert_eq!(left("true").await, 0);
        // A lecture that is deleted is shared with nobody.
        let third = school.registers("INSTRUCTOR", "정강사", "third@example.com").await;
        let gone = teacher.makes_lecture("지울 강의", 1).await;
        shares(&teacher, &gone, &third).await.is(201);
        third.delete(&format!("/api/lectures/{}", gone.id)).await.refused(403, "FORBIDDEN");
        teacher.delete(&format!("/api/lectures/{}", gone.id)).await.is(204);
        third.get(&teachers_of(&gone)).await.refused(404, "NOT_FOUND");
        assert_eq!((listed(&third).await.len(), left("true").await), (0, 0));
    });
}

#[test]
fn drafts_and_lectures_with_a_price_are_open_to_a_co_teacher_and_missions_stay() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let (colleague, stranger) =
            (school.another_teacher().await, school.registers("INSTRUCTOR", "정강사", "third@example.com").await);
        let priced = teacher.makes_lecture("값이 있는 강의", 1).await;
        let path = format!("/api/v1/courses/{}", priced.id);
        teacher.put(&path, json!({ "price": 50_000 })).await.ok();
        shares(&teacher, &priced, &colleague).await.is(201);
        let guide = async |person: &Person| {
            let task = person.get(&format!("/api/tasks/{}", priced.task)).await.ok();
            task["subtasks"][0]["guide_text"].clone()
        };
        assert!(guide(&colleague).await.is_string());
        assert_eq!(guide(&stranger).await, Value::Null);
        assert_eq!(colleague.put(&path, json!({ "price": 0 })).await.status, 403);
        // Nobody gives away what the instructor sells. A copy costs as much.
        let copy = format!("/api/lectures/{}/copy", priced.id);
        colleague.post(&copy, json!({})).await.refused(403, "FORBIDDEN");
        colleague.get(&format!("/api/lectures/{}/file", priced.id)).await.refused(403, "FORBIDDEN");
        let copied = teacher.post(&copy, json!({})).await.is(201)["id"].clone();
        let copied = stranger.get(&format!("/api/lectures/{copied}?subtasks=true")).await.ok();
        assert_eq!(copied["tasks"][0]["subtasks"][0]["guide_text"], Value::Null);
        // A task with a mission is deleted by the instructor alone: what learners have answered goes with it.
        makes_mission(&teacher, priced.task, json!({})).await;
        colleague.delete(&format!("/api/tasks/{}", priced.task)).await.refused(403, "FORBIDDEN");
        teacher.delete(&format!("/api/tasks/{}", priced.task)).await.is(204);
        let id: i64 = drafts(&teacher, json!({})).await.parse().unwrap();
        let draft = Lecture { id, task: 0, steps: Vec::new() };
        shares(&teacher, &draft, &colleague).await.is(201);
        assert_eq!(my_role(&colleague, &draft).await, "CO_TEACHER");
        colleague.post(&format!("/api/lectures/{id}/copy"), json!({})).await.refused(403, "FORBIDDEN");
        stranger.get(&format!("/api/lectures/{id}")).await.refused(404, "NOT_FOUND");
        stranger.get(&teachers_of(&draft)).await.refused(404, "NOT_FOUND");
        colleague.delete(&format!("/api/lectures/{id}")).await.refused(403, "FORBIDDEN");
    });
}

#[test]
fn the_end_of_the_sharing_is_known_to_all_nodes() {
    on(Backend::Postgres, &[], |school: School| async move {
        let (teacher, lecture, session) = running_session(&school, 1).await;
        let colleague = school.another_teacher().await;
        let quick = ["--node-beat-ms", "500"];
        let first = school.becomes_a_node(&quick).await;
        let second = first.opens_node(&quick).await;
        let teacher = teacher.at(first.address);
        shares(&teacher, &lecture, &colleague.at(first.address)).await.is(201);
        let there = colleague.at(second.address);
        let mut board = there.watches(&session).await;
        board.receives("session_state").await;
        there.presses(&session, "pause").await.ok();
        ends_sharing(&teacher, &lecture, &there).await.is(204);
        assert_eq!(board.ends().await.code, 4403);
        there.presses(&session, "resume").await.refused(403, "FORBIDDEN");
        assert_eq!(there.tries_to_open(&format!("/ws/session/{}/instructor/", session.id)).await.err(), Some(403));
    });
}
