//! What a notice is about: one to three themes, the most central first.
//!
//! The expressions of themes.toml are looked for, stemmed and accent-blind, in one pass; the title and the lead weigh
//! more than the body, the page's chrome nothing. It does not know any theme by name.

use std::collections::HashMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, MatchKind};

use super::Input;
use super::page::{Page, Zone};
use super::words::{Words, fold_to_stems};
use crate::model::{Aspect, Doubt, DoubtReason, Field, Quote, Reading, ThemeId, Themes};

const THEMES_MAX: usize = 3;
/// What a theme must score at least: two ordinary expressions in the body, or one in the title.
const SCORE_MIN: f32 = 2.0;
/// A second theme must reach this share of the first; a third this one.
const SECOND_SHARE: f32 = 0.45;
const THIRD_SHARE: f32 = 0.6;

const TITLE_FACTOR: f32 = 4.0;
const LEAD_FACTOR: f32 = 1.6;
const BODY_FACTOR: f32 = 0.7;
const FAR_FACTOR: f32 = 0.05;

pub(super) struct ThemeReader {
    automaton: Option<AhoCorasick>,
    /// For each pattern, what it says.
    meanings: Vec<Meaning>,
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
        for (theme, one) in themes.themes.iter().enumerate() {
            let expressions = one.expressions.iter().map(|e| (&e.words, Meaning::For { theme, weight: e.weight }));
            let exclusions = one.exclusions.iter().map(|words| (words, Meaning::Not { theme }));
            for (words, meaning) in expressions.chain(exclusions) {
                let stems = fold_to_stems(words);
                if !stems.is_empty() {
                    patterns.push(format!(" {stems} "));
                    meanings.push(meaning);
                }
            }
        }
        // It is refused only past limits that no file of themes reaches; then no theme is found.
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&patterns).ok();
        Self { automaton, meanings, ids: themes.themes.iter().map(|theme| theme.id.clone()).collect() }
    }

    pub fn read(&self, page: &Page, input: &Input) -> Reading<Vec<ThemeId>> {
        let mut tallies = vec![Tally::default(); self.ids.len()];
        self.tally(&page.title, &mut tallies, |_| TITLE_FACTOR, |at| page.quote_title(at));
        self.tally(&page.text, &mut tallies, |at| factor(page.zone(at)), |at| page.quote_text(at));
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
        let Some(automaton) = &self.automaton else { return Vec::new() };
        let mut met: Vec<Met> = Vec::new();
        let mut excluded: Vec<(usize, Range<usize>)> = Vec::new();
        for found in automaton.find_overlapping_iter(words.stems()) {
            let pattern = found.pattern().as_usize();
            let at = found.start()..found.end();
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

fn factor(zone: Zone) -> f32 {
    match zone {
        Zone::Lead => LEAD_FACTOR,
        Zone::Body => BODY_FACTOR,
        Zone::Far => FAR_FACTOR,
        Zone::Chrome => 0.0,
    }
}
