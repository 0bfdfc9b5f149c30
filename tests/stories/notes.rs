//! Notes of the instructor about steps: for those who teach, and for nobody else.

use serde_json::{Value, json};

use crate::classroom::running_session;
use crate::harness::on_both;
use crate::timers::colleague_with;

const NOTE: &str = "안경을 찾으시도록 잠시 기다리기";

#[test]
fn notes_of_a_step_are_read_by_those_who_teach_and_by_nobody_else() {
    on_both(|school| async move {
        let (teacher, lecture, session) = running_session(&school, 2).await;
        let step = format!("/api/subtasks/{}", lecture.steps[0]);
        assert_eq!(teacher.put(&step, json!({ "notes": NOTE })).await.ok()["notes"], NOTE);
        // A change of something else keeps them.
        assert_eq!(teacher.put(&step, json!({ "title": "앱 열기" })).await.ok()["notes"], NOTE);
        let (task, whole) =
            (format!("/api/tasks/{}", lecture.task), format!("/api/lectures/{}?subtasks=true", lecture.id));
        assert_eq!(teacher.get(&task).await.ok()["subtasks"][0]["notes"], NOTE);
        assert_eq!(teacher.get(&whole).await.ok()["tasks"][0]["subtasks"][0]["notes"], NOTE);
        let noted = format!("/api/sessions/{}/notes", session.id);
        let expected = json!([{ "subtask_id": lecture.steps[0], "notes": NOTE }]);
        assert_eq!(teacher.get(&noted).await.ok()["notes"], expected);

        let helper = colleague_with(&school, &teacher, &session, "HELPER").await;
        let (student, guest) = (school.student("김학생").await, school.guest(&session, "김순자").await);
        student.enrolls(&lecture).await;
        let mut sockets = vec![guest.follows(&session).await];
        let helping = format!("/ws/session/{}/helper/", session.id);
        sockets.push(helper.opens(&helping).await);
        for person in [&helper, &student, &guest] {
            assert_eq!(person.get(&noted).await.status, 403);
            let current = format!("/api/sessions/{}", session.id);
            for path in [
                &task,
                &whole,
                &format!("{current}/current"),
                &format!("{current}/steps"),
                &format!("{current}/events"),
            ] {
                let told = person.get(path).await.json.to_string();
                assert!(!told.contains(NOTE), "{path}: {told}");
            }
        }
        teacher.moves_to(&session, lecture.steps[1]).await;
        teacher.moves_to(&session, lecture.steps[0]).await;
        for socket in &mut sockets {
            for _ in 0..2 {
                socket.waits_for("step_changed").await;
            }
            assert!(!json!(socket.received).to_string().contains(NOTE), "{:?}", socket.received);
        }
        let host = colleague_with_host(&school, &teacher, &session).await;
        assert_eq!(host.get(&noted).await.ok()["notes"], expected);
        assert_eq!(teacher.put(&step, json!({ "notes": null })).await.ok()["notes"], Value::Null);
        assert_eq!(teacher.get(&noted).await.ok()["notes"], json!([]));
    });
}

/// The helper leads now.
async fn colleague_with_host(
    school: &crate::harness::School,
    teacher: &crate::harness::people::Person,
    session: &crate::harness::people::Session,
) -> crate::harness::people::Person {
    let host = school.registers("INSTRUCTOR", "이강사", "host@example.com").await;
    let invite = json!({ "user_id": host.id, "role": "HOST" });
    teacher.post(&format!("/api/sessions/{}/staff", session.id), invite).await.ok();
    host
}

#[test]
fn a_note_has_at_most_two_thousand_letters() {
    on_both(|school| async move {
        let teacher = school.teacher().await;
        let lecture = teacher.makes_lecture("카카오톡 기초", 1).await;
        let step = format!("/api/subtasks/{}", lecture.steps[0]);
        teacher.put(&step, json!({ "notes": "가".repeat(2_000) })).await.ok();
        teacher.put(&step, json!({ "notes": "가".repeat(2_001) })).await.refused(400, "INVALID_REQUEST");
        let made = json!({ "title": "앱 닫기", "notes": NOTE });
        let path = format!("/api/tasks/{}/subtasks", lecture.task);
        assert_eq!(teacher.post(&path, made).await.is(201)["notes"], NOTE);
    });
}
