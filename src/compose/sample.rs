//! Sample digests: what every template must be able to lay out before it is accepted. Places and bodies are made up.

use chrono::{NaiveDate, NaiveTime, TimeZone};

use super::view::{
    AccreditationView, Addressee, CampaignView, ChangeView, DigestView, ItemView, Links, SilentSource, Trial, Why,
};
use crate::model::{
    Acquaintance, Aspect, Audience, CallType, Deadline, Doubt, DoubtReason, Kind, Language, NoticeId, Relation,
    Section, Status, Turn,
};

/// Together they fill every field, and leave every optional one empty once.
pub fn views() -> Vec<DigestView> {
    vec![full(Language::Fr), full(Language::En), one_item(), first(), between(), bare(), empty()]
}

/// Twelve items, in all sections.
pub fn full(language: Language) -> DigestView {
    let mut items = vec![
        soon(),
        call("n0000002", "Soutien aux épiceries sociales et solidaires", day(2026, 2, 11)),
        call("n0000003", "Cuisiner ensemble dans les quartiers", day(2026, 2, 27)),
        european(),
        reminder(),
        extended(),
        cancelled(),
        accreditation(),
        aid("n0000009", "Prêt d’honneur pour les circuits courts"),
        aid("n0000010", "Conseil en restauration collective"),
        news(),
        doubtful(),
    ];
    items.sort_by_key(|item| item.section);
    DigestView { items, language, left_for_next: 3, ..frame() }
}

pub fn one_item() -> DigestView {
    DigestView { items: vec![soon()], word: None, silent_sources: vec![], ..frame() }
}

/// A first mail to an association of two régions.
pub fn first() -> DigestView {
    let older =
        ItemView { since: Some(day(2025, 12, 1)), ..call("n0000030", "Ouvert depuis longtemps", day(2026, 4, 30)) };
    let accreditation = ItemView { relation: Relation::Apply, ..accreditation() };
    DigestView {
        items: vec![soon(), older, accreditation],
        acquaintance: Acquaintance::First,
        accreditations: vec![
            AccreditationView {
                region: "Île-de-France".to_owned(),
                campaign: CampaignView::Open { until: Some(Deadline::on(day(2026, 4, 1))) },
            },
            AccreditationView {
                region: "Pays de la Loire".to_owned(),
                campaign: CampaignView::Over {
                    opening: Some(day(2025, 1, 2)),
                    deadline: Some(Deadline::on(day(2025, 3, 1))),
                },
            },
            AccreditationView { region: "Corse".to_owned(), campaign: CampaignView::NoneKnown },
        ],
        ..frame()
    }
}

/// A short mail for a slower rhythm.
pub fn between() -> DigestView {
    DigestView { items: vec![contradictory()], turn: Turn::Between, word: None, ..frame() }
}

/// An item with nothing but a title, for somebody of whom nothing is known, before there are public pages.
pub fn bare() -> DigestView {
    let nothing = ItemView {
        publisher: None,
        call_type: None,
        deadline: None,
        other_waves: vec![],
        audiences: vec![],
        amount: None,
        summary: None,
        url: None,
        quote: None,
        why: Why::default(),
        ..call("n0000020", "Appel sans aucun détail", day(2026, 2, 11))
    };
    DigestView {
        items: vec![nothing],
        cohorts: vec![],
        addressee: Addressee {
            first_name: String::new(),
            organisation: String::new(),
            places: vec![],
            places_in_sentence: vec![],
            themes: vec![],
        },
        word: None,
        silent_sources: vec![],
        contact: None,
        links: Links {
            leave_mailto: Some("mailto:quitter@reseau.example?subject=Quitter".to_owned()),
            ..Links::default()
        },
        trial: Some(Trial { meant_for: "Léa, CCAS de Valmont".to_owned() }),
        ..frame()
    }
}

pub fn empty() -> DigestView {
    DigestView { items: vec![], word: None, left_for_next: 1, contact: None, links: Links::default(), ..frame() }
}

fn frame() -> DigestView {
    DigestView {
        language: Language::Fr,
        network: "Réseau Table commune".to_owned(),
        cohorts: vec!["Valmont 2021-2022".to_owned()],
        as_of: chrono_tz::Europe::Paris
            .with_ymd_and_hms(2026, 2, 2, 8, 0, 0)
            .earliest()
            .unwrap_or_else(|| chrono::DateTime::UNIX_EPOCH.with_timezone(&chrono_tz::Europe::Paris)),
        addressee: Addressee {
            first_name: "Léa".to_owned(),
            organisation: "CCAS de Valmont".to_owned(),
            places: vec!["Valmont (93)".to_owned()],
            places_in_sentence: vec!["Valmont".to_owned()],
            themes: vec!["précarité alimentaire".to_owned(), "santé".to_owned()],
        },
        word: Some("La rencontre du réseau aura lieu le 12 mars.\n\nVenez nombreux !".to_owned()),
        items: vec![],
        left_for_next: 0,
        acquaintance: Acquaintance::Known,
        turn: Turn::Due,
        next: chrono_tz::Europe::Paris.with_ymd_and_hms(2026, 2, 9, 8, 0, 0).earliest(),
        accreditations: vec![],
        silent_sources: vec![SilentSource { name: "Ville de Rochebelle".to_owned(), since: day(2026, 1, 19) }],
        contact: Some("equipe@reseau.example".to_owned()),
        links: Links {
            leave_page: Some("https://glaneur.example/m/abc/quitter".to_owned()),
            preferences_page: Some("https://glaneur.example/m/abc".to_owned()),
            leave_mailto: Some("mailto:quitter@reseau.example?subject=Quitter".to_owned()),
            open_calls_page: Some("https://glaneur.example/appels".to_owned()),
        },
        trial: None,
    }
}

