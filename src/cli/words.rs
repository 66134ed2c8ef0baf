//! How commands say things to an administrator: dates, counts, kinds.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;

use crate::model::{Deadline, Kind, MemberState, Notice, OrganisationKind, Rhythm};
use crate::store::Returned;

/// `1 annonce`, `12 annonces`.
pub fn count(n: usize, one: &str) -> String {
    if n < 2 { format!("{n} {one}") } else { format!("{n} {}", plural(one)) }
}

/// Each word of a short French noun phrase takes its s, as in « sites lus ».
fn plural(one: &str) -> String {
    let word = |word: &str| match word {
        "a" | "de" | "à" => word.to_owned(),
        word if word.ends_with(['s', 'x', 'z']) => word.to_owned(),
        word if word.ends_with("eau") => format!("{word}x"),
        word => format!("{word}s"),
    };
    one.split(' ').map(word).collect::<Vec<_>>().join(" ")
}

pub fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Call => "appel",
        Kind::Aid => "aide",
        Kind::Accreditation => "habilitation",
        Kind::Results => "résultats",
        Kind::News => "actualité",
        Kind::Event => "rendez-vous",
        Kind::Resource => "ressource",
        Kind::Announcement => "nouvelle",
    }
}

pub fn date(date: NaiveDate) -> String {
    date.format("%d/%m/%Y").to_string()
}

pub fn instant(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%d/%m/%Y à %H:%M").to_string()
}

pub fn deadline(deadline: Deadline) -> String {
    let zone = if deadline.zone == chrono_tz::Europe::Paris { String::new() } else { format!(" ({})", deadline.zone) };
    match deadline.time {
        Some(time) => format!("{} {}{zone}", date(deadline.date), time.format("%H:%M")),
        None => format!("{}{zone}", date(deadline.date)),
    }
}

/// The deadline in a column: the next one, or why there is none.
pub fn next_deadline(notice: &Notice, now: DateTime<Utc>) -> String {
    match notice.next_deadline(now) {
        Some(next) if next.is_past(now) => format!("clos {}", date(next.date)),
        Some(next) => deadline(next),
        None if notice.kind == Kind::Aid => "permanente".to_owned(),
        None => "non indiquée".to_owned(),
    }
}

pub fn rhythm(rhythm: Rhythm) -> &'static str {
    match rhythm {
        Rhythm::Weekly => "hebdomadaire",
        Rhythm::Fortnightly => "quinzaine",
        Rhythm::Monthly => "mensuel",
    }
}

pub fn organisation_kind(kind: OrganisationKind) -> &'static str {
    match kind {
        OrganisationKind::Commune => "commune",
        OrganisationKind::Ccas => "CCAS",
        OrganisationKind::Epci => "intercommunalité",
        OrganisationKind::Departement => "département",
        OrganisationKind::Region => "région",
        OrganisationKind::Association => "association",
        OrganisationKind::Etat => "État",
        OrganisationKind::Etablissement => "établissement",
        OrganisationKind::Entreprise => "entreprise",
        OrganisationKind::Autre => "autre",
    }
}

/// What came back: when, what it was, and the server's words.
pub fn returned(returned: &Returned) -> String {
    let what = match returned.kind.as_str() {
        "hard" => "échec de remise",
        "soft" => "échec passager",
        "auto-reply" => "réponse automatique",
        "complaint" => "signalé comme indésirable",
        "unsubscribe" => "demande à partir",
        other => other,
    };
    let said = match returned.diagnostic.is_empty() {
        true => String::new(),
        false => format!(" : « {} »", short(&returned.diagnostic, 300)),
    };
    format!("{} {what}{said}", date(returned.at.date_naive()))
}

pub fn member_state(state: &MemberState) -> String {
    match state {
        MemberState::Active => "actif".to_owned(),
        MemberState::Paused { until } => format!("en pause jusqu'au {}", date(*until)),
        MemberState::Suspended { why } => format!("suspendu : {why}"),
        MemberState::Left { at } => format!("parti le {}", date(at.date_naive())),
    }
}

/// At most `max` characters, cut with an ellipsis.
pub fn short(text: &str, max: usize) -> String {
    if text.chars().count() <= max {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(max.saturating_sub(1)).collect();
    cut.truncate(cut.trim_end().len());
    cut + "…"
}

/// Members whose cohort the settings do not have.
pub fn in_no_edition(cohort: &crate::model::CohortId, count: usize) -> String {
    let who = if count > 1 { format!("{count} membres ne sont") } else { "1 membre n'est".to_owned() };
    format!(
        "{who} dans aucune édition : la promotion « {} » n'est pas dans les réglages. Ajoutez une entrée [[cohort]], ou changez leur promotion dans le tableur.",
        cohort.as_str()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_agree_with_their_noun() {
        let check = |n, one: &str, expected: &str| assert_eq!(count(n, one), expected);
        check(0, "annonce", "0 annonce");
        check(1, "site lu", "1 site lu");
        check(2, "site lu", "2 sites lus");
        check(3, "nouveau courriel", "3 nouveaux courriels");
    }
}
