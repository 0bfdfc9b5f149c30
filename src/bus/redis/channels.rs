//! The channels that this node wants to hear, over all links.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

#[derive(Default)]
pub struct Channels(Mutex<HashMap<Arc<str>, Channel>>);

struct Channel {
    is_confirmed: watch::Sender<bool>,
    /// Whether messages may have been missed since someone began to rely on the channel.
    has_missed: bool,
}

impl Channels {
    fn channels(&self) -> MutexGuard<'_, HashMap<Arc<str>, Channel>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a channel. Returns whether it is confirmed, now and later; and its name if it is new.
    pub fn add(&self, channel: &str) -> (watch::Receiver<bool>, Option<Arc<str>>) {
        let mut channels = self.channels();
        if let Some(known) = channels.get(channel) {
            return (known.is_confirmed.subscribe(), None);
        }
        let name: Arc<str> = channel.into();
        let (is_confirmed, confirmed) = watch::channel(false);
        channels.insert(name.clone(), Channel { is_confirmed, has_missed: false });
        (confirmed, Some(name))
    }

    pub fn remove(&self, channel: &str) -> Option<Arc<str>> {
        self.channels().remove_entry(channel).map(|(name, _)| name)
    }

    pub fn contains(&self, channel: &str) -> bool {
        self.channels().contains_key(channel)
    }

    pub fn names(&self) -> Vec<Arc<str>> {
        self.channels().keys().cloned().collect()
    }

    /// Notes that someone relies on the channel though it is not confirmed. Returns `false` if it is confirmed by now.
    pub fn mark_missed(&self, channel: &str) -> bool {
        let mut channels = self.channels();
        let Some(found) = channels.get_mut(channel).filter(|found| !*found.is_confirmed.borrow()) else { return false };
        found.has_missed = true;
        true
    }

    /// Notes that the server has confirmed a channel. Returns whether messages may have been missed.
    pub fn confirm(&self, channel: &str) -> bool {
        let mut channels = self.channels();
        let Some(found) = channels.get_mut(channel) else { return false };
        found.is_confirmed.send_replace(true);
        std::mem::take(&mut found.has_missed)
    }

    /// Notes that a channel is not heard any more.
    pub fn lose(&self, channel: &str) {
        if let Some(found) = self.channels().get_mut(channel) {
            found.is_confirmed.send_replace(false);
            found.has_missed = true;
        }
    }
}
