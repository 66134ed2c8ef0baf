//! From the tables of the file to sources.

use std::collections::HashMap;
use std::time::Duration;

use super::check;
use crate::model::{
    DetailSelect, Documents, JsonSelect, ListSelect, Paging, Reach, Source, SourceId, SourceKind, TerritoryCode,
    ThemeId,
};
use crate::tomlfile::{Table, TomlFile};

const PAGES_MAX_LIMIT: i64 = 500;
const ITEMS_MAX_LIMIT: i64 = 20_000;
/// Politeness: no source is worth asking more often.
const EVERY_MIN: Duration = Duration::from_secs(10 * 60);
const EVERY_MAX: Duration = Duration::from_secs(90 * 24 * 3600);

pub(super) const KINDS: &[(&str, SourceKind)] = &[
    ("feed", SourceKind::Feed),
    ("page", SourceKind::Page),
    ("json", SourceKind::Json),
    ("aides-territoires", SourceKind::AidesTerritoires),
    ("opendatasoft", SourceKind::Opendatasoft),
    ("wordpress", SourceKind::Wordpress),
    ("spip", SourceKind::Spip),
    ("prefecture", SourceKind::Prefecture),
    ("ars", SourceKind::Ars),
    ("eu-funding", SourceKind::EuFunding),
];

pub fn sources(file: &TomlFile) -> Vec<Source> {
    let mut root = file.root();
    let tables = root.tables("source");
    root.finish();
    let mut sources = Vec::new();
    let mut lines: HashMap<String, usize> = HashMap::new();
    for mut table in tables {
        let (id, read) = source(&mut table);
        if let Some(id) = id.map(|id| id.as_str().to_owned()) {
            if let Some(line) = lines.get(&id) {
                let message = format!("l’identifiant « {id} » sert déjà à la source de la ligne {line}");
                table.problem("id", message, "donnez à chaque source un identifiant à elle");
            } else {
                lines.insert(id, table.line());
            }
        }
        table.finish();
        sources.extend(read);
    }
    sources
}

/// The id, and the entry when all of it is sound: an entry with another mistake still takes its id.
fn source(table: &mut Table<'_>) -> (Option<SourceId>, Option<Source>) {
    let id = table.required_parsed("id", parse_id);
    (id.clone(), entry(table, id))
}

/// Reads every key, so that all mistakes are named; `None` when one that is needed is wrong.
fn entry(table: &mut Table<'_>, id: Option<SourceId>) -> Option<Source> {
    let line = table.line();
    let name = table.required_string("name");
    let kind = table.required_choice("kind", KINDS);
    let url = table.required_url("url");
    let publisher = table.string("publisher");
    let relay = table.boolean("relay").unwrap_or(false);
    let territory = table.parsed_list("territory", parse_territory);
    let themes = table.parsed_list("themes", parse_theme);
    let every = table.duration("every", EVERY_MIN..=EVERY_MAX).unwrap_or(Source::EVERY_DEFAULT);
    let enabled = table.boolean("enabled").unwrap_or(true);
    let select = select(table, kind);
    let detail = detail(table, kind);
    let json = json(table, kind);
    let paging = paging(table, kind);
    let credential = table.parsed("credential", parse_credential);
    if kind == Some(SourceKind::AidesTerritoires) && credential.is_none() && !table.has("credential") {
        let advice = "demandez une clé au site, mettez-la dans un fichier du dossier des secrets et ajoutez : credential = \"aides-territoires\"";
        table.problem("credential", "cette source demande une clé d’accès : il manque « credential »", advice);
    }
    let limit = |given: Option<i64>, default: u32| given.and_then(|n| u32::try_from(n).ok()).unwrap_or(default);
    let pages_max = limit(table.integer("pages_max", 1..=PAGES_MAX_LIMIT), Source::PAGES_MAX_DEFAULT);
    let items_max = limit(table.integer("items_max", 1..=ITEMS_MAX_LIMIT), Source::ITEMS_MAX_DEFAULT);
    Some(Source {
        id: id?,
        name: name?,
        kind: kind?,
        url: url?,
        publisher,
        relay,
        territory,
        themes,
        every,
        enabled,
        select,
        detail,
        json,
        paging,
        credential,
        pages_max,
        items_max,
        line,
    })
}

