//! The whole reading of short notices in our own words, and what holds for every text.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::model::{Audience, CallType, Field, Kind, Quote, Status, Theme, ThemeExpression};

static READER: LazyLock<Reader> = LazyLock::new(reader);

fn reader() -> Reader {
    let expression = |words: &str| ThemeExpression { words: words.to_owned(), weight: 3.0 };
    let theme = |id: &str, words: &[&str]| Theme {
        id: ThemeId(id.to_owned()),
        label_fr: id.to_owned(),
        label_en: id.to_owned(),
        aliases: vec![],
        expressions: words.iter().map(|words| expression(words)).collect(),
        exclusions: vec![],
    };
    let themes = vec![theme("food", &["aide alimentaire", "épicerie sociale"]), theme("health", &["santé"])];
    Reader::new(&Themes { themes })
}

fn read(title: &str, text: &str) -> Understanding {
    read_with(title, text, &Fields::default())
}

fn read_with(title: &str, text: &str, fields: &Fields) -> Understanding {
    READER.read(&Input { title, text, ..empty(fields) })
}

fn empty(fields: &Fields) -> Input<'_> {
    Input {
        title: "",
        text: "",
        publisher: None,
        source_territory: &[],
        source_themes: &[],
        published: None,
        url: None,
        fields,
    }
}

#[test]
fn who_may_apply_and_whether_a_ccas_may() {
    use Audience::*;
    let check = |text: &str, audiences: &[Audience], ccas: Option<bool>| {
        let read = read("Appel à projets", text);
        assert_eq!(read.audiences.value.as_deref().unwrap_or_default(), audiences, "{text}");
        assert_eq!(read.ccas_eligible.value, ccas, "{text}");
    };
    check(
        "Peuvent candidater : les communes, les CCAS et les associations.",
        &[Collectivites, Associations],
        Some(true),
    );
    check("L’appel s’adresse aux collectivités territoriales et à leurs groupements.", &[Collectivites], Some(true));
    check(
        "Bénéficiaires :\n- centres communaux d’action sociale\n- associations",
        &[Collectivites, Associations],
        Some(true),
    );
    check(
        "Sont éligibles les structures publiques ou privées à but non lucratif.",
        &[Associations, Etablissements],
        Some(true),
    );
    check("Cet appel est ouvert exclusivement aux associations loi 1901.", &[Associations], Some(false));
    check("Peuvent répondre les entreprises de moins de 50 salariés.", &[Entreprises], Some(false));
    check("Peuvent répondre les associations. Les collectivités ne sont pas éligibles.", &[Associations], Some(false));
    check("L’appel est réservé aux lycées et aux collèges.", &[Etablissements], Some(false));
    // A CCAS is one.
    check("Peuvent candidater les associations ou toute personne morale.", &[Associations], Some(true));
    check("Les actions concernent les jeunes et les habitants du quartier.", &[], None);
    check("", &[], None);
}

#[test]
fn associations_merely_named_do_not_shut_a_ccas_out() {
    let check = |text: &str, ccas: Option<bool>| {
        assert_eq!(read("Appel à projets", text).ccas_eligible.value, ccas, "{text}");
    };
    check("Les associations déposent leur dossier en ligne.", None);
    check("Peuvent répondre les associations et les entreprises d’insertion.", None);
    check("L’appel s’adresse aux associations du quartier, et à elles seules.", Some(false));
    check("Réponse réservée aux associations de quartier.", Some(false));
    check("Ouvert aux associations. Les communes ne peuvent pas en bénéficier.", Some(false));
    check("Les boulangers et autres artisans peuvent candidater.", Some(false));
}

#[test]
fn bodies_listed_in_one_breath_are_those_who_apply() {
    let check = |text: &str, ccas: Option<bool>| {
        assert_eq!(read("Appel à projets", text).ccas_eligible.value, ccas, "{text}");
    };
    check("Communes et associations\n\nHaut de page", Some(true));
    check("Communes, offices de tourisme, associations : dites-nous tout avant mai.", Some(true));
    check("Communes, CCAS, foyers ruraux : à vos plumes.", Some(true));
    check("Qui : associations et communes du canton", Some(true));
    check("Applicants: municipalities, NGOs and schools", Some(true));
    check("Les jardins poussent dans les cinq départements et dans 12 communes.", None);
    check("La Collectivité européenne d’Alsace finance des associations alsaciennes.", None);
    check("Une question ? Mairie de Belleville, service associations.", None);
}

