//! Spreadsheets as people make them.

use super::*;
use crate::model::OrganisationKind;

fn cohorts() -> Vec<Cohort> {
    let cohort = |id: &str, name: &str, places: &[&str]| Cohort {
        id: CohortId(id.to_owned()),
        name: name.to_owned(),
        territory: places.iter().map(|code| TerritoryCode::parse(code).unwrap()).collect(),
    };
    vec![cohort("idf-2020", "Île-de-France 2020", &["R11"]), cohort("nantes-2021", "Nantes 2021", &["44109"])]
}

fn themes() -> Themes {
    let theme = |id: &str, label: &str, alias: &str| crate::model::Theme {
        id: ThemeId(id.to_owned()),
        label_fr: label.to_owned(),
        label_en: label.to_owned(),
        aliases: vec![alias.to_owned()],
        expressions: Vec::new(),
        exclusions: Vec::new(),
    };
    Themes {
        themes: vec![
            theme("precarite-alimentaire", "Précarité et aide alimentaires", "aide alimentaire"),
            theme("sante", "Santé", "santé publique"),
        ],
    }
}

fn read_bytes(bytes: &[u8]) -> Roster {
    let (cohorts, themes) = (cohorts(), themes());
    let directory = Directory { geography: Geography::get(), cohorts: &cohorts, themes: &themes };
    read(bytes, Format::of("membres.csv", bytes), &directory).unwrap()
}

const HEADERS: &str = "email;prénom;nom;organisation;type;fonction;promotion;territoire;thèmes;rythme";

/// One line under the usual headers.
fn read_line(line: &str) -> Result<MemberDraft, String> {
    let roster = read_bytes(format!("{HEADERS}\n{line}\n").as_bytes());
    match (roster.members.into_iter().next(), roster.faults.into_iter().next()) {
        (Some(member), None) => Ok(member),
        (_, Some(fault)) => {
            assert_eq!(fault.line, 2);
            Err(fault.message)
        }
        (None, None) => panic!("nothing was read"),
    }
}

#[test]
fn a_line_in_french_gives_a_member() {
    let member = read_line(
        "Camille@Exemple.fr;Camille;Exemple;CCAS de Nanterre;CCAS;cheffe de projet;idf-2020;Nanterre;aide alimentaire, santé;mensuel",
    )
    .unwrap();
    assert_eq!(member.email.expose(), "camille@exemple.fr");
    assert_eq!(member.profile.organisation_kind, OrganisationKind::Ccas);
    assert_eq!(member.profile.territories, [TerritoryCode::parse("92050").unwrap()]);
    assert_eq!(member.profile.themes.len(), 2);
    assert_eq!(member.rhythm, Some(Rhythm::Monthly));
    assert_eq!(member.cohorts, [CohortId("idf-2020".into())]);
}

