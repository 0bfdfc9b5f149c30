//! One learner from a path to a certificate, while a live session of the same course marks a part of it.

use serde_json::{Value, json};

use crate::harness::learning::at;
use crate::harness::on_both;
use crate::harness::people::{Lecture, Person};
use crate::learning_courses::{drafts, enrolled, publishes};
use crate::learning_progress::{certifications, completes_module, progress, views};

/// A course with a module of a document and a step, and one with an exam; its id, and the ids of the two modules.
async fn course(teacher: &Person) -> (String, [String; 2]) {
    let course = drafts(teacher, json!({ "tags": ["스마트폰"], "level": "beginner", "estimatedDuration": 60 })).await;
    let path = at(&format!("/courses/{course}/modules"));
    let document = json!({ "title": "안내서", "type": "document", "url": "https://example.com/1.pdf" });
    let modules = [
        json!({ "title": "메시지 보내기", "materials": [document] }),
        json!({ "title": "시험", "completionCriteria": { "type": "pass_assessment" } }),
    ];
    let mut ids = Vec::new();
    for module in modules {
        ids.push(teacher.post(&path, module).await.is(201)["id"].as_str().unwrap().to_owned());
    }
    let question = json!({ "type": "short_text", "question": "메시지를 보내는 앱은?", "correctAnswer": "카카오톡", "points": 10,
        "skill": "스마트폰" });
    let exam = json!({ "title": "최종 시험", "type": "exam", "moduleId": ids[1], "passingScore": 70, "maxScore": 100,
        "questions": [question] });
    teacher.post(&at(&format!("/courses/{course}/assessments")), exam).await.is(201);
    (course, [ids[0].clone(), ids[1].clone()])
}

async fn passes(student: &Person, exam: &str) -> Value {
    let sitting = student.post(&at(&format!("/assessments/{exam}/start")), json!({})).await.ok();
    let question = sitting["questions"][0]["id"].as_str().unwrap();
    let sheet = json!({ "sessionId": sitting["sessionId"], "answers": { question: { "answer": "카카오톡" } } });
    student.post(&at(&format!("/assessments/{exam}/submit")), sheet).await.ok()
}

#[test]
fn a_learner_goes_from_a_path_to_a_certificate_while_a_live_session_marks_materials() {
    on_both(|school| async move {
        let (teacher, student) = (school.teacher().await, school.student("김순자").await);
        let (course, [module, exam_module]) = course(&teacher).await;
        // The instructor adds a step for the classroom to the first module: it is a material of the course.
        let task: i64 = module.parse().unwrap();
        let step = teacher.adds_step(task, "친구 선택하기").await;
        publishes(&teacher, &course).await.ok();

        let path = json!({ "title": "스마트폰 배우기", "targetSkills": ["스마트폰"], "targetLevel": "beginner" });
        let path = student.post(&at("/paths"), path).await.is(201);
        let path = at(&format!("/paths/{}", path["id"].as_str().unwrap()));
        let next = student.get(&format!("{path}/next-course")).await.ok();
        assert_eq!(next["nextCourse"]["courseId"], json!(course));
        let id = enrolled(&student, next["nextCourse"]["courseId"].as_str().unwrap()).await;
        student.post(&at(&format!("/progress/{id}/start")), json!({})).await.ok();
        let shown = student.get(&at(&format!("/courses/{course}?includeAssessments=true"))).await.ok();
        let materials = shown["modules"][0]["materials"].as_array().unwrap();
        assert_eq!(materials.len(), 2);
        let document = materials.iter().find(|one| one["type"] == "document").unwrap();
        let exam = shown["assessments"][0]["id"].as_str().unwrap().to_owned();
        let viewed = json!({ "completed": true, "timeSpent": 10 });
        views(&student, &id, document["id"].as_str().unwrap().parse().unwrap(), viewed).await.ok();
        let missing = completes_module(&student, &id, task, json!({})).await.refused(409, "LEARNING_005");
        assert_eq!(missing["missingMaterials"][0]["id"], step.to_string());

        // The step is done in the classroom.
        let lecture = Lecture { id: course.parse().unwrap(), task, steps: vec![step] };
        let session = teacher.opens_session(&lecture).await;
        student.joins(&session).await;
        teacher.starts(&session, step).await;
        student.finishes(step).await;
        let half = progress(&student, &id).await;
        let rate = json!({ "completedCount": 1, "totalCount": 2, "percentage": 50.0 });
        assert_eq!((&half["status"], &half["progressRate"]), (&json!("in_progress"), &rate));
        let done = completes_module(&student, &id, task, json!({ "timeSpent": 5 })).await.ok();
        assert_eq!(done["timeSpent"]["minutes"], 15);
        assert_eq!(certifications(&student).await, [Value::Null; 0]);
        assert_eq!(student.get(&path).await.ok()["recommendedCourses"][0]["status"], "in_progress");

        let outcome = passes(&student, &exam).await;
        assert_eq!((&outcome["passed"], &outcome["progressId"]), (&json!(true), &json!(id)));
        teacher.presses(&session, "end").await.ok();

        let mine = is_shown_as_learnt(&student, (&course, &id), [&module, &exam_module], &path).await;
        is_shown_by_the_portal(&student, &id, &mine["certificateNumber"]).await;
        // The live surface shows the same step.
        let live = student.get(&format!("/api/progress/users/{}/lectures/{course}", student.id)).await.ok();
        let line = &live["progress"][0];
        assert_eq!((&line["subtask_id"], &line["status"]), (&json!(step), &json!("COMPLETED")));
        assert_eq!(live["progress"].as_array().unwrap().len(), 1, "a document is no step");

        // Anyone can check the one certificate, on the learning surface and where all certificates are checked.
        let certificate = student.get(&at(&format!("/certifications/{}", mine["id"].as_str().unwrap()))).await.ok();
        let texts = ["certificateNumber", "verificationCode"].map(|key| certificate[key].as_str().unwrap());
        let [number, code] = texts;
        let verify = at(&format!("/certifications/verify/{number}?verificationCode={code}"));
        let checked = school.nobody().get(&verify).await.ok();
        assert_eq!((&checked["valid"], &checked["userName"]), (&json!(true), &json!("김순자")));
        let public = school.nobody().get(&format!("/certificates.json?number={number}&code={code}")).await.ok();
        assert!(public.to_string().contains("김순자"), "{public}");
    });
}

