//! PDFs written by hand: a page of words, and what goes wrong with one.

use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};

/// One page that says these lines.
pub fn pdf(lines: &[&str]) -> Vec<u8> {
    with_stream(&[], shown(lines).as_bytes(), "")
}

/// The same, behind a password that nobody was given.
pub fn encrypted_pdf(lines: &[&str]) -> Vec<u8> {
    let key = "AB".repeat(32);
    let lock = format!("/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{key}> /U <{key}> >> /ID [<01> <01>]");
    with_stream(&[], shown(lines).as_bytes(), &lock)
}

/// One page that is a picture.
pub fn scanned_pdf() -> Vec<u8> {
    let picture: &[u8] = b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray \
                           /BitsPerComponent 8 /Length 1 >>\nstream\nx\nendstream";
    with_stream(&[picture], b"q 500 0 0 700 50 50 cm /Im1 Do Q", "")
}

/// A page whose words, unpacked, are `times` these.
pub fn bomb(times: usize, words: &str) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    for _ in 0..times {
        packed.write_all(words.as_bytes()).unwrap();
    }
    let packed = packed.finish().unwrap();
    assemble(
        &[],
        [
            b"<< /Filter /FlateDecode /Length ",
            packed.len().to_string().as_bytes(),
            b" >>\nstream\n",
            &packed,
            b"\nendstream",
        ]
        .concat(),
        "",
    )
}

fn shown(lines: &[&str]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("({line}) Tj T*")).collect();
    format!("BT /F1 12 Tf 14 TL 50 700 Td {} ET", lines.join(" "))
}

fn with_stream(more: &[&[u8]], content: &[u8], trailer: &str) -> Vec<u8> {
    let head = format!("<< /Length {} >>\nstream\n", content.len());
    assemble(more, [head.as_bytes(), content, b"\nendstream"].concat(), trailer)
}

/// Objects 1 to 5 and those given, the table of where they stand, the trailer.
fn assemble(more: &[&[u8]], content: Vec<u8>, trailer: &str) -> Vec<u8> {
    let picture = if more.is_empty() { "" } else { "/XObject << /Im1 6 0 R >>" };
    let page = format!(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> {picture} >> >>"
    );
    let font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>";
    let mut objects: Vec<&[u8]> = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page.as_bytes(),
        &content,
        font,
    ];
    objects.extend(more);
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        places.push(out.len());
        writeln!(out, "{} 0 obj", n + 1).unwrap();
        out.extend(*object);
        out.extend(b"\nendobj\n");
    }
    let table = out.len();
    write!(out, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).unwrap();
    for place in places {
        writeln!(out, "{place:010} 00000 n ").unwrap();
    }
    write!(out, "trailer\n<< /Size {} /Root 1 0 R {trailer} >>\nstartxref\n{table}\n%%EOF\n", objects.len() + 1)
        .unwrap();
    out
}
