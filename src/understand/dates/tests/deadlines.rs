use super::reading;

/// The deadline read in a text published in January 2026 on a page titled as a call; "-" for none.
fn check(text: &str, expected: &str) {
    check_titled("Appel à projets", text, expected);
}

fn check_titled(title: &str, text: &str, expected: &str) {
    let deadline = reading(title, text, "2026-01-12").deadline;
    let read = deadline.value.map_or("-".to_owned(), |d| {
        format!("{}{}", d.date, d.time.map(|t| t.format(" %H:%M").to_string()).unwrap_or_default())
    });
    assert_eq!(read, expected, "{text} {:?}", deadline.evidence);
}

#[test]
fn the_words_of_a_deadline() {
    check("Date limite de dépôt des dossiers : 14 mars 2026.", "2026-03-14");
    check("Date limite : 14/03/2026", "2026-03-14");
    check("La date limite de réception des candidatures est fixée au 14 mars 2026 à 12h.", "2026-03-14 12:00");
    check("Les dossiers sont à déposer jusqu'au 14 mars 2026 inclus.", "2026-03-14");
    check("Déposez votre dossier avant le vendredi 13 mars 2026 minuit.", "2026-03-13 23:59");
    check("Dossier à transmettre pour le 14 mars 2026 au plus tard.", "2026-03-14");
    check("Clôture des candidatures le 14 mars 2026.", "2026-03-14");
    check("Clôture : 14 mars 2026", "2026-03-14");
    check("Date butoir de candidature : 14 mars 2026", "2026-03-14");
    check("Délai de réponse : 14 mars 2026, 17 heures", "2026-03-14 17:00");
    check("Échéance : 14 mars 2026", "2026-03-14");
    check("Deadline: 17 September 2026 17:00 Brussels time", "2026-09-17 17:00");
    check("Date limite de remise des offres : 14 mars 2026 à 12h00", "2026-03-14 12:00");
    check("Les candidatures doivent être reçues au plus tard le 14 mars 2026.", "2026-03-14");
    check("Vous avez jusqu'au 14 mars 2026 pour candidater.", "2026-03-14");
    check("Avant le 14 mars 2026, les associations envoient leur dossier par courriel.", "2026-03-14");
    check("Dépôt des dossiers du 3 mars au 15 avril 2026.", "2026-04-15");
    check("L'appel à projets est ouvert du 3 mars au 15 avril 2026.", "2026-04-15");
    check("Les demandes sont à adresser entre le 1er et le 30 avril 2026.", "2026-04-30");
    check("Le dossier complet doit parvenir à la préfecture d'ici le 14 mars 2026.", "2026-03-14");
    check("Fin de dépôt des dossiers : 14 mars 2026", "2026-03-14");
    check("14 mars 2026 : date limite de dépôt", "2026-03-14");
    check("14 mars 2026 (date limite de dépôt)", "2026-03-14");
    check("DATE LIMITE DE DÉPÔT : 14 MARS 2026", "2026-03-14");
    check("Tous les dossiers sont à retourner au plus tard le 31 janvier 2026.", "2026-01-31");
    check("Demandes de subvention de fonctionnement : à transmettre avant le 31/03/2026.", "2026-03-31");
    check("La campagne d'habilitation est ouverte jusqu'au 19 mai 2026, délai de rigueur.", "2026-05-19");
    check("Les structures doivent déposer leur dossier d'habilitation avant le 17 aout 2026.", "2026-08-17");
    check("Les candidats adressent une lettre d'intention pour le 15 juillet 2026, par courriel.", "2026-07-15");
    check("Date et heure limite d'envoi des dossiers : jeudi 30 avril 2026 à 18h", "2026-04-30 18:00");
    check("La date de limite des dépôts des candidatures est fixée au mardi 30 juin 2026.", "2026-06-30");
    check("Les dossiers peuvent être retirés en mairie et doivent être rendus pour le 30 juin 2026.", "2026-06-30");
    check("Réponse attendue pour le 30 juin 2026.", "2026-06-30");
    check("Inscriptions jusqu'au 30 juin 2026", "2026-06-30");
    check("Le dépôt des candidatures se déroulera du 25 mai au 30 juin 2026.", "2026-06-30");
    check("Le 30 juin 2026 est la date limite de candidature.", "2026-06-30");
    check("L'appel à projets court jusqu'au 30 juin 2026.", "2026-06-30");
    check("Les dossiers sont à retirer à partir du 3 mars 2026 et à retourner avant le 30 juin 2026.", "2026-06-30");
    check("Un dossier complet (cerfa 12156*06) est à envoyer avant le 4/10/2026.", "2026-10-04");
    check(
        "L'arrêté préfectoral du 3 février 2026 fixe la période de dépôt : du 1er mars au 30 avril 2026.",
        "2026-04-30",
    );
    check("Restitution du dossier complet au plus tard le 30 juin 2026", "2026-06-30");
    check("Fermeture du dépôt des candidatures le 30 juin 2026", "2026-06-30");
    check("Cet appel à projets se clôture le dimanche 28 juin 2026.", "2026-06-28");
    check("Dépôt des dossiers sur la plateforme : 30 juin 2026 au plus tard", "2026-06-30");
    check("Remplissez le formulaire en ligneavant le 30 juin 2026.", "2026-06-30");
    check("Les porteurs ont jusqu'au mardi 30 juin 2026, 17 h, pour déposer leur demande.", "2026-06-30 17:00");
    check("Réception des offres : le 12/02/2026 à 12:00. Visite du site le 28/01/2026 à 14:00.", "2026-02-12 12:00");
    check("Les candidatures sont à remettre à partir de début mai et au plus tard le 15 juin 2026.", "2026-06-15");
    check("La saisie des demandes sera possible jusqu'au 30 juin 2026 inclus, délai de rigueur.", "2026-06-30");
    check("Lettre d'intention pour le vendredi 13 mars 2026 dernier délai, à adresser à la DDETS.", "2026-03-13");
    check("> 13 mai 2026 : date limite de réception\n> du 16 mai au 14 juin 2026 : phase d'instruction", "2026-05-13");
    check("The deadline for submission of proposals is 17 September 2026, 17:00 (Brussels time).", "2026-09-17 17:00");
    check("Candidatez avant le 30 juin 2026 !", "2026-06-30");
    check("Aucun dossier ne sera accepté après le 30 juin 2026.", "2026-06-30");
    check("Dates de dépôt : du 01/06/2026 au 15/07/2026", "2026-07-15");
    check("Ouverture du portail de dépôt : du 3 juin 2026 au 1er juillet 2026 minuit.", "2026-07-01 23:59");
    check(
        "Les projets sont à envoyer, au plus tard, le 30 juin 2026 à l'adresse ddets@prefecture.example",
        "2026-06-30",
    );
}

