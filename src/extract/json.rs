//! Items out of any JSON answer, by paths.

use serde_json::Value;
use serde_json_path::JsonPath;
use url::Url;

use super::{ExtractError, ItemProblem, Listing, audience, charset, clean, dates, finish, jsontext, paging};
use crate::model::{Fields, Item, JsonSelect, Request, Response, Source, TerritoryCode};

const CATEGORIES_MAX: usize = 30;
/// Where lists of items usually stand when `json.items` is not given.
const USUAL_LISTS: &[&str] = &["results", "items", "records", "data", "aides", "entries", "rows"];

pub fn list(source: &Source, asked: &Request, response: &Response) -> Result<Listing, ExtractError> {
    let (root, mended) = document(response)?;
    let items = items(&root, source.json.items.as_deref())?;
    let count = items.len();
    let mut listing = read(source, &source.json, &response.url, items)?;
    if mended {
        listing
            .notes
            .push("le JSON avait des barres obliques inverses mal placées ; il a été lu malgré tout".to_owned());
    }
    if let Some(way) = &source.paging {
        listing.next = paging::next(way, asked, count, |path| first_text(&root, path));
    }
    Ok(listing)
}

pub fn document(response: &Response) -> Result<(Value, bool), ExtractError> {
    jsontext::parse(&charset::decode(&response.body, response.content_type.as_deref()))
}

/// The values that `path` lists; without a path, the root or the usual names.
pub fn items<'v>(root: &'v Value, path: Option<&str>) -> Result<Vec<&'v Value>, ExtractError> {
    let Some(path) = path else { return usual_items(root) };
    let wanted = JsonSelect::path(path);
    let found = compile(&wanted)?.query(root).all();
    if let [Value::Array(only)] = found.as_slice() {
        return Ok(only.iter().collect());
    }
    if !found.is_empty() {
        return Ok(found);
    }
    // `$.aides[*]` of an empty list is empty, not missing.
    let parent = wanted.strip_suffix("[*]").or_else(|| wanted.strip_suffix(".*"));
    let is_empty = parent
        .and_then(|p| compile(p).ok())
        .is_some_and(|p| p.query(root).all().into_iter().any(|v| matches!(v, Value::Array(list) if list.is_empty())));
    if is_empty { Ok(Vec::new()) } else { Err(ExtractError::ListNotFound { wanted: path.to_owned() }) }
}

fn usual_items(root: &Value) -> Result<Vec<&Value>, ExtractError> {
    let list = match root {
        Value::Array(list) => Some(list),
        Value::Object(fields) => {
            let named = USUAL_LISTS.iter().find_map(|name| fields.get(*name)?.as_array());
            named.or_else(|| fields.values().filter_map(Value::as_array).find(|l| l.iter().any(Value::is_object)))
        }
        _ => None,
    };
    list.map(|list| list.iter().collect()).ok_or_else(|| ExtractError::ListNotFound { wanted: USUAL_LISTS.join(", ") })
}

/// Reads each of `items` by `select`.
pub fn read(source: &Source, select: &JsonSelect, base: &Url, items: Vec<&Value>) -> Result<Listing, ExtractError> {
    let paths = Paths::compile(select)?;
    let count = items.len();
    let mut listing = Listing::default();
    for (n, value) in items.into_iter().take(source.items_max as usize).enumerate() {
        listing.keep(n, paths.item(source, base, value));
    }
    if count > source.items_max as usize {
        listing.notes.push(format!("{count} éléments, seuls les {} premiers sont lus", source.items_max));
    }
    Ok(listing)
}

