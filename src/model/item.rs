//! Items: one thing a source lists, as found and made safe.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::{Audience, Deadline, Kind, SourceId, TerritoryCode, ThemeId};

/// One thing a source lists. Every text in it is clean: plain, no control characters, no markup.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Item {
    pub source: SourceId,
    /// The feed's guid or the API's id, when there is one; else the canonical URL stands for it.
    pub guid: Option<String>,
    /// Where a person reads it: absolute, http or https.
    pub url: Option<String>,
    pub title: String,
    /// The main text: what the list said, then what the page said.
    pub text: String,
    pub publisher: Option<String>,
    /// When the site says it was published, in Europe/Paris.
    pub published: Option<NaiveDate>,
    pub updated: Option<DateTime<Utc>>,
    pub fields: Fields,
    pub attachments: Vec<Attachment>,
}

/// What the site's own data says, field by field; it wins over the text.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Fields {
    pub deadline: Option<(String, Deadline)>,
    pub opening: Option<(String, NaiveDate)>,
    pub territory: Option<(String, Vec<TerritoryCode>)>,
    /// The name of the place as written, when it is no code ("Drôme", "Métropole de Lyon").
    pub place: Option<(String, String)>,
    pub audiences: Option<(String, Vec<Audience>)>,
    pub amount: Option<(String, String)>,
    /// `true`: the site says that it is a call; `false`: that it is a standing aid.
    pub is_call: Option<(String, bool)>,
    /// The site's own categories, for themes.
    pub categories: Vec<String>,
    /// What an administrator says of an entry of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stated: Option<Stated>,
}

/// What an entry says of itself, beside its fields: it wins over whatever its text makes a reader think.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stated {
    /// Who keeps it.
    pub by: String,
    pub kind: Kind,
    pub themes: Vec<ThemeId>,
    pub summary: Option<String>,
}

/// A document that a page links to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub url: String,
    pub label: String,
}

impl Item {
    /// What tells this item from the others of its source, round after round.
    pub fn key(&self) -> &str {
        self.guid.as_deref().or(self.url.as_deref()).unwrap_or(&self.title)
    }
}