#[test]
fn labels_stand_before_or_above_their_value() {
    check("Date limite de dépôt :\n14 mars 2026\n\nTerritoire :\nHérault", "2026-03-14");
    check("Date limite de dépôt\n\n14 mars 2026\n\nContact\n\nMairie", "2026-03-14");
    check(
        "Calendrier\nOuverture : 2 février 2026\nClôture : 14 mars 2026\nJury : 20 avril 2026\nRésultats : 30 mai 2026",
        "2026-03-14",
    );
    check("Date limite\n\nLes dossiers sont attendus en préfecture pour le 14 mars 2026.", "2026-03-14");
    check(
        "Lancement de l'appel 2 février 2026 Date limite de dépôt 14 mars 2026 Comité de sélection 20 avril 2026 Notification 30 mai 2026",
        "2026-03-14",
    );
    check("- 2 février 2026 : ouverture\n- 14 mars 2026 : clôture des dépôts\n- 20 avril 2026 : jury", "2026-03-14");
}

#[test]
fn what_is_no_deadline() {
    check("Mis à jour le 14 mars 2026", "-");
    check("Mise à jour : 14 mars 2026", "-");
    check("Publié le 14 mars 2026", "-");
    check("Page mise en ligne le 14/03/2026 - Modifié le 15/03/2026", "-");
    check("Réunion d'information le 14 mars 2026 à 14h.", "-");
    check("Un webinaire aura lieu le jeudi 12 mars 2026 de 10h à 12h.", "-");
    check("Le jury se réunira le 14 mars 2026.", "-");
    check("Comité de sélection : 14 mars 2026", "-");
    check("La commission permanente du 14 mars 2026 votera les subventions.", "-");
    check("Annonce des lauréats le 14 mars 2026", "-");
    check("Notification des résultats aux candidats avant le 14 mars 2026", "-");
    check("Les candidats retenus seront informés au plus tard le 14 mars 2026.", "-");
    check("Les actions devront être réalisées avant le 31 décembre 2026.", "-");
    check("Les projets se dérouleront du 1er septembre 2026 au 30 juin 2027.", "-");
    check("Le bilan est à rendre avant le 30 juin 2027.", "-");
    check("Les lauréats transmettront le compte rendu financier avant le 30 juin 2027.", "-");
    check("Vu la loi du 1er juillet 1901 et le décret du 16 août 1901", "-");
    check("L'arrêté du 28 août 2019 dit quelles pièces joindre à une demande d'habilitation.", "-");
    check("La circulaire du 14 mars 2026 précise les candidatures recevables.", "-");
    check("Date prévisible de publication de l'arrêté d'habilitation : 27 avril 2026.", "-");
    check("L'habilitation est valable jusqu'au 31 décembre 2028.", "-");
    check("Les candidatures sont ouvertes à partir du 14 mars 2026.", "-");
    check("Lancement de l'appel à projets le 14 mars 2026", "-");
    check("Le contrat de ville est prolongé jusqu'au 31 décembre 2030.", "-");
    check("Les questions peuvent être posées jusqu'au 14 mars 2026.", "-");
    check("L'an dernier, les dossiers étaient à déposer avant le 14 mars 2025.", "-");
    check("Festival du 3 au 12 juillet 2026", "-");
    check("Programme 2021-2027, convention signée le 14 mars 2024.", "-");
    check("Dossiers instruits par la commission du 14 mars 2026.", "-");
    check("L'accueil est ouvert du lundi au vendredi, sauf le 14 mars 2026.", "-");
    check("Les dépenses sont éligibles du 1er janvier 2026 au 31 décembre 2026.", "-");
    check("Dépôt des dossiers fin mars 2026", "-");
    check("Association créée le 14 mars 1998", "-");
    check("Le présent règlement s'applique à compter du 1er janvier 2026 et jusqu'au 31 décembre 2028.", "-");
    check("Télécharger le cahier des charges (PDF, 0,54 Mo, 14/03/2026)", "-");
    check("Les lieux peuvent être occupés jusqu'au 30 juin 2027 à titre expérimental.", "-");
    check("PÉRIODE DE RÉALISATION POSSIBLE : du 01/07/2026 au 31/12/2027", "-");
    check("Les dossiers de justification des actions sont à saisir avec le bilan, au plus tard le 30 juin 2027.", "-");
    check("Cette actualité est archivée depuis le 30/11/2025.", "-");
    check("Fait à Lille, le 14 mars 2026", "-");
    check("Les factures acquittées jusqu'au 31 décembre 2027 sont éligibles.", "-");
    check("La subvention sera versée avant le 31 juillet 2026.", "-");
    check("Exposition ouverte du 3 mars au 15 avril 2026", "-");
    check("Vacances scolaires du 14 février au 2 mars 2026", "-");
    check("Les personnes retenues pour l'oral seront convoquées le 14 mars 2026.", "-");
    check("Paris, le 14 mars 2026", "-");
    check("Le préfet a réuni les associations le 12 janvier 2026.", "-");
    check("Un appel à projets a été lancé le 14 mars 2026.", "-");
    check("Entrée en vigueur de l'habilitation : 1er octobre 2026", "-");
    check("La date limite de réalisation des projets est fixée au 31 décembre 2026.", "-");
    check("Les travaux doivent être achevés au plus tard le 31 décembre 2027.", "-");
}

