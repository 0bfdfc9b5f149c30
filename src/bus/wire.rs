//! Messages as bytes. Nodes of this version and of the next one read each other's: what a reader does not know in a header it
//! ignores, and messages of kinds that it does not know it skips.
//!
//! A message is a header in one line of JSON, and then the payloads of its frames, as they are.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failures::CountChange;
use crate::live::connection::close;
use crate::live::{CloseSockets, DeviceSocket, EndedLogins, Frame, IfSlow, RoomFrame, RoomKey};

/// Longer messages are neither sent nor read.
pub const MESSAGE_MAX_BYTES: usize = 512 * 1024;

/// A process that serves: another one after each restart.
pub type Instance = u64;

/// A message of one node to the others.
#[derive(Debug, Clone, Default)]
pub struct Packet {
    pub from: Instance,
    /// The newest row of `node_messages` that the others are to read; in a row, its own id. Each node acts once on each row.
    pub row: Option<i64>,
    /// Time at which this was made, and sockets lost their right, on the wall clock of the node that sent it.
    pub changed_ms: i64,
    pub frames: Vec<RoomFrame>,
    pub closed: Vec<CloseSockets>,
    pub counted: Vec<CountChange>,
    /// Greater in each message of an instance that has counts.
    pub number: u64,
    pub devices: Vec<DeviceSocket>,
    /// Whether news for rooms without a log were lost: those rooms are to fetch anew.
    pub resync: bool,
}

/// The kind of a message that carries frames and orders to close sockets.
const NEWS: &str = "news";

/// The elements of each list are as a later version may have them, so that one that is not known does not hide the others.
#[derive(Serialize, Deserialize)]
struct Header {
    kind: String,
    from: Instance,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    row: Option<i64>,
    #[serde(default)]
    changed_ms: i64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    frames: Vec<Value>,
    /// Frames that are sent only to readers who can take them at once. Their payloads come after those of `frames`, and a version
    /// that does not know them skips both.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    droppable: Vec<Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    close: Vec<Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    counted: Vec<Value>,
    #[serde(default)]
    number: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    devices: Vec<Value>,
    #[serde(default, skip_serializing_if = "is_false")]
    resync: bool,
}

#[derive(Serialize, Deserialize)]
struct FrameHeader {
    room: (char, i64),
    bytes: usize,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seq: Option<i64>,
    #[serde(default, skip_serializing_if = "is_false")]
    everyone: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    batch: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    personal: bool,
}

#[derive(Serialize, Deserialize)]
struct CloseOrder {
    room: (char, i64),
    person: i64,
    /// `Logins`, as far as this version knows it.
    #[serde(default)]
    logins: Value,
    #[serde(default, skip_serializing_if = "is_false")]
    left: bool,
    #[serde(default)]
    code: u16,
    #[serde(default)]
    reason: String,
}

