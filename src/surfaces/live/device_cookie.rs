//! Cookie by which a browser shows that it has signed in to an account before. It gives no access: it only prevents that
//! others lock out the owner of the account.

use axum::http::{HeaderMap, HeaderValue};

use crate::app::School;
use crate::surfaces::extract;

const NAME: &str = "gyosil_device";
/// Most proofs in the cookie, one for each person who has signed in on this browser. The oldest ones are dropped.
const MAX_PROOFS: usize = 8;
/// Browsers keep a cookie for 400 days at most.
const LIVES_S: i64 = 400 * 86_400;

/// Returns the proofs in the cookie, unchecked, the newest first.
pub fn proofs(headers: &HeaderMap) -> Vec<String> {
    let found = extract::cookie(headers, NAME).unwrap_or("");
    found.split('~').take(MAX_PROOFS).map(str::to_owned).collect()
}

/// Makes the cookie with this proof before the others. Only proofs that we signed are kept, one for each person.
pub fn remembering(app: &School, is_https: bool, headers: &HeaderMap, person: i64, proof: &str) -> Option<HeaderValue> {
    let is_of_another = |text: &String| app.keys.read_device_proof(text).is_some_and(|kept| kept.person != person);
    let others = proofs(headers).into_iter().filter(is_of_another).take(MAX_PROOFS - 1);
    let all: Vec<String> = std::iter::once(proof.to_owned()).chain(others).collect();
    extract::set_cookie(NAME, &all.join("~"), "/api/auth", LIVES_S, is_https)
}
