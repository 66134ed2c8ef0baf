//! Notices: listed, shown, corrected, hidden, understood anew.

use chrono::{NaiveDate, NaiveDateTime};
use serde_json::json;

use super::{Actor, App, Progress, Trouble};
use crate::geography::{Place, fold};
use crate::model::{
    Aspect, Audience, Correction, CorrectionValue, Deadline, Kind, Notice, NoticeId, TerritoryCode, ThemeId,
};
use crate::store::{HiddenNotices, ItemRecord, NoticeFilter, NoticeWork, Revision, StoreError, StoredItem};
use crate::understand::sameness::Fingerprint;
use crate::understand::{Input, Piece, Standing, assemble};

/// Which notices are listed.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    pub open: bool,
    pub kind: Option<Kind>,
    /// Notices that concern this place: those whose territory holds it or lies within it.
    pub territory: Option<TerritoryCode>,
    pub theme: Option<ThemeId>,
}

/// A notice with all that is known of it.
#[derive(Debug)]
pub struct Dossier {
    pub notice: Notice,
    pub corrections: Vec<Correction>,
    pub history: Vec<Revision>,
    pub items: Vec<StoredItem>,
}

/// The notices wanted, those that close first at the head.
pub async fn list(app: &App, wanted: &Wanted) -> Result<Vec<Notice>, Trouble> {
    let now = app.clock.civil();
    let filter = NoticeFilter {
        open_at: wanted.open.then_some(now),
        kinds: wanted.kind.into_iter().collect(),
        hidden: HiddenNotices::With,
        ..NoticeFilter::default()
    };
    let mut notices = app.store.notices(&filter).await?;
    let concerns = |notice: &Notice, place: &TerritoryCode| {
        notice.territory.iter().any(|t| app.geography.contains(t, place) || app.geography.contains(place, t))
    };
    notices.retain(|notice| {
        wanted.territory.as_ref().is_none_or(|place| concerns(notice, place))
            && wanted.theme.as_ref().is_none_or(|theme| notice.themes.contains(theme))
    });
    notices.sort_by_key(|notice| {
        let next = notice.next_deadline(now);
        (next.is_none_or(|deadline| deadline.is_past(now)), next.is_none(), next, notice.id.clone())
    });
    Ok(notices)
}

pub async fn dossier(app: &App, id: &str) -> Result<Dossier, Trouble> {
    let notice = find(app, id).await?;
    Ok(Dossier {
        corrections: app.store.corrections(&notice.id).await?,
        history: app.store.notice_history(&notice.id).await?,
        items: app.store.items_of_notice(&notice.id).await?,
        notice,
    })
}

pub(super) async fn find(app: &App, id: &str) -> Result<Notice, Trouble> {
    let id = NoticeId(id.trim().to_lowercase());
    // An address of a page may hold what no database takes.
    if !id.as_str().bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(Trouble::NoSuchNotice(id.to_string()));
    }
    app.store.notice(&id).await?.ok_or_else(|| Trouble::NoSuchNotice(id.to_string()))
}

/// Lays corrections over a notice; members who were told otherwise will be told of the change.
pub async fn correct(app: &App, by: &Actor, id: &str, values: Vec<CorrectionValue>) -> Result<Notice, Trouble> {
    let now = app.clock.civil();
    let id = find(app, id).await?.id;
    let mut work = app.store.notice_work().await?;
    let before = work.notice(&id).await?.ok_or_else(|| Trouble::NoSuchNotice(id.to_string()))?;
    for value in values {
        let correction = Correction { value, by: by.address().cloned(), at: app.clock.now() };
        work.correct(&before.id, &correction).await?;
    }
    let after = reassemble(&mut work, &before).await?;
    if after.revision != before.revision {
        work.revise(&after, &before.changes_to(&after, now), now).await?;
    }
    let fields: Vec<_> = after.corrected.iter().map(|aspect| aspect_name(*aspect)).collect();
    note(app, &mut work, by, "notices correct", &after.id, &fields.join(", ")).await?;
    work.commit().await?;
    Ok(after)
}

