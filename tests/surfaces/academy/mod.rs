//! The academy against its seed, endpoint by endpoint and field by field.

mod accounts;
mod categories;
mod certificates;
mod dashboards;
mod enrollments;
mod erd;
mod missions;
mod payments;
mod programs;
mod progress;
mod seed;
mod table;
mod videos;
mod walk;

use self::walk::Walk;
use crate::harness::on_both;

#[test]
fn every_endpoint_of_the_table_answers_with_the_entities_of_the_seed() {
    on_both(|school| async move {
        let walk = Walk::begins(&school).await;
        accounts::walks(&walk).await;
        categories::walks(&walk).await;
        enrollments::walks(&walk).await;
        missions::walks(&walk).await;
        payments::walks(&walk).await;
        videos::walks(&walk).await;
        progress::walks(&walk).await;
        programs::walks(&walk).await;
        certificates::walks(&walk).await;
        dashboards::walks(&walk).await;
        walk.has_seen_all();
    });
}