#[test]
fn territories_are_names_postcodes_or_codes_and_homonyms_are_decided_or_refused() {
    let check = |organisation: &str, cohort: &str, written: &str, expected: Result<&[&str], &str>| {
        let got = read_line(&format!("a@exemple.fr;;;{organisation};;;{cohort};{written};;"));
        match (got, expected) {
            (Ok(member), Ok(codes)) => {
                let got: Vec<_> = member.profile.territories.iter().map(|code| code.as_str()).collect();
                assert_eq!(got, codes, "{organisation} {cohort} {written}");
            }
            (Err(message), Err(part)) => assert!(message.contains(part), "{message}"),
            (got, expected) => panic!("{organisation} {cohort} {written}: {got:?}, expected {expected:?}"),
        }
    };
    check("", "", "Montreuil (93)", Ok(&["93048"]));
    check("", "", "93048", Ok(&["93048"]));
    check("", "", "D93", Ok(&["D93"]));
    check("", "", "Seine-Saint-Denis", Ok(&["D93"]));
    check("", "", "Paris", Ok(&["75056"]));
    check("", "", "1053", Ok(&["01053"]));
    check("", "", "\"Saint-Denis, Seine-Saint-Denis\"", Ok(&["93066"]));
    check("", "", "\"Nantes, Montreuil (93)\"", Ok(&["44109", "93048"]));
    check("", "", "Plaine Commune", Ok(&["200057867"]));
    check("", "idf-2020", "Montreuil", Ok(&["93048"]));
    check("Ville de Montreuil (93)", "", "Montreuil", Ok(&["93048"]));
    check("", "", "Nantes et Rezé", Ok(&["44109", "44143"]));
    check("", "", "\"Nantes, Rezé et Saint-Denis (93)\"", Ok(&["44109", "44143", "93066"]));
    check("", "", "Montreuil (93) & Nanterre", Ok(&["92050", "93048"]));
    check("", "", "NANTES CEDEX 1", Ok(&["44109"]));
    check("", "", "044", Ok(&["D44"]));
    check("", "", "Cher et Loire", Ok(&["D18", "D42"]));
    check("", "", "Rezé et Saint-Denis (93)", Ok(&["44143", "93066"]));
    check("", "", "Indre-et-Loire", Ok(&["D37"]));
    check("", "", "Indre et Loire (37)", Ok(&["D37"]));
    check("", "", "Nantes et Nulleville", Err("« Nulleville » est inconnu"));
    check("", "", "Montreuil", Err("« Montreuil (93) » (ou 93048)"));
    check("", "", "Saint-Denis", Err("« Saint-Denis (93) » (ou 93066)"));
    check("", "", "Nulleville-sur-Rien", Err("inconnu"));
    check("CCAS de Nanterre", "", "", Ok(&["92050"]));
    check("", "nantes-2021", "", Ok(&["44109"]));
    check("", "", "", Err("territoire manque"));
}

#[test]
fn a_bad_line_is_named_and_the_others_go_in() {
    let text = format!(
        "{HEADERS}\nun@exemple.fr;;;;;;idf-2020;Nanterre;;\npas une adresse;;;;;;;Nanterre;;\n\ndeux@exemple.fr;;;;;;oubliee-1999;Nanterre;;\ntrois@exemple.fr;;;;licorne;;;Nanterre;;\nquatre@exemple.fr;;;;;;;Nanterre;jonglage;\ncinq@exemple.fr;;;;;;;Nanterre;;parfois\nsix@exemple.fr;;;;;;;Nanterre;;\n"
    );
    let roster = read_bytes(text.as_bytes());
    let members: Vec<_> = roster.members.iter().map(|m| (m.line, m.email.expose())).collect();
    assert_eq!(members, [(2, "un@exemple.fr"), (9, "six@exemple.fr")]);
    let lines: Vec<_> = roster.faults.iter().map(|fault| fault.line).collect();
    assert_eq!(lines, [3, 5, 6, 7, 8]);
    assert!(roster.faults[1].message.contains("idf-2020"), "{}", roster.faults[1].message);
}

#[test]
fn excel_in_french_and_other_habits_are_read() {
    let check = |bytes: &[u8]| {
        let roster = read_bytes(bytes);
        let member = roster.members.first().unwrap_or_else(|| panic!("{:?}", roster.faults));
        assert_eq!((member.first_name.as_str(), member.profile.territories.len()), ("Zoé", 1));
    };
    let text = "email;prénom;territoire\nzoe@exemple.fr;Zoé;Nanterre\n";
    check(text.as_bytes());
    check(text.replace('\n', "\r\n").as_bytes());
    check(format!("\u{feff}{text}").as_bytes());
    check(&encoding_rs::WINDOWS_1252.encode(text).0);
    check(&[b"\xff\xfe".to_vec(), text.encode_utf16().flat_map(u16::to_le_bytes).collect()].concat());
    check(text.replace(';', ",").as_bytes());
    check(text.replace(';', "\t").as_bytes());
    check("Liste des participants;;\n\nFirst name;E-mail;Place\nZoé;zoe@exemple.fr;Nanterre\n".as_bytes());
}

