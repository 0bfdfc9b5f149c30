//! Places on a page of a handout, in points.

use crate::print::paper::PORTRAIT;

/// The distance from the edge within which nothing stands.
pub const MARGIN: f32 = 40.0;
pub const INSIDE: f32 = PORTRAIT.wide - 2.0 * MARGIN;
/// Steps stand above this.
pub const BOTTOM: f32 = PORTRAIT.high - 54.0;
/// Room between the two steps of a page.
pub const BETWEEN: f32 = 26.0;
