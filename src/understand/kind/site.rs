//! What the site tells beside the page: its own field, the words of the address, and who publishes.

use super::super::Input;
use super::score::{KINDS, Scores};
use crate::model::{Field, Kind, Quote};

impl Scores {
    pub fn weigh_site(&mut self, input: &Input) {
        if let Some((name, is_call)) = &input.fields.is_call {
            let kind = if *is_call { Kind::Call } else { Kind::Aid };
            let text = if *is_call { "appel à projets" } else { "aide permanente" }.to_owned();
            self.prove(kind, 6.0, Quote { field: Field::Structured(name.clone()), start: 0, end: 0, text });
        }
        let url = input.url.unwrap_or_default().to_lowercase();
        for (words, kind, points) in URL_WORDS {
            if words.iter().any(|word| url.contains(word)) {
                self.add(*kind, *points);
            }
        }
        let publisher = input.publisher.unwrap_or_default();
        if is_press(&url, publisher) {
            self.lean_to_news(6.0, 0.5);
        } else if is_a_paper(publisher) {
            // A paper of its own town, or a relay's letter, prints calls as they are, too.
            self.lean_to_news(3.0, 0.75);
        }
    }

    /// The press writes about calls and accreditations; one applies elsewhere. What it says of results is so.
    fn lean_to_news(&mut self, news: f32, kept: f32) {
        for (kind, points) in KINDS.iter().zip(&mut self.points) {
            match kind {
                Kind::News => *points += news,
                Kind::Results | Kind::Event | Kind::Resource | Kind::Announcement => {}
                Kind::Call | Kind::Aid | Kind::Accreditation => *points *= kept,
            }
        }
    }
}

/// Words of an address that tell what a site files there.
const URL_WORDS: &[(&[&str], Kind, f32)] = &[
    (
        &[
            "appel-a-projet",
            "appels-a-projet",
            "appel-projet",
            "appelprojet",
            "appels-projets",
            "/ami-",
            "manifestation-d-interet",
        ],
        Kind::Call,
        2.5,
    ),
    (&["appels_a_projets", "appelaprojets", "appel-a-candidature", "/aap-"], Kind::Call, 1.5),
    (&["/aides/", "/aide/", "guide-des-aides", "/aides-et-", "aides-financieres"], Kind::Aid, 4.0),
    (&["habilitation"], Kind::Accreditation, 2.0),
    (&["laureat", "resultats-", "-resultats"], Kind::Results, 1.5),
    (
        &["marches-publics", "marche-public", "/emploi", "offres-d-emploi", "recrutement", "/agenda/", "/evenement"],
        Kind::News,
        3.0,
    ),
    (&["legifrance.gouv.fr"], Kind::News, 2.0),
];

/// Hosts and publishers of news, Localtis first (the press site of the Banque des Territoires, whose aids stand elsewhere).
const PRESS: &[&str] = &[
    "//www.banquedesterritoires.fr/",
    "//banquedesterritoires.fr/",
    "localtis",
    "lagazette",
    "gazettedescommunes",
    "lemonde",
    "ouest-france",
    "maire-info",
    "mairesdefrance",
    "tsa-quotidien",
    "ash.tm.fr",
    "-actu.",
    ".actu.fr",
    "//actu.fr",
    "leparisien",
    "lefigaro",
    "lesechos",
    "20minutes",
    "francebleu",
    "europe1",
    "rtl.fr",
    "bfmtv",
    "franceinfo",
    "actu-juridique",
    "weka.fr",
    "media-social",
];
const PRESS_PUBLISHERS: &[&str] =
    &["localtis", "la gazette", "maire info", "ouest-france", "le monde", "agence france-presse"];

/// Words of the names of papers: "Le Journal des collectivités", "La Voix de l'Ain".
const PAPERS: &[&str] = &[
    "journal",
    "revue",
    "magazine",
    "mag",
    "gazette",
    "quotidien",
    "hebdo",
    "hebdomadaire",
    "courrier",
    "depeche",
    "dépêche",
    "tribune",
    "echo",
    "écho",
    "voix",
    "presse",
    "médias",
    "radio",
    "redaction",
    "rédaction",
    "news",
];

fn is_a_paper(publisher: &str) -> bool {
    let publisher = publisher.to_lowercase();
    let named = publisher.split(|c: char| !c.is_alphanumeric()).take(3).any(|word| PAPERS.contains(&word));
    named && !publisher.contains("officiel")
}

fn is_press(url: &str, publisher: &str) -> bool {
    let publisher = publisher.to_lowercase();
    PRESS.iter().any(|press| url.contains(press)) || PRESS_PUBLISHERS.iter().any(|press| publisher.contains(press))
}
