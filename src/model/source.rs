//! Sources: the watched places, as sources.toml describes them.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{TerritoryCode, ThemeId};

/// The id of a source: lower-case letters, digits and hyphens; it names the source in every message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceId(String);

#[derive(Debug, thiserror::Error)]
#[error("« {0} » cannot be a source id: use 1 to 60 lower-case letters, digits and hyphens")]
pub struct InvalidSourceId(pub String);

impl SourceId {
    pub fn parse(id: &str) -> Result<Self, InvalidSourceId> {
        let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if (1..=60).contains(&id.len()) && id.bytes().all(sound) {
            Ok(Self(id.to_owned()))
        } else {
            Err(InvalidSourceId(id.chars().take(60).collect()))
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for SourceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// One entry of sources.toml, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    pub id: SourceId,
    pub name: String,
    pub kind: SourceKind,
    pub url: Url,
    /// Who speaks there; the source's name when not given.
    pub publisher: Option<String>,
    /// The site relays other bodies' calls: its own name says nothing of who publishes or where.
    pub relay: bool,
    /// What a notice covers when it does not say.
    pub territory: Vec<TerritoryCode>,
    /// What a notice is about when it does not say.
    pub themes: Vec<ThemeId>,
    pub every: Duration,
    pub enabled: bool,
    pub select: ListSelect,
    pub detail: Option<DetailSelect>,
    pub json: JsonSelect,
    pub paging: Option<Paging>,
    /// The name of a credential file: request headers as `Name: value` lines, or a token for presets that log in.
    pub credential: Option<String>,
    pub pages_max: u32,
    pub items_max: u32,
    /// Where the entry stands in sources.toml, from 1.
    pub line: usize,
}

impl Source {
    /// An entry that says nothing but this: everything else as sources.toml has it by default.
    pub fn new(id: SourceId, name: &str, kind: SourceKind, url: Url) -> Self {
        Self {
            id,
            name: name.to_owned(),
            kind,
            url,
            publisher: None,
            relay: false,
            territory: Vec::new(),
            themes: Vec::new(),
            every: Self::EVERY_DEFAULT,
            enabled: true,
            select: ListSelect::default(),
            detail: None,
            json: JsonSelect::default(),
            paging: None,
            credential: None,
            pages_max: Self::PAGES_MAX_DEFAULT,
            items_max: Self::ITEMS_MAX_DEFAULT,
            line: 1,
        }
    }

    pub const EVERY_DEFAULT: Duration = Duration::from_secs(12 * 3600);
    /// Pages of a list read in one round, when the source does not say.
    pub const PAGES_MAX_DEFAULT: u32 = 20;
    /// Items of one page of a list, when the source does not say.
    pub const ITEMS_MAX_DEFAULT: u32 = 1_000;

    pub fn publisher(&self) -> Option<&str> {
        match (&self.publisher, self.relay) {
            (Some(publisher), _) => Some(publisher),
            (None, true) => None,
            (None, false) => Some(&self.name),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SourceKind {
    /// RSS 0.9 to 2.0, Atom, JSON Feed.
    Feed,
    /// A list in HTML.
    Page,
    /// Any JSON answer, by paths.
    Json,
    /// The aides-territoires API: login, bearer, paging.
    AidesTerritoires,
    /// An Opendatasoft dataset, API v1 or v2.1.
    Opendatasoft,
    /// A WordPress site: its own interface, else its feed.
    Wordpress,
    /// A SPIP site: its feed, found out of any page.
    Spip,
    /// A préfecture's page, in the layouts that they share.
    Prefecture,
    /// The page of an agence régionale de santé.
    Ars,
    /// The EU's Funding & Tenders portal.
    EuFunding,
}

/// Where things stand in a list in HTML: CSS selectors; `@name` at the end takes an attribute (`a.next@href`), `@name`
/// alone an attribute of the item itself. Only `item` is needed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListSelect {
    pub item: String,
    pub title: Option<String>,
    pub link: Option<String>,
    pub text: Option<String>,
    pub date: Option<String>,
    pub deadline: Option<String>,
    pub publisher: Option<String>,
    pub place: Option<String>,
    /// The link to the next page of the list.
    pub next: Option<String>,
    pub reach: Reach,
}

/// How far an item of a list in HTML goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// It is its element.
    #[default]
    Element,
    /// It goes on after its element, up to the next one: headings, or terms, that follow one another without a box around
    /// each item.
    UntilNext,
}

/// How to read the page behind each link. Without `text`, the main text is found by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DetailSelect {
    pub text: Option<String>,
    pub title: Option<String>,
    pub date: Option<String>,
    pub deadline: Option<String>,
    pub publisher: Option<String>,
    pub place: Option<String>,
    /// Parts of `text` to leave out.
    pub remove: Option<String>,
    /// Links to documents to keep as attachments.
    pub attachments: Option<String>,
    #[serde(default)]
    pub documents: Documents,
}

/// What becomes of the documents that an item's page links to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Documents {
    /// Their addresses are kept.
    #[default]
    Listed,
    /// The words of a few PDFs join those of the page.
    Read,
}

/// Where things stand in JSON: JSONPath (RFC 9535); `items` from the root, the others from each item. A path that does not
/// begin with `$` is the name of a key, whatever is in it. Of several names, `$['a','b']`, the first that says something
/// counts. `link` may be an address with paths in braces: `https://site.example/fiche/{$.id}`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JsonSelect {
    pub items: Option<String>,
    pub id: Option<String>,
    pub title: Option<String>,
    pub link: Option<String>,
    /// Several paths are joined in order, a blank line between them.
    pub text: Vec<String>,
    pub publisher: Option<String>,
    pub published: Option<String>,
    pub updated: Option<String>,
    pub opening: Option<String>,
    pub deadline: Option<String>,
    pub place: Option<String>,
    pub audiences: Option<String>,
    pub categories: Option<String>,
    pub amount: Option<String>,
    /// True for calls, false for standing aids.
    pub is_call: Option<String>,
}

impl ListSelect {
    /// Splits `a.next@href` into its CSS selector and the attribute it takes; `@href` alone has an empty selector.
    ///
    /// Only a name at the very end counts: `a[href*="@"]` holds no attribute.
    pub fn split(selector: &str) -> (&str, Option<&str>) {
        match selector.rsplit_once('@') {
            Some((css, name)) if is_attribute_name(name) => (css.trim(), Some(name.trim())),
            _ => (selector.trim(), None),
        }
    }
}

impl JsonSelect {
    /// The JSONPath that a setting stands for: the name of a key becomes its path.
    pub fn path(setting: &str) -> String {
        if setting.starts_with('$') {
            return setting.to_owned();
        }
        format!("$['{}']", setting.replace('\\', "\\\\").replace('\'', "\\'"))
    }

    /// The paths in the braces of a link's pattern; none when it is a path itself.
    pub fn pattern_paths(link: &str) -> Vec<&str> {
        if link.starts_with('$') || !link.contains("://") {
            return Vec::new();
        }
        link.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(path, _)| path).collect()
    }
}

fn is_attribute_name(name: &str) -> bool {
    let name = name.trim();
    let sound = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':');
    !name.is_empty() && name.bytes().all(sound)
}

/// How further pages of a JSON answer are asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Paging {
    /// A path to the next page's address (`$.next`).
    Next(String),
    /// A query parameter counted up from its first value.
    Page { parameter: String, first: u32 },
    /// A query parameter that counts items: `size` more each time.
    Offset { parameter: String, size: u32 },
}
