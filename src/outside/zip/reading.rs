//! Reading a zip file that anyone may have made. Its directory is checked as a whole before any part is read: no part lies over
//! another one, none is there twice, and no name leads out of the file. A part is never unpacked further than it says it is long.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::os::unix::fs::FileExt;

use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::{DIRECTORY_END, DIRECTORY_END_BYTES, DIRECTORY_HEAD, DIRECTORY_HEAD_BYTES, LOCAL_HEAD, LOCAL_HEAD_BYTES};
use crate::error::{Error, LessonFault, Result};

/// Longest comment at the end of a zip file.
const COMMENT_MAX_BYTES: usize = u16::MAX as usize;
const DIRECTORY_MAX_BYTES: u32 = 2 << 20;
const NAME_MAX_BYTES: usize = 200;
/// Bits of the flags that say that a part, or its name, is encrypted.
const LOCKED: u16 = 1 | 1 << 6 | 1 << 13;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
/// Stands in a field whose value is in a zip64 record.
const ELSEWHERE: u32 = u32::MAX;
const ZIP64: u16 = 1;

/// A zip file whose directory is sound.
pub struct ZipReader {
    file: File,
    parts: BTreeMap<String, PackedPart>,
}

struct PackedPart {
    method: u16,
    crc: u32,
    packed_bytes: u32,
    bytes: u32,
    /// Place of its own head, and then of its content.
    at: u64,
}

fn whole(why: LessonFault) -> Error {
    Error::LessonFileRefused { why }
}

fn of_part(name: &str, why: LessonFault) -> Error {
    Error::LessonPartRefused { place: name.to_owned(), why }
}

impl ZipReader {
    /// Reads the directory of a file, which has at most so many parts.
    pub fn open(file: File, parts_max: usize) -> Result<ZipReader> {
        let file_bytes = file.metadata().map_err(Error::internal)?.len();
        let (directory, directory_at) = read_directory(&file, file_bytes, parts_max)?;
        let mut parts = BTreeMap::new();
        let mut rest = directory.as_slice();
        while !rest.is_empty() {
            let (name, part, after) = read_entry(rest)?;
            rest = after;
            if parts.len() == parts_max {
                return Err(whole(LessonFault::TooManyParts));
            }
            if parts.insert(name.clone(), part).is_some() {
                return Err(of_part(&name, LessonFault::Twice));
            }
        }
        let mut reader = ZipReader { file, parts };
        reader.find_contents(directory_at)?;
        Ok(reader)
    }

    pub fn has(&self, name: &str) -> bool {
        self.parts.contains_key(name)
    }

    /// Unpacks a part, which has at most so many bytes.
    pub fn read(&self, name: &str, bytes_max: usize) -> Result<Vec<u8>> {
        let part = self.parts.get(name).ok_or_else(|| of_part(name, LessonFault::Missing))?;
        let bytes = part.bytes as usize;
        if bytes > bytes_max {
            return Err(of_part(name, LessonFault::TooLarge));
        }
        let packed = Span { file: &self.file, at: part.at }.take(part.packed_bytes.into());
        let mut content = Vec::with_capacity(bytes);
        // One byte more than it says, by which a lie is found out.
        let unpacked = match part.method {
            STORED => packed.take(bytes as u64 + 1).read_to_end(&mut content),
            _ => DeflateDecoder::new(BufReader::new(packed)).take(bytes as u64 + 1).read_to_end(&mut content),
        };
        unpacked.map_err(|_| of_part(name, LessonFault::Broken))?;
        let mut crc = Crc::new();
        crc.update(&content);
        let is_sound = content.len() == bytes && crc.sum() == part.crc;
        if is_sound { Ok(content) } else { Err(of_part(name, LessonFault::Broken)) }
    }

    /// Reads the head that stands before each part, which must tell the same as the directory. Parts may not lie over each other.
    fn find_contents(&mut self, directory_at: u64) -> Result<()> {
        let mut in_order: Vec<(&String, &mut PackedPart)> = self.parts.iter_mut().collect();
        in_order.sort_by_key(|(_, part)| part.at);
        let mut free_from = 0;
        for (name, part) in in_order {
            let broken = || of_part(name, LessonFault::Broken);
            let mut head = vec![0; LOCAL_HEAD_BYTES + name.len()];
            if part.at < free_from {
                return Err(broken());
            }
            read_at(&self.file, &mut head, part.at).map_err(|_| broken())?;
            let fields = Fields(&head);
            let is_same = fields.u32(0) == LOCAL_HEAD
                && fields.u16(8) == part.method
                && fields.u16(26) as usize == name.len()
                && head[LOCAL_HEAD_BYTES..] == *name.as_bytes();
            if !is_same || fields.u16(6) & LOCKED != 0 {
                return Err(broken());
            }
            part.at += (head.len() + fields.u16(28) as usize) as u64;
            free_from = part.at + u64::from(part.packed_bytes);
            if free_from > directory_at {
                return Err(broken());
            }
        }
        Ok(())
    }
}

