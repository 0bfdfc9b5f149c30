//! What no handler answers, because the server is too busy or a handler broke, is said in the dialect of the path too.

use axum::body::to_bytes;
use gyosil::error::{Error, Field, InputFault, MissingPart, Noun, Requirement, VideoFault};
use gyosil::surfaces::dialects::refused;
use serde_json::{Value, json};

/// The status, when to try again, and the body.
async fn said(path: &str, error: Error) -> (u16, Option<String>, Value) {
    let response = refused(path, &error);
    let later = response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    let status = response.status().as_u16();
    let bytes = to_bytes(response.into_body(), 64 * 1024).await.unwrap();
    (status, later, serde_json::from_slice(&bytes).unwrap())
}

#[tokio::test]
async fn a_busy_server_refuses_in_the_words_of_the_surface_and_names_a_time_to_retry() {
    let busy = || Error::Busy { retry_after_s: 5 };
    let message = "지금은 접속이 많습니다. 5초 뒤에 다시 해 주세요.";
    let portal = json!({ "success": false, "message": message, "code": "BUSY", "details": {} });
    assert_eq!(said("/api/v1/enrollments", busy()).await, (503, Some("5".into()), portal));
    // The seed of this surface has no 503.
    let attendance = json!({ "success": false, "message": message, "data": null });
    assert_eq!(said("/api/attendance/request", busy()).await, (500, Some("5".into()), attendance));
    for path in ["/api/lectures", "/certificates.json"] {
        let (status, later, body) = said(path, busy()).await;
        assert_eq!((status, later.as_deref(), &body["error"]["code"]), (503, Some("5"), &json!("BUSY")), "{path}");
    }
    for path in ["/certificates/", "/certificates/key", "/videos/"] {
        let academy = json!({ "detail": message, "code": "BUSY" });
        assert_eq!(said(path, busy()).await, (503, Some("5".into()), academy), "{path}");
    }
    let failures = Error::TooManyFailures { retry_after_s: 60 };
    let (status, later, body) = said("/api/v1/enrollments", failures).await;
    assert_eq!((status, later.as_deref(), &body["code"]), (429, Some("60"), &json!("TOO_MANY_REQUESTS")));
}

#[tokio::test]
async fn an_internal_error_reveals_no_cause() {
    let broken = || Error::internal("select * from secrets");
    let message = "서버 오류가 발생했습니다.";
    let portal = json!({ "success": false, "message": message, "code": "INTERNAL_ERROR", "details": {} });
    assert_eq!(said("/api/v1/enrollments", broken()).await, (500, None, portal));
    let attendance = json!({ "success": false, "message": message, "data": null });
    assert_eq!(said("/api/attendance/request", broken()).await, (500, None, attendance));
    let (status, _, body) = said("/api/lectures", broken()).await;
    assert_eq!((status, &body["error"]["code"]), (500, &json!("INTERNAL_ERROR")));
    assert!(!body.to_string().contains("secrets"), "{body}");
}

#[tokio::test]
async fn learning_refuses_with_its_own_codes_and_in_japanese() {
    let path = "/api/v1/bc-006/learning/courses/x";
    let refusal = |code: &str, message: &str, details: Value| json!({ "error": { "code": code, "message": message, "details": details } });
    let none = || json!({});
    for (error, status, refusal) in [
        (Error::NoSuchPath, 404, refusal("LEARNING_001", "このアドレスには何もありません。", none())),
        (Error::NotFound(Noun::Course), 404, refusal("LEARNING_001", "コースが見つかりません。", none())),
        (
            Error::AlreadyEnrolled,
            409,
            refusal(
                "LEARNING_002",
                "すでに受講中か、承認を待っています。",
                json!("User is already enrolled in this course"),
            ),
        ),
        (
            Error::HasOpenEnrollments { count: 15 },
            409,
            refusal(
                "LEARNING_006",
                "受講者が 15 人いるため、削除できません。",
                json!("Course has 15 active enrollments. Archive instead."),
            ),
        ),
        (
            Error::bad_as_sent("modules[1].materials[0].title", InputFault::Missing { key: "title" }),
            400,
            refusal(
                "LEARNING_008",
                "modules[1].materials[0].title: 必ず入れてください。",
                json!({ "field": "modules[1].materials[0].title", "reason": "missing field `title`" }),
            ),
        ),
        (
            Error::wrong_state("ARCHIVED"),
            409,
            refusal("LEARNING_011", "今の状態 (アーカイブ済み) ではできません。", json!({ "status": "ARCHIVED" })),
        ),
        (Error::internal("secret"), 500, refusal("LEARNING_014", "サーバーで問題が起きました。", none())),
    ] {
        assert_eq!(said(path, error).await, (status, None, refusal));
    }
    // The nouns are those of the seed. Other surfaces have the school's.
    for (noun, text) in [
        (Noun::Unit, "モジュールが見つかりません。"),
        (Noun::Item, "教材が見つかりません。"),
        (Noun::Certificate, "証明書が見つかりません。"),
        (Noun::Enrollment, "コース登録が見つかりません。"),
        (Noun::Progress, "進捗が見つかりません。"),
        (Noun::Assessment, "評価が見つかりません。"),
    ] {
        assert_eq!(said(path, Error::NotFound(noun)).await.2["error"]["message"], text);
    }
    let (status, later, body) = said(path, Error::Busy { retry_after_s: 5 }).await;
    assert_eq!((status, later.as_deref(), &body["error"]["code"]), (503, Some("5"), &json!("LEARNING_014")));
    for (error, status, code) in [
        (Error::SignInNeeded, 401, "LEARNING_010"),
        (Error::StaffOnly, 403, "LEARNING_009"),
        (Error::NoAttemptsLeft { allowed: 3 }, 409, "LEARNING_004"),
        (Error::NotFound(Noun::Attempt), 404, "LEARNING_012"),
        (Error::PrerequisitesMissing { missing: Vec::new() }, 409, "LEARNING_003"),
        (Error::NoUnits, 409, "LEARNING_007"),
        (Error::WrongMethod, 405, "LEARNING_008"),
        (Error::TooLarge { limit_bytes: 1 }, 413, "LEARNING_008"),
    ] {
        let (found, _, body) = said(path, error).await;
        assert_eq!((found, &body["error"]["code"]), (status, &json!(code)));
    }
}

