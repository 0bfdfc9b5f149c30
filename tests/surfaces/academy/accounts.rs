//! Accounts, as the seed lists them.

use serde_json::json;

use super::erd;
use super::table::RowAnswer::{Keys, Nothing, One, Page};
use super::table::{Row, row};
use super::walk::Walk;

pub const ROWS: &[Row] = &[
    row("POST /accounts/register/", 201, One("CustomUser")),
    row("POST /accounts/login/", 200, Keys(&["access", "refresh", "user"])),
    row("GET /accounts/profile/", 200, One("CustomUser")),
    row("PUT /accounts/profile/", 200, One("CustomUser")),
    row("GET /accounts/activity/", 200, Page("UserActivity")),
    row("POST /accounts/logout/", 200, Keys(&["detail"])),
    row("DELETE /accounts/delete/", 204, Nothing),
    row("POST /accounts/create-manager/", 201, One("CustomUser")),
    row("PATCH /accounts/change-role/{user_id}/", 200, One("CustomUser")),
];

/// One registers, signs in, looks at oneself, signs out, and deletes the account. An administrator changes others.
pub async fn walks(walk: &Walk<'_>) {
    let nobody = walk.school.nobody();
    let new = json!({ "email": "lee@example.com", "username": "이학생", "nickname": "코딩하는 이씨",
        "password": "securePassword123", "password_confirm": "securePassword123" });
    let registered = walk.calls(&nobody, "POST /accounts/register/", &[], Some(new)).await;
    assert_eq!([&registered["role"], &registered["email"]], ["STUDENT", "lee@example.com"]);

    let credentials = json!({ "email": "lee@example.com", "password": "securePassword123" });
    let login = walk.calls(&nobody, "POST /accounts/login/", &[], Some(credentials.clone())).await;
    assert_eq!(erd::differences("CustomUser", &login["user"]), [""; 0]);
    let lee = nobody.holding(&login["access"]);

    assert_eq!(walk.calls(&lee, "GET /accounts/profile/", &[], None).await, registered);
    for (person, role) in [(&walk.student, "STUDENT"), (&walk.teacher, "INSTRUCTOR"), (&walk.admin, "ADMIN")] {
        assert_eq!(walk.calls(person, "GET /accounts/profile/", &[], None).await["role"], role);
    }
    let change = json!({ "nickname": null });
    let changed = walk.calls(&lee, "PUT /accounts/profile/", &[], Some(change)).await;
    assert_eq!((&changed["nickname"], &changed["username"]), (&json!(null), &registered["username"]));
    let activity = walk.calls(&lee, "GET /accounts/activity/", &[], None).await;
    assert_eq!((&activity["count"], &activity["results"][0]["user_id"]), (&json!(1), &registered["id"]));

    let id = registered["id"].to_string();
    let role = json!({ "role": "INSTRUCTOR" });
    let changed = walk.calls(&walk.admin, "PATCH /accounts/change-role/{user_id}/", &[&id], Some(role)).await;
    assert_eq!((&changed["id"], &changed["role"]), (&registered["id"], &json!("INSTRUCTOR")));
    let manager = json!({ "email": "manager@example.com", "username": "정관리", "password": "securePassword123",
        "password_confirm": "securePassword123" });
    let manager = walk.calls(&walk.admin, "POST /accounts/create-manager/", &[], Some(manager)).await;
    assert_eq!([&manager["role"], &manager["username"]], ["ADMIN", "정관리"]);

    let out = json!({ "refresh": login["refresh"] });
    walk.calls(&lee, "POST /accounts/logout/", &[], Some(out)).await;
    let login = walk.calls(&nobody, "POST /accounts/login/", &[], Some(credentials)).await;
    walk.calls(&nobody.holding(&login["access"]), "DELETE /accounts/delete/", &[], None).await;
}
