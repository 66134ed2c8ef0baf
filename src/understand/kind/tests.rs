//! Short notices of every kind, in our own words, after the pages that préfectures, DREETS, ARS, départements, towns,
//! foundations and the press write.

use super::*;
use crate::model::Fields;

fn kind_of(title: &str, text: &str, url: &str) -> Kind {
    let fields = Fields::default();
    let input = Input {
        title,
        text,
        publisher: None,
        relay: false,
        source_territory: &[],
        source_themes: &[],
        published: None,
        url: (!url.is_empty()).then_some(url),
        fields: &fields,
    };
    let page = Page::of(&input);
    // The dates have their own tests; here a label and a day stand for a deadline read.
    let dated = ["date limite", "avant le", "jusqu’au", "au plus tard le"].iter().any(|cue| text.contains(cue));
    read(&page, &input, dated).value.unwrap()
}

fn check(kind: Kind, cases: &[(&str, &str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(title, text, url)| {
            let read = kind_of(title, text, url);
            (read != kind).then(|| format!("{read:?}: {title}"))
        })
        .collect();
    assert!(wrong.is_empty(), "not {kind:?}:\n{}", wrong.join("\n"));
}

#[test]
fn a_call_says_that_one_can_apply() {
    check(
        Kind::Call,
        &[
            (
                "Appel à projets 2026 – Politique de la ville",
                "Le préfet lance l’appel à projets du contrat de ville. Les dossiers sont à déposer sur Dauphin avant le 12 décembre 2025.",
                "",
            ),
            (
                "FDVA 2 – Campagne 2026",
                "La campagne du fonds pour le développement de la vie associative est ouverte. Les associations déposent leur demande sur Le Compte Asso jusqu’au 20 février.",
                "",
            ),
            (
                "Mieux manger pour tous : un nouvel appel à projets régional",
                "La DREETS lance un appel à projets doté de 1,2 million d’euros. Les candidatures sont attendues avant le 30 juin.",
                "",
            ),
            (
                "AMI « Tiers-lieux alimentaires »",
                "Les structures intéressées peuvent manifester leur intérêt au plus tard le 4 mai 2026.",
                "",
            ),
            (
                "Prix de l’innovation sociale locale",
                "Les CCAS peuvent candidater en ligne jusqu’au 15 mars. Le règlement et le dossier de candidature sont à télécharger.",
                "",
            ),
            (
                "Prévention des addictions chez les jeunes",
                "Appel à projets\n\nL’agence régionale de santé soutient des actions de prévention. Cahier des charges, dossier de candidature et modalités de dépôt ci-dessous ; date limite : 9 janvier 2026.",
                "",
            ),
            (
                "Subventions 2026 aux associations",
                "La commune soutient les associations. Le dossier de demande de subvention est à retirer en mairie et à rendre avant le 31 octobre.",
                "",
            ),
            (
                "FIPD 2026 : lancement de la campagne",
                "Les porteurs de projets déposent leur dossier de demande sur la plateforme au plus tard le 31 janvier 2026.",
                "",
            ),
            (
                "Appel à candidatures pour la création de pensions de famille",
                "Cet appel à candidatures vise à créer trente places. Les candidats déposent un dossier complet avant le 2 avril.",
                "",
            ),
            (
                "DILCRAH : appel à projets locaux 2026",
                "Les associations et les collectivités peuvent répondre à l’appel jusqu’au 28 novembre.",
                "",
            ),
            (
                "Votre projet pour la parentalité",
                "La Caf lance un appel à projets pour soutenir les parents. Candidatures avant le 6 février 2026.",
                "",
            ),
            (
                "Dotation d’équipement des territoires ruraux 2026",
                "Les communes et les EPCI éligibles déposent leurs demandes de subvention au plus tard le 31 décembre 2025. Projets éligibles, taux, pièces à fournir.",
                "",
            ),
            (
                "Concours « Ma cantine durable »",
                "Ouvert aux communes, le concours récompense les cantines. Inscription et dépôt des dossiers jusqu’au 30 avril.",
                "",
            ),
            (
                "Fonds d’aide aux épiceries sociales : les candidatures sont ouvertes",
                "La fondation finance l’équipement d’épiceries sociales. Pour candidater, remplissez le formulaire avant le 1er juin ; les lauréats seront annoncés en septembre.",
                "",
            ),
            (
                "Appel à projets « Lien social » : il est temps de candidater !",
                "La deuxième édition est lancée. Découvrez les lauréats de la première édition. Dépôt des dossiers avant le 10 mai.",
                "",
            ),
            (
                "Appel à projet relatif à l’accueil de jour de femmes isolées",
                "Mis à jour le 03/02/2026\n\nLa direction départementale recherche un opérateur. Les réponses sont attendues au plus tard le 16 mars 2026.",
                "",
            ),
            (
                "Appels à projets de la conférence des financeurs",
                "Le Département lance deux appels à projets pour prévenir la perte d’autonomie.",
                "",
            ),
            (
                "Agir contre l’isolement",
                "Le présent appel à initiatives s’adresse aux associations. Comment répondre ? Lettre d’intention jusqu’au 7 juillet.",
                "",
            ),
        ],
    );
}

#[test]
fn an_aid_can_be_asked_for_at_any_time() {
    check(
        Kind::Aid,
        &[
            (
                "Aide à l’équipement des cuisines centrales",
                "La Région subventionne l’équipement des communes. Dépenses éligibles, taux d’intervention de 40 %, plafond de 80 000 €. Les demandes sont reçues toute l’année.",
                "",
            ),
            (
                "Accompagner les communes dans leur projet alimentaire",
                "L’agence technique conseille les communes. Intervention gratuite.",
                "https://aides.example.org/aides/12-accompagner",
            ),
            (
                "Soutien aux jardins partagés",
                "Dispositif permanent : le dossier peut être déposé à tout moment. Montant de l’aide : jusqu’à 5 000 €.",
                "",
            ),
            (
                "Chèque numérique des artisans",
                "L’aide finance l’équipement numérique. Bénéficiaires : artisans. Montant de l’aide : 1 500 € maximum.",
                "https://region.example.org/guide-des-aides/cheque",
            ),
            (
                "Financer la rénovation d’un centre social",
                "Prêt à taux bonifié pour les collectivités. Ce dispositif est ouvert en continu.",
                "",
            ),
            (
                "Fonds d’urgence logement",
                "L’aide est accordée au fil de l’eau aux ménages en difficulté, sur demande d’un travailleur social. Conditions d’attribution et plafond.",
                "",
            ),
            (
                "Bénéficier d’une ingénierie pour son plan de mobilité",
                "Le syndicat accompagne les intercommunalités : études, assistance à maîtrise d’ouvrage.",
                "https://aides.example.org/aides/87",
            ),
            (
                "Aide au maintien à domicile",
                "La caisse accorde une participation financière aux retraités. La demande d’aide peut être faite toute l’année.",
                "",
            ),
        ],
    );
}

#[test]
fn an_accreditation_opens_or_gives_a_right() {
    check(
        Kind::Accreditation,
        &[
            (
                "Campagne 2026 d’habilitation à l’aide alimentaire",
                "Les personnes morales de droit privé déposent leur demande d’habilitation avant le 27 février 2026. L’arrêté sera publié le 30 juin.",
                "",
            ),
            (
                "Aide alimentaire : habilitation régionale",
                "Qui est concerné ? Les associations qui reçoivent des denrées doivent être habilitées. Les CCAS ne sont pas concernés.",
                "",
            ),
            (
                "Arrêté du 3 mai 2025 portant habilitation d’associations pour l’aide alimentaire",
                "Sont habilitées pour cinq ans les personnes morales de droit privé dont la liste suit.",
                "",
            ),
            (
                "Liste des structures habilitées à l’aide alimentaire",
                "L’arrêté fixant la liste des associations habilitées en 2025 est en ligne.",
                "",
            ),
            (
                "Renouvellement d’habilitation : les dates",
                "Les associations dont l’habilitation aide alimentaire s’achève déposent un dossier d’habilitation jusqu’au 15 mai.",
                "",
            ),
            (
                "Agrément des entreprises solidaires : faire sa demande",
                "L’agrément ESUS est délivré par le préfet. La demande d’agrément se fait en ligne.",
                "",
            ),
            (
                "Campagne de labellisation des espaces France Mobilité",
                "Les candidats à la labellisation déposent un dossier de labellisation.",
                "",
            ),
            (
                "Denrées de l’aide alimentaire : ouverture de la campagne d’habilitation",
                "La campagne d’habilitation est ouverte. Date limite de dépôt des dossiers : date limite au 19 mai.",
                "",
            ),
            (
                "Agrément jeunesse et éducation populaire",
                "Les associations peuvent demander l’agrément. Le dossier d’agrément est examiné par une commission.",
                "",
            ),
        ],
    );
}

#[test]
fn results_tell_who_was_chosen() {
    check(
        Kind::Results,
        &[
            (
                "Appel à projets « Santé mentale » : les lauréats",
                "Douze projets ont été retenus par le comité de sélection parmi les dossiers reçus.",
                "",
            ),
            (
                "Mieux manger pour tous : 18 projets retenus",
                "La préfecture a reçu 42 dossiers. Les projets retenus se partagent 900 000 euros.",
                "",
            ),
            (
                "Résultats de l’appel à projets FDVA 2025",
                "Liste des associations soutenues. Les demandes ont été examinées par le collège.",
                "",
            ),
            (
                "Prix de la solidarité : trois associations récompensées",
                "Le jury a désigné ses lauréats mardi. Félicitations aux gagnants.",
                "",
            ),
            ("Les lauréats 2025 du fonds d’innovation", "Voici les lauréats.", ""),
            ("Palmarès du concours des cantines", "Les communes ont été récompensées lors de la remise des prix.", ""),
            (
                "Liste des projets soutenus au titre du contrat de ville 2025",
                "La programmation 2025 a été arrêtée ; 64 projets ont été financés.",
                "",
            ),
            (
                "120 000 euros pour l’alimentation solidaire",
                "À la suite de l’appel à projets lancé en mars, le jury a retenu neuf associations lauréates. Les projets lauréats reçoivent de 5 000 à 20 000 euros.",
                "",
            ),
            (
                "Budget participatif : découvrez les projets lauréats",
                "Les votes sont clos, 14 projets ont été retenus.",
                "",
            ),
            ("AMI Compétences : les projets sélectionnés", "Parmi les candidatures, six dossiers ont été retenus.", ""),
        ],
    );
}

#[test]
fn news_leaves_nothing_to_apply_to() {
    check(
        Kind::News,
        &[
            (
                "Avis de marché : fourniture de repas en liaison froide",
                "Procédure adaptée. Date limite de réception des offres : date limite au 12 mars à 12 h. Règlement de la consultation sur le profil acheteur.",
                "",
            ),
            (
                "MAPA – Diagnostic de la précarité alimentaire",
                "Le CCAS consulte des prestataires. Le dossier de consultation est à télécharger ; remise des offres au plus tard le 3 juin.",
                "",
            ),
            (
                "Appel d’offres pour la rénovation de l’épicerie sociale",
                "Marché de travaux en quatre lots. Offres à remettre avant le 9 février.",
                "",
            ),
            (
                "Consultation : mission d’évaluation du projet alimentaire territorial",
                "Marché public de prestations intellectuelles, accord-cadre, remise des offres avant le 1er avril.",
                "",
            ),
            (
                "Le CCAS recrute un travailleur social H/F",
                "Poste à pourvoir au 1er septembre. Adresser CV et lettre de motivation avant le 15 juin.",
                "",
            ),
            (
                "Offre d’emploi : coordinateur du projet alimentaire (F/H)",
                "CDD de trois ans à temps complet. Candidatures avant le 20 mai.",
                "",
            ),
            (
                "Chargé de mission précarité alimentaire – CDD",
                "Fiche de poste. Envoyer CV et lettre de motivation jusqu’au 30 mars.",
                "",
            ),
            (
                "Webinaire : comprendre l’appel à projets Mieux manger pour tous",
                "Le 12 mars de 10 h à 12 h. Inscription en ligne avant le 11 mars.",
                "",
            ),
            (
                "Journée régionale de lutte contre la précarité alimentaire",
                "Rencontres et ateliers le 16 octobre. Inscription jusqu’au 9 octobre.",
                "",
            ),
            (
                "Collecte nationale des banques alimentaires : les bénévoles mobilisés",
                "La collecte s’est déroulée dans 300 magasins. Le maire s’est félicité.",
                "",
            ),
            (
                "Le préfet a visité une épicerie solidaire",
                "Le préfet s’est rendu mardi à l’épicerie ; il a souligné l’engagement des bénévoles.",
                "",
            ),
            (
                "Loi du 3 février 2026 visant à lutter contre le gaspillage",
                "La loi n° 2026-101 a été publiée au Journal officiel. Elle entre en vigueur avant le 1er juillet.",
                "",
            ),
            (
                "Décret relatif à l’habilitation des associations : ce qui change",
                "Le décret publié au Journal officiel modifie la durée. L’association des maires a indiqué qu’elle y est favorable.",
                "https://www.localtis.example/article",
            ),
            (
                "Précarité alimentaire : le gouvernement lance un appel à projets",
                "Le ministre a annoncé mardi un appel à projets, selon le ministère. « C’est un premier pas », a déclaré la présidente d’une association, qui s’inquiète.",
                "https://www.banquedesterritoires.fr/precarite",
            ),
            ("Guide pratique de l’aide alimentaire", "Ce guide recense les ressources. À télécharger.", ""),
            ("Enquête publique sur le plan local d’urbanisme", "Donnez votre avis jusqu’au 14 avril.", ""),
            ("Bilan de l’action sociale 2025", "Le rapport présente les chiffres clés de l’année.", ""),
            ("Vœux du président", "La cérémonie a eu lieu jeudi.", ""),
            ("Rapport : l’état de la pauvreté en France", "L’observatoire publie son étude annuelle.", ""),
            (
                "Signature du contrat local de santé",
                "Le maire et l’agence régionale de santé ont signé le contrat.",
                "",
            ),
            ("Horaires d’ouverture de la maison des associations", "La maison est ouverte du lundi au vendredi.", ""),
        ],
    );
}

#[test]
fn the_site_s_own_field_weighs_more_than_a_bare_text() {
    let said = |is_call: bool| {
        let fields = Fields { is_call: Some(("call_for_projects_only".into(), is_call)), ..Fields::default() };
        let input = Input {
            title: "Jardins nourriciers",
            text: "Soutien aux communes.",
            publisher: None,
            relay: false,
            source_territory: &[],
            source_themes: &[],
            published: None,
            url: None,
            fields: &fields,
        };
        read(&Page::of(&input), &input, false).value
    };
    assert_eq!(said(true), Some(Kind::Call));
    assert_eq!(said(false), Some(Kind::Aid));
}
