//! Tests of the frame parser: the server cases of the Autobahn test suite that need no extension, under their numbers.
//!
//! Autobahn expects a message to be echoed; these tests expect the parser to return it. Autobahn also expects binary messages to
//! be echoed, but our protocol refuses them with code 1003, and messages longer than 64 KiB with code 1009.

#[cfg(test)]
use super::parser::{Fault, MESSAGE_MAX_BYTES, Parser, PeerMessage};

const CONTINUATION: u8 = 0x0;
const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xA;

const FIN: u8 = 0x80;

/// Encodes a masked frame, as a client sends it. `first`: FIN, reserved bits and opcode.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mask = [7, 21, 99, 250];
    let mut bytes = vec![first];
    match payload.len() {
        n @ 0..=125 => bytes.push(0x80 | n as u8),
        n @ 126..=0xFFFF => {
            bytes.push(0x80 | 126);
            bytes.extend_from_slice(&(n as u16).to_be_bytes());
        }
        n => {
            bytes.push(0x80 | 127);
            bytes.extend_from_slice(&(n as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(&mask);
    bytes.extend(payload.iter().enumerate().map(|(i, b)| b ^ mask[i % 4]));
    bytes
}

fn text(payload: impl AsRef<[u8]>) -> Vec<u8> {
    frame(FIN | TEXT, payload.as_ref())
}

fn fragments(pieces: &[&[u8]]) -> Vec<Vec<u8>> {
    let last = pieces.len() - 1;
    let first = |n| (if n == last { FIN } else { 0 }) | (if n == 0 { TEXT } else { CONTINUATION });
    pieces.iter().enumerate().map(|(n, piece)| frame(first(n), piece)).collect()
}

/// Feeds the bytes to a parser in pieces of `chop`. Returns what was parsed before the first fault, and the code of that fault.
fn hear(bytes: &[u8], chop: usize) -> (Vec<PeerMessage>, Option<u16>) {
    let (mut parser, mut messages) = (Parser::default(), Vec::new());
    for piece in bytes.chunks(chop) {
        if let Err(Fault(code, _)) = parser.feed(&mut piece.to_vec(), &mut messages) {
            return (messages, Some(code));
        }
    }
    (messages, None)
}

/// Checks that the frames give the same result however they are cut into pieces. `PeerMessage::Fragment` is not compared.
#[track_caller]
fn case(name: &str, frames: &[Vec<u8>], messages: &[PeerMessage], fault: Option<u16>) {
    let wire = frames.concat();
    for chop in [1, 2, 7, 997, wire.len().max(1)] {
        let (mut got, code) = hear(&wire, chop);
        got.retain(|h| *h != PeerMessage::Fragment);
        assert_eq!((got.as_slice(), code), (messages, fault), "case {name}, in pieces of {chop}");
    }
}

fn text_message(text: &str) -> PeerMessage {
    PeerMessage::Text(text.into())
}

#[test]
fn texts_of_all_sizes_are_heard_and_binary_is_refused() {
    for (n, length) in [0, 125, 126, 127, 128, 65_535, 65_536, 65_536].into_iter().enumerate() {
        let payload = "*".repeat(length);
        case(&format!("1.1.{}", n + 1), &[text(&payload)], &[text_message(&payload)], None);
        case(&format!("1.2.{}", n + 1), &[frame(FIN | BINARY, payload.as_bytes())], &[], Some(1003));
    }
}

#[test]
fn pings_and_pongs_are_heard_up_to_125_bytes() {
    let ping = |payload: &[u8]| frame(FIN | PING, payload);
    let pinged = |payload: &[u8]| PeerMessage::Ping(payload.to_vec());
    let binary = [0x00, 0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0x00, 0xff];
    case("2.1", &[ping(b"")], &[pinged(b"")], None);
    case("2.2", &[ping(b"Hello, world!")], &[pinged(b"Hello, world!")], None);
    case("2.3", &[ping(&binary)], &[pinged(&binary)], None);
    case("2.4, 2.6", &[ping(&[0xfe; 125])], &[pinged(&[0xfe; 125])], None);
    case("2.5", &[ping(&[0xfe; 126])], &[], Some(1002));
    case("2.7", &[frame(FIN | PONG, b"")], &[PeerMessage::Pong], None);
    case("2.8", &[frame(FIN | PONG, b"unsolicited")], &[PeerMessage::Pong], None);
    case("2.9", &[frame(FIN | PONG, b"x"), ping(b"y")], &[PeerMessage::Pong, pinged(b"y")], None);
    let ten: Vec<Vec<u8>> = (0..10).map(|n| format!("payload-{n}").into_bytes()).collect();
    let messages: Vec<PeerMessage> = ten.iter().map(|payload| pinged(payload)).collect();
    case("2.10, 2.11", &ten.iter().map(|payload| ping(payload)).collect::<Vec<_>>(), &messages, None);
}

#[test]
fn reserved_bits_and_reserved_opcodes_end_the_connection() {
    let hello = || text("Hello, world!");
    for (name, first) in [("3.1", FIN | 0x10 | TEXT), ("3.5", FIN | 0x50 | BINARY), ("3.6", FIN | 0x60 | PING)] {
        case(name, &[frame(first, b"x")], &[], Some(1002));
    }
    case("3.7", &[frame(FIN | 0x70 | CLOSE, b"")], &[], Some(1002));
    for (name, bits) in [("3.2", 0x20), ("3.3", 0x30), ("3.4", 0x40)] {
        let frames = [hello(), frame(FIN | bits | TEXT, b"Hello, world!"), frame(FIN | PING, b"")];
        case(name, &frames, &[text_message("Hello, world!")], Some(1002));
    }
    for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
        let name = format!("4, opcode {opcode}");
        case(&name, &[frame(FIN | opcode, b"")], &[], Some(1002));
        case(&name, &[frame(FIN | opcode, b"reserved opcode payload")], &[], Some(1002));
        let frames = [hello(), frame(FIN | opcode, b"x"), frame(FIN | PING, b"")];
        case(&name, &frames, &[text_message("Hello, world!")], Some(1002));
    }
    let unmasked = vec![FIN | TEXT, 1, b'x'];
    case("no mask", &[unmasked], &[], Some(1002));
    let one_in_16_bits = vec![FIN | TEXT, 0x80 | 126, 0, 1, 0, 0, 0, 0, b'x'];
    case("a length that is longer than it must be", &[one_in_16_bits], &[], Some(1002));
    let one_in_64_bits = [vec![FIN | TEXT, 0x80 | 127], vec![0; 7], vec![1], vec![0; 5]].concat();
    case("a length that is longer than it must be", &[one_in_64_bits], &[], Some(1002));
    let negative = [vec![FIN | TEXT, 0x80 | 127, 0x80], vec![0; 11]].concat();
    case("a length with its highest bit", &[negative], &[], Some(1009));
}

#[test]
fn fragments_are_put_together_and_control_frames_may_stand_between() {
    let more = |first: u8| frame(first, b"non-continuation payload");
    let ping = || frame(FIN | PING, b"ping payload");
    let pinged = || PeerMessage::Ping(b"ping payload".to_vec());
    let hello = || text("Hello, world!");
    let halves = || fragments(&[b"fragment1", b"fragment2"]);
    case("5.1", &[frame(PING, b"fragment1"), frame(FIN, b"fragment2")], &[], Some(1002));
    case("5.2", &[frame(PONG, b"fragment1"), frame(FIN, b"fragment2")], &[], Some(1002));
    case("5.3 to 5.5", &halves(), &[text_message("fragment1fragment2")], None);
    let [first, second]: [Vec<u8>; 2] = halves().try_into().unwrap();
    case("5.6 to 5.8", &[first, ping(), second], &[pinged(), text_message("fragment1fragment2")], None);
    for (name, first) in [("5.9 to 5.11", FIN | CONTINUATION), ("5.12 to 5.14", CONTINUATION)] {
        case(name, &[more(first), hello()], &[], Some(1002));
    }
    let frames = [halves(), vec![frame(CONTINUATION, b"fragment3"), frame(FIN | TEXT, b"fragment4")]].concat();
    case("5.15", &frames, &[text_message("fragment1fragment2")], Some(1002));
    case("5.16", &[frame(CONTINUATION, b"a"), frame(FIN | TEXT, b"b")], &[], Some(1002));
    case("5.17", &[frame(FIN | CONTINUATION, b"a"), frame(FIN | TEXT, b"b")], &[], Some(1002));
    case("5.18", &[frame(TEXT, b"a"), frame(FIN | TEXT, b"b")], &[], Some(1002));
    case("5.18 with binary", &[frame(TEXT, b"a"), frame(FIN | BINARY, b"b")], &[], Some(1002));
    let mut five = fragments(&[b"1", b"2", b"3", b"4", b"5"]);
    five.insert(2, ping());
    five.insert(5, ping());
    case("5.19, 5.20", &five, &[pinged(), pinged(), text_message("12345")], None);
    let long = "*".repeat(65_536);
    let pieces: Vec<&[u8]> = long.as_bytes().chunks(1_300).collect();
    case("10.1.1", &fragments(&pieces), &[text_message(&long)], None);
}

#[test]
fn texts_are_utf8_and_the_first_wrong_byte_ends_the_connection() {
    case("6.1.1", &[text("")], &[text_message("")], None);
    case("6.1.2", &fragments(&[b"", b"", b""]), &[text_message("")], None);
    case("6.1.3", &fragments(&[b"", "중간".as_bytes(), b""]), &[text_message("중간")], None);
    let valid = "Hello-µ@ßöäüàá-UTF-8!!";
    let bytes: Vec<&[u8]> = valid.as_bytes().chunks(1).collect();
    case("6.2.1", &[text(valid)], &[text_message(valid)], None);
    case("6.2.2", &fragments(&[&valid.as_bytes()[..12], &valid.as_bytes()[12..]]), &[text_message(valid)], None);
    case("6.2.3, 6.2.4", &fragments(&bytes), &[text_message(valid)], None);
    let wrong = [valid.as_bytes(), b"\xed\xa0\x80edited"].concat();
    let bytes: Vec<&[u8]> = wrong.chunks(1).collect();
    case("6.3.1", &[text(&wrong)], &[], Some(1007));
    case("6.3.2", &fragments(&bytes), &[], Some(1007));
    let (good, bad) = ("κόσμε".as_bytes(), b"\xf4\x90\x80\x80".as_slice());
    // The fault is reported before the message is complete.
    case("6.4.1", &fragments(&[good, bad, b"edited"])[..2], &[], Some(1007));
    case("6.4.2", &fragments(&[good, b"\xf4", b"\x90", b"\x80\x80edited"])[..3], &[], Some(1007));
    let whole = text([good, bad, b"edited"].concat());
    let header = 6;
    for (name, until) in [("6.4.3", good.len() + 4), ("6.4.4", good.len() + 2)] {
        case(name, &[whole[..header + until].to_vec()], &[], Some(1007));
        case(name, &[whole[..header + good.len() + 1].to_vec()], &[], None);
    }
}

#[rustfmt::skip]
const VALID: &[&[u8]] = &[
    b"hello\x24world", b"hello\xC2\xA2world", b"hello\xE2\x82\xACworld", b"hello\xF0\xA4\xAD\xA2world",
    b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5", b"\x00", b"\xc2\x80", b"\xe0\xa0\x80", b"\xf0\x90\x80\x80",
    b"\x7f", b"\xdf\xbf", b"\xef\xbf\xbf", b"\xf4\x8f\xbf\xbf", b"\xed\x9f\xbf", b"\xee\x80\x80", b"\xef\xbf\xbd",
    b"\xef\xbf\xbe", b"\xf0\x9f\xbf\xbe", b"\xf0\xaf\xbf\xbf", b"\xf1\x8f\xbf\xbe", b"\xf2\x9f\xbf\xbf",
    b"\xf3\xbf\xbf\xbe", b"\xf4\x8f\xbf\xbe", b"\xef\xbf\xb9", b"\xef\xbf\xba", b"\xef\xbf\xbb", b"\xef\xbf\xbc",
];
#[rustfmt::skip]
const INVALID: &[&[u8]] = &[
    b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xf7\xbf\xbf\xbf", b"\xfb\xbf\xbf\xbf\xbf",
    b"\xfd\xbf\xbf\xbf\xbf\xbf", b"\xf4\x90\x80\x80", b"\x80", b"\xbf", b"\x80\xbf", b"\x80\xbf\x80",
    b"\x80\xbf\x80\xbf\x80\xbf", b"\xc0 \xc1 \xc2 ", b"\xe0 \xe1 \xef ", b"\xf0 \xf1 \xf6 ", b"\xf8 \xf9 ", b"\xfc ",
    b"\xc0", b"\xe0\x80", b"\xf0\x80\x80", b"\xf8\x80\x80\x80", b"\xfc\x80\x80\x80\x80", b"\xdf", b"\xef\xbf",
    b"\xf7\xbf\xbf", b"\xfb\xbf\xbf\xbf", b"\xfd\xbf\xbf\xbf\xbf", b"\xfe", b"\xff", b"\xfe\xfe\xff\xff", b"\xc0\xaf",
    b"\xe0\x80\xaf", b"\xf0\x80\x80\xaf", b"\xf8\x80\x80\x80\xaf", b"\xfc\x80\x80\x80\x80\xaf", b"\xc1\xbf",
    b"\xe0\x9f\xbf", b"\xf0\x8f\xbf\xbf", b"\xf8\x87\xbf\xbf\xbf", b"\xfc\x83\xbf\xbf\xbf\xbf", b"\xc0\x80",
    b"\xe0\x80\x80", b"\xf0\x80\x80\x80", b"\xf8\x80\x80\x80\x80", b"\xfc\x80\x80\x80\x80\x80", b"\xed\xa0\x80",
    b"\xed\xad\xbf", b"\xed\xae\x80", b"\xed\xaf\xbf", b"\xed\xb0\x80", b"\xed\xbe\x80", b"\xed\xbf\xbf",
    b"\xed\xa0\x80\xed\xb0\x80", b"\xed\xad\xbf\xed\xbf\xbf", b"\xed\xae\x80\xed\xb0\x80", b"\xed\xaf\xbf\xed\xbf\xbf",
];

#[test]
fn wrong_utf8_of_every_kind_is_recognized() {
    for payload in VALID {
        case("6.5 to 6.23", &[text(payload)], &[text_message(std::str::from_utf8(payload).unwrap())], None);
    }
    for payload in INVALID {
        case(&format!("6.6 to 6.21: {payload:x?}"), &[text(payload)], &[], Some(1007));
    }
    let greek = "κόσμε";
    for end in 1..=greek.len() {
        match std::str::from_utf8(&greek.as_bytes()[..end]) {
            Ok(prefix) => case("6.6", &[text(prefix)], &[text_message(prefix)], None),
            Err(_) => case("6.6", &[text(&greek.as_bytes()[..end])], &[], Some(1007)),
        }
    }
}

fn close(payload: &[u8]) -> Vec<u8> {
    frame(FIN | CLOSE, payload)
}

fn close_with(code: u16, reason: &[u8]) -> Vec<u8> {
    close(&[&code.to_be_bytes(), reason].concat())
}

#[test]
fn nothing_is_heard_after_a_close() {
    let normal = || close_with(1000, b"");
    let closed = || PeerMessage::Close(Some(1000));
    case("7.1.1", &[text("a"), normal()], &[text_message("a"), closed()], None);
    case("7.1.2", &[normal(), normal()], &[closed()], None);
    case("7.1.3", &[normal(), frame(FIN | PING, b"")], &[closed()], None);
    case("7.1.4", &[normal(), text("Hello World!")], &[closed()], None);
    let halves = fragments(&[b"fragment1", b"fragment2"]);
    case("7.1.5", &[halves[0].clone(), normal(), halves[1].clone()], &[closed()], None);
    let long = "BAsd7&jh23".repeat(26_215);
    case("7.1.6", &[text(long), text("Hello World!"), normal()], &[], Some(1009));
    case("rubbish after a close", &[normal(), vec![0xFF; 300]], &[closed()], None);
}

#[test]
fn a_close_has_no_body_or_a_code_that_may_be_sent_and_words() {
    case("7.3.1", &[close(b"")], &[PeerMessage::Close(None)], None);
    case("7.3.2", &[close(b"a")], &[], Some(1002));
    case("7.3.3", &[close_with(1000, b"")], &[PeerMessage::Close(Some(1000))], None);
    case("7.3.4", &[close_with(1000, b"Hello World!")], &[PeerMessage::Close(Some(1000))], None);
    case("7.3.5", &[close_with(1000, &[b'*'; 123])], &[PeerMessage::Close(Some(1000))], None);
    case("7.3.6", &[close_with(1000, &[b'*'; 124])], &[], Some(1002));
    let wrong = [valid_then(b"\xed\xa0\x80"), valid_then(b"\xf4\x90\x80\x80edited"), valid_then(b"\xce")];
    for reason in wrong {
        case("7.5.1", &[close_with(1000, &reason)], &[], Some(1007));
    }
    for code in [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999] {
        case(&format!("7.7, {code}"), &[close_with(code, b"")], &[PeerMessage::Close(Some(code))], None);
    }
    for code in [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535] {
        case(&format!("7.9 and 7.13, {code}"), &[close_with(code, b"")], &[], Some(1002));
    }
}

fn valid_then(wrong: &[u8]) -> Vec<u8> {
    ["κόσμε".as_bytes(), wrong].concat()
}

#[test]
fn a_message_of_more_than_64_kib_is_refused_at_its_header() {
    let header = |length: u64| [vec![FIN | TEXT, 0x80 | 127], length.to_be_bytes().to_vec(), vec![0; 4]].concat();
    let messages = "*".repeat(65_536);
    case("9.1.1", &[text(&messages)], &[text_message(&messages)], None);
    for kib in [256, 1_024, 4_096, 8_192, 16_384] {
        case("9.1.2 to 9.1.6, 9.5", &[header(kib * 1_024)], &[], Some(1009));
    }
    case("9.2", &[frame(FIN | BINARY, &[0xfe; 300])], &[], Some(1003));
    case("the longest length", &[header(u64::MAX >> 1)], &[], Some(1009));
    for (name, size) in [("9.3.1", 64), ("9.3.3", 1_024), ("9.3.5", 16_384)] {
        let pieces: Vec<&[u8]> =
            std::iter::repeat_n([b'*'; 65_536].as_slice(), 2).flat_map(|b| b.chunks(size)).collect();
        let (messages, code) = hear(&fragments(&pieces).concat(), 4_096);
        let whole = messages.iter().filter(|h| **h == PeerMessage::Fragment).count();
        assert_eq!((whole, code), (65_536 / size, Some(1009)), "case {name}");
    }
}

#[test]
fn empty_fragments_are_heard_and_count_towards_the_message() {
    let empty = [vec![frame(TEXT, b"")], vec![frame(CONTINUATION, b""); MESSAGE_MAX_BYTES]].concat();
    let (messages, code) = hear(&empty.concat(), 4_096);
    assert_eq!((messages.len(), code), (MESSAGE_MAX_BYTES, Some(1009)));
    assert!(messages.iter().all(|h| *h == PeerMessage::Fragment));
}
