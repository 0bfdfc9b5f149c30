//! Addresses of the learning surface.

pub const BASE: &str = "/api/v1/bc-006/learning";

/// Returns the address of a path of the learning surface, such as `/courses`.
pub fn at(path: &str) -> String {
    format!("{BASE}{path}")
}
