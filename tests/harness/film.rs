//! Small MP4 files, made box by box, and ways to spoil them.

/// The parts of an MP4 file that a story makes. `Film::default()` is ten seconds of H.264 with AAC, with its index before the pictures.
pub struct Film {
    pub picture: Option<FilmTrack>,
    pub sound: Option<FilmTrack>,
    /// The duration that the header of the movie tells, in milliseconds.
    pub told_ms: u32,
    /// Boxes between `ftyp` and the index.
    pub before: Vec<u8>,
    /// Boxes at the end of the index.
    pub in_index: Vec<u8>,
    pub index_last: bool,
}

#[derive(Clone)]
pub struct FilmTrack {
    pub kind: [u8; 4],
    /// The entries of the list of formats.
    pub formats: Vec<Vec<u8>>,
    pub units_per_second: u32,
    /// The duration that the header of the track tells.
    pub told: u64,
    pub samples: u32,
    pub sample_units: u32,
    pub sample_bytes: u32,
    /// Pieces that are shown: for how many milliseconds, and from which time unit; -1 for nothing.
    pub pieces: Vec<(u32, i32)>,
    /// Headers and tables with numbers of 64 bits, and a list of sizes.
    pub is_wide: bool,
    /// Added to the place where the samples are said to be.
    pub moved_by: u64,
}

/// Samples in one chunk.
const PER_CHUNK: u32 = 4;

impl Default for Film {
    fn default() -> Film {
        Film {
            picture: Some(FilmTrack::picture()),
            sound: Some(FilmTrack::sound()),
            told_ms: 10_000,
            before: Vec::new(),
            in_index: Vec::new(),
            index_last: false,
        }
    }
}

impl Film {
    pub fn bytes(&self) -> Vec<u8> {
        let begin = [named(b"ftyp", b"isom\0\0\x02\0isommp41"), self.before.clone()].concat();
        let tracks = || self.picture.iter().chain(&self.sound);
        let media: u32 = tracks().map(|track| track.samples * track.sample_bytes).sum();
        let pictures = named(b"mdat", &vec![0x5a; media as usize]);
        // The place of the pictures depends on the size of the index, and not the other way round.
        let index_bytes = if self.index_last { 0 } else { self.index(0).len() };
        let index = self.index((begin.len() + index_bytes + 8) as u64);
        if self.index_last { [begin, pictures, index].concat() } else { [begin, index, pictures].concat() }
    }

    /// Makes the index of a file whose samples lie one behind the other from `place` on.
    pub fn index(&self, mut place: u64) -> Vec<u8> {
        let mut parts = numbers(b"mvhd", &[0, 0, 0, 1_000, self.told_ms]);
        for track in self.picture.iter().chain(&self.sound) {
            parts.extend(track.bytes(place + track.moved_by));
            place += u64::from(track.samples * track.sample_bytes);
        }
        parts.extend(&self.in_index);
        named(b"moov", &parts)
    }
}

impl FilmTrack {
    pub fn picture() -> FilmTrack {
        let settings = named(b"avcC", &[1, 0x42, 0, 0x1e, 0xff, 0xe1, 0, 4, 0x67, 0x42, 0, 0x1e, 1, 0, 1, 0x68]);
        FilmTrack {
            kind: *b"vide",
            formats: vec![picture_format(b"avc1", &settings)],
            units_per_second: 1_000,
            told: 10_000,
            samples: 10,
            sample_units: 1_000,
            sample_bytes: 50,
            pieces: Vec::new(),
            is_wide: false,
            moved_by: 0,
        }
    }

    pub fn sound() -> FilmTrack {
        FilmTrack {
            kind: *b"soun",
            formats: vec![sound_format(0x40, 2)],
            units_per_second: 44_100,
            told: 430 * 1_024,
            samples: 430,
            sample_units: 1_024,
            sample_bytes: 3,
            ..FilmTrack::picture()
        }
    }

    fn bytes(&self, place: u64) -> Vec<u8> {
        let entries = self.formats.concat();
        let table = [
            counted(b"stsd", self.formats.len() as u32, &entries),
            numbers(b"stts", &[0, 1, self.samples, self.sample_units]),
            numbers(b"stsc", &self.runs()),
            self.sizes(),
            self.places(place),
        ];
        let kind = [&[0; 8], &self.kind[..], &[0; 12]].concat();
        let media = [self.header(), named(b"hdlr", &kind), named(b"minf", &named(b"stbl", &table.concat()))];
        let mut parts = numbers(b"tkhd", &[0; 21]);
        if !self.pieces.is_empty() {
            parts.extend(named(b"edts", &self.list_of_pieces()));
        }
        parts.extend(named(b"mdia", &media.concat()));
        named(b"trak", &parts)
    }

    fn header(&self) -> Vec<u8> {
        if self.is_wide {
            let (high, low) = halves(self.told);
            return numbers(b"mdhd", &[1 << 24, 0, 0, 0, 0, self.units_per_second, high, low, 0]);
        }
        numbers(b"mdhd", &[0, 0, 0, self.units_per_second, self.told as u32, 0])
    }

