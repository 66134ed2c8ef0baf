//! Where the announcements stand in an answer of JSON: which of its lists, and which key says what.
//!
//! Keys are judged by the words of their names and by what they hold. A key that an entry names and that no item has any
//! more gets the one that says the same, or the one whose name is nearest.

use serde_json::{Map, Value};

use super::super::{dates, json};
use crate::model::{JsonSelect, Response, Source};

/// Objects of a list that are looked at.
const OBJECTS_SEEN: usize = 30;
/// Lists deeper than this are parts of something else.
const DEPTH_MAX: usize = 5;
/// Two names are one renamed a little from here on (Jaro–Winkler).
const LIKENESS_MIN: f64 = 0.82;
/// A text with fewer characters is a label.
const TEXT_CHARS_MIN: usize = 40;
const TITLE_CHARS_MAX: usize = 300;

type Object = Map<String, Value>;

/// A path of an entry that finds nothing, and one that does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    pub key: &'static str,
    pub path: String,
    pub instead: Option<String>,
}

/// The paths of an entry that match nothing in an answer.
pub fn lost(source: &Source, response: &Response) -> Vec<Lost> {
    let Ok((root, _)) = json::document(response) else { return Vec::new() };
    let select = &source.json;
    let items = match (json::items(&root, select.items.as_deref()), &select.items) {
        (Ok(items), _) => items,
        (Err(_), None) => return Vec::new(),
        (Err(_), Some(path)) => {
            let instead = self::select(&root).and_then(|select| select.items);
            return vec![Lost { key: "items", path: path.clone(), instead }];
        }
    };
    let objects: Vec<&Object> = items.iter().filter_map(|item| item.as_object()).take(OBJECTS_SEEN).collect();
    let (proposed, silent) = (roles(&objects), json::silent(select, &items));
    let in_its_stead = |key: &str, path: &str| part(&proposed, key).or_else(|| nearest(path, &objects));
    silent.into_iter().map(|(key, path)| Lost { key, instead: in_its_stead(key, &path), path }).collect()
}

/// How to read the announcements of a JSON answer, when it has a list of things with titles.
pub fn select(root: &Value) -> Option<JsonSelect> {
    let mut lists = Vec::new();
    collect(root, "$".to_owned(), 0, &mut lists);
    let mut best: Option<(usize, JsonSelect)> = None;
    for (path, objects) in lists {
        let select = JsonSelect { items: Some(path), ..roles(&objects) };
        let parts = [&select.link, &select.deadline, &select.id, &select.published, &select.publisher, &select.place];
        let said = parts.into_iter().flatten().count() + select.text.len() + usize::from(objects.len() > 1);
        // Of lists that say as much, the first is meant: later ones are about it.
        if select.title.is_some() && best.as_ref().is_none_or(|(most, _)| said > *most) {
            best = Some((said, select));
        }
    }
    best.map(|(_, select)| select)
}

/// The lists of objects, each with the path of its items; also of objects wrapped one by one (`records[*].fields`).
fn collect<'v>(value: &'v Value, path: String, depth: usize, lists: &mut Vec<(String, Vec<&'v Object>)>) {
    match value {
        Value::Array(list) => {
            let objects: Vec<&Object> = list.iter().filter_map(Value::as_object).take(OBJECTS_SEEN).collect();
            let Some(first) = objects.first() else { return };
            let path = format!("{path}[*]");
            for key in first.keys() {
                let within: Vec<&Object> = objects.iter().filter_map(|o| o.get(key)?.as_object()).collect();
                if within.len() == objects.len() {
                    lists.push((format!("{path}{}", step(key)), within));
                }
            }
            lists.push((path, objects));
        }
        Value::Object(fields) if depth < DEPTH_MAX => {
            for (key, within) in fields {
                collect(within, format!("{path}{}", step(key)), depth + 1, lists);
            }
        }
        _ => {}
    }
}

fn step(key: &str) -> String {
    let plain = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if plain { format!(".{key}") } else { format!("['{}']", key.replace('\\', "\\\\").replace('\'', "\\'")) }
}

/// What a value must be like to play a role.
#[derive(Clone, Copy)]
enum Holds {
    Title,
    Link,
    Text,
    Day,
    Label,
}

