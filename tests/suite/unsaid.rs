//! What is not known is said as such: a call without a deadline, an accreditation of which no campaign is open.

use crate::support::{MONDAY, Site, Workspace, on_both};

/// 84 and 92 days after the Monday on which everything was seen.
const STILL: &str = "2026-04-06T08:00:00+02:00";
const LATER: &str = "2026-04-14T08:00:00+02:00";

/// Words that the mail may have broken into lines.
fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_call_without_a_deadline_is_open_and_to_be_checked_until_ninety_days_after_it_was_last_seen() {
    on_both(|mut workspace: Workspace| {
        workspace.set("review = \"off\"", "review = \"before-send\"");
        let site = Site::start();
        site.publish("f", "Appel à projets : cantines durables", "Les dossiers sont à déposer au plus vite.");
        workspace.write("sources.toml", &site.source("essai", "D93"));
        workspace.import_members();
        workspace.run_at(MONDAY, "collect").done();
        workspace.run_at(STILL, "notices list --open").done().says("cantines durables");
        workspace.run_at(STILL, "edition create").done();
        let mail = flat(&workspace.run_at(STILL, "edition preview 1 --format text").done().out);
        assert!(mail.contains("date limite non indiquée, à vérifier"), "{mail}");
        workspace.run_at(STILL, "edition cancel 1").done();
        let listed = workspace.run_at(LATER, "notices list --open").done().out;
        assert!(!listed.contains("cantines"), "{listed}");
        workspace.run_at(LATER, "edition create").done();
        workspace.run_at(LATER, "edition preview 2").status(2).complains("rien à dire");
    });
}

#[test]
fn an_association_is_told_where_accreditation_stands_and_never_for_that_alone() {
    on_both(|mut workspace: Workspace| {
        workspace.set("review = \"off\"", "review = \"before-send\"");
        let site = Site::start();
        let body = "Dépôt des dossiers jusqu'au 20 février 2026 à 12h.";
        site.publish("a", "Appel à projets : épiceries solidaires", body);
        workspace.write("sources.toml", &site.source("essai", "D93"));
        workspace.write(
            "membres.csv",
            "email;prénom;nom;organisation;type;promotion;territoire;thèmes;rythme\n\
             noa@epicerie.example;Noa;Exemple;L'Épicerie;association;promo;Saint-Denis (93);;\n\
             lou@cuisine.example;Lou;Exemple;La Cuisine;association;promo;Nanterre;;\n\
             lea@montreuil.example;Léa;Exemple;CCAS de Montreuil;ccas;promo;Montreuil (93);;\n",
        );
        workspace.import_members();
        workspace.run_at(MONDAY, "collect").done();
        workspace.run_at(MONDAY, "edition create").done();
        let preview = |member: &str| {
            flat(&workspace.run_at(MONDAY, &format!("edition preview 1 --format text --member {member}")).done().out)
        };
        let noa = preview("noa@epicerie.example").replace(['\u{a0}', '\u{202f}'], " ");
        let stands = "Habilitation à l’aide alimentaire, Île-de-France : nous ne connaissons aucune campagne ouverte";
        assert!(noa.contains(stands), "{noa}");
        assert!(!preview("lea@montreuil.example").contains("aucune campagne"), "a CCAS cannot be accredited");
        let silent = workspace.run_at(MONDAY, "edition preview 1 --member lou@cuisine.example").status(2);
        silent.complains("aucune annonce nouvelle");
    });
}
