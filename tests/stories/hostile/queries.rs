//! What stands behind the question mark.

use super::{Crowd, complaint, must_be_none};
use crate::harness::on_both;

const WRONG: &[(&str, &str)] = &[
    ("/api/lectures?instructor_id=abc", "instructor_id"),
    ("/api/lectures?is_active=maybe", "is_active"),
    ("/api/notifications?unread=5", "unread"),
    ("/accounts/activity/?page=0", "page"),
    ("/accounts/activity/?page_size=0", "page_size"),
    ("/courses/major-categories/?page=0", "page"),
    ("/courses/minor-categories/?major_category_id=abc", "major_category_id"),
    ("/videos/?minor_category_id=abc", "minor_category_id"),
    ("/courses/enrollments/?status=ACTIVE", "status"),
    ("/courses/enrollments/?user_id=1.5", "user_id"),
    ("/missions/multiple-choice-questions/?mission_id=abc", "mission_id"),
    ("/missions/code-submission-questions/?page=0", "page"),
    ("/missions/submissions/all/mcqs/?user_id=1.5", "user_id"),
    ("/missions/submissions/user/mcqs/?question_id=x", "question_id"),
    ("/missions/code-submissions/?mission_id=abc", "mission_id"),
    ("/missions/submissions/all/cs/?user_id=1.5", "user_id"),
    ("/missions/submissions/user/cs/?code_submission_id=x", "code_submission_id"),
    ("/api/admin/people?search=a%00b", "search"),
    ("/api/dashboard/chart-data/progress-trend", "lecture_id"),
    ("/api/dashboard/help-requests/pending?session_id=x", "session_id"),
    ("/api/progress/me?lecture_id=1.5", "lecture_id"),
    ("/api/v1/enrollments?user_id=abc", "user_id"),
    ("/api/v1/enrollments?course_id=1.5", "course_id"),
    ("/api/v1/enrollments?class_id=99999999999999999999", "class_id"),
    ("/api/v1/enrollments?status=OPEN", "status"),
    ("/api/v1/enrollments?status=approved", "status"),
    ("/api/v1/enrollments?status=a%00b", "status"),
    ("/api/v1/enrollments?is_waiting=maybe", "is_waiting"),
    ("/api/v1/enrollments?is_waiting=1", "is_waiting"),
    ("/api/v1/enrollments?page=0", "page"),
    ("/api/v1/enrollments?size=0", "size"),
    ("/api/v1/enrollments?size=101", "size"),
    ("/api/v1/enrollments/me?status=1", "status"),
    ("/api/v1/enrollments/me?size=101", "size"),
    ("/api/v1/courses?size=101", "size"),
    ("/api/v1/courses?page=0", "page"),
    ("/api/v1/attendance/requests?course_id=1.5", "course_id"),
];

#[test]
fn a_wrong_query_is_refused_and_its_field_is_named() {
    on_both(|school| async move {
        let crowd = Crowd::of(&school).await;
        let (lecture, session) = (crowd.filled.lecture.id, crowd.filled.session.id);
        let mut complaints = Vec::new();
        let numbers = ["-1", "abc", "1.5", "99999999999999999999", "%00", "true", "%ff"];
        let trend = format!("/api/dashboard/chart-data/progress-trend?lecture_id={lecture}");
        let of_class = format!("course/{lecture}/class/{}", crowd.filled.class);
        for (path, field) in [
            ("/api/lectures?", "page"),
            ("/api/lectures?", "page_size"),
            ("/api/notifications?", "page"),
            (&format!("/api/lectures/{lecture}/sessions?"), "page_size"),
            (&format!("/api/sessions/{session}/events?"), "after"),
            (&format!("/api/sessions/{session}/events?"), "limit"),
            (&format!("{trend}&"), "days"),
            ("/api/admin/people?", "page"),
            (&format!("/qr/{}.png?", crowd.filled.session.code), "size"),
            ("/api/v1/courses?", "page"),
            ("/api/v1/courses?", "size"),
            (&format!("/api/v1/courses/{lecture}/classes?"), "size"),
            ("/api/v1/enrollments?", "page"),
            ("/api/v1/enrollments?", "size"),
            ("/api/v1/enrollments/me?", "page"),
            ("/api/v1/enrollments/me?", "size"),
            (&format!("/api/v1/progress/{of_class}?"), "page"),
            (&format!("/api/v1/progress/{of_class}?"), "size"),
            (&format!("/api/v1/assessments/{}/results?", crowd.filled.assessment), "page"),
            (&format!("/api/v1/assessments/{}/results?", crowd.filled.assessment), "size"),
            (&format!("/api/v1/completions/{of_class}?"), "page"),
            (&format!("/api/v1/completions/{of_class}?"), "size"),
            (&format!("/api/v1/attendance/{of_class}/date/{}?", crowd.filled.date), "page"),
            (&format!("/api/v1/attendance/{of_class}/date/{}?", crowd.filled.date), "size"),
            ("/api/v1/attendance/requests?", "page"),
            ("/api/v1/attendance/requests?", "size"),
        ] {
            for number in numbers {
                let reply = crowd.admin.get(&format!("{path}{field}={number}")).await;
                complaints.extend(complaint(number, &reply, &[400], Some(field)));
            }
        }
        for (path, field) in WRONG {
            let reply = crowd.admin.get(path).await;
            complaints.extend(complaint(path, &reply, &[400], Some(field)));
        }
        must_be_none(complaints);
    });
}
