//! Videos that await their first file: what they will ask for, and who knows of them until then.

use serde_json::{Value, json};

use super::sender::{Staff, short_film};
use crate::academy_enrollments::enrolls;
use crate::academy_videos::path;
use crate::harness::on_both;
use crate::learning_progress::{enrollment_of, views};

const ADDRESS: &str = "https://videos.example.com/a.mp4";

impl Staff<'_> {
    /// Is the video required once this film has come for it?
    async fn requires_with_file(&self, video: &Value) -> bool {
        let again = self.begins_again(video, short_film()).await;
        let parts = self.sends_all(&again).await;
        self.completes(&again, &parts).await.is(200)["is_required"] == true
    }

    async fn changes(&self, video: &Value, change: Value) -> bool {
        self.teacher.put(&path(video), change).await.is(200)["is_required"] == true
    }
}

#[test]
fn a_new_video_is_required_with_its_file_whatever_becomes_of_an_upload() {
    on_both(|school| async move {
        let staff = Staff::of(&school).await;
        let given_up = staff.begins(short_film()).await;
        staff.teacher.delete(&given_up.upload_path()).await.is(204);
        assert!(staff.requires_with_file(&given_up.video).await);
        let begun_anew = staff.begins(short_film()).await;
        assert!(staff.requires_with_file(&begun_anew.video).await);
        let refused = staff.begins(vec![b'x'; 5_000]).await;
        let parts = staff.sends_all(&refused).await;
        staff.completes(&refused, &parts).await.refused(400, "VIDEO_REFUSED");
        assert!(staff.requires_with_file(&refused.video).await);
        // Another film changes nothing about it.
        assert!(!staff.changes(&refused.video, json!({ "is_required": false })).await);
        assert!(!staff.requires_with_file(&refused.video).await);
    });
}

#[test]
fn the_wish_that_a_video_is_required_waits_for_its_file() {
    on_both(|school| async move {
        let staff = Staff::of(&school).await;
        let open = staff.begins(short_film()).await;
        assert!(!staff.changes(&open.video, json!({ "is_required": false })).await);
        let parts = staff.sends_all(&open).await;
        assert_eq!(staff.completes(&open, &parts).await.is(200)["is_required"], false);

        let mut new = staff.new_file(&short_film());
        new["is_required"] = json!(false);
        let made = staff.teacher.post("/videos/", new).await.is(201)["video"].clone();
        // Nobody could do it before the file is there.
        assert!(!staff.changes(&made, json!({ "is_required": true })).await);
        staff.teacher.delete(&format!("{}upload/", path(&made))).await.is(204);
        assert!(!staff.changes(&made, json!({ "is_required": true, "name": "상수란" })).await);
        assert!(staff.requires_with_file(&made).await);

        let linked = staff.begins(short_film()).await;
        assert!(staff.changes(&linked.video, json!({ "video_url": ADDRESS })).await);
    });
}

#[test]
fn others_know_of_a_video_only_when_its_file_has_come() {
    on_both(|school| async move {
        let staff = Staff::of(&school).await;
        let student = school.student("김학생").await;
        enrolls(&student, staff.course).await.is(201);
        let begun = staff.begins(short_film()).await;
        let video = begun.video["id"].as_i64().unwrap();
        let done = json!({ "video_id": video, "is_completed": true });
        for person in [&school.nobody(), &student, &school.another_teacher().await] {
            person.get(&path(&begun.video)).await.refused(404, "NOT_FOUND");
        }
        staff.teacher.get(&path(&begun.video)).await.is(200);
        student.post("/videos/progress/", done.clone()).await.refused(404, "NOT_FOUND");
        let enrollment = enrollment_of(&student).await;
        assert_eq!(views(&student, &enrollment, video, json!({ "completed": true })).await.status, 404);
        let counts = async || {
            let overall = student.get("/progress/overall/").await.is(200)["results"][0].clone();
            let listed = student.get(&format!("/videos/?major_category_id={}", staff.course)).await.is(200);
            json!([overall["video_count"], overall["completed_video_count"], listed["count"]])
        };
        assert_eq!(counts().await, json!([0, 0, 0]));
        let parts = staff.sends_all(&begun).await;
        staff.completes(&begun, &parts).await.is(200);
        student.post("/videos/progress/", done).await.is(200);
        student.get(&path(&begun.video)).await.is(200);
        assert_eq!(counts().await, json!([1, 1, 1]));
    });
}
