//! The seal of a message between nodes. Whoever may publish at the Redis, but does not have the secret of the school, can neither send
//! frames to its rooms nor bring a message of one room into another.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const SEAL_BYTES: usize = 32;

pub struct Sealer(Hmac<Sha256>);

impl Sealer {
    pub fn new(secret: &[u8; 32]) -> Option<Sealer> {
        Hmac::new_from_slice(secret).ok().map(Sealer)
    }

    fn mac(&self, channel: &str, message: &[u8]) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        [channel.as_bytes(), &[0], message].into_iter().for_each(|part| mac.update(part));
        mac
    }

    /// Puts the seal before a message.
    pub fn seal(&self, channel: &str, message: &[u8]) -> Vec<u8> {
        let seal = self.mac(channel, message).finalize().into_bytes();
        [&seal, message].concat()
    }

    /// Returns the message, or `None` if no node of this school has sealed it for this channel.
    pub fn open<'a>(&self, channel: &str, sealed: &'a [u8]) -> Option<&'a [u8]> {
        let (seal, message) = sealed.split_at_checked(SEAL_BYTES)?;
        self.mac(channel, message).verify_slice(seal).ok()?;
        Some(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_node_of_the_school_has_sealed_for_a_channel_is_opened() {
        let sealer = Sealer::new(&[1; 32]).unwrap();
        let sealed = sealer.seal("s1", b"message");
        assert_eq!(Sealer::new(&[1; 32]).unwrap().open("s1", &sealed), Some(&b"message"[..]));
        assert_eq!(Sealer::new(&[2; 32]).unwrap().open("s1", &sealed), None);
        assert_eq!(sealer.open("s2", &sealed), None);
        for n in 0..sealed.len() {
            let mut other = sealed.clone();
            other[n] ^= 1;
            assert_eq!(sealer.open("s1", &other), None);
            assert_eq!(sealer.open("s1", &sealed[..n]), None);
        }
        assert_eq!(sealer.open("s1", b"message"), None);
    }
}
