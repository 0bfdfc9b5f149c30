//! Steps on pages: two on each, and one that needs more room on a page of its own.

use super::HandoutFacts;
use super::layout::{BETWEEN, BOTTOM, MARGIN};
use super::step::{Arrangement, StepBlock};

/// A step in its place on a page.
pub struct PlacedStep<'a> {
    pub block: StepBlock<'a>,
    pub top: f32,
    pub high: f32,
    pub arrangement: Arrangement,
}

/// Returns the steps of each page. On the first one they stand below `first_top`.
pub fn of(facts: &HandoutFacts, first_top: f32) -> Vec<Vec<PlacedStep<'_>>> {
    let mut pages = vec![Vec::new()];
    let mut top = first_top;
    for (n, step) in facts.steps.iter().enumerate() {
        let block = StepBlock::new(step, n + 1, facts);
        let half = (BOTTOM - top - BETWEEN) / 2.0;
        let is_second = pages.last().is_some_and(|steps: &Vec<PlacedStep>| steps.len() == 1);
        let (top_now, high, arrangement) = match block.arrange_comfortably(half) {
            Some(arrangement) if is_second => (top + half + BETWEEN, half, arrangement),
            Some(arrangement) => (top, half, arrangement),
            None => {
                if is_second {
                    pages.push(Vec::new());
                    top = MARGIN;
                }
                let high = BOTTOM - top;
                (top, high, block.arrange(high))
            }
        };
        let is_full = is_second || high > half;
        if let Some(page) = pages.last_mut() {
            page.push(PlacedStep { block, top: top_now, high, arrangement });
        }
        if is_full && n + 1 < facts.steps.len() {
            pages.push(Vec::new());
            top = MARGIN;
        }
    }
    pages
}
