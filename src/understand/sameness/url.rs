//! One address for the many that show one page.
//!
//! Two addresses with one canonical form show the same page; the form itself is for comparing, not for visiting.

use url::Url;

/// Parameters that follow readers or sessions, and change nothing of the page.
const TRACKING: &[&str] = &[
    "fbclid",
    "gclid",
    "dclid",
    "msclkid",
    "mc_cid",
    "mc_eid",
    "xtor",
    "_ga",
    "phpsessid",
    "jsessionid",
    "sessionid",
    "session_id",
    "sid",
    "var_mode",
    "var_recherche",
    "var_hasard",
    "print",
    "imprimer",
    "igshid",
    "cmpid",
    "yclid",
    "_hsenc",
    "_hsmi",
    "pk_campaign",
    "pk_kwd",
    "mtm_campaign",
    "mtm_source",
    "nocache",
    "lang",
    "hl",
];
const TRACKING_STARTS: &[&str] = &["utm_", "at_", "mtm_", "pk_"];

/// The form in which addresses are compared: `https`, lower-case host without `www.`, no fragment, no tracking or
/// session parameter, no alias of the content manager (`/index.php/`, `/layout/set/print/`), no slash at the end.
/// `None` when it is no web address.
pub fn canonical_url(address: &str) -> Option<String> {
    let url = Url::parse(address.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = url.host_str()?.trim_end_matches('.').to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    // `Url` drops a default port, but only its own scheme's.
    let port = url.port().filter(|port| !matches!(port, 80 | 443)).map(|port| format!(":{port}")).unwrap_or_default();
    let path = canonical_path(url.path());
    let query = canonical_query(&url);
    Some(format!("https://{host}{port}{path}{query}"))
}

/// eZ Publish (the préfectures) and SPIP show one page under several paths.
fn canonical_path(path: &str) -> String {
    let path = path.split(";jsessionid").next().unwrap_or_default();
    let mut segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    if let Some(at) = segments.windows(3).position(|three| three == ["layout", "set", "print"]) {
        segments.drain(at..at + 3);
    }
    segments.retain(|segment| *segment != "index.php" && *segment != "amp");
    if let Some(at) = segments.windows(2).position(|two| matches!(two, ["(language)", _])) {
        segments.drain(at..at + 2);
    }
    if segments.last().is_some_and(|last| matches!(*last, "index.html" | "index.htm" | "default.aspx")) {
        segments.pop();
    }
    segments.iter().map(|segment| format!("/{segment}")).collect()
}

/// The parameters that choose the page, sorted.
fn canonical_query(url: &Url) -> String {
    let mut kept: Vec<String> = url
        .query_pairs()
        .filter_map(|(name, value)| {
            let name = name.strip_prefix("amp;").unwrap_or(&name);
            let lower = name.to_lowercase();
            let tracks =
                TRACKING.contains(&lower.as_str()) || TRACKING_STARTS.iter().any(|start| lower.starts_with(start));
            (!tracks && !name.is_empty())
                .then(|| if value.is_empty() { name.to_owned() } else { format!("{name}={value}") })
        })
        .collect();
    kept.sort();
    if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(address: &str, canonical: Option<&str>) {
        assert_eq!(canonical_url(address).as_deref(), canonical, "{address}");
    }

    #[test]
    fn aliases_of_a_page_have_one_form() {
        let page = Some("https://indre.example/Actions/Appel");
        check("https://indre.example/Actions/Appel", page);
        check("http://www.INDRE.example:80/Actions/Appel/", page);
        check("https://indre.example:443/index.php/Actions/Appel#haut", page);
        check("https://indre.example/layout/set/print/Actions/Appel", page);
        check("https://indre.example/index.php/layout/set/print/Actions/Appel/?utm_source=x&fbclid=2", page);
        check("https://indre.example/Actions/Appel/(language)/fre-FR", page);
        check("https://indre.example//Actions/Appel;jsessionid=A1B2", page);
        check("  https://indre.example/Actions/Appel?lang=fr\n", page);
    }

    #[test]
    fn parameters_that_choose_the_page_stay() {
        check("https://a.example/spip.php?article12&lang=fr", Some("https://a.example/spip.php?article12"));
        check("https://a.example/spip.php?article13", Some("https://a.example/spip.php?article13"));
        check("https://a.example/?b=2&a=1&utm_campaign=z", Some("https://a.example?a=1&b=2"));
        check("https://a.example/liste?id=4&amp;page=2", Some("https://a.example/liste?id=4&page=2"));
        check("https://a.example:8443/x", Some("https://a.example:8443/x"));
    }

    #[test]
    fn what_is_no_web_address_has_none() {
        check("", None);
        check("Appel à projets", None);
        check("mailto:mairie@example.org", None);
        check("javascript:void(0)", None);
        check("ftp://a.example/x", None);
    }

    proptest! {
        #[test]
        fn a_canonical_address_is_its_own_form(path in "[a-zA-Z0-9/._-]{0,30}", query in "[a-z0-9=&_]{0,20}") {
            let once = canonical_url(&format!("http://www.a.example/{path}?{query}"));
            let twice = once.as_deref().and_then(canonical_url);
            prop_assert_eq!(once, twice);
        }
    }
}
