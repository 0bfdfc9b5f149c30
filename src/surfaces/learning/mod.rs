//! Learning (seed 002): `/api/v1/bc-006/learning/…`. It has its refusals and no URL yet.

pub mod refusal;
#[allow(dead_code)]
mod wire;