pub async fn hide(app: &App, by: &Actor, id: &str, hidden: bool) -> Result<Notice, Trouble> {
    let notice = find(app, id).await?;
    app.store.set_hidden(&notice.id, hidden).await?;
    let action = if hidden { "notices hide" } else { "notices hide --undo" };
    journal(app, by, action, &notice.id, "").await?;
    Ok(Notice { hidden, ..notice })
}

async fn journal(app: &App, by: &Actor, action: &str, id: &NoticeId, detail: &str) -> Result<(), Trouble> {
    app.store.journal(by.name(app), action, &format!("notice:{id}"), &json!(detail), app.clock.now()).await?;
    Ok(())
}

pub(super) async fn note(
    app: &App,
    work: &mut NoticeWork,
    by: &Actor,
    action: &str,
    id: &NoticeId,
    detail: &str,
) -> Result<(), Trouble> {
    Ok(work.journal(by.name(app), action, &format!("notice:{id}"), &json!(detail), app.clock.now()).await?)
}

/// The notice as its stored items and corrections make it now.
pub(super) async fn reassemble(work: &mut NoticeWork, notice: &Notice) -> Result<Notice, StoreError> {
    let items = work.items_of_notice(&notice.id).await?;
    let corrections = work.corrections(&notice.id).await?;
    let pieces: Vec<_> = items.iter().map(piece).collect();
    Ok(assemble(&Standing::of(notice, &corrections), &pieces).unwrap_or_else(|| notice.clone()))
}

pub(super) fn piece(stored: &StoredItem) -> Piece<'_> {
    Piece { item: &stored.record.item, understanding: &stored.record.understanding }
}

/// What `reread` did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reread {
    pub items: usize,
    pub notices_changed: usize,
}

/// Items understood anew in one commit.
const BATCH_ITEMS: u32 = 50;

/// Understands every stored item anew. Ids and corrections stay, and nothing is announced: a better reading is no news.
pub async fn reread(app: &App, progress: &dyn Progress) -> Result<Reread, Trouble> {
    let mut done = Reread::default();
    let mut after = 0;
    progress.begin("Relecture des annonces", 0);
    loop {
        let batch = app.store.items_after(after, BATCH_ITEMS).await?;
        let Some(last) = batch.last() else { break };
        after = *last;
        // An item is never stored as it reads now beside a notice as it read before.
        let mut work = app.store.notice_work().await?;
        for row in batch {
            let Some(stored) = work.item(row).await? else { continue };
            done.items += 1;
            progress.step(&stored.record.item.title);
            done.notices_changed += usize::from(reread_item(app, &mut work, stored).await?);
        }
        work.commit().await?;
    }
    progress.end();
    let detail = format!("{} annonces changées", done.notices_changed);
    app.store.journal(app.actor, "notices reread", "", &json!(detail), app.clock.now()).await?;
    Ok(done)
}

/// Whether its notice reads differently now.
async fn reread_item(app: &App, work: &mut NoticeWork, stored: StoredItem) -> Result<bool, Trouble> {
    // A source that is gone from sources.toml still gave its items; what it said of itself is no longer known.
    let Some(source) = app.sources.iter().find(|source| source.id == stored.record.source) else { return Ok(false) };
    let input = Input::of(&stored.record.item, source);
    let understanding = app.reader.read(&input);
    let fingerprint = Fingerprint::of(&input, &understanding);
    let sameness = serde_json::to_string(&fingerprint).unwrap_or_default();
    if understanding == stored.record.understanding && sameness == stored.record.sameness {
        return Ok(false);
    }
    let Some(before) = work.notice(&stored.record.notice).await? else { return Ok(false) };
    let record = ItemRecord { understanding, sameness, ..stored.record };
    work.save_item(Some(stored.id), &record, stored.last_seen).await?;
    let after = reassemble(work, &before).await?;
    if after.revision == before.revision {
        return Ok(false);
    }
    work.revise(&after, &[], app.clock.civil()).await?;
    Ok(true)
}

