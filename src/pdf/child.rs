//! The child's side: limits first, then `pdftotext` in this very process, else a crate.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use rustix::process::{Resource, Rlimit, setrlimit};

/// Of address space, the program itself included.
const MEMORY_BYTES_MAX: u64 = 768 << 20;
/// Of processor time.
const PROCESSOR_SECONDS_MAX: u64 = 10;
const FILES_MAX: u64 = 32;
/// Pages beyond are not read: what a call wants is said before.
const PAGES_MAX: &str = "200";

/// As pdftotext ends when a document cannot be opened.
const UNREADABLE: i32 = 1;
/// As pdftotext ends when its author forbids to copy.
pub(super) const LOCKED: i32 = 3;
/// The limits could not be set: nothing was read.
pub(super) const NOT_LIMITED: i32 = 97;

/// Reads the PDF on standard input, writes its words; the status says the rest.
pub fn child() -> ExitCode {
    if let Err(error) = limit() {
        return end(NOT_LIMITED, &format!("limites refusées : {error}"));
    }
    let error = Command::new("pdftotext").args(["-enc", "UTF-8", "-nopgbrk", "-l", PAGES_MAX, "-", "-"]).exec();
    // Still here: it is not installed. Anything else that kept it from starting leaves us the crate just as well.
    tracing::debug!(%error, "pdftotext did not start");
    by_crate()
}

fn limit() -> rustix::io::Result<()> {
    let both = |max| Rlimit { current: Some(max), maximum: Some(max) };
    setrlimit(Resource::As, both(MEMORY_BYTES_MAX))?;
    setrlimit(Resource::Core, both(0))?;
    // No file grows: only pipes are written.
    setrlimit(Resource::Fsize, both(0))?;
    setrlimit(Resource::Nofile, both(FILES_MAX))?;
    // The second more lets the first signal, which has a name, come first.
    let seconds = Rlimit { current: Some(PROCESSOR_SECONDS_MAX), maximum: Some(PROCESSOR_SECONDS_MAX + 1) };
    setrlimit(Resource::Cpu, seconds)
}

fn by_crate() -> ExitCode {
    let mut body = Vec::new();
    if let Err(error) = std::io::stdin().lock().take(super::PDF_BYTES_MAX as u64).read_to_end(&mut body) {
        return end(UNREADABLE, &error.to_string());
    }
    match pdf_extract::extract_text_from_mem(&body) {
        Ok(text) => {
            // A parent that has enough closes its end.
            let _ = std::io::stdout().lock().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Err(_) if super::has(&body, b"/Encrypt") => end(LOCKED, "encrypted"),
        Err(error) => end(UNREADABLE, &error.to_string()),
    }
}

fn end(status: i32, why: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{why}");
    ExitCode::from(u8::try_from(status).unwrap_or(1))
}
