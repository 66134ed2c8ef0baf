//! One plain sentence for each doubt, for members and administrators.

use chrono::{Datelike, NaiveDate};

use crate::model::{Aspect, Doubt, DoubtReason, Language};

/// A doubt in words, as a whole sentence.
pub fn explain(doubt: &Doubt, language: Language) -> String {
    let detail = &spoken(doubt, language);
    match language {
        Language::Fr => french(doubt, detail),
        Language::En => english(doubt, detail),
    }
}

fn french(doubt: &Doubt, detail: &str) -> String {
    let what = what_fr(doubt.about);
    let with = |open: &str| if detail.is_empty() { String::new() } else { format!("{open}« {detail} »") };
    match doubt.reason {
        DoubtReason::YearUnknown => {
            format!("Une date est écrite sans son année{} : elle n’a pas été retenue.", with(" : "))
        }
        DoubtReason::YearInferred => {
            format!("L’année n’est pas écrite ; elle a été déduite du contexte{}.", with(" : "))
        }
        DoubtReason::WeekdayDisagrees => {
            format!("Le jour de la semaine ne correspond pas à la date écrite{}.", with(" : "))
        }
        DoubtReason::Contradiction => format!("La page donne plusieurs réponses pour {what}{}.", with(" ; aussi : ")),
        DoubtReason::SeveralWaves => format!("Plusieurs dates de dépôt sont prévues{}.", with(" : ")),
        DoubtReason::BeforePublication => format!("La date limite précède la publication{}.", with(" : ")),
        DoubtReason::FieldDisagrees => {
            format!(
                "Les données du site et le texte ne s’accordent pas sur {what} ; les données ont été suivies{}.",
                with(" ; le texte dit ")
            )
        }
        DoubtReason::Weak => format!(
            "Rien ne le dit clairement pour {what} : c’est la lecture la plus probable{}.",
            with(" ; autre lecture : ")
        ),
        DoubtReason::AmbiguousPlace => format!("Plusieurs lieux portent ce nom{}.", with(" : ")),
        DoubtReason::TerritoryFromSource => {
            format!("La page ne dit pas où ; le territoire de la source a été retenu{}.", with(" : "))
        }
        DoubtReason::Truncated => "Le texte est trop long : seul son début a été lu.".to_owned(),
        DoubtReason::Unreadable => format!("Un document joint n’a pas pu être lu{}.", with(" : ")),
    }
}

fn english(doubt: &Doubt, detail: &str) -> String {
    let what = what_en(doubt.about);
    let with = |open: &str| if detail.is_empty() { String::new() } else { format!("{open}“{detail}”") };
    match doubt.reason {
        DoubtReason::YearUnknown => format!("A date is written without its year{}; it was not kept.", with(": ")),
        DoubtReason::YearInferred => {
            format!("The year is not written; it was inferred from the context{}.", with(": "))
        }
        DoubtReason::WeekdayDisagrees => format!("The weekday does not fall on the date written{}.", with(": ")),
        DoubtReason::Contradiction => format!("The page gives several answers for {what}{}.", with("; also: ")),
        DoubtReason::SeveralWaves => format!("There are several dates to apply by{}.", with(": ")),
        DoubtReason::BeforePublication => format!("The deadline lies before the publication{}.", with(": ")),
        DoubtReason::FieldDisagrees => {
            format!(
                "The site’s data and the text disagree on {what}; the data were followed{}.",
                with("; the text says ")
            )
        }
        DoubtReason::Weak => {
            format!("Nothing says it plainly for {what}; this is the most likely reading{}.", with("; another one: "))
        }
        DoubtReason::AmbiguousPlace => format!("Several places carry this name{}.", with(": ")),
        DoubtReason::TerritoryFromSource => {
            format!("The page does not say where; the source’s territory was taken{}.", with(": "))
        }
        DoubtReason::Truncated => "The text is too long; only its beginning was read.".to_owned(),
        DoubtReason::Unreadable => format!("An attached document could not be read{}.", with(": ")),
    }
}

/// The detail as one says it: a kind by its name, a date in full.
fn spoken(doubt: &Doubt, language: Language) -> String {
    let detail = doubt.detail.trim();
    let kind = (doubt.about == Aspect::Kind).then(|| kind_name(detail, language)).flatten();
    kind.map_or_else(|| dates_in_full(detail, language), str::to_owned)
}

