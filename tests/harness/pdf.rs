//! PDFs to send: a deck that a browser has printed (`tests/decks/deck.html`), and others that are put together here.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compress, Compression, FlushCompress};

/// Three pages: one in Korean, one with the word «office» and a circle, and a blank one.
pub fn deck() -> Vec<u8> {
    include_bytes!("../decks/deck.pdf").to_vec()
}

/// A PDF under construction. Objects get their numbers in order, from 1 on.
pub struct PdfFile {
    bytes: Vec<u8>,
    places: Vec<usize>,
}

impl PdfFile {
    pub fn new() -> PdfFile {
        PdfFile { bytes: b"%PDF-1.7\n".to_vec(), places: Vec::new() }
    }

    pub fn object(mut self, content: &str) -> PdfFile {
        self.places.push(self.bytes.len());
        write!(self.bytes, "{} 0 obj\n{content}\nendobj\n", self.places.len()).unwrap();
        self
    }

    pub fn stream(mut self, keys: &str, content: &[u8]) -> PdfFile {
        self.places.push(self.bytes.len());
        write!(self.bytes, "{} 0 obj\n<</Length {} {keys}>>\nstream\n", self.places.len(), content.len()).unwrap();
        self.bytes.extend_from_slice(content);
        self.bytes.extend_from_slice(b"\nendstream\nendobj\n");
        self
    }

    /// Ends the file. `keys` are those of the trailer besides the usual ones; the catalog is the first object.
    pub fn end(mut self, keys: &str) -> Vec<u8> {
        let at = self.bytes.len();
        let count = self.places.len() + 1;
        write!(self.bytes, "xref\n0 {count}\n0000000000 65535 f \n").unwrap();
        for place in &self.places {
            writeln!(self.bytes, "{place:010} 00000 n ").unwrap();
        }
        write!(self.bytes, "trailer\n<</Size {count} /Root 1 0 R {keys}>>\nstartxref\n{at}\n%%EOF\n").unwrap();
        self.bytes
    }
}

/// A PDF whose pages have these contents, each of this size. The font /F1 is Helvetica, and not in the file; so is /F2, a Korean one.
/// `/X Do` draws a form that draws another one twice, and so on: nobody waits for its end.
pub fn pages(contents: &[&str], (width, height): (u32, u32)) -> Vec<u8> {
    const FIRST_FORM: usize = 7;
    const FORMS: usize = 40;
    let place = |n: usize| FIRST_FORM + FORMS + 2 * n;
    let kids: Vec<String> = (0..contents.len()).map(|n| format!("{} 0 R", place(n))).collect();
    let resources = |form: usize| format!("/Resources <</Font <</F1 3 0 R /F2 4 0 R>> /XObject <</X {form} 0 R>>>>");
    let mut pdf = PdfFile::new()
        .object("<</Type /Catalog /Pages 2 0 R>>")
        .object(&format!("<</Type /Pages /Count {} /Kids [{}]>>", kids.len(), kids.join(" ")))
        .object("<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>")
        .object("<</Type /Font /Subtype /Type0 /BaseFont /Batang /Encoding /UniKS-UCS2-H /DescendantFonts [5 0 R]>>")
        .object("<</Type /Font /Subtype /CIDFontType0 /BaseFont /Batang /CIDSystemInfo <</Registry (Adobe) /Ordering (Korea1) /Supplement 1>> /FontDescriptor 6 0 R>>")
        .object("<</Type /FontDescriptor /FontName /Batang /Flags 4 /ItalicAngle 0>>");
    for form in FIRST_FORM..FIRST_FORM + FORMS {
        let keys = format!("/Type /XObject /Subtype /Form /BBox [0 0 1000 1000] {}", resources(form + 1));
        pdf = pdf.stream(&keys, b"/X Do /X Do");
    }
    for (n, content) in contents.iter().enumerate() {
        let (content_place, resources) = (place(n) + 1, resources(FIRST_FORM));
        pdf = pdf
            .object(&format!(
                "<</Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents {content_place} 0 R {resources}>>"
            ))
            .stream("", content.as_bytes());
    }
    pdf.end("")
}

/// A PDF of one page with this text, in letters of Latin.
pub fn page(text: &str) -> Vec<u8> {
    pages(&[&format!("BT /F1 40 Tf 50 300 Td ({text}) Tj ET")], (600, 400))
}

/// A PDF that opens with a password only.
pub fn locked() -> Vec<u8> {
    let proof = "00".repeat(32);
    PdfFile::new()
        .object("<</Type /Catalog /Pages 2 0 R>>")
        .object("<</Type /Pages /Count 0 /Kids []>>")
        .object(&format!("<</Filter /Standard /V 1 /R 2 /O <{proof}> /U <{proof}> /P -4>>"))
        .end("/Encrypt 3 0 R /ID [<0011> <0011>]")
}

/// A page whose content is packed, and has so many MiB once it is not.
pub fn packed_page(content_mib: usize) -> Vec<u8> {
    let block = b"0 0 1 1 re f\n  \n".repeat((1 << 20) / 16);
    let mut packer = Compress::new(Compression::best(), true);
    let mut one_more = || {
        let mut packed = Vec::with_capacity(block.len());
        packer.compress_vec(&block, &mut packed, FlushCompress::Full).unwrap();
        packed
    };
    // After a full flush the same bytes unpack to the same block, wherever they stand.
    let packed = [one_more(), one_more().repeat(content_mib - 1)].concat();
    let mut twice = ZlibEncoder::new(Vec::new(), Compression::best());
    twice.write_all(&packed).unwrap();
    PdfFile::new()
        .object("<</Type /Catalog /Pages 2 0 R>>")
        .object("<</Type /Pages /Count 1 /Kids [3 0 R]>>")
        .object("<</Type /Page /Parent 2 0 R /MediaBox [0 0 600 400] /Contents 4 0 R>>")
        .stream("/Filter [/FlateDecode /FlateDecode]", &twice.finish().unwrap())
        .end("")
}
