//! The expressions that say what a date is for, with their class and weight. Folded; `~` allows any ending, inside an
//! expression a plural.

use super::cue::Class;

/// An extension that labels its date.
pub(super) const EXTENDED_LABEL: f32 = 4.0;

/// A numbered wave of a call, which labels its date.
pub(super) const WAVE_LABEL: f32 = 1.5;

/// Learnt from préfecture, DREETS, DRIHL, ARS, région, département, foundation and town pages; weights are in points,
/// of which a deadline needs [`super::choose::POINTS_MIN`].
pub(super) const EXPRESSIONS: &[(Class, f32, &str)] = &[
    (
        Class::Label,
        4.5,
        "date limite de depot~|dates limites de depot~|dates limites de reception~|dates limites d'envoi\
         |dates limites de candidature~|dates limites pour|dates limites de remise|date limite du depot\
         |date limite pour le depot|date limite d'envoi|date limite de candidature~|date limite de reception\
         |date limite de reponse~|date limite de remise|date limite de transmission|date limite de soumission\
         |date limite pour deposer|date limite pour la remise|date limite pour candidater\
         |date limite de participation|date et heure limite~|date limite des depots|date limite des candidatures\
         |date de limite de depot|date de limite des depots|limite de depot|date limite de retour\
         |date limite d'inscription|periode de depot|periodes de depot|periode de candidature~|periode de saisie\
         |date limite pour postuler|date limite de saisie|dernier jour de depot|dernier jour pour|derniere limite de depot\
         |terme du depot|terme des depots|date de retour des dossiers",
    ),
    (
        Class::Label,
        4.0,
        "date limite|dates limites|date de limite|limite d'envoi|limite de reception|limite de candidature~\
         |limite de reponse|date butoir|dates butoirs|delai de reponse|delai maximal|delai de depot\
         |delai de rigueur|delai limite|dernier delai|date de cloture|cloture de l'appel|cloture des candidatures\
         |cloture des depots|cloture des inscriptions|cloture du depot|cloture de la campagne|cloture de depot\
         |cloture des dossiers|cloture de l'ap~|cloture de l'ami|cloture le|cloture :|cloture prevue|cloture\
         |cloturera|sera clos le|est clos le|sera cloture~|echeance de depot\
         |echeance~|deadline~|closing date|submission deadline|fin de depot|fin du depot|fin des depots\
         |fin de reception|fin des candidatures|fin de candidature|fin des inscriptions|fin d'inscription|fin d'inscriptions|fin de l'appel\
         |date de remise|remise des dossiers|remise des candidatures|remise des offres|reception des offres\
         |reception des plis|date de reponse|remise des plis|date de depot|dates de depot|date d'echeance\
         |date de fin de depot|date de fin de reception|date de fin de candidature|fin de la campagne\
         |retour des dossiers|retour du dossier|date d'envoi|fermeture du depot|fermeture des candidatures\
         |fermeture de la plateforme|fermeture des inscriptions|fermeture de l'appel|date de fin d'appel\
         |releve~ prevu~|dates de releve~|releves|fin de la saisie|fin de saisie|fin des depots|seront closes le\
         |seront clos le|sera close le|se clot le|se cloture le|s'arrete le|limite :|limites :|limite le|dernier jour|derniere limite|heure limite|date ultime|ultime delai|terme des candidatures\
         |clot le|cloture au|fermeture du guichet|retour attendu\
         |retour souhaite|retours attendus|reponse attendue|reponses attendues|reponse souhaitee|date de retour\
         |retour au plus tard|retour avant|retour pour le|retour jusqu'au|retour des projets|retour des demandes|retour des fiches|retour des propositions|retour des bulletins|retour :\
         |fenetre de depot|fenetre de candidature|phase de depot|phase de candidature|plage de depot|retour des candidatures|retour des reponses|retour des formulaires|envoi des candidatures\
         |fin d'appel|terme de rigueur|date de rigueur|dossier complet au|dossiers complets au|dernier envoi|derniers envois|call closes|call closing|applications close|application deadline|seront closes|seront clos|sera close|sont closes|sont clos|closing :|apply by|due by|due on|submission due",
    ),
    (
        Class::Label,
        3.5,
        "date de fin|plis attendus|dossiers attendus|candidatures attendues|projets attendus|propositions attendues\
         |demandes attendues|fermeture de la teleprocedure|fermeture du portail|fermeture du teleservice\
         |fermeture du formulaire|fermeture de la campagne|fermeture de la session|fermeture de la saisie\
         |cloture de la plateforme|cloture du portail|depot des dossiers :|depot des candidatures :|depot des projets :|depot des demandes :\
         |reception des dossiers :|reception des candidatures :|envoi des dossiers :|envoi des candidatures :\
         |depot :|depots :|envoi :|envois :|saisie :|fin :",
    ),
    (
        Class::Closed,
        4.0,
        "clos le|close le|closes le|cloturee le|cloture depuis le|clos depuis le|close depuis le|closes depuis le|closed on|closed since",
    ),
    // What is posted by then counts by its postmark.
    (Class::Label, 2.5, "cachet de la poste|cachet postal|cachet de poste"),
    (
        Class::Limit,
        2.5,
        "se terminent le|s'achevent le|prennent fin le|finissent le|finit le|finira le|fermeront le|ferment le|se cloturent le|jusqu'au|jusqu'a|jusqu' au|jusque|au plus tard|avant le|avant|d'ici le|d'ici au|d'ici|pour le|fixee au\
         |fixe au|fixee pour le|fixe pour le|fixee le|fixees au|fixees le|until|by|before|no later than\
         |not later than|d' ici le|jusqu 'au|jusqu au|jusquau|limite au|limitee au|a rendre le\
         |a rendre pour le|a deposer le|a transmettre le|a envoyer le|attendu le|attendus le|attendue le\
         |attendues le|prend fin le|prendra fin le|se termine le|se terminera le|s'acheve le|s'achevera le|ferme le\
         |fermera le|fermeture le|fermeture :|closes on|closes at|closes|close on|close at|soit le|soit les|soit au|mais le|mais au|faire parvenir le|a parvenir le|a adresser le\
         |a remettre le|a retourner le|a renvoyer le|a soumettre le|a presenter le|a fournir le\
         |plateforme sera fermee le|portail sera ferme le|guichet sera ferme le|attendu pour le|attendus pour le|attendue pour le|attendues pour le",
    ),
    // "Les associations ont jusqu'au 3 juillet": whoever has until then has something to hand in.
    (
        Class::Limit,
        4.0,
        "tu as jusqu'au|ont jusqu'au|avez jusqu'au|avons jusqu'au|a jusqu'au|aura jusqu'au|auront jusqu'au|aurez jusqu'au\
         |reste jusqu'au|restent jusqu'au|laisse jusqu'au|disposent jusqu'au|disposez jusqu'au|dispose jusqu'au|have until|has until",
    ),
    // What comes after the deadline names it too.
    (Class::Limit, 2.0, "apres le|au-dela du|au dela du|posterieurement au|passe le|apres cette date du"),
    (
        Class::Apply,
        1.5,
        "candidat~|dossier~|depot~|depos~|transm~|a adresser|adresses|adressees|adressee|adresser|adressez\
         |est adresse|sera adresse|envoy~|envoi|envois|postul~|repond~|repons~|soum~|remett~|remis|remise|remises\
         |retourn~|renvoy~|parvenir|recu|recue|recus|recues|receptionn~|reception des|restitution du\
         |demande~ de subvention~|demandes de financement|demande d'habilitation|demandes d'habilitation|demandes\
         |declaration~ d'interet|marque~ d'interet|manifester leur interet|manifester votre interet|lettre d'intention|lettres d'intention\
         |note d'intention|notes d'intention|concourir|est ouvert|est ouverte|sont ouvertes|est lance|est lancee\
         |call for proposals|call|applications|application|submit|submitted|proposals|proposition~|apply|saisir\
         |saisie|manifestations d'interet|completer|a rendre|rendre|deposez|aucune demande|aucun dossier|aucune candidature|aucun projet|aucun pli|aucune offre|aucune reponse\
         |plis|bulletin de participation|a poster|le poster|postez|pre-projet~|pre-dossier~|pre-candidature~|demander|demandez|sollicit~|manifestez|remettez|presenter leur projet\
         |presenter votre projet|faites-vous connaitre|racontez-nous|fill in|online form|application form|messages arrives|se faire connaitre|font acte de candidature\
         |faire acte de candidature|manifestez-vous|a vos dossiers|a vos projets",
    ),
    (
        Class::Apply,
        0.8,
        "inscri~|appel a candidature~|appel a manifestation~|appel a initiative~|appel a cooperation~|l'appel\
         |cet appel|un appel|ouvert|ouverte|ouverts|ouvertes|campagne|participer|participation|participez\
         |formulaire|plateforme|teleservice|demarches simplifiees|demarches-simplifiees|compte asso|en ligne\
         |votre projet|vos projets|leur projet|leurs projets",
    ),
    // A window of its own: "Ouvert du 2 au 29 mars".
    (
        Class::Apply,
        1.2,
        "ouvert du|ouverte du|ont du|avez du|disposent du|disposez du|proposer|proposez|proposent|ouverts du|ouvertes du|ouvert entre le|ouverte entre le|fiche~",
    ),
    (
        Class::Apply,
        1.2,
        "l'appel a projet~|cet appel a projet~|l'appel a manifestation~|l'appel a candidature~|l'aap|l'ami\
         |cet aap|cet ami|l'appel est ouvert|appel a projet~ ouvert",
    ),
    (Class::Apply, 0.7, "appel a projet~|appels a projet~|aap|ami|projets|projet|edition"),
    (
        Class::Extend,
        3.0,
        "prolong~|report~|repouss~|proroge~|decale~|differe au|differee au|etendu~ au|etendu~ jusqu'au|rallonge~\
         |portee au|porte au|passe au|passera au|nouvelle date|nouveau delai|delai supplementaire|extended~",
    ),
    // These are its label, too.
    (
        Class::Extend,
        EXTENDED_LABEL,
        "nouvelle date limite|nouvelle echeance|nouvelle date de cloture|nouvelle date de depot|nouvelle cloture\
         |nouveau delai de depot|new deadline|extended deadline|delai prolonge~|delai est prolonge~|delais prolonges|delai repousse\
         |delai est repousse|delai reporte|date limite prolongee|date limite reportee|date limite repoussee\
         |cloture prolongee|cloture reportee|cloture repoussee|depot prolonge|depots prolonges",
    ),
    (
        Class::Replaced,
        5.0,
        "initialement|au lieu du|au lieu de|precedemment fixe~|anciennement|et non le|et non plus le|et non au\
         |et non pas le|instead of|d'abord fixe~|d'abord arrete~|d'abord prevu~|d'abord annonce~|ancienne date\
         |ancienne echeance|ancien delai|ancienne date limite|etait fixee au|avait ete fixee au|previously",
    ),
    (
        Class::OpenLabel,
        4.0,
        "ouverture des candidatures|ouverture des depots|ouverture du depot|ouverture de depot\
         |ouverture de l'appel|ouverture de l'aap|ouverture de l'ami|ouverture de la campagne\
         |ouverture de la plateforme|ouverture des inscriptions|ouverture du portail\
         |ouverture de la teleprocedure|ouverture de la plate-forme|ouverture des demandes|ouverture du guichet\
         |ouverture des dossiers|ouverture de la procedure|ouverture de la phase|ouverture de la saisie\
         |ouverture de la fenetre|ouverture du service en ligne|ouverture de l'outil|ouverture du site de depot\
         |ouverture du teleservice|ouverture du formulaire|ouverture de la session\
         |ouverture de la periode|date d'ouverture|date de publication de l'avis|publication de l'avis d'appel\
         |debut de depot|debut du depot|debut des depots|debut des candidatures|lancement de l'appel\
         |lancement de l'aap|lancement de l'ami|lancement de la campagne|date de lancement|lancement le\
         |lancement :|ouverture :|ouverture le|ouverture|opening date|opening|date de debut de depot\
         |demarrage de la campagne|debut de la campagne|debut de l'appel|operationnel depuis le|ouvert depuis le\
         |ouverte depuis le|ouverts depuis le|ouvertes depuis le|disponible depuis le",
    ),
    (
        Class::OpenLabel,
        3.0,
        "appel lance le|appel ouvert le|appel a projets lance le|appel a projets ouvert le|appel a candidatures lance le",
    ),
    // Alone on its line or before its colon it is more.
    (Class::OpenLabel, 1.0, "lancement|demarrage|mise en ligne de l'appel|parution de l'appel"),
    // A contract begins, too: it must come before the deadline to be an opening.
    (Class::OpenLabel, 3.0, "date de debut|debut :"),
    (
        Class::Open,
        2.5,
        "a partir du|a partir de|a compter du|des le|depuis le|debute le|debute|debutera le|demarre le|ouvrira le\
         |ouvre le|ouvrent le|s'ouvre le|s'ouvrira le|ouvert le|ouverte le|lance le|lancee le|ouvert au\
         |ouverte au|ouvriront le|starting|from|opens on|opens|open on|open from",
    ),
    (
        Class::Published,
        4.0,
        "publie|publiee|publie le|publiee le|date de publication|mis en ligne|mise en ligne|date de mise en ligne\
         |paru le|parue le|poste le|publication sur|published|posted|redige le|ecrit le|edite le|imprime le\
         |publication :|publication le|cree le",
    ),
    (
        Class::Updated,
        4.0,
        "mis a jour|mise a jour|mises a jour|date de mise a jour|actualise|actualisee|modifie le|derniere modification\
         |mise a jour des donnees de ce texte|last update~|updated|maj|m.a.j|version du",
    ),
    (
        Class::Law,
        4.5,
        "loi du|loi n~|la loi|decret~|arrete du|arrete n~|arrete prefectoral|arrete ministeriel\
         |arrete interministeriel|arrete fixant|l'arrete|d'arrete|arretes|circulaire~|instruction du\
         |instruction ministerielle|instruction interministerielle|instruction n~|vu le|vu la|vu l'|ordonnance\
         |deliberation|deliberations|reglement (ue)|reglement general|directive|code de|code du|journal officiel\
         |j.o.|jorf|en date du|note d'orientation du|note technique|instructions du|bulletin officiel\
         |reglement ue|reglement applicable|convention du|accord du|avis du|protocole du|decision du|memoire du\
         |plan de relance du|pacte|note du|signe le|signee le|modifiee le|adopte~|rapport cr",
    ),
    (
        Class::Meeting,
        3.0,
        "reunion~|webinaire~|webinar~|visio~|atelier~|rencontre~|journee~|seance~|forum~|colloque~|salon\
         |conference~|permanence~|rendez-vous|rdv|se tiendra|se tiendront|se tient|se tiennent|ont lieu|a lieu|aura lieu|auront lieu|petit-dejeuner\
         |visite~|assises|seminaire~|date limite d'inscription a la reunion\
         |date limite d'inscription au webinaire|evenement~|ceremonie~|temps d'information\
         |presentation de l'appel|presentation du|session~ d'information|session d'information|information day\
         |info day|inauguration|congres|agenda|tournee|exposition~|spectacle~|concert|concerts|enquete publique\
         |concertation|consultation du public|assemblee generale|reunira|reuniront",
    ),
    (
        Class::Jury,
        3.0,
        "pieces complementaires|demande~ de pieces|demande~ de complement~|complements demandes|dossiers incomplets|jury~|comite~|commission~|audition~|oral|oraux|examen des|examinees|examines|instruit~|instruction\
         |instruits|phase d'instruction|conseil municipal|conseil communautaire|conseil d'administration\
         |conseil de paris|conseil de territoire|preselection~|pre-selection~|selection|selection des|vote|votes\
         |voter|votee|deliber~|passage en|passage a la|presentation a la|arbitrage~|date limite d'instruction\
         |etudie~|analyse~|evaluation des|evalues",
    ),
    (
        Class::Results,
        3.0,
        "resultat~|laureat~|notification~|notifie~|annonce des|annonce~|reponse aux candidat~\
         |reponse aux porteurs|seront informe~|informes|informees|proclam~|remise des prix|remise du prix\
         |remise des trophees|publication des resultats|publication de la liste|publication de l'arrete|decision~\
         |retenus|retenues|selectionne~|laureates|attribution|publication des|results|date previsible\
         |date previsionnelle de publication|date de publication de l'arrete|date de publication des\
         |date de publication de la liste|arrete fixant la liste|liste des|service instructeur|vous recevrez|recevrez|recevront|repondra|repondront|avertis|averties|prevenus|prevenues\
         |vous parviendra|sera pris|sera publie|sera publiee|paraitra",
    ),
    (
        Class::Execution,
        2.5,
        "realis~|restitue~|mise en oeuvre|mises en oeuvre|mis en oeuvre|execut~|demarr~|debuter|debuteront\
         |debutant|date de debut des actions|date de debut de l'action|date de debut du projet|date de debut d'execution\
         |date de debut de realisation|date de debut des travaux|date de debut du contrat|date de debut de contrat\
         |date de debut de mission|date de debut de stage|date de debut de l'operation|date de fin de contrat\
         |date de fin du contrat|date de fin des actions|date de fin de l'action|date de fin du projet|date de fin des travaux\
         |date de fin d'execution|date de fin de realisation|date de fin de mission|date de fin de stage\
         |date de fin de l'operation|date de fin d'eligibilite|date de fin de validite|debut des actions|debut de l'action|debut des travaux|debut du projet|achev~\
         |termine~|fin des travaux|fin du projet|fin de l'action|fin des actions|fin de realisation|consomm~|travaux\
         |eligibilite des|depenses|en vigueur|vigueur|valable~|validite|valides|versement~|solde|paiement~\
         |acompte~|bilan~|compte rendu~|compte-rendu~|compte~ d'emploi|evaluation|rapport d'~|rapport final\
         |rapport intermediaire|rapports|annee civile|annee scolaire|rentree|vacances\
         |livraison|ouverture au public|ouverture des places|ouverture du lieu|ouverture de l'etablissement|ouverture du service\
         |ouverture du site|ouverture de la structure|ouverture des droits|ouverture de l'equipement|prise de poste|cdd|contrat de travail\
         |cloture de l'exercice|cloture des comptes|ceremonie de cloture|cloture du projet|cloture de l'operation\
         |cloture du programme|soiree de cloture|seance de cloture|exercice~|date limite de realisation\
         |date limite d'eligibilite|date limite de fin|date limite d'execution|date limite d'achevement\
         |date limite de paiement|date limite de validite|date limite d'utilisation|date limite de justification\
         |periode d'execution|duree|s'achev~|finis le|finies le|doivent etre finis|doit etre fini|s'applique~|applicable~|prend effet|prendra effet|justifie~\
         |delivre~|octroye~|prononce~|expir~|finalise~|facture~|acquitte~|engagees|ayant lieu|qui auront lieu|debut d'execution\
         |duree de l'autorisation|convention~|periode de\
         |justificatif~|resultats attendus|ecoule~|au titre de la periode\
         |couvrant la periode|beneficiaires finaux|concernera|concerne les projets|concernent les actions\
         |plan d'action",
    ),
    // A campaign takes its course as an action does.
    (Class::Execution, 1.5, "deroul~"),
    // What applicants are or do, as often as what they will.
    (
        Class::Execution,
        1.2,
        "exploit~|occupation|occupe~|existence|existantes|effectif~|schema|implantation|recrut~|mandat|residence~\
         |festival~|programmation|montage|immatricul~",
    ),
    (
        Class::History,
        6.0,
        "l'an dernier|annee derniere|l'annee derniere|edition precedente|editions precedentes|precedente edition\
         |avaient ete|avait ete|s'etait|s'etaient|precedent appel|precedente campagne|l'an passe|annee passee|campagne precedente",
    ),
    (
        Class::History,
        3.0,
        "anterieur~|fonde le|fondee le|fondee en|existe depuis|ne le|nee le|cree en|creee le|date limite des questions|questions|question\
         |renseignements complementaires|demande~ de precision~|faq|demandes d'information~\
         |demande~ de renseignement~|date limite pour poser|situation au|arrete au|age de|agees de|population au\
         |depuis|date limite de convocation|date limite de demande de renseignements|rappel~ historique\
         |horaires d'ouverture|horaires d'accueil|sera ferme~|seront ferme~|est ferme~|sont ferme~|ferme du|fermee du\
         |ferme au public|fermetures|fermeture estivale|fermeture exceptionnelle|fermeture annuelle\
         |fermeture au public|conges|nes avant|nees avant|ne avant|nee avant|cree avant|crees avant|creee avant\
         |creees avant|constituees avant|declarees avant|nes apres|ne apres|datant d'avant|dates d'avant",
    ),
    (
        Class::Wave,
        1.0,
        "vague~|session~|releve|releves|periode 1|periode 2|1ere periode|2e periode|premiere periode\
         |deuxieme periode|tranche~|fenetres de depot|trimestre~|dates limites|dates de depot\
         |calendrier suivant|cut-off~",
    ),
    // "Vague 2 : 24 mai" says it all; "session 2" may be of a training.
    (
        Class::Wave,
        WAVE_LABEL,
        "session de printemps|session d'ete|session d'automne|session d'hiver|session 1|session 2|campagne de printemps|campagne d'automne|vague de printemps|vague d'automne|round 1|round 2|first round|second round|vague 1|vague 2|vague 3|vague 4|vague i|vague ii|1re vague|1ere vague|2e vague|2eme vague|3e vague|3eme vague\
         |premiere vague|deuxieme vague|seconde vague|troisieme vague|1er appel|2e appel|premiere echeance\
         |deuxieme echeance|seconde echeance|premier depot|second depot|deuxieme depot|1er releve|2e releve|premier releve|second releve|deuxieme releve|releve 1|releve 2|first cut-off|second cut-off",
    ),
    (
        Class::Footer,
        0.0,
        "a lire aussi|voir aussi|lire aussi|dans la meme rubrique|autres appels a projets|autres appels\
         |articles similaires|articles lies|sur le meme theme|sur le meme sujet|pourraient vous interesser\
         |pourrait vous interesser|vous aimerez aussi|a decouvrir aussi|contenus associes|derniers articles\
         |dernieres actualites|actualites recentes|toutes les actualites|toute l'actualite|les autres actualites\
         |appels a projets en cours|a consulter aussi|plus d'actualites|a voir aussi|articles recents\
         |nos autres appels|a la une|related posts|sur le meme thematique|ces contenus|actualites liees",
    ),
    (Class::Attachment, 0.0, "--- contenu pdf|--- page|contenu pdf"),
    (
        Class::Standing,
        0.0,
        "toute l'annee|au fil de l'eau|sans date limite|pas de date limite|a tout moment|en continu\
         |depot permanent|ouverture permanente|permanent~|tout au long de l'annee|aucune date limite",
    ),
    (
        Class::Neutral,
        0.0,
        "commission europeenne|conference des financeurs|conference nationale de sante|conference regionale\
         |conference territoriale|contrat de ville|contrats de ville|conseil departemental|conseil regional\
         |comite d'entreprise|compte-rendu financier|avant tout|avant d'etre|pour le compte|pour le developpement\
         |commission des communautes|date limite de consommation|dossier de presse|depots de pain\
         |date de naissance|selon le calendrier|avant-projet|salon de|forum des associations|resultat net\
         |plan gouvernemental lance le|programme lance le|plan lance le|publication de l'appel\
         |diffusion de l'appel|pieces justificatives|auto-evaluation|autoevaluation|exploitant|exploitants|exploitante|exploitantes\
         |exploitations agricoles|exploitation agricole|societe d'exploitation|compte d'exploitation|pour l'exercice|au titre de l'exercice",
    ),
];
