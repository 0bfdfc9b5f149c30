//! PDFs that are printed here.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::file_names::disposition;
use super::headers::quiet;

/// Answers with a printed sheet, to be shown (`inline`) or kept (`attachment`) under a name. Without its ending: `.pdf` is added.
pub fn answer(kind: &str, name: &str, bytes: Vec<u8>) -> Response {
    let head = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, disposition(kind, name, "pdf")),
        // Replaces the policy for our pages: it says what a page may load, which means nothing to a PDF viewer.
        (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'none'".to_owned()),
    ];
    quiet((head, bytes).into_response())
}