#[test]
fn a_person_on_two_lines_is_one_member_of_both() {
    let text =
        format!("{HEADERS}\na@exemple.fr;;;;;;idf-2020;Nanterre;santé;\nA@exemple.fr;;;;;;nantes-2021;Nantes;;\n");
    let roster = read_bytes(text.as_bytes());
    assert_eq!(roster.members.len(), 1);
    assert_eq!(roster.joined, [(3, 2)]);
    assert_eq!(roster.members[0].cohorts.len(), 2);
    assert_eq!(roster.members[0].profile.territories.len(), 2);
    assert!(roster.members[0].profile.themes.is_empty(), "no theme on one line means all");
}

#[test]
fn what_is_no_table_is_said() {
    let (cohorts, themes) = (cohorts(), themes());
    let directory = Directory { geography: Geography::get(), cohorts: &cohorts, themes: &themes };
    let check = |name: &str, bytes: &[u8], expected: Unreadable| {
        assert_eq!(read(bytes, Format::of(name, bytes), &directory).err(), Some(expected), "{name}");
    };
    check("a.csv", b"", Unreadable::NoHeaders);
    check("a.csv", b"nom;ville\nZoe;Nanterre\n", Unreadable::NoHeaders);
    check("a.xlsx", b"PK\x03\x04 not a book", Unreadable::NotATable);
    check("a.csv", b"\x00\x01\x02email\n", Unreadable::NotATable);
    let lines = "\na@exemple.fr".repeat(200_001);
    check("a.csv", format!("email{lines}").as_bytes(), Unreadable::TooManyCells);
}

#[test]
fn what_would_move_a_terminals_cursor_is_left_out() {
    let text = "email;prénom;organisation;territoire\na@exemple.fr;\u{1b}[2JZoé\u{7};\"CCAS\nde\u{202e} Nanterre\";\u{1b}]0;Nanterre\n";
    let roster = read_bytes(text.as_bytes());
    let member = roster.members.first();
    assert_eq!(member.map(|m| (m.first_name.as_str(), m.organisation.as_str())), None, "{:?}", roster.faults);
    let fault = &roster.faults[0].message;
    assert!(!fault.contains(|c: char| c.is_control()), "{fault:?}");
    let text = text.replace("\u{1b}]0;", "");
    let member = &read_bytes(text.as_bytes()).members[0];
    assert_eq!((member.first_name.as_str(), member.organisation.as_str()), ("[2JZoé", "CCAS de Nanterre"));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
        let (cohorts, themes) = (cohorts(), themes());
        let directory = Directory { geography: Geography::get(), cohorts: &cohorts, themes: &themes };
        for format in [Format::Csv, Format::Xlsx, Format::Ods] {
            let _ = read(&bytes, format, &directory);
        }
    }
}

