//! Puts the reading together: what the site's fields say, what the text says, and where they disagree.

use chrono::{Datelike, NaiveDate};

use super::campaign::{Campaign, campaign};
use super::choose::{self, Group, POINTS_PLAIN, Page, Statement};
use super::mention::When;
use super::weigh::Scene;
use super::year::{Anchors, How, Stamp, Told, WeekdayCheck};
use super::{DatesInput, DatesReading, TEXT_BYTES_MAX};
use crate::model::{Aspect, Deadline, Doubt, DoubtReason, Field, Quote, Reading};

/// A second statement this much weaker than the first does not contradict it.
const CONTRADICTION_POINTS: f32 = 2.5;

/// An extension this much weaker than another may still be the last.
const EXTENSION_POINTS: f32 = 1.5;

/// Dates before this are of those who apply, not of what they apply to.
const YEAR_OF_A_CALL_MIN: i32 = 2010;

/// A standing aid has a deadline only when it says so this plainly.
const STANDING_POINTS_MIN: f32 = 3.6;

/// Reads the deadline, its waves, the opening and the publication.
pub fn read(input: &DatesInput) -> DatesReading {
    let text = input.text.get(..input.text.floor_char_boundary(TEXT_BYTES_MAX)).unwrap_or_default();
    let scene = scene(input.title, text);
    let pages = [
        Page::read(Field::Text, text, input.zone, scene),
        Page::read(Field::Title, input.title, input.zone, Scene::Other),
    ];
    let mut reading = DatesReading::default();
    let published = choose::published(&pages);
    let stamp = choose::first_publication(&pages)
        .or_else(|| published.as_ref().map(|(stamp, _)| *stamp))
        .or_else(|| choose::month_of_publication(&pages));
    if let Some((stamp, quote)) = published {
        reading.published = Reading::of(stamp.date, quote);
    }
    let anchors = anchors(input, &pages, stamp);
    let statements = choose::statements(&pages, &anchors);
    read_deadline(input, &pages, &anchors, &statements, scene, &mut reading);
    merge_deadline_field(input, &mut reading);
    read_opening(input, &pages, &anchors, &statements, &mut reading);
    add_last_doubts(input, &mut reading);
    reading
}

fn scene(title: &str, text: &str) -> Scene {
    const LEAD_BYTES: usize = 900;
    let lead = text.get(..text.floor_char_boundary(LEAD_BYTES)).unwrap_or_default();
    let words = format!("{title} {lead}").to_lowercase();
    let calls = [
        "appel à",
        "appel a ",
        "appels à",
        "manifestation d",
        "subvention",
        "aap",
        "campagne",
        "habilitation",
        "habiliter",
        "labellisation",
        "appel régional",
        "candidat",
        "manifestez",
        "call for",
        "applications",
        "fonds ",
        "expression of interest",
        "can enter",
        "can apply",
        "may apply",
        "peuvent demander",
        "peuvent proposer",
        "proposez",
        "déposez",
        "remplissez",
        "label ",
        "prix ",
        "trophée",
        "concours ",
        "à remettre",
        "à rendre",
        "dossier à",
        "dossiers à",
        "dossier avant",
        "dossiers avant",
        "session ",
    ];
    let put_off = ["prolong", "report d", "report jusqu", "délai supplémentaire", "repouss", "nouvelle date limite"];
    let title = title.to_lowercase();
    if put_off.iter().any(|sign| title.contains(sign)) {
        Scene::Prolonged
    } else if calls.iter().any(|call| words.contains(call)) {
        Scene::Call
    } else {
        Scene::Other
    }
}

fn anchors(input: &DatesInput, pages: &[Page], published: Option<Stamp>) -> Anchors {
    let mut anchors = Anchors {
        stamp: input.published.map(|date| Stamp { date, told: Told::Published }).or(published),
        opening: input.opening_field.map(|(_, date)| date),
        campaign: title_campaign(pages),
        ..Anchors::default()
    };
    for (mention, weight) in pages.iter().flat_map(Page::weighed) {
        if weight.law || weight.footer || weight.history {
            continue;
        }
        let in_month = |day: u32| NaiveDate::from_ymd_opt(mention.month?.0, mention.month?.1, day);
        let around = mention.date().or_else(|| in_month(15));
        anchors.around.extend(around.filter(|date| date.year() >= YEAR_OF_A_CALL_MIN));
        if let Some(event) = mention.date().or_else(|| in_month(1)).filter(|_| weight.later_event) {
            anchors.later_event = Some(anchors.later_event.map_or(event, |d| d.min(event)));
        }
        let When::Day(date) = mention.when else { continue };
        let years = anchors.known.entry((date.month(), date.day())).or_default();
        if !years.contains(&date.year()) {
            years.push(date.year());
        }
    }
    if anchors.opening.is_none() {
        // Only an opening whose year is written helps others to theirs.
        let opening = choose::opening(pages, &anchors, None).filter(|o| o.dated.how == How::Sure);
        anchors.opening = opening.map(|o| o.dated.date);
    }
    anchors
}