/// The learning surface shows the course, the path and the summary as completed. Returns the only certificate.
async fn is_shown_as_learnt(student: &Person, (course, id): (&str, &str), modules: [&str; 2], path: &str) -> Value {
    let learnt = progress(student, id).await;
    assert_eq!((&learnt["status"], &learnt["totalScore"]), (&json!("completed"), &json!(100.0)));
    let completed: Vec<&Value> =
        learnt["moduleCompletions"].as_array().unwrap().iter().map(|one| &one["moduleId"]).collect();
    assert_eq!(completed, modules);
    let mine = certifications(student).await;
    assert_eq!((mine.len(), &mine[0]["id"], &mine[0]["score"]), (1, &learnt["certificateId"], &json!(100.0)));
    let walked = student.get(path).await.ok();
    assert_eq!((&walked["progressPercentage"], &walked["completedCourses"]), (&json!(100.0), &json!([course])));
    assert_eq!(walked["targetSkills"][0]["currentLevel"], "beginner");
    assert_eq!(student.get(&format!("{path}/next-course")).await.ok()["nextCourse"], Value::Null);
    let summary = student.get(&at("/progress/summary")).await.ok();
    let counts = ["totalCourses", "completedCourses", "certificationsEarned"].map(|key| summary[key].clone());
    assert_eq!(counts, [json!(1), json!(1), json!(1)]);
    mine[0].clone()
}

/// The portal shows the enrollment with its grade, the mark of the session, and the completion with this certificate.
async fn is_shown_by_the_portal(student: &Person, id: &str, certificate: &Value) {
    let enrolled = student.get(&format!("/api/v1/enrollments/{id}")).await.ok()["enrollment"].clone();
    let grade =
        json!({ "attendance_score": 100.0, "progress_score": 100.0, "assessment_score": 100.0, "total_score": 100.0 });
    assert_eq!((&enrolled["status"], &enrolled["grade"]), (&json!("COMPLETED"), &grade));
    let marks = student.get(&format!("/api/v1/attendance/enrollment/{id}")).await.ok();
    assert_eq!(marks["attendances"][0]["attendance_type"], "PRESENT");
    let completion = student.get(&format!("/api/v1/completions/enrollment/{id}")).await.ok()["completion"].clone();
    assert_eq!((&completion["completion_status"], &completion["certificate_no"]), (&json!("COMPLETED"), certificate));
}
