//! Labelled pairs, in our own words, after what the survey of sources found: copies on other sites, pages reused each
//! year, sister calls of one agency, extensions, one national programme in many départements.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::Input;
use super::Sameness::*;
use super::*;
use crate::model::{Deadline, Field, Fields, Kind, Quote, Reading, TerritoryCode, Understanding};

/// Paragraphs that the pages below are made of.
const TEXTS: &[(char, &str)] = &[
    (
        'a',
        "Le programme soutient les projets qui donnent aux personnes en situation de précarité un accès digne à une alimentation de qualité. Les porteurs doivent associer les habitants à la conception des actions et travailler avec les producteurs du territoire. Les dépenses de fonctionnement et de petit équipement sont prises en compte pour une durée de douze mois.",
    ),
    (
        'b',
        "Les crédits sont destinés aux associations qui forment leurs bénévoles ou qui lancent une activité nouvelle. Une même association ne peut déposer que deux demandes. Le collège départemental donne son avis sur les projets, puis les décisions sont notifiées avant l'été par les services de la jeunesse.",
    ),
    (
        'c',
        "Les actions de prévention s'adressent aux adolescents et aux jeunes adultes, dans leurs lieux de vie. Elles reposent sur des données probantes, associent les familles et font l'objet d'une évaluation. Une attention particulière est portée aux territoires où l'offre de soins est rare.",
    ),
    (
        'd',
        "Le dépôt se fait uniquement sur la plateforme. Le dossier comprend un budget équilibré, les statuts, le dernier rapport d'activité et un relevé d'identité bancaire. Tout dossier incomplet est écarté. Les services instructeurs répondent aux questions par messagerie et organisent deux permanences téléphoniques chaque semaine.",
    ),
    (
        'e',
        "Les épiceries sociales peuvent demander une aide à l'achat de chambres froides, de véhicules réfrigérés et de logiciels de gestion. La participation atteint quatre-vingts pour cent du coût hors taxes. Les achats commencés avant l'accord du comité sont exclus de la dépense retenue par la fondation.",
    ),
    (
        'f',
        "Les pensions de famille accueillent sans limite de durée des personnes au faible niveau de ressources, isolées, pour qui un logement ordinaire est hors de portée. Le projet social décrit la vie collective, le rôle des hôtes et les liens avec les services de santé du secteur.",
    ),
    (
        'g',
        "Les quartiers prioritaires bénéficient de crédits spécifiques pour l'emploi, le cadre de vie et la citoyenneté. La programmation annuelle est arrêtée par le comité de pilotage du contrat. Chaque action doit compter une part d'habitants du quartier et être conduite avec les conseils citoyens.",
    ),
    (
        'm',
        "Accueil Actualités Démarches Contact Nous écrire Horaires Accessibilité Suivez l'actualité de nos services chaque semaine.",
    ),
];

/// `title | url | publisher | deadline | published | texts | territory`; empty where not known.
fn fingerprint(of: &str) -> Fingerprint {
    let parts: Vec<&str> = of.split('|').map(str::trim).collect();
    let [title, url, publisher, deadline, published, texts, territory] = parts[..] else { panic!("{of}") };
    let text: Vec<&str> = texts.chars().map(|key| TEXTS.iter().find(|(k, _)| *k == key).unwrap().1).collect();
    let fields = Fields::default();
    let url = format!("https://{url}");
    let text = text.join("\n\n");
    let input = Input {
        title,
        text: &text,
        publisher: (!publisher.is_empty()).then_some(publisher),
        source_territory: &[],
        source_themes: &[],
        published: published.parse().ok(),
        url: (url.len() > 8).then_some(&url),
        fields: &fields,
    };
    let nowhere = || Quote { field: Field::Text, start: 0, end: 0, text: String::new() };
    let mut read = Understanding::default();
    let kind = if title.contains("lauréats") { Kind::Results } else { Kind::Call };
    read.kind = Reading::of(kind, nowhere());
    if let Ok(date) = deadline.parse() {
        read.deadline = Reading::of(Deadline::on(date), nowhere());
    }
    if let Ok(code) = TerritoryCode::parse(territory) {
        read.territory = Reading::of(vec![code], nowhere());
    }
    Fingerprint::of(&input, &read)
}