#[test]
fn a_call_for_research_is_not_for_a_ccas() {
    let check = |title: &str, text: &str| {
        let read = read(title, text);
        assert_eq!(read.ccas_eligible.value, Some(false), "{title} {:?}", read.audiences.value);
    };
    check("Appel à projets de recherche « Alimentation et territoires »", "Dépôt des projets avant le 3 mai 2026.");
    check(
        "Appel à candidatures",
        "Peuvent candidater les laboratoires et les équipes de recherche. Clôture le 3 mai 2026.",
    );
}

#[test]
fn where_one_lives_is_not_who_applies() {
    let read = read(
        "Appel à projets jeunes",
        "Les associations loi 1901 peuvent candidater, dans les villes de moins de 20 000 habitants. Clôture : 3 mai 2026.",
    );
    assert_eq!(read.audiences.value, Some(vec![Audience::Associations]));
}

#[test]
fn a_household_s_aid_is_not_for_a_ccas() {
    let check = |text: &str, ccas: Option<bool>| {
        let read = read("Prime pour isoler son toit", text);
        assert_eq!((read.kind(), read.ccas_eligible.value), (Kind::Aid, ccas), "{text}");
    };
    check("Aide permanente de 300 € pour les ménages des 12 communes, à demander à tout moment.", Some(false));
    check("L’aide, versée à tout moment, finance les travaux des propriétaires et des locataires.", Some(false));
    check("Les communes peuvent demander l’aide à tout moment.", Some(true));
}

#[test]
fn food_aid_accreditation_is_not_for_a_ccas() {
    let check = |text: &str, ccas: Option<bool>| {
        let read = read("Campagne d’habilitation à l’aide alimentaire", text);
        assert_eq!((read.kind(), read.ccas_eligible.value), (Kind::Accreditation, ccas), "{text}");
    };
    check("Les personnes morales de droit privé doivent être habilitées.", Some(false));
    check("Les personnes publiques ne demandent pas d’habilitation.", Some(false));
    check("Suis-je concerné ? Oui si vous êtes une association, non si vous êtes un CCAS.", Some(false));
    check("Les associations demandent leur habilitation avant mai.", None);
    check("Les CCAS ne sont pas concernés par l’habilitation.", Some(false));
    check("Les dossiers sont à envoyer à la DREETS.", None);
}

#[test]
fn a_label_is_for_those_whom_its_page_names() {
    let check = |text: &str, ccas: Option<bool>| {
        let read = read("Campagne de labellisation « Ville à vélo »", text);
        assert_eq!((read.kind(), read.ccas_eligible.value), (Kind::Accreditation, ccas), "{text}");
    };
    check("Les communes peuvent obtenir le label. Demande de labellisation avant le 4 mai 2026.", Some(true));
    check("La demande de labellisation est à envoyer avant le 4 mai 2026.", None);
}

#[test]
fn what_stands_before_a_footer_is_the_heart_of_a_short_page() {
    let text = "Aller au contenu\nMenu\nLa ville lance un appel à projets.\nHaut de page\nMentions légales";
    let fields = Fields::default();
    let page = page::Page::of(&Input { text, ..empty(&fields) });
    let call = text.find("appel").unwrap();
    assert_eq!(page.zone(call), page::Zone::Lead);
    assert_eq!(page.zone(text.find("Haut").unwrap()), page::Zone::Chrome);
}

#[test]
fn a_mention_of_a_call_is_no_call() {
    let check = |title: &str, text: &str, kind: Kind| assert_eq!(read(title, text).kind(), kind, "{title}");
    check("La halle rouvre", "Fruit d’un appel à projets de 2024, elle accueille les maraîchers.", Kind::News);
    check("Aide alimentaire : un nouvel appel", "La ministre a annoncé qu’un appel à projets suivra.", Kind::News);
    check("Plan vélo : vos avis", "Il ne s’agit pas d’un appel à projets.", Kind::News);
    check("Coup de main", "Pas d’appel à projets : une aide, demandée quand vous voulez.", Kind::Aid);
}

#[test]
fn controls_at_any_time_make_no_standing_aid() {
    let filler = "Nous aimons le voisinage et la lecture. ".repeat(30);
    let text = |end: &str| format!("Une subvention soutient la lecture. {filler}{end}");
    let kind = |end: &str| read("Lire ensemble", &text(end)).kind();
    assert_ne!(kind("Des visites ont lieu à tout moment."), Kind::Aid);
    assert_eq!(kind("La demande de subvention est reçue à tout moment."), Kind::Aid);
}