fn parse_id(id: &str) -> Result<SourceId, String> {
    SourceId::parse(id.trim()).map_err(|wrong| {
        let wrong = wrong.0;
        format!("« {wrong} » ne peut pas être un identifiant — prenez 1 à 60 lettres minuscules sans accent, chiffres et tirets")
    })
}

fn parse_territory(code: &str) -> Result<TerritoryCode, String> {
    TerritoryCode::parse(code.trim()).map_err(|wrong| {
        let wrong = wrong.0;
        format!("« {wrong} » n’est pas un code de territoire — écrivez FR, EU, R11 (région), D93 (département), neuf chiffres (SIREN d’une intercommunalité) ou cinq caractères (code INSEE d’une commune)")
    })
}

fn parse_theme(theme: &str) -> Result<ThemeId, String> {
    let theme = theme.trim();
    let sound = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if !theme.is_empty() && theme.len() <= 60 && theme.bytes().all(sound) {
        return Ok(ThemeId(theme.to_owned()));
    }
    Err(format!("« {theme} » n’est pas un thème — reprenez un identifiant de themes.toml, comme « alimentation »"))
}

/// The name of a file beside the settings, never a path that leads out.
fn parse_credential(name: &str) -> Result<String, String> {
    let name = name.trim();
    let sound = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if !name.is_empty() && name.bytes().all(sound) && !name.starts_with('.') {
        return Ok(name.to_owned());
    }
    Err("ce doit être le nom d’un fichier du dossier des secrets, sans chemin — comme « aides-territoires »".to_owned())
}

fn select(table: &mut Table<'_>, kind: Option<SourceKind>) -> ListSelect {
    let is_page = kind == Some(SourceKind::Page);
    if is_page && !table.has("select") {
        let advice = "ajoutez par exemple : select = { item = \"li.appel\", title = \"h3\", link = \"a@href\" }";
        table.problem("select", "une source de type page demande « select »", advice);
    }
    if !is_page && kind.is_some() && table.has("select") {
        table.problem(
            "select",
            "« select » ne sert qu’aux sources de type page",
            "retirez cette ligne, ou changez kind",
        );
    }
    let Some(mut select) = table.table("select") else { return ListSelect::default() };
    let item = select.required_parsed("item", |setting| match ListSelect::split(setting) {
        (_, Some(_)) => Err("l’élément lui-même n’a pas d’attribut — retirez ce qui suit @".to_owned()),
        (selector, None) => check::css(selector),
    });
    let read = ListSelect {
        item: item.unwrap_or_default(),
        title: select.parsed("title", check::pick),
        link: select.parsed("link", check::pick),
        text: select.parsed("text", check::pick),
        date: select.parsed("date", check::pick),
        deadline: select.parsed("deadline", check::pick),
        publisher: select.parsed("publisher", check::pick),
        place: select.parsed("place", check::pick),
        next: select.parsed("next", check::pick),
        reach: if select.boolean("until_next") == Some(true) { Reach::UntilNext } else { Reach::Element },
    };
    select.finish();
    read
}

/// Presets whose lists only name their items follow each link without being told; `detail = false` keeps them from it.
fn detail(table: &mut Table<'_>, kind: Option<SourceKind>) -> Option<DetailSelect> {
    let follows = matches!(kind, Some(SourceKind::Spip | SourceKind::Prefecture | SourceKind::Ars));
    if follows && !table.has("detail") {
        return Some(DetailSelect::default());
    }
    let mut detail = table.table_or_switch("detail")?;
    let (wanted, attachments) = detail.switch_or_parsed("attachments", check::css);
    let read = DetailSelect {
        text: detail.parsed("text", check::css),
        title: detail.parsed("title", check::pick),
        date: detail.parsed("date", check::pick),
        deadline: detail.parsed("deadline", check::pick),
        publisher: detail.parsed("publisher", check::pick),
        place: detail.parsed("place", check::pick),
        remove: detail.parsed("remove", check::css),
        attachments,
        documents: if wanted { Documents::Read } else { Documents::Listed },
    };
    detail.finish();
    Some(read)
}

