//! Whose is it? A new route is asked here by itself: whoever lets someone in must say so below, and why.

pub mod allowed;

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::json;

use self::allowed::*;
use crate::classroom::{holding, new_session};
use crate::harness::people::Person;
use crate::harness::{School, on_both, on_both_with};
use crate::routes::{FilledSchool, difference, routes};

/// Asks everything that is not allowed. Each answer is one of `refusals`, and nothing has changed.
pub async fn is_kept_out(
    school: &School,
    filled: &FilledSchool,
    person: &Person,
    allowed: &[Allowed],
    refusals: &[u16],
) {
    let admin = school.admin().await;
    let all = routes(school).await;
    let known: BTreeSet<String> = all.iter().map(|route| route.name()).collect();
    let allowed: Vec<&str> = allowed.iter().flat_map(|list| list.iter().map(|(name, _)| *name)).collect();
    for name in &allowed {
        assert!(known.contains(*name), "no such route any more: {name}");
    }
    let before = filled.as_it_is(&admin).await;
    let mut wrong = Vec::new();
    for route in all.iter().filter(|route| !allowed.contains(&route.name().as_str())) {
        let reply = filled.asks(person, route).await;
        let is_nothing = route.path == "/api/sessions/my-active" && reply.json["active_session"].is_null();
        let is_refusal = reply.refusal().is_some() || is_nothing;
        if !refusals.contains(&reply.status) || !is_refusal {
            wrong.push(format!("{} answered {} {}", reply.asked, reply.status, reply.json));
        }
    }
    let changed = difference(&before, &filled.as_it_is(&admin).await);
    assert!(wrong.is_empty() && changed.is_empty(), "{wrong:#?} {changed:#?}");
}

/// Lists of one's own are asked too: what stands in them is nobody's of the filled school.
async fn finds_nothing_foreign(school: &School, filled: &FilledSchool, person: &Person, lists: &[Allowed]) {
    let all = routes(school).await;
    let shown = filled.teacher.get(&format!("/api/lectures/{}", filled.lecture.id)).await.ok();
    let foreign = [&filled.student.name, &filled.teacher.name, shown["title"].as_str().unwrap()].map(str::to_owned);
    for (name, _) in lists.iter().flat_map(|list| list.iter()) {
        let route = all.iter().find(|route| route.name() == *name).unwrap_or_else(|| panic!("no such route: {name}"));
        let found = filled.asks(person, route).await.is(200).to_string();
        assert!(!foreign.iter().any(|word| found.contains(word)), "{name} for {}: {found}", person.name);
        let seen = filled.asks(&filled.teacher, route).await;
        let has_something = foreign.iter().any(|word| seen.json.to_string().contains(word));
        assert!(
            has_something || ["/me", "/learning/", "/user/"].iter().any(|own| name.contains(own)),
            "{name} has nothing that could be foreign: {}",
            seen.json
        );
    }
}

#[test]
fn only_public_routes_answer_without_a_token() {
    on_both(|school| async move {
        let filled = FilledSchool::of(&school).await;
        // Signing out is asked for a refresh token instead.
        let logout: Allowed = &[("POST /api/auth/logout", "by its refresh token")];
        is_kept_out(&school, &filled, &school.nobody(), &[PUBLIC, logout], &[401]).await;
        school.nobody().post("/api/auth/logout", json!({})).await.refused(400, "INVALID_REQUEST");
        for route in routes(&school).await {
            let listed = PUBLIC.iter().any(|(name, _)| *name == route.name());
            assert_eq!(route.is_public, listed, "what the document says of {}", route.name());
        }
    });
}

#[test]
fn an_invalid_token_opens_nothing() {
    on_both(|school| async move {
        let filled = FilledSchool::of(&school).await;
        let forger = holding(&school, "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.");
        is_kept_out(&school, &filled, &forger, &[PUBLIC], &[401]).await;
    });
}

