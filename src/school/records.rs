//! The record of a learner: what became of each of their enrollments. A page takes a few queries, whatever its length.

use std::collections::HashMap;

use crate::app::School;
use crate::error::Result;
use crate::school::attendance::requests::{self, OwnRequest};
use crate::school::attendance::{self, Mark};
use crate::school::completions::standing::{self, Standing, StandingCertificate};
use crate::school::enrollment::{self, Enrollment, EnrollmentFilter, EnrollmentStatus};
use crate::school::progress::views;
use crate::school::rights::Caller;
use crate::school::sessions::codes::{self, OwnSession};
use crate::school::{Page, Window};

pub struct EnrollmentResult {
    /// In the order of the meetings.
    pub marks: Vec<Mark>,
    /// Requests that a meeting counts as attended, in the order in which they were made.
    pub requests: Vec<OwnRequest>,
    /// The number of steps of the course that are done, and of all steps; `None` for an enrollment that has none yet.
    pub steps: Option<(i64, i64)>,
    pub completion_status: Option<String>,
    pub certificate: Option<StandingCertificate>,
    /// The session that the person joined last.
    pub session: Option<OwnSession>,
}

/// Lists the caller's own enrollments, the newest first; with what became of each if `with_results`.
pub async fn own_enrollments(
    app: &School,
    caller: &Caller,
    status: Option<EnrollmentStatus>,
    window: Window,
    with_results: bool,
) -> Result<Page<(Enrollment, Option<EnrollmentResult>)>> {
    let filter = EnrollmentFilter { person: Some(caller.id), status, ..EnrollmentFilter::default() };
    let page = enrollment::list(app, caller, filter, window).await?;
    let ids: Vec<i64> = page.rows.iter().map(|enrollment| enrollment.id).collect();
    if ids.is_empty() || !with_results {
        return Ok(page.map(|enrollment| (enrollment, None)));
    }
    let mut tx = app.db.read().await?;
    let mut marks: HashMap<i64, Vec<Mark>> = HashMap::new();
    for mark in attendance::of_enrollments(&mut tx, &ids).await? {
        marks.entry(mark.enrollment).or_default().push(mark);
    }
    let mut requests: HashMap<i64, Vec<OwnRequest>> = HashMap::new();
    for request in requests::of_enrollments(&mut tx, &ids).await? {
        requests.entry(request.enrollment).or_default().push(request);
    }
    let steps = views::steps_done(&mut tx, &ids).await?;
    let standings = standing::of_enrollments(&mut tx, &ids).await?;
    let mut standings: HashMap<i64, Standing> = standings.into_iter().map(|one| (one.enrollment, one)).collect();
    let sessions = codes::of_enrollments(&mut tx, &ids).await?;
    let mut sessions: HashMap<i64, OwnSession> = sessions.into_iter().map(|one| (one.enrollment, one)).collect();
    Ok(page.map(|enrollment| {
        let standing = standings.remove(&enrollment.id);
        let result = EnrollmentResult {
            marks: marks.remove(&enrollment.id).unwrap_or_default(),
            requests: requests.remove(&enrollment.id).unwrap_or_default(),
            steps: steps.get(&enrollment.id).copied(),
            certificate: standing.as_ref().and_then(|standing| standing.certificate(app.now_ms())),
            session: sessions.remove(&enrollment.id),
            completion_status: standing.and_then(|standing| standing.completion_status),
        };
        (enrollment, Some(result))
    }))
}