/// Reads the directory, and returns it with its place.
fn read_directory(file: &File, file_bytes: u64, parts_max: usize) -> Result<(Vec<u8>, u64)> {
    let end_bytes = file_bytes.min((DIRECTORY_END_BYTES + COMMENT_MAX_BYTES) as u64) as usize;
    let mut end = vec![0; end_bytes];
    let end_at = file_bytes - end_bytes as u64;
    read_at(file, &mut end, end_at)?;
    let is_end = |at: &usize| {
        let fields = Fields(&end[*at..]);
        fields.u32(0) == DIRECTORY_END && *at + DIRECTORY_END_BYTES + fields.u16(20) as usize == end.len()
    };
    let last = end.len().checked_sub(DIRECTORY_END_BYTES).ok_or(whole(LessonFault::NoZip))?;
    let at = (0..=last).rev().find(is_end).ok_or(whole(LessonFault::NoZip))?;
    let fields = Fields(&end[at..]);
    let (count, bytes, directory_at) = (fields.u16(10), fields.u32(12), fields.u32(16));
    let is_split = fields.u16(4) != 0 || fields.u16(6) != 0 || fields.u16(8) != count;
    if is_split || count == u16::MAX || bytes == ELSEWHERE || directory_at == ELSEWHERE {
        return Err(whole(LessonFault::Split));
    }
    if count as usize > parts_max || bytes > DIRECTORY_MAX_BYTES {
        return Err(whole(LessonFault::TooManyParts));
    }
    // A zip64 record would stand between the directory and its end.
    if u64::from(directory_at) + u64::from(bytes) != end_at + at as u64 {
        return Err(whole(LessonFault::Broken));
    }
    let mut directory = vec![0; bytes as usize];
    read_at(file, &mut directory, directory_at.into())?;
    Ok((directory, directory_at.into()))
}

/// Reads one entry of the directory: its name, what it says, and what stands behind it.
fn read_entry(rest: &[u8]) -> Result<(String, PackedPart, &[u8])> {
    let broken = || whole(LessonFault::Broken);
    if rest.len() < DIRECTORY_HEAD_BYTES || Fields(rest).u32(0) != DIRECTORY_HEAD {
        return Err(broken());
    }
    let (head, behind) = rest.split_at(DIRECTORY_HEAD_BYTES);
    let head = Fields(head);
    let (name, behind) = behind.split_at_checked(head.u16(28).into()).ok_or_else(broken)?;
    let (extra, behind) = behind.split_at_checked(head.u16(30).into()).ok_or_else(broken)?;
    let (_comment, behind) = behind.split_at_checked(head.u16(32).into()).ok_or_else(broken)?;
    let shown: String = String::from_utf8_lossy(name).chars().take(NAME_MAX_BYTES).collect();
    let name = std::str::from_utf8(name).ok().filter(|name| is_safe(name));
    let name = name.ok_or_else(|| of_part(&shown, LessonFault::BadName))?.to_owned();
    let part = PackedPart {
        method: head.u16(10),
        crc: head.u32(16),
        packed_bytes: head.u32(20),
        bytes: head.u32(24),
        at: head.u32(42).into(),
    };
    let is_elsewhere = [part.packed_bytes, part.bytes, head.u32(42)].contains(&ELSEWHERE);
    let why = if head.u16(8) & LOCKED != 0 {
        Some(LessonFault::Locked)
    } else if head.u16(34) != 0 || is_elsewhere || has_field(extra, ZIP64) {
        Some(LessonFault::Split)
    } else if !matches!(part.method, STORED | DEFLATED) {
        Some(LessonFault::Method)
    } else if part.method == STORED && part.packed_bytes != part.bytes || name.ends_with('/') && part.bytes != 0 {
        Some(LessonFault::Broken)
    } else {
        None
    };
    why.map_or(Ok((name.clone(), part, behind)), |why| Err(of_part(&name, why)))
}

