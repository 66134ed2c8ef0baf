//! How the mails of an edition look and what they name, kept from its approval on: templates, senders, addresses, labels.
//!
//! Without it a setting changed between two attempts would give one Message-ID two texts. It refuses to know the way out
//! (transport, `only_to`, `bounces`, signatures) and the key of the links: those are always today's.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use url::Url;

use super::super::{App, Trouble, courier};
use super::frozen::{Frame, frame_of};
use crate::compose::{ComposeError, Composer, DigestView};
use crate::model::{Edition, EditionState, Language, Mailbox, Rendered, ThemeId};

/// What the mails take from the settings, beside what the frame had from its creation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    pub from: Mailbox,
    pub reply_to: Option<Mailbox>,
    /// Of the pages of members; nothing: mails have no links to them.
    pub base_url: Option<String>,
    /// Of the pages that everybody may read; nothing: the settings keep them closed.
    #[serde(default)]
    pub public_pages: Option<String>,
    /// Which speaks for the network in headers.
    pub list_domain: String,
    /// In the edition's language.
    pub themes: BTreeMap<ThemeId, String>,
    /// The version of the templates.
    pub templates: String,
}

impl Look {
    /// As the settings have it now.
    pub(super) fn today(app: &App, language: Language) -> Result<Self, Trouble> {
        let label = |theme: &crate::model::Theme| match language {
            Language::Fr => theme.label_fr.clone(),
            Language::En => theme.label_en.clone(),
        };
        let base_url = app.settings.base_url.as_ref().map(|base| base.as_str().to_owned());
        Ok(Self {
            from: courier::from(app)?,
            reply_to: app.settings.mail.reply_to.clone(),
            public_pages: base_url.clone().filter(|_| app.settings.web.public),
            base_url,
            list_domain: courier::domain(app),
            themes: app.themes.themes.iter().map(|theme| (theme.id.clone(), label(theme))).collect(),
            templates: app.composer.template_version(),
        })
    }

    pub fn base(&self) -> Option<Url> {
        self.base_url.as_deref().and_then(|base| Url::parse(base).ok())
    }
}

impl Frame {
    /// The look of its approval; today's for a draft, and for editions approved before looks were kept.
    pub fn look(&self, app: &App) -> Result<Cow<'_, Look>, Trouble> {
        match &self.look {
            Some(look) => Ok(Cow::Borrowed(look)),
            None => Look::today(app, self.language).map(Cow::Owned),
        }
    }

    /// As it would be approved now: a setting corrected while the draft was read counts.
    pub(super) fn renewed(self, app: &App) -> Result<Self, Trouble> {
        Ok(Self {
            network: app.settings.network.clone(),
            contact: app.contact().map(|address| address.expose().to_owned()),
            look: Some(Look::today(app, self.language)?),
            ..self
        })
    }
}

/// Lays out with the templates of an approval.
#[derive(Clone)]
pub enum Typesetter {
    /// Those in force, or an edition approved before templates were kept.
    InForce,
    Kept(Arc<Composer>),
}

impl Typesetter {
    pub(in crate::pipeline) async fn of(app: &App, version: &str) -> Result<Self, Trouble> {
        if version == app.composer.template_version() {
            return Ok(Self::InForce);
        }
        let Some(sources) = app.store.templates(version).await? else { return Ok(Self::InForce) };
        let composer = Composer::from_sources(sources).map_err(|problems| {
            let why: Vec<String> = problems.iter().map(ToString::to_string).collect();
            Trouble::Template(format!(
                "cette version de Glaneur ne comprend plus les modèles gardés à l'approbation ({}) : reprenez la version \
                 précédente, ou annulez l'édition et créez-en une autre",
                why.join(" ; ")
            ))
        })?;
        Ok(Self::Kept(Arc::new(composer)))
    }

    pub(in crate::pipeline) fn digest(&self, app: &App, view: &DigestView) -> Result<Rendered, ComposeError> {
        match self {
            Self::InForce => app.composer.digest(view),
            Self::Kept(composer) => composer.digest(view),
        }
    }
}

/// What the settings have changed since an edition was approved, in words for an administrator: it keeps what it had.
///
/// Nothing for a draft, which follows the settings, and for an edition that sends no more.
pub async fn kept_since_approval(app: &App, edition: &Edition) -> Result<Option<String>, Trouble> {
    if !matches!(edition.state, EditionState::Approved | EditionState::Sending | EditionState::Paused) {
        return Ok(None);
    }
    let frame = frame_of(&app.store.frame(edition.id).await?)?;
    let Some(kept) = &frame.look else { return Ok(None) };
    let now = Look::today(app, frame.language)?;
    let contact = app.contact().map(|address| address.expose());
    let changed = [
        ("from", kept.from != now.from || kept.list_domain != now.list_domain),
        ("reply_to", kept.reply_to != now.reply_to || frame.contact.as_deref() != contact),
        ("base_url", kept.base_url != now.base_url || kept.public_pages != now.public_pages),
        ("network", frame.network != app.settings.network),
        ("les thèmes", kept.themes != now.themes),
        ("les modèles", kept.templates != now.templates),
    ];
    let named: Vec<&str> = changed.iter().filter(|(_, differs)| *differs).map(|(name, _)| *name).collect();
    Ok((!named.is_empty()).then(|| {
        format!(
            "Changé depuis l'approbation : {} ; l'édition {id} garde ce qu'elle avait alors (pour l'éviter, « glaneur \
             edition cancel {id} », puis créez-en une autre).",
            named.join(", "),
            id = edition.id
        )
    }))
}