fn title_campaign(pages: &[Page]) -> Option<Campaign> {
    let folded = |field: &Field| pages.iter().find(|p| p.field == *field).map_or("", Page::folded);
    campaign(folded(&Field::Title), folded(&Field::Text))
}

fn read_deadline(
    input: &DatesInput,
    pages: &[Page],
    anchors: &Anchors,
    statements: &[Statement],
    scene: Scene,
    reading: &mut DatesReading,
) {
    let groups = choose::groups(statements);
    let best_undated = statements.iter().filter(|s| s.dated.is_none()).max_by(|a, b| a.points.total_cmp(&b.points));
    let Some(best) = winner(&groups, scene) else {
        if let Some(undated) = best_undated {
            reading.deadline.evidence.push(undated.quote.clone());
            reading.deadline.doubts.push(year_unknown(undated));
        }
        return;
    };
    if best_undated.is_some_and(|u| u.points > best.points + 1.0) {
        reading.deadline.doubts.extend(best_undated.map(year_unknown));
        return;
    }
    let standing = pages.iter().any(|p| p.standing);
    if standing && best.points < STANDING_POINTS_MIN {
        return;
    }
    let deadline = |group: &Group| Deadline {
        date: group.date,
        time: group
            .time()
            .or_else(|| choose::time_elsewhere(pages, group.date, anchors))
            .or_else(|| choose::time_of_its_own(pages)),
        zone: group.zone().unwrap_or(input.zone),
    };
    let value = deadline(best);
    reading.deadline.value = Some(value);
    reading.deadline.evidence = best.evidence().cloned().into_iter().collect();
    add_doubts_of(best, &mut reading.deadline);
    let waves = waves(best, &groups);
    if waves.len() > 1 {
        reading.waves = waves.iter().map(|g| deadline(g)).collect();
        let others = iso_list(waves.iter().filter(|g| g.date != best.date).map(|g| g.date));
        reading.deadline.doubts.push(Doubt::new(Aspect::Deadline, DoubtReason::SeveralWaves, others));
    }
    if best.extended() {
        reading.extended_from = choose::replaced(pages, anchors)
            .map(|d| d.date)
            .or_else(|| {
                let plain = |g: &&Group| g.date < best.date && g.points >= POINTS_PLAIN && !g.listed();
                groups
                    .iter()
                    .filter(plain)
                    .find(|g| !choose::stand_together(pages, anchors, g.date, best.date))
                    .map(|g| g.date)
            })
            .filter(|date| *date < best.date)
            .map(|date| Deadline { date, time: None, zone: value.zone });
    }
    let explained = |g: &Group| {
        waves.iter().any(|w| w.date == g.date)
            || best.extended()
            || reading.extended_from.is_some_and(|d| d.date == g.date)
    };
    let contradicting = groups.iter().filter(|g| {
        g.date != best.date
            && g.points >= POINTS_PLAIN
            && g.points + CONTRADICTION_POINTS >= best.points
            && !explained(g)
    });
    let dates = iso_list(contradicting.map(|g| g.date));
    if !dates.is_empty() {
        reading.deadline.doubts.push(Doubt::new(Aspect::Deadline, DoubtReason::Contradiction, dates));
    }
}

/// The best group; an extension before all; of waves, the first.
fn winner<'g, 's>(groups: &'g [Group<'s>], scene: Scene) -> Option<&'g Group<'s>> {
    let extended = groups.iter().filter(|g| g.extended());
    let plainest = extended.clone().map(|g| g.points).fold(0.0, f32::max);
    // Put off twice, the last day counts.
    let last = extended.filter(|g| g.points + EXTENSION_POINTS >= plainest).max_by_key(|g| g.date);
    let best = last.or_else(|| groups.first())?;
    if best.extended() {
        return Some(best);
    }
    if scene == Scene::Prolonged && !best.listed() {
        let plain =
            |g: &&Group| g.points >= POINTS_PLAIN.min(best.points) && g.points + CONTRADICTION_POINTS >= best.points;
        return groups.iter().filter(plain).max_by_key(|g| g.date);
    }
    // Inferred years may put waves in another order than the text does: its first is meant.
    let inferred = |g: &Group| g.how() == How::Inferred;
    let waves = waves(best, groups);
    let first = if waves.iter().any(|g| inferred(g)) {
        waves.iter().min_by_key(|g| g.statements.iter().map(|s| s.position).min())
    } else {
        waves.first()
    };
    first.map_or(Some(best), |first| groups.iter().find(|g| g.date == first.date))
}

