//! When a result is taken, how it is judged, and what becomes of the grade.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Room, enrolls, new_course, refused, refused_field, shown, with};
use crate::harness::on_both;

fn scores(results: &[Value]) -> Vec<(i64, f64)> {
    results.iter().map(|r| (r["attempt"].as_i64().unwrap(), r["score"].as_f64().unwrap())).collect()
}

#[test]
fn a_result_is_answered_as_it_was_recorded() {
    on_both(|school| async move {
        let room = Room::of(&school).await;
        let id = room.assessment(json!({ "total_score": 50, "pass_score": 30, "time_limit": 60 })).await;
        let sent = json!({ "attempt": 1, "score": 30.5, "pass_yn": "Y", "start_time": "2025-04-21T01:00:00Z",
            "end_time": "2025-04-21T11:00:00+09:00", "feedback": "잘하셨습니다" });
        let made = room.records(id, sent.clone()).await.is(201);
        let result = made["result_id"].as_i64().unwrap();
        let path = format!("/api/v1/assessments/{id}/results/{result}");
        let seen = room.student.get(&path).await.ok()["result"].clone();
        let whole = with(
            &sent,
            json!({ "result_id": result, "assessment_id": id, "assessment_name": "중간 평가",
                "assessment_type": "MIDTERM", "total_score": 50.0, "pass_score": 30.0, "user_id": room.student.id,
                "enrollment_id": room.enrollment, "user_name": "김학생", "end_time": "2025-04-21T02:00:00Z" }),
        );
        assert_eq!(seen, with(&seen, whole));
        for key in ["graded_at", "created_at", "updated_at"] {
            assert!(seen[key].is_string(), "{key}");
        }
        // Under another assessment it is not there.
        let other = room.assessment(json!({})).await;
        let wrong = format!("/api/v1/assessments/{other}/results/{result}");
        for person in [&room.teacher, &room.student] {
            refused(person.get(&wrong).await, 404, "NOT_FOUND");
        }
    });
}

#[test]
fn a_result_needs_someone_who_is_in_the_course() {
    on_both(|school| async move {
        let room = Room::of(&school).await;
        let second = room.another_class().await;
        let id = room.assessment(json!({})).await;
        let of_second = room.assessment(json!({ "class_id": second })).await;
        let of_first = room.assessment(json!({ "class_id": room.class })).await;
        let inactive = room.assessment(json!({ "is_active": false })).await;
        let elsewhere = new_course(&room.teacher).await;
        let foreign = with(&room.plain(), json!({ "course_id": elsewhere }));
        let foreign = room.teacher.post("/api/v1/assessments", foreign).await.is(201)["assessment_id"].as_i64();
        let score = json!({ "score": 80 });
        for wrong in [of_second, foreign.unwrap()] {
            refused_field(room.records(wrong, score.clone()).await, "enrollment_id");
            assert!(room.results(wrong).await.is_empty());
        }
        room.records(of_first, score.clone()).await.is(201);
        let details = refused(room.records(inactive, score.clone()).await, 409, "INVALID_STATE");
        assert_eq!(details["status"], "INACTIVE");
        refused(room.records(999_999, score.clone()).await, 404, "NOT_FOUND");
        refused(room.records(id, json!({ "enrollment_id": 999_999, "score": 1 })).await, 404, "NOT_FOUND");
        refused_field(room.teacher.post(&format!("/api/v1/assessments/{id}/results"), score).await, "enrollment_id");
        // Only who is admitted is scored.
        let manual = json!({ "approval": "MANUAL" });
        room.teacher.put(&format!("/api/v1/courses/{}/classes/{second}", room.course), manual).await.ok();
        let student = school.student("이학생").await;
        let theirs = enrolls(&student, room.course, second).await;
        let score = json!({ "enrollment_id": theirs, "score": 80 });
        let moves = async |button: &str| {
            room.teacher.patch(&format!("/api/v1/enrollments/{theirs}/{button}"), json!({})).await.ok();
        };
        let status = async || refused(room.records(id, score.clone()).await, 409, "INVALID_STATE")["status"].clone();
        assert_eq!(status().await, "PENDING");
        moves("approve").await;
        room.records(id, score.clone()).await.is(201);
        moves("cancel").await;
        assert_eq!(status().await, "CANCELLED");
        assert_eq!(room.results(id).await.len(), 1);
    });
}

