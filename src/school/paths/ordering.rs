//! Order of the courses of a path, and the priorities that follow from it.

use std::collections::{HashMap, HashSet};

/// Puts courses in order: each after those of them that it needs, and otherwise by `key`, the least first.
pub fn in_order<K: Ord>(courses: &[i64], needs: &HashMap<i64, Vec<i64>>, key: impl Fn(i64) -> K) -> Vec<i64> {
    let mut left: HashSet<i64> = courses.iter().copied().collect();
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_free = |id: &&i64| !needs.get(*id).is_some_and(|needed| needed.iter().any(|other| left.contains(other)));
        let first = left.iter().filter(is_free).min_by_key(|id| (key(**id), **id));
        // Courses that need each other in a circle are refused where they are saved; here they come in the order of their keys.
        let Some(next) = first.or_else(|| left.iter().min_by_key(|id| (key(**id), **id))).copied() else { break };
        left.remove(&next);
        ordered.push(next);
    }
    ordered
}

/// Returns the priority of a course by its place, from 0, among `count`: 95, 90, 85 …, in smaller steps if they would end below 5.
pub fn priority(place: usize, count: usize) -> i64 {
    let last = count.saturating_sub(1).max(18);
    95 - (place * 90 / last) as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_comes_after_what_it_needs() {
        let needs = HashMap::from([(1, vec![3]), (3, vec![4, 9]), (2, vec![])]);
        assert_eq!(in_order(&[1, 2, 3, 4], &needs, |id| id), [2, 4, 3, 1]);
        assert_eq!(in_order(&[1, 2, 3, 4], &needs, |id| -id), [4, 3, 2, 1]);
        let circle = HashMap::from([(1, vec![2]), (2, vec![1])]);
        assert_eq!(in_order(&[2, 1], &circle, |id| id), [1, 2]);
    }

    #[test]
    fn priorities_fall_in_steps_of_five_and_end_at_five() {
        assert_eq!([0, 1, 2].map(|place| priority(place, 3)), [95, 90, 85]);
        assert_eq!((priority(18, 19), priority(39, 40), priority(0, 1)), (5, 5, 95));
    }
}