fn json(table: &mut Table<'_>, kind: Option<SourceKind>) -> JsonSelect {
    let wants = matches!(kind, Some(SourceKind::Json | SourceKind::AidesTerritoires | SourceKind::Opendatasoft));
    if !wants && kind.is_some() && table.has("json") {
        table.problem(
            "json",
            "« json » ne sert qu’aux sources json, aides-territoires et opendatasoft",
            "retirez cette ligne, ou changez kind",
        );
    }
    if kind == Some(SourceKind::Json) && !table.has("json") {
        let advice = "ajoutez par exemple : json = { items = \"$.aides[*]\", title = \"$.titre\", link = \"$.url\" }";
        table.problem("json", "une source de type json demande « json »", advice);
    }
    let Some(mut json) = table.table("json") else { return JsonSelect::default() };
    let read = JsonSelect {
        items: json.parsed("items", check::path),
        id: json.parsed("id", check::path),
        title: json.parsed("title", check::path),
        link: json.parsed("link", check::link),
        text: json.parsed_list("text", check::path),
        publisher: json.parsed("publisher", check::path),
        published: json.parsed("published", check::path),
        updated: json.parsed("updated", check::path),
        opening: json.parsed("opening", check::path),
        deadline: json.parsed("deadline", check::path),
        place: json.parsed("place", check::path),
        audiences: json.parsed("audiences", check::path),
        categories: json.parsed("categories", check::path),
        amount: json.parsed("amount", check::path),
        is_call: json.parsed("is_call", check::path),
    };
    json.finish();
    read
}

fn paging(table: &mut Table<'_>, kind: Option<SourceKind>) -> Option<Paging> {
    const EXAMPLES: &str =
        "écrivez { next = \"$.next\" }, { page = \"page\", first = 1 } ou { offset = \"start\", size = 20 }";
    let mut paging = table.table("paging")?;
    let next = paging.parsed("next", check::path);
    let page = paging.string("page");
    let first = paging.integer("first", 0..=1_000_000);
    let offset = paging.string("offset");
    let size = paging.integer("size", 1..=10_000);
    let ways =
        [paging.has("next"), paging.has("page"), paging.has("offset")].into_iter().filter(|given| *given).count();
    if ways != 1 {
        table.problem("paging", "« paging » doit dire une façon de passer à la page suivante, et une seule", EXAMPLES);
    }
    if paging.has("first") && !paging.has("page") {
        paging.problem("first", "« first » va avec « page »", EXAMPLES);
    }
    if paging.has("size") != paging.has("offset") {
        paging.problem("size", "« offset » et « size » vont ensemble", EXAMPLES);
    }
    if kind == Some(SourceKind::Page) && paging.has("next") {
        paging.problem(
            "next",
            "pour une page web, la page suivante se dit dans select",
            "écrivez select = { …, next = \"a[rel=next]@href\" }",
        );
    }
    if kind.is_some_and(|kind| !matches!(kind, SourceKind::Page | SourceKind::Json)) {
        table.problem("paging", "ce type de source connaît lui-même ses pages", "retirez cette ligne");
    }
    paging.finish();
    let number = |number: Option<i64>, default: u32| number.and_then(|n| u32::try_from(n).ok()).unwrap_or(default);
    match (next, page, offset) {
        (Some(path), None, None) => Some(Paging::Next(path)),
        (None, Some(parameter), None) => Some(Paging::Page { parameter, first: number(first, 1) }),
        (None, None, Some(parameter)) => Some(Paging::Offset { parameter, size: number(size, 20) }),
        _ => None,
    }
}
