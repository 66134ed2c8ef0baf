//! Tests of whole mails: snapshots, hostile words, what mail clients show, overridden templates.

mod lint;

use super::view::{DigestView, ItemView};
use super::{Composer, sample};
use crate::model::{Language, Rendered};

fn render(view: &DigestView) -> Rendered {
    Composer::new(&[]).expect("the embedded templates are sound").digest(view).expect("a sound view")
}

fn hostile() -> DigestView {
    let mut view = sample::one_item();
    let hostile = |title: String| ItemView {
        title,
        publisher: Some("<img src=https://evil.example/p.gif>".to_owned()),
        summary: Some("</td></table><script>alert(1)</script> &lt;b&gt; {{ links }} {% raw %}".to_owned()),
        url: Some("javascript:alert(1)".to_owned()),
        quote: Some("» \" onmouseover=\"x".to_owned()),
        amount: Some("\u{202e}000 01\u{202c}\r\nBcc: x@y.example".to_owned()),
        ..view.items.first().cloned().expect("one item")
    };
    view.items = vec![
        hostile("<script>alert('x')</script> & \"autres\"".to_owned()),
        hostile("مشروع الغذاء للجميع \u{202e}2026".to_owned()),
        hostile("x".repeat(10_000)),
        hostile("mot ".repeat(2_500)),
    ];
    view.addressee.first_name = "Léa\r\nBcc: x@y.example".to_owned();
    view
}

#[test]
fn whole_mails_stay_as_they_are() {
    let check = |name: &str, view: &DigestView| {
        let mail = render(view);
        insta::assert_snapshot!(format!("{name}_text"), format!("{}\n\n{}", mail.subject, mail.text));
        insta::assert_snapshot!(format!("{name}_html"), mail.html);
    };
    check("one_item", &sample::one_item());
    check("twelve_items", &sample::full(Language::Fr));
    check("english", &sample::full(Language::En));
    check("missing_fields", &sample::bare());
    check("nothing", &sample::empty());
    check("hostile", &hostile());
}

#[test]
fn a_digest_is_the_same_bytes_each_time() {
    let view = sample::full(Language::Fr);
    assert_eq!(render(&view), render(&view));
}

#[test]
fn hostile_titles_stay_text() {
    let mail = render(&hostile());
    assert!(!mail.html.contains("<script") && !mail.html.contains("<img") && !mail.html.contains("javascript:"));
    assert!(!mail.html.contains('\u{202e}') && !mail.text.contains('\u{202e}'));
    assert!(!mail.subject.contains(['\r', '\n']));
    assert!(!mail.html.contains(&"x".repeat(300)));
    // Nothing that a reader wrote stands between tags as markup.
    let open = mail.html.matches("<table").count();
    assert_eq!(open, mail.html.matches("</table>").count());
}

#[test]
fn lines_of_text_hold_76_columns_unless_a_link_needs_more() {
    for view in sample::views() {
        for line in render(&view).text.lines().filter(|line| !line.contains("://") && !line.contains("mailto:")) {
            assert!(line.chars().count() <= 76, "{line}");
        }
    }
}

#[test]
fn without_public_pages_the_dates_are_attached_and_no_link_is_dead() {
    let mut view = sample::full(Language::Fr);
    assert!(render(&view).attachments.is_empty());
    view.links = super::Links { leave_mailto: view.links.leave_mailto, ..Default::default() };
    for item in &mut view.items {
        item.calendar_url = None;
    }
    let mail = render(&view);
    let ics = String::from_utf8(mail.attachments.first().expect("a calendar").content.clone()).expect("UTF-8");
    assert!(!mail.html.contains("glaneur.example"));
    assert!(mail.html.contains("mailto:quitter@"));
    assert_eq!(ics.matches("BEGIN:VEVENT").count(), 7, "{ics}");
    assert!(ics.contains("UID:n0000001@glaneur"));
    // 23:59 in Paris in winter.
    assert!(ics.contains("DTSTART:20260206T225900Z"), "{ics}");
    assert!(ics.contains("DTSTART;VALUE=DATE:20260211"), "{ics}");
    assert!(ics.contains("DTSTAMP:20260202T070000Z"), "{ics}");
}

