//! Pages of our own making in the shape of real families, read by what was worked out from them.

use std::path::Path;

use super::*;
use crate::extract::list;
use crate::model::{Request, Validators};

fn answer(url: &str, body: &[u8]) -> Response {
    Response {
        url: url.parse().unwrap(),
        status: 200,
        content_type: Some("text/html; charset=utf-8".into()),
        body: body.to_vec(),
        validators: Validators::default(),
    }
}

fn page_answer(page: &str, url: &str) -> Response {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pages").join(page);
    answer(url, &std::fs::read(file).unwrap())
}

/// What the best proposal reads on a page: `titles (deadlines)`, and how it goes on.
struct Read {
    first: String,
    links: Vec<String>,
    deadlines: Vec<String>,
    next: Option<String>,
    proposal: Proposal,
}

fn read(page: &str, url: &str) -> Option<Read> {
    let response = page_answer(page, url);
    let proposal = survey(&response).unwrap().proposals.into_iter().next()?;
    let source = proposal.source(SourceId::parse("essai").unwrap(), "Essai");
    let listing = list(&source, &Request::get(source.url.clone()), &response).unwrap();
    Some(Read {
        first: listing.items.first().map(|item| item.title.clone()).unwrap_or_default(),
        links: listing.items.iter().filter_map(|item| item.url.clone()).collect(),
        deadlines: listing
            .items
            .iter()
            .filter_map(|i| i.fields.deadline.as_ref())
            .map(|(_, d)| d.date.to_string())
            .collect(),
        next: listing.next.map(|request| request.url.to_string()),
        proposal,
    })
}