#[test]
fn attempts_are_numbered_in_turn_and_limited() {
    on_both(|school| async move {
        let room = Room::of(&school).await;
        let id = room.assessment(json!({ "attempt_limit": 3 })).await;
        for wrong in [json!(0), json!(-1), json!(1_001), json!(1.5), json!("첫 번째")] {
            refused_field(room.records(id, json!({ "attempt": wrong, "score": 1 })).await, "attempt");
        }
        let beyond = refused(room.records(id, json!({ "attempt": 4, "score": 1 })).await, 409, "NO_ATTEMPTS_LEFT");
        assert_eq!(beyond["attempt_limit"], 3);
        room.records(id, json!({ "score": 10 })).await.is(201);
        let taken = refused(room.records(id, json!({ "attempt": 1, "score": 11 })).await, 409, "ATTEMPT_TAKEN");
        assert_eq!(taken["attempt"], 1);
        // A later number was named first: the one before it is still allowed.
        room.records(id, json!({ "attempt": 3, "score": 30 })).await.is(201);
        room.records(id, json!({ "score": 20 })).await.is(201);
        refused(room.records(id, json!({ "score": 40 })).await, 409, "NO_ATTEMPTS_LEFT");
        assert_eq!(scores(&room.results(id).await), [(1, 10.0), (3, 30.0), (2, 20.0)]);
        // The limit is each student's own, and each assessment's.
        let other = enrolls(&school.student("이학생").await, room.course, room.class).await;
        room.records(id, json!({ "enrollment_id": other, "score": 50 })).await.is(201);
        let free = room.assessment(json!({})).await;
        room.records(free, json!({ "attempt": 7, "score": 1 })).await.is(201);
        room.records(free, json!({ "score": 2 })).await.is(201);
        assert_eq!(scores(&room.results(free).await), [(7, 1.0), (8, 2.0)]);
        // A lower limit takes nothing away, and lets nothing more in.
        room.teacher.put(&format!("/api/v1/assessments/{free}"), json!({ "attempt_limit": 2 })).await.ok();
        refused(room.records(free, json!({ "score": 3 })).await, 409, "NO_ATTEMPTS_LEFT");
        assert_eq!(room.results(free).await.len(), 2);
    });
}

#[test]
fn three_of_thirty_simultaneous_results_are_kept() {
    on_both(|school| async move {
        let room = Room::of(&school).await;
        let id = room.assessment(json!({ "attempt_limit": 3 })).await;
        let replies = join_all((0..30).map(|n| room.records(id, json!({ "score": 60 + n })))).await;
        let (kept, late): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 201);
        assert_eq!(kept.len(), 3);
        for reply in late {
            refused(reply, 409, "NO_ATTEMPTS_LEFT");
        }
        let results = room.results(id).await;
        assert_eq!(results.iter().map(|r| r["attempt"].clone()).collect::<Vec<_>>(), [1, 2, 3]);
        let counting = room.grade().await["assessment_score"].as_f64().unwrap();
        assert!(scores(&results).iter().any(|(_, score)| *score == counting), "{counting} in {results:?}");
        // The same number, named thirty times, is given once.
        let free = room.assessment(json!({})).await;
        let replies = join_all((0..30).map(|n| room.records(free, json!({ "attempt": 5, "score": n })))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
        for reply in replies.into_iter().filter(|reply| reply.status != 201) {
            refused(reply, 409, "ATTEMPT_TAKEN");
        }
        assert_eq!(room.results(free).await.len(), 1);
    });
}