#[test]
fn the_subject_says_what_is_in_the_mail() {
    let check = |view: &DigestView, want: &str| {
        assert_eq!(super::subject::subject(view).replace(['\u{a0}', '\u{202f}'], " "), want);
    };
    check(&sample::one_item(), "1 appel pour Valmont, à rendre d’ici vendredi");
    check(&sample::full(Language::Fr), "5 appels pour Valmont, dont 1 d’ici vendredi, et 1 habilitation");
    check(&sample::full(Language::En), "5 calls for Valmont, 1 due by Friday, and 1 accreditation");
    check(&sample::empty(), "Rien de nouveau pour Valmont");
    let of = |places: &[&str]| {
        let mut view = sample::one_item();
        view.addressee.places_in_sentence = places.iter().map(|place| (*place).to_owned()).collect();
        view
    };
    check(&of(&["Valmont (93)", "la Haute-Lys"]), "1 appel pour Valmont et la Haute-Lys, à rendre d’ici vendredi");
    check(&of(&["Valmont", "Rochebelle", "Lys"]), "1 appel pour Valmont, Rochebelle et Lys, à rendre d’ici vendredi");
    let many = ["Saint-Aubin-des-Grands-Chênes", "Saint-Aubin-des-Petits-Chênes", "Rochebelle-en-Val-de-Lys"];
    check(&of(&many), "1 appel pour Saint-Aubin-des-Grands-Chênes et 2 autres territoires, à rendre d’ici vendredi");
    let only = |section| {
        let mut view = sample::full(Language::Fr);
        view.items.retain(|item| item.section == section);
        view
    };
    check(&only(crate::model::Section::Aid), "2 aides permanentes pour Valmont");
    check(&only(crate::model::Section::Accreditation), "1 habilitation pour Valmont");
    check(&only(crate::model::Section::ClosingSoon), "1 rappel avant clôture pour Valmont, à rendre d’ici demain");
    let trial = render(&sample::bare()).subject.replace('\u{a0}', " ");
    assert!(trial.starts_with("[Essai, pour Léa, CCAS de Valmont] 1 appel"), "{trial}");
}

#[test]
fn an_override_is_checked_whole_and_cannot_switch_escaping_off() {
    let check = |name: &str, source: &str, line: Option<usize>| {
        let got = Composer::new(&[(name.to_owned(), source.to_owned())]);
        let first = got.err().and_then(|problems| problems.into_iter().next());
        assert_eq!(first.as_ref().map(|p| p.line), line.map(Some), "{name}: {source}: {first:?}");
    };
    check("digest.txt", "{{ subject }}\n", None);
    check("digest.txt", "{{ subject }}\n{{ sujet }}\n", Some(2));
    check("digest.html", "<p>\n{{ subject | safe }}", Some(2));
    check("digest.html", "<p>\n{% autoescape false %}{{ subject }}{% endautoescape %}", Some(2));
    check("digest.html", "{% for item in items %}", Some(1));
    check("digest.html", "<p {{ css(\"nowhere\") }}>", Some(1));
    check("style.css", ".page { display: flex; }", Some(1));
}

#[test]
fn whatever_an_override_does_values_are_escaped() {
    let source = "{% set raw = subject %}{% autoescape none %}{{ raw }}{% endautoescape %}";
    let mut html = minijinja::Environment::new();
    super::templates::for_html(&mut html, super::css::StyleSheet::default());
    let out = html.render_named_str("x.html", source, minijinja::context! { subject => "<b>" }).expect("renders");
    assert_eq!(out, "&lt;b&gt;");
}

#[test]
fn the_version_changes_with_a_template() {
    let version = |overrides: &[(String, String)]| Composer::new(overrides).expect("sound").template_version();
    let other = [("digest.txt".to_owned(), "{{ subject }}".to_owned())];
    assert_eq!(version(&[]), version(&[]));
    assert_ne!(version(&[]), version(&other));
}