/// Tells whether a name stays inside the folder into which someone might unpack the file. A folder ends in a slash.
fn is_safe(name: &str) -> bool {
    let path = name.strip_suffix('/').unwrap_or(name);
    let is_plain = !name.chars().any(|c| c.is_control() || matches!(c, '\\' | ':'));
    name.len() <= NAME_MAX_BYTES && is_plain && path.split('/').all(|step| !matches!(step, "" | "." | ".."))
}

/// Tells whether the extra fields of an entry have one of this kind. Fields that cannot be read count as if they had.
fn has_field(mut extra: &[u8], kind: u16) -> bool {
    while !extra.is_empty() {
        if extra.len() < 4 || Fields(extra).u16(0) == kind {
            return true;
        }
        let bytes = Fields(extra).u16(2) as usize;
        let Some(after) = extra.get(4 + bytes..) else { return true };
        extra = after;
    }
    false
}

fn read_at(file: &File, into: &mut [u8], at: u64) -> Result<()> {
    file.read_exact_at(into, at).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => whole(LessonFault::Broken),
        _ => Error::internal(format!("a received file cannot be read: {error}")),
    })
}

/// Numbers in a head. One beyond its end is 0.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn u16(&self, at: usize) -> u16 {
        self.0.get(at..at + 2).and_then(|bytes| bytes.try_into().ok()).map_or(0, u16::from_le_bytes)
    }

    fn u32(&self, at: usize) -> u32 {
        self.0.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_le_bytes)
    }
}

/// A file from a place on, which does not move the place of others.
struct Span<'a> {
    file: &'a File,
    at: u64,
}

impl Read for Span<'_> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read_at(into, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::outside::zip::ZipWriter;

    fn written(parts: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = ZipWriter::default();
        let mut file = Vec::new();
        for (name, content) in parts {
            file.extend_from_slice(&writer.head_of(name, content).unwrap());
            file.extend_from_slice(content);
        }
        file.extend_from_slice(&writer.end().unwrap());
        file
    }

    fn opened(file: &[u8], parts_max: usize) -> Result<ZipReader> {
        let mut kept = tempfile::tempfile().unwrap();
        kept.write_all(file).unwrap();
        ZipReader::open(kept, parts_max)
    }

    fn fault(result: Result<impl Sized>) -> (String, LessonFault) {
        match result.err() {
            Some(Error::LessonFileRefused { why }) => (String::new(), why),
            Some(Error::LessonPartRefused { place, why }) => (place, why),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_is_written_is_read_and_always_has_the_same_bytes() {
        let parts: [(&str, &[u8]); 3] = [("lesson.json", b"{}"), ("pictures/1.png", &[7; 100_000]), ("그림.png", b"")];
        let file = written(&parts);
        assert_eq!(file, written(&parts));
        let zip = opened(&file, 3).unwrap();
        for (name, content) in parts {
            assert_eq!(zip.read(name, 100_000).unwrap(), content, "{name}");
        }
        assert_eq!(fault(zip.read("pictures/1.png", 99_999)), ("pictures/1.png".into(), LessonFault::TooLarge));
        assert_eq!(fault(zip.read("pictures/2.png", 9)), ("pictures/2.png".into(), LessonFault::Missing));
        assert_eq!(fault(opened(&file, 2)).1, LessonFault::TooManyParts);
        assert_eq!(fault(opened(&[file.as_slice(), b"behind"].concat(), 3)).1, LessonFault::NoZip);
        assert_eq!(fault(opened(&[b"before", file.as_slice()].concat(), 3)).1, LessonFault::Broken);
    }

    #[test]
    fn names_that_lead_out_of_the_file_are_refused() {
        for name in ["../a", "a/../../b", "/etc/passwd", "a\\b", "C:a", "a//b", "./a", "", "a\0", &"가".repeat(67)] {
            let (place, why) = fault(opened(&written(&[(name, b"")]), 9));
            assert_eq!(why, LessonFault::BadName, "{name:?}");
            assert!(name.starts_with(&place), "{place:?}");
        }
        assert!(opened(&written(&[("a/b c/가.png", b""), ("a/", b"")]), 9).is_ok());
    }

    #[test]
    fn no_cut_or_changed_byte_breaks_the_reader() {
        let file = written(&[("lesson.json", b"{\"a\": 1}"), ("pictures/1.png", b"pixels")]);
        for end in 0..file.len() {
            assert!(opened(&file[..end], 9).is_err(), "{end}");
        }
        for at in 0..file.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut changed = file.clone();
                changed[at] = value;
                if let Ok(zip) = opened(&changed, 9) {
                    let _ = (zip.read("lesson.json", 99), zip.read("pictures/1.png", 99));
                }
            }
        }
    }
}