#[test]
fn clauses_keep_their_dates_apart() {
    check("Les dossiers sont à déposer du 3 mars au 15 avril ; le jury se réunira le 20 mai.", "2026-04-15");
    check("Publié le 12 janvier 2026. Les candidatures sont reçues jusqu'au 27 février 2026.", "2026-02-27");
    check("Webinaire le 3 mars 2026 ; candidatures jusqu'au 15 avril 2026 ; résultats le 30 mai 2026.", "2026-04-15");
    check("Dossier à déposer avant le 15 avril 2026 pour un passage en commission le 12 juin 2026.", "2026-04-15");
    check(
        "Date limite de dépôt des dossiers : 30 décembre 2025 (minuit). Date prévisible de publication de l'arrêté : 27 avril 2026.",
        "2025-12-30 23:59",
    );
    check(
        "Les actions doivent se dérouler entre le 1er septembre 2026 et le 31 août 2027. Les dossiers sont à envoyer avant le 30 avril 2026.",
        "2026-04-30",
    );
    check("Une réunion se tiendra le 3 février 2026 à 14h30. Dépôt en ligne jusqu'au 28 février 2026.", "2026-02-28");
    check(
        "Le décret du 4 juillet 2019 fixe les conditions ; les demandes sont à déposer avant le 30 avril 2026.",
        "2026-04-30",
    );
    check(
        "Les dossiers de demande pour les actions réalisées en 2026 sont à déposer avant le 27 février 2026.",
        "2026-02-27",
    );
}

