//! WebSocket frames as a learner's phone reads them, and the greeting before them.

use crate::Result;

/// Far more than the server ever sends in one frame but a state of a full room.
const FRAME_MAX_BYTES: usize = 16 * 1024 * 1024;
const KEY: &str = "Z3lvc2lsLWxvYWR0ZXN0IQ==";

pub const TEXT: u8 = 0x1;
pub const CLOSE: u8 = 0x8;
pub const PING: u8 = 0x9;

pub struct Frame<'a> {
    pub opcode: u8,
    pub payload: &'a [u8],
    /// How many bytes it took, header and all.
    pub length: usize,
}

/// The first frame in the bytes, if all of it is there. A server never masks, and never cuts a message here.
pub fn first(bytes: &[u8]) -> Result<Option<Frame<'_>>> {
    let [head, size, rest @ ..] = bytes else { return Ok(None) };
    if head & 0xF0 != 0x80 || size & 0x80 != 0 {
        return Err("the server sent a frame that is masked, in pieces or of an unknown kind".into());
    }
    let (extra, length) = match (size, rest) {
        (126, [a, b, ..]) => (2, usize::from(u16::from_be_bytes([*a, *b]))),
        (127, [0, 0, 0, 0, a, b, c, d, ..]) => (8, u32::from_be_bytes([*a, *b, *c, *d]) as usize),
        (127, rest) if rest.len() >= 8 => return Err("the server sent a frame without end".into()),
        (126 | 127, _) => return Ok(None),
        (size, _) => (0, usize::from(*size)),
    };
    if length > FRAME_MAX_BYTES {
        return Err(format!("the server sent a frame of {length} bytes").into());
    }
    let begin = 2 + extra;
    let payload = bytes.get(begin..begin + length);
    Ok(payload.map(|payload| Frame { opcode: head & 0x0F, payload, length: begin + length }))
}

/// A server's text frame, made once for everyone.
pub fn text(payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x80 | TEXT];
    match payload.len() {
        length @ 0..=125 => bytes.push(length as u8),
        length @ 126..=0xFFFF => {
            bytes.push(126);
            bytes.extend_from_slice(&(length as u16).to_be_bytes());
        }
        length => {
            bytes.push(127);
            bytes.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(payload);
    bytes
}

/// A client's text frame of less than 64 KiB. A client must mask; a mask of zeros is a mask.
pub fn client_text(payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x80 | TEXT];
    match payload.len() {
        length @ 0..=125 => bytes.push(0x80 | length as u8),
        length => {
            bytes.push(0x80 | 126);
            bytes.extend_from_slice(&(length as u16).to_be_bytes());
        }
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes.extend_from_slice(payload);
    bytes
}

pub fn pong(payload: &[u8]) -> Vec<u8> {
    let payload = payload.get(..125).unwrap_or(payload);
    let mut bytes = vec![0x8A, 0x80 | payload.len() as u8, 0, 0, 0, 0];
    bytes.extend_from_slice(payload);
    bytes
}

pub fn greeting(path: &str, token: Option<&str>) -> String {
    let bearer = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {KEY}\r\n{bearer}\r\n"
    )
}

/// Where the server's answer ends, once all of its head is there.
pub fn head_end(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|w| w == b"\r\n\r\n").map(|at| at + 4)
}

pub fn check_welcome(head: &[u8]) -> Result<()> {
    let head = String::from_utf8_lossy(head);
    let accept = tungstenite::handshake::derive_accept_key(KEY.as_bytes());
    if head.starts_with("HTTP/1.1 101") && head.contains(&accept) {
        return Ok(());
    }
    Err(format!("no socket was opened: {}", head.lines().next().unwrap_or_default()).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_once_all_of_it_is_there() {
        for length in [0, 1, 125, 126, 420, 65_535, 65_536] {
            let payload = vec![b'x'; length];
            let mut bytes = text(&payload);
            let whole = bytes.len();
            bytes.extend_from_slice(b"\x81\x01y");
            let frame = first(&bytes).unwrap().unwrap();
            assert_eq!((frame.opcode, frame.payload, frame.length), (TEXT, &payload[..], whole));
            for cut in 0..whole.min(300) {
                assert!(first(&bytes[..cut]).unwrap().is_none());
            }
        }
        assert!(first(b"\x01\x01y").is_err());
        assert!(first(b"\x81\x81\0\0\0\0y").is_err());
    }
}
