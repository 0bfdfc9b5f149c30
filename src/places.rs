//! Places for work that is under way, of which each person or address may have so many at once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

pub struct Places<K: 'static> {
    most: usize,
    /// A key that has none has no entry.
    taken: Mutex<BTreeMap<K, usize>>,
}

/// One of the places of a key, until it is dropped.
pub struct Place<K: Ord + 'static> {
    places: &'static Places<K>,
    key: K,
}

impl<K: Ord + Copy> Places<K> {
    pub const fn new(most: usize) -> Places<K> {
        Places { most, taken: Mutex::new(BTreeMap::new()) }
    }

    /// Takes a place, or returns `None` if all of this key are taken.
    pub fn take(&'static self, key: K) -> Option<Place<K>> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(key).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place { places: self, key })
    }
}

impl<K: Ord> Drop for Place<K> {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_once_it_is_dropped() {
        static PLACES: Places<i64> = Places::new(2);
        let (first, second) = (PLACES.take(1), PLACES.take(1));
        assert!(first.is_some() && second.is_some() && PLACES.take(1).is_none());
        assert!(PLACES.take(2).is_some());
        drop(first);
        assert!(PLACES.take(1).is_some());
        drop(second);
        assert!(PLACES.taken.lock().unwrap().is_empty());
    }
}
