//! Whether a text says that its call is suspended, cancelled or withdrawn. That a deadline is past is not read here.

use std::sync::LazyLock;

use super::page::{Page, Zone};
use super::phrases::Phrases;
use crate::model::{Reading, Status};

static SAID: LazyLock<Phrases<Status>> = LazyLock::new(|| {
    Phrases::new([
        (
            Status::Suspended,
            &[
                "appel à projets suspendu",
                "appel à projets est suspendu",
                "appel suspendu",
                "dispositif suspendu",
                "dispositif est suspendu",
                "aide suspendue",
                "est provisoirement suspendu*",
                "est temporairement suspendu*",
                "est momentanément suspendu*",
                "provisoirement clôturé*",
                "provisoirement fermé*",
                "candidatures suspendues",
                "dépôt des dossiers est suspendu",
                "campagne suspendue",
                "campagne est suspendue",
                "suspension de l'appel à*",
                "suspension du dispositif",
                "suspension de la campagne",
                "est suspendu jusqu'à*",
                "est suspendue jusqu'à*",
                "suspendu jusqu'à nouvel ordre",
            ][..],
        ),
        (
            Status::Cancelled,
            &[
                "appel à projets annulé",
                "appel à projets est annulé",
                "appel à projets a été annulé",
                "appel annulé",
                "campagne annulée",
                "campagne est annulée",
                "appel à candidatures annulé",
                "appel à candidatures est annulé",
                "annulation de l'appel à*",
                "annulation de la campagne",
                "est annulé et remplacé",
                "appel à manifestation d'intérêt annulé",
                "procédure annulée",
                "déclaré sans suite",
                "classé sans suite",
                "déclarée sans suite",
            ][..],
        ),
        (
            Status::Withdrawn,
            &[
                "clos par anticipation",
                "close par anticipation",
                "clôturé par anticipation",
                "clôture anticipée",
                "fermeture anticipée",
                "fermé par anticipation",
                "appel à projets retiré",
                "a été retiré",
                "n'est plus proposé*",
                "n'est plus en vigueur",
                "enveloppe épuisée",
                "enveloppe est épuisée",
                "crédits épuisés",
                "crédits sont épuisés",
                "dispositif supprimé",
                "dispositif est supprimé",
                "budget est épuisé",
                "budget épuisé",
                "aide supprimée",
            ][..],
        ),
    ])
});

pub(super) fn read(page: &Page) -> Reading<Status> {
    if let Some(found) = SAID.find(&page.title).into_iter().next() {
        return Reading::of(found.tag, page.quote_title(found.at));
    }
    // Further down, rules tell what would happen if ("en cas de clôture anticipée").
    match SAID
        .find(&page.text)
        .into_iter()
        .find(|found| page.zone(found.at.start) == Zone::Lead && !is_condition(page, found.at.start))
    {
        Some(found) => Reading::of(found.tag, page.quote_text(found.at)),
        None => Reading::none(),
    }
}

fn is_condition(page: &Page, at: usize) -> bool {
    const BEFORE_BYTES: usize = 40;
    let text = page.text.text();
    let from = text.floor_char_boundary(at.saturating_sub(BEFORE_BYTES));
    let before = text.get(from..at).unwrap_or_default().to_lowercase();
    ["en cas d", "pourra", "peut être", "pourrait", "si l"].iter().any(|word| before.contains(word))
}
