//! `glaneur notices`: list, show, correct, hide, merge, split, reread.

use serde_json::{Value, json};

use super::args::{CorrectArgs, KindArg, NoticesCommand, StatusArg, YesNo};
use super::bar::Bar;
use super::{Exit, Failure, Global, open, output, table, words};
use crate::model::{Aspect, CorrectionValue, Field, Kind, Notice, Status, ThemeId};
use crate::pipeline::notices::{self, Dossier, Wanted, aspect_name};
use crate::pipeline::{Actor, App, explain_doubt};
use crate::pipeline::{edition, merge};

pub async fn run(global: &Global, command: NoticesCommand) -> Result<Exit, Failure> {
    let app = open::existing_app(global).await?;
    match command {
        NoticesCommand::List { open, kind, territory, theme } => {
            let wanted = Wanted {
                open,
                kind: kind.map(Kind::from),
                territory: territory.map(|place| notices::parse_place(&app, &place)).transpose()?,
                theme: theme.map(|theme| one_theme(&app, &theme)).transpose()?,
            };
            list(global, &app, &wanted).await
        }
        NoticesCommand::Show { id } => {
            let dossier = notices::dossier(&app, &id).await?;
            if global.json {
                output::json(&dossier_json(&dossier));
            } else {
                print_dossier(&app, &dossier);
            }
            Ok(Exit::Done)
        }
        NoticesCommand::Correct(args) => correct(global, &app, args).await,
        NoticesCommand::Hide { id, undo } => {
            let notice = notices::hide(&app, &Actor::Process, &id, !undo).await?;
            let state = if notice.hidden { "cachée à tous les membres" } else { "de nouveau montrée" };
            output::line(format_args!("{} : {state}.", notice.id));
            Ok(Exit::Done)
        }
        NoticesCommand::Merge { kept, other } => {
            let notice = merge::merge(&app, &kept, &other).await?;
            if global.json {
                output::json(&json!(notice));
            } else {
                output::line(format_args!("{} : {} — {other} en est désormais un autre nom.", notice.id, notice.title));
            }
            Ok(Exit::Done)
        }
        NoticesCommand::Split { id } => {
            let notices = merge::split(&app, &id).await?;
            if global.json {
                output::json(&json!({"notices": notices}));
            } else {
                notices.iter().for_each(|notice| output::line(format_args!("{} : {}", notice.id, notice.title)));
            }
            Ok(Exit::Done)
        }
        NoticesCommand::Reread => {
            let done = notices::reread(&app, &Bar::default()).await?;
            if global.json {
                output::json(&json!({"items": done.items, "notices_changed": done.notices_changed}));
            } else {
                output::line(format_args!(
                    "{} ; {} autrement. Rien n'est annoncé aux membres pour cela.",
                    words::count(done.items, "texte relu"),
                    words::count(done.notices_changed, "annonce comprise")
                ));
            }
            Ok(Exit::Done)
        }
    }
}

fn one_theme(app: &App, theme: &str) -> Result<ThemeId, Failure> {
    let mut themes = notices::parse_themes(app, theme)?;
    themes.pop().ok_or_else(|| Failure::usage("aucun thème n'est nommé"))
}

async fn list(global: &Global, app: &App, wanted: &Wanted) -> Result<Exit, Failure> {
    let found = notices::list(app, wanted).await?;
    if global.json {
        output::json(&json!({"notices": found}));
        return Ok(Exit::Done);
    }
    if found.is_empty() {
        output::line("Aucune annonce. « glaneur collect » relève les sources.");
        return Ok(Exit::Done);
    }
    let now = app.clock.civil();
    let rows: Vec<Vec<String>> = found
        .iter()
        .map(|notice| {
            vec![
                notice.id.to_string(),
                words::kind(notice.kind).to_owned() + if notice.hidden { " (cachée)" } else { "" },
                words::next_deadline(notice, now),
                words::short(&places(app, notice), 28),
                words::short(notice.themes.first().map_or("", |theme| theme.as_str()), 24),
                words::short(&notice.title, 70),
            ]
        })
        .collect();
    table::print(&["ANNONCE", "GENRE", "DATE LIMITE", "TERRITOIRE", "THÈME", "TITRE"], &rows);
    output::line(format_args!("\n{}", words::count(found.len(), "annonce")));
    Ok(Exit::Done)
}