#[test]
fn passing_follows_from_the_score_and_a_contradiction_is_refused() {
    on_both(|school| async move {
        let room = Room::of(&school).await;
        let id = room.assessment(json!({})).await;
        for (score, passed) in [(json!(60), "Y"), (json!(59.99), "N"), (json!(0), "N"), (json!(100), "Y")] {
            let made = room.records(id, json!({ "score": score })).await.is(201);
            assert_eq!(made["result"]["pass_yn"], passed, "{score}");
        }
        for (score, word, passed) in [(75, json!("Y"), "Y"), (75, json!(true), "Y"), (5, json!(false), "N")] {
            let made = room.records(id, json!({ "score": score, "pass_yn": word })).await.is(201);
            assert_eq!(made["result"]["pass_yn"], passed);
        }
        let before = (room.results(id).await, room.grade().await);
        let result = &before.0[0]["result_id"];
        let path = format!("/api/v1/assessments/results/{result}/grade");
        for (field, wrong) in [
            ("pass_yn", json!({ "score": 59, "pass_yn": "Y" })),
            ("pass_yn", json!({ "score": 60, "pass_yn": "N" })),
            ("pass_yn", json!({ "score": 60, "pass_yn": false })),
            ("pass_yn", json!({ "score": 60, "pass_yn": "합격" })),
            ("score", json!({ "score": 100.01 })),
            ("score", json!({ "score": -0.01 })),
            ("score", json!({ "score": "80" })),
            ("feedback", json!({ "score": 80, "feedback": "\0" })),
        ] {
            refused_field(room.records(id, wrong.clone()).await, field);
            refused_field(room.teacher.patch(&path, wrong).await, field);
        }
        refused_field(room.records(id, json!({ "pass_yn": "Y" })).await, "pass_yn");
        refused_field(room.teacher.patch(&path, json!({ "pass_yn": "Y" })).await, "score");
        assert_eq!((room.results(id).await, room.grade().await), before);
        // What passes is the assessment's to say: another bar, another judgement.
        room.teacher.put(&format!("/api/v1/assessments/{id}"), json!({ "pass_score": 60.5 })).await.ok();
        assert_eq!(room.results(id).await[0]["pass_yn"], "N");
    });
}

#[test]
fn a_result_is_within_the_window_and_the_time_limit() {
    on_both(|school| async move {
        let room = Room::of(&school).await;
        let window = json!({ "start_date": "2025-04-21", "end_date": "2025-04-22", "time_limit": 50 });
        let id = room.assessment(window).await;
        let timed = |from: &str, to: &str| json!({ "score": 80, "start_time": from, "end_time": to });
        for (from, to) in [
            ("2025-04-20T14:59:59Z", "2025-04-20T15:10:00Z"),
            ("2025-04-22T14:50:00Z", "2025-04-22T15:00:00Z"),
            ("2026-01-01T00:00:00Z", "2026-01-01T00:10:00Z"),
        ] {
            refused(room.records(id, timed(from, to)).await, 409, "OUTSIDE_WINDOW");
        }
        for alone in ["start_time", "end_time"] {
            let outside = json!({ "score": 80, alone: "2025-04-23T00:00:00Z" });
            refused(room.records(id, outside).await, 409, "OUTSIDE_WINDOW");
        }
        let slow = timed("2025-04-21T01:00:00Z", "2025-04-21T01:50:01Z");
        assert_eq!(refused(room.records(id, slow).await, 409, "OVER_TIME")["time_limit"], 50);
        refused_field(room.records(id, timed("2025-04-21T02:00:00Z", "2025-04-21T01:59:59Z")).await, "end_time");
        refused_field(room.records(id, timed("어제", "2025-04-21T01:59:59Z")).await, "start_time");
        assert!(room.results(id).await.is_empty());
        // The edges belong to it.
        room.records(id, timed("2025-04-20T15:00:00Z", "2025-04-20T15:50:00Z")).await.is(201);
        room.records(id, timed("2025-04-22T14:30:00Z", "2025-04-22T14:59:59.999Z")).await.is(201);
        // Without times nobody asks when it was.
        room.records(id, json!({ "score": 80 })).await.is(201);
        let open = room.assessment(json!({})).await;
        room.records(open, timed("2001-01-01T00:00:00Z", "2025-01-01T00:00:00Z")).await.is(201);
    });
}

