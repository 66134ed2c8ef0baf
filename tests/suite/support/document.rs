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
    assemble(A4, &[], packed("", std::iter::repeat_n(words, times)), "")
}

/// The largest page there is, full of small words: a few kilobytes here, more than a gigabyte to who places each letter.
pub fn crowded() -> Vec<u8> {
    let lines = (1..1_750).map(|line| format!("1 0 0 1 4 {} Tm ({}) Tj\n", line * 8, "abcdefg ".repeat(400)));
    let shown: Vec<String> =
        std::iter::once("BT /F1 8 Tf\n".to_owned()).chain(lines).chain(["ET".to_owned()]).collect();
    assemble((14_400, 14_400), &[], packed("", shown.iter().map(String::as_str)), "")
}

/// A page that shows a form twenty times, which shows a form twenty times, and so on twelve times: nobody sees its end.
pub fn endless() -> Vec<u8> {
    const DEPTH: usize = 12;
    let first = FIRST_MORE;
    let forms = (0..DEPTH).map(|depth| {
        let next = format!("/Resources << /XObject << /Im1 {} 0 R >> >>", first + depth + 1);
        let (shows, next) = if depth + 1 < DEPTH { ("/Im1 Do ", next) } else { ("q Q ", String::new()) };
        packed(&format!("/Type /XObject /Subtype /Form /BBox [0 0 9 9] {next}"), std::iter::repeat_n(shows, 20))
    });
    let forms: Vec<Vec<u8>> = forms.collect();
    let forms: Vec<&[u8]> = forms.iter().map(Vec::as_slice).collect();
    assemble(A4, &forms, packed("", std::iter::repeat_n("/Im1 Do ", 20)), "")
}

fn packed<'w>(entries: &str, words: impl Iterator<Item = &'w str>) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
    words.for_each(|words| packed.write_all(words.as_bytes()).unwrap());
    let packed = packed.finish().unwrap();
    let head = format!("<< {entries} /Filter /FlateDecode /Length {} >>\nstream\n", packed.len());
    [head.as_bytes(), &packed, b"\nendstream"].concat()
}

fn shown(lines: &[&str]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| format!("({line}) Tj T*")).collect();
    format!("BT /F1 12 Tf 14 TL 50 700 Td {} ET", lines.join(" "))
}

fn with_stream(more: &[&[u8]], content: &[u8], trailer: &str) -> Vec<u8> {
    let head = format!("<< /Length {} >>\nstream\n", content.len());
    assemble(A4, more, [head.as_bytes(), content, b"\nendstream"].concat(), trailer)
}

/// Width and height of a page, in points.
const A4: (u32, u32) = (595, 842);

/// The number of the first object beside the usual five; the page shows it as `/Im1`.
const FIRST_MORE: usize = 6;

/// Objects 1 to 5 and those given, the table of where they stand, the trailer.
fn assemble((width, height): (u32, u32), more: &[&[u8]], content: Vec<u8>, trailer: &str) -> Vec<u8> {
    let picture = if more.is_empty() { String::new() } else { format!("/XObject << /Im1 {FIRST_MORE} 0 R >>") };
    let page = format!(
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] /Contents 4 0 R \
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
