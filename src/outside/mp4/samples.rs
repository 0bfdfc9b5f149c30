//! The samples of a track: pictures or pieces of sound. Tables say how long each lasts, how large it is, and where it lies.

use super::boxes::{Content, Judged};
use crate::error::VideoFault;

/// Adds up how long the samples last, in the time units of the track, and how many they are.
pub(super) fn durations(table: Content<'_>) -> Judged<(u128, u64)> {
    let mut ticks = 0;
    let mut samples = 0;
    for row in table.need(b"stts")?.rows(4, 8)? {
        let count = row.u32(0)?;
        ticks += u128::from(count) * u128::from(row.u32(4)?);
        samples += u64::from(count);
    }
    Ok((ticks, samples))
}

/// Checks that all `samples` lie within the file.
pub(super) fn must_lie_within(file_bytes: u64, table: Content<'_>, samples: u64) -> Judged<()> {
    let mut sizes = SampleSizes::read(table.need(b"stsz")?)?;
    if sizes.left != samples {
        return Err(VideoFault::Broken);
    }
    let offsets = ChunkOffsets::read(table)?;
    let mut runs = table.need(b"stsc")?.rows(4, 12)?.peekable();
    let mut per_chunk = None;
    let mut total: u64 = 0;
    for number in 1..=offsets.count {
        if let Some(run) = runs.next_if(|run| run.u32(0).is_ok_and(|first| first == number)) {
            per_chunk = Some(run.u32(4)?);
        }
        let bytes = sizes.take(per_chunk.ok_or(VideoFault::Broken)?)?;
        let end = offsets.get(number)?.checked_add(bytes).ok_or(VideoFault::Broken)?;
        total = total.saturating_add(bytes);
        if end > file_bytes || total > file_bytes {
            return Err(VideoFault::Broken);
        }
    }
    // Samples that are nowhere, or runs of chunks that do not follow each other.
    if sizes.left > 0 || runs.next().is_some() { Err(VideoFault::Broken) } else { Ok(()) }
}

/// The sizes of the samples, in their order: one for all, or a list.
struct SampleSizes<'a> {
    /// The size of each, or 0 if there is a list.
    each: u32,
    list: Content<'a>,
    next: usize,
    left: u64,
}

impl<'a> SampleSizes<'a> {
    fn read(sizes: Content<'a>) -> Judged<SampleSizes<'a>> {
        Ok(SampleSizes { each: sizes.u32(4)?, list: sizes.from(12)?, next: 0, left: sizes.u32(8)?.into() })
    }

    /// Takes the next samples, and returns the bytes that they have together.
    fn take(&mut self, samples: u32) -> Judged<u64> {
        self.left = self.left.checked_sub(samples.into()).ok_or(VideoFault::Broken)?;
        if self.each > 0 {
            return Ok(u64::from(self.each) * u64::from(samples));
        }
        let end = (samples as usize).checked_mul(4).and_then(|bytes| bytes.checked_add(self.next));
        let taken = end.and_then(|end| self.list.0.get(self.next..end)).ok_or(VideoFault::Broken)?;
        self.next += taken.len();
        taken.chunks_exact(4).map(|size| Content(size).u32(0).map(u64::from)).sum()
    }
}

/// The places in the file where chunks of samples begin.
struct ChunkOffsets<'a> {
    list: Content<'a>,
    count: u32,
    /// True if the places have 64 bits, not 32.
    is_long: bool,
}

impl<'a> ChunkOffsets<'a> {
    fn read(table: Content<'a>) -> Judged<ChunkOffsets<'a>> {
        let short = table.find(b"stco")?;
        let is_long = short.is_none();
        let list = short.map_or_else(|| table.need(b"co64"), Ok)?;
        Ok(ChunkOffsets { list, count: list.u32(4)?, is_long })
    }

    /// Returns the place of a chunk; the first one is 1.
    fn get(&self, number: u32) -> Judged<u64> {
        let before = number as usize - 1;
        if self.is_long { self.list.u64(8 + 8 * before) } else { self.list.u32(8 + 4 * before).map(u64::from) }
    }
}