#[test]
fn a_submitted_attempt_is_graded_later() {
    on_both(|school| async move {
        let room = Room::of(&school).await;
        let id = room.assessment(json!({})).await;
        let made = room.records(id, json!({ "feedback": "받았습니다" })).await.is(201)["result"].clone();
        for key in ["score", "pass_yn", "graded_at", "start_time", "end_time"] {
            assert_eq!(made[key], Value::Null, "{key}");
        }
        assert_eq!(room.grade().await["assessment_score"], 0.0);
        let path = format!("/api/v1/assessments/results/{}/grade", made["result_id"]);
        school.later(60);
        let graded = room.teacher.patch(&path, json!({ "score": 72.5, "pass_yn": "Y" })).await.ok()["result"].clone();
        let now = json!({ "score": 72.5, "pass_yn": "Y", "graded_at": graded["updated_at"],
            "updated_at": graded["updated_at"] });
        assert_eq!(graded, with(&made, now));
        assert_ne!(graded["updated_at"], made["updated_at"]);
        assert_eq!(room.grade().await["assessment_score"], 72.5);
        // Again, and worse: the last one counts. Feedback changes where it is named, and null clears it.
        let again = room.teacher.patch(&path, json!({ "score": 40, "feedback": "다시 보았습니다" })).await.ok();
        assert_eq!(
            (&again["result"]["pass_yn"], &again["result"]["feedback"]),
            (&json!("N"), &json!("다시 보았습니다"))
        );
        let cleared = room.teacher.patch(&path, json!({ "score": 40, "feedback": null })).await.ok();
        assert_eq!(cleared["result"]["feedback"], Value::Null);
        assert_eq!(room.grade().await["assessment_score"], 40.0);
        refused(
            room.teacher.patch("/api/v1/assessments/results/999999/grade", json!({ "score": 1 })).await,
            404,
            "NOT_FOUND",
        );
        assert_eq!(room.results(id).await, [cleared["result"].clone()]);
    });
}

#[test]
fn the_grade_weighs_the_first_attempts_that_pass_or_the_best_ones() {
    on_both(|school| async move {
        let room = Room::of(&school).await;
        assert_eq!(room.grade().await["assessment_score"], Value::Null);
        let heavy = room.assessment(json!({ "weight": 3, "total_score": 50, "pass_score": 30 })).await;
        // Nothing was tried yet: that counts as nothing, not as not there.
        assert_eq!(room.grade().await["assessment_score"], 0.0);
        let light = room.assessment(json!({ "weight": 1 })).await;
        // The first that passes counts, and those after it are practice.
        for score in [20, 25, 10, 45, 50, 30] {
            room.records(heavy, json!({ "score": score })).await.is(201);
            school.later(1);
        }
        let expect = async |score: f64| {
            let grade = room.grade().await;
            assert_eq!((&grade["assessment_score"], &grade["total_score"]), (&json!(score), &json!(score)));
        };
        // (3 · 45/50 + 1 · 0) / 4
        expect(67.5).await;
        let result = room.records(light, json!({ "score": 70 })).await.is(201)["result_id"].clone();
        expect(85.0).await;
        room.teacher.patch(&format!("/api/v1/assessments/results/{result}/grade"), json!({ "score": 90 })).await.ok();
        expect(90.0).await;
        let change = async |id: i64, changes: Value| {
            room.teacher.put(&format!("/api/v1/assessments/{id}"), changes).await.ok();
        };
        change(light, json!({ "total_score": 120 })).await;
        expect(86.25).await;
        change(light, json!({ "weight": 0 })).await;
        expect(90.0).await;
        change(light, json!({ "weight": 1, "total_score": 100 })).await;
        change(heavy, json!({ "is_active": false })).await;
        expect(90.0).await;
        change(heavy, json!({ "is_active": true })).await;
        // What another class is asked does not count here.
        room.assessment(json!({ "class_id": room.another_class().await })).await;
        expect(90.0).await;
        let third = room.assessment(json!({ "class_id": room.class, "weight": 4 })).await;
        expect(45.0).await;
        room.teacher.delete(&format!("/api/v1/assessments/{third}")).await.is(200);
        expect(90.0).await;
    });
}

