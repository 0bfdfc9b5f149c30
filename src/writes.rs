//! Tells all sockets of this node when the school stops taking writes, and when it takes them again.

use std::time::Duration;

use crate::app::School;
use crate::db::Outlook;
use crate::live::Frame;

const PAUSED: &str = r#"{"type":"school_state","data":{"writes":"paused"}}"#;
const RESUMED: &str = r#"{"type":"school_state","data":{"writes":"resumed"}}"#;
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Time that a small write may take before all count as paused.
const WRITTEN_WITHIN: Duration = Duration::from_millis(400);

pub async fn tell_sockets(app: School) {
    let mut is_paused = false;
    loop {
        tokio::time::sleep(LOOK_EVERY).await;
        if is_paused == takes_writes(&app, is_paused).await {
            is_paused = !is_paused;
            let text = if is_paused { PAUSED } else { RESUMED };
            app.hub.tell_all(Frame::text(text), is_paused).await;
        }
    }
}

/// Tries a write where the real ones do not tell: while they are paused nobody may write.
async fn takes_writes(app: &School, is_paused: bool) -> bool {
    match app.db.health.outlook() {
        Outlook::Works if !is_paused => return true,
        Outlook::Fails if !is_paused => return false,
        _ => {}
    }
    let is_written = matches!(app.write_heartbeat(WRITTEN_WITHIN).await, Ok(Ok(())));
    is_written && app.db.health.outlook() != Outlook::Fails
}
