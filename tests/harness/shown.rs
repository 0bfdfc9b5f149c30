//! Films that a browser really shows: H.264 without compression, of which a few lines are enough.

use super::film::{Film, FilmTrack, named, picture_format};

/// The picture is so many squares of 16 × 16 points wide, and high.
const SQUARES: u32 = 4;
/// One of its squares is copied as it is (`I_PCM`).
const COPIED: u32 = 25;

/// Bits, one behind the other.
#[derive(Default)]
struct Bits(Vec<bool>);

impl Bits {
    fn bits(mut self, count: u32, value: u32) -> Bits {
        self.0.extend((0..count).rev().map(|at| value >> at & 1 == 1));
        self
    }

    /// Numbers as most are written in H.264: small ones are short.
    fn numbers(self, numbers: &[u32]) -> Bits {
        numbers.iter().fold(self, |bits, number| {
            let length = (number + 1).ilog2();
            bits.bits(length, 0).bits(length + 1, number + 1)
        })
    }

    fn aligned(mut self) -> Bits {
        self.0.resize(self.0.len().next_multiple_of(8), false);
        self
    }

    /// A unit of the stream: its kind, and these bits.
    fn unit(self, kind: u8) -> Vec<u8> {
        let bits = self.bits(1, 1).aligned();
        let byte = |bits: &[bool]| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit));
        std::iter::once(kind).chain(bits.0.chunks(8).map(byte)).collect()
    }
}

/// Silence in AAC.
const SILENCE: [u8; 6] = [0x21, 0x10, 0x04, 0x60, 0x8c, 0x1c];

/// A silent film of so many seconds, with a picture of another grey in each.
pub fn film(seconds: u32) -> Vec<u8> {
    let pictures: Vec<Vec<u8>> = (0..seconds).map(picture).collect();
    let sample_bytes = pictures[0].len() as u32;
    let mut format = picture_format(b"avc1", &settings());
    // The size of the picture stands in the entry, too.
    let side = (SQUARES as u16 * 16).to_be_bytes();
    format[32..36].copy_from_slice(&[side, side].concat());
    let told = u64::from(seconds) * 1_000;
    let picture = FilmTrack { formats: vec![format], samples: seconds, sample_bytes, told, ..FilmTrack::picture() };
    let samples = seconds * 44_100 / 1_024;
    let told_sound = u64::from(samples) * 1_024;
    let sound = FilmTrack { samples, sample_bytes: SILENCE.len() as u32, told: told_sound, ..FilmTrack::sound() };
    let film = Film { picture: Some(picture), sound: Some(sound), told_ms: told as u32, ..Film::default() };
    let content = [pictures.concat(), SILENCE.repeat(samples as usize)].concat();
    let mut bytes = film.bytes();
    bytes.truncate(bytes.len() - content.len());
    [bytes, content].concat()
}

/// Facts that a decoder needs before the first picture.
fn settings() -> Vec<u8> {
    let size = [SQUARES - 1; 2];
    let sequence = Bits::default().numbers(&[0, 0, 2, 1]).bits(1, 0).numbers(&size).bits(4, 0b1000);
    let sequence = [&[0x67, 66, 0xc0, 30], &sequence.unit(0)[1..]].concat();
    let picture = Bits::default().numbers(&[0, 0]).bits(2, 0).numbers(&[0, 0, 0]).bits(3, 0).numbers(&[0, 0, 0]);
    let picture = picture.bits(3, 0).unit(0x68);
    let listed = |unit: &[u8]| [&(unit.len() as u16).to_be_bytes(), unit].concat();
    let head = [1, 66, 0xc0, 30, 0xff, 0xe1];
    named(b"avcC", &[&head[..], &listed(&sequence), &[1], &listed(&picture)].concat())
}

/// A picture that needs no other one.
fn picture(number: u32) -> Vec<u8> {
    let grey = 48 + number * 37 % 160;
    let mut bits = Bits::default().numbers(&[0, 7, 0]).bits(4, 0).numbers(&[number % 2]).bits(2, 0).numbers(&[0]);
    for _ in 0..SQUARES * SQUARES {
        bits = bits.numbers(&[COPIED]).aligned();
        bits = (0..256).fold(bits, |bits, _| bits.bits(8, grey));
        bits = (0..128).fold(bits, |bits, _| bits.bits(8, 128));
    }
    let unit = bits.unit(0x65);
    [&(unit.len() as u32).to_be_bytes(), &unit[..]].concat()
}
