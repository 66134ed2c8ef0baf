//! Who speaks at an address and what they cover, when the address or the site's name says so for sure.

use url::Url;

use crate::geography::{Geography, Place, Said};
use crate::model::{Level, TerritoryCode};

/// A site's body: what readers call it, and its territory when that is sure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    pub name: String,
    pub territory: Vec<TerritoryCode>,
    /// Places of its name among which nothing decides.
    pub homonyms: Vec<TerritoryCode>,
}

/// Services of the State whose address holds their place: its end, its beginning, and what they are called.
const SERVICES: &[(&str, &str, &str)] = &[
    (".ars.sante.fr", "", "ARS"),
    (".dreets.gouv.fr", "", "DREETS"),
    (".drieets.gouv.fr", "", "DRIEETS"),
    (".deets.gouv.fr", "", "DEETS"),
    (".agriculture.gouv.fr", "draaf.", "DRAAF"),
    (".agriculture.gouv.fr", "driaaf.", "DRIAAF"),
    (".agriculture.gouv.fr", "daaf.", "DAAF"),
    (".developpement-durable.gouv.fr", "drihl.", "DRIHL"),
    (".developpement-durable.gouv.fr", "dreal.", "DREAL"),
    (".gouv.fr", "", "Préfecture"),
];

/// By the address of a service of the State, else by the name that the site gives itself.
pub fn body(url: &Url, site: Option<&str>) -> Body {
    let host = url.host_str().unwrap_or_default().trim_start_matches("www.");
    if let Some(body) = SERVICES.iter().find_map(|(end, start, called)| service(host, end, start, called)) {
        return body;
    }
    let name = site.map(str::trim).filter(|name| !name.is_empty()).unwrap_or(host).to_owned();
    let geography = Geography::get();
    let Some(publisher) = geography.publisher(&name) else {
        return Body { name, territory: Vec::new(), homonyms: Vec::new() };
    };
    let is_town = publisher.codes.first().is_some_and(|code| code.level() == Level::Commune);
    let words = name.get(publisher.start..publisher.end).unwrap_or(&name);
    if is_town && let Place::Ambiguous(homonyms) = geography.resolve_place(words, &[]) {
        return Body { name, territory: Vec::new(), homonyms };
    }
    let territory = match publisher.said {
        Said::Scope if publisher.codes.is_empty() => vec![TerritoryCode::france()],
        Said::Place | Said::Scope => publisher.codes,
    };
    Body { name, territory, homonyms: Vec::new() }
}

fn service(host: &str, end: &str, start: &str, called: &str) -> Option<Body> {
    let place = host.strip_suffix(end)?.strip_prefix(start)?;
    let geography = Geography::get();
    let code = match geography.resolve_place(&format!("{called} {}", place.replace('-', " ")), &[]) {
        Place::Found(code) => code,
        _ => glued(geography, place)?,
    };
    let wanted = if called == "Préfecture" { Level::Departement } else { Level::Region };
    let code = match (called, code.level()) {
        // Paris is a commune and a département.
        ("Préfecture", Level::Commune) => geography.departement_of(&code)?,
        _ => code,
    };
    if code.level() != wanted {
        return None;
    }
    let name = if called == "Préfecture" {
        format!("Préfecture {}", of(geography, &code)?)
    } else {
        format!("{called} {}", geography.name(&code)?)
    };
    Some(Body { name, territory: vec![code], homonyms: Vec::new() })
}

/// `iledefrance` is the région whose name is written so without its signs.
fn glued(geography: &Geography, place: &str) -> Option<TerritoryCode> {
    const REGIONS: &[&str] = &[
        "R01", "R02", "R03", "R04", "R06", "R11", "R24", "R27", "R28", "R32", "R44", "R52", "R53", "R75", "R76", "R84",
        "R93", "R94",
    ];
    let plain = |name: &str| crate::geography::fold(name).replace(' ', "");
    let mut codes = REGIONS.iter().filter_map(|code| TerritoryCode::parse(code).ok());
    codes.find(|code| geography.name(code).is_some_and(|name| plain(name) == plain(place)))
}