/// (page, address, first title, last link, items, deadlines seen in the list, next page)
type Family = (&'static str, &'static str, &'static str, &'static str, usize, usize, &'static str);

const FAMILIES: &[Family] = &[
    (
        "spip-dreets.html",
        "https://dreets.example/Appels-a-projets-r34.html",
        "Appel à projets 2026 : lutte contre la précarité alimentaire",
        "/Insertion-par-l-activite-economique-dialogue-a197.html",
        4,
        0,
        "?debut_articles=4",
    ),
    (
        "ez-prefecture.html",
        "https://www.creuse.example/Actualites/Appels-a-projets",
        "Contrat de ville : programmation 2026",
        "/Actualites/Appels-a-projets/Fonds-interministeriel-de-prevention",
        4,
        0,
        "/(offset)/10",
    ),
    (
        "drupal-ars.html",
        "https://www.normandie.example/appels-projets",
        "Prévention de la dénutrition des personnes âgées à domicile",
        "/ami-mediation-sante",
        3,
        3,
        "?page=1",
    ),
    (
        "wordpress.html",
        "https://tables.example/category/appels-a-projets/",
        "Fonds « cuisines de quartier » : déposez vos projets",
        "/jardins-nourriciers-2026/",
        3,
        0,
        "/page/2/",
    ),
    (
        "typo3.html",
        "https://departement.example/appels/",
        "AIDE ALIMENTAIRE ET ACCÈS AUX DROITS",
        "/appels/detail/mobilite-solidaire",
        3,
        3,
        "currentPage%5D=2",
    ),
    (
        "joomla.html",
        "https://agglo.example/vie-associative/appels-a-projets",
        "Contrat local de santé : soutien aux actions 2026",
        "/81-quartiers",
        3,
        0,
        "",
    ),
    (
        "table.html",
        "https://cc.example/appels",
        "Paniers solidaires dans les écoles",
        "/appels/jardins-partages",
        3,
        3,
        "",
    ),
    (
        "definitions.html",
        "https://fondation.example/appels",
        "Cuisiner ensemble contre l'isolement",
        "/appel/enfance",
        3,
        3,
        "",
    ),
    (
        "labels.html",
        "https://essor.example/projets.html",
        "Soutien aux lieux d'accueil alimentaires",
        "/projet-95.html",
        3,
        0,
        "?debut=3",
    ),
    (
        "cards.html",
        "https://ville.example/appels-a-projets",
        "Restauration solidaire : un lieu à reprendre",
        "/pages/appel-ess-40102",
        4,
        4,
        "?page=2",
    ),
    (
        "big-menu.html",
        "https://cd.example/appels",
        "Habitat inclusif : aide à la vie partagée",
        "/appels/pat",
        3,
        3,
        "",
    ),
    (
        "news-beside.html",
        "https://centre.example/",
        "Santé dans les quartiers prioritaires",
        "/appels/mediation",
        3,
        3,
        "",
    ),
    (
        "footer-links.html",
        "https://caisse.example/appels",
        "Soutien à la parentalité : campagne 2026",
        "/appel/vacances",
        3,
        3,
        "",
    ),
    (
        "flat-headings.html",
        "https://federation.example/appels",
        "Accès au logement des jeunes ménages",
        "/appel-insertion",
        3,
        0,
        "",
    ),
    (
        "lead-more-first.html",
        "https://metropole.example/ami",
        "Maison sport-santé de l'est métropolitain",
        "/ami/legumerie",
        3,
        3,
        "/ami/page/2",
    ),
    (
        "plain-links.html",
        "https://mairie.example/projets.htm",
        "Appel à projets « jardins familiaux »",
        "/aap-entraide.htm",
        3,
        0,
        "",
    ),
    (
        "year-sections.html",
        "https://etablissement.example/appels",
        "Tiers-lieux nourriciers, deuxième vague",
        "/appels/2025/cantines",
        4,
        4,
        "",
    ),
    (
        "search-results.html",
        "https://region.example/aides",
        "Alimentation solidaire et durable",
        "/aides/foret-jardin",
        4,
        3,
        "?page=2",
    ),
    (
        "tags-cloud.html",
        "https://media.example/appels",
        "Mécénat alimentation : 3e édition",
        "/appels/grand-age",
        3,
        3,
        "",
    ),
    (
        "pdf-list.html",
        "https://haute-vallee.example/avis",
        "Avis d'appel à projets : création de places de CHRS",
        "/43/avis-pension.pdf",
        3,
        0,
        "",
    ),
];

/// Pages written after the rules were settled: what they give at the first look is the honest measure.
const UNSEEN: &[Family] = &[
    ("list-group.html", "https://caisse.example/aap", "Soutenir les aidants familiaux", "/aap/habitat", 3, 3, ""),
    (
        "elementor.html",
        "https://asso.example/nos-appels/",
        "Cuisines mobiles : soutien à l'équipement",
        "/appel-restes/",
        3,
        3,
        "/page/2/",
    ),
    (
        "accordion.html",
        "https://mutuelle.example/fondation",
        "Prévention santé dans les quartiers",
        "/fondation/appel-jeunes",
        3,
        0,
        "",
    ),
    (
        "hashed.html",
        "https://collectif.example/appels",
        "Tiers-lieux nourriciers de demain",
        "/appels/circuits",
        3,
        3,
        "",
    ),
    ("table-link-last.html", "https://ch.example/ac", "Équipe mobile santé précarité", "/ac/maison-femmes", 3, 3, ""),
    (
        "drupal-views.html",
        "https://metropole.example/aap",
        "Nature en ville et jardins collectifs",
        "/aap/velo",
        3,
        0,
        "?page=1",
    ),
    (
        "same-class-menu.html",
        "https://ville.example/ville/appels",
        "Appel à projets 2026, pilier emploi",
        "/ville/aap-2026-cadre-de-vie",
        3,
        3,
        "",
    ),
    (
        "english.html",
        "https://agency.example/calls_en",
        "Healthy food in schools and hospitals",
        "/calls/mobility_en",
        3,
        3,
        "?page=1",
    ),
    (
        "month-agenda.html",
        "https://agence.example/agenda",
        "Épiceries sociales et solidaires",
        "/agenda/colis",
        3,
        0,
        "",
    ),
    (
        "image-first.html",
        "https://fonds.example/projets",
        "Repas partagés entre voisins",
        "/projets/ateliers",
        3,
        3,
        "",
    ),
];

/// What is wrong with what was read; `None` when an entry is right without a hand.
fn fault(family: &Family) -> Option<String> {
    let (page, url, title, last, items, deadlines, next) = family;
    let Some(read) = read(page, url) else { return Some(format!("{page}: no proposal")) };
    let next_right = match next {
        &"" => read.next.is_none(),
        part => read.next.as_deref().is_some_and(|next| next.contains(part)),
    };
    let right = read.first == *title
        && read.links.len() == *items
        && read.links.last().is_some_and(|link| link.ends_with(last))
        && read.deadlines.len() == *deadlines
        && next_right;
    let Read { first, links, deadlines, next, proposal } = read;
    (!right).then(|| {
        format!(
            "{page}: {first} | {links:?} | {deadlines:?} | {next:?} | {} {:?} {:?}",
            proposal.score, proposal.select, proposal.paging
        )
    })
}

#[test]
fn families_of_pages_are_read_without_a_hand() {
    let faults: Vec<String> = FAMILIES.iter().filter_map(fault).collect();
    println!("{} of {} page families are right without a hand", FAMILIES.len() - faults.len(), FAMILIES.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn families_that_were_not_foreseen_are_read_too() {
    let faults: Vec<String> = UNSEEN.iter().filter_map(fault).collect();
    println!("{} of {} further page families are right without a hand", UNSEEN.len() - faults.len(), UNSEEN.len());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn selectors_are_names_and_never_ranks() {
    for (page, url, ..) in FAMILIES.iter().chain(UNSEEN) {
        let Some(read) = read(page, url) else { continue };
        let item = read.proposal.select.item;
        assert!(!item.contains(":nth") && item.matches([' ', '>']).count() <= 3, "{page}: {item}");
    }
}

#[test]
fn a_page_without_a_list_gets_no_sure_proposal() {
    let survey = survey(&page_answer("news-site.html", "https://ville.example/")).unwrap();
    assert!(!survey.proposals.iter().any(Proposal::is_sure), "{:?}", survey.proposals);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn any_markup_is_surveyed_without_panic(parts in proptest::collection::vec("<(ul|li|a href=/[a-z]{1,3}|div class=[a-z]{2,4}|table|tr|td|h3|dl|dt|dd|nav|p|time|/li|/a|/div)>|[a-zé0-9 /]{0,30}", 0..60)) {
        let _ = survey(&answer("https://site.example/liste", parts.concat().as_bytes()));
    }
}

#[test]
fn a_page_of_thousands_of_links_is_surveyed_in_little_time() {
    let rows: String = (0..1_200)
        .map(|n| format!("<div class=\"col\"><div class=\"bloc\"><div class=\"carte\"><h3><a href=\"/appel/{n}\">Appel à projets numéro {n} de la liste</a></h3><p>Jusqu'au 3 mars 2026</p></div></div></div>"))
        .collect();
    let started = std::time::Instant::now();
    let survey = survey(&answer("https://site.example/liste", format!("<main>{rows}</main>").as_bytes())).unwrap();
    assert_eq!(survey.proposals.first().unwrap().select.item, "div.carte");
    // Some seconds without optimisation; what would be wrong is minutes.
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
