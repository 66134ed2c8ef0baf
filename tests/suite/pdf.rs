//! PDFs through the real program: their words, or the name of what went wrong; by pdftotext and without it.

use std::path::Path;

use crate::support::{Answer, MONDAY, Site, Workspace, document};

const CALL: &[&str] =
    &["Appel a projets 2026 : epiceries solidaires", "Les dossiers sont a deposer avant le 15 mars 2026."];

fn understand(workspace: &Workspace, path: Option<&Path>) -> Answer {
    let mut command = workspace.command("understand --json --file document.pdf");
    if let Some(path) = path {
        command.env("PATH", path);
    }
    Answer::of(command.output().unwrap())
}

/// With what is installed, then with nothing but our own program.
fn both_readers(check: impl Fn(&dyn Fn(&[u8]) -> Answer)) {
    let workspace = Workspace::sqlite();
    for path in [None, Some(Path::new("/nowhere"))] {
        check(&|body: &[u8]| {
            std::fs::write(workspace.path().join("document.pdf"), body).unwrap();
            understand(&workspace, path)
        });
    }
}

#[test]
fn the_words_of_a_pdf_are_understood() {
    both_readers(|read| {
        let value = read(&document::pdf(CALL)).done().json();
        assert_eq!(value["title"], CALL[0], "{value}");
        assert_eq!(value["deadline"], "2026-03-15", "{value}");
    });
}

#[test]
fn what_keeps_a_pdf_from_being_read_is_named() {
    both_readers(|read| {
        let check = |what: &str, body: &[u8], expected: &str| {
            let answer = read(body);
            assert!(answer.status != 0 && answer.err.contains(expected), "{what}: {} {}", answer.err, answer.out);
            assert!(answer.err.contains("document.pdf") && answer.err.contains(" — "), "{what}: {}", answer.err);
        };
        let sound = document::pdf(CALL);
        check("a password", &document::encrypted_pdf(CALL), "est protégé");
        check("a picture", &document::scanned_pdf(), "ne contient pas de texte");
        check("cut", &sound[..sound.len() / 4], "abîmé ou incomplet");
        check("garbage", &[b"%PDF-1.7\n".as_slice(), &[0x9c, 0x17, 0xff].repeat(900)].concat(), "abîmé ou incomplet");
        check("too large", &[sound.as_slice(), &vec![b' '; 8 << 20]].concat(), "dépasse 8 Mio");
    });
}

/// Much unpacked: the words end at the limit, or reading ends by one; never by ours.
#[test]
fn a_bomb_ends_within_its_limits() {
    both_readers(|read| {
        let begun = std::time::Instant::now();
        let answer = read(&document::bomb(4_000_000, "q Q q Q "));
        let named = ["s’est arrêtée net", "trop long à lire", "ne contient pas de texte"];
        assert!(answer.status != 0 && named.iter().any(|name| answer.err.contains(name)), "{}", answer.err);
        assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    });
}

#[test]
fn a_reader_that_wants_too_much_memory_dies_of_it_and_that_is_named() {
    let workspace = Workspace::sqlite();
    let page = document::crowded();
    assert!(page.len() < 100_000, "{}", page.len());
    std::fs::write(workspace.path().join("document.pdf"), page).unwrap();
    let answer = understand(&workspace, None);
    assert!(answer.status != 0 && answer.err.contains("trop de mémoire demandée"), "{} {}", answer.err, answer.out);
}

#[test]
fn a_reader_that_does_not_end_is_ended_and_that_is_named() {
    let workspace = Workspace::sqlite();
    let begun = std::time::Instant::now();
    std::fs::write(workspace.path().join("document.pdf"), document::endless()).unwrap();
    let answer = understand(&workspace, None);
    assert!(answer.status != 0 && answer.err.contains("trop long à lire"), "{} {}", answer.err, answer.out);
    assert!(begun.elapsed().as_secs() < 40, "{:?}", begun.elapsed());
}

#[test]
fn an_item_that_is_a_pdf_is_read_and_a_scan_is_a_remark() {
    let workspace = Workspace::sqlite();
    let site = Site::start();
    site.publish("texte", "Appel a projets : epiceries solidaires", "").holds("texte", document::pdf(CALL));
    site.publish("image", "Appel a projets : jardins partages", "").holds("image", document::scanned_pdf());
    workspace.write("sources.toml", &site.pages("essai", "D93"));
    workspace.run_at(MONDAY, "collect").says("ne contient pas de texte");
    let value = workspace.run_at(MONDAY, "notices list --json").done().json();
    let notices = value["notices"].as_array().unwrap();
    assert_eq!(notices.len(), 2, "{value}");
    assert!(notices.iter().any(|notice| notice["deadline"]["date"] == "2026-03-15"), "{value}");
}

#[test]
fn a_pages_attached_call_is_read_with_it_and_a_scan_is_a_remark() {
    let workspace = Workspace::sqlite();
    let site = Site::start();
    let links = "<a href='/page/cahier-des-charges.pdf'>Le cahier</a> <a href='/page/reglement.pdf'>Texte</a> \
                 <a href='/page/plan.pdf'>Plan</a>";
    site.publish("aap", "Appel a projets : epiceries solidaires", links);
    site.holds("cahier-des-charges.pdf", document::pdf(CALL)).holds("reglement.pdf", document::scanned_pdf());
    let entry = site.pages("essai", "D93").replace("text = \"main\"", "text = \"main\", attachments = true");
    workspace.write("sources.toml", &entry);
    workspace.run_at(MONDAY, "collect").done().says("ne contient pas de texte");
    let value = workspace.run_at(MONDAY, "notices list --json").done().json();
    assert_eq!(value["notices"][0]["deadline"]["date"], "2026-03-15", "{value}");
    assert!(!site.requests().contains(&"/page/plan.pdf".to_owned()), "{:?}", site.requests());
}
