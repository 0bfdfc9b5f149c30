//! The learning surface against its seed (`seed.md`, as it was given), key by key.

mod assessments;
mod courses;
mod interfaces;
mod paths;
mod programs;
mod progress;
mod seed;
mod walk;

use self::walk::Walk;
use crate::harness::on_both_with;

#[test]
fn every_endpoint_of_the_seed_answers_and_refuses_as_its_examples_show() {
    // An exam takes longer than a token lasts.
    on_both_with(&["--access-ttl-s", "1000000"], |school| async move {
        let walk = Walk::begins(&school).await;
        // A path takes the courses that there are: first, while there are none but its own.
        paths::walks(&walk).await;
        courses::walks(&walk).await;
        courses::enrolls(&walk).await;
        courses::needs_another(&walk).await;
        courses::shows_lecture(&walk).await;
        progress::learns(&walk).await;
        progress::is_certified(&walk).await;
        assessments::sits(&walk).await;
        walk.has_seen_all();
    });
}