/// A zip of the parts given: what .xlsx and .ods are.
fn book(parts: &[(&str, &str)]) -> Vec<u8> {
    use std::io::Write;
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn read_book(name: &str, bytes: &[u8]) -> Roster {
    let (cohorts, themes) = (cohorts(), themes());
    let directory = Directory { geography: Geography::get(), cohorts: &cohorts, themes: &themes };
    read(bytes, Format::of(name, bytes), &directory).unwrap()
}

fn check_book(roster: &Roster) {
    assert_eq!(roster.faults, []);
    let member = roster.members.first().unwrap();
    assert_eq!((member.line, member.first_name.as_str()), (2, "Zoé"));
    // 1053 is a number to a spreadsheet: the code lost its zero.
    assert_eq!(member.profile.territories, [TerritoryCode::parse("01053").unwrap()]);
}

/// An .xlsx with one sheet.
fn xlsx(sheet: &str) -> Vec<u8> {
    book(&[
        (
            "_rels/.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>",
        ),
        ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"),
        (
            "xl/workbook.xml",
            "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"Liste\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>",
        ),
        (
            "xl/_rels/workbook.xml.rels",
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"rId1\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
        ),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

#[test]
fn an_xlsx_is_read_and_a_code_that_became_a_number_too() {
    let cell = |text: &str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let sheet = format!(
        "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>\
         <row r=\"1\">{}{}{}</row><row r=\"2\">{}{}<c><v>1053</v></c></row></sheetData></worksheet>",
        cell("email"),
        cell("prénom"),
        cell("territoire"),
        cell("zoe@exemple.fr"),
        cell("Zoé")
    );
    let bytes = xlsx(&sheet);
    check_book(&read_book("membres.xlsx", &bytes));
}

/// An .ods with this content.
fn ods(content: &str) -> Vec<u8> {
    let manifest = "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>";
    book(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", content),
    ])
}

#[test]
fn an_ods_is_read_and_a_code_that_became_a_number_too() {
    let cell = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
         xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">\
         <office:body><office:spreadsheet><table:table table:name=\"Liste\"><table:table-row>{}{}{}</table:table-row>\
         <table:table-row>{}{}<table:table-cell office:value-type=\"float\" office:value=\"1053\"><text:p>1053</text:p></table:table-cell></table:table-row>\
         </table:table></office:spreadsheet></office:body></office:document-content>",
        cell("email"),
        cell("prénom"),
        cell("territoire"),
        cell("zoe@exemple.fr"),
        cell("Zoé")
    );
    let bytes = ods(&content);
    check_book(&read_book("membres.ods", &bytes));
}

#[test]
fn a_small_file_that_would_fill_the_memory_is_refused() {
    let (cohorts, themes) = (cohorts(), themes());
    let directory = Directory { geography: Geography::get(), cohorts: &cohorts, themes: &themes };
    let check = |name: &str, bytes: &[u8], expected: Option<Unreadable>| {
        assert!(bytes.len() < 400_000, "{name}: {} bytes", bytes.len());
        assert_eq!(read(bytes, Format::of(name, bytes), &directory).err(), expected, "{name}");
    };
    const HEAD: &str = "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>";
    // The first and the last cell a sheet can have: laid out whole, 17 thousand million cells.
    let corners = |last: &str| {
        format!(
            "{HEAD}<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>email</t></is></c></row>\
             <row r=\"1048576\"><c r=\"{last}\"><v>1</v></c></row></sheetData></worksheet>"
        )
    };
    check("coin.xlsx", &xlsx(&corners("XFD1048576")), None);
    check("bas.xlsx", &xlsx(&corners("A1048576")), None);
    let endless = format!("{HEAD}{}</sheetData></worksheet>", " ".repeat(110 << 20));
    check("sans-fin.xlsx", &xlsx(&endless), Some(Unreadable::TooManyCells));
    let sheet = |rows: &str| {
        format!(
            "<office:document-content xmlns:office=\"urn:oasis:names:tc:opendocument:xmlns:office:1.0\" \
             xmlns:table=\"urn:oasis:names:tc:opendocument:xmlns:table:1.0\" xmlns:text=\"urn:oasis:names:tc:opendocument:xmlns:text:1.0\">\
             <office:body><office:spreadsheet><table:table table:name=\"Liste\">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
        )
    };
    let row = |rows: &str, columns: &str, text: &str| {
        format!(
            "<table:table-row table:number-rows-repeated=\"{rows}\"><table:table-cell office:value-type=\"string\" \
             table:number-columns-repeated=\"{columns}\"><text:p>{text}</text:p></table:table-cell></table:table-row>"
        )
    };
    let empty = |rows: &str| {
        format!(
            "<table:table-row table:number-rows-repeated=\"{rows}\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>"
        )
    };
    for rows in [row("1048576", "16384", "x"), row("1000000", "9", "x"), row("1", "16384", &"x".repeat(10_000))] {
        check("fois.ods", &ods(&sheet(&rows)), Some(Unreadable::TooManyCells));
    }
    let far = row("1", "1", "email") + &empty("1048000") + &row("1", "16000", "x");
    check("loin.ods", &ods(&sheet(&far)), Some(Unreadable::TooManyCells));
    check("nombre.ods", &ods(&sheet(&row("99999999999999999999999", "1", "x"))), Some(Unreadable::TooManyCells));
    // What LibreOffice writes below and beside a list is nothing.
    let usual = row("1", "1", "email") + &row("1", "1", "a@exemple.fr") + &empty("1048574");
    check("liste.ods", &ods(&sheet(&usual)), None);
}
