use proptest::prelude::*;

use super::*;

#[test]
fn titles_are_one_clean_line() {
    let check = |raw: &str, wanted: &str| assert_eq!(title(raw), wanted, "{raw:?}");
    check("  Appel à projets\r\nBcc: x@example.org ", "Appel à projets Bcc: x@example.org");
    check("mise en place d&rsquo;un centre", "mise en place d’un centre");
    check("Appel &amp;amp; prix &amp;eacute;t&amp;eacute;", "Appel &amp; prix &eacute;t&eacute;");
    check("Appel <script>alert(1)</script> 2026", "Appel 2026");
    check("Appel &lt;script&gt;alert(1)&lt;/script&gt; 2026", "Appel 2026");
    check("Aides <3 ans & a < b", "Aides <3 ans & a < b");
    check("a\u{202e}b\u{200b}c\u{7}d\u{ad}e", "abcde");
    check("l\u{92}\u{e9}t\u{e9}", "l’été");
    check("e\u{301}te\u{301}", "été");
    check("<b>Épicerie</b> <i>solidaire</i>", "Épicerie solidaire");
    check("1 000\u{a0}€\u{202f}!", "1 000\u{a0}€\u{202f}!");
    assert_eq!(title(&"é".repeat(900)).chars().count(), TITLE_CHARS_MAX);
}

#[test]
fn text_keeps_lines_and_paragraphs() {
    let check = |raw: &str, wanted: &str| assert_eq!(text(raw), wanted, "{raw:?}");
    check("<p>Un</p><p>Deux<br>Trois</p>", "Un\n\nDeux\nTrois");
    check("<p>Un\n   deux</p>", "Un deux");
    check("<ul><li>un</li><li><p>deux</p></li></ul>fin", "- un\n- deux\n\nfin");
    check(
        "<table><tr><th>Date limite</th><td>12 mars 2026</td></tr><tr><td>a</td><td>b</td></tr></table>",
        "Date limite : 12 mars 2026\na | b",
    );
    check("<dl><dt>Date limite :</dt><dd>12 mars</dd></dl>", "Date limite : 12 mars");
    check("<dl><dt>Fin</dt><dd><p>12 mars</p></dd><dt>Lieu</dt><dd>Lyon</dd></dl>", "Fin : 12 mars\nLieu : Lyon");
    check(
        "<div class='field__label'>Fin</div>\n<div class='field__item'>12 mars</div><div>x</div>",
        "Fin : 12 mars\nx",
    );
    check("<span class='libelle'>Fin</span> : 12 mars", "Fin : 12 mars");
    check(
        "<table><tr><th>Fin</th><th>Lieu</th></tr><tr><td><p>12 mars</p></td><td><p>Lyon</p></td></tr></table>fin",
        "Fin | Lieu\n12 mars | Lyon\n\nfin",
    );
    check("<span>Date limite</span><span>12 mars</span>", "Date limite 12 mars");
    check("<p>A<b>ppel</b> le 1<sup>er</sup> mars</p>", "Appel le 1er mars");
    check("<p>a<script>var x = '<p>b</p>';</script><style>p{}</style><!-- c -->d</p>", "ad");
    check("ligne 1 &amp; suite\nligne 2\n\n\n\nligne 3", "ligne 1 & suite\nligne 2\n\nligne 3");
    check("ligne 1\nligne 2 <a href='x'>ici</a>", "ligne 1\nligne 2 ici");
    check("&lt;p&gt;un&lt;/p&gt;&lt;p&gt;deux&lt;/p&gt;", "un\n\ndeux");
    check("<div>un</div>\r\n<div>deux</div>", "un\ndeux");
    check("<pre>a\n  b</pre>", "a\nb");
    check("<img src=x onerror=alert(1)><a href=javascript:x>lien</a>", "lien");
    check("<textarea><script>x</script></textarea>reste", "reste");
    check("<title>non</title><p>oui", "oui");
    check("a<noscript>b<p>c</noscript><svg><text>d</text></svg><template>e</template>f", "af");
    check("un\u{2028}deux", "un\ndeux");
}

#[test]
fn text_has_a_bound() {
    assert!(text(&"mot ".repeat(200_000)).len() <= TEXT_BYTES_MAX);
    let attributes: String = (0..200_000).map(|n| format!(" a{n}=\">\"")).collect();
    assert_eq!(text(&format!("<p{attributes}>un</p>")), "", "it would take minutes");
    assert!(text(&format!("<p>{}", "é<b>".repeat(300_000))).len() <= TEXT_BYTES_MAX);
}

#[test]
fn links_are_absolute_and_on_the_web() {
    let base = Url::parse("https://a.example/dossier/page?x=1").ok();
    let check = |raw: &str, wanted: Option<&str>| {
        assert_eq!(link(raw, base.as_ref()).as_ref().map(Url::as_str), wanted, "{raw:?}");
    };
    check("https://b.example/x", Some("https://b.example/x"));
    check("https: //b.example/x", Some("https://b.example/x"));
    check("//b.example/x", Some("https://b.example/x"));
    check("fiche?id=1&amp;b=2", Some("https://a.example/dossier/fiche?id=1&b=2"));
    check("/racine#ancre", Some("https://a.example/racine#ancre"));
    check(" \n/un deux ", Some("https://a.example/un%20deux"));
    check("https://moi:secret@b.example/", Some("https://b.example/"));
    check("/a?utm_source=x&id=3&fbclid=y#b", Some("https://a.example/a?id=3#b"));
    check("/a?UTM_medium=x", Some("https://a.example/a"));
    check("/a?b=c+d&e", Some("https://a.example/a?b=c+d&e"));
    check("java\nscript:alert(1)", None);
    check("javascript:alert(1)", None);
    check("JAVASCRIPT:alert(1)", None);
    check("data:text/html,x", None);
    check("mailto:a@example.org", None);
    check("file:///etc/passwd", None);
    check("#ancre", None);
    check("", None);
    check(&format!("/{}", "a".repeat(3000)), None);
}

#[test]
fn joined_texts_repeat_nothing() {
    let check = |parts: &[&str], wanted: &str| {
        assert_eq!(join(&parts.iter().map(|p| (*p).to_owned()).collect::<Vec<_>>()), wanted);
    };
    check(&["un", "", "deux"], "un\n\ndeux");
    check(&["un deux", "un"], "un deux");
    check(&["un", "un deux"], "un deux");
}

proptest! {
    #[test]
    fn whatever_comes_is_made_safe(raw in any::<String>()) {
        for clean in [title(&raw), text(&raw), label(&raw)] {
            prop_assert!(!clean.chars().any(|c| c != '\n' && (c.is_control() || is_unwanted(c))));
        }
        prop_assert!(!title(&raw).contains('\n'));
        if let Some(url) = link(&raw, None) {
            prop_assert!(matches!(url.scheme(), "http" | "https"));
        }
    }

    #[test]
    fn markup_of_any_sort_becomes_text(raw in "(<(/?(p|b|li|script|td|!--|a href=')?)|>|&(#x?|eacute|lt)?;?|[a-z é]{0,3}|]]>|<!\\[CDATA\\[){0,40}") {
        let clean = text(&raw);
        prop_assert!(clean.len() <= TEXT_BYTES_MAX);
        prop_assert!(!clean.chars().any(|c| c != '\n' && c.is_control()));
    }
}
