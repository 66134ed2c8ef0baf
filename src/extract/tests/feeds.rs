//! Feeds as SPIP, WordPress, Drupal and others write them, sound and broken.

use super::*;

const URL: &str = "https://site.example/spip.php?page=backend";
const XML: &str = "application/rss+xml";

#[track_caller]
fn check(body: impl AsRef<[u8]>, wanted: &[&str]) -> Listing {
    let listing = read(&source(SourceKind::Feed, URL), XML, body).unwrap();
    assert_eq!(rows(&listing), wanted);
    listing
}

#[track_caller]
fn refused(content_type: &str, body: &str, wanted: ExtractError) {
    assert_eq!(read(&source(SourceKind::Feed, URL), content_type, body).unwrap_err(), wanted);
}

/// One item with these inner elements.
fn rss(inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<rss version=\"2.0\"><channel><title>Préfecture</title>{inner}</channel></rss>"
    )
}

#[test]
fn a_spip_feed_is_read() {
    let listing = check(
        r#"<?xml version="1.0" encoding="utf-8"?><?xml-stylesheet title="XSL formatting" type="text/xsl" href="x.xslt" ?>
        <rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/">
        <channel xml:lang="fr"><title>DREETS</title><link>https://site.example/</link>
        <item xml:lang="fr"><title>Campagne d&#8217;habilitation &#224; l&#8217;aide alimentaire 2026</title>
          <link>https://site.example/spip.php?article12&amp;lang=fr</link>
          <guid isPermaLink="true">https://site.example/spip.php?article12</guid>
          <dc:date>2026-01-05T23:30:00Z</dc:date><dc:format>text/html</dc:format><dc:language>fr</dc:language><dc:creator>Pôle 3E</dc:creator>
          <description>&lt;p&gt;Dépôt des dossiers jusqu'au 28&nbsp;février.&lt;/p&gt;</description>
          <content:encoded>&lt;p&gt;Dépôt des dossiers jusqu'au 28 f&amp;eacute;vrier.&lt;/p&gt;&lt;ul&gt;&lt;li&gt;Associations&lt;/li&gt;&lt;/ul&gt;</content:encoded>
          <enclosure url="https://site.example/IMG/pdf/cahier.pdf" length="1" type="application/pdf"/>
        </item></channel></rss>"#,
        &[
            "Campagne d’habilitation à l’aide alimentaire 2026 | https://site.example/spip.php?article12&lang=fr | 2026-01-06 | -",
        ],
    );
    let item = &listing.items[0];
    assert!(item.text.contains("jusqu'au 28 février.\n\n- Associations"), "{}", item.text);
    assert_eq!(item.attachments.len(), 1);
    assert_eq!(item.publisher.as_deref(), Some("Essai"));
}

#[test]
fn a_wordpress_feed_is_read() {
    let listing = check(
        rss("<item><title>Appel à projets &#8211; Solidarités</title><link>https://site.example/aap/</link>\
            <pubDate>Mon, 12 Jan 2026 08:00:00 +0000</pubDate><category><![CDATA[Appels à projets]]></category>\
            <guid isPermaLink=\"false\">https://site.example/?p=7</guid>\
            <description><![CDATA[<p>Un appel pour les épiceries [&#8230;]</p>]]></description>\
            <content:encoded><![CDATA[<p>Un appel pour les épiceries solidaires.</p><p>Avant le 3 mars.</p>]]></content:encoded></item>"),
        &["Appel à projets – Solidarités | https://site.example/aap/ | 2026-01-12 | -"],
    );
    assert_eq!(listing.items[0].text, "Un appel pour les épiceries solidaires.\n\nAvant le 3 mars.");
    assert_eq!(listing.items[0].guid.as_deref(), Some("https://site.example/?p=7"));
    assert_eq!(listing.items[0].fields.categories, ["Appels à projets"]);
}

#[test]
fn atom_rss_1_and_json_feed_are_read() {
    check(
        r#"<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://site.example/fr/"><title>x</title>
        <entry><title type="html">Appel &lt;b&gt;santé&lt;/b&gt;</title><id>tag:1</id><link href="aap-1"/><updated>2026-01-02T10:00:00Z</updated>
        <published>2026-01-01T10:00:00Z</published><content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Un<br/>deux</p></div></content></entry></feed>"#,
        &["Appel santé | https://site.example/fr/aap-1 | 2026-01-01 | -"],
    );
    check(
        r#"<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
        <channel rdf:about="x"><title>x</title><link>https://site.example/</link><description>d</description></channel>
        <item rdf:about="https://site.example/1"><title>Prix</title><link>https://site.example/1</link><dc:date>2026-02-03</dc:date></item></rdf:RDF>"#,
        &["Prix | https://site.example/1 | 2026-02-03 | -"],
    );
    check(
        r#"{"version":"https://jsonfeed.org/version/1.1","title":"x","items":[{"id":"1","url":"https://site.example/1","title":"Appel","content_html":"<p>a</p>","date_published":"2026-01-12T08:00:00+01:00"}]}"#,
        &["Appel | https://site.example/1 | 2026-01-12 | -"],
    );
}

