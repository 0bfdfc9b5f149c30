//! The contents of a printed certificate: its facts, and the pictures of its school.

use krilla::image::Image;
use serde::{Deserialize, Serialize};

/// The facts of a certificate. Their JSON is what is stored, signed and printed: a field may be added, with a default, but
/// none may be removed or renamed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CertificateFacts {
    pub number: String,
    pub uuid: String,
    pub code: String,
    pub name: String,
    pub course: String,
    /// The unit that was completed; without one it was the whole course.
    pub unit: Option<String>,
    pub class: Option<String>,
    /// Dates are days in the school's time zone: `2026-11-21`.
    pub starts: Option<String>,
    pub ends: Option<String>,
    pub minutes: Option<i64>,
    pub total_score: Option<f64>,
    pub attendance_score: Option<f64>,
    pub progress_score: Option<f64>,
    pub assessment_score: Option<f64>,
    pub completed: String,
    pub issued: String,
    pub expires: Option<String>,
    pub issuer: String,
    pub instructor: String,
}

impl CertificateFacts {
    /// Returns the name of what was completed: the course, or the course and its unit.
    pub fn completed_part(&self) -> String {
        match &self.unit {
            Some(unit) => format!("{} · {unit}", self.course),
            None => self.course.clone(),
        }
    }
}

/// The text that is printed across a sheet that is no valid certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overprint {
    /// The sheet shows a certificate that is not issued yet: without number, code, QR and signature.
    Preview,
    Expired,
    Revoked,
}

/// One sheet to print.
#[derive(Debug, Clone)]
pub struct PrintJob {
    pub facts: CertificateFacts,
    /// The address that the QR opens; then the address where the certificate can be looked up by hand.
    pub qr: String,
    pub lookup: String,
    pub overprint: Option<Overprint>,
}

/// The pictures of a school. A missing one is left out.
#[derive(Clone, Default)]
pub struct SchoolPictures {
    pub(super) logo: Option<Image>,
    pub(super) signature: Option<Image>,
}