#[test]
fn real_calendars_hold_many_dates() {
    check(
        "Calendrier :\nLancement : 3 novembre 2025\nRéunion d'information : 12 novembre 2025 à 14h\nDépôt des dossiers : 12 décembre 2025 au plus tard\nComité technique : 20 janvier 2026\nComité de pilotage : 15 février 2026",
        "2025-12-12",
    );
    check(
        "- Date limite de dépôt des dossiers : 22 mai 2026 (le cachet de la poste faisant foi)\n- Instruction des dossiers : du 22 mai au 22 juillet 2026\n- Date limite de publication de l'arrêté fixant la liste : 22 septembre 2026",
        "2026-05-22",
    );
    check(
        "Date de publication de l'avis : 2 février 2026\nLes demandes de précisions peuvent être adressées jusqu'au 25 mars 2026.\nDate limite de réception des réponses : 2 avril 2026 à 16h00\nLa commission de sélection se réunira le 15 juin 2026",
        "2026-04-02 16:00",
    );
    check(
        "Les associations auront jusqu'au 12 avril 2026 pour présenter leur projet, puis le jury procédera à une présélection. Cette présélection se clôturera le 27 mai. Le jury rendra sa décision le 4 juin.",
        "2026-04-12",
    );
    check(
        "Poste à pourvoir au 1er mars 2026. Candidature à adresser avant le 15 février 2026. Entretiens le 20 février 2026.",
        "2026-02-15",
    );
    check(
        "Les structures dont l'habilitation arrive à échéance le 31 décembre 2026 doivent déposer leur dossier avant le 30 avril 2026.",
        "2026-04-30",
    );
    check("Publié le 15 avril 2026\nJusqu'au 12 mai 2026\n\nLe fonds lance son appel à projets.", "2026-05-12");
    check("Financeur\n\nÉtat\n\nDurée\n\nDu 11/05/2026 au 30/06/2026\n\nDescription", "2026-06-30");
    check(
        "La date à retenir est le 15 novembre 2026. Date limite de dépôt des candidatures : 15 novembre 2026. Question 1 : le cahier des charges indique le 15 octobre à 23h59.",
        "2026-11-15",
    );
}

#[test]
fn other_calls_at_the_foot_are_not_this_one() {
    check(
        "Aide aux chercheurs. À lire aussi Appel à projets culture Du 16/01/2026 au 10/03/2026 Appel à projets jeunesse : date limite 12 mars 2026",
        "-",
    );
    check("Appel à projet Publics\nDu 01/06/2026 au 15/07/2026\n\nLa feuille de route", "2026-07-15");
}

#[test]
fn the_title_may_carry_it() {
    check_titled(
        "Appel à projets parentalité : candidatures jusqu'au 14 mars 2026",
        "Le réseau d'écoute.",
        "2026-03-14",
    );
    check_titled("Contrat de ville - Date limite de dépôt des projets le 20 janvier 2026", "Préambule.", "2026-01-20");
}

#[test]
fn standing_aids_have_none() {
    check("Dépôt toute l'année, au fil de l'eau.", "-");
    check("Les demandes sont reçues toute l'année. Dispositif adopté le 14 mars 2024.", "-");
}