#[test]
fn the_grade_is_right_after_scores_and_weights_that_come_at_once() {
    on_both(|school| async move {
        let room = Room::of(&school).await;
        let mut ids = Vec::new();
        for _ in 0..4 {
            ids.push(room.assessment(json!({})).await);
        }
        let here = &room;
        let given = move |id: i64, n: i64| here.records(id, json!({ "score": n * 10 + id }));
        let scores_given = ids.iter().flat_map(|id| (1..=6).map(move |n| given(*id, n)));
        let weights = ids.iter().flat_map(|id| {
            let teacher = &room.teacher;
            (1..=4).map(move |weight| async move {
                teacher.put(&format!("/api/v1/assessments/{id}"), json!({ "weight": weight * id })).await
            })
        });
        let (scored, weighed) = tokio::join!(join_all(scores_given), join_all(weights));
        for reply in scored.into_iter().chain(weighed) {
            reply.ok();
        }
        let (mut points, mut all) = (0.0, 0.0);
        for id in ids {
            let weight = shown(&room.teacher, id).await["weight"].as_f64().unwrap();
            points += weight * (60 + id) as f64;
            all += weight;
        }
        let expected = (points / all * 100.0).round() / 100.0;
        assert_eq!(room.grade().await["assessment_score"], expected);
    });
}

#[test]
fn a_deleted_assessment_is_hidden_and_stays_in_the_database() {
    on_both(|school| async move {
        let room = Room::of(&school).await;
        let (id, kept) = (room.assessment(json!({})).await, room.assessment(json!({})).await);
        let result = room.records(id, json!({ "score": 80 })).await.is(201)["result_id"].as_i64().unwrap();
        room.records(kept, json!({ "score": 40 })).await.is(201);
        let path = format!("/api/v1/assessments/{id}");
        let gone = room.teacher.delete(&path).await.is(200);
        assert_eq!((&gone["success"], &gone["assessment_id"]), (&json!(true), &json!(id)));
        for person in [&room.teacher, &room.student] {
            refused(person.get(&path).await, 404, "NOT_FOUND");
            refused(person.get(&format!("{path}/results/{result}")).await, 404, "NOT_FOUND");
            let of_mine = format!("/api/v1/assessments/results/enrollment/{}", room.enrollment);
            assert_eq!(scores(person.get(&of_mine).await.ok()["results"].as_array().unwrap()), [(1, 40.0)]);
            assert_eq!(room.names_for(person, room.class).await.len(), 1);
        }
        refused(room.teacher.delete(&path).await, 404, "NOT_FOUND");
        refused(room.teacher.put(&path, json!({ "pass_score": 1 })).await, 404, "NOT_FOUND");
        refused(room.records(id, json!({ "score": 80 })).await, 404, "NOT_FOUND");
        refused(room.teacher.get(&format!("{path}/results")).await, 404, "NOT_FOUND");
        let grade = format!("/api/v1/assessments/results/{result}/grade");
        refused(room.teacher.patch(&grade, json!({ "score": 1 })).await, 404, "NOT_FOUND");
        assert_eq!(room.grade().await["assessment_score"], 40.0);
        let sql =
            "select t.score, a.deleted_ms from attempts t join assessments a on a.id = t.assessment order by t.id";
        let rows: Vec<(f64, Option<i64>)> = school.app.db.all(sql, Vec::new()).await.unwrap();
        assert_eq!(
            rows.iter().map(|(score, gone)| (*score, gone.is_some())).collect::<Vec<_>>(),
            [(80.0, true), (40.0, false)]
        );
    });
}

