//! The secrets of a school, which sign access tokens, prove refresh tokens, and sign certificates.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD as BASE64};
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::clock::{SECOND_MS, random_bytes};
use crate::error::{Error, Result};
use crate::private;

const ISSUER: &str = "gyosil";
const AUDIENCE: &str = "gyosil-api";

pub struct Keys {
    encoding: EncodingKey,
    decoding: DecodingKey,
    secret: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    aud: String,
    iss: String,
    iat: i64,
    exp: i64,
    login: i64,
    /// 0 for a student, 1 for everyone else. Other apps read it; this server asks the database instead.
    #[serde(rename = "userStudent")]
    user_student: u8,
}

/// The person and the login that a token stands for.
#[derive(Debug, Clone, Copy)]
pub struct TokenHolder {
    pub person: i64,
    pub login: i64,
    pub expires_ms: i64,
}

/// A refresh token, `login.nonce.proof`. The nonce is random and is what the database keeps; the proof is an HMAC of login
/// and nonce. So an old token of this school can be told from a guess, and a stolen database lets nobody sign in.
pub struct RefreshToken {
    pub login: i64,
    pub nonce: String,
    text: String,
}

/// A proof that a device has signed in to an account before, by the login that it had then: `person.login.proof`.
pub struct DeviceProof {
    pub person: i64,
    pub login: i64,
}

impl Keys {
    pub fn new(secret: &[u8]) -> Keys {
        Keys {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            secret: secret.to_vec(),
        }
    }

    /// Uses the secret of the settings, or the one in the data folder, which is made at the first start.
    pub fn open(given: Option<&str>, data: &Path) -> Result<Keys> {
        if let Some(secret) = given {
            return Ok(Keys::new(secret.as_bytes()));
        }
        Ok(Keys::new(&read_or_create(data, "jwt-secret", || BASE64.encode(random_bytes::<48>()))?))
    }

    pub fn access_token(&self, holder: TokenHolder, now_ms: i64, is_student: bool) -> Result<String> {
        let claims = Claims {
            sub: holder.person.to_string(),
            aud: AUDIENCE.into(),
            iss: ISSUER.into(),
            iat: now_ms / SECOND_MS,
            exp: holder.expires_ms / SECOND_MS,
            login: holder.login,
            user_student: u8::from(!is_student),
        };
        jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).map_err(Error::internal)
    }

    pub fn read_access_token(&self, token: &str, now_ms: i64) -> Result<TokenHolder> {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.set_audience(&[AUDIENCE]);
        rules.set_issuer(&[ISSUER]);
        // Expiry is checked below by this server's own clock, so that a test can move it.
        rules.validate_exp = false;
        let claims =
            jsonwebtoken::decode::<Claims>(token, &self.decoding, &rules).map_err(|_| Error::SignInNeeded)?.claims;
        let expires_ms = claims.exp * SECOND_MS;
        if expires_ms <= now_ms {
            return Err(Error::TokenExpired);
        }
        let person = claims.sub.parse().map_err(|_| Error::SignInNeeded)?;
        Ok(TokenHolder { person, login: claims.login, expires_ms })
    }

    pub fn refresh_token(&self, login: i64, nonce: &str) -> RefreshToken {
        let text = format!("{login}.{nonce}.{}", self.proof(&["refresh", &login.to_string(), nonce]));
        RefreshToken { login, nonce: nonce.to_owned(), text }
    }

    pub fn read_refresh_token(&self, text: &str) -> Option<RefreshToken> {
        let (login, nonce, proof) = three_parts(text)?;
        let login: i64 = login.parse().ok()?;
        self.check_proof(proof, &["refresh", &login.to_string(), nonce])?;
        Some(RefreshToken { login, nonce: nonce.to_owned(), text: text.to_owned() })
    }

    pub fn device_proof(&self, person: i64, login: i64) -> String {
        format!("{person}.{login}.{}", self.proof(&["device", &person.to_string(), &login.to_string()]))
    }

    pub fn read_device_proof(&self, text: &str) -> Option<DeviceProof> {
        let (person, login, proof) = three_parts(text)?;
        self.check_proof(proof, &["device", person, login])?;
        Some(DeviceProof { person: person.parse().ok()?, login: login.parse().ok()? })
    }

    /// Derives the secret for one kind of signatures from that of the school.
    pub fn derived(&self, purpose: &str) -> Result<[u8; 32]> {
        let mac = self.mac(&["derived", purpose]).ok_or_else(|| Error::internal("no secret can be derived"))?;
        Ok(mac.finalize().into_bytes().into())
    }

    /// Hides a login name that nobody has, in the same way on all nodes: it may be a password, typed in the wrong place. Without the
    /// secret nobody can try which name it was.
    pub fn hide_name(&self, name: &str) -> String {
        self.proof(&["name", &name.to_lowercase()])
    }

    fn proof(&self, words: &[&str]) -> String {
        self.mac(words).map(|mac| BASE64.encode(mac.finalize().into_bytes())).unwrap_or_default()
    }

    fn check_proof(&self, proof: &str, words: &[&str]) -> Option<()> {
        let proof = BASE64.decode(proof).ok()?;
        self.mac(words)?.verify_slice(&proof).ok()
    }

    /// Computes an HMAC over words of which only the last may contain a space, so that no character can be moved from one word to
    /// the next.
    fn mac(&self, words: &[&str]) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).ok()?;
        mac.update(words.join(" ").as_bytes());
        Some(mac)
    }
}