/// The settings of `select` that no item has, by their keys; of none when the list is empty.
pub fn silent(select: &JsonSelect, items: &[&Value]) -> Vec<(&'static str, String)> {
    let one = [
        ("id", &select.id),
        ("title", &select.title),
        ("publisher", &select.publisher),
        ("published", &select.published),
        ("updated", &select.updated),
        ("opening", &select.opening),
        ("deadline", &select.deadline),
        ("place", &select.place),
        ("audiences", &select.audiences),
        ("categories", &select.categories),
        ("amount", &select.amount),
        ("is_call", &select.is_call),
    ];
    let link = select.link.as_deref().unwrap_or_default();
    let within = JsonSelect::pattern_paths(link);
    let links = if within.is_empty() && !link.is_empty() { vec![link] } else { within };
    let mut given: Vec<(&str, &str)> = one.iter().filter_map(|(key, path)| Some((*key, path.as_deref()?))).collect();
    given.extend(links.into_iter().map(|path| ("link", path)));
    given.extend(select.text.iter().map(|path| ("text", path.as_str())));
    let is_silent = |path: &str| Path::new(path).is_ok_and(|path| !items.iter().any(|item| path.stands_in(item)));
    given.retain(|(_, path)| !items.is_empty() && is_silent(path));
    given.into_iter().map(|(key, path)| (key, path.to_owned())).collect()
}

fn compile(path: &str) -> Result<JsonPath, ExtractError> {
    JsonPath::parse(path).map_err(|_| ExtractError::BadSelector { wanted: path.to_owned() })
}

fn first_text(root: &Value, path: &str) -> Option<String> {
    values(compile(&JsonSelect::path(path)).ok()?.query(root).all()).into_iter().next()
}

/// One setting, ready to be asked: one path, or one for each of several names.
struct Path(Vec<(String, JsonPath)>);

impl Path {
    fn new(setting: &str) -> Result<Self, ExtractError> {
        let path = JsonSelect::path(setting);
        let names: Option<Vec<&str>> = path
            .strip_prefix("$['")
            .and_then(|inside| inside.strip_suffix("']"))
            .map(|inside| inside.split("','").collect());
        match names.filter(|names| names.len() > 1) {
            Some(names) => {
                let one = |name: &str| Ok((name.to_owned(), compile(&format!("$['{name}']"))?));
                names.into_iter().map(one).collect::<Result<_, _>>().map(Self)
            }
            None => Ok(Self(vec![(last_key(&path), compile(&path)?)])),
        }
    }

    /// Whether an item has the key, whatever it says.
    fn stands_in(&self, item: &Value) -> bool {
        self.0.iter().any(|(_, path)| !path.query(item).is_empty())
    }

    /// What each name gives, those that say nothing left out.
    fn all<'s>(&'s self, item: &'s Value) -> impl Iterator<Item = (&'s str, Vec<String>)> + 's {
        let said = self.0.iter().map(|(name, path)| (name.as_str(), values(path.query(item).all())));
        said.filter(|(_, values)| !values.is_empty())
    }

    fn said<'s>(&'s self, item: &'s Value) -> Option<(&'s str, Vec<String>)> {
        self.all(item).next()
    }

    fn values(&self, item: &Value) -> Vec<String> {
        self.said(item).map(|(_, values)| values).unwrap_or_default()
    }

    /// The first value that `read` understands, with the name it stands under.
    fn find<T>(&self, item: &Value, read: impl Fn(&str) -> Option<T>) -> Option<(String, T)> {
        self.all(item).find_map(|(name, values)| Some((name.to_owned(), values.iter().find_map(|v| read(v))?)))
    }
}

/// `libelle` of `$.couverture['libelle']`: what evidence calls the value.
pub(super) fn last_key(path: &str) -> String {
    let trimmed = path.trim_end_matches(|c| ".[]*'\"".contains(c));
    trimmed.rsplit(['.', '\'', '"', '$']).next().unwrap_or(trimmed).to_owned()
}

enum Link {
    At(Path),
    /// An address with paths in braces.
    Pattern(String, Vec<(String, Path)>),
}

struct Paths {
    id: Option<Path>,
    title: Option<Path>,
    link: Option<Link>,
    text: Vec<Path>,
    publisher: Option<Path>,
    published: Option<Path>,
    updated: Option<Path>,
    opening: Option<Path>,
    deadline: Option<Path>,
    place: Option<Path>,
    audiences: Option<Path>,
    categories: Option<Path>,
    amount: Option<Path>,
    is_call: Option<Path>,
}

