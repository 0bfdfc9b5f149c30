//! The surfaces, as the document has them.

use crate::harness::dialect::ACADEMY_BASES;

/// A surface, as the document describes it.
pub struct Surface {
    /// The first surface that has a base of a path is its surface.
    bases: &'static [&'static str],
    pub tag: &'static str,
    /// The refusals that every operation has that refuses anyone.
    pub refusals: &'static [&'static str],
    /// The keys of a refusal.
    pub envelope: &'static [&'static str],
}

pub const SURFACES: [Surface; 8] = [
    Surface {
        bases: &["/api/v1/bc-006/learning/"],
        tag: "learning: ",
        refusals: &["400", "401", "403", "404", "409", "413", "415", "429", "500", "503"],
        envelope: &["error"],
    },
    Surface {
        bases: &["/api/v1/"],
        tag: "portal: ",
        refusals: &["400", "401", "403", "404", "409", "413", "415", "429", "500", "503"],
        envelope: &["success", "message", "code", "details"],
    },
    Surface {
        bases: &["/api/attendance/"],
        tag: "attendance",
        refusals: &["400", "401", "403", "500"],
        envelope: &["success", "message", "data"],
    },
    Surface {
        bases: &["/api/"],
        tag: "",
        refusals: &["400", "401", "403", "404", "409", "413", "415", "429", "500", "503"],
        envelope: &["error"],
    },
    Surface {
        bases: &["/certificates.json"],
        tag: "certificates",
        refusals: &["400", "404", "429", "500", "503"],
        envelope: &["error"],
    },
    Surface {
        bases: &["/certificates/key", "/certificates/{"],
        tag: "certificates",
        refusals: &["400", "404", "429", "500", "503"],
        envelope: &["detail", "code"],
    },
    Surface {
        bases: &ACADEMY_BASES,
        tag: "academy: ",
        refusals: &["400", "401", "403", "404", "409", "413", "415", "429", "500", "503"],
        envelope: &["detail", "code"],
    },
    Surface { bases: &["/"], tag: "", refusals: &[], envelope: &["error"] },
];

/// Pages, pictures and health refuse nobody in JSON.
pub const REFUSE_NOBODY: [&str; 2] = ["get /certificates/key", "get /certificates/{certificate_number}/verify"];

impl Surface {
    pub fn of(place: &str) -> &'static Surface {
        let (_, path) = place.split_once(' ').unwrap();
        let has_base = |surface: &&Surface| surface.bases.iter().any(|base| path.starts_with(base));
        SURFACES.iter().find(has_base).unwrap()
    }
}
