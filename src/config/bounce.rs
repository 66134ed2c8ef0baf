//! `[mail.bounce]`: where what comes back arrives, and what becomes of it once read.

use std::path::{Path, PathBuf};

use super::resolve;
use crate::tomlfile::Table;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BounceSettings {
    pub maildir: PathBuf,
    pub after: AfterReading,
}

/// What becomes of a message that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterReading {
    /// It stays, marked as seen.
    Keep,
    Delete,
}

pub(super) fn read(mail: &mut Table<'_>, folder: &Path) -> Option<BounceSettings> {
    let mut bounce = mail.table("bounce")?;
    let maildir = bounce.required_string("maildir").map(|path| resolve(folder, &path));
    let after = bounce.choice("after", &[("keep", AfterReading::Keep), ("delete", AfterReading::Delete)]);
    bounce.finish();
    Some(BounceSettings { maildir: maildir?, after: after.unwrap_or(AfterReading::Keep) })
}
