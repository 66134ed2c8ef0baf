//! What a notice is about: one to three themes, the most central first.
//!
//! The expressions of themes.toml are looked for, stemmed and accent-blind, in one pass; the title and the lead weigh
//! more than the body, the page's chrome nothing. It does not know any theme by name.

use std::collections::HashMap;
use std::ops::Range;

use super::Input;
use super::lexicon::Lexicon;
use super::page::{Page, Zone};
use super::words::{Words, fold, fold_to_stems};
use crate::model::{Aspect, Doubt, DoubtReason, Field, Quote, Reading, ThemeId, Themes};

const THEMES_MAX: usize = 3;
/// What a theme must score at least: two ordinary expressions in the body, or one in the title.
const SCORE_MIN: f32 = 2.0;
/// A second theme must reach this share of the first; a third this one.
const SECOND_SHARE: f32 = 0.45;
const THIRD_SHARE: f32 = 0.7;

const TITLE_FACTOR: f32 = 4.0;
const LEAD_FACTOR: f32 = 1.6;
const BODY_FACTOR: f32 = 0.7;
const FAR_FACTOR: f32 = 0.05;

pub(super) struct ThemeReader {
    lexicon: Lexicon,
    /// For each pattern, what it says.
    meanings: Vec<Meaning>,
    /// For each pattern that is an acronym, its letters: FEAD is not the FEADER, nor FEDER a federation.
    acronyms: Vec<Option<String>>,
    ids: Vec<ThemeId>,
}

#[derive(Clone, Copy)]
enum Meaning {
    For {
        theme: usize,
        weight: f32,
    },
    /// Within these words, the theme's expressions count nothing.
    Not {
        theme: usize,
    },
}

/// One expression met in one text.
struct Met {
    pattern: usize,
    theme: usize,
    weight: f32,
    at: Range<usize>,
}

#[derive(Clone, Default)]
struct Tally {
    score: f32,
    best: Option<(f32, Quote)>,
}

impl ThemeReader {
    pub fn new(themes: &Themes) -> Self {
        let mut patterns = Vec::new();
        let mut meanings = Vec::new();
        let mut acronyms = Vec::new();
        for (theme, one) in themes.themes.iter().enumerate() {
            let expressions = one.expressions.iter().map(|e| (&e.words, Meaning::For { theme, weight: e.weight }));
            let exclusions = one.exclusions.iter().map(|words| (words, Meaning::Not { theme }));
            for (words, meaning) in expressions.chain(exclusions) {
                let stems = fold_to_stems(words);
                if !stems.is_empty() {
                    patterns.push(format!("{stems} "));
                    meanings.push(meaning);
                    acronyms.push((!words.contains(char::is_lowercase)).then(|| fold(words)));
                }
            }
        }
        let ids = themes.themes.iter().map(|theme| theme.id.clone()).collect();
        Self { lexicon: Lexicon::new(patterns), meanings, acronyms, ids }
    }

    pub fn read(&self, page: &Page, input: &Input) -> Reading<Vec<ThemeId>> {
        let mut tallies = vec![Tally::default(); self.ids.len()];
        self.tally(&page.title, &mut tallies, |_| TITLE_FACTOR, |at| page.quote_title(at));
        self.tally(&page.text, &mut tallies, |at| factor(page, at), |at| page.quote_text(at));
        for category in &input.fields.categories {
            let field = || Field::Structured("categories".to_owned());
            let quote = |_| Quote { field: field(), start: 0, end: 0, text: category.clone() };
            self.tally(&Words::of(category), &mut tallies, |_| LEAD_FACTOR, quote);
        }
        let mut ranked: Vec<(usize, &Tally)> = tallies.iter().enumerate().filter(|(_, t)| t.score > 0.0).collect();
        ranked.sort_by(|a, b| b.1.score.total_cmp(&a.1.score));
        self.choose(&ranked, input)
    }