/// The words that name a role in a key, those that say it best first. Told in this order: what is taken is not asked again,
/// and a title, which many keys could be, comes last.
const ROLES: &[(&str, Holds, &[&str])] = &[
    ("deadline", Holds::Day, &["deadline", "cloture", "limite", "closing", "echeance", "expiration", "fin", "end"]),
    ("opening", Holds::Day, &["ouverture", "opening", "open", "debut", "start", "lancement"]),
    ("updated", Holds::Day, &["updated", "modified", "modification", "maj"]),
    ("published", Holds::Day, &["publication", "published", "publie", "created", "creation", "date"]),
    ("link", Holds::Link, &["url", "permalink", "link", "lien", "href", "page", "web"]),
    (
        "publisher",
        Holds::Label,
        &["porteur", "financeur", "financeurs", "financers", "organisme", "publisher", "editeur"],
    ),
    (
        "place",
        Holds::Label,
        &["perimetre", "perimeter", "territoire", "territoires", "region", "regions", "zone", "lieu"],
    ),
    (
        "audiences",
        Holds::Label,
        &["beneficiaires", "beneficiaire", "publics", "public", "audiences", "cibles", "cible"],
    ),
    ("categories", Holds::Label, &["categories", "themes", "thematiques", "theme", "thematique", "tags"]),
    ("amount", Holds::Label, &["montant", "amount", "budget"]),
    (
        "text",
        Holds::Text,
        &["description", "contenu", "content", "texte", "text", "body", "resume", "summary", "objectif"],
    ),
    ("id", Holds::Label, &["id", "identifiant", "reference", "uuid"]),
    ("title", Holds::Title, &["title", "titre", "intitule", "nom", "name", "libelle", "label", "objet"]),
];

fn roles(objects: &[&Object]) -> JsonSelect {
    let mut select = JsonSelect::default();
    let mut taken: Vec<&str> = Vec::new();
    let keys = keys(objects);
    for (role, holds, names) in ROLES {
        let fits = |key: &&&str| !taken.contains(key) && is_held(objects, key, *holds);
        let named = keys.iter().filter(fits).filter_map(|key| Some((rank(key, names)?, *key)));
        let Some((_, key)) = named.min() else { continue };
        taken.push(key);
        let path = Some(format!("${}", step(key)));
        match *role {
            "deadline" => select.deadline = path,
            "opening" => select.opening = path,
            "updated" => select.updated = path,
            "published" => select.published = path,
            "link" => select.link = path,
            "publisher" => select.publisher = path,
            "place" => select.place = path,
            "audiences" => select.audiences = path,
            "categories" => select.categories = path,
            "amount" => select.amount = path,
            "text" => select.text.extend(path),
            "id" => select.id = path,
            _ => select.title = path,
        }
    }
    select
}

fn part(select: &JsonSelect, key: &str) -> Option<String> {
    match key {
        "deadline" => select.deadline.clone(),
        "opening" => select.opening.clone(),
        "updated" => select.updated.clone(),
        "published" => select.published.clone(),
        "link" => select.link.clone(),
        "publisher" => select.publisher.clone(),
        "place" => select.place.clone(),
        "audiences" => select.audiences.clone(),
        "categories" => select.categories.clone(),
        "amount" => select.amount.clone(),
        "text" => select.text.first().cloned(),
        "id" => select.id.clone(),
        "title" => select.title.clone(),
        _ => None,
    }
}

fn keys<'v>(objects: &[&'v Object]) -> Vec<&'v str> {
    let mut keys: Vec<&str> = Vec::new();
    for key in objects.iter().flat_map(|object| object.keys()) {
        if !keys.contains(&key.as_str()) {
            keys.push(key);
        }
    }
    keys
}

/// How far a key is from naming a role: the place of its word among the role's, then the words it has beside.
fn rank(key: &str, names: &[&str]) -> Option<(usize, usize)> {
    let words = words(key);
    let best = words.iter().filter_map(|word| names.iter().position(|name| name == word)).min()?;
    Some((best, words.len()))
}

/// `dateFinCampagne` and `date-fin_campagne` are three words.
fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut was_small = false;
    for c in key.chars() {
        if !c.is_alphanumeric() || (was_small && c.is_uppercase()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
        }
        was_small = c.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Most of what stands under the key, where anything does, is of that sort.
fn is_held(objects: &[&Object], key: &str, holds: Holds) -> bool {
    let said: Vec<&Value> = objects.iter().filter_map(|object| object.get(key)).filter(|value| says(value)).collect();
    let sort = said.iter().filter(|value| is_of_sort(value, holds)).count();
    !said.is_empty() && sort * 10 >= said.len() * 6
}

fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => true,
    }
}

fn is_of_sort(value: &Value, holds: Holds) -> bool {
    let text = value.as_str().map(str::trim);
    let address = |text: &str| text.starts_with("http") || text.starts_with('/');
    match holds {
        Holds::Title => text.is_some_and(|t| {
            !address(t) && t.contains(char::is_alphabetic) && (4..=TITLE_CHARS_MAX).contains(&t.chars().count())
        }),
        Holds::Link => text.is_some_and(address),
        Holds::Text => text.is_some_and(|t| t.chars().count() >= TEXT_CHARS_MIN),
        Holds::Day => text.is_some_and(|t| dates::read(t).is_some()),
        Holds::Label => !value.is_boolean() && !text.is_some_and(address),
    }
}

