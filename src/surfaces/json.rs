//! Numbers in JSON that are whole: `5.0` and `5` are the same number there, and some languages write every number with a fraction.

use std::borrow::Cow;

/// Rewrites whole numbers that have a fraction of zero, or an exponent, without it. Text that is not JSON stays as it is.
pub fn with_whole_numbers(bytes: &[u8]) -> Cow<'_, [u8]> {
    let mut written: Option<Vec<u8>> = None;
    let (mut copied, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        let end = match byte {
            b'"' => end_of_text(bytes, at),
            b'-' | b'0'..=b'9' => end_of_number(bytes, at),
            _ => at + 1,
        };
        if let Some(whole) = whole(&bytes[at..end]) {
            let written = written.get_or_insert_with(|| Vec::with_capacity(bytes.len()));
            written.extend_from_slice(&bytes[copied..at]);
            written.extend_from_slice(whole.to_string().as_bytes());
            copied = end;
        }
        at = end;
    }
    match written {
        None => Cow::Borrowed(bytes),
        Some(mut written) => {
            written.extend_from_slice(&bytes[copied..]);
            Cow::Owned(written)
        }
    }
}

fn end_of_text(bytes: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

fn end_of_number(bytes: &[u8], start: usize) -> usize {
    let is_part = |byte: &u8| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
    bytes[start..].iter().position(|byte| !is_part(byte)).map_or(bytes.len(), |length| start + length)
}

/// Returns the value of a token that is written with a fraction or an exponent, if it is whole and fits in 64 bits.
fn whole(token: &[u8]) -> Option<i64> {
    let starts = token.first().is_some_and(|byte| matches!(byte, b'-' | b'0'..=b'9'));
    if !starts || !token.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E')) {
        return None;
    }
    // serde_json decides whether the token is a number.
    let number: f64 = serde_json::from_slice(token).ok()?;
    (number.fract() == 0.0 && number.abs() < 9.2e18).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_lose_their_fraction_and_nothing_else_changes() {
        let written = |text: &str| String::from_utf8(with_whole_numbers(text.as_bytes()).into_owned()).unwrap();
        for (sent, read) in [
            (r#"{"a": 5.0, "b": [-3.00, 1e3, 2.5, 7]}"#, r#"{"a": 5, "b": [-3, 1000, 2.5, 7]}"#),
            (r#"{"5.0": "1.0 \" 2.0", "c": "\\", "d": 1.0}"#, r#"{"5.0": "1.0 \" 2.0", "c": "\\", "d": 1}"#),
            (r#"{"a": 1e400, "b": 1.5e19, "c": -0.0, "d": 0.0}"#, r#"{"a": 1e400, "b": 1.5e19, "c": 0, "d": 0}"#),
            ("{\"a\": 01.0, \"b", "{\"a\": 01.0, \"b"),
            ("5.0\"", "5\""),
            ("-", "-"),
            ("\"\\", "\"\\"),
        ] {
            assert_eq!(written(sent), read, "{sent}");
        }
    }
}