impl Paths {
    fn compile(select: &JsonSelect) -> Result<Self, ExtractError> {
        let path = |setting: &Option<String>| setting.as_deref().map(Path::new).transpose();
        Ok(Self {
            id: path(&select.id)?,
            title: path(&select.title)?.or(Some(Path::new("$['title','titre','name','nom']")?)),
            link: select.link.as_deref().map(link_way).transpose()?,
            text: select.text.iter().map(|setting| Path::new(setting)).collect::<Result<_, _>>()?,
            publisher: path(&select.publisher)?,
            published: path(&select.published)?,
            updated: path(&select.updated)?,
            opening: path(&select.opening)?,
            deadline: path(&select.deadline)?,
            place: path(&select.place)?,
            audiences: path(&select.audiences)?,
            categories: path(&select.categories)?,
            amount: path(&select.amount)?,
            is_call: path(&select.is_call)?,
        })
    }

    fn item(&self, source: &Source, base: &Url, value: &Value) -> Result<Item, ItemProblem> {
        let first = |path: &Option<Path>| path.as_ref().and_then(|p| p.values(value).into_iter().next());
        let day =
            |path: &Option<Path>| path.as_ref().and_then(|p| p.find(value, dates::read)).map(|(_, moment)| moment);
        let publisher = self.publisher.as_ref().map(|p| clean::label(&p.values(value).join(", ")));
        let mut parts: Vec<String> = self.text.iter().map(|p| clean::text(&p.values(value).join("\n"))).collect();
        let fields = self.fields(value, &mut parts);
        let item = Item {
            source: source.id.clone(),
            guid: first(&self.id).map(|id| clean::label(&id)),
            url: self.link(base, value).map(Into::into),
            title: first(&self.title).map(|t| clean::title(&t)).unwrap_or_default(),
            text: clean::join(&parts),
            publisher: publisher.filter(|p| !p.is_empty()).or_else(|| source.publisher().map(str::to_owned)),
            published: day(&self.published).map(|m| m.date),
            updated: day(&self.updated).and_then(dates::Moment::instant),
            fields,
            attachments: Vec::new(),
        };
        finish(item)
    }

    fn link(&self, base: &Url, value: &Value) -> Option<Url> {
        match self.link.as_ref()? {
            Link::At(path) => path.values(value).iter().find_map(|v| clean::link(v, Some(base))),
            Link::Pattern(pattern, paths) => {
                let mut address = pattern.clone();
                for (braces, path) in paths {
                    let part = path.values(value).into_iter().next()?;
                    let part: String = url::form_urlencoded::byte_serialize(part.as_bytes()).collect();
                    address = address.replace(braces.as_str(), &part);
                }
                clean::link(&address, None)
            }
        }
    }

    /// A date that cannot be read joins the text, where `understand` may know better.
    fn fields(&self, value: &Value, parts: &mut Vec<String>) -> Fields {
        let mut dated = |path: &Option<Path>, read: fn(&str) -> Option<dates::Moment>| {
            let path = path.as_ref()?;
            if let Some(found) = path.find(value, read) {
                return Some(found);
            }
            let (name, said) = path.said(value)?;
            parts.push(clean::text(&format!("{} : {}", name.replace('_', " "), said.join(", "))));
            None
        };
        let deadline = dated(&self.deadline, dates::read_end);
        let opening = dated(&self.opening, dates::read);
        let (territory, place) = self.places(value);
        let said =
            |path: &Option<Path>| path.as_ref().and_then(|p| p.said(value)).map(|(name, said)| (name.to_owned(), said));
        let audiences =
            said(&self.audiences).map(|(name, said)| (name, audience::read(said.iter().map(String::as_str))));
        let amount = said(&self.amount).map(|(name, said)| (name, clean::label(&said.join(", "))));
        Fields {
            deadline: deadline.map(|(name, moment)| (name, moment.deadline())),
            opening: opening.map(|(name, moment)| (name, moment.date)),
            territory,
            place,
            audiences: audiences.filter(|(_, read)| !read.is_empty()),
            amount: amount.filter(|(_, amount)| !amount.is_empty()),
            is_call: self.is_call.as_ref().and_then(|path| path.find(value, truth)),
            categories: self.categories.as_ref().map(|path| categories(path.all(value))).unwrap_or_default(),
            stated: None,
        }
    }