/// `de la Seine-Saint-Denis`, `du Nord`, `des Landes`, `de l’Aisne`, `de Paris`.
fn of(geography: &Geography, code: &TerritoryCode) -> Option<String> {
    let name = geography.name_with_article(code)?;
    Some(match name.split_once(' ') {
        Some(("le", rest)) => format!("du {rest}"),
        Some(("les", rest)) => format!("des {rest}"),
        _ => format!("de {name}"),
    })
}

/// A short id out of a name: `prefecture-creuse`; never one of `taken`.
pub fn id(name: &str, taken: &dyn Fn(&str) -> bool) -> String {
    const CHARS_MAX: usize = 40;
    const SMALL: &[&str] =
        &["de", "du", "des", "la", "le", "les", "l", "d", "et", "en", "a", "au", "aux", "dans", "pour"];
    let folded = crate::geography::fold(name);
    let words = folded.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut id = String::new();
    for word in words.filter(|word| !SMALL.contains(word)) {
        if !id.is_empty() && id.len() + 1 + word.len() > CHARS_MAX {
            break;
        }
        if !id.is_empty() {
            id.push('-');
        }
        id.push_str(word.get(..word.len().min(CHARS_MAX)).unwrap_or(word));
    }
    if id.is_empty() {
        id.push_str("source");
    }
    let mut free = id.clone();
    let mut n = 2;
    while taken(&free) {
        free = format!("{id}-{n}");
        n += 1;
    }
    free
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_of_the_state_say_their_place_in_their_address() {
        let check = |host: &str, name: &str, code: &str| {
            let found = body(&format!("https://{host}/x").parse().unwrap(), None);
            let codes: Vec<&str> = found.territory.iter().map(TerritoryCode::as_str).collect();
            assert_eq!((found.name.as_str(), codes.as_slice()), (name, [code].as_slice()), "{host}");
        };
        check("www.seine-saint-denis.gouv.fr", "Préfecture de la Seine-Saint-Denis", "D93");
        check("www.nord.gouv.fr", "Préfecture du Nord", "D59");
        check("www.landes.gouv.fr", "Préfecture des Landes", "D40");
        check("www.creuse.gouv.fr", "Préfecture de la Creuse", "D23");
        check("www.normandie.ars.sante.fr", "ARS Normandie", "R28");
        check("www.iledefrance.ars.sante.fr", "ARS Île-de-France", "R11");
        check("hauts-de-france.dreets.gouv.fr", "DREETS Hauts-de-France", "R32");
        check("draaf.bretagne.agriculture.gouv.fr", "DRAAF Bretagne", "R53");
        check("www.drihl.ile-de-france.developpement-durable.gouv.fr", "DRIHL Île-de-France", "R11");
    }

    #[test]
    fn other_sites_are_known_by_their_name_or_not_at_all() {
        let check = |host: &str, site: Option<&str>, name: &str, codes: &[&str]| {
            let found = body(&format!("https://{host}/x").parse().unwrap(), site);
            let its: Vec<&str> = found.territory.iter().map(TerritoryCode::as_str).collect();
            assert_eq!((found.name.as_str(), its.as_slice()), (name, codes), "{host}");
        };
        check("www.exemple.example", Some("Département de la Sarthe"), "Département de la Sarthe", &["D72"]);
        check("www.exemple.example", Some("Ville de Nantes"), "Ville de Nantes", &["44109"]);
        check("www.exemple.example", Some("Tables ouvertes"), "Tables ouvertes", &[]);
        check("www.culture.gouv.fr", Some("Ministère de la Culture"), "Ministère de la Culture", &["FR"]);
        check("www.exemple.example", None, "exemple.example", &[]);
        // Several communes are called so: a person has to say which.
        check("www.exemple.example", Some("Mairie de Sainte-Anne"), "Mairie de Sainte-Anne", &[]);
    }

    #[test]
    fn ids_are_readable_and_unique() {
        let check =
            |name: &str, taken: &[&str], expected: &str| assert_eq!(id(name, &|id| taken.contains(&id)), expected);
        check("Préfecture de la Creuse", &[], "prefecture-creuse");
        check("Préfecture de la Creuse", &["prefecture-creuse", "prefecture-creuse-2"], "prefecture-creuse-3");
        check("L’Été à l’Île d’Yeu", &[], "ete-ile-yeu");
        check("« »", &[], "source");
        check(
            "Réseau national des associations qui accompagnent les cuisines partagées",
            &[],
            "reseau-national-associations-qui",
        );
    }
}
