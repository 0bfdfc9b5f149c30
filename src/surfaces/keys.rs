//! All that a file of keys needs: the macros that declare them, and the types of their values.

pub use serde::Deserialize;
pub use utoipa::ToSchema;

pub use super::answer::each;
pub(crate) use super::answer::{answer, paged};
pub use super::body::SentValue;
pub(crate) use super::body::{body, query, words};
pub use super::texts::*;
pub use super::values::*;
pub use crate::patch::Patch;
pub use crate::school::Page;