#[test]
fn no_date_of_an_offer_or_of_results_is_shown_as_a_deadline() {
    let check = |title: &str, text: &str, kind: Kind| {
        let read = read(title, text);
        assert_eq!((read.kind(), read.deadline.value, read.opening.value), (kind, None, None), "{title}");
        assert!(read.waves.is_empty(), "{title}");
    };
    check("Marché de repas", "Date limite de remise des offres : 4 mai 2026. Procédure adaptée.", Kind::News);
    check("Appel à projets : les lauréats", "L’appel était ouvert jusqu’au 4 mai 2026.", Kind::Results);
    check("Le CCAS recrute un cuisinier", "Candidature au plus tard le 4 mai 2026, CV et lettre.", Kind::News);
    let call = read("Appel à projets", "Date limite de dépôt des dossiers : 4 mai 2026.");
    assert_eq!(call.deadline.value.map(|d| d.date.to_string()).as_deref(), Some("2026-05-04"));
}

#[test]
fn amounts_are_envelopes_and_caps_not_other_sums() {
    let check = |text: &str, amount: Option<&str>| {
        assert_eq!(read("Appel à projets", text).amount.value.as_deref(), amount, "{text}");
    };
    check("L’enveloppe de l’appel s’élève à 150 000 €.", Some("150 000 €"));
    check("L’appel à projets est doté de 1,2 million d’euros.", Some("1,2 million d’euros"));
    check("L’aide est plafonnée à 30.000€ par projet.", Some("30.000€"));
    check("Subvention dans la limite de 5 000 euros.", Some("5 000 euros"));
    check("Un prêt plafonné, d’un montant maximum de 40 000 à 650 000 euros.", Some("40 000 à 650 000 euros"));
    check("Plafond de 50 000 € pour les études et plafond de 300 000 € pour les travaux.", Some("300 000 €"));
    check("Une dotation de 1 000 000 M€ est mobilisée.", Some("1 000 000 M€"));
    check("Une dotation de 2 M€ est mobilisée.", Some("2 M€"));
    check("Entreprises dont le chiffre d’affaires dépasse 50 000 €.", None);
    check("La redevance est de 56 euros par jour.", None);
    check("Le projet doit coûter au moins 10 000 €.", None);
    check("Sans somme.", None);
}

#[test]
fn a_status_is_read_where_it_is_announced() {
    let check = |title: &str, text: &str, status: Option<Status>| {
        assert_eq!(read(title, text).status.value, status, "{title} {text}");
    };
    check("Appel à projets suspendu : aide aux associations", "", Some(Status::Suspended));
    check("Aide aux associations", "L’appel à projets est annulé.", Some(Status::Cancelled));
    check("Aide aux associations", "Le guichet est clos par anticipation.", Some(Status::Withdrawn));
    check("Aide aux associations", "En cas de clôture anticipée, une information sera publiée.", None);
    check("Aide aux associations", "Déposez votre dossier.", None);
}

#[test]
fn the_sort_of_call_comes_from_its_name() {
    let check = |title: &str, text: &str, call_type: Option<CallType>| {
        assert_eq!(read(title, text).call_type.value, call_type, "{title}");
    };
    check("Appel à projets 2026", "", Some(CallType::Aap));
    check("AMI : tiers-lieux", "", Some(CallType::Ami));
    check("Prix 2026 : l’appel à candidatures est ouvert", "Prix des communes.", Some(CallType::Prix));
    check("Appel à candidatures", "", Some(CallType::Candidatures));
    check("Campagne de subventions 2026", "", Some(CallType::Subvention));
    check("Le maire a visité l’école", "", None);
    check("Soutien aux troupes", "Déposez votre dossier avant le 4 mai 2026, selon le cahier des charges.", None);
    check("BrainCare Call 2", "Applicants submit proposals. Deadline: 4 May 2026.", None);
}

