//! Codes of places, as the INSEE writes them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The code of a place.
///
/// `EU` the European Union, `FR` France, `R11` a région, `D93` a département, nine digits the SIREN of an EPCI or EPT,
/// five characters a commune (`75056` Paris, `2A004` Ajaccio) or an arrondissement municipal (`75113`), `X` outside
/// France.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TerritoryCode(Box<str>);

/// How large a place is, from the largest to the smallest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    Elsewhere,
    Europe,
    Country,
    Region,
    Departement,
    Intercommunality,
    Commune,
}

#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "« {0} » is no territory code: write FR, EU, R11 (région), D93 (département), nine digits (EPCI) or five characters (commune)"
)]
pub struct InvalidTerritoryCode(pub String);

impl TerritoryCode {
    pub fn parse(code: &str) -> Result<Self, InvalidTerritoryCode> {
        match level_of(code) {
            Some(_) => Ok(Self(code.into())),
            None => Err(InvalidTerritoryCode(code.chars().take(40).collect())),
        }
    }

    pub fn france() -> Self {
        Self("FR".into())
    }

    pub fn europe() -> Self {
        Self("EU".into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn level(&self) -> Level {
        level_of(&self.0).unwrap_or(Level::Elsewhere)
    }
}

fn level_of(code: &str) -> Option<Level> {
    let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
    match code {
        "EU" => return Some(Level::Europe),
        "FR" => return Some(Level::Country),
        "X" => return Some(Level::Elsewhere),
        _ => {}
    }
    if let Some(region) = code.strip_prefix('R') {
        return (region.len() == 2 && digits(region)).then_some(Level::Region);
    }
    if let Some(departement) = code.strip_prefix('D') {
        let corsica = matches!(departement, "2A" | "2B");
        let numbered = matches!(departement.len(), 2 | 3) && digits(departement);
        return (corsica || numbered).then_some(Level::Departement);
    }
    match code.len() {
        9 if digits(code) => Some(Level::Intercommunality),
        5 if digits(code) => Some(Level::Commune),
        5 if matches!(code.get(..2), Some("2A" | "2B")) && code.get(2..).is_some_and(digits) => Some(Level::Commune),
        _ => None,
    }
}

impl fmt::Display for TerritoryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for TerritoryCode {
    type Error = InvalidTerritoryCode;

    fn try_from(code: String) -> Result<Self, Self::Error> {
        Self::parse(&code)
    }
}

impl From<TerritoryCode> for String {
    fn from(code: TerritoryCode) -> Self {
        code.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_says_its_level() {
        let check = |code: &str, level: Option<Level>| {
            assert_eq!(TerritoryCode::parse(code).ok().map(|c| c.level()), level, "{code}");
        };
        check("EU", Some(Level::Europe));
        check("FR", Some(Level::Country));
        check("X", Some(Level::Elsewhere));
        check("R11", Some(Level::Region));
        check("D93", Some(Level::Departement));
        check("D2A", Some(Level::Departement));
        check("D974", Some(Level::Departement));
        check("200054781", Some(Level::Intercommunality));
        check("75056", Some(Level::Commune));
        check("2A004", Some(Level::Commune));
        check("", None);
        check("93", None);
        check("R1", None);
        check("Dxx", None);
        check("2é004", None);
    }
}
