//! WebSocket frames that the server sends, each encoded once for all receivers.

use bytes::{BufMut, Bytes, BytesMut};

/// A header and its payload, encoded once. Cloning copies no bytes.
#[derive(Clone, Debug)]
pub struct Frame(Bytes);

impl Frame {
    pub fn text(json: impl AsRef<[u8]>) -> Frame {
        Frame::encode(0x1, json.as_ref())
    }

    /// Tells a client to fetch anew what it shows, since events that are in no log may have been lost.
    pub fn resync() -> Frame {
        Frame::text(r#"{"type":"resync"}"#)
    }

    pub fn ping() -> Frame {
        Frame::encode(0x9, b"")
    }

    pub fn pong(payload: &[u8]) -> Frame {
        Frame::encode(0xA, payload)
    }

    pub fn close(code: u16, reason: &str) -> Frame {
        let mut payload = code.to_be_bytes().to_vec();
        payload.extend_from_slice(reason.as_bytes());
        Frame::encode(0x8, &payload)
    }

    /// The answer to a peer's close frame: the same code, or no code if the peer gave none.
    pub fn close_echo(code: Option<u16>) -> Frame {
        code.map_or_else(|| Frame::encode(0x8, b""), |code| Frame::close(code, ""))
    }

    fn encode(opcode: u8, payload: &[u8]) -> Frame {
        let mut bytes = BytesMut::with_capacity(payload.len() + 10);
        bytes.put_u8(0x80 | opcode);
        match payload.len() {
            length @ 0..=125 => bytes.put_u8(length as u8),
            length @ 126..=0xFFFF => {
                bytes.put_u8(126);
                bytes.put_u16(length as u16);
            }
            length => {
                bytes.put_u8(127);
                bytes.put_u64(length as u64);
            }
        }
        bytes.put_slice(payload);
        Frame(bytes.freeze())
    }

    pub fn bytes(&self) -> &Bytes {
        &self.0
    }

    /// The JSON in the frame, so that several frames can be put into one.
    pub fn payload(&self) -> &[u8] {
        let header = match self.0.get(1) {
            Some(126) => 4,
            Some(127) => 10,
            _ => 2,
        };
        self.0.get(header..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_knows_its_payload() {
        for length in [0, 125, 126, 65_535, 65_536] {
            let text = "x".repeat(length);
            assert_eq!(Frame::text(&text).payload(), text.as_bytes());
        }
    }
}
