//! Which sort of call it is, when it is one. It does not decide whether it is one.

use std::sync::LazyLock;

use super::page::{Page, Zone};
use super::phrases::Phrases;
use crate::model::{CallType, Kind, Reading};

static NAMES: LazyLock<Phrases<CallType>> = LazyLock::new(|| {
    Phrases::new([
        (
            CallType::Aap,
            &[
                "appel à projet",
                "appel à projets",
                "appels à projet",
                "appels à projets",
                "!AAP",
                "calls for proposals",
                "call for proposals",
                "call for projects",
                "!FDVA",
                "appel à initiatives",
                "appel à initiative",
                "appel à coopération",
                "appel à programmes",
                "avis d'appel à projet*",
                "budget participatif",
            ][..],
        ),
        (
            CallType::Ami,
            &[
                "appel à manifestation*",
                "appels à manifestation*",
                "manifestation d'intérêt",
                "manifestez votre intérêt",
                "!AMI",
            ][..],
        ),
        (
            CallType::Candidatures,
            &[
                "appel à candidature",
                "appel à candidatures",
                "appels à candidatures",
                "appel à candidats",
                "!AAC",
                "appel à proposition",
                "appel à propositions",
                "appels à propositions",
                "appel à volontaires",
                "appel à participation",
            ][..],
        ),
        (CallType::Prix, &["prix", "trophée", "trophées", "concours", "challenge", "palmarès", "hackathon"][..]),
        (
            CallType::Subvention,
            &[
                "demande de subvention",
                "demandes de subvention",
                "demandes de subventions",
                "demande de subventions",
                "campagne de subvention",
                "campagne de subventions",
                "campagne subvention*",
                "subventions aux associations",
                "subventions municipales",
                "dossier de subvention",
                "dossiers de subvention",
            ][..],
        ),
    ])
});

pub(super) fn read(page: &Page, kind: Option<Kind>) -> Reading<CallType> {
    if kind != Some(Kind::Call) {
        return Reading::none();
    }
    let in_title = NAMES.find(&page.title);
    // "Prix des innovateurs : l'appel à candidatures est ouvert": the prize is the call, the candidature its form.
    if let Some(best) = in_title.iter().min_by_key(|found| (rank(found.tag), found.at.start)) {
        return Reading::of(best.tag, page.quote_title(best.at.clone()));
    }
    let in_text = NAMES.find(&page.text);
    // In a text, a prize is mostly something else ("prix de vente", "concours financier").
    let clear = |tag: CallType| tag != CallType::Prix;
    let spoken = in_text.iter().filter(|found| clear(found.tag) && page.zone(found.at.start) >= Zone::Body);
    match spoken.min_by_key(|found| (rank_in_text(found.tag), found.at.start)) {
        Some(best) => Reading::of(best.tag, page.quote_text(best.at.clone())),
        None => Reading::none(),
    }
}

fn rank(of: CallType) -> u8 {
    match of {
        CallType::Prix => 0,
        CallType::Aap | CallType::Ami | CallType::Candidatures => 1,
        CallType::Subvention => 2,
    }
}

fn rank_in_text(of: CallType) -> u8 {
    match of {
        CallType::Ami => 0,
        CallType::Aap | CallType::Candidatures => 1,
        CallType::Subvention => 2,
        CallType::Prix => 3,
    }
}
