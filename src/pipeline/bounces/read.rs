//! Messages from files: one message or an mbox each. Nothing is changed by reading.

use std::io::Read;
use std::path::Path;

use serde_json::{Value, json};

use crate::deliver::bounce::{self, Reading, mbox};

/// A larger file is refused: an mailbox of years is read in pieces.
pub const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// One message of a file, read.
#[derive(Clone, Debug)]
pub struct Message {
    /// As the file was named; `-` for the standard input.
    pub file: String,
    /// Its place in the file, from 0.
    pub index: usize,
    pub reading: Reading,
}

impl Message {
    /// The contract of `glaneur bounces read`.
    pub fn answer(&self) -> Value {
        let recipients: Vec<Value> = self
            .reading
            .recipients
            .iter()
            .map(|recipient| {
                json!({
                    "address": recipient.address, "kind": recipient.kind.as_str(),
                    "status": recipient.status, "diagnostic": recipient.diagnostic,
                })
            })
            .collect();
        json!({"file": self.file, "index": self.index, "recipients": recipients})
    }
}

/// The messages of one file, each given to `each` as it is read.
pub fn file(path: &Path, each: impl FnMut(Message, &[u8])) -> Result<(), String> {
    let name = path.display().to_string();
    let opened = std::fs::File::open(path).map_err(|error| format!("{name} ne peut pas être lu : {error}"))?;
    from(opened, &name, each)
}

pub fn stdin(each: impl FnMut(Message, &[u8])) -> Result<(), String> {
    from(std::io::stdin().lock(), "-", each)
}

fn from(source: impl Read, name: &str, mut each: impl FnMut(Message, &[u8])) -> Result<(), String> {
    let mut bytes = Vec::new();
    let read = source.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(|error| format!("{name} ne peut pas être lu : {error}"))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let mebibytes = FILE_BYTES_MAX / (1024 * 1024);
        return Err(format!("{name} dépasse {mebibytes} Mio : découpez cette boîte en fichiers plus petits"));
    }
    for (index, message) in mbox::messages(&bytes).into_iter().enumerate() {
        each(Message { file: name.to_owned(), index, reading: bounce::read(message) }, message);
    }
    Ok(())
}
