//! A school's own certificate, and who trusts it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::PublicKeyData;
use sha2::{Digest, Sha256};
use tempfile::TempDir;
use tokio_rustls::rustls::pki_types::CertificateDer;

pub struct Certificate {
    pub der: CertificateDer<'static>,
    /// Of its key, as Chromium wants it said.
    pub fingerprint: String,
    folder: TempDir,
}

impl Certificate {
    pub fn is_made() -> Certificate {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("chain.pem"), made.cert.pem()).unwrap();
        std::fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
        let fingerprint = STANDARD.encode(Sha256::digest(made.signing_key.subject_public_key_info()));
        Certificate { der: made.cert.der().clone(), fingerprint, folder }
    }

    /// The settings of a school that has it.
    pub fn flags(&self) -> [String; 4] {
        let file = |name| self.folder.path().join(name).display().to_string();
        ["--tls-cert".into(), file("chain.pem"), "--tls-key".into(), file("key.pem")]
    }
}
