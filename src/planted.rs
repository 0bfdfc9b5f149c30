//! Faults that a node has on purpose, so that tests can show that the fault suite (tests/nodes) finds them: `GYOSIL_PLANTED` names
//! one. Without the feature `planted-faults` there is none, and a release cannot have the feature.

#[cfg(all(feature = "planted-faults", not(debug_assertions)))]
compile_error!("a release has no planted faults");

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Planted {
    /// A room's state is read before its channel is heard.
    SubscribeAfterReading,
    PublishBeforeCommit,
    /// Events are numbered as they arrive, not as the log has them.
    SeqFromRedis,
    NoDeduplication,
    /// Frames that a slow reader loses are not replaced by a fresh state.
    DropOnLag,
    /// A node that others took for dead goes on to speak for its people.
    UnfencedLease,
    /// Idempotency keys are forgotten.
    RetryWithoutKey,
    /// A link to Redis that is open and silent counts as healthy.
    NoProbe,
}

#[cfg(feature = "planted-faults")]
pub fn has(fault: Planted) -> bool {
    static NAME: std::sync::OnceLock<Option<String>> = std::sync::OnceLock::new();
    let name = NAME.get_or_init(|| std::env::var("GYOSIL_PLANTED").ok());
    name.as_deref().is_some_and(|name| name == format!("{fault:?}"))
}

#[cfg(not(feature = "planted-faults"))]
pub const fn has(_: Planted) -> bool {
    false
}
