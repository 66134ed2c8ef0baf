//! Opendatasoft portals, API v1 and v2.x, whose data sets name their columns as they like.
//!
//! The columns are guessed from the usual names below; `json = {…}` overrides. Of an HTML column and its plain `_txt` twin
//! one is read: the twin, unless the HTML has lines and lists, which twins glue together.

use serde_json::{Map, Value};
use url::Url;

use super::{ExtractError, Listing, json, markup, paging};
use crate::model::{JsonSelect, Paging, Request, Response, Source};

/// Records asked at once: the API's own maximum in v2.
const PAGE_SIZE: u32 = 100;

const ID: &[&str] =
    &["id_aide", "id", "identifiant", "reference", "reference_administrative", "uid", "code", "recordid"];
const TITLE: &[&str] = &[
    "nom_de_l_aide_de_la_demarche",
    "titre",
    "title",
    "nom_de_l_aide",
    "nom_aide",
    "titre_de_l_aide",
    "intitule",
    "libelle",
    "nom",
    "name",
    "objet",
];
const LINK: &[&str] = &[
    "url_descriptif",
    "url",
    "lien",
    "link",
    "url_aide",
    "url_fiche",
    "lien_vers_le_site",
    "lien_fiche",
    "site_web",
    "permalink",
    "url_demarche",
];
const DEADLINE: &[&str] = &[
    "date_cloture",
    "date_de_cloture",
    "date_limite",
    "date_limite_de_depot",
    "date_limite_depot",
    "date_fin_depot",
    "date_fin",
    "date_de_fin",
    "datefin",
    "deadline",
    "fin_depot",
];
const OPENING: &[&str] =
    &["date_ouverture", "date_d_ouverture", "date_de_debut", "date_debut", "datedebut", "date_debut_depot", "opening"];
const PUBLISHED: &[&str] = &["date_publication", "date_de_publication", "date_creation", "published"];
const UPDATED: &[&str] =
    &["date_modification", "date_de_mise_a_jour", "date_mise_a_jour", "date_maj", "updated", "updated_at", "date"];
const PUBLISHER: &[&str] =
    &["porteur_aide", "porteur", "organisme", "financeur", "financeurs", "operateur", "structure"];
const PLACE: &[&str] = &["territoire", "perimetre", "perimetre_geographique", "zone_geographique", "localisation"];
const AUDIENCES: &[&str] = &[
    "qui_peut_en_beneficier",
    "beneficiaires",
    "beneficiaire",
    "publics_cibles",
    "public_cible",
    "publics",
    "public",
    "cible",
    "cibles",
    "qui",
];
const CATEGORIES: &[&str] =
    &["theme", "themes", "thematique", "thematiques", "categorie", "categories", "mots_cles", "competences"];
const AMOUNT: &[&str] = &["montant", "montant_max", "budget", "enveloppe"];
const IS_CALL: &[&str] = &["is_call_for_project", "type_aide", "type_d_aide", "type", "nature", "categorie"];
/// In reading order; each is one part of the text. Contacts are left out: they are people.
const TEXTS: &[&str] = &[
    "chapo",
    "entete",
    "resume",
    "description",
    "description_courte",
    "description_longue",
    "contenu",
    "objectif",
    "objectifs",
    "publicsbeneficiaireprecision",
    "precisions_beneficiaires",
    "conditions",
    "criteres",
    "modalite",
    "modalites",
    "demarches",
    "demarche",
    "notes",
];
/// Without any of these, strings longer than this are the text.
const LONG_TEXT_BYTES_MIN: usize = 80;

/// The address of the records, whichever of the portal's addresses was given: API v1, API v2, or the data set's page.
pub fn address(given: &Url) -> Result<Url, ExtractError> {
    let mut url = given.clone();
    url.set_fragment(None);
    let path = url.path().trim_end_matches('/').to_owned();
    let page = path.split_once("/explore/dataset/").or_else(|| path.split_once("/explore/embed/dataset/"));
    if !path.contains("/api/") {
        let dataset = page.map(|(_, rest)| rest.split('/').next().unwrap_or(rest).to_owned()).filter(|d| !d.is_empty());
        let dataset = dataset.ok_or(ExtractError::AddressIncomplete {
            advice: "donnez l’adresse du jeu de données : https://portail/explore/dataset/NOM/, ou celle de son API",
        })?;
        url.set_path(&format!("/api/explore/v2.1/catalog/datasets/{dataset}/records"));
        url.set_query(None);
    } else if path.contains("/catalog/datasets/") && !path.ends_with("/records") && !path.contains("/exports/") {
        url.set_path(&format!("{path}/records"));
    }
    let (size, start) = if is_v1(&url) { ("rows", "start") } else { ("limit", "offset") };
    if url.path().ends_with("/records") || is_v1(&url) {
        for (name, value) in [(size, PAGE_SIZE), (start, 0)] {
            if paging::parameter_of(&url, name).is_none() {
                url = paging::with_parameter(&url, name, value);
            }
        }
    }
    Ok(url)
}

