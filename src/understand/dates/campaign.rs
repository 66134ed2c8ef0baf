//! The year that a campaign is named after: "appel à projets 2026", "au titre de l'exercice 2026", "campagne 2025-2026".
//!
//! The title tells it, else the lead, else the one year that a text's own turns of phrase name. It refuses names of
//! programmes ("Quartiers 2030", "FEDER 2021-2027") and of laws.

use std::sync::LazyLock;

use regex::Regex;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Campaign {
    /// The first of the two, of "2025-2026".
    pub year: i32,
    pub span: Span,
    pub pays: Pays,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    Year,
    /// A school year or a season.
    TwoYears,
}

/// What the year is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pays {
    /// Of the money or the actions ("programmation 2026"): an autumn's deadline comes the year before.
    Budget,
    /// Of the call itself ("prix 2026"): an autumn's deadline may be of either.
    Unsaid,
}

impl Campaign {
    /// The year in which a deadline of this month lies, when the name tells.
    pub fn year_of(self, month: u32) -> Option<i32> {
        match (self.span, self.pays) {
            // Of a season that begins in autumn, a winter's deadline may come before or within.
            (Span::TwoYears, _) => (month >= 4).then_some(self.year),
            (Span::Year, Pays::Budget) => Some(if month >= 10 { self.year - 1 } else { self.year }),
            (Span::Year, Pays::Unsaid) => (month < 10).then_some(self.year),
        }
    }
}

/// Bytes of the text looked at when the title names no campaign.
const LEAD_BYTES: usize = 500;

/// Reads folded words.
pub(super) fn campaign(title: &str, text: &str) -> Option<Campaign> {
    static YEARS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"(20[0-9]{2})(?: ?[-/] ?(20[0-9]{2}|[0-9]{2}))?(?-u:\b)").ok());
    static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        const NAMES: &str = "campagne|edition|appel a projets?|appel a candidatures?|appel a manifestation d'interet\
            |session|annee|aap|ami|exercice|programmation|subventions?|budget|saison|prix|concours";
        Regex::new(&format!(
            r"(?:{NAMES})(?: d'habilitation| de subventions?| scolaire)? (?:pour |de )?(?:l'annee |l'exercice )?(20[0-9]{{2}})(?: ?[-/] ?(20[0-9]{{2}}|[0-9]{{2}}))?(?-u:\b)"
        ))
        .ok()
    });
    let budget = is_budget(title);
    let end = text.floor_char_boundary(LEAD_BYTES.min(text.len()));
    only(&YEARS, title, budget)
        .or_else(|| only(&NAMED, text.get(..end)?, budget))
        .or_else(|| only(&NAMED, text, budget))
}

/// The one campaign that a text names.
fn only(regex: &Option<Regex>, text: &str, budget: bool) -> Option<Campaign> {
    let mut found: Option<Campaign> = None;
    for year in regex.as_ref()?.captures_iter(text) {
        let whole = year.get(0)?;
        let before = text.get(..whole.start()).unwrap_or_default();
        let Some(span) = span(year.get(1)?.as_str(), year.get(2).map(|m| m.as_str())) else { continue };
        if names_a_programme(before) || is_of_the_past(before) {
            continue;
        }
        let budget = budget || is_budget(whole.as_str()) || ends_with_budget(before);
        let pays = if budget { Pays::Budget } else { Pays::Unsaid };
        let campaign = Campaign { year: year.get(1)?.as_str().parse().ok()?, span, pays };
        match found {
            Some(known) if known.year != campaign.year || known.span != campaign.span => return None,
            Some(known) if known.pays == Pays::Budget => {}
            _ => found = Some(campaign),
        }
    }
    found
}

/// "2025-2026" and "2025-26" are seasons; "2021-2027" is a programme.
fn span(first: &str, second: Option<&str>) -> Option<Span> {
    let Some(second) = second else { return Some(Span::Year) };
    let tens = |year: &str| year.get(year.len().saturating_sub(2)..).and_then(|t| t.parse::<i32>().ok());
    (tens(second)? - tens(first)? == 1).then_some(Span::TwoYears)
}

fn names_a_programme(before: &str) -> bool {
    let names =
        ["quartiers", "france", "horizon", "agenda", "objectif", "objectifs", "vision", "europe", "cap", "ambition"];
    names.iter().any(|name| before.trim_end().ends_with(name))
}

/// "Bilan de l'exercice 2024", "retenu à l'appel à projets 2024".
fn is_of_the_past(before: &str) -> bool {
    const NEAR_BYTES: usize = 30;
    let near = before.get(before.ceil_char_boundary(before.len().saturating_sub(NEAR_BYTES))..).unwrap_or_default();
    ["bilan", "compte", "rapport", "retenu", "laureat", "loi ", "decret", "arrete", "depuis"]
        .iter()
        .any(|w| near.contains(w))
}

fn ends_with_budget(before: &str) -> bool {
    ["au titre de ", "au titre de l'annee ", "pour ", "actions "].iter().any(|words| before.ends_with(words))
}

fn is_budget(words: &str) -> bool {
    let budgets = [
        "programmation",
        "exercice",
        "subvention",
        "budget",
        "contrat de ville",
        "contrats de ville",
        "au titre",
        "annee",
    ];
    budgets.iter().any(|budget| words.contains(budget))
}
