//! How an administrator signs in: a one-time link, printed or mailed, then a session that ends by itself.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{App, Trouble, post};
use crate::compose::{ReviewAction, ReviewView};
use crate::model::{EmailAddress, Language};
use crate::store::AdminSession;

/// A link that was not used is worth nothing after this.
const LINK_MINUTES: i64 = 30;
/// A session ends this long after it began, whatever was done in it.
pub const SESSION_HOURS: i64 = 12;
/// Links that one address has while they can be used; more are asked for by somebody else, or by a machine. Whoever fills
/// a mailbox so keeps nobody out: it holds links that work.
const MAILED_LINKS_MAX: u32 = 5;

/// Somebody who just signed in.
pub struct SignIn {
    /// What their browser keeps.
    pub session: String,
    pub address: EmailAddress,
}

/// The address of a page that signs this administrator in, once.
pub async fn link(app: &App, address: &str) -> Result<String, Trouble> {
    let Some(admin) = known(app, address) else {
        return Err(Trouble::NoSuchMember(
            "cette adresse n'est pas celle d'un administrateur : ajoutez-la à admins dans glaneur.toml".to_owned(),
        ));
    };
    // Without a limit there is always one.
    Ok(make_link(app, admin, None).await?.unwrap_or_default())
}

/// Mails a link to an administrator. To anybody else, and to one who asked too often, nothing: whoever asks cannot tell.
pub async fn mail_link(app: &App, address: &str) -> Result<(), Trouble> {
    let Some(admin) = known(app, address) else { return Ok(()) };
    let Some(url) = make_link(app, admin, Some(MAILED_LINKS_MAX)).await? else { return Ok(()) };
    let view = ReviewView {
        language: Language::Fr,
        network: app.settings.network.clone(),
        subject: "Votre lien de connexion".to_owned(),
        headline: "Votre lien de connexion".to_owned(),
        sentences: vec![
            format!("Il sert une seule fois, pendant {LINK_MINUTES} minutes."),
            "Si vous ne l’avez pas demandé, ne faites rien : personne n’entre sans lui.".to_owned(),
        ],
        word: None,
        notices: Vec::new(),
        actions: vec![ReviewAction { label: "Se connecter".to_owned(), url }],
        trial: false,
    };
    let content = app.composer.review(&view).map_err(|error| Trouble::Template(error.to_string()))?;
    post::post(app, post::Drawer::Administrators, admin, content, &format!("sign-in {}", token())).await
}

/// Whose link it is, while it can be used. Looking uses nothing up: mail scanners look at every link.
pub async fn whose_link(app: &App, token: &str) -> Result<Option<EmailAddress>, Trouble> {
    let found = app.store.admin_link(&digest(token), app.clock.now()).await?;
    Ok(found.filter(|address| app.settings.admins.contains(address)))
}

/// Uses a link up.
pub async fn sign_in(app: &App, link: &str) -> Result<Option<SignIn>, Trouble> {
    if whose_link(app, link).await?.is_none() {
        return Ok(None);
    }
    let (session, form_token, now) = (token(), token(), app.clock.now());
    let until = now + TimeDelta::hours(SESSION_HOURS);
    let opened = app.store.open_admin_session(&digest(link), &digest(&session), &form_token, now, until).await?;
    let Some(address) = opened else { return Ok(None) };
    app.store.journal(address.expose(), "admin sign-in", "admin", &json!(""), now).await?;
    Ok(Some(SignIn { session, address }))
}

/// The session of a browser, while it lasts and its holder is still an administrator of the settings.
pub async fn session(app: &App, token: &str) -> Result<Option<AdminSession>, Trouble> {
    let found = app.store.admin_session(&digest(token), app.clock.now()).await?;
    Ok(found.filter(|session| app.settings.admins.contains(&session.address)))
}

pub async fn sign_out(app: &App, token: &str) -> Result<(), Trouble> {
    Ok(app.store.close_admin_session(&digest(token)).await?)
}

fn known<'a>(app: &'a App, address: &str) -> Option<&'a EmailAddress> {
    let address = EmailAddress::parse(address).ok()?;
    app.settings.admins.iter().find(|admin| **admin == address)
}

/// The address of a new link's page; `None` when there are enough.
async fn make_link(app: &App, admin: &EmailAddress, alive_max: Option<u32>) -> Result<Option<String>, Trouble> {
    let (token, now) = (token(), app.clock.now());
    let until = now + TimeDelta::minutes(LINK_MINUTES);
    let is_kept = app.store.save_admin_link(&digest(&token), admin, now, until, alive_max).await?;
    Ok(is_kept.then(|| format!("{}/admin/entrer/{token}", base(app))))
}

/// Where the pages are reached; on this machine when the settings name no public address.
pub fn base(app: &App) -> String {
    match &app.settings.base_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None => format!("http://{}", app.settings.web.listen),
    }
}

/// 192 bits that nobody can guess.
fn token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 24]>())
}

fn digest(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