const PAIRS: &[(Sameness, &str, &str)] = &[
    // Written after the rules, and judged by them before any was changed.
    (
        Same,
        "Appel à projets 2026 \"Précarité alimentaire et étudiants\"|a.example/1|Crous Bretagne|2026-03-20|2026-01-20|ad|R53",
        "Précarité alimentaire : un appel à projets pour les étudiants|b.example/actualites/44|Ville de Rennes|2026-03-20|2026-01-28|ma|",
    ),
    (
        Same,
        "AMI - Territoires nourriciers|a.example/ami|Banque des Territoires|2026-10-01||a|FR",
        "Appel à manifestation d'intérêt « Territoires nourriciers » : candidatures jusqu'au 1er octobre|b.example/ami|Association des maires|2026-10-01||am|FR",
    ),
    (
        Same,
        "Conférence des financeurs de la prévention de la perte d'autonomie – appel à projets 2026|a.example/c|Département de l'Ain|2026-02-13||cd|D01",
        "Appel à projets 2026 Conférence des financeurs|a.example/actus/c|Département de l'Ain|2026-02-13||c|D01",
    ),
    (
        Same,
        "Lutte contre le racisme, l'antisémitisme, la haine anti-LGBT|x.example/dilcrah|Préfecture de la Somme||2025-10-20||D80",
        "Lutte contre le racisme, l'antisémitisme et la haine anti-LGBT|x.example/index.php/dilcrah|Préfecture de la Somme|2025-11-28|2025-10-20||D80",
    ),
    (
        Same,
        "Fonds vert 2026|x.example/fonds-vert|Préfecture|2026-06-30|2026-01-05||D36",
        "Fonds vert 2026 : prolongation|x.example/fonds-vert|Préfecture|2026-09-15|2026-06-20||D36",
    ),
    (
        Same,
        "Restaurants solidaires : équiper les cuisines|a.example/1|Fondation Miam|||e|FR",
        "La Fondation Miam lance un appel à projets pour équiper les cuisines des restaurants solidaires|b.example/1|Carenews|||em|FR",
    ),
    (
        Same,
        "Contrat local de santé : soutien aux actions|x.example/cls|Ville de Lens|2026-04-04||c|62498",
        "Contrat local de santé : soutien aux actions|x.example/cls/?xtor=RSS-1|Ville de Lens|2026-04-04||c|62498",
    ),
    (
        NextCampaign,
        "Concours des cantines durables, 3e édition|x.example/cantines|Réseau|2025-04-30||e|FR",
        "Concours des cantines durables, 4e édition|x.example/cantines|Réseau|2026-04-30||e|FR",
    ),
    (
        NextCampaign,
        "Aide aux vacances 2025|x.example/vacances|Caf|2025-03-01||b|D59",
        "Aide aux vacances 2026|x.example/vacances-2026|Caf|2026-03-01||b|D59",
    ),
    (
        NextCampaign,
        "Programmation FSE+ 2025 : insertion|x.example/fse25|Département du Gers|2025-05-30||d|D32",
        "FSE+ insertion 2026|x.example/fse26|Département du Gers|2026-05-29||d|D32",
    ),
    (
        NextCampaign,
        "Habilitation à l'aide alimentaire : ouverture de la campagne|x.example/h|DREETS|2025-03-01||a|R27",
        "Habilitation à l'aide alimentaire : ouverture de la campagne|x.example/h|DREETS|2026-02-27||ad|R27",
    ),
    (
        Different,
        "Prévention des addictions en milieu festif|a.example/1|ARS Occitanie|2026-05-04||cd|R76",
        "Prévention des addictions en milieu professionnel|a.example/2|ARS Occitanie|2026-05-04||cd|R76",
    ),
    (
        Different,
        "Accueil de jour pour femmes|a.example/1|DRIHL|2026-05-04||fd|R11",
        "Accueil de nuit pour femmes|a.example/2|DRIHL|2026-05-04||fd|R11",
    ),
    (
        Different,
        "Soutien aux projets des jeunes de 11 à 15 ans|a.example/1|Caf du Nord|2026-05-04||d|D59",
        "Soutien aux projets des jeunes de 16 à 25 ans|a.example/2|Caf du Nord|2026-05-04||d|D59",
    ),
    (
        Different,
        "Politique de la ville 2026 – Lens|a.example/1|Agglomération|2025-12-01||g|62498",
        "Politique de la ville 2026 – Liévin|a.example/2|Agglomération|2025-12-01||g|62510",
    ),
    (
        Different,
        "Les lauréats de l'appel à projets précarité alimentaire|x.example/laureats|DREETS||2026-07-01|g|R53",
        "Appel à projets précarité alimentaire|x.example/aap|DREETS|2026-03-12|2026-01-10|a|R53",
    ),
    (
        Different,
        "Aides aux associations : fonctionnement|a.example/1|Ville|2025-10-15||b|",
        "Aides aux associations : investissement|a.example/2|Ville|2025-10-15||b|",
    ),
    (
        Different,
        "Pacte des solidarités – lutte contre la pauvreté des enfants|a.example/1|Préfecture de région|2026-06-01||d|R44",
        "Pacte des solidarités – accès aux droits|a.example/2|Préfecture de région|2026-06-01||d|R44",
    ),
    // One page, seen again.
    (
        Same,
        "Appel à projets précarité alimentaire 2026|x.example/aap|Préfecture de l'Indre|2026-03-12|2026-01-10|ad|D36",
        "Appel à projets précarité alimentaire 2026|www.x.example/aap/|Préfecture de l'Indre|2026-03-12|2026-01-10|ad|D36",
    ),
    (
        Same,
        "Appel à projets précarité alimentaire 2026|x.example/aap|Préfecture de l'Indre|2026-03-12|2026-01-10|ad|D36",
        "Appel à projets précarité alimentaire 2026|x.example/index.php/aap|Préfecture de l'Indre|2026-03-30|2026-02-20|ad|D36",
    ),
    (
        Same,
        "Appel à projets précarité alimentaire|x.example/aap|DREETS||2026-01-10|a|",
        "Prolongation : appel à projets précarité alimentaire|x.example/aap|DREETS|2026-03-30|2026-02-20|ad|",
    ),
    (
        Same,
        "FDVA 2 – campagne 2026|x.example/fdva|Préfecture de la Manche|2026-02-20||b|D50",
        "FDVA 2 : la campagne 2026 est ouverte|x.example/fdva?utm_source=lettre|Préfecture de la Manche|2026-02-27||b|D50",
    ),
    (
        Same,
        "Contrat de ville : appel à projets 2026|x.example/ville|Agglomération|2025-12-01|2025-10-12|g|",
        "Contrat de ville – appel à projets 2026 (prolongé)|x.example/ville|Agglomération|2025-12-15|2025-11-28|gd|",
    ),
    (
        Same,
        "Soutien aux épiceries sociales|x.example/aides/12|Fondation|||e|FR",
        "Soutien aux épiceries sociales|x.example/aides/12|Fondation|2026-06-01||e|FR",
    ),
    (
        Same,
        "Pensions de famille : appel à candidatures|x.example/layout/set/print/pf|DDETS||2026-02-01|f|",
        "Pensions de famille : appel à candidatures|x.example/pf|DDETS||2026-03-01|f|",
    ),
    (
        Same,
        "Prévention santé des jeunes|x.example/spip.php?article12|ARS|2026-04-01||c|",
        "Prévention santé des jeunes|x.example/spip.php?article12&lang=fr|ARS|2026-04-15||cd|",
    ),
    (
        Same,
        "Appel à projets Cité éducative 2026|x.example/cite#top|Ville|2026-01-31||g|",
        "Appel à projets Cité éducative 2026|x.example/cite|Ville|||g|",
    ),
    (
        Same,
        "Prix de la solidarité|x.example/prix|Fondation|2026-05-04|2026-02-02|e|FR",
        "Prix de la solidarité : candidatez|x.example/prix|Fondation|2026-05-04|2026-03-02|em|FR",
    ),
    // One call on several sites.
    (
        Same,
        "Appel à projets « Mieux manger pour tous » 2026|a.example/mmpt|DREETS Bretagne|2026-06-30|2026-05-02|ad|R53",
        "Mieux manger pour tous : appel à projets 2026|b.example/actu/77|Fédération des acteurs de la solidarité Bretagne|2026-06-30|2026-05-09|mad|R53",
    ),
    (
        Same,
        "Appel à projets « Mieux manger pour tous » 2026|a.example/mmpt|DREETS Bretagne|2026-06-30|2026-05-02|ad|R53",
        "AAP Mieux manger pour tous|c.example/aap-mmpt|Réseau|2026-06-30||a|R53",
    ),
    (
        Same,
        "Investissement pour les épiceries sociales et solidaires|a.example/i|Fondation des Solidarités|2026-09-15||e|FR",
        "Fondation : « Investissement pour les épiceries sociales et solidaires »|b.example/relais|Réseau des CCAS|2026-09-15||me|FR",
    ),
    (
        Same,
        "Pensions de famille : appel à candidatures dans le Nord|a.example/pf|DDETS du Nord|2026-04-10||f|D59",
        "Appel à candidatures pensions de famille (Nord)|b.example/9|Fédération|2026-04-10||fm|D59",
    ),
    (
        Same,
        "Prévention des conduites addictives chez les jeunes 2026|a.example/p|ARS Normandie|2026-03-06||cd|R28",
        "ARS Normandie – Prévention des conduites addictives chez les jeunes|b.example/p2|Promotion Santé Normandie|2026-03-06||c|R28",
    ),
    (
        Same,
        "Appel à manifestation d'intérêt tiers-lieux nourriciers|a.example/ami|Région|2026-07-01||a|R93",
        "AMI Tiers-lieux nourriciers|b.example/ami-tiers-lieux|Région|2026-07-01|||R93",
    ),
    (
        Same,
        "Quartiers d'été 2026 : appel à projets|a.example/qe|Préfecture du Rhône|2026-04-30||g|D69",
        "Appel à projets Quartiers d'été 2026|b.example/qe|Métropole|2026-04-30||gm|D69",
    ),
    (
        Same,
        "Formation des bénévoles – FDVA 1 – 2026|a.example/1|DRAJES Centre-Val de Loire|2026-03-15||b|R24",
        "FDVA 1 2026 formation des bénévoles|b.example/77|Mouvement associatif|2026-03-15||bd|R24",
    ),
    (
        Same,
        "Accès digne à l'alimentation des étudiants|a.example/1|Fondation|||a|FR",
        "Accès digne à l'alimentation des étudiants : appel à projets|b.example/2|Carenews|||ma|FR",
    ),
    (
        Same,
        "Agir contre la précarité alimentaire des familles monoparentales|a.example/1|Fondation Abel|||ad|FR",
        "Agir contre la précarité alimentaire des familles monoparentales|b.example/7|Fondation Abel||||FR",
    ),
    (
        Same,
        "Chambres froides et véhicules réfrigérés pour l'aide alimentaire|a.example/1|Fondation|2026-05-05||e|FR",
        "Aide alimentaire : chambres froides et véhicules réfrigérés|b.example/1||2026-05-05|||",
    ),
    (
        Same,
        "Lutte contre l'isolement des personnes âgées|a.example/1|Département du Gard|2026-02-28||cd|D30",
        "Lutte contre l'isolement des personnes âgées (prolongé)|b.example/1|Département du Gard|2026-03-31||cd|D30",
    ),
    // Next year's campaign on the same page.
    (
        NextCampaign,
        "Campagne d'habilitation aide alimentaire 2025|x.example/habilitation|DREETS Grand Est|2025-05-19|2025-02-10|a|R44",
        "Campagne d'habilitation aide alimentaire 2026|x.example/habilitation|DREETS Grand Est|2026-05-15|2026-02-10|a|R44",
    ),
    (
        NextCampaign,
        "FDVA 2 – campagne 2025|x.example/fdva|Préfecture de la Manche|2025-02-20||b|D50",
        "FDVA 2 – campagne 2026|x.example/fdva|Préfecture de la Manche|2026-02-20||b|D50",
    ),
    (
        NextCampaign,
        "Appel à projets politique de la ville|x.example/pv|Ville|2024-12-10||g|",
        "Appel à projets politique de la ville|x.example/pv|Ville|2025-12-09||g|",
    ),
    (
        NextCampaign,
        "Demande de subvention|x.example/subvention|Commune|2024-11-30||b|",
        "Demande de subvention|x.example/subvention|Commune|2025-11-30||b|",
    ),
    (
        NextCampaign,
        "Parentalité : appel à projets|x.example/caf|Caf||2025-01-10|c|",
        "Parentalité : appel à projets|x.example/caf|Caf||2026-01-12|cd|",
    ),
    (
        NextCampaign,
        "Appel à projets prévention 2025|x.example/p|ARS|2025-04-30||c|",
        "Appel à projets prévention 2026|x.example/p|ARS|||cd|",
    ),
    (
        NextCampaign,
        "FIPD 2025|x.example/fipd|Préfecture|2025-01-31|2024-12-01|g|D36",
        "FIPD 2026|x.example/fipd|Préfecture|2026-01-31|2025-12-01|g|D36",
    ),
    (
        NextCampaign,
        "Conférence des financeurs : appel à projets|x.example/cf|Département|2025-03-01||c|D82",
        "Conférence des financeurs : appel à projets|x.example/cf|Département|2026-03-02||cd|D82",
    ),
    // Next year's campaign on another page.
    (
        NextCampaign,
        "Mieux manger pour tous 2025|x.example/2025/mmpt|DREETS Bretagne|2025-06-30||ad|R53",
        "Mieux manger pour tous 2026|x.example/2026/mmpt|DREETS Bretagne|2026-06-15||ad|R53",
    ),
    (
        NextCampaign,
        "Appel à projets 2025 – contrat de ville de Limoux|x.example/1|Ville de Limoux|2024-12-02||g|",
        "Appel à projets 2026 – contrat de ville de Limoux|x.example/2|Ville de Limoux|2025-12-01||g|",
    ),
    (
        NextCampaign,
        "Quartiers d'été : appel à projets|x.example/1|Préfecture du Rhône|2025-04-30||g|D69",
        "Quartiers d'été : appel à projets|x.example/2|Préfecture du Rhône|2026-04-28||g|D69",
    ),
    (
        NextCampaign,
        "Prix de l'innovation sociale locale 2025|x.example/p25|Union des CCAS|2025-05-05|||FR",
        "Prix de l'innovation sociale locale 2026|x.example/p26|Union des CCAS|2026-05-04|||FR",
    ),
    (
        NextCampaign,
        "Habilitation régionale aide alimentaire|x.example/a|DREETS Occitanie||2025-02-01|a|R76",
        "Habilitation régionale aide alimentaire|x.example/b|DREETS Occitanie||2026-02-03|a|R76",
    ),
    // Two calls of one agency.
    (
        Different,
        "Prévention et promotion de la santé 2026|a.example/1|ARS Corse|2026-03-01||cd|R94",
        "Réduction des inégalités de santé 2026|a.example/2|ARS Corse|2026-03-01||cd|R94",
    ),
    (
        Different,
        "Appel à projets santé mentale des jeunes|a.example/1|ARS|2026-03-01||d|R28",
        "Appel à projets nutrition et activité physique|a.example/2|ARS|2026-03-01||d|R28",
    ),
    (
        Different,
        "Résidences artistiques en collèges 2026|a.example/1|Ville|2026-02-04||d|",
        "Résidences artistiques en crèches 2026|a.example/2|Ville|2026-01-08||d|",
    ),
    (
        Different,
        "Fonds publics et territoires – axe 1|a.example/1|Caf|2026-01-30||cd|D93",
        "Fonds publics et territoires – axe 6|a.example/2|Caf|2026-01-30||cd|D93",
    ),
    (
        Different,
        "Alimentation locale et solidaire – volet A|a.example/1|Département|2026-03-04||a|D44",
        "Alimentation locale et solidaire – volet B|a.example/2|Département|2026-03-04||a|D44",
    ),
    (
        Different,
        "FDVA 1 – formation des bénévoles 2026|a.example/1|DRAJES|2026-03-15||b|R24",
        "FDVA 2 – fonctionnement et innovation 2026|a.example/2|DRAJES|2026-03-15||b|R24",
    ),
    (
        Different,
        "Mobilité inclusive|a.example/1|Département du Calvados|2026-03-15||d|D14",
        "Levée des freins sociaux|a.example/2|Département du Calvados|2026-03-15||d|D14",
    ),
    (
        Different,
        "Appel à projets Insertion 2026|a.example/1|Département|2026-03-15||d|D94",
        "Appel à projets Autonomie 2026|a.example/2|Département|2026-03-15||d|D94",
    ),
    (
        Different,
        "Écoquartier : appel à candidatures|a.example/1|Ministère|2026-05-18||d|FR",
        "Petites villes : appel à candidatures|a.example/2|Ministère|2026-05-18||d|FR",
    ),
    (
        Different,
        "Achat de véhicules frigorifiques|a.example/1|Fondation|||e|FR",
        "Formation des salariés des épiceries sociales|a.example/2|Fondation|||d|FR",
    ),
    // One programme in many places.
    (
        Different,
        "FDVA 2 – campagne 2026|a.example/1|Préfecture de la Manche|2026-02-20||b|D50",
        "FDVA 2 – campagne 2026|b.example/1|Préfecture de l'Orne|2026-02-20||b|D61",
    ),
    (
        Different,
        "Mieux manger pour tous 2026|a.example/1|DREETS Bretagne|2026-06-30||a|R53",
        "Mieux manger pour tous 2026|b.example/1|DREETS Normandie|2026-06-30||a|R28",
    ),
    (
        Different,
        "Campagne d'habilitation aide alimentaire 2026|a.example/1|DREETS Occitanie|2026-05-15||a|R76",
        "Campagne d'habilitation aide alimentaire 2026|b.example/1|DREETS PACA|2026-04-30||a|R93",
    ),
    (
        Different,
        "Contrat de ville : appel à projets 2026|a.example/1|Ville de Sainte-Anne|2025-12-01||g|97128",
        "Contrat de ville : appel à projets 2026|b.example/1|Ville de Montreuil|2025-12-01||g|93048",
    ),
    (
        Different,
        "FIPD 2026|a.example/1|Préfecture de l'Indre|2026-01-31|||D36",
        "FIPD 2026|b.example/1|Préfecture de l'Aisne|2026-01-31|||D02",
    ),
    // Nothing in common.
    (
        Different,
        "Appel à projets précarité alimentaire|a.example/1|DREETS|2026-03-12||a|",
        "Appel à projets vie associative|b.example/1|DRAJES|2026-03-12||b|",
    ),
    (
        Different,
        "Appel à projets 2026|a.example/1|Ville de Nantes|2026-03-12|||44109",
        "Appel à projets 2026|b.example/1|Ville d'Agen|2026-03-12|||47001",
    ),
    (Different, "Appel à candidatures|a.example/1|Région||||R11", "Appel à candidatures|b.example/1|Région||||R53"),
    (
        Different,
        "Un carrousel sur la place|x.example/page|Ville|2026-02-02||d|",
        "Budget participatif des écoles|x.example/page|Ville|2026-09-02||g|",
    ),
    (
        Different,
        "Pensions de famille|a.example/1|DDETS du Nord|2026-04-10||f|D59",
        "Maraudes d'hiver|b.example/3|DDETS du Nord|2026-10-10||d|D59",
    ),
    (
        Different,
        "Prix des cantines durables|a.example/1|Réseau|2026-04-30|||FR",
        "Concours des jardins partagés|b.example/1|Réseau|2026-04-30|||FR",
    ),
    (
        Different,
        "Aide aux épiceries sociales : investissement|a.example/1|Région|2026-04-30||e|R76",
        "Aide aux épiceries sociales : formation des bénévoles|a.example/2|Région|2026-04-30||b|R76",
    ),
    (
        Different,
        "Lutte contre la pauvreté 2026|a.example/1|DDETS|2026-05-01||g|D31",
        "Lutte contre le gaspillage 2026|a.example/2|DRAAF|2026-05-01||a|R76",
    ),
    // Titles alike but for a number.
    (
        Different,
        "Fonds d'initiatives du canton 4|dep.example/fonds/4|Département|2026-04-30||d|D62",
        "Fonds d'initiatives du canton 5|dep.example/fonds/5|Département|2026-04-30||d|D62",
    ),
    (
        Different,
        "Prix des jeunes engagés, 2e édition|prix.example/2|Fondation Alizier|||a|FR",
        "Prix des jeunes engagés, 3e édition|prix.example/3|Fondation Alizier|||a|FR",
    ),
    (
        Different,
        "Réfrigérateurs solidaires du secteur 12|ville.example/s12|Ville|2026-05-02||e|D59",
        "Réfrigérateurs solidaires du secteur 14|ville.example/s14|Ville|2026-05-02||e|D59",
    ),
    (
        Same,
        "Fonds d'initiatives du canton 4|dep.example/fonds/4|Département|2026-04-30||d|D62",
        "Fonds d'initiatives du canton 4 : appel à projets|relais.example/f4|Réseau|2026-04-30||d|D62",
    ),
    // Only a person can tell.
    (
        Unsure,
        "Lutte contre l'isolement des personnes âgées|a.example/1|Département|2026-02-28|||D30",
        "Lutte contre l'isolement des personnes âgées|b.example/1|Réseau|2026-05-31|||D30",
    ),
    (
        Unsure,
        "Soutien aux épiceries sociales|x.example/e|Région|2026-03-01||e|R76",
        "Soutien aux épiceries sociales|x.example/e|Région|2026-09-20||e|R76",
    ),
    (
        Same,
        "Accueil de jour des femmes isolées|a.example/1|DDETS|||f|D13",
        "Accueil de jour des femmes isolées|b.example/2||2026-04-01|||D13",
    ),
    (
        Different,
        "Prévention des expulsions locatives : accompagnement|a.example/1|DDETS|2026-04-01||d|D13",
        "Prévention des expulsions locatives : équipes mobiles|a.example/2|DDETS|2026-04-01||d|D13",
    ),
];

