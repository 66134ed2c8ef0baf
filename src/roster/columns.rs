//! Which column holds what: headers in French or English, in any order.

use super::table::{Row, Unreadable};
use super::words::plain;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Column {
    Email,
    FirstName,
    LastName,
    Organisation,
    Kind,
    Role,
    Cohort,
    Territory,
    Themes,
    Rhythm,
}

use Column::*;

/// Headers as people write them, without accents, case or punctuation.
const NAMES: &[(Column, &[&str])] = &[
    (
        Email,
        &[
            "email",
            "e mail",
            "mail",
            "courriel",
            "adresse mail",
            "adresse email",
            "adresse e mail",
            "adresse electronique",
            "email address",
        ],
    ),
    (FirstName, &["prenom", "first name", "firstname", "given name"]),
    (LastName, &["nom", "nom de famille", "last name", "lastname", "surname", "family name"]),
    (Organisation, &["organisation", "organization", "structure", "employeur", "collectivite", "organisme"]),
    (Kind, &["type", "type d organisation", "type de structure", "organisation type", "organization type", "kind"]),
    (Role, &["fonction", "poste", "role", "job", "job title", "metier"]),
    (Cohort, &["promotion", "promo", "cohorte", "cohort", "session", "formation"]),
    (Territory, &["territoire", "territoires", "territory", "territories", "commune", "ville", "lieu", "place"]),
    (Themes, &["themes", "theme", "thematiques", "thematique", "topics"]),
    (Rhythm, &["rythme", "frequence", "rhythm", "frequency"]),
];

pub struct Columns {
    at: Vec<(Column, usize)>,
}

impl Columns {
    pub fn has(&self, column: Column) -> bool {
        self.at.iter().any(|(c, _)| *c == column)
    }

    /// The cell, trimmed; empty when the column or the cell is missing.
    pub fn cell<'r>(&self, row: &'r Row, column: Column) -> &'r str {
        let index = self.at.iter().find(|(c, _)| *c == column).map(|(_, index)| *index);
        index.and_then(|index| row.cells.get(index)).map_or("", |cell| cell.trim())
    }
}

/// The line of headers (a title may stand above it), and the lines below it.
pub fn find(rows: &[Row]) -> Result<(Columns, &[Row]), Unreadable> {
    const LINES_ABOVE_MAX: usize = 10;
    for (n, row) in rows.iter().enumerate().take(LINES_ABOVE_MAX) {
        let at: Vec<_> = row.cells.iter().enumerate().filter_map(|(i, cell)| Some((named(cell)?, i))).collect();
        if at.iter().any(|(column, _)| *column == Email) {
            return Ok((Columns { at }, rows.get(n + 1..).unwrap_or_default()));
        }
    }
    Err(Unreadable::NoHeaders)
}

fn named(header: &str) -> Option<Column> {
    let header = plain(header);
    NAMES.iter().find(|(_, names)| names.contains(&header.as_str())).map(|(column, _)| *column)
}