    fn choose(&self, ranked: &[(usize, &Tally)], input: &Input) -> Reading<Vec<ThemeId>> {
        let top = ranked.first().map_or(0.0, |(_, tally)| tally.score);
        if top < SCORE_MIN && !input.source_themes.is_empty() {
            let themes: Vec<ThemeId> = input.source_themes.iter().take(THEMES_MAX).cloned().collect();
            let text = themes.iter().map(ThemeId::as_str).collect::<Vec<_>>().join(", ");
            return Reading::of(themes, Quote { field: Field::Source, start: 0, end: 0, text }).doubted(Doubt::new(
                Aspect::Themes,
                DoubtReason::Weak,
                "",
            ));
        }
        let shares = [0.0, SECOND_SHARE, THIRD_SHARE];
        let kept: Vec<_> =
            ranked.iter().zip(shares).take_while(|((_, tally), share)| tally.score >= top * share).collect();
        if kept.is_empty() {
            return Reading::none();
        }
        let value = kept.iter().filter_map(|((theme, _), _)| self.ids.get(*theme).cloned()).collect();
        let evidence =
            kept.iter().filter_map(|((_, tally), _)| tally.best.as_ref().map(|best| best.1.clone())).collect();
        let doubts = if top < SCORE_MIN { vec![Doubt::new(Aspect::Themes, DoubtReason::Weak, "")] } else { vec![] };
        Reading { value: Some(value), evidence, doubts }
    }

    /// Adds what one text says to the tallies. An expression repeated says less each time: 1, 1/2, 1/3…
    fn tally(
        &self,
        words: &Words,
        tallies: &mut [Tally],
        factor: impl Fn(usize) -> f32,
        quote: impl Fn(Range<usize>) -> Quote,
    ) {
        let mut times: HashMap<usize, f32> = HashMap::new();
        for met in self.meet(words) {
            let weight = met.weight * factor(met.at.start);
            let Some(tally) = tallies.get_mut(met.theme).filter(|_| weight > 0.0) else { continue };
            let times = times.entry(met.pattern).or_insert(0.0);
            *times += 1.0;
            tally.score += weight / *times;
            if tally.best.as_ref().is_none_or(|(most, _)| weight > *most) {
                tally.best = Some((weight, quote(met.at)));
            }
        }
    }

    /// The expressions met, those within exclusions or within a longer expression of the same theme left out.
    fn meet(&self, words: &Words) -> Vec<Met> {
        let mut met: Vec<Met> = Vec::new();
        let mut excluded: Vec<(usize, Range<usize>)> = Vec::new();
        for hit in self.lexicon.find(words.stems(), words.stem_starts()) {
            // From the space before its first word.
            let (pattern, at) = (hit.phrase, hit.start.saturating_sub(1)..hit.end);
            let behind = || words.text().get(words.behind_stems(at.clone())).unwrap_or_default();
            if self.acronyms.get(pattern).and_then(Option::as_ref).is_some_and(|letters| fold(behind()) != *letters) {
                continue;
            }
            match self.meanings.get(pattern) {
                Some(&Meaning::For { theme, weight }) => {
                    // Matches come by their ends: a longer one covers those just before it.
                    while met.last().is_some_and(|m| m.theme == theme && m.at.start >= at.start && m.weight <= weight) {
                        met.pop();
                    }
                    met.push(Met { pattern, theme, weight, at });
                }
                Some(&Meaning::Not { theme }) => excluded.push((theme, at)),
                None => {}
            }
        }
        // Exclusions are few and come by their ends, so one pass beside the matches is enough.
        met.retain(|m| {
            let from = excluded.partition_point(|(_, at)| at.end < m.at.end);
            !excluded
                .iter()
                .skip(from)
                .take_while(|(_, at)| at.start <= m.at.start + 400)
                .any(|(theme, at)| *theme == m.theme && at.start <= m.at.start && m.at.end <= at.end)
        });
        for m in &mut met {
            m.at = words.behind_stems(m.at.clone());
        }
        met
    }
}