fn is_v1(url: &Url) -> bool {
    url.path().contains("/api/records/1.0/")
}

pub fn list(source: &Source, asked: &Request, response: &Response) -> Result<Listing, ExtractError> {
    let (root, _) = json::document(response)?;
    let records = json::items(&root, source.json.items.as_deref())?;
    let flat: Vec<Value> = records.iter().map(|record| Value::Object(fields_of(record))).collect();
    let mut listing = Listing::default();
    if !flat.is_empty() {
        let select = over(guess(&flat), &source.json);
        listing = json::read(source, &select, &response.url, flat.iter().collect())?;
    }
    listing.next = next(asked, &root, records.len());
    Ok(listing)
}

/// Until the total that the portal gives is reached.
fn next(asked: &Request, root: &Value, count: usize) -> Option<Request> {
    let (size, start) = if is_v1(&asked.url) { ("rows", "start") } else { ("limit", "offset") };
    let size = paging::parameter_of(&asked.url, size)?;
    let total = root.get("nhits").or_else(|| root.get("total_count")).and_then(Value::as_u64)?;
    let seen = u64::from(paging::parameter_of(&asked.url, start).unwrap_or(0)) + count as u64;
    if seen >= total || count == 0 {
        return None;
    }
    paging::next(&Paging::Offset { parameter: start.to_owned(), size }, asked, count, |_| None)
}

/// A record's columns: `fields` in v1, `record.fields` in v2.0, the record itself in v2.1; one column of each pair of
/// twins.
fn fields_of(record: &Value) -> Map<String, Value> {
    let inner = record.get("record").unwrap_or(record);
    let mut fields = inner.get("fields").unwrap_or(inner).as_object().cloned().unwrap_or_default();
    let id = inner.get("recordid").or_else(|| inner.get("id")).filter(|id| id.is_string());
    if let Some(id) = id.filter(|_| inner.get("fields").is_some()) {
        fields.entry("recordid").or_insert_with(|| id.clone());
    }
    for twin in fields.keys().filter(|name| name.ends_with("_txt")).cloned().collect::<Vec<String>>() {
        let Some(column) = twin.strip_suffix("_txt") else { continue };
        let says = |name: &str| fields.get(name).and_then(Value::as_str).filter(|text| !text.trim().is_empty());
        let Some(html) = says(column) else { continue };
        let dropped = if says(&twin).is_none() || markup::has_blocks(html) { twin.as_str() } else { column };
        fields.remove(dropped);
    }
    fields
}

fn guess(records: &[Value]) -> JsonSelect {
    let mut text: Vec<String> =
        TEXTS.iter().filter(|name| has(records, name)).map(|name| path(&[&format!("{name}_txt"), name])).collect();
    if text.is_empty() {
        text = long_columns(records);
    }
    let any = |names: &[&str]| Some(path(names)).filter(|_| names.iter().any(|name| has(records, name)));
    JsonSelect {
        items: None,
        id: any(ID),
        title: any(TITLE),
        link: any(LINK),
        text,
        publisher: any(PUBLISHER),
        published: any(PUBLISHED),
        updated: any(UPDATED),
        opening: any(OPENING),
        deadline: any(DEADLINE),
        place: any(PLACE),
        audiences: any(AUDIENCES),
        categories: any(CATEGORIES),
        amount: any(AMOUNT),
        is_call: any(IS_CALL),
    }
}

fn has(records: &[Value], name: &str) -> bool {
    let twin = format!("{name}_txt");
    records.iter().any(|record| record.get(name).or_else(|| record.get(&twin)).is_some_and(|value| !value.is_null()))
}

fn long_columns(records: &[Value]) -> Vec<String> {
    let mut names: Vec<&String> = Vec::new();
    for (name, value) in records.iter().filter_map(Value::as_object).flatten() {
        let long = value.as_str().is_some_and(|text| text.len() > LONG_TEXT_BYTES_MIN && !text.starts_with("http"));
        if long && !names.contains(&name) {
            names.push(name);
        }
    }
    names.into_iter().cloned().collect()
}

/// `$['a','b']`: the first of these that says something.
fn path(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    format!("$[{}]", quoted.join(","))
}

/// The preset's paths, those that the source gives laid over them.
pub fn over(preset: JsonSelect, given: &JsonSelect) -> JsonSelect {
    let given = given.clone();
    JsonSelect {
        items: given.items.or(preset.items),
        id: given.id.or(preset.id),
        title: given.title.or(preset.title),
        link: given.link.or(preset.link),
        text: if given.text.is_empty() { preset.text } else { given.text },
        publisher: given.publisher.or(preset.publisher),
        published: given.published.or(preset.published),
        updated: given.updated.or(preset.updated),
        opening: given.opening.or(preset.opening),
        deadline: given.deadline.or(preset.deadline),
        place: given.place.or(preset.place),
        audiences: given.audiences.or(preset.audiences),
        categories: given.categories.or(preset.categories),
        amount: given.amount.or(preset.amount),
        is_call: given.is_call.or(preset.is_call),
    }
}