#[test]
fn old_and_careless_feeds_are_read() {
    let one = &["A | https://a.example/1 | - | -"];
    let dated = &["A | https://a.example/1 | 2026-01-12 | -"];
    let item = "<item><title>A</title><link>https://a.example/1</link></item>";
    let rdf =
        "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" xmlns=\"http://my.netscape.com/rdf/simple/0.9/\"";
    check(format!("<rdf:RDF {rdf}><channel><title>t</title></channel>{item}</rdf:RDF>"), one);
    check(format!("<rss version=\"0.92\"><channel><title>t</title>{item}</channel></rss>"), one);
    check(format!("<rss><channel><title>t</title>{item}</channel></rss>"), one);
    check(format!("<rss version=\"2.0\">{item}</rss>"), one);
    check(
        "<feed version=\"0.3\" xmlns=\"http://purl.org/atom/ns#\"><title>t</title><entry><title>A</title>\
         <link rel=\"alternate\" type=\"text/html\" href=\"https://a.example/1\"/><issued>2026-01-12T08:00:00+01:00</issued></entry></feed>",
        dated,
    );
    check(
        "<feed><title>t</title><entry><title>A</title><link href=\"https://a.example/1\"/><published>12/01/2026</published></entry></feed>",
        dated,
    );
    let prefixed = check(
        r#"<a:feed xmlns:a="http://www.w3.org/2005/Atom" xmlns:x="http://www.w3.org/1999/xhtml"><a:title>t</a:title><a:entry><a:title>A</a:title>
        <a:link href="https://a.example/1"/><a:content type="xhtml"><x:div><x:p>u</x:p><x:p>v</x:p></x:div></a:content></a:entry></a:feed>"#,
        one,
    );
    assert_eq!(prefixed.items[0].text, "u\n\nv");
    let json = r#"{"version":"https://jsonfeed.org/version/1","title":"x","items":[{"id":7,"title":"A","url":"https://a.example/1"},{"title":"B"}]}"#;
    let listing = check(json, &["A | https://a.example/1 | - | -", "B | - | - | -"]);
    assert_eq!((listing.items[0].guid.as_deref(), listing.items[1].guid.as_deref()), (Some("7"), None));
}

#[test]
fn an_item_without_guid_is_known_by_its_address() {
    let listing = check(
        rss("<item><title>A</title><link>https://a.example/1</link></item>"),
        &["A | https://a.example/1 | - | -"],
    );
    assert_eq!((listing.items[0].guid.as_deref(), listing.items[0].key()), (None, "https://a.example/1"));
}

#[test]
fn dates_that_real_feeds_write_are_read() {
    let dated = |date: &str, wanted: &str| {
        let item = format!("<item><title>T</title><link>https://a.example/</link><pubDate>{date}</pubDate></item>");
        check(rss(&item), &[&format!("T | https://a.example/ | {wanted} | -")]);
    };
    dated("Sat, 21 Dec 19 11:00:28 +0100", "2019-12-21");
    dated("2026-11-10 08:00:00", "2026-11-10");
    dated("Lundi 12 janvier 2026", "2026-01-12");
    dated("Mon, 12 Jan 2026 23:30:00 GMT", "2026-01-13");
    dated("bientôt", "-");
}

#[test]
fn a_link_may_stand_in_the_guid_or_nowhere() {
    check(rss("<item><title>A</title><guid>https://a.example/1</guid></item>"), &["A | https://a.example/1 | - | -"]);
    let listing = check(rss("<item><title>A</title><link>javascript:alert(1)</link></item>"), &["A | - | - | -"]);
    assert_eq!(listing.problems[0].fault, ItemFault::WithoutLink);
    let listing = check(rss("<item><link>https://a.example/1</link></item>"), &[]);
    assert_eq!(listing.problems[0], ItemProblem { fault: ItemFault::WithoutTitle, item: "https://a.example/1".into() });
}

#[test]
fn broken_feeds_are_mended() {
    let whole = |inner: &str, title: &str, text: &str| {
        let item = format!("<item><link>https://a.example/?a=1&b=2</link>{inner}</item>");
        let listing = check(rss(&item), &[&format!("{title} | https://a.example/?a=1&b=2 | - | -")]);
        assert_eq!(listing.items[0].text, text, "{inner}");
    };
    whole("<title>Santé & précarité</title>", "Santé & précarité", "");
    whole("<title>Entr&rsquo;aide &eacute;t&eacute; &inconnu;</title>", "Entr’aide été &inconnu;", "");
    whole("<title>T</title><description>Un<br>deux <b>trois</description>", "T", "Un\ndeux trois");
    whole("<title>T</title><description><p>Un & deux<p>trois &eacute;</description>", "T", "Un & deux\n\ntrois é");
    whole("<title>T</title><description>a < b et 3 > 2</description>", "T", "a < b et 3 > 2");
    whole("<title>T\u{1}\u{b} &#11;&#x1F;U</title>", "T U", "");
    whole("<title>T</title><category nom=x selected>c</category>", "T", "");
    whole("<title>T</title><truc><machin></truc>", "T", "");
    whole("</autre><title>T</title>", "T", "");
    whole("<title><![CDATA[A & B]]> C</title>", "A & B C", "");
}

