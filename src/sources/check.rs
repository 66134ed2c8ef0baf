//! Whether a selector or a path can be read, said in French.

use scraper::Selector;
use serde_json_path::JsonPath;

use crate::model::{JsonSelect, ListSelect};

/// `a.next@href`: a CSS selector, an attribute, or both.
pub fn pick(setting: &str) -> Result<String, String> {
    let (selector, attribute) = ListSelect::split(setting);
    if selector.is_empty() && attribute.is_some() {
        return Ok(setting.to_owned());
    }
    css(selector).map(|_| setting.to_owned())
}

/// A CSS selector alone.
pub fn css(setting: &str) -> Result<String, String> {
    match Selector::parse(setting) {
        Ok(_) => Ok(setting.to_owned()),
        Err(_) => Err(format!(
            "« {} » n’est pas un sélecteur CSS — écrivez par exemple « li.appel » ou « div.carte h3 a »",
            short(setting)
        )),
    }
}

/// A JSONPath, or the name of a key.
pub fn path(setting: &str) -> Result<String, String> {
    match JsonPath::parse(&JsonSelect::path(setting)) {
        Ok(_) => Ok(setting.to_owned()),
        Err(_) => Err(format!(
            "« {} » n’est pas un chemin JSON — écrivez par exemple « $.titre » ou « $['date_fin','date_cloture'] »",
            short(setting)
        )),
    }
}

/// A path, or an address with paths in braces.
pub fn link(setting: &str) -> Result<String, String> {
    if !setting.contains("://") || setting.starts_with('$') {
        return path(setting);
    }
    let paths = JsonSelect::pattern_paths(setting);
    if paths.is_empty() {
        return Err(format!(
            "« {} » serait la même adresse pour tous — écrivez {{$.id}} à la place qui change",
            short(setting)
        ));
    }
    if !(setting.starts_with("https://") || setting.starts_with("http://")) {
        return Err(format!("« {} » n’est pas une adresse http ou https", short(setting)));
    }
    paths.into_iter().try_for_each(|inside| path(inside).map(drop)).map(|()| setting.to_owned())
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}
