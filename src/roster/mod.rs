//! Roster: a spreadsheet of participants → member drafts, line by line.
//!
//! Reads what the team has: CSV as Excel in French writes it, .xlsx, .ods; headers in French or English. A line that
//! cannot be understood is a fault with its number and what to do; the others go in. It knows neither the store nor
//! what became of a member: whether a draft changes anything is decided later.

mod columns;
mod sheet;
mod table;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashMap;

use crate::geography::{Geography, Place};
use crate::model::{Cohort, CohortId, EmailAddress, Level, Profile, Rhythm, TerritoryCode, Theme, ThemeId, Themes};

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
    let known = Known::of(directory);
    let mut roster = Roster::default();
    let mut places = HashMap::with_capacity(rest.len());
    for row in rest {
        let cell = |column| columns.cell(row, column);
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        match draft(row.line, &cell, columns.has(columns::Column::Themes), &known) {
            Ok(draft) => add(&mut roster, &mut places, draft),
            Err(message) => roster.faults.push(Fault { line: row.line, message }),
        }
    }
    Ok(roster)
}

/// The names of the directory as cells may spell them, made once.
struct Known<'a> {
    directory: &'a Directory<'a>,
    cohorts: Vec<(&'a Cohort, [String; 2])>,
    themes: Vec<(&'a ThemeId, Vec<String>)>,
}

impl<'a> Known<'a> {
    fn of(directory: &'a Directory<'a>) -> Self {
        let cohort = |cohort: &'a Cohort| (cohort, [words::plain(cohort.id.as_str()), words::plain(&cohort.name)]);
        let theme = |theme: &'a Theme| {
            let own = [theme.id.as_str(), &theme.label_fr, &theme.label_en];
            let names = own.into_iter().chain(theme.aliases.iter().map(String::as_str)).map(words::plain);
            (&theme.id, names.collect())
        };
        Self {
            directory,
            cohorts: directory.cohorts.iter().map(cohort).collect(),
            themes: directory.themes.themes.iter().map(theme).collect(),
        }
    }
}

/// A person on two lines is one member, of both promotions and both places. `places` tells where each address stands.
fn add(roster: &mut Roster, places: &mut HashMap<EmailAddress, usize>, draft: MemberDraft) {
    let place = places.get(&draft.email).copied();
    let Some(known) = place.and_then(|place| roster.members.get_mut(place)) else {
        places.insert(draft.email.clone(), roster.members.len());
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

fn draft(line: usize, cell: Cell<'_>, says_themes: bool, known: &Known<'_>) -> Result<MemberDraft, String> {
    use columns::Column::*;
    let email = EmailAddress::parse(cell(Email)).map_err(|_| match cell(Email) {
        "" => "l'adresse de courriel manque.".to_owned(),
        _ => "l'adresse de courriel n'est pas valable : écrivez-la sous la forme nom@domaine.".to_owned(),
    })?;
    let organisation = cell(Organisation);
    let cohorts = cohorts(cell(Cohort), known)?;
    let organisation_kind = match words::organisation_kind(cell(Kind)) {
        Ok(Some(kind)) => kind,
        Ok(None) => words::guess_organisation_kind(organisation),
        Err(message) => return Err(message),
    };
    let profile = Profile {
        territories: territories(cell(Territory), organisation, &cohorts, known.directory)?,
        themes: themes(cell(Themes), known)?,
        organisation_kind,
    };
    Ok(MemberDraft {
        line,
        email,
        first_name: words::one_line(cell(FirstName)),
        last_name: words::one_line(cell(LastName)),
        organisation: words::one_line(organisation),
        role: words::one_line(cell(Role)),
        cohorts,
        profile,
        rhythm: words::rhythm(cell(Rhythm))?,
        says_themes,
    })
}

fn cohorts(written: &str, known: &Known<'_>) -> Result<Vec<CohortId>, String> {
    let mut found = Vec::new();
    for one in words::list(written) {
        let plain = words::plain(one);
        match known.cohorts.iter().find(|(_, names)| names.contains(&plain)) {
            Some((cohort, _)) => found.push(cohort.id.clone()),
            None => {
                let ids: Vec<_> = known.cohorts.iter().map(|(cohort, _)| cohort.id.as_str()).collect();
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

fn themes(written: &str, known: &Known<'_>) -> Result<Vec<ThemeId>, String> {
    let mut found = Vec::new();
    for one in words::list(written) {
        let plain = words::plain(one);
        if matches!(plain.as_str(), "tous" | "toutes" | "all") {
            return Ok(Vec::new());
        }
        match named_themes(&plain, known) {
            named if !named.is_empty() => found.extend(named),
            _ => {
                let ids: Vec<_> = known.themes.iter().map(|(id, _)| id.as_str()).collect();
                return Err(format!("le thème « {one} » est inconnu. Thèmes possibles : {}.", ids.join(", ")));
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// The theme of that name; else all those whose name holds it: « alimentation » is both food themes, « emploi » one.
fn named_themes(plain: &str, known: &Known<'_>) -> Vec<ThemeId> {
    let whole = known.themes.iter().find(|(_, names)| names.iter().any(|name| name == plain));
    if let Some((id, _)) = whole {
        return vec![(*id).clone()];
    }
    let holds = |name: &String| format!(" {name} ").contains(&format!(" {plain} "));
    known.themes.iter().filter(|(_, names)| names.iter().any(holds)).map(|(id, _)| (*id).clone()).collect()
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
    let mut found = several(written, &|one| resolve(one, hints, &of_cohorts, directory.geography))?;
    found.sort();
    found.dedup();
    Ok(found)
}

/// "Saint-Denis, Seine-Saint-Denis" is one place, and so is what « et » joins in a name: a cell is divided only when the
/// whole of it is no place.
fn several(
    written: &str,
    resolve: &dyn Fn(&str) -> Result<TerritoryCode, String>,
) -> Result<Vec<TerritoryCode>, String> {
    let whole = resolve(written);
    // A département's number alone decides when nothing else is understood: of « Rezé et Saint-Denis (93) » it must not.
    let only_number = words::joined(written).len() > 1 && resolve(&words::without_numbers(written)).is_err();
    let fault = match whole {
        Ok(code) if !only_number => return Ok(vec![code]),
        Ok(_) => format!("le territoire « {written} » n'est pas compris : séparez les lieux par des virgules."),
        Err(fault) => fault,
    };
    let parts = words::list(written);
    let parts = if parts.len() > 1 { parts.into_iter().map(str::to_owned).collect() } else { words::joined(written) };
    if parts.len() < 2 {
        return Err(fault);
    }
    let each: Result<Vec<_>, _> = parts.iter().map(|part| several(part, resolve)).collect();
    Ok(each?.concat())
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
            let name = |code: &TerritoryCode| match code.level() {
                Level::Commune => geography.label(code),
                _ => geography.name(code).unwrap_or(code.as_str()).to_owned(),
            };
            let shown: Vec<_> =
                candidates.iter().take(6).map(|code| format!("« {} » (ou {code})", name(code))).collect();
            let more = if candidates.len() > 6 { "…" } else { "" };
            Err(format!(
                "plusieurs lieux s'appellent « {written} ». Écrivez dans la case celui qui convient : {}{more}",
                shown.join(", ")
            ))
        }
    }
}
