//! `glaneur edition`: create, look, approve, send, and tell what came of it.

mod receipts;

use std::time::Duration;

use serde_json::{Value, json};

use super::args::{EditArgs, EditionCommand, PreviewFormat};
use super::bar::Bar;
use super::{Exit, Failure, Global, open, output, table, words};
use crate::model::{DeliveryState, Edition, EditionId, EditionState, Origin, Section};
use crate::pipeline::edition::{self, As, Consent, Listed, Overview, Place, Share, Wishes, skip_sentence};
use crate::pipeline::send::{self, End, Sending};
use crate::pipeline::{Actor, App, french};

const BY: &Actor = &Actor::Process;

/// How long `edition send` waits for rows that the server deferred.
const PATIENCE: Duration = Duration::from_secs(600);

pub async fn run(global: &Global, command: EditionCommand) -> Result<Exit, Failure> {
    let app = open::existing_app(global).await?;
    match command {
        EditionCommand::Create { corrects: Some(notice), .. } => {
            let id = edition::rectify(&app, BY, &notice).await?;
            created(global, &app, id).await
        }
        EditionCommand::Create { cohort, corrects: None } => {
            let id = edition::create(&app, &cohort).await?;
            created(global, &app, id).await
        }
        EditionCommand::List => list(global, &app).await,
        EditionCommand::Show { id } => show(global, &app, EditionId(id)).await,
        EditionCommand::Preview { id, member, format } => preview(&app, EditionId(id), member.as_deref(), format).await,
        EditionCommand::Edit(args) => edit(global, &app, args).await,
        EditionCommand::Proof { id, email, member } => {
            let whose = member.map_or(As::Everybody, As::Member);
            let proof = edition::proof(&app, BY, EditionId(id), &email, &whose).await?;
            if global.json {
                output::json(&json!({"to": proof.to, "subject": proof.subject, "notices": proof.notices}));
            } else {
                let notices = words::count(proof.notices, "annonce");
                output::line(format_args!("Épreuve envoyée à {} : {notices}.", proof.to.expose()));
            }
            Ok(Exit::Done)
        }
        EditionCommand::Approve { id } => {
            let consent = edition::consent(&app, BY, EditionId(id), None).await?;
            let exit = moved(global, &app, EditionId(id)).await?;
            print_consent(global, &consent);
            Ok(exit)
        }
        EditionCommand::Pause { id } => {
            edition::pause(&app, BY, EditionId(id)).await?;
            moved(global, &app, EditionId(id)).await
        }
        EditionCommand::Resume { id, after_restore } => {
            if after_restore {
                edition::accept_restored(&app, BY, EditionId(id)).await?;
            } else {
                edition::resume(&app, BY, EditionId(id)).await?;
            }
            moved(global, &app, EditionId(id)).await
        }
        EditionCommand::Cancel { id } => {
            edition::cancel(&app, BY, EditionId(id)).await?;
            moved(global, &app, EditionId(id)).await
        }
        EditionCommand::Send { id } => {
            if !global.json
                && let Some(found) = app.store.edition(EditionId(id)).await?
            {
                print_kept(&app, &found).await?;
            }
            let sending = send::send(&app, EditionId(id), PATIENCE, &Bar::default()).await?;
            print_sending(global, &app, &sending).await
        }
        EditionCommand::Receipts { from: Some(from), to: Some(to), csv, .. } => {
            receipts::of_period(global, &app, from, to, csv).await
        }
        EditionCommand::Receipts { id, all, .. } => {
            let id = id.ok_or_else(|| Failure::usage("donnez le numéro d'une édition, ou --from et --to"))?;
            let named = if all { Named::All } else { Named::Troubled };
            receipts(global, &app, EditionId(id), named).await
        }
    }
}

fn print_consent(global: &Global, consent: &Consent) {
    match consent {
        Consent::Approved(drift) => print_drift(global, drift),
        Consent::OneMore if global.json => {}
        Consent::OneMore => output::line(
            "Une première approbation est notée ; les réglages en veulent une seconde, d'une autre personne.",
        ),
    }
}