fn places(app: &App, notice: &Notice) -> String {
    notice.territory.iter().map(|code| app.geography.label(code)).collect::<Vec<_>>().join(", ")
}

fn print_dossier(app: &App, dossier: &Dossier) {
    let notice = &dossier.notice;
    let now = app.clock.civil();
    output::line(&notice.title);
    let unsaid = || "non dit".to_owned();
    let themes: Vec<_> = notice.themes.iter().map(|theme| theme.as_str()).collect();
    let audiences: Vec<_> = notice.audiences.iter().map(|audience| notices::audience_name(*audience)).collect();
    let ccas = match notice.ccas_eligible {
        Some(true) => "peut répondre",
        Some(false) => "ne peut pas répondre",
        None => "non dit",
    };
    for (name, aspect, value) in [
        ("Genre", Aspect::Kind, words::kind(notice.kind).to_owned()),
        ("Date limite", Aspect::Deadline, words::next_deadline(notice, now)),
        ("Ouverture", Aspect::Opening, notice.opening.map_or_else(unsaid, words::date)),
        ("Territoire", Aspect::Territory, places(app, notice)),
        ("Thèmes", Aspect::Themes, themes.join(", ")),
        ("Pour qui", Aspect::Audiences, if audiences.is_empty() { unsaid() } else { audiences.join(", ") }),
        ("CCAS", Aspect::Ccas, ccas.to_owned()),
        ("Montant", Aspect::Amount, notice.amount.clone().unwrap_or_else(unsaid)),
        ("État", Aspect::Status, status_name(notice.status).to_owned()),
    ] {
        let corrected = if notice.corrected.contains(&aspect) { " (d'après une correction)" } else { "" };
        output::line(format_args!("  {name:<12} {value}{corrected}"));
        for (_, quote) in notice.evidence.iter().filter(|(about, _)| *about == aspect).take(3) {
            output::line(format_args!(
                "  {:<12}   « {} » {}",
                "",
                words::short(&quote.text, 90),
                field_name(&quote.field)
            ));
        }
        for doubt in notice.doubts.iter().filter(|doubt| doubt.about == aspect) {
            output::line(format_args!("  {:<12}   ? {}", "", explain_doubt(doubt, app.settings.language)));
        }
    }
    if notice.hidden {
        output::line("  Cachée à tous les membres.");
    }
    for link in &notice.links {
        output::line(format_args!("  {} ({})", link.url, link.source));
    }
    output::line(format_args!(
        "  Vue du {} au {}, révision {}.",
        words::instant(notice.first_seen, app.settings.time_zone),
        words::instant(notice.last_seen, app.settings.time_zone),
        notice.revision
    ));
    for correction in &dossier.corrections {
        let by = correction.by.as_ref().map_or("la ligne de commande".to_owned(), ToString::to_string);
        let at = words::instant(correction.at, app.settings.time_zone);
        output::line(format_args!("  Corrigé le {at} par {by} : {}", aspect_name(correction.value.aspect())));
    }
    for revision in dossier.history.iter().filter(|revision| !revision.announced.is_empty()) {
        output::line(format_args!(
            "  Changement du {} (révision {}) : dit à qui avait déjà reçu l'annonce",
            words::instant(revision.at, app.settings.time_zone),
            revision.notice.revision
        ));
    }
}

