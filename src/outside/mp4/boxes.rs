//! Boxes of an MP4, and the numbers in them. Whatever does not fit into what holds it is `Broken`.

use crate::error::VideoFault;

pub(super) type Judged<T> = Result<T, VideoFault>;

/// The head of a box: its kind and its size.
#[derive(Debug, Clone, Copy)]
pub(super) struct BoxHeader {
    pub kind: [u8; 4],
    /// The length of the header itself.
    pub bytes: u64,
    /// The length of the box with its header; `None` if it reaches to the end of what holds it.
    size: Option<u64>,
}

impl BoxHeader {
    pub const MAX_BYTES: usize = 16;

    /// Reads the header at the beginning of `content`. `None` if there is not enough of it, or the size is impossible.
    pub fn read(content: &[u8]) -> Option<BoxHeader> {
        let short = content.first_chunk::<8>()?;
        let kind = [short[4], short[5], short[6], short[7]];
        let (bytes, size) = match u32::from_be_bytes([short[0], short[1], short[2], short[3]]) {
            0 => (8, None),
            1 => (16, Some(u64::from_be_bytes(*content.get(8..)?.first_chunk()?))),
            size => (8, Some(u64::from(size))),
        };
        size.is_none_or(|size| size >= bytes).then_some(BoxHeader { kind, bytes, size })
    }

    /// Returns the size of the box where `room` bytes are left for it. `None` if it does not fit.
    pub fn size_within(&self, room: u64) -> Option<u64> {
        Some(self.size.unwrap_or(room)).filter(|size| (self.bytes..=room).contains(size))
    }
}

/// A part of the index, whose content is boxes or numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Content<'a>(pub &'a [u8]);

impl<'a> Content<'a> {
    /// Iterates over the boxes in this one. Ends with the first that does not fit, which is an error. Some programs end a list
    /// with four zeros: fewer bytes than a header has are no box.
    pub fn boxes(self) -> impl Iterator<Item = Judged<([u8; 4], Content<'a>)>> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            if rest.len() < 8 {
                return None;
            }
            let split = BoxHeader::read(rest).and_then(|header| {
                let size = header.size_within(rest.len() as u64)? as usize;
                let (whole, behind) = rest.split_at_checked(size)?;
                Some((header.kind, whole.get(header.bytes as usize..)?, behind))
            });
            let Some((kind, content, behind)) = split else {
                rest = &[];
                return Some(Err(VideoFault::Broken));
            };
            rest = behind;
            Some(Ok((kind, Content(content))))
        })
    }

    /// Returns the first box of the kind, if there is one.
    pub fn find(self, kind: &[u8; 4]) -> Judged<Option<Content<'a>>> {
        for found in self.boxes() {
            let (found_kind, content) = found?;
            if found_kind == *kind {
                return Ok(Some(content));
            }
        }
        Ok(None)
    }

    pub fn need(self, kind: &[u8; 4]) -> Judged<Content<'a>> {
        self.find(kind)?.ok_or(VideoFault::Broken)
    }

    pub fn from(self, at: usize) -> Judged<Content<'a>> {
        self.0.get(at..).map(Content).ok_or(VideoFault::Broken)
    }

    fn bytes<const N: usize>(self, at: usize) -> Judged<[u8; N]> {
        self.from(at)?.0.first_chunk().copied().ok_or(VideoFault::Broken)
    }

    pub fn u8(self, at: usize) -> Judged<u8> {
        self.bytes(at).map(u8::from_be_bytes)
    }

    pub fn u16(self, at: usize) -> Judged<u16> {
        self.bytes(at).map(u16::from_be_bytes)
    }

    pub fn u32(self, at: usize) -> Judged<u32> {
        self.bytes(at).map(u32::from_be_bytes)
    }

    pub fn u64(self, at: usize) -> Judged<u64> {
        self.bytes(at).map(u64::from_be_bytes)
    }

    pub fn kind(self, at: usize) -> Judged<[u8; 4]> {
        self.bytes(at)
    }

    /// Iterates over a table: rows of `row_bytes`, whose number stands before them, four bytes at `at`.
    pub fn rows(self, at: usize, row_bytes: usize) -> Judged<impl ExactSizeIterator<Item = Content<'a>>> {
        let bytes = (self.u32(at)? as usize).checked_mul(row_bytes).ok_or(VideoFault::Broken)?;
        let table = self.from(at + 4)?.0.get(..bytes).ok_or(VideoFault::Broken)?;
        Ok(table.chunks_exact(row_bytes).map(Content))
    }
}
