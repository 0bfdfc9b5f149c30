//! The seed's usage examples, unmodified, under Node, against a real server.

use serde_json::{Value, json};

use super::seed;
use crate::harness::learning::at;
use crate::harness::people::Person;
use crate::harness::{School, on_both};
use crate::node;

/// Stands before each program: paths lead to our server, and a refusal ends the program. `afterEnrolling` is done by the
/// learner when an enrollment has been answered.
const BEFORE: &str = r#"
const ask = globalThis.fetch;
let afterEnrolling = async () => {};
globalThis.fetch = async (path, options = {}) => {
  const answer = await ask(base + path, options);
  if (!answer.ok) throw new Error(`${options.method ?? "GET"} ${path}: ${answer.status} ${await answer.text()}`);
  if (path.endsWith("/enroll")) await afterEnrolling((await answer.clone().json()).progressId);
  return answer;
};
"#;

/// Runs the program with this number, from 1. `names` are what the seed takes for granted.
async fn runs(number: usize, person: &Person, names: &[(&str, Value)], between: &str) -> node::Console {
    let names: Vec<String> = names.iter().map(|(name, value)| format!("const {name} = {value};\n")).collect();
    let program = seed::read().programs.swap_remove(number - 1);
    node::runs(&format!("const base = {};\n{}{BEFORE}{between}{program}", json!(person.base()), names.concat())).await
}

fn id(answer: &Value) -> String {
    answer["id"].as_str().unwrap_or_else(|| panic!("no id: {answer}")).to_owned()
}

/// A course of a teacher, ready to be published.
struct Course {
    id: String,
    module: String,
    materials: Vec<String>,
}

async fn makes_course(teacher: &Person, title: &str, tag: &str, materials: usize) -> Course {
    let course = json!({ "title": title, "description": "…", "level": "intermediate", "category": "frontend",
        "estimatedDuration": 600, "tags": [tag] });
    let course = id(&teacher.post(&at("/courses"), course).await.is(201));
    let material = |n: usize| {
        json!({ "title": format!("教材{n}"), "type": "document", "order": n, "isRequired": true,
        "url": "https://docs.example.com/a.pdf" })
    };
    let module = json!({ "title": "入門", "description": "…", "order": 1, "estimatedDuration": 60,
        "materials": (1..=materials).map(material).collect::<Vec<_>>() });
    let module = teacher.post(&at(&format!("/courses/{course}/modules")), module).await.is(201);
    let materials = module["materials"].as_array().unwrap().iter().map(id).collect();
    Course { id: course, module: id(&module), materials }
}

async fn publishes(teacher: &Person, course: &Course) {
    teacher.post(&at(&format!("/courses/{}/publish", course.id)), json!({})).await.is(200);
}

#[test]
fn the_program_of_an_instructor_publishes_a_course() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let token = json!(teacher.token);
        let console = runs(1, &teacher, &[("instructorToken", token)], "").await;
        assert!(console.errors.is_empty(), "{console:?}");
        let list = teacher.get(&at("/courses?status=published")).await.is(200);
        assert_eq!(list["items"][0]["title"], "React Hooks完全ガイド");
    });
}

#[test]
fn the_program_of_a_learner_ends_with_a_certificate() {
    on_both(|school| async move {
        let (teacher, learner) = (school.teacher().await, school.student("鈴木一郎").await);
        let course = makes_course(&teacher, "React Hooks完全ガイド", "react", 3).await;
        let question = json!({ "type": "multiple_choice", "question": "正しいものはどれですか？", "points": 100,
            "options": [{ "text": "はい" }, { "text": "いいえ" }], "correctAnswer": "opt-001" });
        let exam = json!({ "title": "最終試験", "type": "exam", "passingScore": 70, "maxScore": 100, "timeLimit": 60,
            "attemptsAllowed": 3, "isRequired": true, "questions": [question] });
        let exam = id(&teacher.post(&at(&format!("/courses/{}/assessments", course.id)), exam).await.is(201));
        publishes(&teacher, &course).await;
        let names = [
            ("learnerToken", json!(learner.token)),
            ("courseId", json!(course.id)),
            ("moduleId", json!(course.module)),
            ("materialId", json!(course.materials[0])),
            ("materialId1", json!(course.materials[1])),
            ("materialId2", json!(course.materials[2])),
            ("assessmentId", json!(exam)),
        ];
        let console = runs(2, &learner, &names, "").await;
        let [line] = console.logged.as_slice() else { panic!("{console:?}") };
        assert!(line.starts_with("証明書: CERT-"), "{line}");
    });
}

#[test]
fn the_program_of_a_path_leads_to_a_course_and_adjusts_the_path() {
    on_both(|school: School| async move {
        let (teacher, learner) = (school.teacher().await, school.student("鈴木一郎").await);
        for (title, tag) in [("React入門", "skill-uuid-react"), ("TypeScript入門", "skill-uuid-typescript")] {
            let course = makes_course(&teacher, title, tag, 0).await;
            publishes(&teacher, &course).await;
        }
        // Between enrolling and adjusting, the learner completes the course.
        let learns = r#"
afterEnrolling = async (progressId) => {
  const post = (path, body) => fetch(`/api/v1/bc-006/learning/progress/${progressId}${path}`, {
    method: "POST",
    headers: { Authorization: `Bearer ${learnerToken}`, "Content-Type": "application/json" },
    body: JSON.stringify(body ?? {}),
  });
  const { courseId } = await (await fetch(`/api/v1/bc-006/learning/progress/${progressId}`, {
    headers: { Authorization: `Bearer ${learnerToken}` },
  })).json();
  const { modules } = await (await fetch(`/api/v1/bc-006/learning/courses/${courseId}`, {
    headers: { Authorization: `Bearer ${learnerToken}` },
  })).json();
  await post("/start");
  for (const { id } of modules) await post(`/modules/${id}/complete`, { timeSpent: 60, materialsViewed: [] });
};
"#;
        let console = runs(3, &learner, &[("learnerToken", json!(learner.token))], learns).await;
        assert!(console.errors.is_empty(), "{console:?}");
        let paths = learner.get(&at("/my-paths")).await.is(200);
        assert_eq!(
            (&paths["paths"][0]["completedCourses"], &paths["paths"][0]["totalCourses"]),
            (&json!(1), &json!(2))
        );
    });
}