/// Splits a text into exactly three parts at its dots. `None` if there are more or fewer, or if the text contains a space.
fn three_parts(text: &str) -> Option<(&str, &str, &str)> {
    let mut parts = text.split('.');
    let three = (parts.next()?, parts.next()?, parts.next()?);
    (parts.next().is_none() && !text.contains(' ')).then_some(three)
}

/// Makes the nonce of a refresh token: 16 random bytes in base64.
pub fn new_nonce() -> String {
    BASE64.encode(random_bytes::<16>())
}

/// Signs the facts of certificates, so that anyone who knows the public key can check that this school wrote them.
pub struct CertificateKey(SigningKey);

impl CertificateKey {
    /// Uses the seed of the settings, or the one in the data folder, which is made at the first start.
    pub fn open(given: Option<[u8; 32]>, data: &Path) -> Result<CertificateKey> {
        const FILE: &str = "certificate-key";
        if let Some(seed) = given {
            return Ok(CertificateKey(SigningKey::from_bytes(&seed)));
        }
        let encoded = read_or_create(data, FILE, || STANDARD.encode(random_bytes::<32>()))?;
        let seed = STANDARD.decode(encoded.trim_ascii()).ok().and_then(|bytes| bytes.try_into().ok());
        let seed =
            seed.ok_or_else(|| Error::internal(format!("{FILE} in the data folder is not 32 bytes in base64")))?;
        Ok(CertificateKey(SigningKey::from_bytes(&seed)))
    }

    pub fn algorithm(&self) -> &'static str {
        "Ed25519"
    }

    /// Signs a text. The signature is in base64.
    pub fn sign(&self, text: &str) -> String {
        STANDARD.encode(self.0.sign(text.as_bytes()).to_bytes())
    }

    /// Returns the public key, in base64.
    pub fn public_key(&self) -> String {
        STANDARD.encode(self.0.verifying_key().to_bytes())
    }
}

/// The secret of the link that makes the first administrator. It is printed at each start, and works while the school has no
/// administrator, which the database decides. That of a lone server ends with the process. Several nodes derive the same one from
/// their secret: the link of one may be opened at another, and works after a restart.
#[derive(Default)]
pub struct SetupSecret {
    of_all_nodes: Option<String>,
    valid: Mutex<Option<String>>,
}

impl SetupSecret {
    pub fn of_all_nodes(secret: &[u8]) -> SetupSecret {
        SetupSecret { of_all_nodes: Some(BASE64.encode(secret)), valid: Mutex::default() }
    }

    /// Makes the link of this node valid. A lone server makes a new secret, and the older one becomes invalid.
    pub fn renew(&self) -> String {
        let secret = self.of_all_nodes.clone().unwrap_or_else(|| BASE64.encode(random_bytes::<24>()));
        *self.locked() = Some(secret.clone());
        secret
    }

    pub fn matches(&self, given: &str) -> bool {
        // Hashes are compared, so that the time it takes reveals nothing about the secret.
        self.locked().as_deref().is_some_and(|secret| Sha256::digest(secret) == Sha256::digest(given))
    }