#[test]
fn on_a_call_s_page_a_plain_limit_is_enough() {
    check("Les communes du bocage peuvent solliciter jusqu'au 14 mars 2026 de quoi replanter.", "2026-03-14");
    check("Écrire à la direction avant le 14 mars 2026, objet : « candidature jardin ».", "2026-03-14");
    check("Limite : samedi 14 mars 2026, 17 h", "2026-03-14 17:00");
    check("Fin : 14 mars 2026", "2026-03-14");
    check("Projets à rendre le 14 mars 2026.", "2026-03-14");
    check("La salle sera fermée jusqu'au 14 mars 2026.", "-");
    check("L'ancien règlement reste en vigueur jusqu'au 14 mars 2026.", "-");
    check_titled("Horaires d'hiver", "La piscine accueille le public jusqu'au 14 mars 2026.", "-");
}

#[test]
fn what_is_handed_in_labels_the_date_beside_or_below_it() {
    check("Dépôt par les associations : 14 mars 2026 (12h)", "2026-03-14 12:00");
    check("Où\nEn ligne\nDépôt sur la plateforme\n14 mars 2026\nRéunions\n2 avril 2026", "2026-03-14");
    check("Remise des prix : 14 mars 2026", "-");
}

#[test]
fn a_date_put_off_is_the_one_after_the_word() {
    check("Le dépôt des dossiers, prévu jusqu'au 1er mars 2026, est repoussé au 14 mars 2026.", "2026-03-14");
    check("Un contrôle peut avoir lieu à tout moment. Dossiers à envoyer avant le 14 mars 2026.", "2026-03-14");
}

#[test]
fn whoever_has_until_then_has_something_to_hand_in() {
    check("Les clubs du canton ont jusqu'au 14 mars 2026.", "2026-03-14");
    check("Il vous reste jusqu'au 14 mars 2026 pour vous lancer.", "2026-03-14");
    check("L'exposition dure jusqu'au 14 mars 2026.", "-");
}

#[test]
fn a_label_may_be_one_word_and_a_cell() {
    check("Ouverture02/02/2026Fermeture14/03/2026Jury02/04/2026", "2026-03-14");
    check("Lancement\t2 février 2026\nClôture\t14 mars 2026 à 12:00\nRésultats\t30 mai 2026", "2026-03-14 12:00");
    check("Date de clôture\n14/03/2026\nDate du comité\n15/04/2026", "2026-03-14");
    check("Dossiers vus le 14 mars 2026", "-");
    check("First stage deadline: 14 March 2026. Second stage deadline: 5 May 2026.", "2026-03-14");
}

#[test]
fn a_calendar_may_label_its_dates_below() {
    check("Dates clés\n2 février 2026\nOuverture\n14 mars 2026\nClôture des dépôts\n9 avril 2026\nJury", "2026-03-14");
    check("▪ 2 février 2026 Ouverture ▪ 14 mars 2026 (23h59) Clôture ▪ 9 avril 2026 Jury", "2026-03-14 23:59");
}

#[test]
fn a_window_may_say_after_it_who_hands_in_what() {
    check("Du 3 au 28 mars 2026, écoles et clubs du plateau remettent leur idée.", "2026-03-28");
    check("Les ateliers se tiennent du 14 mars au 30 juin 2026. Candidater en mairie.", "-");
}

#[test]
fn a_struck_date_and_one_put_off_give_way() {
    check("Date limite : ~~5 mars 2026~~ 14 mars 2026 – midi", "2026-03-14 12:00");
    let title = "Appel à projets : délai prolongé";
    check_titled(title, "Date limite : jeudi 5 mars 2026 samedi 14 mars 2026", "2026-03-14");
    check_titled(title, "Les fiches, à rendre avant le 5 mars 2026, se déposent jusqu'au 14 mars 2026.", "2026-03-14");
    check("La date limite, d'abord fixée au 5 mars 2026, passe au 14 mars 2026.", "2026-03-14");
    check("Clôture : 5 mars 2026.\nNote du 4 : délai prolongé au 14 mars 2026.", "2026-03-14");
}

