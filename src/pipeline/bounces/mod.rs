//! What comes back from mails: read from files here.

mod read;

pub use read::{FILE_BYTES_MAX, Message, file, stdin};
