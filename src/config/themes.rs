//! themes.toml: the themes and the expressions that tell them.

use std::collections::BTreeSet;
use std::path::Path;

use crate::model::{Problems, Theme, ThemeExpression, ThemeId, Themes};
use crate::tomlfile::{Table, TomlFile};

/// The themes that Glaneur comes with.
const BUILT_IN: &str = include_str!("../../themes.toml");

/// What `glaneur init` writes.
pub fn example() -> &'static str {
    BUILT_IN
}

/// Reads a file of themes; without one, those that Glaneur comes with.
pub fn load(path: Option<&Path>) -> Result<Themes, Problems> {
    match path {
        Some(path) => read(TomlFile::read(path)?),
        None => read(TomlFile::parse("themes.toml", BUILT_IN.as_bytes())?),
    }
}

fn read(file: TomlFile) -> Result<Themes, Problems> {
    let mut root = file.root();
    let entries = root.tables("theme");
    root.finish();
    if entries.is_empty() && file.is_sound() {
        file.problem(None, "aucun thème n’est défini", "ajoutez au moins une entrée [[theme]]");
    }
    let mut ids = BTreeSet::new();
    let mut themes = Vec::new();
    for mut entry in entries {
        let theme = read_theme(&mut entry);
        if let Some(theme) = theme {
            if !ids.insert(theme.id.clone()) {
                let message = format!("le thème « {} » est déjà défini plus haut", theme.id);
                entry.problem("id", message, "gardez une seule entrée, ou changez l’identifiant");
            }
            themes.push(theme);
        }
        entry.finish();
    }
    file.finish()?;
    Ok(Themes { themes })
}

fn read_theme(entry: &mut Table<'_>) -> Option<Theme> {
    let id = entry.required_parsed("id", super::parse_slug);
    let label_fr = entry.required_string("label_fr");
    let label_en = entry.string("label_en");
    let aliases = entry.string_list("aliases");
    let mut expressions = Vec::new();
    for (key, weight) in [("strong", 3.0), ("expressions", 1.0), ("weak", 0.5)] {
        let words = entry.parsed_list(key, sound_expression);
        expressions.extend(words.into_iter().map(|words| ThemeExpression { words, weight }));
    }
    let exclusions = entry.parsed_list("exclusions", sound_expression);
    let label_fr = label_fr?;
    let label_en = label_en.unwrap_or_else(|| label_fr.clone());
    Some(Theme { id: ThemeId(id?), label_fr, label_en, aliases, expressions, exclusions })
}

fn sound_expression(words: &str) -> Result<String, &'static str> {
    let words = words.trim();
    if words.chars().any(char::is_alphanumeric) { Ok(words.to_owned()) } else { Err("une expression est vide") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_themes_that_glaneur_comes_with_are_sound() {
        let themes = load(None).unwrap();
        assert!(!themes.themes.is_empty());
    }

    #[test]
    fn a_theme_is_read_with_its_weights() {
        let text = "[[theme]]\nid = \"velo\"\nlabel_fr = \"Vélo\"\naliases = [\"cycle\"]\nstrong = [\"piste cyclable\"]\n\
                    expressions = [\"vélo\"]\nweak = [\"roue\"]\nexclusions = [\"grande roue\"]\n";
        let themes = read(TomlFile::parse("themes.toml", text.as_bytes()).unwrap()).unwrap();
        let theme = themes.get(&ThemeId("velo".into())).unwrap();
        assert_eq!(theme.label_en, "Vélo");
        let weights: Vec<(&str, f32)> = theme.expressions.iter().map(|e| (e.words.as_str(), e.weight)).collect();
        assert_eq!(weights, [("piste cyclable", 3.0), ("vélo", 1.0), ("roue", 0.5)]);
        assert_eq!(theme.exclusions, ["grande roue"]);
    }

    #[test]
    fn every_mistake_in_themes_is_said() {
        let check = |text: &str, expected: &[&str]| {
            let problems = read(TomlFile::parse("themes.toml", text.as_bytes()).unwrap()).unwrap_err();
            let said: Vec<String> = problems.0.iter().map(ToString::to_string).collect();
            assert_eq!(said.len(), expected.len(), "{said:?}");
            for (said, expected) in said.iter().zip(expected) {
                assert!(said.starts_with(expected), "{said}");
            }
        };
        check("", &["themes.toml: aucun thème"]);
        check(
            "[[theme]]\nid = \"Vélo\"\nlabel = \"Vélo\"\n[[theme]]\nid = \"a\"\nlabel_fr = \"A\"\nweak = [\"\", 5]\n\
             [[theme]]\nid = \"a\"\nlabel_fr = \"A\"\n",
            &[
                "themes.toml:1: il manque « label_fr » dans [theme]",
                "themes.toml:2: « id » : ",
                "themes.toml:3: « label » est inconnu dans [theme] — vouliez-vous « label_fr » ?",
                "themes.toml:7: « weak » : une expression est vide",
                "themes.toml:7: « weak » attend des textes",
                "themes.toml:9: le thème « a » est déjà défini",
            ],
        );
    }
}
