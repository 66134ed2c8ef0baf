//! The territory that the address of a State service tells: `www.indre.gouv.fr`, `bretagne.dreets.gouv.fr`,
//! `www.normandie.ars.sante.fr`.
//!
//! Only names of départements and régions, and only on hosts of the State or called by such a name alone: a page copied by
//! another site says nothing there. Asked when neither the publisher's name nor the source says where.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::geography::{Geography, Publisher, Said, fold};
use crate::model::TerritoryCode;

/// Hosts of the State's services in each place, by their ends.
const OF_THE_STATE: &[&str] = &["gouv.fr", "sante.fr", "culture.fr"];

/// Names of départements and régions without spaces or hyphens: "cotedor", "hautsdefrance".
static NAMES: LazyLock<HashMap<String, TerritoryCode>> = LazyLock::new(|| {
    let geography = Geography::get();
    let departements = geography.departements_in(&TerritoryCode::france());
    let regions = departements.iter().filter_map(|code| geography.region_of(code));
    let named = |code: TerritoryCode| Some((joined(geography.name(&code)?), code));
    // A région of one département (La Réunion) is written as the département.
    regions.chain(departements.iter().cloned()).filter_map(named).collect()
});

fn joined(name: &str) -> String {
    fold(name).chars().filter(char::is_ascii_alphanumeric).collect()
}

/// The territory that the host of an address is named after.
pub(super) fn host(url: &str) -> Option<Publisher> {
    let host = url.split_once("//").map_or(url, |(_, rest)| rest);
    let host = host.split(['/', '?', ':', '#']).next()?.to_lowercase();
    let of_the_state = OF_THE_STATE.iter().any(|end| host.strip_suffix(end).is_some_and(|rest| rest.ends_with('.')));
    let labels: Vec<&str> = host.trim_start_matches("www.").split('.').collect();
    let alone = matches!(labels.as_slice(), [_, "fr"]);
    let mut names = labels.iter().filter_map(|label| NAMES.get(&joined(label)));
    let code = names.next().filter(|_| of_the_state || alone)?;
    Some(Publisher { codes: vec![code.clone()], start: 0, end: 0, said: Said::Place })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_named_after_a_place_says_where() {
        let check = |url: &str, expected: &str| {
            let codes = host(url).map(|found| found.codes).unwrap_or_default();
            assert_eq!(codes.iter().map(TerritoryCode::as_str).collect::<Vec<_>>().join(" "), expected, "{url}");
        };
        check("https://www.indre.gouv.fr/Actualites", "D36");
        check("http://cote-dor.gouv.fr/", "D21");
        check("https://bretagne.dreets.gouv.fr/aap", "R53");
        check("https://www.bourgogne-franche-comte.ars.sante.fr/x", "R27");
        check("https://www.drihl.ile-de-france.developpement-durable.gouv.fr/a", "R11");
        check("https://lareunion.gouv.fr/", "D974");
        check("https://gard.fr", "D30");
        check("https://www.blog.example/www.indre.gouv.fr", "");
        check("https://indre.example.org/", "");
        check("https://solidarites.gouv.fr/", "");
        check("", "");
    }
}