    fn locked(&self) -> MutexGuard<'_, Option<String>> {
        self.valid.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Reads a secret file, and makes it if it is missing. Only its owner can read it. If several processes make it at once,
/// all read the file of the first.
fn read_or_create(data: &Path, name: &str, make: impl FnOnce() -> String) -> Result<Vec<u8>> {
    let path = data.join(name);
    if let Ok(kept) = fs::read(&path) {
        private::close_file(&path).map_err(Error::internal)?;
        return Ok(kept);
    }
    // The file appears whole or not at all, even if two processes start at once.
    let fresh = data.join(format!("{name}.{}", hex(&random_bytes::<4>())));
    let made =
        private::new_file(&fresh).and_then(|mut file| file.write_all(make().as_bytes()).and_then(|()| file.sync_all()));
    made.map_err(Error::internal)?;
    let _ = fs::hard_link(&fresh, &path);
    let _ = fs::remove_file(&fresh);
    fs::read(&path).map_err(Error::internal)
}

impl RefreshToken {
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_setup_link_of_one_node_works_at_another() {
        let (here, there) = (SetupSecret::of_all_nodes(b"derived"), SetupSecret::of_all_nodes(b"derived"));
        let printed = here.renew();
        assert!(!there.matches(&printed), "that node found an administrator at its start");
        there.renew();
        assert!(there.matches(&printed) && !SetupSecret::default().matches(&printed));
        let alone = SetupSecret::default();
        assert_ne!(alone.renew(), alone.renew());
    }

    #[test]
    fn a_secret_is_made_once_and_only_we_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let first = Keys::open(None, folder.path()).unwrap();
        let second = Keys::open(None, folder.path()).unwrap();
        let holder = TokenHolder { person: 7, login: 3, expires_ms: 10_000 };
        let token = first.access_token(holder, 0, true).unwrap();
        assert_eq!(second.read_access_token(&token, 9_999).unwrap().person, 7);
        assert!(matches!(second.read_access_token(&token, 10_000), Err(Error::TokenExpired)));
        let mode = fs::metadata(folder.path().join("jwt-secret")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn the_key_of_certificates_is_made_once_and_only_we_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let first = CertificateKey::open(None, folder.path()).unwrap();
        let second = CertificateKey::open(None, folder.path()).unwrap();
        assert_eq!((first.public_key(), first.sign("a")), (second.public_key(), second.sign("a")));
        assert_ne!(first.sign("a"), first.sign("b"));
        let file = folder.path().join("certificate-key");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        // RFC 8032, 7.1, test 1.
        let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let seed: Vec<u8> = (0..32).map(|n| u8::from_str_radix(&seed[2 * n..2 * n + 2], 16).unwrap()).collect();
        let given = CertificateKey::open(Some(seed.try_into().unwrap()), folder.path()).unwrap();
        assert_eq!(given.public_key(), "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
        fs::write(&file, "cut off").unwrap();
        assert!(CertificateKey::open(None, folder.path()).is_err());
    }

    #[test]
    fn a_refresh_token_is_known_by_its_proof() {
        let keys = Keys::new(&[1; 32]);
        let token = keys.refresh_token(5, "nonce");
        assert_eq!(keys.read_refresh_token(token.text()).unwrap().nonce, "nonce");
        assert!(keys.read_refresh_token(&token.text().replacen("5.", "6.", 1)).is_none());
        assert!(keys.read_refresh_token(&token.text().replacen("nonce", "once", 1)).is_none());
        assert!(keys.read_refresh_token(&format!("{}.", token.text())).is_none());
        assert!(Keys::new(&[2; 32]).read_refresh_token(token.text()).is_none());
    }

    #[test]
    fn a_device_proof_is_of_one_person_and_login_and_is_no_refresh_token() {
        let keys = Keys::new(&[1; 32]);
        let proof = keys.device_proof(7, 3);
        let read = keys.read_device_proof(&proof).unwrap();
        assert_eq!((read.person, read.login), (7, 3));
        assert!(keys.read_device_proof(&proof.replacen("7.", "8.", 1)).is_none());
        assert!(keys.read_device_proof(&proof.replacen(".3.", ".4.", 1)).is_none());
        assert!(keys.read_refresh_token(&proof).is_none());
        assert!(keys.read_device_proof(keys.refresh_token(7, "3").text()).is_none());
        assert!(Keys::new(&[2; 32]).read_device_proof(&proof).is_none());
    }

    #[test]
    fn a_name_is_hidden_in_the_same_way_by_those_who_have_the_secret_alone() {
        let keys = Keys::new(&[1; 32]);
        let hidden = keys.hide_name("My secret");
        assert_eq!(hidden, Keys::new(&[1; 32]).hide_name("my Secret"));
        assert_ne!(hidden, keys.hide_name("my secrets"));
        assert_ne!(hidden, Keys::new(&[2; 32]).hide_name("my secret"));
    }
}
