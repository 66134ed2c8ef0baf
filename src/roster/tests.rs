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
    check("", "", "Montreuil", Err("93048"));
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
    let bytes = book(&[
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
        ("xl/worksheets/sheet1.xml", &sheet),
    ]);
    check_book(&read_book("membres.xlsx", &bytes));
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
    let manifest = "<manifest:manifest xmlns:manifest=\"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0\"/>";
    let bytes = book(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", &content),
    ]);
    check_book(&read_book("membres.ods", &bytes));
}
