//! Payments, as the seed lists them.

use serde_json::json;

use super::table::Row;
use super::table::RowAnswer::{Keys, One, Page};
use super::table::row;
use super::walk::Walk;

const ORDER: &[&str] = &["payment_id", "major_category_id", "total_amount", "merchant_uid", "enrollment_id", "gateway"];

pub const ROWS: &[Row] = &[
    row("GET /payment/info/{major_category_id}/", 200, Keys(ORDER)),
    row("POST /payment/complete/", 200, One("Payment")),
    row("GET /payment/user-payments/", 200, Page("Payment")),
    row("GET /payment/detail/{payment_id}/", 200, One("Payment")),
    row("POST /payment/refund/{payment_id}/", 200, One("Payment")),
];

/// A student orders, pays in the sandbox, looks at the payment, and takes it back.
pub async fn walks(walk: &Walk<'_>) {
    let (teacher, student) = (&walk.teacher, &walk.student);
    let course = json!({ "name": "네트워크 기초", "price": 50_000 });
    let course = teacher.post("/courses/major-categories/", course).await.is(201)["id"].clone();
    let order = walk.calls(student, "GET /payment/info/{major_category_id}/", &[&course.to_string()], None).await;
    assert_eq!((&order["total_amount"], &order["major_category_id"]), (&json!(50_000), &course));
    let id = order["payment_id"].to_string();
    let waits = walk.calls(student, "GET /payment/detail/{payment_id}/", &[&id], None).await;
    assert_eq!((&waits["payment_status"], &waits["payment_date"]), (&json!("pending"), &json!(null)));
    let paid = json!({ "imp_uid": "imp_123456789012", "merchant_uid": order["merchant_uid"],
        "major_category_id": course, "total_amount": 50_000 });
    let paid = walk.calls(student, "POST /payment/complete/", &[], Some(paid)).await;
    assert_eq!((&paid["payment_status"], &paid["user_id"]), (&json!("paid"), &json!(student.id)));
    assert!(paid["refund_deadline"].as_str() > paid["payment_date"].as_str(), "{paid}");
    let all = walk.calls(student, "GET /payment/user-payments/", &[], None).await;
    // The walk has asked for two orders, and the other one is newer.
    assert_eq!((&all["count"], &all["results"][1]), (&json!(2), &paid));
    let reason = json!({ "reason": "일정이 맞지 않습니다" });
    let back = walk.calls(student, "POST /payment/refund/{payment_id}/", &[&id], Some(reason)).await;
    assert_eq!((&back["payment_status"], &back["refund_amount"]), (&json!("refunded"), &json!(50_000)));
}