#[test]
fn a_total_never_falls_below_a_score_that_was_given() {
    on_both(|school| async move {
        let room = Room::of(&school).await;
        let id = room.assessment(json!({ "pass_score": 10 })).await;
        let path = format!("/api/v1/assessments/{id}");
        room.records(id, json!({ "score": 70 })).await.is(201);
        let before = (shown(&room.teacher, id).await, room.grade().await);
        let refusal = refused(room.teacher.put(&path, json!({ "total_score": 69.5 })).await, 409, "INVALID_STATE");
        assert_eq!(refusal["status"], "GRADED");
        assert_eq!((shown(&room.teacher, id).await, room.grade().await), before);
        room.teacher.put(&path, json!({ "total_score": 70 })).await.ok();
        assert_eq!(room.grade().await["assessment_score"], 100.0);
        // Not even when both come at the same moment.
        for _ in 0..8 {
            let id = room.assessment(json!({ "pass_score": 10 })).await;
            let path = format!("/api/v1/assessments/{id}");
            let lowered = room.teacher.put(&path, json!({ "total_score": 50 }));
            let (lowered, given) = tokio::join!(lowered, room.records(id, json!({ "score": 90 })));
            assert!([(200, 400), (409, 201)].contains(&(lowered.status, given.status)), "{lowered:?} {given:?}");
        }
    });
}

#[test]
fn results_are_listed_in_their_order_page_by_page() {
    on_both(|school| async move {
        let room = Room::of(&school).await;
        let other = enrolls(&school.student("이학생").await, room.course, room.class).await;
        let (quiz, exam) =
            (room.assessment(json!({})).await, room.assessment(json!({ "assessment_type": "EXAM" })).await);
        for n in 0..5 {
            room.records(exam, json!({ "score": 90 - n })).await.is(201);
            room.records(
                quiz,
                json!({ "score": n, "enrollment_id": if n % 2 == 0 { room.enrollment } else { other } }),
            )
            .await
            .is(201);
        }
        let page = async |n: i64| {
            let page = room.teacher.get(&format!("/api/v1/assessments/{quiz}/results?page={n}&size=2")).await.ok();
            assert_eq!(page["paging"], json!({ "page": n, "size": 2, "total_count": 5, "total_pages": 3 }));
            scores(page["results"].as_array().unwrap())
        };
        let pages = [page(1).await, page(2).await, page(3).await, page(4).await];
        assert_eq!(pages.concat(), [(1, 0.0), (1, 1.0), (2, 2.0), (2, 3.0), (3, 4.0)]);
        let mine = format!("/api/v1/assessments/results/enrollment/{}", room.enrollment);
        let mine = room.student.get(&mine).await.ok()["results"].as_array().unwrap().clone();
        let kinds: Vec<&Value> = mine.iter().map(|r| &r["assessment_type"]).collect();
        assert_eq!(kinds, ["MIDTERM", "MIDTERM", "MIDTERM", "EXAM", "EXAM", "EXAM", "EXAM", "EXAM"]);
        assert_eq!(scores(&mine[3..]), [(1, 90.0), (2, 89.0), (3, 88.0), (4, 87.0), (5, 86.0)]);
        let wrong = room.teacher.get(&format!("/api/v1/assessments/{quiz}/results?size=101")).await;
        refused_field(wrong, "size");
    });
}