/// What the draft showed and the edition does not say any more.
fn print_drift(global: &Global, drift: &edition::Drift) {
    if global.json {
        return;
    }
    for title in &drift.closed {
        output::line(format_args!("Retirée depuis le brouillon, sa date limite est passée : {title}"));
    }
    if drift.silenced > 0 {
        let who = words::count(drift.silenced, "membre");
        output::line(format_args!("Il ne reste rien à dire à {who} : ils ne reçoivent pas ce courriel."));
    }
}

async fn created(global: &Global, app: &App, id: EditionId) -> Result<Exit, Failure> {
    if global.json {
        output::json(&edition_json(&edition::find(app, id).await?));
    } else {
        output::line(id);
    }
    Ok(Exit::Done)
}

async fn moved(global: &Global, app: &App, id: EditionId) -> Result<Exit, Failure> {
    let edition = edition::find(app, id).await?;
    if global.json {
        output::json(&edition_json(&edition));
    } else {
        output::line(format_args!("Édition {id} : {}.", french(edition.state)));
    }
    Ok(Exit::Done)
}

async fn list(global: &Global, app: &App) -> Result<Exit, Failure> {
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

async fn show(global: &Global, app: &App, id: EditionId) -> Result<Exit, Failure> {
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

async fn edit(global: &Global, app: &App, args: EditArgs) -> Result<Exit, Failure> {
    let word = match &args.word {
        Some(file) => Some(std::fs::read_to_string(file).map_err(|error| {
            Failure::usage(format!("le fichier {} ne peut pas être lu comme du texte ({error})", file.display()))
        })?),
        None => None,
    };
    let wishes = Wishes { drop: args.drop, pin: args.pin, undo: args.undo, word };
    edition::edit(app, BY, EditionId(args.id), &wishes).await?;
    show(global, app, EditionId(args.id)).await
}

fn listed_json(one: &Listed) -> Value {
    json!({
        "number": one.number, "id": one.notice.id, "title": one.notice.title, "deadline": one.notice.deadline,
        "members": one.receive, "sections": one.sections, "doubtful": edition::is_doubtful(&one.notice),
        "dropped": one.place == Place::Dropped, "pinned": one.place == Place::Pinned,
    })
}

/// Why an edition that was approved has not left whole yet.
async fn print_waiting(app: &App, found: &Edition) -> Result<(), Failure> {
    send::waiting(app, found).await?.iter().for_each(|sentence| output::line(format_args!("  {sentence}")));
    Ok(())
}

/// Settings changed since the approval change nothing in its mails: whoever corrected one should know.
async fn print_kept(app: &App, found: &Edition) -> Result<(), Failure> {
    if let Some(sentence) = edition::kept_since_approval(app, found).await? {
        output::line(sentence);
    }
    Ok(())
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

async fn preview(app: &App, id: EditionId, member: Option<&str>, format: PreviewFormat) -> Result<Exit, Failure> {
    let preview = edition::preview(app, id, member).await?;
    match format {
        PreviewFormat::Html => output::line(&preview.rendered.html),
        PreviewFormat::Text => {
            output::line(format_args!("Objet : {}\n", preview.rendered.subject));
            output::line(&preview.rendered.text);
        }
        PreviewFormat::Eml => output::bytes(&preview.message),
        PreviewFormat::Json => output::json(&json!({
            "edition": id, "email": preview.share.email, "subject": preview.rendered.subject,
            "text": preview.rendered.text, "html": preview.rendered.html, "digest": preview.share.what.as_ref().ok(),
        })),
    }
    Ok(Exit::Done)
}

/// What a sending came to; deferred, refused and doubtful rows are named.
pub async fn print_sending(global: &Global, app: &App, sending: &Sending) -> Result<Exit, Failure> {
    let complete = sending.end == End::Finished && sending.counts.of(DeliveryState::Refused) == 0;
    if global.json {
        output::json(&json!({
            "edition": sending.edition, "counts": sending.counts.by_state, "doubted": sending.counts.doubted,
            "end": end_json(&sending.end), "remarks": sending.remarks,
        }));
        return Ok(if complete { Exit::Done } else { Exit::Partly });
    }
    output::line(format_args!("Édition {} : {}.", sending.edition, counts_sentence(&sending.counts)));
    sending.remarks.iter().for_each(|remark| output::line(format_args!("  {remark}")));
    match &sending.end {
        End::Finished => {}
        End::Interrupted => output::line("L'envoi a été interrompu ; rien n'est perdu, relancez-le."),
        End::TurnedAway { why } => output::line(format_args!(
            "Envoi suspendu, rien n'est perdu : {why}. Ensuite, « glaneur edition resume {} » le reprend.",
            sending.edition
        )),
        End::Paused => output::line("L'envoi est suspendu : « glaneur edition resume » le reprend."),
        End::Waiting { next_at } => {
            let when = next_at.map(|at| words::instant(at, app.settings.time_zone));
            output::line(format_args!(
                "Il reste des courriels à retenter{} : relancez « glaneur edition send {} », ou laissez faire le service.",
                when.map(|when| format!(", à partir du {when}")).unwrap_or_default(),
                sending.edition
            ));
        }
        End::Limited { next_at, why } => output::line(format_args!(
            "L'envoi attend, rien n'est perdu : {why}. La suite part à partir du {} : relancez « glaneur edition send {} » alors, ou laissez faire le service.",
            words::instant(*next_at, app.settings.time_zone),
            sending.edition
        )),
        End::Stopped { why } => output::line(format_args!("Envoi arrêté, rien n'est perdu : {why}")),
    }
    print_rows(app, sending.edition, Named::Troubled).await?;
    Ok(if complete { Exit::Done } else { Exit::Partly })
}

fn end_json(end: &End) -> Value {
    match end {
        End::Finished => json!({"is": "finished"}),
        End::Interrupted => json!({"is": "interrupted"}),
        End::Paused => json!({"is": "paused"}),
        End::TurnedAway { why } => json!({"is": "paused", "why": why}),
        End::Waiting { next_at } => json!({"is": "waiting", "next_at": next_at}),
        End::Limited { next_at, why } => json!({"is": "limited", "next_at": next_at, "why": why}),
        End::Stopped { why } => json!({"is": "stopped", "why": why}),
    }
}

fn counts_sentence(counts: &crate::store::Counts) -> String {
    let parts = DeliveryState::ALL.into_iter().filter_map(|state| match counts.of(state) {
        0 => None,
        n => Some(format!("{n} {}", state_name(state, n))),
    });
    let said = parts.collect::<Vec<_>>().join(", ");
    if said.is_empty() { "personne à qui écrire".to_owned() } else { said }
}

fn state_name(state: DeliveryState, n: u64) -> &'static str {
    match (state, n > 1) {
        (DeliveryState::Queued, _) => "en attente",
        (DeliveryState::Attempting, _) => "en cours",
        (DeliveryState::Sent, false) => "envoyé",
        (DeliveryState::Sent, true) => "envoyés",
        (DeliveryState::Deferred, false) => "différé",
        (DeliveryState::Deferred, true) => "différés",
        (DeliveryState::Refused, false) => "refusé",
        (DeliveryState::Refused, true) => "refusés",
        (DeliveryState::Uncertain, false) => "incertain",
        (DeliveryState::Uncertain, true) => "incertains",
        (DeliveryState::Skipped, _) => "sans envoi",
        (DeliveryState::Expired, false) => "abandonné",
        (DeliveryState::Expired, true) => "abandonnés",
        (DeliveryState::Held, false) => "retenu",
        (DeliveryState::Held, true) => "retenus",
    }
}

/// Who is named in a report.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Named {
    /// Those whose mail needs a look.
    Troubled,
    All,
}

async fn receipts(global: &Global, app: &App, id: EditionId, named: Named) -> Result<Exit, Failure> {
    let found = edition::find(app, id).await?;
    let counts = app.store.counts(id).await?;
    let rows = edition::rows(app, id).await?;
    if global.json {
        let deliveries: Vec<Value> = rows
            .iter()
            .map(|row| {
                json!({
                    "email": row.email, "state": row.state, "skipped_because": row.skipped_because,
                    "attempts": row.attempts, "doubts": row.doubts, "relay": row.relay, "last_reply": row.last_reply,
                    "message_id": row.message_id, "next_attempt_at": row.next_attempt_at, "updated_at": row.updated_at,
                })
            })
            .collect();
        let mut value = edition_json(&found);
        value["waiting"] = json!(send::waiting(app, &found).await?);
        value["returns"] = json!(app.store.returned_for_edition(id).await?);
        value["counts"] = json!(counts.by_state);
        value["doubted"] = json!(counts.doubted);
        value["deliveries"] = json!(deliveries);
        output::json(&value);
    } else {
        let trial = if found.trial { " (essai)" } else { "" };
        let said = match found.state {
            // Its ledger is filled at approval.
            EditionState::Draft => {
                format!("rien n'est encore à envoyer : « glaneur edition show {id} » dit ce que chacun recevra")
            }
            _ => counts_sentence(&counts),
        };
        output::line(format_args!("Édition {id}{trial} : {} ; {said}.", french(found.state)));
        print_waiting(app, &found).await?;
        print_relays(app, id).await?;
        print_rows(app, id, named).await?;
        print_returns(app, id).await?;
    }
    Ok(Exit::Done)
}

/// How many mails each of several relays took.
async fn print_relays(app: &App, id: EditionId) -> Result<(), Failure> {
    let mut taken = std::collections::BTreeMap::<String, usize>::new();
    for row in edition::rows(app, id).await?.into_iter().filter(|row| row.state == DeliveryState::Sent) {
        *taken.entry(row.relay.unwrap_or_default()).or_default() += 1;
    }
    taken.remove("");
    if taken.len() > 1 || app.settings.mail.relays.len() > 1 {
        for (relay, mails) in taken {
            output::line(format_args!("  Par le relais {relay} : {}", words::count(mails, "courriel")));
        }
    }
    Ok(())
}

/// What came back later, beside the states that it does not change.
async fn print_returns(app: &App, id: EditionId) -> Result<(), Failure> {
    let returns = app.store.returned_for_edition(id).await?;
    if returns.is_empty() {
        return Ok(());
    }
    let emails: std::collections::HashMap<_, _> =
        edition::rows(app, id).await?.into_iter().map(|row| (row.id, row.email)).collect();
    for returned in &returns {
        let email = returned.delivery.and_then(|delivery| emails.get(&delivery)).and_then(Option::as_ref);
        let email = email.map_or("(effacé)", |email| email.expose());
        output::line(format_args!("  {email} : revenu — {}", words::returned(returned)));
    }
    Ok(())
}

/// Names every row that is not simply sent or skipped, and every row that was once in doubt; or all.
async fn print_rows(app: &App, id: EditionId, named: Named) -> Result<(), Failure> {
    for row in edition::rows(app, id).await? {
        let plain = matches!(row.state, DeliveryState::Sent | DeliveryState::Skipped | DeliveryState::Queued);
        if plain && row.doubts == 0 && named == Named::Troubled {
            continue;
        }
        let email = row.email.as_ref().map_or("(effacé)", |email| email.expose());
        let doubt = match row.doubts {
            0 => String::new(),
            doubts => {
                let sent = u32::from(row.state == DeliveryState::Sent);
                format!(" ; a pu être reçu {} fois, sous le même Message-ID {}", doubts + sent, row.message_id)
            }
        };
        let why = match (row.skipped_because, row.last_reply.as_deref()) {
            (Some(skip), _) => format!(" — {}", skip_sentence(skip)),
            (None, Some(reply)) => format!(" — {reply}"),
            (None, None) if row.state == DeliveryState::Queued => String::new(),
            (None, None) => " — sans réponse".to_owned(),
        };
        output::line(format_args!("  {email} : {}{why}{doubt}", state_name(row.state, 1)));
    }
    Ok(())
}

pub fn edition_json(edition: &Edition) -> Value {
    json!(edition)
}

fn share_json(share: &Share) -> Value {
    match &share.what {
        Ok(digest) => json!({"email": share.email, "digest": digest}),
        Err(skip) => json!({"email": share.email, "skipped_because": skip}),
    }
}
