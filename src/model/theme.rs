//! Themes: what a call is about, and the expressions that tell it (themes.toml).

use serde::{Deserialize, Serialize};

/// The id of a theme: lower-case letters, digits and hyphens, as in themes.toml.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ThemeId(pub String);

impl ThemeId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ThemeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// All themes, in the order of themes.toml.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Themes {
    pub themes: Vec<Theme>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    pub id: ThemeId,
    /// How members see it, in French and in English.
    pub label_fr: String,
    pub label_en: String,
    /// Other names a member or a site may write for it ("aide alimentaire").
    pub aliases: Vec<String>,
    pub expressions: Vec<ThemeExpression>,
    /// Expressions in which an expression above counts nothing ("sécurité sociale alimentaire" is no road safety).
    pub exclusions: Vec<String>,
}

/// Words that speak for a theme. Compared stemmed, without accents or case.
#[derive(Clone, Debug, PartialEq)]
pub struct ThemeExpression {
    pub words: String,
    /// Usually 1; 3 for words that leave no doubt.
    pub weight: f32,
}

impl Themes {
    pub fn get(&self, id: &ThemeId) -> Option<&Theme> {
        self.themes.iter().find(|theme| &theme.id == id)
    }
}