pub fn field_name(field: &Field) -> String {
    match field {
        Field::Title => "(titre)".to_owned(),
        Field::Text => String::new(),
        Field::Publisher => "(éditeur)".to_owned(),
        Field::Source => "(source)".to_owned(),
        Field::Structured(name) => format!("(champ {name})"),
        Field::Entered(by) => format!("(saisi par {by})"),
    }
}

fn status_name(status: Status) -> &'static str {
    match status {
        Status::Open => "en cours",
        Status::Suspended => "suspendu",
        Status::Cancelled => "annulé",
        Status::Withdrawn => "retiré",
    }
}

fn dossier_json(dossier: &Dossier) -> Value {
    let mut value = json!(dossier.notice);
    let history: Vec<Value> = dossier
        .history
        .iter()
        .map(|r| json!({"revision": r.notice.revision, "at": r.at, "announced": r.announced}))
        .collect();
    let items: Vec<Value> = dossier
        .items
        .iter()
        .map(|i| json!({"source": i.record.source, "url": i.record.url, "first_seen": i.first_seen, "last_seen": i.last_seen}))
        .collect();
    value["corrections"] = json!(dossier.corrections);
    value["history"] = json!(history);
    value["items"] = json!(items);
    value
}

async fn correct(global: &Global, app: &App, args: CorrectArgs) -> Result<Exit, Failure> {
    let mut values = Vec::new();
    if let Some(deadline) = &args.deadline {
        values.push(CorrectionValue::Deadline(notices::parse_deadline(deadline)?));
    }
    if let Some(places) = &args.territory {
        values.push(CorrectionValue::Territory(notices::parse_places(app, places)?));
    }
    if let Some(themes) = &args.theme {
        values.push(CorrectionValue::Themes(notices::parse_themes(app, themes)?));
    }
    values.extend(args.kind.map(|kind| CorrectionValue::Kind(kind.into())));
    values.extend(args.title.map(CorrectionValue::Title));
    values.extend(args.ccas.map(|answer| {
        CorrectionValue::Ccas(match answer {
            YesNo::Oui => Some(true),
            YesNo::Non => Some(false),
            YesNo::Inconnu => None,
        })
    }));
    if let Some(audiences) = &args.audience {
        values.push(CorrectionValue::Audiences(notices::parse_audiences(audiences)?));
    }
    values.extend(args.status.map(|status| CorrectionValue::Status(status.into())));
    let notice = notices::correct(app, &Actor::Process, &args.id, values).await?;
    if global.json {
        output::json(&json!(notice));
    } else {
        print_dossier(app, &notices::dossier(app, notice.id.as_str()).await?);
        propose_to_rectify(app, &notice).await?;
    }
    Ok(Exit::Done)
}

/// Who was told otherwise can be told at once, not with the next edition only.
async fn propose_to_rectify(app: &App, notice: &Notice) -> Result<(), Failure> {
    let who = match edition::misled(app, &notice.id).await? {
        0 => return Ok(()),
        1 => "1 membre a reçu".to_owned(),
        n => format!("{n} membres ont reçu"),
    };
    output::line(format_args!(
        "\n{who} ce qui était faux : « glaneur edition create --corrects {} » prépare un rectificatif, pour eux seuls.",
        notice.id
    ));
    Ok(())
}

impl From<KindArg> for Kind {
    fn from(kind: KindArg) -> Self {
        match kind {
            KindArg::Call => Self::Call,
            KindArg::Aid => Self::Aid,
            KindArg::Accreditation => Self::Accreditation,
            KindArg::Results => Self::Results,
            KindArg::News => Self::News,
            KindArg::Event => Self::Event,
            KindArg::Resource => Self::Resource,
            KindArg::Announcement => Self::Announcement,
        }
    }
}

impl From<StatusArg> for Status {
    fn from(status: StatusArg) -> Self {
        match status {
            StatusArg::Open => Self::Open,
            StatusArg::Suspended => Self::Suspended,
            StatusArg::Cancelled => Self::Cancelled,
            StatusArg::Withdrawn => Self::Withdrawn,
        }
    }
}
