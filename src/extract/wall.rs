//! What a page is when it is not the one hoped for: a login, a check against robots, a page that scripts would write.
//!
//! Such walls answer 200 like any other page. A page that says much of its own is none, whatever stands in its header
//! (a login for members) or behind its contact form (a captcha). It refuses to know what was hoped for.

use std::sync::LazyLock;

use regex::Regex;

use super::{ExtractError, clean};

/// A page with less text than this, and scripts, is written by them.
const SCRIPTED_PAGE_BYTES: usize = 100;
/// A page with less text than this says nothing but its fault.
const SHORT_PAGE_BYTES: usize = 1_500;
/// A main part with less text than this is no announcement: anything in the page's markup may say why.
const SHORT_TEXT_BYTES: usize = 300;

/// Why the list, or the part, that was looked for is not on this page.
pub fn instead_of_list(html: &str) -> Option<ExtractError> {
    let text = clean::text(html);
    let short = text.len() < SHORT_PAGE_BYTES;
    if is_login(html, short) {
        return Some(ExtractError::LoginPage);
    }
    if short && (matches(&CHECK_SAID, &text) || matches(&CHECK_MARKS, html)) {
        return Some(ExtractError::AntiBot);
    }
    (text.len() < SCRIPTED_PAGE_BYTES && html.contains("<script")).then_some(ExtractError::NeedsScripts)
}

/// Whether the page is a wall, when its main part was found without a hand.
pub fn instead_of_main(html: &str, main: &str) -> Option<ExtractError> {
    if main.len() < SHORT_TEXT_BYTES { instead_of_list(html) } else { instead_of_text(html, main) }
}

/// Whether the page is a wall although `main` could be taken for an announcement's text.
pub fn instead_of_text(html: &str, main: &str) -> Option<ExtractError> {
    if main.len() >= SHORT_PAGE_BYTES {
        return None;
    }
    // A short announcement may have a contact form with its captcha: only plain words count.
    if matches(&PASSWORD, html) && matches(&LOGIN_HEADING, html) {
        return Some(ExtractError::LoginPage);
    }
    matches(&CHECK_SAID, main).then_some(ExtractError::AntiBot)
}

/// A password is asked for, on a page that says little else or calls itself a login; or a login without a password field,
/// as those that ask for an address first.
fn is_login(html: &str, short: bool) -> bool {
    let named = matches(&LOGIN_HEADING, html);
    match matches(&PASSWORD, html) {
        true => short || named,
        false => short && named && html.contains("<form"),
    }
}

fn matches(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(text))
}

static PASSWORD: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)<input[^>]{0,300}type\s*=\s*["']?password"#).ok());

/// The page's title or first heading.
static LOGIN_HEADING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?xi)<(?:title|h1)\b[^>]{0,300}>\s*(?:<[^>]{0,300}>\s*)*
          (?:connexion|se\ connecter|connectez|identifi(?:cation|ez)|authentifi(?:cation|ez)|log\ ?in|sign\ ?in|
             acc[èe]s\ (?:r[ée]serv[ée]|restreint)|espace\ (?:membre|adh[ée]rent|r[ée]serv[ée])|service\ d.authentification)",
    )
    .ok()
});

/// What the services that keep robots out tell those they take for one.
static CHECK_SAID: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?xi)just\ a\ moment\.\.\.|checking\ your\ browser|attention\ required!|pardon\ our\ interruption|
          are\ you\ (?:a\ )?(?:human|robot)|(?:verify|confirm|sure)\ (?:that\ )?you(?:.re|\ are)\ (?:not\ a\ (?:ro)?bot|(?:a\ )?human)|
          v[ée]rifi\w*\ (?:que|si)\ vous\ (?:n.[êe]tes\ pas|[êe]tes)\ (?:bien\ )?(?:un\ )?(?:robot|(?:[êe]tre\ )?humain)|
          v[ée]rification\ (?:de|du)\ (?:votre\ )?navigateur|enable\ javascript\ and\ cookies\ to\ continue|
          activer\ javascript\ et\ les\ cookies\ pour\ continuer|unusual\ traffic|trafic\ inhabituel|
          requested\ url\ was\ rejected|access\ denied|acc[èe]s\ (?:refus[ée]|interdit)|incident\ id",
    )
    .ok()
});

/// What their pages are made of.
static CHECK_MARKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)captcha|cf-chl|cf_chl|challenge-platform|cf-turnstile|incapsula|datadome|ddos|/anubis/|awswaf|px-block|sucuri_cloudproxy",
    )
    .ok()
});

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: &str =
        "Les associations et les communes du département peuvent déposer un projet d'épicerie solidaire. ";

    fn list(html: &str) -> Option<ExtractError> {
        instead_of_list(html)
    }

    #[test]
    fn walls_that_answer_like_pages_have_their_names() {
        let check = |html: &str, expected: Option<ExtractError>| assert_eq!(list(html), expected, "{html}");
        let login = || Some(ExtractError::LoginPage);
        let bot = || Some(ExtractError::AntiBot);
        check("<form><input name=p type='password'></form>", login());
        check("<h1>Se connecter</h1><form><input type=email name=u><button>Suivant</button></form>", login());
        check("<title>Service d’authentification</title><form action=/cas><input name=username></form>", login());
        check("<title>Un instant</title><p>Vérification de votre navigateur avant d'accéder au site.</p>", bot());
        check(
            "<h1>Making sure you're not a bot!</h1><script src=/.within.website/x/cmd/anubis/main.js></script>",
            bot(),
        );
        check("<html><body>The requested URL was rejected. Your support ID is: 42</body></html>", bot());
        check("<iframe src='/_Incapsula_Resource?x'>Request unsuccessful.</iframe>", bot());
        check("<script src='/app.js'></script><div id=app></div>", Some(ExtractError::NeedsScripts));
        check("<h1>Appels à projets</h1><p>Aucun pour le moment.</p>", None);
    }

    #[test]
    fn a_page_that_says_much_is_no_wall() {
        let long = CALL.repeat(20);
        let check = |html: &str| assert_eq!(list(html), None, "{html}");
        check(&format!("<header><form><input type=password></form></header><main><p>{long}</p></main>"));
        check(&format!("<main><p>{long}</p></main><script src='https://www.google.com/recaptcha/api.js'></script>"));
        // The heading says it, whatever the menu around.
        let html = format!("<nav>{long}</nav><main><h1>Connexion</h1><form><input type=password></form></main>");
        assert_eq!(list(&html), Some(ExtractError::LoginPage));
    }

    #[test]
    fn a_wall_is_no_text_of_an_announcement_and_a_short_announcement_is_no_wall() {
        let said = "Pour continuer, nous devons vérifier que vous n'êtes pas un robot. ".repeat(6);
        let wall = format!("<main><p>{said}</p></main>");
        assert_eq!(instead_of_text(&wall, &said), Some(ExtractError::AntiBot));
        let call = CALL.repeat(5);
        let page =
            format!("<header><form><input type=password></form></header><main>{call}</main><div class=g-recaptcha>");
        assert_eq!(instead_of_text(&page, &call), None);
        assert_eq!(instead_of_main(&page, ""), Some(ExtractError::LoginPage));
    }
}
