//! Reads the frames of a peer exactly as RFC 6455 requires, from pieces of any size.
//!
//! Payloads are unmasked and checked as they arrive, so that a text that is not UTF-8 ends the connection at its first wrong
//! byte. A peer can make the parser hold at most one message of `MESSAGE_MAX_BYTES` and one control frame.

pub const MESSAGE_MAX_BYTES: usize = 64 * 1024;
const CONTROL_MAX_BYTES: u8 = 125;
const HEADER_MAX_BYTES: usize = 14;

const CONTINUATION: u8 = 0x0;
const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xA;

#[derive(Debug, PartialEq, Eq)]
pub enum PeerMessage {
    Text(String),
    /// A part of a text message, but not its last one.
    Fragment,
    Ping(Vec<u8>),
    Pong,
    /// The peer's close frame, with its code if it gave one. Everything after it is ignored.
    Close(Option<u16>),
}

/// A violation of the protocol by the peer: the close code that answers it, and the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault(pub u16, pub &'static str);

#[derive(Default)]
pub struct Parser {
    header: [u8; HEADER_MAX_BYTES],
    /// Number of bytes of the next frame's header that have arrived.
    header_bytes: u8,
    /// The frame whose payload is arriving.
    frame: Option<PartialFrame>,
    /// The text whose fragments are arriving.
    text: Option<PartialText>,
    control: Vec<u8>,
    is_over: bool,
}

/// A frame whose header is known.
#[derive(Clone, Copy)]
struct PartialFrame {
    opcode: u8,
    is_final: bool,
    /// The masking key, rotated so that its first byte is for the next byte of the payload.
    mask: [u8; 4],
    left: usize,
}

#[derive(Default)]
struct PartialText {
    bytes: Vec<u8>,
    /// Number of the bytes that are checked: they are whole characters.
    checked: usize,
    /// The number of empty fragments. Each counts like one byte of the message.
    empty_fragments: usize,
}

impl Parser {
    /// Reads the bytes that arrived. After a fault or the peer's close frame, everything is ignored.
    pub fn feed(&mut self, bytes: &mut [u8], messages: &mut Vec<PeerMessage>) -> Result<(), Fault> {
        let fed = self.read(bytes, messages);
        if fed.is_err() {
            self.stop();
        }
        fed
    }

    /// Ignores everything that arrives from here on.
    pub fn stop(&mut self) {
        *self = Parser { is_over: true, ..Parser::default() };
    }

    fn read(&mut self, bytes: &mut [u8], messages: &mut Vec<PeerMessage>) -> Result<(), Fault> {
        let mut at = 0;
        while at < bytes.len() && !self.is_over {
            if self.frame.is_none() {
                at += self.read_header(&bytes[at..])?;
            }
            // A frame without a payload is complete with its header.
            let Some(mut frame) = self.frame.take() else { continue };
            let length = frame.left.min(bytes.len() - at);
            let payload = &mut bytes[at..at + length];
            frame.unmask(payload);
            self.store(&frame, payload)?;
            at += length;
            if frame.left == 0 {
                messages.push(self.finish(&frame)?);
            } else {
                self.frame = Some(frame);
            }
        }
        Ok(())
    }

    /// Reads the next bytes of a header and returns how many. The two bytes that every header has are checked before the rest.
    fn read_header(&mut self, bytes: &[u8]) -> Result<usize, Fault> {
        let mut used = 0;
        loop {
            let have = usize::from(self.header_bytes);
            let length = if have < 2 { 2 } else { header_length(self.header[1]) };
            let more = (length - have).min(bytes.len() - used);
            self.header[have..have + more].copy_from_slice(&bytes[used..used + more]);
            self.header_bytes += more as u8;
            used += more;
            if have + more < length {
                return Ok(used);
            }
            if length == 2 {
                self.check_header(self.header[0], self.header[1])?;
            } else {
                self.header_bytes = 0;
                self.frame = Some(self.read_frame(length)?);
                return Ok(used);
            }
        }
    }

    fn check_header(&self, first: u8, second: u8) -> Result<(), Fault> {
        let (is_final, opcode) = (first & 0x80 != 0, first & 0x0F);
        if first & 0x70 != 0 {
            return Err(Fault(1002, "reserved bits"));
        }
        if second & 0x80 == 0 {
            return Err(Fault(1002, "unmasked frame"));
        }
        match opcode {
            CLOSE | PING | PONG if !is_final || second & 0x7F > CONTROL_MAX_BYTES => {
                Err(Fault(1002, "control frame too long or in pieces"))
            }
            CLOSE | PING | PONG => Ok(()),
            CONTINUATION if self.text.is_none() => Err(Fault(1002, "nothing to continue")),
            TEXT | BINARY if self.text.is_some() => Err(Fault(1002, "a message within a message")),
            CONTINUATION | TEXT => Ok(()),
            BINARY => Err(Fault(1003, "text only")),
            _ => Err(Fault(1002, "unknown kind of frame")),
        }
    }