    #[expect(clippy::type_complexity, reason = "the two fields of the model, side by side")]
    fn places(&self, value: &Value) -> (Option<(String, Vec<TerritoryCode>)>, Option<(String, String)>) {
        let Some((name, said)) = self.place.as_ref().and_then(|path| path.said(value)) else { return (None, None) };
        let name = name.to_owned();
        if said.iter().all(|v| is_whole_country(v)) {
            return (Some((name, vec![TerritoryCode::france()])), None);
        }
        let codes: Result<Vec<TerritoryCode>, _> = said.iter().map(|v| TerritoryCode::parse(v.trim())).collect();
        match codes {
            Ok(codes) => (Some((name, codes)), None),
            Err(_) => {
                let places: Vec<String> = said.iter().map(|v| clean::label(v.trim_matches([' ', '-', '–']))).collect();
                (None, Some((name, clean::label(&places.join(", ")))).filter(|(_, place)| !place.is_empty()))
            }
        }
    }
}

fn is_whole_country(place: &str) -> bool {
    let place = place.trim_matches([' ', '-', '–']).to_lowercase();
    matches!(
        place.as_str(),
        "national" | "nationale" | "france" | "france entière" | "territoire national" | "toute la france"
    )
}

fn link_way(setting: &str) -> Result<Link, ExtractError> {
    let inside = JsonSelect::pattern_paths(setting);
    if inside.is_empty() {
        return Path::new(setting).map(Link::At);
    }
    let paths = inside.into_iter().map(|path| Ok((format!("{{{path}}}"), Path::new(path)?)));
    Ok(Link::Pattern(setting.to_owned(), paths.collect::<Result<_, ExtractError>>()?))
}

fn categories<'s>(said: impl Iterator<Item = (&'s str, Vec<String>)>) -> Vec<String> {
    let mut categories: Vec<String> = Vec::new();
    let named: Vec<String> = said.flat_map(|(_, values)| values).collect();
    for category in named.iter().flat_map(|v| v.split(';')).map(clean::label) {
        if !category.is_empty() && !categories.contains(&category) && categories.len() < CATEGORIES_MAX {
            categories.push(category);
        }
    }
    categories
}

/// Whether a value says that this is a call: `true`, "TRUE", "Oui", "Appel à projets"; `None` when it says neither.
fn truth(value: &str) -> Option<bool> {
    let value = value.trim().to_lowercase();
    match value.as_str() {
        "true" | "vrai" | "oui" | "yes" | "1" | "aap" | "ami" => Some(true),
        "false" | "faux" | "non" | "no" | "0" | "permanente" | "permanent" => Some(false),
        _ if value.starts_with("appel") => Some(true),
        _ => None,
    }
}

/// Values as texts: numbers and booleans as written, lists one by one (`|||` too), objects by what names them.
fn values(found: Vec<&Value>) -> Vec<String> {
    let mut texts = Vec::new();
    for value in found {
        flatten(value, &mut texts, 0);
    }
    texts
}

/// Keys that name an object, as `{"href": …, "title": "Sport"}`.
const NAMING_KEYS: &[&str] = &["title", "titre", "name", "nom", "libelle", "label", "value"];
/// Lists within lists deeper than this are not read.
const DEPTH_MAX: usize = 6;

fn flatten(value: &Value, texts: &mut Vec<String>, depth: usize) {
    if depth > DEPTH_MAX {
        return;
    }
    match value {
        Value::Null => {}
        Value::Bool(said) => texts.push(said.to_string()),
        Value::Number(number) => texts.push(number.to_string()),
        Value::String(text) => flatten_text(text, texts, depth),
        Value::Array(list) => list.iter().for_each(|value| flatten(value, texts, depth + 1)),
        Value::Object(fields) => {
            if let Some(named) = NAMING_KEYS.iter().find_map(|key| fields.get(*key)) {
                flatten(named, texts, depth + 1);
            }
        }
    }
}

fn flatten_text(text: &str, texts: &mut Vec<String>, depth: usize) {
    // Some exports put a whole JSON list into a string.
    if text.starts_with("[{")
        && let Ok(list @ Value::Array(_)) = serde_json::from_str(text)
    {
        return flatten(&list, texts, depth + 1);
    }
    texts.extend(text.split("|||").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned));
}
