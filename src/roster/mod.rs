//! Roster: a spreadsheet of participants → member drafts, line by line.
//!
//! Reads what the team has: CSV as Excel in French writes it, .xlsx, .ods; headers in French or English. A line that
//! cannot be understood is a fault with its number and what to do; the others go in. It knows neither the store nor
//! what became of a member: whether a draft changes anything is decided later.

mod columns;
mod table;
#[cfg(test)]
mod tests;
mod words;

use crate::geography::{Geography, Place};
use crate::model::{Cohort, CohortId, EmailAddress, Level, Profile, Rhythm, TerritoryCode, ThemeId, Themes};

pub use table::{Format, Unreadable};

/// What lines are read against.
#[derive(Clone, Copy)]
pub struct Directory<'a> {
    pub geography: &'a Geography,
    pub cohorts: &'a [Cohort],
    pub themes: &'a Themes,
}

/// A whole spreadsheet, read.
#[derive(Debug, Default)]
pub struct Roster {
    pub members: Vec<MemberDraft>,
    pub faults: Vec<Fault>,
    /// Lines that name a person whom an earlier line names: this line, and that one.
    pub joined: Vec<(usize, usize)>,
}

/// What a line says of a member.
#[derive(Clone, Debug, PartialEq)]
pub struct MemberDraft {
    /// The line in the file, from 1, as a spreadsheet counts.
    pub line: usize,
    pub email: EmailAddress,
    pub first_name: String,
    pub last_name: String,
    pub organisation: String,
    pub role: String,
    pub cohorts: Vec<CohortId>,
    pub profile: Profile,
    pub rhythm: Option<Rhythm>,
    /// Whether the spreadsheet has a column of themes: without it, an empty list says nothing.
    pub says_themes: bool,
}

/// Why a line was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub line: usize,
    pub message: String,
}

/// Reads a spreadsheet; only a file that is no table at all is an error.
pub fn read(bytes: &[u8], format: Format, directory: &Directory<'_>) -> Result<Roster, Unreadable> {
    let rows = table::rows(bytes, format)?;
    let (columns, rest) = columns::find(&rows)?;
    let mut roster = Roster::default();
    for row in rest {
        let cell = |column| columns.cell(row, column);
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        match draft(row.line, &cell, columns.has(columns::Column::Themes), directory) {
            Ok(draft) => add(&mut roster, draft),
            Err(message) => roster.faults.push(Fault { line: row.line, message }),
        }
    }
    Ok(roster)
}

/// A person on two lines is one member, of both promotions and both places.
fn add(roster: &mut Roster, draft: MemberDraft) {
    let Some(known) = roster.members.iter_mut().find(|known| known.email == draft.email) else {
        roster.members.push(draft);
        return;
    };
    roster.joined.push((draft.line, known.line));
    merge(&mut known.cohorts, draft.cohorts);
    merge(&mut known.profile.territories, draft.profile.territories);
    let no_theme = known.profile.themes.is_empty() || draft.profile.themes.is_empty();
    merge(&mut known.profile.themes, draft.profile.themes);
    if no_theme {
        known.profile.themes.clear(); // No theme means all of them.
    }
}

fn merge<T: Ord>(ours: &mut Vec<T>, theirs: Vec<T>) {
    ours.extend(theirs);
    ours.sort();
    ours.dedup();
}

type Cell<'a> = &'a dyn Fn(columns::Column) -> &'a str;

fn draft(line: usize, cell: Cell<'_>, says_themes: bool, directory: &Directory<'_>) -> Result<MemberDraft, String> {
    use columns::Column::*;
    let email = EmailAddress::parse(cell(Email)).map_err(|_| match cell(Email) {
        "" => "l'adresse de courriel manque.".to_owned(),
        _ => "l'adresse de courriel n'est pas valable : écrivez-la sous la forme nom@domaine.".to_owned(),
    })?;
    let organisation = cell(Organisation);
    let cohorts = cohorts(cell(Cohort), directory.cohorts)?;
    let organisation_kind = match words::organisation_kind(cell(Kind)) {
        Ok(Some(kind)) => kind,
        Ok(None) => words::guess_organisation_kind(organisation),
        Err(message) => return Err(message),
    };
    let profile = Profile {
        territories: territories(cell(Territory), organisation, &cohorts, directory)?,
        themes: themes(cell(Themes), directory.themes)?,
        organisation_kind,
    };
    Ok(MemberDraft {
        line,
        email,
        first_name: cell(FirstName).to_owned(),
        last_name: cell(LastName).to_owned(),
        organisation: organisation.to_owned(),
        role: cell(Role).to_owned(),
        cohorts,
        profile,
        rhythm: words::rhythm(cell(Rhythm))?,
        says_themes,
    })
}