fn kind_name(kind: &str, language: Language) -> Option<&'static str> {
    let (fr, en) = match kind {
        "call" => ("un appel à projets", "a call for projects"),
        "aid" => ("une aide permanente", "a standing aid"),
        "accreditation" => ("une habilitation ou un agrément", "an accreditation"),
        "results" => ("des résultats", "results"),
        "news" => ("une actualité", "news"),
        _ => return None,
    };
    Some(match language {
        Language::Fr => fr,
        Language::En => en,
    })
}

/// "2026-02-10 (source)" becomes "10 février 2026 (source)".
fn dates_in_full(detail: &str, language: Language) -> String {
    const MONTHS_FR: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    const MONTHS_EN: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let in_full = |word: &str| -> Option<String> {
        let bare = word.trim_end_matches([',', ';', '.', ')']);
        let date: NaiveDate = bare.parse().ok()?;
        let months = match language {
            Language::Fr => MONTHS_FR,
            Language::En => MONTHS_EN,
        };
        let month = months.get(usize::try_from(date.month0()).ok()?)?;
        let first = if date.day() == 1 && language == Language::Fr { "er" } else { "" };
        Some(format!("{}{first} {month} {}{}", date.day(), date.year(), word.get(bare.len()..)?))
    };
    let words = detail.split(' ').map(|word| in_full(word).unwrap_or_else(|| word.to_owned()));
    words.collect::<Vec<_>>().join(" ")
}

fn what_fr(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Kind => "la nature de l’annonce",
        Aspect::Title => "le titre",
        Aspect::Deadline => "la date limite",
        Aspect::Opening => "l’ouverture",
        Aspect::Territory => "le territoire",
        Aspect::Themes => "les thèmes",
        Aspect::Audiences => "les candidats admis",
        Aspect::Ccas => "l’accès des CCAS",
        Aspect::Amount => "le montant",
        Aspect::Status => "l’état de l’appel",
    }
}

fn what_en(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Kind => "the kind of notice",
        Aspect::Title => "the title",
        Aspect::Deadline => "the deadline",
        Aspect::Opening => "the opening date",
        Aspect::Territory => "the territory",
        Aspect::Themes => "the themes",
        Aspect::Audiences => "who may apply",
        Aspect::Ccas => "whether a CCAS may apply",
        Aspect::Amount => "the amount",
        Aspect::Status => "the status of the call",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_doubt_is_one_sentence_in_each_language() {
        use DoubtReason::*;
        let reasons = [
            YearUnknown,
            YearInferred,
            WeekdayDisagrees,
            Contradiction,
            SeveralWaves,
            BeforePublication,
            FieldDisagrees,
            Weak,
            AmbiguousPlace,
            TerritoryFromSource,
            Truncated,
            Unreadable,
        ];
        for reason in reasons {
            for detail in ["", "30 juin"] {
                for language in [Language::Fr, Language::En] {
                    let said = explain(&Doubt::new(Aspect::Deadline, reason, detail), language);
                    assert!(said.ends_with('.') && said.chars().next().is_some_and(char::is_uppercase), "{said}");
                    assert!(!said.contains("{"), "{said}");
                }
            }
        }
    }

    #[test]
    fn kinds_and_dates_are_said_in_words() {
        let check = |about, detail: &str, fr: &str, en: &str| {
            let doubt = Doubt::new(about, DoubtReason::Weak, detail);
            assert!(explain(&doubt, Language::Fr).contains(fr), "{}", explain(&doubt, Language::Fr));
            assert!(explain(&doubt, Language::En).contains(en), "{}", explain(&doubt, Language::En));
        };
        check(Aspect::Kind, "aid", "« une aide permanente »", "“a standing aid”");
        check(Aspect::Kind, "news", "« une actualité »", "“news”");
        check(Aspect::Deadline, "2026-02-10", "« 10 février 2026 »", "“10 February 2026”");
        check(Aspect::Deadline, "2026-02-01 (paris)", "« 1er février 2026 (paris) »", "“1 February 2026 (paris)”");
        check(Aspect::Deadline, "30 juin", "« 30 juin »", "“30 juin”");
    }

    #[test]
    fn a_doubt_names_its_subject_and_its_detail() {
        let doubt = Doubt::new(Aspect::Deadline, DoubtReason::Contradiction, "30 juin");
        assert_eq!(
            explain(&doubt, Language::Fr),
            "La page donne plusieurs réponses pour la date limite ; aussi : « 30 juin »."
        );
        assert_eq!(explain(&doubt, Language::En), "The page gives several answers for the deadline; also: “30 juin”.");
    }
}
