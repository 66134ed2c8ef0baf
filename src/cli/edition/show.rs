//! `edition list` and `edition show`: what there is, and who gets what.

use serde_json::{Value, json};

use super::{edition_json, print_kept, print_waiting};
use crate::cli::{Exit, Failure, Global, output, table, words};
use crate::model::{Edition, EditionId, Origin, Section};
use crate::pipeline::edition::{self, Listed, Overview, Place, Share, skip_sentence};
use crate::pipeline::{App, french, send};

pub(super) async fn list(global: &Global, app: &App) -> Result<Exit, Failure> {
    let editions = app.store.editions().await?;
    if global.json {
        let list: Vec<Value> = editions.iter().map(edition_json).collect();
        output::json(&json!({"editions": list}));
        return Ok(Exit::Done);
    }
    if editions.is_empty() {
        output::line("Aucune édition. « glaneur edition create » en prépare une.");
        return Ok(Exit::Done);
    }
    let rows: Vec<Vec<String>> = editions
        .iter()
        .map(|edition| {
            let cohorts: Vec<_> = edition.cohorts.iter().map(|cohort| cohort.as_str()).collect();
            vec![
                edition.id.to_string(),
                edition.occurrence.format("%d/%m/%Y %H:%M").to_string(),
                french(edition.state).to_owned()
                    + if edition.origin == Origin::Correction { " (rectificatif)" } else { "" }
                    + if edition.trial { " (essai)" } else { "" }
                    + if edition.held_since.is_some() { " (base restaurée : à vérifier)" } else { "" },
                cohorts.join(", "),
            ]
        })
        .collect();
    table::print(&["N°", "DATE", "ÉTAT", "PROMOTIONS"], &rows);
    Ok(Exit::Done)
}

pub(super) async fn show(global: &Global, app: &App, id: EditionId) -> Result<Exit, Failure> {
    let found = edition::find(app, id).await?;
    let seen = edition::overview(app, &found).await?;
    if global.json {
        let mut value = edition_json(&found);
        value["waiting"] = json!(send::waiting(app, &found).await?);
        value["members"] = seen.shares.iter().map(share_json).collect();
        value["notices"] = seen.notices.iter().map(listed_json).collect();
        value["word"] = json!(seen.edits.word);
        output::json(&value);
        return Ok(Exit::Done);
    }
    let trial = if found.trial { ", essai (aucun membre ne la reçoit)" } else { "" };
    output::line(format_args!(
        "Édition {id} du {} : {}{trial}",
        found.occurrence.format("%d/%m/%Y à %H:%M"),
        french(found.state)
    ));
    print_kept(app, &found).await?;
    print_waiting(app, &found).await?;
    print_shares(app, &seen.shares);
    print_notices(&found, &seen);
    Ok(Exit::Done)
}

/// The numbers by which `edition edit` names notices.
fn print_notices(found: &Edition, seen: &Overview) {
    if let Some(word) = &seen.edits.word {
        output::line(format_args!("\nLe mot de l'équipe : {}", words::short(word, 80)));
    }
    if seen.notices.is_empty() {
        return;
    }
    output::line("");
    let rows: Vec<Vec<String>> = seen
        .notices
        .iter()
        .map(|one| {
            let deadline = one.notice.next_deadline(found.as_of);
            vec![
                one.number.to_string(),
                deadline.map_or("sans date".to_owned(), |deadline| deadline.date.format("%d/%m/%Y").to_string()),
                standing(one),
                words::short(&one.notice.title, 70),
            ]
        })
        .collect();
    table::print(&["N°", "JUSQU'AU", "REÇUE PAR", "ANNONCE"], &rows);
}

fn standing(one: &Listed) -> String {
    let members = match one.receive {
        0 => "attend".to_owned(),
        n => words::count(n, "membre"),
    };
    let doubtful = if edition::is_doubtful(&one.notice) { ", à vérifier" } else { "" };
    match one.place {
        Place::Dropped => "retirée".to_owned(),
        Place::Pinned => format!("{members}, en tête{doubtful}"),
        Place::Plain => format!("{members}{doubtful}"),
    }
}

fn listed_json(one: &Listed) -> Value {
    json!({
        "number": one.number, "id": one.notice.id, "title": one.notice.title, "deadline": one.notice.deadline,
        "members": one.receive, "sections": one.sections, "doubtful": edition::is_doubtful(&one.notice),
        "dropped": one.place == Place::Dropped, "pinned": one.place == Place::Pinned,
    })
}

/// Who gets what, one line a member.
pub fn print_shares(app: &App, shares: &[Share]) {
    let rows: Vec<Vec<String>> = shares
        .iter()
        .map(|share| {
            let places: Vec<_> = share.recipient.territories.iter().map(|code| app.geography.label(code)).collect();
            vec![
                share.email.expose().to_owned(),
                words::short(&places.join(", "), 34),
                match &share.what {
                    Ok(digest) => sections(digest),
                    Err(skip) => format!("rien : {}", skip_sentence(*skip)),
                },
            ]
        })
        .collect();
    table::print(&["MEMBRE", "TERRITOIRE", "REÇOIT"], &rows);
}

fn sections(digest: &crate::model::Digest) -> String {
    let names = [
        (Section::New, "nouvel appel", "nouveaux appels"),
        (Section::ClosingSoon, "bientôt clos", "bientôt clos"),
        (Section::Changed, "modifié", "modifiés"),
        (Section::Accreditation, "habilitation", "habilitations"),
        (Section::Aid, "aide permanente", "aides permanentes"),
        (Section::Network, "nouvelle du réseau", "nouvelles du réseau"),
    ];
    let parts = names.iter().filter_map(|(section, one, many)| {
        let count = digest.entries.iter().filter(|entry| entry.section == *section).count();
        (count > 0).then(|| format!("{count} {}", if count == 1 { one } else { many }))
    });
    let mut said = parts.collect::<Vec<_>>().join(", ");
    if digest.left_for_next > 0 {
        said += &format!(" (et {} la prochaine fois)", digest.left_for_next);
    }
    said
}

fn share_json(share: &Share) -> Value {
    match &share.what {
        Ok(digest) => json!({"email": share.email, "digest": digest}),
        Err(skip) => json!({"email": share.email, "skipped_because": skip}),
    }
}
