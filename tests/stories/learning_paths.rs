//! Learning paths: which courses they take, in which order, and what changes them.

use futures_util::future::join_all;
use gyosil::error::Error;
use gyosil::school::courses::CourseLevel;
use gyosil::school::paths::{self, NewPath};
use gyosil::school::rights::{Caller, Role};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::learning::at;
use crate::harness::people::Person;
use crate::harness::rows::{CourseRow, USUAL};
use crate::harness::{School, on_both};

async fn asks(person: &Person, method: Method, path: &str, body: Option<Value>) -> crate::harness::people::Reply {
    person.asks(method, &at(path), body, &[("accept-language", "en")]).await
}

async fn creates(person: &Person, skills: &[&str], level: &str) -> Value {
    let body = json!({ "title": "나의 길", "targetSkills": skills, "targetLevel": level });
    asks(person, Method::POST, "/paths", Some(body)).await.is(201)
}

async fn reads(person: &Person, path: &Value, rest: &str) -> Value {
    asks(person, Method::GET, &format!("/paths/{}{rest}", path["id"].as_str().unwrap()), None).await.is(200)
}

async fn adjusts(person: &Person, path: &Value, course: i64, score: f64) -> crate::harness::people::Reply {
    let body = json!({ "completedCourseId": course.to_string(), "performanceScore": score });
    asks(person, Method::POST, &format!("/paths/{}/adjust", path["id"].as_str().unwrap()), Some(body)).await
}

/// The courses of a path: title, priority and reason of each.
fn courses(path: &Value) -> Vec<(&str, i64, &str)> {
    let courses = path["recommendedCourses"].as_array().unwrap();
    let orders: Vec<i64> = courses.iter().map(|course| course["order"].as_i64().unwrap()).collect();
    assert_eq!(orders, (1..=courses.len() as i64).collect::<Vec<_>>());
    let text = |course: &Value, key: &str| -> String { course[key].as_str().unwrap().to_owned() };
    let of = |course| (text(course, "courseTitle"), course["priority"].as_i64().unwrap(), text(course, "reason"));
    courses.iter().map(of).map(|(title, priority, reason)| (&*title.leak(), priority, &*reason.leak())).collect()
}

fn titles(path: &Value) -> Vec<&str> {
    courses(path).into_iter().map(|(title, ..)| title).collect()
}

