//! Names content by its hash, so that a browser which has it need not load it again.

use sha2::{Digest, Sha256};

const TAG_BYTES: usize = 8;

/// Returns sixteen hexadecimal digits that change whenever the content changes.
pub fn of(content: &[u8]) -> String {
    of_hash(&Sha256::digest(content))
}

/// Returns a number that is another for other content.
pub fn number_of(content: &[u8]) -> i64 {
    let hash = Sha256::digest(content);
    hash.iter().take(TAG_BYTES).fold(0, |number, byte| number << 8 | i64::from(*byte))
}

/// Returns the same as `of`, if the SHA-256 of the content is known already.
pub fn of_hash(sha256: &[u8]) -> String {
    sha256.iter().take(TAG_BYTES).map(|byte| format!("{byte:02x}")).collect()
}
