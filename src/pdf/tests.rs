//! What a child's end is taken for; the ends themselves are in tests/suite/pdf.rs, with the real program.

use super::*;

#[test]
fn each_end_of_the_child_has_its_name() {
    let check = |raw: i32, complaints: &str, expected: Option<PdfFault>| {
        assert_eq!(fault_of(ExitStatus::from_raw(raw), complaints), expected, "{raw} {complaints}");
    };
    let code = |code: i32| code << 8;
    check(code(0), "Syntax Warning: odd", None);
    check(code(1), "Syntax Error: Couldn't read xref table", Some(PdfFault::Broken));
    check(code(1), "Command Line Error: Incorrect password", Some(PdfFault::Encrypted));
    check(code(1), "Out of memory", Some(PdfFault::Killed));
    check(code(3), "", Some(PdfFault::Encrypted));
    check(code(101), "thread 'main' panicked", Some(PdfFault::Broken));
    check(code(97), "limites refusées", Some(PdfFault::NotStarted("limites refusées".into())));
    check(24, "", Some(PdfFault::TooLong)); // SIGXCPU
    check(11, "", Some(PdfFault::Killed)); // SIGSEGV
    check(6, "memory allocation of 9 bytes failed", Some(PdfFault::Killed)); // SIGABRT
}

#[test]
fn words_are_kept_and_their_absence_is_named() {
    let check = |body: &[u8], text: &str, complaints: &str, expected: Result<&str, PdfFault>| {
        let said = Said { text: text.into(), complaints: complaints.into(), status: None };
        assert_eq!(judge(body, said), expected.map(str::to_owned), "{text} {complaints}");
    };
    check(b"%PDF-", "\n Appel à projets \n", "", Ok("Appel à projets"));
    check(b"%PDF- /Subtype /Image", "12", "Syntax Error: odd", Err(PdfFault::Scanned));
    check(b"%PDF-", "", "Syntax Error: odd", Err(PdfFault::Broken));
    check(b"%PDF-", "", "", Err(PdfFault::Scanned));
}

#[test]
fn a_pdf_is_known_by_its_bytes_or_its_type() {
    assert!(is_pdf(b"\n%PDF-1.4", Some("text/html")));
    assert!(is_pdf(b"", Some("application/PDF; charset=binary")));
    assert!(!is_pdf(b"<html>", Some("text/html")) && !is_pdf(b"%P", None));
}

#[test]
fn each_fault_says_what_to_do() {
    let why = PdfFault::NotStarted("x".into());
    let large = PdfFault::TooLarge { bytes_max: PDF_BYTES_MAX };
    for fault in
        [PdfFault::Encrypted, PdfFault::Scanned, PdfFault::Broken, large, PdfFault::TooLong, PdfFault::Killed, why]
    {
        assert!(fault.to_string().contains(" — "), "{fault}");
    }
}