#[derive(Serialize, Deserialize)]
struct DeviceHeader {
    room: (char, i64),
    person: i64,
    device: Box<str>,
    socket: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Logins {
    All,
    Only(i64),
    AllBut(i64),
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Packet {
    /// Returns the bytes, or `None` if they would be too many.
    pub fn encode(&self) -> Option<Vec<u8>> {
        let (droppable, frames): (Vec<&RoomFrame>, Vec<&RoomFrame>) =
            self.frames.iter().partition(|frame| frame.if_slow == IfSlow::Drop);
        let header = Header {
            kind: NEWS.to_owned(),
            from: self.from,
            row: self.row,
            changed_ms: self.changed_ms,
            frames: to_values(frames.iter().copied().map(FrameHeader::from)).ok()?,
            droppable: to_values(droppable.iter().copied().map(FrameHeader::from)).ok()?,
            close: to_values(self.closed.iter().map(CloseOrder::from)).ok()?,
            counted: to_values(self.counted.iter()).ok()?,
            number: self.number,
            devices: to_values(self.devices.iter().map(DeviceHeader::from)).ok()?,
            resync: self.resync,
        };
        let mut bytes = serde_json::to_vec(&header).ok()?;
        bytes.push(b'\n');
        frames.iter().chain(&droppable).for_each(|frame| bytes.extend_from_slice(frame.frame.payload()));
        (bytes.len() <= MESSAGE_MAX_BYTES).then_some(bytes)
    }

    /// Reads a message; `None` if it is none, or of a kind that only a later version knows.
    pub fn decode(bytes: &[u8]) -> Option<Packet> {
        let end = bytes.iter().position(|byte| *byte == b'\n').filter(|_| bytes.len() <= MESSAGE_MAX_BYTES)?;
        let (header, mut rest) = (&bytes[..end], &bytes[end + 1..]);
        let header = serde_json::from_slice::<Header>(header).ok().filter(|header| header.kind == NEWS)?;
        let mut frames = Vec::new();
        let droppable = header.droppable.into_iter().map(|frame| (frame, true));
        for (frame, is_droppable) in header.frames.into_iter().map(|frame| (frame, false)).chain(droppable) {
            let bytes = usize::try_from(frame.get("bytes")?.as_u64()?).ok()?;
            let (payload, others) = rest.split_at_checked(bytes)?;
            // Sockets would be closed by their clients for a text that is none.
            let text = std::str::from_utf8(payload).ok()?;
            rest = others;
            frames
                .extend(serde_json::from_value::<FrameHeader>(frame).ok().map(|frame| frame.with(text, is_droppable)));
        }
        let closed = from_values::<CloseOrder>(header.close).map(CloseSockets::from).collect();
        let counted = from_values(header.counted).collect();
        let devices = from_values::<DeviceHeader>(header.devices).map(DeviceSocket::from).collect();
        let Header { from, row, changed_ms, number, resync, .. } = header;
        Some(Packet { from, row, changed_ms, frames, closed, counted, number, devices, resync })
    }
}

fn to_values<T: Serialize>(elements: impl Iterator<Item = T>) -> serde_json::Result<Vec<Value>> {
    elements.map(serde_json::to_value).collect()
}

fn from_values<T: DeserializeOwned>(elements: Vec<Value>) -> impl Iterator<Item = T> {
    elements.into_iter().filter_map(|element| serde_json::from_value(element).ok())
}

fn room_key((kind, id): (char, i64)) -> RoomKey {
    RoomKey { kind, id }
}

impl From<&RoomFrame> for FrameHeader {
    fn from(frame: &RoomFrame) -> FrameHeader {
        FrameHeader {
            room: (frame.room.kind, frame.room.id),
            bytes: frame.frame.payload().len(),
            seq: frame.seq,
            everyone: frame.for_everyone,
            batch: frame.may_batch,
            personal: frame.if_slow == IfSlow::Wait,
        }
    }
}

impl FrameHeader {
    fn with(self, payload: &str, is_droppable: bool) -> RoomFrame {
        RoomFrame {
            room: room_key(self.room),
            seq: self.seq,
            for_everyone: self.everyone,
            may_batch: self.batch,
            if_slow: match self.personal {
                _ if is_droppable => IfSlow::Drop,
                true => IfSlow::Wait,
                false => IfSlow::Replace,
            },
            frame: Frame::text(payload),
        }
    }
}

impl From<&DeviceSocket> for DeviceHeader {
    fn from(socket: &DeviceSocket) -> DeviceHeader {
        let DeviceSocket { room, person, device, socket } = socket.clone();
        DeviceHeader { room: (room.kind, room.id), person, device, socket }
    }
}

impl From<DeviceHeader> for DeviceSocket {
    fn from(header: DeviceHeader) -> DeviceSocket {
        let DeviceHeader { room, person, device, socket } = header;
        DeviceSocket { room: room_key(room), person, device, socket }
    }
}

impl From<&CloseSockets> for CloseOrder {
    fn from(order: &CloseSockets) -> CloseOrder {
        CloseOrder {
            room: (order.room.kind, order.room.id),
            person: order.person,
            logins: serde_json::to_value(match order.logins {
                EndedLogins::All => Logins::All,
                EndedLogins::Only(login) => Logins::Only(login),
                EndedLogins::AllBut(login) => Logins::AllBut(login),
            })
            .unwrap_or_default(),
            left: order.has_left,
            code: order.code,
            reason: order.reason.clone().into_owned(),
        }
    }
}

impl From<CloseOrder> for CloseSockets {
    /// Sockets of an unknown choice of logins are all told to come back: those with a right are let in.
    fn from(order: CloseOrder) -> CloseSockets {
        let logins = serde_json::from_value(order.logins).ok().map(|logins| match logins {
            Logins::All => EndedLogins::All,
            Logins::Only(login) => EndedLogins::Only(login),
            Logins::AllBut(login) => EndedLogins::AllBut(login),
        });
        let (code, reason) = match (&logins, order.code) {
            (Some(_), 1..) => (order.code, order.reason.into()),
            _ => (close::RESTART, "come back".into()),
        };
        CloseSockets {
            room: room_key(order.room),
            person: order.person,
            logins: logins.unwrap_or(EndedLogins::All),
            has_left: order.left,
            code,
            reason,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::failures::{Account, Attempts};

    fn packet() -> Packet {
        let room = RoomKey { kind: 's', id: 17 };
        let frame = |seq, text: &str| RoomFrame {
            room,
            seq,
            for_everyone: seq.is_some(),
            may_batch: seq.is_none(),
            if_slow: IfSlow::Replace,
            frame: Frame::text(text),
        };
        let order = |logins| CloseSockets {
            room: RoomKey { kind: 'p', id: 7 },
            person: 7,
            logins,
            has_left: true,
            code: 4403,
            reason: "removed".into(),
        };
        Packet {
            from: u64::MAX,
            row: Some(12),
            changed_ms: 1_764_460_800_000,
            frames: vec![
                frame(Some(5), r#"{"type":"step_changed","data":"단계"}"#),
                frame(None, "{}"),
                RoomFrame { if_slow: IfSlow::Wait, ..frame(None, "한 사람에게") },
                RoomFrame::droppable(room, Frame::text(r#"{"type":"pointer"}"#)),
            ],
            closed: vec![order(EndedLogins::All), order(EndedLogins::Only(3)), order(EndedLogins::AllBut(4))],
            counted: vec![
                CountChange::Counted(Attempts::CodesFrom([127, 0, 0, 1].into())),
                CountChange::GivenBack(Attempts::AccountFrom(Account::Unknown("김".into()), [127, 0, 0, 1].into())),
                CountChange::Forgiven(Attempts::PlaysOf { person: 7, most: 5 }),
                CountChange::AccountForgiven(7),
            ],
            number: 3,
            devices: vec![DeviceSocket { room, person: 7, device: "어머니 폰".into(), socket: 3 }],
            resync: true,
        }
    }

    #[test]
    fn a_message_is_read_as_it_was_sent() {
        let sent = packet();
        let read = Packet::decode(&sent.encode().unwrap()).unwrap();
        assert_eq!(format!("{sent:?}"), format!("{read:?}"));
        let bytes = Packet { from: 1, ..Packet::default() }.encode().unwrap();
        assert!(Packet::decode(&bytes).unwrap().frames.is_empty());
    }

    #[test]
    fn a_version_that_knows_no_droppable_frames_reads_the_others() {
        let bytes = packet().encode().unwrap();
        let older = String::from_utf8(bytes).unwrap().replace(r#""droppable":"#, r#""of_later":"#);
        let read = Packet::decode(older.as_bytes()).unwrap();
        assert_eq!(read.frames.len(), 3);
        assert_eq!(read.frames[2].frame.payload(), "한 사람에게".as_bytes());
    }

    #[test]
    fn a_message_of_the_next_version_is_read() {
        let bytes = concat!(
            r#"{"kind":"news","version":2,"from":9,"trace":{"id":"x"},"frames":[{"room":["s",1],"bytes":2,"seq":4,"ttl":5}],"#,
            r#""close":[{"room":["p",2],"person":2,"logins":{"only":3},"code":4401,"reason":"r","since":8}],"#,
            r#""counted":[{"Counted":{"CloudsFrom":1}},"Rain",{"AccountForgiven":4}]}"#,
            "\n{}and more"
        );
        let read = Packet::decode(bytes.as_bytes()).unwrap();
        assert_eq!((read.from, read.frames[0].seq, read.frames[0].frame.payload()), (9, Some(4), &b"{}"[..]));
        assert_eq!((read.closed[0].logins, read.closed[0].has_left), (EndedLogins::Only(3), false));
        assert_eq!(read.counted, [CountChange::AccountForgiven(4)]);
    }

    #[test]
    fn an_element_that_is_not_known_hides_no_other() {
        let bytes = concat!(
            r#"{"kind":"news","from":9,"frames":[{"room":"lobby","bytes":3},{"room":["s",1],"bytes":2}],"#,
            r#""close":["all",{"room":["p",2],"person":2,"logins":{"since":3},"code":4401,"reason":"r"}],"#,
            r#""devices":[7,{"room":["s",1],"person":2,"device":"phone","socket":3}]}"#,
            "\nabc{}"
        );
        let read = Packet::decode(bytes.as_bytes()).unwrap();
        assert_eq!((read.frames.len(), read.frames[0].frame.payload()), (1, &b"{}"[..]));
        assert_eq!((read.closed.len(), read.devices.len()), (1, 1));
        assert_eq!((read.closed[0].logins, read.closed[0].code), (EndedLogins::All, 1012));
    }

    #[test]
    fn neither_garbage_nor_a_message_of_an_unknown_kind_is_read() {
        for garbage in [
            "",
            "\n",
            "PING",
            "{}\n",
            "{\"kind\":\"weather\",\"from\":1}\n",
            "{\"kind\":\"news\"}\n",
            "{\"kind\":\"news\",\"from\":-1}\n",
            "{\"kind\":\"news\",\"from\":1,\"frames\":[{\"room\":[\"s\",1],\"bytes\":3}]}\n{}",
            "{\"kind\":\"news\",\"from\":1,\"frames\":[{\"room\":[\"s\",1]}]}\n{}",
            "{\"kind\":\"news\",\"from\":1,\"frames\":[{\"room\":[\"s\",1],\"bytes\":18446744073709551615}]}\n{}",
        ] {
            assert!(Packet::decode(garbage.as_bytes()).is_none(), "{garbage}");
        }
    }

    #[test]
    fn a_message_that_is_too_long_is_neither_sent_nor_read() {
        let mut sent = packet();
        sent.frames[1].frame = Frame::text("x".repeat(MESSAGE_MAX_BYTES));
        assert!(sent.encode().is_none());
        let bytes = vec![b'\n'; MESSAGE_MAX_BYTES + 1];
        assert!(Packet::decode(&bytes).is_none());
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>, cut in 0..600_usize, at in 0..600_usize, byte: u8) {
            let _ = Packet::decode(&bytes);
            let mut whole = packet().encode().unwrap();
            let length = whole.len();
            let _ = Packet::decode(&whole[..cut.min(length)]);
            whole[at.min(length - 1)] = byte;
            let _ = Packet::decode(&whole);
        }
    }
}