#[test]
fn a_student_of_another_course_is_refused_everywhere() {
    on_both(|school| async move {
        let filled = FilledSchool::of(&school).await;
        let stranger = school.student("이학생").await;
        let allowed = [PUBLIC, SIGNED_IN, STUDENTS, OWN_LISTS];
        is_kept_out(&school, &filled, &stranger, &allowed, &[403, 404]).await;
        finds_nothing_foreign(&school, &filled, &stranger, &[OWN_LISTS]).await;
    });
}

#[test]
fn an_instructor_of_another_course_is_refused_everywhere() {
    on_both(|school| async move {
        let filled = FilledSchool::of(&school).await;
        let other = school.another_teacher().await;
        let allowed = [PUBLIC, SIGNED_IN, INSTRUCTORS, OWN_LISTS, INSTRUCTORS_OWN_LISTS];
        is_kept_out(&school, &filled, &other, &allowed, &[403, 404]).await;
        filled.student.asks_for_help(filled.lecture.steps[1]).await;
        finds_nothing_foreign(&school, &filled, &other, &[OWN_LISTS, INSTRUCTORS_OWN_LISTS]).await;
        // Rows of ids, in which no name could be found.
        for list in ["learning-records", "video-progress", "expiration-notifications"] {
            assert_eq!(other.get(&format!("/dashboards/{list}/")).await.is(200)["count"], 0, "{list}");
        }
        let pending = other.get("/api/dashboard/help-requests/pending").await.ok();
        assert_eq!(pending["pending_requests"], json!([]));
        assert_eq!(other.get("/api/notifications").await.ok()["notifications"], json!([]));
        assert_eq!(other.get("/api/v1/enrollments").await.ok()["enrollments"], json!([]));
    });
}

/// Nobody marks themselves present, scores, approves, refunds or completes themselves.
#[test]
fn an_enrolled_student_is_refused_what_is_for_staff() {
    on_both(|school| async move {
        let filled = FilledSchool::of(&school).await;
        let allowed = [PUBLIC, SIGNED_IN, STUDENTS, OWN_LISTS, IN_CLASS, ONES_OWN];
        is_kept_out(&school, &filled, &filled.student, &allowed, &[403, 404]).await;
    });
}

#[test]
fn a_classmate_is_refused_what_is_private() {
    on_both(|school| async move {
        let filled = FilledSchool::of(&school).await;
        let mate = school.student("이학생").await;
        mate.joins(&filled.session).await;
        let allowed = [PUBLIC, SIGNED_IN, STUDENTS, OWN_LISTS, IN_CLASS];
        is_kept_out(&school, &filled, &mate, &allowed, &[403, 404]).await;
    });
}

/// Proves that the order and the upload exist, from which the walk keeps strangers.
#[test]
fn the_student_completes_the_order_and_the_teacher_ends_the_upload_of_the_walk() {
    on_both(|school| async move {
        let filled = FilledSchool::of(&school).await;
        let all = routes(&school).await;
        for (person, name, status) in [
            (&filled.student, "POST /payment/complete/", 200),
            (&filled.teacher, "GET /videos/{video_id}/upload/", 200),
            (&filled.teacher, "DELETE /videos/{video_id}/upload/", 204),
        ] {
            filled.asks(person, all.iter().find(|route| route.name() == name).unwrap()).await.is(status);
        }
    });
}