/// A date as an administrator types it: `2026-03-31`, `2026-03-31T12:00`, « aucune ».
pub fn parse_deadline(written: &str) -> Result<Option<Deadline>, Trouble> {
    if matches!(written.trim().to_lowercase().as_str(), "aucune" | "none") {
        return Ok(None);
    }
    if let Ok(date) = written.parse::<NaiveDate>() {
        return Ok(Some(Deadline::on(date)));
    }
    ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(written, form).ok())
        .map(|at| Some(Deadline::on(at.date()).at(Some(at.time()))))
        .ok_or_else(|| {
            Trouble::Words(format!(
                "« {written} » n'est pas une date : écrivez 2026-03-31, 2026-03-31T12:00, ou « aucune »"
            ))
        })
}

/// Places by name or code, divided by commas.
pub fn parse_places(app: &App, written: &str) -> Result<Vec<TerritoryCode>, Trouble> {
    let mut places = Vec::new();
    for one in written.split(',').map(str::trim).filter(|one| !one.is_empty()) {
        places.push(parse_place(app, one)?);
    }
    if places.is_empty() {
        return Err(Trouble::Words(
            "aucun lieu n'est nommé : écrivez par exemple « D93 » ou « Montreuil (93) »".to_owned(),
        ));
    }
    places.sort();
    places.dedup();
    Ok(places)
}

pub fn parse_place(app: &App, written: &str) -> Result<TerritoryCode, Trouble> {
    match app.geography.resolve_place(written, &[]) {
        Place::Found(code) => Ok(code),
        Place::Unknown => Err(Trouble::Words(format!("le lieu « {written} » est inconnu"))),
        Place::Ambiguous(codes) => {
            let shown: Vec<_> = codes.iter().take(8).map(|c| format!("{} = {c}", app.geography.label(c))).collect();
            Err(Trouble::Words(format!("plusieurs lieux s'appellent « {written} » : {}", shown.join(", "))))
        }
    }
}

pub fn parse_themes(app: &App, written: &str) -> Result<Vec<ThemeId>, Trouble> {
    let ids = written.split(',').map(str::trim).filter(|id| !id.is_empty());
    ids.map(|id| {
        let theme = ThemeId(id.to_owned());
        match app.themes.get(&theme) {
            Some(_) => Ok(theme),
            None => {
                let known: Vec<_> = app.themes.themes.iter().map(|theme| theme.id.as_str()).collect();
                Err(Trouble::Words(format!("le thème « {id} » n'existe pas ; thèmes : {}", known.join(", "))))
            }
        }
    })
    .collect()
}

/// Who may apply, for an administrator.
pub fn audience_name(audience: Audience) -> &'static str {
    match audience {
        Audience::Collectivites => "collectivités",
        Audience::Associations => "associations",
        Audience::Entreprises => "entreprises",
        Audience::Etablissements => "établissements",
        Audience::Particuliers => "particuliers",
    }
}

pub const AUDIENCES: [Audience; 5] = [
    Audience::Collectivites,
    Audience::Associations,
    Audience::Entreprises,
    Audience::Etablissements,
    Audience::Particuliers,
];

/// Audiences divided by commas, with or without accents; « aucun »: nothing is said of them.
pub fn parse_audiences(written: &str) -> Result<Vec<Audience>, Trouble> {
    let mut found = Vec::new();
    for one in written.split(',').map(fold).filter(|one| !one.is_empty() && one != "aucun") {
        let Some(audience) = AUDIENCES.into_iter().find(|audience| fold(audience_name(*audience)) == one) else {
            let known = AUDIENCES.map(audience_name).join(", ");
            return Err(Trouble::Words(format!("le public « {one} » est inconnu ; publics : {known}")));
        };
        if !found.contains(&audience) {
            found.push(audience);
        }
    }
    Ok(found)
}

/// What a correction is about, for an administrator.
pub fn aspect_name(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::Kind => "genre",
        Aspect::Title => "titre",
        Aspect::Deadline => "date limite",
        Aspect::Opening => "ouverture",
        Aspect::Territory => "territoire",
        Aspect::Themes => "thèmes",
        Aspect::Audiences => "publics",
        Aspect::Ccas => "CCAS",
        Aspect::Amount => "montant",
        Aspect::Status => "état",
    }
}