fn cohorts(written: &str, known: &[Cohort]) -> Result<Vec<CohortId>, String> {
    let mut found = Vec::new();
    for one in words::list(written) {
        let plain = words::plain(one);
        let cohort = known.iter().find(|c| words::plain(c.id.as_str()) == plain || words::plain(&c.name) == plain);
        match cohort {
            Some(cohort) => found.push(cohort.id.clone()),
            None => {
                let ids: Vec<_> = known.iter().map(|c| c.id.as_str()).collect();
                return Err(format!(
                    "la promotion « {one} » est inconnue. Promotions des réglages : {}. Ajoutez-la à glaneur.toml ou corrigez la ligne.",
                    if ids.is_empty() { "aucune".to_owned() } else { ids.join(", ") }
                ));
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn themes(written: &str, known: &Themes) -> Result<Vec<ThemeId>, String> {
    let mut found = Vec::new();
    for one in words::list(written) {
        let plain = words::plain(one);
        if matches!(plain.as_str(), "tous" | "toutes" | "all") {
            return Ok(Vec::new());
        }
        match named_themes(&plain, known) {
            named if !named.is_empty() => found.extend(named),
            _ => {
                let ids: Vec<_> = known.themes.iter().map(|theme| theme.id.as_str()).collect();
                return Err(format!("le thème « {one} » est inconnu. Thèmes possibles : {}.", ids.join(", ")));
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// The theme of that name; else all those whose name holds it: « alimentation » is both food themes, « emploi » one.
fn named_themes(plain: &str, known: &Themes) -> Vec<ThemeId> {
    let names = |theme: &crate::model::Theme| {
        let own = [theme.id.as_str(), &theme.label_fr, &theme.label_en];
        own.into_iter().chain(theme.aliases.iter().map(String::as_str)).map(words::plain).collect::<Vec<_>>()
    };
    let whole = known.themes.iter().find(|theme| names(theme).iter().any(|name| name == plain));
    if let Some(theme) = whole {
        return vec![theme.id.clone()];
    }
    let holds = |name: &String| format!(" {name} ").contains(&format!(" {plain} "));
    known.themes.iter().filter(|theme| names(theme).iter().any(holds)).map(|theme| theme.id.clone()).collect()
}

/// The member's places: what the line says; else the organisation's name; else the promotion's only place.
///
/// The organisation decides between places of one name before the promotion does.
fn territories(
    written: &str,
    organisation: &str,
    cohorts: &[CohortId],
    directory: &Directory<'_>,
) -> Result<Vec<TerritoryCode>, String> {
    let of_cohorts: Vec<TerritoryCode> = directory
        .cohorts
        .iter()
        .filter(|cohort| cohorts.contains(&cohort.id))
        .flat_map(|cohort| cohort.territory.iter().cloned())
        .collect();
    let of_organisation = match directory.geography.resolve_place(organisation, &of_cohorts) {
        Place::Found(code) => vec![code],
        _ => Vec::new(),
    };
    if written.is_empty() {
        return match (of_organisation.is_empty(), of_cohorts.as_slice()) {
            (false, _) => Ok(of_organisation),
            (true, [only]) => Ok(vec![only.clone()]),
            _ => Err("le territoire manque : écrivez une commune (« Montreuil (93) »), un département, une région ou un code.".to_owned()),
        };
    }
    let hints = [&of_organisation, &of_cohorts].into_iter().find(|hints| !hints.is_empty());
    let hints: &[TerritoryCode] = hints.map_or(&[], |hints| hints.as_slice());
    // "Saint-Denis, Seine-Saint-Denis" is one place: the comma divides only when the whole is none.
    let whole = resolve(written, hints, &of_cohorts, directory.geography);
    let mut found = match whole {
        Ok(code) => vec![code],
        Err(fault) => {
            let parts = words::list(written);
            if parts.len() < 2 {
                return Err(fault);
            }
            let each = parts.into_iter().map(|part| resolve(part, hints, &of_cohorts, directory.geography));
            each.collect::<Result<Vec<_>, _>>()?
        }
    };
    found.sort();
    found.dedup();
    Ok(found)
}

/// One place as a person writes it; `hints` decide between places of one name. The error says what to write instead.
pub fn place(written: &str, hints: &[TerritoryCode], geography: &Geography) -> Result<TerritoryCode, String> {
    resolve(written, hints, hints, geography)
}

fn resolve(
    written: &str,
    hints: &[TerritoryCode],
    further: &[TerritoryCode],
    geography: &Geography,
) -> Result<TerritoryCode, String> {
    let place = match geography.resolve_place(written, hints) {
        Place::Ambiguous(_) if hints != further => geography.resolve_place(written, further),
        place => place,
    };
    match place {
        Place::Found(code) => Ok(code),
        Place::Unknown => Err(format!(
            "le territoire « {written} » est inconnu : écrivez par exemple « Montreuil (93) », 93048 ou D93."
        )),
        Place::Ambiguous(candidates) => {
            let named = |code: &TerritoryCode| match code.level() {
                Level::Commune => format!("{} = {code}", geography.label(code)),
                _ => format!("{} = {code}", geography.name(code).unwrap_or(code.as_str())),
            };
            let shown: Vec<_> = candidates.iter().take(6).map(named).collect();
            let more = if candidates.len() > 6 { "…" } else { "" };
            Err(format!(
                "plusieurs lieux s'appellent « {written} » : {}{more}. Écrivez le code du bon.",
                shown.join(", ")
            ))
        }
    }
}