#[test]
fn an_act_rests_on_what_is_past() {
    let act = "Arrêté portant habilitation";
    check_titled(act, "Vu l'avis fixant le dépôt des dossiers du 2 mars\nau 20 avril 2026 ;\nARRÊTE", "-");
    check_titled(act, "Vu le code ;\nArticle 1 : les dossiers sont déposés avant le 20 avril 2026.", "2026-04-20");
}

#[test]
fn the_island_is_no_meeting() {
    check("À La Réunion : le dépôt se fait du 2 mars au 14 avril 2026.", "2026-04-14");
    check("La réunion se tient du 2 au 14 avril 2026.", "-");
}

#[test]
fn a_control_at_any_time_makes_no_standing_aid() {
    let far = "Les jardins de la vallée accueillent. ".repeat(20);
    let text = format!("Écrire avant le 14 mars 2026. {far}Des visites se font à tout moment.\nDossiers lus à deux.");
    check(&text, "2026-03-14");
}

#[test]
fn conditions_and_answers_are_no_deadlines() {
    check("Être né avant le 14 mars 2008. Candidater en ligne.", "-");
    check("Associations créées avant le 14 mars 2024 : déposez votre dossier.", "-");
    check("Vous recevrez une réponse avant le 14 mars 2026.", "-");
    check("Le service instructeur répond avant le 14 mars 2026.", "-");
    check("Les candidatures avaient été reçues avant le 14 mars 2025.", "-");
    check("L'agrément est délivré jusqu'au 31 décembre 2030.", "-");
    check("Les crédits sont à consommer avant le 14 mars 2026.", "-");
}

#[test]
fn an_hour_may_stand_apart_or_before() {
    check("Date limite\n14 mars 2026\nHeure limite\n16h30", "2026-03-14 16:30");
    check("The call closes at 5 pm on Saturday 14 March 2026.", "2026-03-14 17:00");
    check("Please apply before midnight on 14 March 2026.", "2026-03-14 23:59");
    check("Au plus tard à 16 h le 14 mars 2026, le pli doit être arrivé.", "2026-03-14 16:00");
    check("Dépôt en mairie jusqu'au 14 mars 2026 (accueil de 9h à 12h).", "2026-03-14");
}

#[test]
fn a_page_that_is_plainly_a_call_may_only_imply_its_deadline() {
    check("Projet à remettre à la mairie de quartier (99 rue du Nord) le 18 mai 2026.", "2026-05-18");
    check("Jusqu'à quand ? Le 30 mars 2026 à minuit.", "2026-03-30 23:59");
    check("Soutien aux jardins : dossiers au 16 mars 2026.", "2026-03-16");
    check("Réception : lundi 22 juin 2026, 17 heures", "2026-06-22 17:00");
    check(
        "Les projets sont déposés en mairie le lundi 16 mars 2026 dernier délai, avant la fermeture des bureaux à 17 h.",
        "2026-03-16 17:00",
    );
    check("Dossier : service jeunesse, avant le 23.05.26", "2026-05-23");
    check("Téléphone : le 01.12.26.45.67", "-");
    check("Date limite de dépôt : 22 /10/ 2026", "2026-10-22");
    check("Le bilan est rendu chaque année, avant le 31 mars.", "-");
    check_titled("Potagers", "Du 6 juillet au 28 août 2026, accueil de 9 h à 12 h. Les subventions reprendront.", "-");
}

#[test]
fn a_closed_call_gives_way_to_the_open_one() {
    check(
        "Dossiers avant le vendredi 27 novembre 2026. Le premier appel, clos le 16 janvier 2026, est passé.",
        "2026-11-27",
    );
    check(
        "Cet appel est clos depuis le 31 octobre 2025. Les demandes se déposent entre le 1er août et le 30 septembre 2026.",
        "2026-09-30",
    );
    check("Dépôt avant le 31 mars 2026 (les dossiers reçus avant le 15 mars 2026 seront relus).", "2026-03-31");
    check("Clôture du téléservice – vendredi 13 mars 2026\nDemandes de pièces – jusqu'au 10 avril 2026", "2026-03-13");
}

#[test]
fn a_day_put_off_twice_ends_on_the_last() {
    check(
        "1er report : du 30 juin au 31 juillet 2026. 2e report : du 31 juillet au mardi 15 septembre 2026 à 16 h.",
        "2026-09-15 16:00",
    );
}
