//! Names of files that are sent to be kept.

const NAME_MAX_LETTERS: usize = 80;
const UNNAMED: &str = "document";

/// Writes the name of a file for the header `Content-Disposition`, with its ending. One with letters beyond ASCII stands there twice: those who read only ASCII get what
/// is left of it (RFC 6266, RFC 8187).
pub fn disposition(kind: &str, name: &str, ending: &str) -> String {
    let is_unfit = |c: char| c.is_control() || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
    let fit: String = name.chars().map(|c| if is_unfit(c) { ' ' } else { c }).take(NAME_MAX_LETTERS).collect();
    let fit = fit.split_whitespace().collect::<Vec<_>>().join(" ");
    let fit = fit.trim_matches('.');
    let fit = if fit.is_empty() { UNNAMED } else { fit };
    if fit.is_ascii() && !fit.contains('%') {
        return format!("{kind}; filename=\"{fit}.{ending}\"");
    }
    let mut encoded = String::new();
    for byte in fit.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    let ascii: String = fit.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    let ascii = if ascii.is_empty() { UNNAMED } else { &ascii };
    format!("{kind}; filename=\"{ascii}.{ending}\"; filename*=UTF-8''{encoded}.{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_in_the_header_as_browsers_read_it() {
        for (name, expected) in [
            ("CERT-20261121-ACDEFG", "attachment; filename=\"CERT-20261121-ACDEFG.pdf\""),
            ("My lecture", "attachment; filename=\"My lecture.pdf\""),
            ("가 A34", "attachment; filename=\"A34.pdf\"; filename*=UTF-8''%EA%B0%80%20A34.pdf"),
            (
                "가/\"나\"\r\nX: y",
                "attachment; filename=\"Xy.pdf\"; filename*=UTF-8''%EA%B0%80%20%EB%82%98%20X%20y.pdf",
            ),
            ("가", "attachment; filename=\"document.pdf\"; filename*=UTF-8''%EA%B0%80.pdf"),
            ("100%", "attachment; filename=\"100.pdf\"; filename*=UTF-8''100%25.pdf"),
            ("..", "attachment; filename=\"document.pdf\""),
        ] {
            assert_eq!(disposition("attachment", name, "pdf"), expected, "{name}");
        }
        assert!(disposition("attachment", &"가".repeat(300), "pdf").len() < 900);
    }
}