/// The groups listed together with `best`, in the order of their dates; none when it stands alone.
fn waves<'g, 's>(best: &Group, groups: &'g [Group<'s>]) -> Vec<&'g Group<'s>> {
    if !best.listed() {
        return Vec::new();
    }
    let mut waves: Vec<&Group> = groups.iter().filter(|g| g.listed() || g.date == best.date).collect();
    waves.sort_by_key(|g| g.date);
    if waves.len() > 1 { waves } else { Vec::new() }
}

fn iso_list(dates: impl Iterator<Item = NaiveDate>) -> String {
    dates.map(|d| d.to_string()).collect::<Vec<_>>().join(", ")
}

fn year_unknown(statement: &Statement) -> Doubt {
    let (month, day) = statement.day;
    Doubt::new(Aspect::Deadline, DoubtReason::YearUnknown, format!("{day:02}/{month:02}"))
}

fn add_doubts_of(group: &Group, reading: &mut Reading<Deadline>) {
    let mut doubt = |reason| reading.doubts.push(Doubt::new(Aspect::Deadline, reason, ""));
    if group.how() == How::Inferred {
        doubt(DoubtReason::YearInferred);
    }
    if group.weekday() == WeekdayCheck::Disagrees {
        doubt(DoubtReason::WeekdayDisagrees);
    }
    if group.points < POINTS_PLAIN {
        doubt(DoubtReason::Weak);
    }
}

/// The site's own field is followed; the text may add the hour, and is heard when it disagrees.
fn merge_deadline_field(input: &DatesInput, reading: &mut DatesReading) {
    let Some((name, field)) = input.deadline_field else { return };
    let text = std::mem::take(&mut reading.deadline);
    let quote = Quote { field: Field::Structured(name.to_owned()), start: 0, end: 0, text: field_text(&field) };
    reading.deadline = Reading::of(field, quote);
    let Some(read) = text.value else { return };
    if read.date == field.date {
        let time = field.time.or(read.time);
        reading.deadline.value = Some(Deadline { time, ..field });
        reading.deadline.evidence.extend(text.evidence);
        return;
    }
    let weak = text.doubts.iter().any(|d| d.reason == DoubtReason::Weak);
    let wave = reading.waves.iter().any(|w| w.date == field.date);
    if !weak && !wave {
        let doubt = Doubt::new(Aspect::Deadline, DoubtReason::FieldDisagrees, read.date.to_string());
        reading.deadline.doubts.push(doubt);
    }
}

fn field_text(deadline: &Deadline) -> String {
    match deadline.time {
        Some(time) => format!("{}T{}", deadline.date, time.format("%H:%M")),
        None => deadline.date.to_string(),
    }
}

fn read_opening(
    input: &DatesInput,
    pages: &[Page],
    anchors: &Anchors,
    statements: &[Statement],
    reading: &mut DatesReading,
) {
    if let Some((name, date)) = input.opening_field {
        let quote = Quote { field: Field::Structured(name.to_owned()), start: 0, end: 0, text: date.to_string() };
        reading.opening = Reading::of(date, quote);
        return;
    }
    let deadline = reading.deadline.value.map(|d| d.date);
    // The window that ends with the deadline begins with the opening.
    let window = statements
        .iter()
        .filter(|s| s.dated.map(|d| d.date) == deadline && deadline.is_some())
        .filter_map(|s| s.opens.zip(s.opens_quote.clone()).map(|w| (s.points, w)))
        .max_by(|(a, (x, _)), (b, (y, _))| (x.how == How::Sure).cmp(&(y.how == How::Sure)).then(a.total_cmp(b)))
        .map(|(_, window)| window);
    let found = window
        .or_else(|| choose::opening(pages, anchors, deadline).map(|o| (o.dated, o.quote)))
        .or_else(|| choose::window_opening(pages, anchors, deadline?));
    let Some((dated, quote)) = found else { return };
    reading.opening = Reading::of(dated.date, quote);
    for (wrong, reason) in [
        (dated.how == How::Inferred, DoubtReason::YearInferred),
        (dated.weekday == WeekdayCheck::Disagrees, DoubtReason::WeekdayDisagrees),
    ] {
        if wrong {
            reading.opening.doubts.push(Doubt::new(Aspect::Opening, reason, ""));
        }
    }
}

fn add_last_doubts(input: &DatesInput, reading: &mut DatesReading) {
    let published = input.published.or(reading.published.value);
    if let (Some(deadline), Some(published)) = (reading.deadline.value, published)
        && deadline.date < published
    {
        let doubt = Doubt::new(Aspect::Deadline, DoubtReason::BeforePublication, published.to_string());
        reading.deadline.doubts.push(doubt);
    }
    if input.text.len() > TEXT_BYTES_MAX {
        reading.deadline.doubts.push(Doubt::new(Aspect::Deadline, DoubtReason::Truncated, ""));
    }
}