fn call(id: &str, title: &str, deadline: NaiveDate) -> ItemView {
    ItemView {
        notice: NoticeId(id.to_owned()),
        section: Section::New,
        kind: Kind::Call,
        call_type: Some(CallType::Aap),
        status: Status::Open,
        title: title.to_owned(),
        publisher: Some("Département du Val-de-Lys".to_owned()),
        deadline: Some(Deadline::on(deadline)),
        rivals: vec![],
        other_waves: vec![],
        since: Some(day(2026, 1, 30)),
        opening: None,
        audiences: vec![Audience::Collectivites, Audience::Associations],
        amount: Some("jusqu'à 20 000 € par projet".to_owned()),
        summary: Some(
            "Le département soutient les lieux qui rendent accessible une alimentation de qualité.".to_owned(),
        ),
        url: Some(format!("https://val-de-lys.example/appels/{id}?a=1&b=2")),
        relation: Relation::Apply,
        why: Why { place: "Seine-Saint-Denis".to_owned(), themes: vec!["précarité alimentaire".to_owned()] },
        quote: Some("Les dossiers sont à déposer avant la date indiquée.".to_owned()),
        doubts: vec![],
        changes: vec![],
        calendar_url: None,
    }
}

fn soon() -> ItemView {
    ItemView {
        deadline: Some(Deadline::on(day(2026, 2, 6)).at(NaiveTime::from_hms_opt(23, 59, 0))),
        quote: Some("jusqu'au vendredi 6 février 2026 à 23h59".to_owned()),
        calendar_url: Some("https://glaneur.example/n/n0000001.ics".to_owned()),
        ..call("n0000001", "Fonds « Mieux manger pour tous » : volet local", day(2026, 2, 6))
    }
}

fn contradictory() -> ItemView {
    ItemView {
        rivals: vec![Deadline::on(day(2026, 2, 13))],
        doubts: vec![Doubt::new(Aspect::Deadline, DoubtReason::Contradiction, "2026-02-13")],
        ..call("n0000031", "Bien vieillir, bien manger", day(2026, 2, 6))
    }
}

fn european() -> ItemView {
    ItemView {
        call_type: Some(CallType::Ami),
        publisher: Some("Commission européenne".to_owned()),
        deadline: Some(Deadline {
            zone: chrono_tz::Europe::Brussels,
            ..Deadline::on(day(2026, 3, 17)).at(NaiveTime::from_hms_opt(17, 0, 0))
        }),
        other_waves: vec![Deadline { zone: chrono_tz::Europe::Brussels, ..Deadline::on(day(2026, 9, 15)) }],
        opening: Some(day(2026, 2, 9)),
        relation: Relation::Relay,
        audiences: vec![Audience::Associations],
        ..call("n0000004", "Systèmes alimentaires urbains : expérimentations locales", day(2026, 3, 17))
    }
}

fn reminder() -> ItemView {
    ItemView {
        section: Section::ClosingSoon,
        ..call("n0000005", "Jardins partagés des quartiers populaires", day(2026, 2, 3))
    }
}

fn extended() -> ItemView {
    ItemView {
        section: Section::Changed,
        changes: vec![
            ChangeView::Deadline {
                from: Some(Deadline::on(day(2026, 2, 15))),
                to: Some(Deadline::on(day(2026, 2, 28))),
            },
            ChangeView::Amount { from: Some("10 000 €".to_owned()), to: None },
            ChangeView::Territory { from: vec!["Valmont".to_owned()], to: vec!["Val-de-Lys".to_owned()] },
        ],
        ..call("n0000006", "Lutte contre le non-recours aux aides alimentaires", day(2026, 2, 28))
    }
}

fn cancelled() -> ItemView {
    ItemView {
        section: Section::Changed,
        status: Status::Cancelled,
        changes: vec![ChangeView::Status { from: Status::Open, to: Status::Cancelled }],
        ..call("n0000007", "Ateliers santé et alimentation", day(2026, 3, 20))
    }
}

fn accreditation() -> ItemView {
    ItemView {
        section: Section::Accreditation,
        kind: Kind::Accreditation,
        call_type: None,
        relation: Relation::Relay,
        audiences: vec![Audience::Associations],
        amount: None,
        ..call("n0000008", "Habilitation régionale à l’aide alimentaire, campagne 2026", day(2026, 4, 1))
    }
}

fn aid(id: &str, title: &str) -> ItemView {
    ItemView {
        section: Section::Aid,
        kind: Kind::Aid,
        call_type: None,
        deadline: None,
        quote: None,
        ..call(id, title, day(2026, 2, 11))
    }
}

fn news() -> ItemView {
    ItemView {
        section: Section::Network,
        kind: Kind::News,
        call_type: None,
        deadline: None,
        audiences: vec![],
        amount: None,
        quote: None,
        why: Why::default(),
        ..call("n0000011", "Les lauréats de l’automne sont connus", day(2026, 2, 11))
    }
}

fn doubtful() -> ItemView {
    ItemView {
        deadline: None,
        quote: None,
        doubts: vec![
            Doubt::new(Aspect::Deadline, DoubtReason::YearUnknown, "30 juin"),
            Doubt::new(Aspect::Territory, DoubtReason::TerritoryFromSource, ""),
        ],
        ..call("n0000012", "Appel à candidatures : tiers-lieux nourriciers", day(2026, 2, 11))
    }
}

fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap_or_default()
}
