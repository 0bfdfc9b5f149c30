//! Secrets in settings: in no log, in no help, and perhaps in a file.

/// A secret: it is in no log and in no help.
#[derive(Clone)]
pub struct SecretText(String);

impl SecretText {
    pub fn text(&self) -> &str {
        &self.0
    }

    /// True for one line of ASCII without spaces.
    pub(super) fn is_plain(&self) -> bool {
        !self.0.is_empty() && self.0.bytes().all(|byte| byte.is_ascii_graphic())
    }
}

impl std::fmt::Debug for SecretText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("(secret)")
    }
}

/// Reads a secret, or the file that holds it. A bad one is refused later, by `flaw`: an error here would repeat it.
pub(super) fn secret(text: &str) -> Result<SecretText, String> {
    let read = match text.strip_prefix('@') {
        Some(file) => std::fs::read_to_string(file).map_err(|error| format!("the file cannot be read ({error})"))?,
        None => text.to_owned(),
    };
    Ok(SecretText(read.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_from_a_file_and_never_shown() {
        let folder = std::env::temp_dir().join(format!("gyosil-secret-{}", std::process::id()));
        std::fs::write(&folder, "topsecret\n").unwrap();
        let from_file = secret(&format!("@{}", folder.display())).unwrap();
        std::fs::remove_file(&folder).unwrap();
        assert_eq!((from_file.text(), format!("{from_file:?}").as_str()), ("topsecret", "(secret)"));
        assert_eq!(secret("plain").unwrap().text(), "plain");
        assert!(secret("@/nowhere/at/all").is_err());
        for (text, is_plain) in [("plain", true), ("", false), ("  ", false), ("two words", false), ("비밀", false)] {
            assert_eq!(secret(text).unwrap().is_plain(), is_plain, "{text}");
        }
    }
}
