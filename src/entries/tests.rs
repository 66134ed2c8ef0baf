use std::path::Path;

use super::*;

const EVENT: &str = "+++\nkind = \"event\"\ntitle = \"Rencontre du réseau\"\ndate = \"2026-02-05T14:00\"\nend = \"2026-02-05T17:00\"\n\
                     place = \"Maison commune, Montreuil\"\nterritory = [\"Montreuil (93)\"]\nby = \"Camille\"\n+++\nOn y parle de **cantines**.\n";

fn read(text: &str) -> Result<Entry, Problems> {
    parse(Path::new("annonces/rencontre.md"), text)
}

#[test]
fn an_event_is_read_whole() {
    let event = read(EVENT).unwrap();
    assert_eq!((event.name.as_str(), event.kind), ("rencontre", Kind::Event));
    assert_eq!(event.when.unwrap().date.to_string(), "2026-02-05");
    assert_eq!(event.place.as_deref(), Some("Maison commune, Montreuil"));
    assert_eq!(event.text, "On y parle de **cantines**.");
    assert_eq!(read(&EVENT.replace("+++", "---")).unwrap(), event);
    assert_eq!(read(&EVENT.replace('\n', "\r\n")).unwrap(), event);
}

#[test]
fn every_mistake_is_named_with_its_line() {
    let check = |text: &str, line: usize, said: &str| {
        let problems = read(text).expect_err(text);
        let found = problems.0.iter().any(|p| p.line == Some(line) && format!("{p}").contains(said));
        assert!(found, "{problems} should say {said} at line {line}");
    };
    check("Bonjour", 1, "en-tête");
    check("+++\nkind = \"event\"\n", 1, "en-tête");
    check(&EVENT.replace("\"event\"", "\"fête\""), 2, "fête");
    check(&EVENT.replace("2026-02-05T14:00", "5 février"), 4, "2026-03-31");
    check(&EVENT.replace("2026-02-05T17:00", "2026-02-05T11:00"), 5, "précède");
    check(&EVENT.replace("by =", "bye ="), 8, "bye");
    check("+++\nkind = \"call\"\ntitle = \"Un appel\"\nterritory = [\"D93\"]\n+++\n", 1, "où s'adresser");
    check("+++\nkind = \"call\"\ntitle = \"Un appel\"\ncontact = \"a@b.example\"\n+++\n", 1, "territoire");
    check("+++\nkind = \"event\"\ntitle = \"Sans date\"\n+++\n", 1, "a une date");
}
