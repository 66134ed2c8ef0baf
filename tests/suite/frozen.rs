//! Approval freezes how mails look and what they name: one Message-ID never carries two texts.

use crate::support::mta::SmtpSink;
use crate::support::{MONDAY, Site, Workspace, on_both};

const ALEX: &str = "alex@seine-saint-denis.example";
const LEA: &str = "lea@montreuil.example";
const LABEL: &str = "Précarité et aide alimentaires";

/// An approved edition for two members, with a text, a theme and addresses of the workspace's own.
fn approved(workspace: &mut Workspace) -> Site {
    let site = Site::start();
    site.publish("aap", "Appel à projets : épiceries solidaires", "Dépôt des dossiers jusqu'au 20 février 2026 à 12h.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.write(
        "membres.csv",
        &format!(
            "email;prénom;nom;organisation;type;promotion;territoire;thèmes;rythme\n\
             {LEA};Léa;Exemple;CCAS de Montreuil;ccas;promo;Montreuil (93);{LABEL};\n\
             {ALEX};Alex;Exemple;Département;département;promo;Seine-Saint-Denis;{LABEL};\n"
        ),
    );
    std::fs::create_dir(workspace.path().join("modeles")).unwrap();
    workspace.write("modeles/digest.txt", "Premier modèle\n{{ greeting }}\n{{ links.leave_page }}\n");
    workspace.write("themes.toml", include_str!("../../themes.toml"));
    workspace.set(
        "network =",
        "base_url = \"https://veille.reseau.example\"\ntemplates = \"modeles\"\nthemes = \"themes.toml\"\nnetwork =",
    );
    workspace.set("review = \"off\"", "review = \"before-send\"");
    workspace.import_members();
    workspace.run_at(MONDAY, "collect").done();
    workspace.run_at(MONDAY, "edition create").done();
    workspace.run_at(MONDAY, "edition approve 1").done();
    site
}

/// Everything that a mail takes from files is another.
fn change_everything(workspace: &mut Workspace) {
    workspace.write("modeles/digest.txt", "Second modèle\n{{ greeting }}\n{{ links.leave_page }}\n");
    workspace.write("themes.toml", &include_str!("../../themes.toml").replace(LABEL, "Autre libellé"));
    workspace.set("https://veille.reseau.example", "https://autre.example");
    workspace
        .set("Réseau d'essai <reseau@reseau.example>\"", "Autre <autre@autre.example>\"\nreply_to = \"b@c.example\"");
    workspace.set("network = \"Réseau d'essai\"", "network = \"Autre réseau\"");
}

fn preview(workspace: &Workspace, member: &str) -> String {
    workspace.run_at(MONDAY, &format!("edition preview 1 --member {member} --format eml")).done().out
}

/// A sink writes lines its own way.
fn lines(raw: &str) -> Vec<&str> {
    raw.trim_end().lines().collect()
}

#[test]
fn settings_and_templates_changed_after_approval_change_no_mail_and_the_administrator_is_told() {
    on_both(|mut workspace: Workspace| {
        let _site = approved(&mut workspace);
        let before = [preview(&workspace, ALEX), preview(&workspace, LEA)];
        assert!(before[0].contains("Premier mod") && before[0].contains("https://veille.reseau.example/quitter/"));
        let calm = workspace.run_at(MONDAY, "edition show 1").done().out;
        assert!(!calm.contains("depuis l'approbation"), "{calm}");
        change_everything(&mut workspace);
        let told = "Changé depuis l'approbation : from, reply_to, base_url, network, les thèmes, les modèles ;";
        workspace.run_at(MONDAY, "edition show 1").done().says(told).says("edition cancel 1");
        assert_eq!([preview(&workspace, ALEX), preview(&workspace, LEA)], before);
        workspace.run_at(MONDAY, "edition send 1").done().says(told);
        let sent: Vec<String> = workspace.mails().into_iter().map(|mail| mail.raw).collect();
        assert_eq!(sent, before, "byte for byte");
        let next = workspace.run_at(MONDAY, "edition create").done().out.trim().to_owned();
        let draft = workspace.run_at(MONDAY, &format!("edition preview {next} --format eml")).done().out;
        assert!(draft.contains("Second mod") && draft.contains("https://autre.example/quitter/"), "{draft}");
    });
}