#[test]
fn what_comes_before_the_xml_is_skipped() {
    check(format!("\u{feff}\n\n{}", rss("")), &[]);
    check(
        format!("Warning: mysql\n{}", rss("<item><title>A</title><guid>https://a.example/1</guid></item>")),
        &["A | https://a.example/1 | - | -"],
    );
    check(
        "<!DOCTYPE rss PUBLIC \"-//N//DTD RSS 0.91//EN\" \"x.dtd\">\n<rss version=\"0.91\"><channel><title>x</title></channel></rss>",
        &[],
    );
    check(
        "<!DOCTYPE rss [<!ENTITY nbsp \"&#160;\">]><rss version=\"2.0\"><channel><title>a&nbsp;b</title></channel></rss>",
        &[],
    );
}

#[test]
fn a_feed_cut_short_keeps_its_whole_items() {
    let whole = rss(
        "<item><title>A</title><guid>https://a.example/1</guid></item><item><title>B</title><guid>https://a.example/2</guid></item>",
    );
    for cut in [20, 40, 50, 60] {
        let listing = check(&whole[..whole.len() - cut], &["A | https://a.example/1 | - | -"]);
        assert_eq!(listing.notes.len(), 1, "{cut}");
    }
    let unclosed = rss(
        "<item><title>A</title><guid>https://a.example/1</guid><item><title>B</title><guid>https://a.example/2</guid></item>",
    );
    check(unclosed, &["A | https://a.example/1 | - | -", "B | https://a.example/2 | - | -"]);
}

#[test]
fn false_and_missing_encodings_are_seen_through() {
    let xml = rss("<item><title>L’été</title><guid>https://a.example/1</guid></item>");
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(&xml);
    check(&bytes, &["L’été | https://a.example/1 | - | -"]);
    let latin = xml.replace("encoding=\"utf-8\"", "encoding=\"iso-8859-1\"");
    check(&latin, &["L’été | https://a.example/1 | - | -"]);
    check(encoding_rs::WINDOWS_1252.encode(&latin).0, &["L’été | https://a.example/1 | - | -"]);
    let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(xml.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    check(wide, &["L’été | https://a.example/1 | - | -"]);
}

#[test]
fn what_is_no_feed_is_named() {
    refused("text/html", "<html><form><input name=p type='password'></form></html>", ExtractError::LoginPage);
    refused(
        "text/html",
        "<html><title>Just a moment...</title><body>Checking your browser</body></html>",
        ExtractError::AntiBot,
    );
    let page = "<!doctype html><html><head><link rel=alternate type='application/rss+xml' href='/feed/'></head><body><p>Bonjour</p></body></html>";
    refused(
        "text/html",
        page,
        ExtractError::PageInsteadOfFeed { alternate: Some("https://site.example/feed/".into()) },
    );
    refused(
        XML,
        "<!DOCTYPE html><html><body>Maintenance</body></html>",
        ExtractError::PageInsteadOfFeed { alternate: None },
    );
    refused(
        "text/html",
        "<html><div id=app></div><script src=a.js></script>",
        ExtractError::PageInsteadOfFeed { alternate: None },
    );
    refused(XML, "", ExtractError::Empty);
    refused(XML, "   \n", ExtractError::Empty);
    refused(XML, "rien", ExtractError::NotAFeed { excerpt: "rien".into() });
    refused(XML, "<opml><body/></opml>", ExtractError::NotAFeed { excerpt: "".into() });
    refused("application/json", "{\"a\": 1}", ExtractError::NotAFeed { excerpt: "{\"a\": 1}".into() });
}

#[test]
fn entity_bombs_and_deep_nests_are_refused() {
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE r [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><rss><channel><title>&b;</title></channel></rss>";
    refused(XML, bomb, ExtractError::EntityBomb);
    let file =
        "<!DOCTYPE r [<!ENTITY f SYSTEM \"file:///etc/passwd\">]><rss><channel><title>&f;</title></channel></rss>";
    refused(XML, file, ExtractError::EntityBomb);
    let deep = format!("<rss><channel>{}", "<a>".repeat(100_000));
    refused(XML, &deep, ExtractError::TooDeep { levels_max: super::super::repair::NESTING_MAX });
}

#[test]
fn an_empty_feed_is_an_empty_list() {
    check(rss(""), &[]);
    let mut few = source(SourceKind::Feed, URL);
    few.items_max = 1;
    let two = rss("<item><title>A</title><guid>https://a.example/1</guid></item><item><title>B</title></item>");
    let listing = read(&few, XML, two).unwrap();
    assert_eq!((listing.items.len(), listing.notes.len()), (1, 1));
}