fn course<'a>(title: &'a str, level: &'a str, tags: &'a [&'a str]) -> CourseRow<'a> {
    CourseRow { title, level: Some(level), tags, ..USUAL }
}

/// Four courses of TypeScript, one for each level.
async fn four_levels(school: &School, teacher: &Person) -> [i64; 4] {
    let mut ids = [0; 4];
    for (id, (title, level)) in
        ids.iter_mut().zip([("one", "BEGINNER"), ("two", "INTERMEDIATE"), ("three", "ADVANCED"), ("four", "EXPERT")])
    {
        *id = school.insert_course(teacher.id, course(title, level, &["TypeScript"])).await;
    }
    ids
}

#[test]
fn a_path_rises_to_the_target_level_with_prerequisites_first() {
    on_both(|school| async move {
        let (teacher, kim) = (school.teacher().await, school.student("김학생").await);
        let insert = |course| school.insert_course(teacher.id, course);
        let html = insert(course("html", "EXPERT", &["HTML"])).await;
        let js = insert(CourseRow { needs: Some(html), ..course("js", "BEGINNER", &["JavaScript"]) }).await;
        insert(CourseRow { needs: Some(js), ..course("two", "INTERMEDIATE", &["TypeScript"]) }).await;
        insert(course("one", "BEGINNER", &["TypeScript"])).await;
        insert(course("three", "ADVANCED", &["TypeScript"])).await;
        let path = creates(&kim, &["typescript"], "intermediate").await;
        let expected = [
            ("one", 95, "Skill gap: TypeScript"),
            ("html", 90, "Prerequisite of two"),
            ("js", 85, "Prerequisite of two"),
            ("two", 80, "Next in learning path"),
        ];
        assert_eq!(courses(&path), expected);
        assert_eq!(path["estimatedDuration"]["minutes"], 240);
    });
}

#[test]
fn of_two_courses_a_path_takes_the_one_that_teaches_more_and_then_the_popular_one() {
    on_both(|school| async move {
        let (teacher, kim) = (school.teacher().await, school.student("김학생").await);
        let others = school.students(3).await;
        let popular = school.insert_course(teacher.id, course("popular", "BEGINNER", &["Go"])).await;
        school.insert_course(teacher.id, course("new", "BEGINNER", &["Go"])).await;
        school.insert_course(teacher.id, course("both", "INTERMEDIATE", &["Go", "SQL"])).await;
        let one = school.insert_course(teacher.id, course("only Go", "INTERMEDIATE", &["Go"])).await;
        for other in &others {
            school.set_enrollment(other.id, popular, "COMPLETED").await;
            school.set_enrollment(other.id, one, "APPROVED").await;
        }
        let path = creates(&kim, &["Go", "SQL"], "intermediate").await;
        assert_eq!(titles(&path), ["popular", "both"]);
        school.set_enrollment(kim.id, one, "APPROVED").await;
        let path = creates(&kim, &["Go"], "intermediate").await;
        assert_eq!(titles(&path), ["popular", "only Go"], "what one is in already comes first");
    });
}

#[test]
fn a_path_takes_no_draft_and_neither_takes_nor_asks_for_an_archived_course() {
    on_both(|school| async move {
        let (teacher, kim) = (school.teacher().await, school.student("김학생").await);
        let insert = |course| school.insert_course(teacher.id, course);
        insert(CourseRow { status: "DRAFT", ..course("draft", "BEGINNER", &["Go"]) }).await;
        let old = insert(CourseRow { status: "ARCHIVED", ..course("old", "BEGINNER", &["Go"]) }).await;
        let step = insert(CourseRow { needs: Some(old), ..course("step", "BEGINNER", &["C"]) }).await;
        insert(CourseRow { needs: Some(step), ..course("needs old", "BEGINNER", &["Go"]) }).await;
        assert_eq!(titles(&creates(&kim, &["Go"], "expert").await), ["step", "needs old"]);
        school.set_enrollment(kim.id, old, "COMPLETED").await;
        assert_eq!(titles(&creates(&kim, &["C"], "expert").await), ["step"]);
        let lee = school.student("이학생").await;
        school.set_enrollment(lee.id, step, "COMPLETED").await;
        assert_eq!(titles(&creates(&lee, &["Go"], "expert").await), ["needs old"]);
    });
}

#[test]
fn a_wanted_skill_is_an_id_or_a_name_and_is_kept_without_a_course() {
    on_both(|school| async move {
        let (teacher, kim) = (school.teacher().await, school.student("김학생").await);
        school.insert_course(teacher.id, course("one", "BEGINNER", &["TypeScript"])).await;
        let first = creates(&kim, &["ＴＹＰＥ script", "바둑", "987654321", "typescript"], "beginner").await;
        let names = |path: &Value| -> Vec<String> {
            let skills = path["targetSkills"].as_array().unwrap().iter();
            skills.map(|skill| skill["name"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(names(&first), ["TypeScript", "바둑", "987654321"]);
        assert_eq!(titles(&first), ["one"]);
        let id = first["targetSkills"][0]["id"].as_str().unwrap();
        assert_eq!(names(&creates(&kim, &[id], "beginner").await), ["TypeScript"]);
        for skills in [json!([]), json!(vec!["Go"; 21]), json!([" "]), json!("Go"), json!([1])] {
            let body = json!({ "title": "길", "targetSkills": skills, "targetLevel": "beginner" });
            let refused = asks(&kim, Method::POST, "/paths", Some(body)).await.refused(400, "LEARNING_008");
            assert!(refused["field"].as_str().unwrap().starts_with("targetSkills"), "{refused}");
        }
    });
}

#[test]
fn the_current_level_is_that_of_the_highest_completed_course() {
    on_both(|school| async move {
        let (teacher, kim) = (school.teacher().await, school.student("김학생").await);
        let [one, two, three, _] = four_levels(&school, &teacher).await;
        let level = |path: &Value| path["targetSkills"][0]["currentLevel"].as_str().unwrap().to_owned();
        let path = creates(&kim, &["TypeScript"], "advanced").await;
        assert_eq!((level(&path).as_str(), titles(&path)), ("beginner", vec!["one", "two", "three"]));
        school.set_enrollment(kim.id, two, "COMPLETED").await;
        let later = creates(&kim, &["TypeScript"], "advanced").await;
        assert_eq!((level(&later).as_str(), titles(&later)), ("intermediate", vec!["three"]));
        let path = reads(&kim, &path, "").await;
        assert_eq!((level(&path).as_str(), &path["progressPercentage"]), ("intermediate", &json!(33.3)));
        assert_eq!(path["completedCourses"], json!([two.to_string()]));
        for course in [one, three] {
            school.set_enrollment(kim.id, course, "COMPLETED").await;
        }
        let path = reads(&kim, &path, "").await;
        assert_eq!((&path["progressPercentage"], path["completedAt"].is_string()), (&json!(100.0), true));
        let done = creates(&kim, &["TypeScript"], "beginner").await;
        assert_eq!((titles(&done), &done["progressPercentage"]), (vec![], &json!(100.0)), "there is no gap");
    });
}

#[test]
fn the_next_course_is_one_that_can_be_begun() {
    on_both(|school| async move {
        let (teacher, kim) = (school.teacher().await, school.student("김학생").await);
        let insert = |course| school.insert_course(teacher.id, course);
        let one = insert(course("one", "BEGINNER", &["Go"])).await;
        let two = insert(CourseRow { needs: Some(one), ..course("two", "INTERMEDIATE", &["Go"]) }).await;
        let three = insert(course("three", "ADVANCED", &["Go"])).await;
        let path = creates(&kim, &["Go"], "advanced").await;
        let next = async || reads(&kim, &path, "/next-course").await["nextCourse"]["courseTitle"].clone();
        assert_eq!(next().await, "one");
        school.set_enrollment(kim.id, one, "APPROVED").await;
        assert_eq!(next().await, "three", "one is in the first, and the second needs it");
        school.set_enrollment(kim.id, three, "APPROVED").await;
        let none = reads(&kim, &path, "/next-course").await;
        assert_eq!(none["nextCourse"], Value::Null);
        school.set_enrollment(kim.id, one, "COMPLETED").await;
        assert_eq!(next().await, "two");
        school.set_status(two, "ARCHIVED").await;
        assert_eq!(next().await, Value::Null);
        let path = reads(&kim, &path, "").await;
        assert_eq!(titles(&path), ["one", "three"], "what is archived and not begun is not shown");
        assert_eq!(path["recommendedCourses"][1]["status"], "in_progress");
    });
}

#[test]
fn a_strong_score_raises_what_follows_and_adds_a_level() {
    on_both(|school| async move {
        let (teacher, kim) = (school.teacher().await, school.student("김학생").await);
        let [one, two, three, _] = four_levels(&school, &teacher).await;
        school.insert_course(teacher.id, course("go", "BEGINNER", &["Go"])).await;
        let path = creates(&kim, &["TypeScript", "Go"], "intermediate").await;
        assert_eq!(titles(&path), ["one", "go", "two"]);
        let refused = adjusts(&kim, &path, one, 90.0).await;
        assert_eq!(refused.is(409)["error"]["message"], "You have not completed this course yet");
        adjusts(&kim, &path, 987_654_321, 90.0).await.refused(404, "LEARNING_001");
        school.set_enrollment(kim.id, one, "COMPLETED").await;
        let adjusted = adjusts(&kim, &path, one, 90.0).await.is(200);
        let high = "Recommended based on high performance in TypeScript";
        let changes = json!([
            { "type": "course_added", "courseId": three.to_string(), "reason": high, "newPriority": 80 },
            { "type": "priority_updated", "courseId": two.to_string(), "oldPriority": 85, "newPriority": 90 },
        ]);
        assert_eq!((&adjusted["adjusted"], &adjusted["changes"]), (&json!(true), &changes));
        assert_eq!(adjusted["progressPercentage"], 25.0);
        assert_eq!(
            adjusts(&kim, &path, one, 99.0).await.is(200),
            adjusted,
            "it is answered alike, and nothing doubles"
        );
        assert_eq!(adjusts(&kim, &path, one, 80.0).await.is(200)["adjusted"], false);
        let path = reads(&kim, &path, "").await;
        let priorities: Vec<_> = courses(&path).into_iter().map(|c| (c.0, c.1)).collect();
        assert_eq!(priorities, [("one", 95), ("go", 90), ("two", 90), ("three", 80)]);
    });
}

#[test]
fn a_weak_score_adds_repetition_which_a_strong_one_takes_away() {
    on_both(|school| async move {
        let (teacher, kim) = (school.teacher().await, school.student("김학생").await);
        let [one, two, ..] = four_levels(&school, &teacher).await;
        let again = school.insert_course(teacher.id, course("again", "BEGINNER", &["TypeScript"])).await;
        school.set_enrollment(kim.id, one, "APPROVED").await;
        let path = creates(&kim, &["TypeScript"], "intermediate").await;
        assert_eq!(titles(&path), ["one", "two"]);
        school.set_enrollment(kim.id, one, "COMPLETED").await;
        let weak = adjusts(&kim, &path, one, 40.0).await.is(200);
        let low = "Repetition after a low score in TypeScript";
        let changes = json!([
            { "type": "course_added", "courseId": again.to_string(), "reason": low, "newPriority": 95 },
            { "type": "priority_updated", "courseId": two.to_string(), "oldPriority": 90, "newPriority": 85 },
        ]);
        assert_eq!(weak["changes"], changes);
        assert_eq!(reads(&kim, &path, "/next-course").await["nextCourse"]["courseTitle"], "again");
        let strong = adjusts(&kim, &path, one, 100.0).await.is(200);
        let kinds: Vec<&str> =
            strong["changes"].as_array().unwrap().iter().map(|c| c["type"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["course_added", "course_removed", "priority_updated"]);
        assert_eq!(strong["changes"][1]["courseId"], again.to_string());
        assert_eq!(titles(&reads(&kim, &path, "").await), ["one", "two", "three"]);
    });
}

#[test]
fn twenty_adjustments_at_once_change_a_path_once() {
    on_both(|school| async move {
        let (teacher, kim) = (school.teacher().await, school.student("김학생").await);
        let [one, ..] = four_levels(&school, &teacher).await;
        let path = creates(&kim, &["TypeScript"], "intermediate").await;
        school.set_enrollment(kim.id, one, "COMPLETED").await;
        let many = (0..20).map(|n| {
            let (kim, path) = (kim.clone(), path.clone());
            tokio::spawn(async move { adjusts(&kim, &path, one, 85.0 + f64::from(n) / 2.0).await.is(200) })
        });
        let mut answers = Vec::new();
        for one in many.collect::<Vec<_>>() {
            answers.push(one.await.unwrap());
        }
        answers.dedup();
        assert_eq!(answers.len(), 1, "{answers:?}");
        let priorities: Vec<_> = courses(&reads(&kim, &path, "").await).into_iter().map(|c| c.1).collect();
        assert_eq!(priorities, [95, 95, 85]);
    });
}

#[test]
fn a_path_is_private() {
    on_both(|school| async move {
        let (kim, lee) = (school.student("김학생").await, school.student("이학생").await);
        let (teacher, admin) = (school.teacher().await, school.admin().await);
        let path = creates(&kim, &["Go"], "beginner").await;
        let of = |rest: &str| format!("/paths/{}{rest}", path["id"].as_str().unwrap());
        let score = json!({ "completedCourseId": "1", "performanceScore": 90 });
        for stranger in [&lee, &teacher] {
            for rest in ["", "/next-course", "/estimate"] {
                asks(stranger, Method::GET, &of(rest), None).await.refused(404, "LEARNING_001");
            }
            asks(stranger, Method::POST, &of("/adjust"), Some(score.clone())).await.refused(404, "LEARNING_001");
        }
        assert_eq!(asks(&admin, Method::GET, &of(""), None).await.is(200)["userId"], kim.id.to_string());
        asks(&admin, Method::POST, &of("/adjust"), Some(score)).await.refused(403, "LEARNING_009");
        let mine = asks(&lee, Method::GET, "/my-paths", None).await.is(200);
        assert_eq!(mine["paths"], json!([]));
        let mine = asks(&kim, Method::GET, "/my-paths", None).await.is(200);
        assert_eq!(mine["paths"][0]["id"], path["id"]);
    });
}

#[test]
fn an_estimate_uses_the_learners_own_pace_from_seven_days_of_study_on() {
    on_both(|school| async move {
        let (teacher, kim) = (school.teacher().await, school.student("김학생").await);
        let one =
            school.insert_course(teacher.id, CourseRow { minutes: 600, ..course("one", "BEGINNER", &["Go"]) }).await;
        let path = creates(&kim, &["Go"], "beginner").await;
        let assumed = json!({ "hoursPerWeek": 5.0, "weeklyConsistency": 0.8, "isMeasured": false });
        let estimate = reads(&kim, &path, "/estimate").await;
        assert_eq!((&estimate["assumptions"], &estimate["remainingEstimatedTime"]["minutes"]), (&assumed, &json!(600)));
        let enrollment = school.set_enrollment(kim.id, one, "APPROVED").await;
        let mut days = school.app.clock.last_days(7);
        let last = days.pop().unwrap();
        let studies = async |day: &str| {
            let mut tx = school.app.db.begin().await.unwrap();
            let sql = "insert into study_days (enrollment, course, day, seconds)
                select e.id, k.course, $2, 7200 from enrollments e join classes k on k.id = e.class where e.id = $1";
            tx.run(sql, vec![enrollment.into(), day.into()]).await.unwrap();
            tx.run("update enrollments set progress_score = 50 where id = $1", vec![enrollment.into()]).await.unwrap();
            school.app.commit(tx, Vec::new()).await.unwrap();
        };
        for day in &days {
            studies(&day.date).await;
        }
        assert_eq!(reads(&kim, &path, "/estimate").await["assumptions"], assumed);
        studies(&last.date).await;
        let estimate = reads(&kim, &path, "/estimate").await;
        let measured = json!({ "hoursPerWeek": 14.0, "weeklyConsistency": 1.0, "isMeasured": true });
        assert_eq!(estimate["assumptions"], measured);
        assert_eq!(estimate["totalEstimatedTime"]["minutes"], 600);
        assert_eq!(estimate["remainingEstimatedTime"]["minutes"], 300, "half of it is done");
        let ends = estimate["projectedCompletionDate"].as_str().unwrap();
        assert!(ends.ends_with("T00:00:00.000Z"), "{ends}");
        school.set_enrollment(kim.id, one, "COMPLETED").await;
        assert_eq!(reads(&kim, &path, "/estimate").await["projectedCompletionDate"], Value::Null);
    });
}

#[test]
fn reasons_are_told_in_the_language_of_the_learner() {
    on_both(|school| async move {
        let (teacher, kim) = (school.teacher().await, school.student("김학생").await);
        school.insert_course(teacher.id, course("one", "BEGINNER", &["Go"])).await;
        let path = creates(&kim, &["Go"], "beginner").await;
        let address = at(&format!("/paths/{}", path["id"].as_str().unwrap()));
        for (language, reason) in [
            ("ko", "부족한 기술: Go"),
            ("ja", "スキルギャップ: Go"),
            ("fr", "スキルギャップ: Go"),
            ("en", "Skill gap: Go"),
        ] {
            let shown = kim.asks(Method::GET, &address, None, &[("accept-language", language)]).await.is(200);
            assert_eq!(shown["recommendedCourses"][0]["reason"], reason);
        }
    });
}

fn names(path: &Value) -> Vec<&str> {
    path["targetSkills"].as_array().unwrap().iter().map(|skill| skill["name"].as_str().unwrap()).collect()
}

#[test]
fn what_someone_else_typed_is_not_read_by_its_id() {
    on_both(|school| async move {
        let (teacher, kim) = (school.teacher().await, school.student("김학생").await);
        let lee = school.student("이학생").await;
        let draft =
            school.insert_course(teacher.id, CourseRow { status: "DRAFT", ..course("one", "BEGINNER", &["Go"]) }).await;
        let secret = creates(&kim, &["비밀 기술"], "beginner").await;
        let ids = ["1", "2"];
        assert_eq!(names(&creates(&lee, &ids, "beginner").await), ids, "ids that nobody told them are names");
        let own = secret["targetSkills"][0]["id"].as_str().unwrap();
        assert_eq!(names(&creates(&kim, &[own], "beginner").await), ["비밀 기술"]);
        // A tag that everyone sees has its id for everyone.
        school.set_status(draft, "PUBLISHED").await;
        let go = creates(&kim, &["go"], "beginner").await;
        let go = go["targetSkills"][0]["id"].as_str().unwrap();
        assert_eq!(names(&creates(&lee, &[go], "beginner").await), ["Go"]);
    });
}

#[test]
fn staff_decide_how_a_skill_is_spelt_and_learners_do_not() {
    on_both(|school| async move {
        let (teacher, kim) = (school.teacher().await, school.student("김학생").await);
        let path = creates(&kim, &["tYPE sCRIPT", "바 둑"], "beginner").await;
        assert_eq!(names(&path), ["tYPE sCRIPT", "바 둑"]);
        let one = school.insert_course(teacher.id, course("one", "BEGINNER", &["TypeScript"])).await;
        let two = school.insert_course(teacher.id, course("two", "BEGINNER", &["TYPESCRIPT"])).await;
        creates(&kim, &["typescript"], "beginner").await;
        for id in [one, two] {
            let shown = asks(&kim, Method::GET, &format!("/courses/{id}"), None).await.is(200);
            assert_eq!(shown["tags"], json!(["TypeScript"]), "as staff wrote it first");
        }
        assert_eq!(names(&reads(&kim, &path, "").await), ["TypeScript", "바 둑"]);
    });
}

#[test]
fn a_person_has_a_hundred_paths_however_many_are_made_at_once() {
    on_both(|school| async move {
        let kim = school.student("김학생").await;
        let mut tx = school.app.db.begin().await.unwrap();
        for _ in 0..95 {
            let sql = "insert into paths (created_ms, updated_ms, person, title, target_level) values (1, 1, $1, '', 'EXPERT')";
            tx.run(sql, vec![kim.id.into()]).await.unwrap();
        }
        school.app.commit(tx, Vec::new()).await.unwrap();
        let body = |skill: &str| json!({ "title": "길", "targetSkills": [skill], "targetLevel": "expert" });
        let many = (0..20).map(|_| asks(&kim, Method::POST, "/paths", Some(body("Go"))));
        let replies = join_all(many).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 5);
        for reply in replies.into_iter().filter(|reply| reply.status != 201) {
            reply.refused(409, "LEARNING_011");
        }
        // It is refused before anything is planned, or even looked at.
        let caller = Caller { id: kim.id, role: Role::Student, login: 0, expires_ms: i64::MAX };
        let blank = NewPath { title: "길".into(), skills: vec![" ".into()], target: CourseLevel::Expert };
        let refused = paths::create(&school.app, &caller, blank).await.map(|path| path.id);
        assert!(matches!(refused, Err(Error::TooManyPaths { .. })), "{refused:?}");
    });
}
