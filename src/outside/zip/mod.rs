//! Zip files as lessons travel in: few, small parts, stored or deflated. Reading trusts nothing that a file says of itself; writing
//! gives the same bytes for the same parts.

mod reading;
mod writing;

pub use self::reading::ZipReader;
pub use self::writing::ZipWriter;

const LOCAL_HEAD: u32 = 0x0403_4b50;
const DIRECTORY_HEAD: u32 = 0x0201_4b50;
const DIRECTORY_END: u32 = 0x0605_4b50;
const LOCAL_HEAD_BYTES: usize = 30;
const DIRECTORY_HEAD_BYTES: usize = 46;
const DIRECTORY_END_BYTES: usize = 22;
