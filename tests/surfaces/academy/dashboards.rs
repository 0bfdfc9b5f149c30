//! Dashboards, as the seed lists them.

use gyosil::school::dashboards::visits::write_counted;
use serde_json::json;

use super::table::RowAnswer::{Keys, Page};
use super::table::{Row, row};
use super::walk::Walk;

pub const ROWS: &[Row] = &[
    row("GET /dashboards/summary/", 200, Keys(&["today", "week", "month"])),
    row("GET /dashboards/daily-visits/", 200, Page("DailyVisit")),
    row("GET /dashboards/daily-payments/", 200, Page("DailyPayment")),
    row("GET /dashboards/learning-records/", 200, Page("UserLearningRecord")),
    row("GET /dashboards/video-progress/", 200, Page("UserVideoProgress")),
    row("GET /dashboards/expiration-notifications/", 200, Page("ExpirationNotification")),
    row("GET /dashboards/student-dashboard/", 200, Keys(&["count", "next", "previous", "results"])),
];

/// Staff and a student look at what the others of this walk have done.
pub async fn walks(walk: &Walk<'_>) {
    let (admin, teacher, student) = (&walk.admin, &walk.teacher, &walk.student);
    let app = &walk.school.app;
    let mut tx = app.db.begin().await.unwrap();
    let sql = "insert into notifications (created_ms, person, kind, subject, data)
        select $1, person, 'ACCESS_ENDS_IN_7_DAYS', id, cast(expires_ms as text) from enrollments where person = $2 limit 1";
    tx.run(sql, vec![app.now_ms().into(), student.id.into()]).await.unwrap();
    app.commit(tx, Vec::new()).await.unwrap();
    write_counted(app).await.unwrap();
    let summary = walk.calls(admin, "GET /dashboards/summary/", &[], None).await;
    assert_eq!(summary["today"]["active_learners"], 1, "{summary}");
    let visits = walk.calls(admin, "GET /dashboards/daily-visits/", &[], None).await;
    assert_eq!((&visits["count"], &visits["results"][29]["student_unique_visitors"]), (&json!(30), &json!(1)));
    let payments = walk.calls(admin, "GET /dashboards/daily-payments/", &[], None).await;
    assert_eq!(payments["results"][29]["refund_amount"], summary["month"]["refunds"]);
    let ours = ["payment_count", "refund_amount", "refund_count"];
    let days = payments["results"].as_array().unwrap();
    assert!(days.iter().all(|day| ours.iter().all(|key| day[key].is_i64())), "{payments}");
    for heading in ["GET /dashboards/learning-records/", "GET /dashboards/video-progress/"] {
        let listed = walk.calls(teacher, heading, &[], None).await;
        assert_eq!(listed["results"][0]["user_id"], json!(student.id), "{heading}");
    }
    walk.calls(teacher, "GET /dashboards/expiration-notifications/", &[], None).await;
    let own = walk.calls(student, "GET /dashboards/student-dashboard/", &[], None).await;
    assert!(own["count"].as_i64() > Some(1), "{own}");
}
