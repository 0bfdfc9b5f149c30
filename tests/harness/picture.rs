//! Pictures to send: small files that are made here.

/// A PNG of one colour.
pub fn png(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
    png_of(width, height, &colour.repeat((width * height) as usize))
}

/// A PNG of these pixels, of which each has three bytes.
pub fn png_of(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(pixels).unwrap();
    writer.finish().unwrap();
    file
}

/// The head of a PNG, and nothing more.
pub fn png_of_size(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    drop(encoder.write_header().unwrap());
    file
}

/// The size of a PNG or JPEG of ours.
pub fn size(file: &[u8]) -> (u32, u32) {
    if let Ok(mut reader) = png::Decoder::new(std::io::Cursor::new(file)).read_info() {
        let _ = reader.next_row();
        return reader.info().size();
    }
    let mut decoder = zune_jpeg::JpegDecoder::new(zune_jpeg::zune_core::bytestream::ZCursor::new(file));
    decoder.decode_headers().unwrap();
    let info = decoder.info().unwrap();
    (info.width.into(), info.height.into())
}