#[test]
fn a_summary_is_a_sentence_of_the_page() {
    let check = |text: &str, summary: Option<&str>| {
        assert_eq!(read("Appel à projets Lien social", text).summary.as_deref(), summary, "{text}");
    };
    check(
        "Mis à jour le 3 mars 2026\n\nLa Ville soutient les projets qui rompent l’isolement des personnes âgées. Date limite : 3 mai.",
        Some("La Ville soutient les projets qui rompent l’isolement des personnes âgées."),
    );
    // A site's date on the line of the text takes none of its words.
    let sentence = "La Ville soutient les projets qui rompent l’isolement des personnes âgées.";
    for label in [
        "Publié le 3 mars 2026",
        "Mis à jour le 03/03/2026 à 14h30",
        "Publié le : mercredi 12 septembre 2026",
        "Publié le 03/03/2026 - 9:05.",
    ] {
        check(&format!("{label} {sentence} Date limite : 3 mai."), Some(sentence));
    }
    check("Appel à projets Lien social", None);
    check("", None);
}

#[test]
fn the_site_s_fields_win_and_are_quoted() {
    let fields = Fields {
        audiences: Some(("publics".to_owned(), vec![Audience::Associations, Audience::Collectivites])),
        amount: Some(("montant".to_owned(), "3 000 €".to_owned())),
        ..Fields::default()
    };
    let read = read_with("Appel à projets", "Enveloppe de 9 000 €. Peuvent candidater les entreprises.", &fields);
    assert_eq!(read.audiences.value, Some(vec![Audience::Collectivites, Audience::Associations]));
    assert_eq!(read.amount.value.as_deref(), Some("3 000 €"));
    assert_eq!(read.amount.evidence.first().map(|quote| &quote.field), Some(&Field::Structured("montant".to_owned())));
}

#[test]
fn an_answer_has_every_key_and_null_where_nothing_was_read() {
    let read = read("Appel à projets « Épicerie sociale »", "Peuvent candidater les communes. Enveloppe : 10 000 €.");
    let answer = answer("a-1", &read);
    assert_eq!(answer["id"], "a-1");
    assert_eq!(answer["kind"], "call");
    assert_eq!(answer["call_type"], "aap");
    assert_eq!(answer["themes"], serde_json::json!(["food"]));
    assert_eq!(answer["ccas_eligible"], true);
    assert_eq!(answer["evidence"]["amount"][0]["quote"], "10 000 €");
    for key in ["deadline", "deadline_time", "opening", "published", "status"] {
        assert!(answer.as_object().is_some_and(|keys| keys.contains_key(key)), "{key}");
        assert!(answer[key].is_null(), "{key}");
    }
}

/// Words that the rules look for, marks, and anything at all.
fn messy_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("Appel à projets".to_owned()),
        Just("Peuvent candidater : ".to_owned()),
        Just("les communes".to_owned()),
        Just("À lire aussi ".to_owned()),
        Just("Crédit photo".to_owned()),
        Just("enveloppe de 10 000 €".to_owned()),
        Just("avant le 3 mai 2026".to_owned()),
        Just("aide alimentaire".to_owned()),
        Just(".\n\n".to_owned()),
        "\\PC{0,12}",
        ".{0,6}",
    ];
    proptest::collection::vec(piece, 0..30).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #[test]
    fn no_date_is_read_where_none_is_written(title in "[a-zéè'’ ,.:-]{0,40}", text in "[a-zéèà'’ .,;:\n-]{0,160}") {
        let months = ["janv", "fév", "fev", "mars", "avr", "mai", "juin", "juil", "aout", "août", "sept", "oct", "nov", "déc", "dec"];
        prop_assume!(!months.iter().any(|month| title.contains(month) || text.contains(month)));
        let read = read(&title, &format!("Appel à projets. Dossiers avant le {text}"));
        prop_assert!(read.deadline.value.is_none() && read.opening.value.is_none() && read.waves.is_empty());
    }

    #[test]
    fn every_quote_is_the_words_at_its_place(title in "\\PC{0,40}", text in messy_text()) {
        let read = read(&title, &text);
        let quotes: Vec<&Quote> = read.kind.evidence.iter()
            .chain(&read.call_type.evidence).chain(&read.themes.evidence).chain(&read.audiences.evidence)
            .chain(&read.ccas_eligible.evidence).chain(&read.amount.evidence).chain(&read.status.evidence)
            .chain(&read.deadline.evidence).chain(&read.opening.evidence).chain(&read.territory.evidence)
            .collect();
        for quote in quotes {
            let field = if quote.field == Field::Title { &title } else { &text };
            prop_assert_eq!(field.get(quote.start..quote.end), Some(quote.text.as_str()));
        }
        prop_assert!(read.themes.value.iter().all(|themes| (1..=3).contains(&themes.len())));
        prop_assert!(read.summary.iter().all(|summary| summary.chars().count() <= 300));
    }
}