/// Nobody learns by asking which numbers are taken.
#[test]
fn records_of_another_student_look_as_if_they_did_not_exist() {
    on_both(|school| async move {
        let filled = FilledSchool::of(&school).await;
        let mate = school.student("이학생").await;
        mate.joins(&filled.session).await;
        let (applied, progress, mark) = (filled.applied, filled.progress, filled.mark);
        for (path, id) in [
            ("/api/v1/enrollments/{}", applied),
            ("/courses/enrollments/{}/", applied),
            ("/payment/detail/{}/", filled.payment),
            ("/api/v1/progress/{}", progress),
            ("/api/v1/progress/enrollment/{}", applied),
            ("/api/v1/attendance/{}", mark),
            ("/api/v1/attendance/enrollment/{}", applied),
            (&format!("/api/v1/assessments/{}/results/{{}}", filled.assessment), filled.result),
            ("/api/v1/assessments/results/enrollment/{}", applied),
            ("/api/v1/completions/{}", filled.completion),
            ("/api/v1/completions/enrollment/{}", applied),
            ("/api/help/request/{}", filled.help),
            ("/missions/code-submissions/{}/", filled.submission),
            ("/api/v1/bc-006/learning/progress/{}", filled.enrollment),
            ("/api/v1/bc-006/learning/paths/{}", filled.learning_path),
            ("/api/v1/bc-006/learning/certifications/{}", filled.certification.0.parse().unwrap()),
        ] {
            let ask = async |id: i64| mate.get(&path.replace("{}", &id.to_string())).await.is(404);
            assert_eq!(ask(id).await, ask(999_999).await, "{path}");
        }
        for (path, body) in [
            ("/api/v1/progress", json!({ "content_id": filled.lecture.steps[1], "progress_rate": 50 })),
            ("/api/v1/progress/start", json!({ "content_id": filled.lecture.steps[1] })),
            ("/api/v1/progress/complete", json!({ "content_id": filled.lecture.steps[1] })),
        ] {
            let ask = async |enrollment: i64| {
                let mut body = body.clone();
                body["enrollment_id"] = json!(enrollment);
                let method = if path.ends_with("progress") { Method::POST } else { Method::PATCH };
                mate.asks(method, path, Some(body), &[]).await.is(404)
            };
            assert_eq!(ask(filled.enrollment).await, ask(999_999).await, "{path}");
        }
    });
}

