//! The place to which a lecture's poster leads, kept for a moment: before a class hundreds of phones ask for the same.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

const KEPT_MS: i64 = 2_000;
const KEPT_MAX_POSTERS: usize = 1_024;

/// View of a phone that has scanned a poster.
#[derive(Debug, Clone)]
pub struct PosterView {
    pub title: String,
    pub instructor_name: String,
    /// The path into the session of the moment, with its key.
    pub join_path: Option<String>,
    pub next: Option<NextClass>,
}

/// The next class of a lecture, in the school's zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextClass {
    /// `YYYY-MM-DD`
    pub date: String,
    /// `HH:MM`, where it is known.
    pub time: Option<String>,
    /// Days from today.
    pub days: i64,
}

#[derive(Default)]
pub struct PosterCache(Mutex<HashMap<String, (i64, PosterView)>>);

impl PosterCache {
    /// Returns what was found for this code a moment ago. Times are on the monotonic clock.
    pub fn get(&self, code: &str, now_ms: i64) -> Option<PosterView> {
        let posters = self.posters();
        let (found_ms, view) = posters.get(code)?;
        (now_ms - found_ms < KEPT_MS).then(|| view.clone())
    }

    pub fn put(&self, code: String, view: PosterView, now_ms: i64) {
        let mut posters = self.posters();
        if posters.len() >= KEPT_MAX_POSTERS {
            posters.retain(|_, (found_ms, _)| now_ms - *found_ms < KEPT_MS);
        }
        if posters.len() < KEPT_MAX_POSTERS {
            posters.insert(code, (now_ms, view));
        }
    }

    fn posters(&self) -> MutexGuard<'_, HashMap<String, (i64, PosterView)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(title: &str) -> PosterView {
        PosterView { title: title.into(), instructor_name: String::new(), join_path: None, next: None }
    }

    #[test]
    fn a_poster_is_kept_for_a_moment_and_a_full_cache_makes_room_for_newer_ones() {
        let cache = PosterCache::default();
        for n in 0..KEPT_MAX_POSTERS {
            cache.put(n.to_string(), view("옛것"), 0);
        }
        cache.put("more".into(), view("더"), KEPT_MS - 1);
        assert!(cache.get("0", KEPT_MS - 1).is_some() && cache.get("more", KEPT_MS - 1).is_none());
        assert!(cache.get("0", KEPT_MS).is_none());
        cache.put("more".into(), view("더"), KEPT_MS);
        assert_eq!(cache.get("more", KEPT_MS).unwrap().title, "더");
        assert_eq!(cache.posters().len(), 1);
    }
}
