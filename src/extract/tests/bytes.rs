//! No bytes whatever make a reader panic.

use proptest::prelude::*;

use super::*;

fn all_kinds() -> Vec<Source> {
    let mut page = source(SourceKind::Page, "https://a.example/");
    page.select = ListSelect { item: "li, div, tr".into(), deadline: Some("p".into()), ..Default::default() };
    page.detail = Some(DetailSelect::default());
    let kinds = [SourceKind::Feed, SourceKind::Json, SourceKind::AidesTerritoires, SourceKind::Opendatasoft];
    kinds.into_iter().map(|kind| source(kind, "https://a.example/")).chain([page]).collect()
}

fn read_every_way(content_type: &str, body: &[u8]) {
    for source in all_kinds() {
        let response = answer("https://a.example/", content_type, body);
        if let Ok(listing) = list(&source, &Request::get(source.url.clone()), &response) {
            for item in listing.items {
                let _ = detail(&source, item, &response);
            }
        }
        let _ = after_login(&source, None, &response);
    }
    let url = "https://a.example/".parse().unwrap();
    let _ = page_text(&url, &answer("https://a.example/", content_type, body));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn any_bytes_are_read_without_panic(body in prop::collection::vec(any::<u8>(), 0..400), kind in "(text/html|application/(json|rss\\+xml)|)(;charset=[a-z0-9-]{0,9})?") {
        read_every_way(&kind, &body);
    }

    #[test]
    fn anything_like_a_feed_is_read_without_panic(body in "<rss>?(<(/?(item|title|description|link|entry|p|channel)|!\\[CDATA\\[|!--|\\?|a b='c?)>?|>|]]>|&[#x0-9a-z]{0,5};?|[a-zé <]{0,4}){0,40}") {
        read_every_way("application/rss+xml", body.as_bytes());
    }

    #[test]
    fn anything_like_a_page_is_read_without_panic(body in "(<(/?(li|div|a href=[/#?]?x|b|p|main|table|tr|td|h1|h2|form|script|svg|template|select)|!--)>?|à lire aussi|[a-z0-9é/ ]{0,6}|&[a-z]{0,4};?){0,60}") {
        read_every_way("text/html", body.as_bytes());
    }

    #[test]
    fn anything_like_json_is_read_without_panic(body in "[\\[{](\"(results|title|next|fields|a)\"|[\\[\\]{}:,]|null|true|1e9|\"[a-z\\\\é/]{0,5}\"){0,40}") {
        read_every_way("application/json", body.as_bytes());
    }

    #[test]
    fn a_sound_feed_cut_anywhere_gives_only_whole_items(cut in 0usize..600) {
        let items: String = (0..4).map(|n| format!("<item><title>Appel n° {n} été</title><link>https://a.example/{n}</link><description><![CDATA[<p>x</p>]]></description></item>")).collect();
        let feed = format!("<rss version='2.0'><channel><title>t</title>{items}</channel></rss>");
        let cut = feed.floor_char_boundary(cut.min(feed.len()));
        if let Ok(listing) = read(&source(SourceKind::Feed, "https://a.example/"), "", &feed[..cut]) {
            for (n, item) in listing.items.iter().enumerate() {
                prop_assert_eq!(&item.title, &format!("Appel n° {n} été"));
                prop_assert_eq!(&item.text, "x");
                prop_assert_eq!(item.url.clone(), Some(format!("https://a.example/{n}")));
            }
        }
    }
}