/// Exactness on the pairs, and for "the same" its precision and recall; `cargo test --lib labelled_pairs -- --nocapture` shows them.
#[test]
fn labelled_pairs_are_told_apart() {
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<(String, String), u32> = BTreeMap::new();
    for (want, a, b) in PAIRS {
        let (one, other) = (fingerprint(a), fingerprint(b));
        let read = compare(&one, &other);
        assert_eq!(read, compare(&other, &one), "symmetric: {a} / {b}");
        *counts.entry((format!("{want:?}"), format!("{read:?}"))).or_default() += 1;
        if read != *want {
            wrong.push(format!("{want:?} read as {read:?}:\n  {a}\n  {b}"));
        }
    }
    let count = |want: &str, read: &str| {
        let of = |name: &str, filter: &str| filter.is_empty() || name == filter;
        let fit = counts.iter().filter(|((w, r), _)| of(w, want) && of(r, read));
        f64::from(fit.map(|(_, n)| n).sum::<u32>())
    };
    let right = PAIRS.len() - wrong.len();
    println!("{right} of {} pairs right; confusion {counts:?}\n{}", PAIRS.len(), wrong.join("\n"));
    for kind in ["Same", "NextCampaign"] {
        let (precision, recall) = (count(kind, kind) / count("", kind), count(kind, kind) / count(kind, ""));
        println!("{kind}: precision {precision:.3}, recall {recall:.3}");
        assert!(precision >= 0.97 && recall >= 0.9, "{kind}");
    }
    assert!(wrong.len() * 20 <= PAIRS.len(), "more than one pair in twenty is wrong");
}

