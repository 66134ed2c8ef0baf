//! The words people write in cells: kinds of organisation, rhythms, lists.

use crate::model::{OrganisationKind, Rhythm, unaccented};

/// Without accents, case and punctuation: what two spellings of one word share.
pub fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in unaccented(text).chars() {
        match c {
            c if c.is_alphanumeric() => plain.push(c),
            _ if !plain.ends_with(' ') && !plain.is_empty() => plain.push(' '),
            _ => {}
        }
    }
    plain.trim_end().to_owned()
}

/// The parts of a cell that holds several: divided by commas, semicolons, bars, slashes or line breaks.
pub fn list(cell: &str) -> Vec<&str> {
    cell.split([',', ';', '|', '/', '\n']).map(str::trim).filter(|part| !part.is_empty()).collect()
}

/// A cell that holds one thing, on one line.
pub fn one_line(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words alone, without numbers and what stands in parentheses.
pub fn without_numbers(cell: &str) -> String {
    let outside = cell.split('(').map(|part| part.split_once(')').map_or(part, |(_, after)| after));
    outside.collect::<String>().chars().filter(|c| !c.is_ascii_digit()).collect()
}

/// The parts that « et », & or + join.
pub fn joined(cell: &str) -> Vec<String> {
    let words: Vec<&str> = cell.split_whitespace().collect();
    let joins = |word: &&str| matches!(*word, "et" | "ET" | "Et" | "&" | "+");
    words.split(joins).map(|part| part.join(" ")).filter(|part| !part.is_empty()).collect()
}

const KINDS: &[(OrganisationKind, &[&str])] = &[
    (
        OrganisationKind::Ccas,
        &["ccas", "cias", "centre communal d action sociale", "centre intercommunal d action sociale"],
    ),
    (
        OrganisationKind::Commune,
        &[
            "commune",
            "ville",
            "mairie",
            "municipalite",
            "collectivite",
            "collectivite territoriale",
            "city",
            "municipality",
        ],
    ),
    (
        OrganisationKind::Epci,
        &[
            "epci",
            "ept",
            "intercommunalite",
            "metropole",
            "communaute d agglomeration",
            "communaute de communes",
            "communaute urbaine",
            "agglomeration",
            "etablissement public territorial",
        ],
    ),
    (OrganisationKind::Departement, &["departement", "conseil departemental", "department"]),
    (OrganisationKind::Region, &["region", "conseil regional"]),
    (OrganisationKind::Association, &["association", "asso", "ong", "association loi 1901", "charity", "fondation"]),
    (
        OrganisationKind::Etat,
        &["etat", "services de l etat", "service de l etat", "prefecture", "dreets", "ddets", "ars", "state"],
    ),
    (
        OrganisationKind::Etablissement,
        &[
            "etablissement",
            "etablissement public",
            "hopital",
            "ecole",
            "college",
            "lycee",
            "universite",
            "esms",
            "school",
            "hospital",
        ],
    ),
    (OrganisationKind::Entreprise, &["entreprise", "societe", "company", "cooperative", "scic", "scop"]),
    (OrganisationKind::Autre, &["autre", "other"]),
];

/// `None` for an empty cell.
pub fn organisation_kind(cell: &str) -> Result<Option<OrganisationKind>, String> {
    let word = plain(cell);
    if word.is_empty() {
        return Ok(None);
    }
    let found =
        KINDS.iter().find(|(_, names)| names.contains(&word.as_str()) || names.contains(&word.trim_end_matches('s')));
    found.map(|(kind, _)| Some(*kind)).ok_or_else(|| {
        format!("le type « {cell} » est inconnu : écrivez ccas, commune, epci, département, région, association, état, établissement, entreprise ou autre.")
    })
}

/// From the organisation's name, which often says it ("CCAS de …", "Ville de …").
pub fn guess_organisation_kind(organisation: &str) -> OrganisationKind {
    let name = format!(" {} ", plain(organisation));
    let says = |word: &str| name.contains(&format!(" {word} "));
    KINDS
        .iter()
        .find(|(_, names)| names.iter().any(|word| says(word)))
        .map_or(OrganisationKind::Autre, |(kind, _)| *kind)
}

/// `None` for an empty cell.
pub fn rhythm(cell: &str) -> Result<Option<Rhythm>, String> {
    match plain(cell).as_str() {
        "" => Ok(None),
        "hebdomadaire" | "hebdo" | "semaine" | "chaque semaine" | "toutes les semaines" | "weekly" => {
            Ok(Some(Rhythm::Weekly))
        }
        "quinzaine"
        | "bimensuel"
        | "bimensuelle"
        | "toutes les deux semaines"
        | "tous les quinze jours"
        | "15 jours"
        | "fortnightly" => Ok(Some(Rhythm::Fortnightly)),
        "mensuel" | "mensuelle" | "mois" | "chaque mois" | "tous les mois" | "monthly" => Ok(Some(Rhythm::Monthly)),
        _ => Err(format!("le rythme « {cell} » est inconnu : écrivez hebdomadaire, quinzaine ou mensuel.")),
    }
}
