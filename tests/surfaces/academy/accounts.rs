//! Accounts, as the seed lists them.

use serde_json::json;

use super::erd;
use super::table::RowAnswer::{Keys, One, Page};
use super::table::{Row, row};
use super::walk::Walk;

pub const ROWS: &[Row] = &[
    row("POST /accounts/register/", 201, One("CustomUser")),
    row("POST /accounts/login/", 200, Keys(&["access", "refresh", "user"])),
    row("GET /accounts/profile/", 200, One("CustomUser")),
    row("PUT /accounts/profile/", 200, One("CustomUser")),
    row("GET /accounts/activity/", 200, Page("UserActivity")),
];

/// One registers, signs in, and looks at oneself.
pub async fn walks(walk: &Walk<'_>) {
    let nobody = walk.school.nobody();
    let new = json!({ "email": "lee@example.com", "username": "이학생", "nickname": "코딩하는 이씨",
        "password": "securePassword123", "password_confirm": "securePassword123" });
    let registered = walk.calls(&nobody, "POST /accounts/register/", &[], Some(new)).await;
    assert_eq!([&registered["role"], &registered["email"]], ["STUDENT", "lee@example.com"]);

    let login = json!({ "email": "lee@example.com", "password": "securePassword123" });
    let login = walk.calls(&nobody, "POST /accounts/login/", &[], Some(login)).await;
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
}
