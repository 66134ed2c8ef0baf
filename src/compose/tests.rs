//! Tests of whole mails: snapshots, hostile words, what mail clients show, overridden templates.

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
fn a_mail_asks_nothing_of_the_network_when_it_is_opened() {
    const ATTRIBUTES: [&str; 6] = ["src", "srcset", "background", "data", "action", "poster"];
    const ELEMENTS: [&str; 8] = ["img", "link", "iframe", "object", "form", "script", "video", "svg"];
    for view in sample::views().iter().chain([&hostile()]) {
        let html = render(view).html;
        let page = scraper::Html::parse_document(&html);
        for element in page.tree.nodes().filter_map(|node| node.value().as_element()) {
            assert!(!ELEMENTS.contains(&element.name()), "{}", element.name());
            for (name, value) in element.attrs() {
                assert!(!ATTRIBUTES.contains(&name), "{name}");
                assert!(name != "style" || !value.contains("url("), "{value}");
            }
        }
        let style = html.split("<style>").nth(1).and_then(|rest| rest.split("</style>").next()).unwrap_or_default();
        assert!(!style.contains("@import") && !style.contains("url("));
    }
}

#[test]
fn every_style_is_one_that_mail_clients_show() {
    let html = render(&sample::full(Language::Fr)).html;
    let styles = html.split("style=\"").skip(1).filter_map(|rest| rest.split('"').next());
    for declaration in styles.flat_map(|style| style.split(';')).filter(|d| !d.is_empty()) {
        let property = declaration.split(':').next().unwrap_or_default();
        let known =
            super::css::PROPERTIES_ALLOWED.contains(&property) || super::css::PROPERTIES_HARMLESS.contains(&property);
        assert!(known, "{property}");
    }
    assert!(!html.contains("flex") && !html.contains("grid"));
}

#[test]
fn the_largest_digest_stays_under_what_gmail_clips() {
    let mail = render(&sample::full(Language::Fr));
    assert!(mail.html.len() < 102_000, "{} bytes", mail.html.len());
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

/// WCAG 2.2, success criterion 1.4.3: 4.5:1 for text.
#[test]
fn every_ink_stands_out_from_what_is_behind_it() {
    let css = include_str!("../../templates/email/style.css");
    let html = include_str!("../../templates/email/digest.html");
    let check = |file: &str, ink: &str, behind: &str| {
        assert!(file.contains(ink) && file.contains(behind), "{ink} on {behind} is not used any more");
        assert!(contrast(ink, behind) >= 4.5, "{ink} on {behind}: {}", contrast(ink, behind));
    };
    for ink in ["#1c2826", "#50605b", "#14594a", "#14302a", "#a3231a"] {
        for behind in ["#ffffff", "#f2f3ee", "#eef4f1"] {
            check(css, ink, behind);
        }
    }
    check(css, "#ffffff", "#a3231a");
    check(css, "#ffffff", "#5a5a5a");
    check(css, "#4d3900", "#fff3cd");
    for ink in ["#eef2ef", "#b3c0ba", "#86d6bd", "#ff9d90"] {
        for behind in ["#151b19", "#1f2725", "#263430"] {
            check(html, ink, behind);
        }
    }
    check(html, "#fbe6a6", "#3d3310");
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let byte = colour.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).expect("#rrggbb");
        let value = f64::from(byte) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}