fn factor(page: &Page, at: usize) -> f32 {
    match page.zone(at) {
        _ if page.is_procedure(at) => 0.0,
        Zone::Lead => LEAD_FACTOR,
        Zone::Body => BODY_FACTOR,
        Zone::Far => FAR_FACTOR,
        Zone::Chrome => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Fields, Theme, ThemeExpression};

    /// The file of the repository, as config reads it.
    fn themes() -> Themes {
        let file: toml::Table = toml::from_str(include_str!("../../themes.toml")).unwrap();
        let words = |theme: &toml::Value, key: &str| -> Vec<String> {
            let list = theme.get(key).and_then(|list| list.as_array()).cloned().unwrap_or_default();
            list.iter().map(|word| word.as_str().unwrap().to_owned()).collect()
        };
        let text = |theme: &toml::Value, key: &str| theme[key].as_str().unwrap().to_owned();
        let themes = file["theme"].as_array().unwrap().iter().map(|theme| Theme {
            id: ThemeId(text(theme, "id")),
            label_fr: text(theme, "label_fr"),
            label_en: text(theme, "label_en"),
            aliases: words(theme, "aliases"),
            expressions: [("strong", 3.0), ("expressions", 1.0), ("weak", 0.5)]
                .into_iter()
                .flat_map(|(key, weight)| {
                    words(theme, key).into_iter().map(move |words| ThemeExpression { words, weight })
                })
                .collect(),
            exclusions: words(theme, "exclusions"),
        });
        Themes { themes: themes.collect() }
    }

    fn read(themes: &Themes, title: &str, text: &str, source_themes: &[ThemeId]) -> Reading<Vec<ThemeId>> {
        let fields = Fields::default();
        let input = Input {
            title,
            text,
            publisher: None,
            source_territory: &[],
            source_themes,
            published: None,
            url: None,
            fields: &fields,
        };
        ThemeReader::new(themes).read(&Page::of(&input), &input)
    }

    fn ids(reading: &Reading<Vec<ThemeId>>) -> Vec<&str> {
        reading.value.iter().flatten().map(ThemeId::as_str).collect()
    }

    #[test]
    fn the_main_theme_of_a_notice_comes_first() {
        let themes = themes();
        let check = |title: &str, text: &str, main: &str| {
            let reading = read(&themes, title, text, &[]);
            assert_eq!(ids(&reading).first(), Some(&main), "{title}: {:?}", ids(&reading));
        };
        check(
            "Mieux manger pour tous 2026",
            "Les projets visent un accès digne à l’alimentation.",
            "precarite-alimentaire",
        );
        check(
            "Campagne d’habilitation régionale",
            "Recevoir des denrées de l’aide alimentaire.",
            "precarite-alimentaire",
        );
        check(
            "Cantines : moins de gaspillage",
            "Soutien à la restauration collective et aux circuits courts.",
            "alimentation-durable",
        );
        check("Projet alimentaire territorial : appel à candidatures", "", "alimentation-durable");
        check("Santé mentale des étudiants", "Actions de prévention et de promotion de la santé.", "sante");
        check(
            "Appel à projets FSE+ : lever les freins à l’emploi",
            "Insertion des allocataires du RSA.",
            "insertion-emploi",
        );
        check(
            "Création de pensions de famille",
            "Le logement d’abord pour les personnes sans abri.",
            "logement-hebergement",
        );
        check("Pacte local des solidarités", "Lutte contre le non-recours et accès aux droits.", "acces-aux-droits");
        check("Conseillers numériques", "Accompagner les personnes éloignées du numérique.", "inclusion-numerique");
        check(
            "Soutien à la parentalité 2026",
            "La Caf finance les lieux d’accueil enfants-parents.",
            "enfance-famille-jeunesse",
        );
        check("Persévérance scolaire", "Projets pédagogiques dans les lycées.", "education-formation");
        check(
            "Programmation 2026 du contrat de ville",
            "Actions dans les quartiers prioritaires.",
            "politique-de-la-ville",
        );
        check("FDVA : formation des bénévoles", "Soutien à la vie associative.", "vie-associative");
        check(
            "Innovation sociale et coopératives",
            "Soutien aux structures de l’économie sociale et solidaire.",
            "ess",
        );
        check("Accueil des primo-arrivants", "Apprentissage du français et intégration des réfugiés.", "integration");
        check(
            "Lutte contre le racisme et l’antisémitisme",
            "La Dilcrah soutient les projets locaux.",
            "egalite-discriminations",
        );
        check("FIPD 2026", "Prévention de la délinquance et de la radicalisation.", "prevention-securite");
        check(
            "Bien vieillir chez soi",
            "Prévention de la perte d’autonomie des personnes âgées.",
            "autonomie-handicap",
        );
        check("Équipements sportifs de proximité", "Clubs et pratique sportive.", "culture-sport");
        check("Rénovation énergétique des bâtiments publics", "", "transition-ecologique");
        check("Aide aux commerces ruraux", "Création et reprise d’entreprise.", "economie-recherche");
    }

    #[test]
    fn an_excluded_turn_of_phrase_counts_nothing() {
        let themes = themes();
        let check = |title: &str, never: &str| {
            let reading = read(&themes, title, "", &[]);
            assert!(!ids(&reading).contains(&never), "{title}: {:?}", ids(&reading));
        };
        check("Sécurité sociale de l’alimentation", "prevention-securite");
        check("Mise en œuvre d’un plan", "culture-sport");
        check("Épicerie sociale et solidaire", "ess");
        check("Au fil de l’eau", "transition-ecologique");
    }

    #[test]
    fn the_frame_of_a_page_says_nothing() {
        let themes = themes();
        let text = "Des actions de prévention des addictions.\n\nÀ lire aussi Transition écologique : biodiversité, énergie, climat";
        assert_eq!(ids(&read(&themes, "Appel à projets", text, &[])), ["sante"]);
    }

    #[test]
    fn how_files_are_read_says_nothing_of_the_theme() {
        let themes = themes();
        let text = "Des ateliers pour les parents.\n\nGrille de notation (sur 20)\nClimat et biodiversité ..... 5\nÉnergie ..... 5\n\nPièces à joindre\n• attestation de rénovation énergétique";
        assert_eq!(ids(&read(&themes, "Appel à projets", text, &[])), ["enfance-famille-jeunesse"]);
    }

    #[test]
    fn those_who_apply_are_not_the_theme() {
        let themes = themes();
        let text = "Les associations et leurs bénévoles déposent un dossier.";
        assert_eq!(ids(&read(&themes, "Lutte contre le racisme", text, &[])), ["egalite-discriminations"]);
        assert_eq!(ids(&read(&themes, "Une aide aux bénévoles", "", &[])), ["vie-associative"]);
    }

    #[test]
    fn the_source_speaks_when_the_notice_does_not() {
        let themes = themes();
        let source = [ThemeId("ess".to_owned())];
        let reading = read(&themes, "Appel à projets 2026", "Ouvert jusqu’au 3 mars.", &source);
        assert_eq!(ids(&reading), ["ess"]);
        assert_eq!(reading.evidence.first().map(|quote| &quote.field), Some(&Field::Source));
        assert_eq!(ids(&read(&themes, "Aide alimentaire", "", &source)), ["precarite-alimentaire"]);
        assert_eq!(ids(&read(&themes, "Appel à projets 2026", "", &[])), [] as [&str; 0]);
    }

    #[test]
    fn evidence_quotes_the_words_of_the_page() {
        let themes = themes();
        let reading = read(&themes, "Ouvert", "Pour les ÉPICERIES  sociales", &[]);
        let quote = reading.evidence.first().unwrap();
        assert_eq!((quote.start, quote.end, quote.text.as_str()), (9, 29, "ÉPICERIES  sociales"));
    }

    #[test]
    fn themes_toml_holds_the_nineteen_themes_each_word_once() {
        let themes = themes();
        assert_eq!(themes.themes.len(), 19);
        let mut twice = Vec::new();
        for theme in &themes.themes {
            let mut seen = std::collections::HashSet::new();
            for expression in &theme.expressions {
                if !seen.insert(fold_to_stems(&expression.words)) {
                    twice.push(format!("{}: {}", theme.id, expression.words));
                }
            }
            assert!(!seen.contains(""), "{}: an expression without words", theme.id);
        }
        assert!(twice.is_empty(), "{}", twice.join("\n"));
    }
}
