//! WebSocket frames: encoded once for everyone, and read with our own rules.

use std::io::Cursor;

use bytes::{BufMut, Bytes, BytesMut};
use tungstenite::protocol::frame::FrameHeader;
use tungstenite::protocol::frame::coding::{Control, Data, OpCode};

pub const FRAME_MAX_BYTES: usize = 64 * 1024;
const CONTROL_MAX_BYTES: u64 = 125;

/// Header and payload, made once; cloning it counts a reference.
#[derive(Clone, Debug)]
pub struct Frame(Bytes);

impl Frame {
    pub fn text(json: impl AsRef<[u8]>) -> Frame {
        Frame::encode(0x1, json.as_ref())
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

    /// The JSON in it, to put several into one.
    pub fn payload(&self) -> &[u8] {
        let header = match self.0.get(1) {
            Some(126) => 4,
            Some(127) => 10,
            _ => 2,
        };
        self.0.get(header..).unwrap_or_default()
    }
}

#[derive(Debug, PartialEq, Eq)]
pub enum Heard {
    Text(String),
    Ping(Vec<u8>),
    Pong,
    Close,
}

/// What a peer did against the protocol, as the close code that answers it.
#[derive(Debug, PartialEq, Eq)]
pub struct Fault(pub u16, pub &'static str);

/// Puts frames together from whatever pieces arrive. It holds memory only while a frame is incomplete.
#[derive(Default)]
pub struct Parser {
    partial: Vec<u8>,
    message: Option<Vec<u8>>,
}

impl Parser {
    pub fn feed(&mut self, bytes: &mut [u8], heard: &mut Vec<Heard>) -> Result<(), Fault> {
        if self.partial.is_empty() {
            let used = self.frames(bytes, heard)?;
            self.partial.extend_from_slice(&bytes[used..]);
        } else {
            let mut joined = std::mem::take(&mut self.partial);
            joined.extend_from_slice(bytes);
            let used = self.frames(&mut joined, heard)?;
            if used < joined.len() {
                joined.drain(..used);
                self.partial = joined;
            }
        }
        Ok(())
    }

    /// How many bytes belonged to whole frames.
    fn frames(&mut self, bytes: &mut [u8], heard: &mut Vec<Heard>) -> Result<usize, Fault> {
        let mut used = 0;
        loop {
            let mut cursor = Cursor::new(&bytes[used..]);
            let Some((header, length)) =
                FrameHeader::parse(&mut cursor).map_err(|_| Fault(1002, "unreadable frame"))?
            else {
                return Ok(used);
            };
            let mask = self.check(&header, length)?;
            let begin = used + cursor.position() as usize;
            let end = begin + length as usize;
            let Some(payload) = bytes.get_mut(begin..end) else { return Ok(used) };
            unmask(payload, mask);
            self.frame(&header, payload, heard)?;
            used = end;
        }
    }

    fn check(&self, header: &FrameHeader, length: u64) -> Result<[u8; 4], Fault> {
        let Some(mask) = header.mask else { return Err(Fault(1002, "unmasked frame")) };
        if header.rsv1 || header.rsv2 || header.rsv3 {
            return Err(Fault(1002, "reserved bits"));
        }
        if let OpCode::Control(_) = header.opcode
            && (!header.is_final || length > CONTROL_MAX_BYTES)
        {
            return Err(Fault(1002, "control frame too long or in pieces"));
        }
        let so_far = self.message.as_ref().map_or(0, Vec::len) as u64;
        if so_far.saturating_add(length) > FRAME_MAX_BYTES as u64 {
            return Err(Fault(1009, "message over 64 KiB"));
        }
        Ok(mask)
    }

    fn frame(&mut self, header: &FrameHeader, payload: &[u8], heard: &mut Vec<Heard>) -> Result<(), Fault> {
        match header.opcode {
            OpCode::Control(Control::Ping) => heard.push(Heard::Ping(payload.to_vec())),
            OpCode::Control(Control::Pong) => heard.push(Heard::Pong),
            OpCode::Control(Control::Close) => heard.push(Heard::Close),
            OpCode::Data(Data::Text) if self.message.is_none() => self.piece(payload, header.is_final, heard)?,
            OpCode::Data(Data::Continue) if self.message.is_some() => self.piece(payload, header.is_final, heard)?,
            OpCode::Data(Data::Binary) => return Err(Fault(1003, "text only")),
            _ => return Err(Fault(1002, "unexpected frame")),
        }
        Ok(())
    }

    fn piece(&mut self, payload: &[u8], last: bool, heard: &mut Vec<Heard>) -> Result<(), Fault> {
        let mut message = self.message.take().unwrap_or_default();
        message.extend_from_slice(payload);
        if last {
            let text = String::from_utf8(message).map_err(|_| Fault(1007, "not UTF-8"))?;
            heard.push(Heard::Text(text));
        } else {
            self.message = Some(message);
        }
        Ok(())
    }
}

fn unmask(payload: &mut [u8], mask: [u8; 4]) {
    for (byte, key) in payload.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(opcode: u8, is_final: bool, payload: &[u8]) -> Vec<u8> {
        let mask = [7, 21, 99, 250];
        let mut bytes = vec![if is_final { 0x80 | opcode } else { opcode }];
        match payload.len() {
            n @ 0..=125 => bytes.push(0x80 | n as u8),
            n => {
                bytes.push(0x80 | 126);
                bytes.extend_from_slice(&(n as u16).to_be_bytes());
            }
        }
        bytes.extend_from_slice(&mask);
        bytes.extend(payload.iter().enumerate().map(|(i, b)| b ^ mask[i % 4]));
        bytes
    }

    fn read(pieces: Vec<Vec<u8>>) -> Result<Vec<Heard>, Fault> {
        let (mut parser, mut heard) = (Parser::default(), Vec::new());
        for mut piece in pieces {
            parser.feed(&mut piece, &mut heard)?;
        }
        Ok(heard)
    }

    #[test]
    fn a_message_is_the_same_however_it_is_cut() {
        let mut wire = masked(1, false, "교".as_bytes());
        wire.extend(masked(9, true, b"still there?"));
        wire.extend(masked(0, true, "실".as_bytes()));
        wire.extend(masked(1, true, "x".repeat(300).as_bytes()));
        let whole = read(vec![wire.clone()]).unwrap();
        assert_eq!(whole[..2], [Heard::Ping(b"still there?".to_vec()), Heard::Text("교실".into())]);
        assert_eq!(read(wire.iter().map(|b| vec![*b]).collect()).unwrap(), whole);
        for cut in 1..wire.len() {
            assert_eq!(read(vec![wire[..cut].to_vec(), wire[cut..].to_vec()]).unwrap(), whole);
        }
    }

    #[test]
    fn a_peer_that_breaks_the_rules_is_told_which() {
        let unmasked = vec![0x81, 1, b'x'];
        let mut reserved = masked(1, true, b"x");
        reserved[0] |= 0x40;
        let huge = vec![0x81, 0xFF, 0, 0, 0, 0, 0, 2, 0, 0, 1, 2, 3, 4];
        let pieces: Vec<u8> = (0..2).flat_map(|n| masked(n ^ 1, false, &[b'x'; 40_000])).collect();
        for (bytes, code) in [
            (unmasked, 1002),
            (reserved, 1002),
            (masked(9, false, b""), 1002),
            (masked(0, true, b"x"), 1002),
            (masked(3, true, b"x"), 1002),
            (masked(2, true, b"x"), 1003),
            (masked(1, true, &[0xFF]), 1007),
            (huge, 1009),
            (pieces, 1009),
        ] {
            assert_eq!(read(vec![bytes]).unwrap_err().0, code);
        }
    }

    #[test]
    fn a_frame_knows_its_payload() {
        for length in [0, 125, 126, 65_535, 65_536] {
            let text = "x".repeat(length);
            assert_eq!(Frame::text(&text).payload(), text.as_bytes());
        }
    }
}