/// The key whose name is most like the last one of a path.
fn nearest(path: &str, objects: &[&Object]) -> Option<String> {
    let old = json::last_key(&JsonSelect::path(path)).to_lowercase();
    let likeness = |key: &&str| strsim::jaro_winkler(&old, &key.to_lowercase());
    let keys = keys(objects);
    let best = keys.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)))?;
    (likeness(&best) >= LIKENESS_MIN).then(|| format!("${}", step(best)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::{SourceId, SourceKind, Validators};

    fn answer() -> Value {
        json!({"meta": {"pages": [{"n": 1}]}, "data": {"aides": [
            {"reference": 7, "intitule": "Épiceries solidaires", "dateFinCampagne": "2026-03-06", "dateOuverture": "2026-01-05",
             "lien": "https://ville.example/7", "resume": "Les associations de la ville déposent leur dossier en ligne.",
             "nom_du_porteur": "Ville", "actif": true, "territoires": ["Nantes"]},
            {"reference": 8, "intitule": "Jardins partagés", "dateFinCampagne": null, "dateOuverture": "2026-01-06",
             "lien": "/8", "resume": "Les habitants cultivent ensemble un terrain prêté par la ville.", "nom_du_porteur": "Ville"},
        ]}})
    }

    fn entry(select: JsonSelect) -> Source {
        let url = "https://ville.example/aides.json".parse().unwrap();
        Source { json: select, ..Source::new(SourceId::parse("essai").unwrap(), "Essai", SourceKind::Json, url) }
    }

    fn response(body: &Value) -> Response {
        Response {
            url: "https://ville.example/aides.json".parse().unwrap(),
            status: 200,
            content_type: Some("application/json".into()),
            body: body.to_string().into_bytes(),
            validators: Validators::default(),
        }
    }

    #[test]
    fn the_list_and_its_keys_are_worked_out() {
        let select = select(&answer()).unwrap();
        let said = |path: &Option<String>| path.clone().unwrap_or_default();
        assert_eq!(said(&select.items), "$.data.aides[*]");
        assert_eq!(said(&select.title), "$.intitule");
        assert_eq!(said(&select.link), "$.lien");
        assert_eq!(said(&select.deadline), "$.dateFinCampagne");
        assert_eq!(said(&select.opening), "$.dateOuverture");
        assert_eq!(said(&select.publisher), "$.nom_du_porteur");
        assert_eq!((said(&select.place), select.text), ("$.territoires".to_owned(), vec!["$.resume".to_owned()]));
        assert_eq!(super::select(&json!({"ok": true, "list": [1, 2], "rows": [{"a": 1}]})), None);
        let wrapped = json!({"records": [{"id": "x", "fields": {"titre du projet": "Cantine durable", "url": "https://a.example/1"}}]});
        let select = super::select(&wrapped).unwrap();
        assert_eq!(said(&select.items), "$.records[*].fields");
        assert_eq!(said(&select.title), "$['titre du projet']");
    }

    #[test]
    fn a_path_that_finds_nothing_gets_one_that_does() {
        let check = |select: JsonSelect, expected: &[(&str, &str, Option<&str>)]| {
            let lost = lost(&entry(select), &response(&answer()));
            let lost: Vec<_> = lost.iter().map(|l| (l.key, l.path.as_str(), l.instead.as_deref())).collect();
            assert_eq!(lost, expected);
        };
        let path = |path: &str| Some(path.to_owned());
        let items = path("$.data.aides[*]");
        check(
            JsonSelect { items: path("$.aides[*]"), ..JsonSelect::default() },
            &[("items", "$.aides[*]", Some("$.data.aides[*]"))],
        );
        let select = JsonSelect {
            items: items.clone(),
            title: path("titre"),
            link: path("https://ville.example/{$.numero}"),
            deadline: path("$.dateFinCampagne"),
            amount: path("$.montant"),
            updated: path("$.dateOuvertures"),
            ..JsonSelect::default()
        };
        check(
            select,
            &[
                ("title", "titre", Some("$.intitule")),
                ("updated", "$.dateOuvertures", Some("$.dateOuverture")),
                ("amount", "$.montant", None),
                ("link", "$.numero", Some("$.lien")),
            ],
        );
        // What is there and says nothing is no lost path.
        check(JsonSelect { items, title: path("intitule"), ..JsonSelect::default() }, &[]);
    }
}
