//! The page on which one buys a course. It knows the payment service of the school before there is an order, and has the content
//! security policy that this service needs.

use super::assets::{self, Asset};
use super::policy::PaymentWindow;
use crate::app::School;

/// Stands in the page where the settings of payments go.
const PLACE: &str = "<meta name=\"payments\">";

/// Returns the page of this name with the settings of payments in it, and its content security policy if it differs from that of
/// all pages.
pub fn with_settings(app: &School, name: &str) -> Option<(Asset, Option<String>)> {
    let settings = &app.config.paying;
    let kind = app.gateways.current().kind();
    let window = PaymentWindow::of(kind);
    let policy = window.map(|window| window.policy(&settings.portone_origins));
    let written = format!(
        "<meta name=\"payments\" content=\"{}\" data-script=\"{}\" data-refund-days=\"{}\" data-refund-percent=\"{}\">",
        kind.word().to_lowercase(),
        window.map_or("", |window| window.script),
        settings.refund_days,
        settings.refund_watched_percent
    );
    let page = assets::filled_in(name, (PLACE, &written), policy.as_deref().unwrap_or_default())?;
    Some((page, policy))
}
