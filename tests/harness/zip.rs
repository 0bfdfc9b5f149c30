//! Zip files that are made and read here, also such as no honest program makes.

use std::collections::BTreeMap;
use std::io::Write;

use flate2::{Compression, Crc, write::DeflateEncoder};

/// A part of a zip file, with all that its heads say.
#[derive(Clone)]
pub struct Part {
    pub name: String,
    pub packed: Vec<u8>,
    pub method: u16,
    pub flags: u16,
    pub bytes: u32,
    pub crc: u32,
    pub extra: Vec<u8>,
    /// The place that the directory tells, if it is not the true one.
    pub said_at: Option<u32>,
}

/// A part that is stored as it is.
pub fn stored(name: &str, content: &[u8]) -> Part {
    let mut crc = Crc::new();
    crc.update(content);
    Part {
        name: name.into(),
        packed: content.to_vec(),
        method: 0,
        flags: 0,
        bytes: content.len() as u32,
        crc: crc.sum(),
        extra: Vec::new(),
        said_at: None,
    }
}

pub fn deflated(name: &str, content: &[u8]) -> Part {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).unwrap();
    Part { packed: encoder.finish().unwrap(), method: 8, ..stored(name, content) }
}

pub fn zip(parts: &[Part]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for part in parts {
        let mut about = Vec::new();
        for field in [20, part.flags, part.method, 0, 0x21] {
            about.extend(field.to_le_bytes());
        }
        for field in [part.crc, part.packed.len() as u32, part.bytes] {
            about.extend(field.to_le_bytes());
        }
        about.extend((part.name.len() as u16).to_le_bytes());
        about.extend((part.extra.len() as u16).to_le_bytes());
        let at = part.said_at.unwrap_or(file.len() as u32);
        directory.extend([b"PK\x01\x02\x14\x00", &about[..], &[0; 10]].concat());
        directory.extend([&at.to_le_bytes(), part.name.as_bytes(), &part.extra].concat());
        file.extend([b"PK\x03\x04", &about[..], part.name.as_bytes(), &part.extra, &part.packed].concat());
    }
    let count = (parts.len() as u16).to_le_bytes();
    let (bytes, at) = ((directory.len() as u32).to_le_bytes(), (file.len() as u32).to_le_bytes());
    file.extend(directory);
    file.extend([b"PK\x05\x06\x00\x00\x00\x00", &count[..], &count, &bytes, &at, &[0; 2]].concat());
    file
}

/// Reads the parts of a file in which all of them are stored, in the order of its directory.
pub fn parts(file: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let u16_at = |at: usize| u16::from_le_bytes(file[at..at + 2].try_into().unwrap()) as usize;
    let u32_at = |at: usize| u32::from_le_bytes(file[at..at + 4].try_into().unwrap()) as usize;
    let end = file.len() - 22;
    let mut at = u32_at(end + 16);
    let mut parts = BTreeMap::new();
    for _ in 0..u16_at(end + 10) {
        assert_eq!(&file[at..at + 4], b"PK\x01\x02");
        let (bytes, name_bytes, head) = (u32_at(at + 24), u16_at(at + 28), u32_at(at + 42));
        let name = String::from_utf8(file[at + 46..at + 46 + name_bytes].to_vec()).unwrap();
        let content = head + 30 + u16_at(head + 26) + u16_at(head + 28);
        parts.insert(name, file[content..content + bytes].to_vec());
        at += 46 + name_bytes + u16_at(at + 30) + u16_at(at + 32);
    }
    assert_eq!(at, end);
    parts
}