#[test]
fn the_index_finds_what_a_comparison_would_accept() {
    let mut index = SamenessIndex::new();
    for (n, (_, a, _)) in PAIRS.iter().enumerate() {
        index.add(n, &fingerprint(a));
    }
    // Items that share common words and the boilerplate of their site with all others.
    for n in 0..2_000 {
        let other =
            format!("Appel à projets solidarité alimentation numéro{n}|z.example/{n}|Département|2026-03-01||d|D93");
        index.add(PAIRS.len() + n, &fingerprint(&other));
    }
    for (n, (want, _, b)) in PAIRS.iter().enumerate() {
        let found = index.candidates(&fingerprint(b));
        assert!(*want == Different || found.contains(&n), "not among {} candidates: {b}", found.len());
        assert!(found.len() <= 100);
    }
    assert_eq!(index.len(), PAIRS.len() + 2_000);
}

#[test]
fn a_fingerprint_is_small_and_survives_being_stored() {
    for (_, a, b) in PAIRS {
        for of in [a, b] {
            let fingerprint = fingerprint(of);
            let stored = serde_json::to_string(&fingerprint).unwrap();
            assert!(stored.len() < 1_000, "{} bytes", stored.len());
            assert_eq!(serde_json::from_str::<Fingerprint>(&stored).unwrap(), fingerprint);
            let same = compare(&fingerprint, &fingerprint);
            assert!(same == Same || fingerprint.url().is_none(), "{of}");
        }
    }
}

proptest! {
    #[test]
    fn a_comparison_has_no_order(a in 0..PAIRS.len(), b in 0..PAIRS.len()) {
        let (one, other) = (fingerprint(PAIRS[a].1), fingerprint(PAIRS[b].2));
        prop_assert_eq!(compare(&one, &other), compare(&other, &one));
    }
}