#[test]
fn both_halves_of_an_interrupted_edition_look_alike_and_previews_show_what_was_sent() {
    on_both(|mut workspace: Workspace| {
        let sink = SmtpSink::start();
        workspace.set("file:outbox", &format!("smtp://{}", sink.address()));
        let _site = approved(&mut workspace);
        let deferred = "UPDATE deliveries SET state = 'deferred', next_attempt_at =";
        workspace.sql(&format!("{deferred} 4102444800000 WHERE email = '{LEA}'"));
        workspace.run_at(MONDAY, "edition send 1").status(1).says("à retenter");
        assert_eq!(sink.mails().len(), 1);
        change_everything(&mut workspace);
        workspace.sql(&format!("{deferred} 0 WHERE email = '{LEA}'"));
        workspace.run_at(MONDAY, "edition send 1").done();
        let mails = sink.mails();
        let to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
        assert_eq!(to, [ALEX, LEA]);
        for mail in &mails {
            mail.says("Premier modèle").says("https://veille.reseau.example/quitter/");
            assert!(mail.html.contains(LABEL) && !mail.html.contains("Autre"), "{}", mail.html);
            assert_eq!(lines(&mail.raw), lines(&preview(&workspace, &mail.to)), "{}", mail.to);
        }
        let same = |name: &str| assert_eq!(mails[0].header(name), mails[1].header(name), "{name}");
        ["From", "Reply-To", "List-Id", "Date"].into_iter().for_each(same);
    });
}

#[test]
fn an_edition_approved_before_looks_were_kept_is_sent_with_todays() {
    on_both(|mut workspace: Workspace| {
        let _site = approved(&mut workspace);
        workspace.sql(if workspace.is_sqlite() {
            "UPDATE editions SET frame = json_remove(frame, '$.look'); DELETE FROM templates"
        } else {
            "UPDATE editions SET frame = (frame::jsonb - 'look')::text; DELETE FROM templates"
        });
        change_everything(&mut workspace);
        workspace.run_at(MONDAY, "edition send 1").done().says("2 envoyés");
        for mail in workspace.mails() {
            mail.says("Second modèle").says("https://autre.example/quitter/");
            assert!(mail.html.contains("Autre libellé"));
            assert_eq!(mail.raw, preview(&workspace, &mail.to));
        }
    });
}

#[test]
fn settings_corrected_while_a_draft_is_read_are_those_of_its_approval() {
    let mut workspace = Workspace::sqlite();
    let _site = approved(&mut workspace);
    workspace.run_at(MONDAY, "edition cancel 1").done();
    workspace.run_at(MONDAY, "edition create").done();
    change_everything(&mut workspace);
    let draft = workspace.run_at(MONDAY, "edition preview 2 --format eml").done().out;
    workspace.run_at(MONDAY, "edition approve 2").done();
    let kept = workspace.run_at(MONDAY, "edition preview 2 --format eml").done().out;
    let undated =
        |mail: &str| lines(mail).into_iter().filter(|line| !line.starts_with("Date:")).collect::<Vec<_>>().join("\n");
    assert_eq!(undated(&kept), undated(&draft));
    assert!(kept.contains("b@c.example") && !kept.contains("veille.reseau.example"), "{kept}");
}

#[test]
fn kept_templates_that_the_program_cannot_fill_any_more_stop_the_sending_before_a_row_is_taken() {
    let mut workspace = Workspace::sqlite();
    let _site = approved(&mut workspace);
    change_everything(&mut workspace);
    workspace.sql("UPDATE templates SET sources = replace(sources, '{{ greeting }}', '{{ inconnu }}')");
    let sent = workspace.run_at(MONDAY, "edition send 1").complains("ne comprend plus les modèles");
    sent.complains("digest.txt").complains("annulez l'édition");
    let receipts = workspace.run("edition receipts 1 --json").done().json();
    assert_eq!(receipts["counts"]["queued"], 2, "{receipts}");
}