#[tokio::test]
async fn the_academy_names_the_field_or_says_the_detail() {
    let path = "/courses/major-categories/x/";
    let refusal = |detail: &str, code: &str| json!({ "detail": detail, "code": code });
    for (error, status, refusal) in [
        (
            Error::bad_as_sent("test_cases[1].input_data", InputFault::Missing { key: "input_data" }),
            400,
            json!({ "test_cases[1].input_data": ["꼭 필요한 값입니다."] }),
        ),
        (Error::bad(Field::ExpiryDate, "it is over"), 400, json!({ "expiry_date": ["값이 올바르지 않습니다."] })),
        (Error::unreadable("no JSON"), 400, refusal("보내신 내용을 읽을 수 없습니다.", "INVALID_REQUEST")),
        (
            Error::VideoRefused { why: VideoFault::NotMp4 },
            400,
            refusal("이 동영상은 쓸 수 없습니다: MP4 파일이 아닙니다.", "VIDEO_REFUSED"),
        ),
        (Error::NotFound(Noun::Course), 404, refusal("대분류를 찾을 수 없습니다.", "NOT_FOUND")),
        (Error::NoSuchPath, 404, refusal("없는 주소입니다.", "NOT_FOUND")),
        (Error::NoSuchPage, 404, refusal("없는 페이지입니다.", "NOT_FOUND")),
        (Error::AdminOnly, 403, refusal("관리자 권한이 필요합니다.", "ADMIN_ONLY")),
        (Error::internal("secret"), 500, refusal("서버 오류가 발생했습니다.", "INTERNAL_ERROR")),
    ] {
        assert_eq!(said(path, error).await, (status, None, refusal));
    }
    let part = |id, is_assessment| MissingPart { id, title: "변수".into(), is_assessment };
    for (error, key, value) in [
        (Error::wrong_state("REJECTED"), "status", json!("REJECTED")),
        (Error::NotMet { missing: vec![Requirement::Progress] }, "missing", json!(["progress"])),
        (
            Error::UnitNotDone { missing: vec![part(3, false), part(4, true)] },
            "missing",
            json!([{ "id": 3, "title": "변수", "kind": "video" }, { "id": 4, "title": "변수", "kind": "mission" }]),
        ),
        (Error::RefundTooLarge { left: 500 }, "left", json!(500)),
        (Error::NoAttemptsLeft { allowed: 3 }, "allowed", json!(3)),
        (Error::HasCourses { count: 2 }, "count", json!(2)),
    ] {
        let (status, _, body) = said(path, error).await;
        assert_eq!((status, &body[key]), (409, &value), "{body}");
        assert!(body["detail"].is_string() && body["code"].is_string(), "{body}");
    }
    for base in ["accounts", "courses", "dashboards", "missions", "payment", "progress", "videos"] {
        let (status, later, body) = said(&format!("/{base}/x"), Error::QueueFull { retry_after_s: 5 }).await;
        assert_eq!((status, later.as_deref(), &body["code"]), (503, Some("5"), &json!("QUEUE_FULL")), "{base}");
    }
}