#[test]
fn a_classmate_sees_nothing_of_another() {
    on_both(|school| async move {
        let filled = FilledSchool::of(&school).await;
        let mate = school.student("이학생").await;
        mate.joins(&filled.session).await;
        let (student, lecture, help) = (filled.student.id, filled.lecture.id, filled.help);
        mate.get(&format!("/api/progress/users/{student}/lectures/{lecture}")).await.refused(403, "INSTRUCTOR_ONLY");
        mate.get(&format!("/api/help/request/{help}")).await.refused(404, "NOT_FOUND");
        mate.post(&format!("/api/help/request/{help}/resolve"), json!({})).await.refused(403, "INSTRUCTOR_ONLY");
        let rating = json!({ "help_response_id": filled.response, "rating": 1 });
        mate.post("/api/help/feedback", rating).await.refused(404, "NOT_FOUND");
        let events = mate.get(&format!("/api/sessions/{}/events", filled.session.id)).await.ok();
        let kinds: Vec<&str> =
            events["events"].as_array().unwrap().iter().map(|e| e["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["session_started", "class_question"]);
        assert!(!events.to_string().contains("김학생"));
        assert_eq!(mate.tries_to_open(&format!("/ws/help/{student}")).await.err(), Some(403));
        let mut phone = mate.follows(&filled.session).await;
        let state = phone.receives("session_state").await;
        assert!(!state.to_string().contains("김학생"), "{state}");
        filled.student.finishes(filled.lecture.steps[1]).await;
        filled.student.asks_for_help(filled.lecture.steps[1]).await;
        filled.teacher.moves_to(&filled.session, filled.lecture.steps[1]).await;
        phone.receives("step_changed").await;
        phone.receives_nothing_more().await;
    });
}

#[test]
fn nobody_speaks_in_the_name_of_someone_else() {
    on_both(|school| async move {
        let filled = FilledSchool::of(&school).await;
        let mate = school.student("이학생").await;
        mate.joins(&filled.session).await;
        let (other, step) = (filled.student.id, filled.lecture.steps[1]);
        for (path, body) in [
            ("/api/progress/update", json!({ "subtask_id": step, "status": "COMPLETED", "user_id": other })),
            ("/api/help/request", json!({ "subtask_id": step, "user_id": other })),
            ("/api/logs/activity", json!({ "event_type": "CLICK", "user_id": other })),
            ("/api/logs/batch", json!({ "logs": [{ "event_type": "A" }, { "event_type": "B", "user_id": other }] })),
            (&format!("/api/sessions/{}/join", filled.session.id), json!({ "user_id": other })),
        ] {
            mate.post(path, body).await.refused(403, "FORBIDDEN");
        }
        let mut phone = mate.follows(&filled.session).await;
        phone.receives("session_state").await;
        for message in [
            json!({ "type": "progress", "data": { "subtask_id": step, "status": "COMPLETED", "user_id": other } }),
            json!({ "type": "help", "data": { "subtask_id": step, "user_id": other } }),
            json!({ "type": "log", "data": [{ "event_type": "A", "user_id": other }] }),
        ] {
            let answer = phone.asks(message).await;
            assert_eq!((&answer["type"], &answer["error"]["code"]), (&json!("error"), &json!("FORBIDDEN")), "{answer}");
        }
        let theirs = filled.teacher.get(&format!("/api/progress/users/{other}/lectures/{}", filled.lecture.id)).await;
        assert_eq!(theirs.ok()["progress"][1]["status"], "NOT_STARTED");
    });
}

#[test]
fn a_socket_opens_only_for_its_person() {
    on_both_with(&["--access-ttl-s", "60"], |school| async move {
        let filled = FilledSchool::of(&school).await;
        let (session, lecture) = (filled.session.id, filled.lecture.id);
        let student = format!("/ws/session/{session}/student/");
        let instructor = format!("/ws/session/{session}/instructor/");
        let board = format!("/ws/dashboard/lecture/{lecture}/");
        let desk = "/ws/dashboard/help-requests/".to_owned();
        let help = format!("/ws/help/{}", filled.student.id);
        let all = [&student, &instructor, &board, &desk, &help];
        let refused = async |caller: &Person, path: &str, status: u16| {
            assert_eq!(caller.tries_to_open(path).await.err(), Some(status), "{path} for {}", caller.name);
        };
        for path in all {
            refused(&school.nobody(), path, 401).await;
            refused(&school.nobody(), &format!("{path}?token=garbage"), 401).await;
            refused(&holding(&school, "garbage"), path, 401).await;
        }
        let stranger = school.student("이학생").await;
        let other = school.another_teacher().await;
        for path in all {
            refused(&stranger, path, 403).await;
        }
        for path in [&student, &instructor, &board, &help] {
            refused(&other, path, 403).await;
        }
        for path in [&instructor, &board, &desk] {
            refused(&filled.student, path, 403).await;
        }
        refused(&filled.teacher, &student, 403).await;
        refused(&filled.teacher, &help, 403).await;
        for person in [&filled.student, &filled.teacher, &other] {
            for unknown in ["/ws/session/999999/student/", "/ws/session/999999/instructor/"] {
                refused(person, unknown, 404).await;
            }
            refused(person, "/ws/nothing", 404).await;
        }
        refused(&filled.teacher, "/ws/dashboard/lecture/999999/", 404).await;
        filled.student.opens(&student).await;
        filled.student.opens(&help).await;
        for path in [&instructor, &board, &desk] {
            filled.teacher.opens(path).await;
            filled.teacher.opens(path.trim_end_matches('/')).await;
        }
        school.later(61);
        for path in all {
            refused(&filled.teacher, path, 401).await;
        }
    });
}

#[test]
fn one_help_desk_gets_nothing_of_another() {
    on_both(|school| async move {
        let (teacher, lecture, session) = new_session(&school, 1).await;
        let other = school.another_teacher().await;
        let mut own = teacher.opens("/ws/dashboard/help-requests/").await;
        let mut desk = other.opens("/ws/dashboard/help-requests/").await;
        desk.receives("resync").await;
        let guest = school.guest(&session, "김순자").await;
        guest.asks_for_help(lecture.steps[0]).await;
        own.waits_for("new_help_request").await;
        own.waits_for("help_updated").await;
        desk.receives_nothing_more().await;
    });
}
