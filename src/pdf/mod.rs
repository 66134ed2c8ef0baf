//! The words of a PDF, read by a child process under limits; whatever becomes of the child has a name.
//!
//! [`read`] is the parent's side: it hands the bytes to `glaneur read-pdf`, bounds its answer and its time, and kills it.
//! [`child`] is the other side: it limits itself, then becomes `pdftotext` or reads with a crate. This room refuses to
//! know where a PDF came from, and what its words mean.

mod child;
mod fault;
#[cfg(test)]
mod tests;

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::Semaphore;
use tokio::time::timeout;

pub use child::child;
pub use fault::PdfFault;

/// A PDF larger than this is not read.
pub const PDF_BYTES_MAX: usize = 8 << 20;
/// Of the words, what is beyond is not kept: a call says what it wants at its beginning.
pub const PDF_TEXT_BYTES_MAX: usize = 1 << 20;
/// From the child's start to its end.
pub const PDF_WAIT_MAX: Duration = Duration::from_secs(20);
/// How many are read at a time, so that hostile ones together stay within twice a child's memory.
const CHILDREN_MAX: usize = 2;
const COMPLAINT_BYTES_MAX: u64 = 4 << 10;
/// Fewer letters than this are a stamp or a page number on a scan.
const LETTERS_MIN: usize = 10;
/// The header may stand a little after the start (ISO 32000, annex H).
const HEADER_WITHIN_BYTES: usize = 1024;
/// The hidden command that [`child`] serves.
const COMMAND: &str = "read-pdf";

static TURNS: Semaphore = Semaphore::const_new(CHILDREN_MAX);

/// Whether a body is a PDF, by its first bytes or by what the site says of it.
pub fn is_pdf(body: &[u8], content_type: Option<&str>) -> bool {
    let said = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    body.trim_ascii_start().starts_with(b"%PDF-") || said.eq_ignore_ascii_case("application/pdf")
}

/// The words of a PDF, in reading order; the beginning of very long ones.
pub async fn read(body: &[u8]) -> Result<String, PdfFault> {
    if body.len() > PDF_BYTES_MAX {
        return Err(PdfFault::TooLarge { bytes_max: PDF_BYTES_MAX });
    }
    if !has(body.get(..HEADER_WITHIN_BYTES).unwrap_or(body), b"%PDF-") {
        return Err(PdfFault::Broken);
    }
    let _turn = TURNS.acquire().await.map_err(|error| PdfFault::NotStarted(error.to_string()))?;
    let mut child = start().map_err(|error| PdfFault::NotStarted(crate::model::why_refused(&error)))?;
    let ended = timeout(PDF_WAIT_MAX, talk(&mut child, body)).await;
    // Ended or not, nothing of it stays.
    let _ = child.kill().await;
    match ended {
        Err(_) => Err(PdfFault::TooLong),
        Ok(Err(error)) => Err(PdfFault::NotStarted(crate::model::why_refused(&error))),
        Ok(Ok(said)) => judge(body, said),
    }
}

/// What the child said before its end.
struct Said {
    text: Vec<u8>,
    complaints: String,
    /// Nothing when it still had words after as many as are kept.
    status: Option<ExitStatus>,
}

fn start() -> std::io::Result<Child> {
    let mut command = Command::new(own_program()?);
    command.arg(COMMAND).env_clear().current_dir("/").kill_on_drop(true);
    // What to look for pdftotext in; nothing else of ours, secrets least of all, goes to what reads a stranger's file.
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()
}

/// The program that runs, even when another version has taken its place on disk.
fn own_program() -> std::io::Result<PathBuf> {
    let running = Path::new("/proc/self/exe");
    if running.exists() { Ok(running.to_owned()) } else { std::env::current_exe() }
}

async fn talk(child: &mut Child, body: &[u8]) -> std::io::Result<Said> {
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let give = async move {
        if let Some(mut stdin) = stdin {
            // A child that ended early says why by its status.
            let _ = stdin.write_all(body).await;
        }
    };
    let words = async move { begin(stdout, PDF_TEXT_BYTES_MAX as u64 + 1).await };
    let complaints = async move {
        let Some(mut stderr) = stderr else { return Vec::new() };
        let first = begin(Some(&mut stderr), COMPLAINT_BYTES_MAX).await;
        // Closed early, it would end a child that only complains a lot.
        let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
        first
    };
    let mut beside = std::pin::pin!(async { tokio::join!(give, complaints) });
    let mut words = std::pin::pin!(words);
    let (text, complaints) = tokio::select! {
        text = &mut words => {
            if text.len() > PDF_TEXT_BYTES_MAX {
                return Ok(Said { text, complaints: String::new(), status: None });
            }
            (text, beside.await.1)
        }
        ((), complaints) = &mut beside => (words.await, complaints),
    };
    if text.len() > PDF_TEXT_BYTES_MAX {
        return Ok(Said { text, complaints: String::new(), status: None });
    }
    let status = child.wait().await?;
    Ok(Said { text, complaints: String::from_utf8_lossy(&complaints).into_owned(), status: Some(status) })
}

async fn begin(from: Option<impl AsyncRead + Unpin>, bytes_max: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(from) = from {
        let _ = from.take(bytes_max).read_to_end(&mut bytes).await;
    }
    bytes
}

fn judge(body: &[u8], said: Said) -> Result<String, PdfFault> {
    if let Some(fault) = said.status.and_then(|status| fault_of(status, &said.complaints)) {
        return Err(fault);
    }
    let mut text = said.text;
    text.truncate(PDF_TEXT_BYTES_MAX);
    let text = String::from_utf8_lossy(&text).trim().to_owned();
    if text.chars().filter(|c| c.is_alphabetic()).take(LETTERS_MIN).count() == LETTERS_MIN {
        return Ok(text);
    }
    // A reader that does not have the key sees an empty page, and does not always say so.
    if has(body, b"/Encrypt") && said.status.is_some() {
        return Err(PdfFault::Encrypted);
    }
    // A picture is always named in the open: only what it holds is packed.
    let broken = said.complaints.contains("Syntax Error") && !has(body, b"/Image");
    Err(if broken { PdfFault::Broken } else { PdfFault::Scanned })
}

/// What a status says; the numbers are pdftotext's, and our own child keeps to them.
fn fault_of(status: ExitStatus, complaints: &str) -> Option<PdfFault> {
    let complaints = complaints.to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| complaints.contains(word));
    match (status.code(), status.signal()) {
        (Some(0), _) => None,
        (Some(child::NOT_LIMITED), _) => Some(PdfFault::NotStarted(complaints.trim().to_owned())),
        (Some(child::LOCKED), _) => Some(PdfFault::Encrypted),
        (_, Some(signal)) if signal == rustix::process::Signal::XCPU.as_raw() => Some(PdfFault::TooLong),
        (_, Some(_)) => Some(PdfFault::Killed),
        _ if says(&["out of memory", "bad_alloc", "memory allocation"]) => Some(PdfFault::Killed),
        _ if says(&["incorrect password", "encrypt", "security handler"]) => Some(PdfFault::Encrypted),
        _ => Some(PdfFault::Broken),
    }
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