    fn read_frame(&mut self, header_length: usize) -> Result<PartialFrame, Fault> {
        let (sizes, mask) = self.header[2..header_length].split_at(header_length - 6);
        let number = sizes.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        let length = match sizes.len() {
            0 => u64::from(self.header[1] & 0x7F),
            2 if number < 126 => return Err(Fault(1002, "a length that is longer than it must be")),
            8 if number <= 0xFFFF => return Err(Fault(1002, "a length that is longer than it must be")),
            _ => number,
        };
        let [.., a, b, c, d] = *mask else { return Err(Fault(1002, "unmasked frame")) };
        let frame = PartialFrame {
            opcode: self.header[0] & 0x0F,
            is_final: self.header[0] & 0x80 != 0,
            mask: [a, b, c, d],
            left: usize::try_from(length).unwrap_or(usize::MAX),
        };
        if frame.is_data() {
            self.text.get_or_insert_default().make_room(frame.left)?;
        }
        Ok(frame)
    }

    fn store(&mut self, frame: &PartialFrame, payload: &[u8]) -> Result<(), Fault> {
        match &mut self.text {
            Some(text) if frame.is_data() => text.push(payload),
            _ => {
                self.control.extend_from_slice(payload);
                Ok(())
            }
        }
    }

    fn finish(&mut self, frame: &PartialFrame) -> Result<PeerMessage, Fault> {
        if frame.is_data() {
            if !frame.is_final {
                return Ok(PeerMessage::Fragment);
            }
            let text = self.text.take().unwrap_or_default();
            return String::from_utf8(text.bytes).map(PeerMessage::Text).map_err(|_| NOT_UTF8);
        }
        let payload = std::mem::take(&mut self.control);
        match frame.opcode {
            PING => Ok(PeerMessage::Ping(payload)),
            PONG => Ok(PeerMessage::Pong),
            _ => {
                let close = PeerMessage::Close(close_code(&payload)?);
                self.stop();
                Ok(close)
            }
        }
    }
}

const NOT_UTF8: Fault = Fault(1007, "not UTF-8");

impl PartialFrame {
    fn is_data(&self) -> bool {
        matches!(self.opcode, CONTINUATION | TEXT)
    }

    fn unmask(&mut self, payload: &mut [u8]) {
        for (byte, key) in payload.iter_mut().zip(self.mask.iter().cycle()) {
            *byte ^= key;
        }
        self.left -= payload.len();
        self.mask.rotate_left(payload.len() % 4);
    }
}

impl PartialText {
    /// Begins a fragment of `length` bytes. Fails if the message would be longer than `MESSAGE_MAX_BYTES`.
    fn make_room(&mut self, length: usize) -> Result<(), Fault> {
        self.empty_fragments += usize::from(length == 0);
        let so_far = self.bytes.len() + self.empty_fragments;
        if so_far.saturating_add(length) > MESSAGE_MAX_BYTES {
            return Err(Fault(1009, "message over 64 KiB"));
        }
        Ok(())
    }

    /// Appends bytes. Fails if they are not UTF-8; only the character at the end may be incomplete.
    fn push(&mut self, payload: &[u8]) -> Result<(), Fault> {
        self.bytes.extend_from_slice(payload);
        match std::str::from_utf8(&self.bytes[self.checked..]) {
            Ok(_) => self.checked = self.bytes.len(),
            Err(wrong) if wrong.error_len().is_none() => self.checked += wrong.valid_up_to(),
            Err(_) => return Err(NOT_UTF8),
        }
        Ok(())
    }
}

/// The length of a header with this second byte: 2 bytes, then 0, 2 or 8 for the size, and 4 for the key.
fn header_length(second: u8) -> usize {
    match second & 0x7F {
        126 => 8,
        127 => 14,
        _ => 6,
    }
}

fn close_code(payload: &[u8]) -> Result<Option<u16>, Fault> {
    let (code, reason) = match payload {
        [] => return Ok(None),
        [_] => return Err(Fault(1002, "half a close code")),
        [a, b, reason @ ..] => (u16::from_be_bytes([*a, *b]), reason),
    };
    if !matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999) {
        return Err(Fault(1002, "a close code that nobody may send"));
    }
    std::str::from_utf8(reason).map_err(|_| NOT_UTF8)?;
    Ok(Some(code))
}