#[test]
fn what_is_cancelled_shows_no_date_to_hope_for() {
    let mut view = sample::full(Language::Fr);
    view.items.retain(|item| item.status == crate::model::Status::Cancelled);
    let text = render(&view).text;
    assert!(text.contains("ANNULÉ") && !text.contains("jusqu’au"), "{text}");
    assert_eq!(super::subject::headline(&view).replace('\u{a0}', " "), "1 appel modifié pour Valmont");
}

#[test]
fn a_first_mail_says_who_writes_and_what_was_there_before() {
    let text = render(&sample::first()).text.replace(['\u{a0}', '\u{202f}'], " ").replace("\n", " ");
    for part in [
        "parce que vous avez suivi la formation Valmont 2021-2022",
        "Votre adresse vient de la liste de ses participants",
        "Ne plus recevoir ces messages : https://glaneur.example/m/abc/quitter",
        "Déjà ouverts ============",
        "Île-de-France : campagne ouverte jusqu’au mercredi 1er avril 2026.",
        "la dernière allait du 2 janvier 2025 au 1er mars 2025.",
        "Corse : nous ne connaissons aucune campagne ouverte.",
        "→ Pour votre structure",
    ] {
        assert!(text.contains(part), "« {part} » is not in:\n{text}");
    }
    assert!(!render(&sample::full(Language::Fr)).text.contains("premier message"));
}

#[test]
fn of_two_dates_the_earlier_leads_and_both_are_shown() {
    let text = render(&sample::between()).text.replace(['\u{a0}', '\u{202f}'], " ");
    assert!(text.contains("jusqu’au vendredi 6 février 2026"), "{text}");
    assert!(text.contains("Une autre date est aussi donnée : le vendredi 13 février 2026."), "{text}");
    assert!(text.contains("vient entre deux"), "{text}");
    assert!(!text.contains("se contredit"), "said once");
}

#[test]
fn what_is_passed_on_comes_with_a_text_and_tells_nothing_of_the_member() {
    let mail = render(&sample::full(Language::Fr));
    let plain = mail.text.replace(['\u{a0}', '\u{202f}'], " ");
    assert!(plain.contains("Un texte prêt à transmettre"), "{plain}");
    assert!(plain.contains("| Département du Val-de-Lys annonce"), "{plain}");
    let html = mail.html.replace("&#x2f;", "/").replace("&amp;", "&");
    let forwards: Vec<&str> = html
        .split("href=\"")
        .filter_map(|rest| rest.split('"').next())
        .filter(|url| url.starts_with("mailto:?"))
        .collect();
    // All but what is cancelled.
    assert_eq!(forwards.len(), 11, "{forwards:?}");
    for forward in forwards {
        assert!(forward.len() < 2_000 && !forward.contains(' '), "{forward}");
        for private in ["glaneur.example", "L%C3%A9a", "CCAS", "quitter"] {
            assert!(!forward.contains(private), "{private}: {forward}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_one_sentence() {
    let check = |names: &[&str], expected: &str| {
        let mut view = sample::one_item();
        let source = |name: &&str| super::SilentSource {
            name: (*name).to_owned(),
            since: chrono::NaiveDate::from_ymd_opt(2026, 1, 1).expect("a day"),
        };
        view.silent_sources = names.iter().map(source).collect();
        let text = render(&view).text.replace(['\u{a0}', '\u{202f}'], " ").replace("\n", " ");
        assert!(text.contains(expected), "{text}");
    };
    check(
        &["Ville de Lys"],
        "Nous ne parvenons pas à lire ce site depuis le 1er janvier 2026 : Ville de Lys. Un appel",
    );
    check(
        &["Ville de Lys", "ARS"],
        "Nous ne parvenons pas à lire ces sites : Ville de Lys (depuis le 1er janvier 2026) et ARS (depuis le 1er janvier 2026).",
    );
}

#[test]
fn one_can_always_leave() {
    let text = render(&sample::empty()).text;
    assert!(text.contains("répondez à celui-ci"), "{text}");
}