    fn chunks(&self) -> u32 {
        self.samples.div_ceil(PER_CHUNK)
    }

    /// The chunks have `PER_CHUNK` samples each, and the last one what is left.
    fn runs(&self) -> Vec<u32> {
        match (self.samples / PER_CHUNK, self.samples % PER_CHUNK) {
            (0, 0) => vec![0, 0],
            (full, 0) => vec![0, 1, 1, PER_CHUNK, full.min(1)],
            (0, rest) => vec![0, 1, 1, rest, 1],
            (full, rest) => vec![0, 2, 1, PER_CHUNK, 1, full + 1, rest, 1],
        }
    }

    fn sizes(&self) -> Vec<u8> {
        if !self.is_wide {
            return numbers(b"stsz", &[0, self.sample_bytes, self.samples]);
        }
        let mut sizes = vec![0, 0, self.samples];
        sizes.extend(vec![self.sample_bytes; self.samples as usize]);
        numbers(b"stsz", &sizes)
    }

    fn places(&self, begin: u64) -> Vec<u8> {
        let chunk_bytes = u64::from(PER_CHUNK * self.sample_bytes);
        let places = (0..self.chunks()).map(|chunk| begin + u64::from(chunk) * chunk_bytes);
        if self.is_wide {
            let places: Vec<u8> = places.flat_map(u64::to_be_bytes).collect();
            return counted(b"co64", self.chunks(), &places);
        }
        let places: Vec<u8> = places.flat_map(|place| (place as u32).to_be_bytes()).collect();
        counted(b"stco", self.chunks(), &places)
    }

    fn list_of_pieces(&self) -> Vec<u8> {
        let mut list = vec![if self.is_wide { 1 << 24 } else { 0 }, self.pieces.len() as u32];
        for &(ms, begins_at) in &self.pieces {
            if self.is_wide {
                let (high, low) = halves(i64::from(begins_at) as u64);
                list.extend([0, ms, high, low, 1 << 16]);
            } else {
                list.extend([ms, begins_at as u32, 1 << 16]);
            }
        }
        numbers(b"elst", &list)
    }
}

/// An entry of the list of formats of pictures.
pub fn picture_format(kind: &[u8; 4], settings: &[u8]) -> Vec<u8> {
    named(kind, &[&[0; 78], settings].concat())
}

/// An entry of the list of formats of sound: its kind of MPEG, and the kind of AAC.
pub fn sound_format(kind: u8, aac: u8) -> Vec<u8> {
    sound_format_of(0, kind, aac)
}

/// Like `sound_format`, of one of QuickTime's longer versions, or 0.
pub fn sound_format_of(version: u8, kind: u8, aac: u8) -> Vec<u8> {
    let settings = descriptor(5, &[aac << 3, 0x10]);
    let decoder = descriptor(4, &[&[kind], &[0; 12][..], &settings].concat());
    let stream = descriptor(3, &[&[0, 1, 0], &decoder[..]].concat());
    let settings = named(b"esds", &[&[0; 4], &stream[..]].concat());
    let (longer, settings) = match version {
        0 => (0, settings),
        1 => (16, named(b"wave", &[named(b"frma", b"mp4a"), settings, vec![0; 4]].concat())),
        _ => (36, named(b"wave", &settings)),
    };
    let mut head = vec![0; 28 + longer];
    head[9] = version;
    named(b"mp4a", &[head, settings].concat())
}

/// A descriptor whose length is written in four bytes, as many programs do.
fn descriptor(kind: u8, content: &[u8]) -> Vec<u8> {
    [&[kind, 0x80, 0x80, 0x80, content.len() as u8], content].concat()
}

pub fn named(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let size = (content.len() + 8) as u32;
    [&size.to_be_bytes(), &kind[..], content].concat()
}

/// A box of numbers of 32 bits.
pub fn numbers(kind: &[u8; 4], numbers: &[u32]) -> Vec<u8> {
    let content: Vec<u8> = numbers.iter().flat_map(|number| number.to_be_bytes()).collect();
    named(kind, &content)
}

/// A box with the number of its rows before them.
fn counted(kind: &[u8; 4], count: u32, rows: &[u8]) -> Vec<u8> {
    named(kind, &[&[0; 4], &count.to_be_bytes()[..], rows].concat())
}

fn halves(number: u64) -> (u32, u32) {
    ((number >> 32) as u32, number as u32)
}

/// Overwrites bytes of the first box of the kind: `at` is counted from the beginning of its content, and may be negative.
#[track_caller]
pub fn spoil(file: &mut [u8], kind: &[u8; 4], at: isize, by: &[u8]) {
    let named_at = file.windows(4).position(|four| four == kind).expect("a box of the kind");
    let begin = (named_at + 4).checked_add_signed(at).expect("a place in the file");
    assert_ne!(&file[begin..begin + by.len()], by, "nothing is spoilt");
    file[begin..begin + by.len()].copy_from_slice(by);
}
