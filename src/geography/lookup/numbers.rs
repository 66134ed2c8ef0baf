//! Numbers that stand for places: postcodes, INSEE codes, départements, SIREN. The rules are told in [`super`].

use super::Candidates;
use crate::geography::{Geography, Spot};
use crate::model::TerritoryCode;

impl Geography {
    /// The SIREN of an EPCI or EPT, or of a commune: `21`, its département, `0`, its number there, a check digit.
    pub(super) fn by_siren(&self, siren: &str) -> Option<TerritoryCode> {
        if let Some(group) = self.table.group_of_code(siren) {
            return Some(self.code(Spot::Intercommunality(group)));
        }
        if siren == "217500016" {
            return TerritoryCode::parse("75056").ok();
        }
        let commune = format!("{}{}", siren.strip_prefix("21")?.get(..2)?, siren.get(5..8)?);
        self.table.commune_of_code(&commune).map(|c| self.code(Spot::Commune(c)))
    }

    pub(super) fn by_number(&self, number: &str) -> Candidates {
        match number.len() {
            1 => self.by_departement_number(&format!("0{number}")),
            // Written on three digits, as some forms want it: 044.
            3 if number.starts_with('0') => self.by_departement_number(number.get(1..).unwrap_or_default()),
            2 | 3 => self.by_departement_number(number),
            4 => self.by_five_digits(&format!("0{number}")),
            5 => self.by_five_digits(number),
            _ => Candidates::default(),
        }
    }

    fn by_departement_number(&self, number: &str) -> Candidates {
        Candidates::of(self.table.departement(number).map(Spot::Departement))
    }

    /// Both readings of five digits; the postcode is preferred.
    fn by_five_digits(&self, number: &str) -> Candidates {
        let postcode = self.table.postcode(number.parse().unwrap_or(0));
        let at_postcode: Vec<_> = postcode.filter(|s| matches!(s, Spot::Commune(_))).collect();
        let insee = TerritoryCode::parse(number).ok().and_then(|c| self.current_spot(&c));
        if at_postcode.is_empty() {
            return Candidates::of(insee);
        }
        let mut candidates = Candidates::of(at_postcode);
        candidates.second.extend(insee.filter(|i| !candidates.first.contains(i)));
        candidates
    }
}

/// A number alone, spaces apart (`93 100`).
pub(super) fn number_of(written: &str) -> Option<String> {
    let digits: String = written.chars().filter(|c| !c.is_whitespace()).collect();
    let sound = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    sound.then_some(digits)
}

/// Takes the numbers of départements and postcodes out of a folded name.
///
/// `cedex 1` is the number of a sorting office, which tells nothing of the place.
pub(super) fn split_numbers(folded: &str) -> (String, Vec<String>) {
    if let Some((before, after)) = folded.split_once("cedex") {
        let office = after.trim_start();
        let digits = office.len() - office.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if (1..=2).contains(&digits) && before.ends_with(' ') {
            let rest = office.get(digits..).unwrap_or_default();
            return split_numbers(&format!("{}{rest}", before.trim_end()));
        }
    }
    let is_number = |w: &&str| {
        let corsica = matches!(*w, "2a" | "2b");
        corsica || (matches!(w.len(), 2 | 3 | 5) && w.bytes().all(|b| b.is_ascii_digit()))
    };
    // An acronym and its département written together: cd93, id77.
    let glued = |w: &&str| {
        let number = w.trim_start_matches(|c: char| c.is_ascii_lowercase());
        let acronym = w.len() - number.len();
        (2..=5).contains(&acronym) && is_number(&number)
    };
    if let Some(word) = folded.split(' ').find(glued) {
        let number = word.trim_start_matches(|c: char| c.is_ascii_lowercase());
        let acronym = word.strip_suffix(number).unwrap_or_default();
        let apart = folded.replacen(word, &format!("{acronym} {number}"), 1);
        return split_numbers(&apart);
    }
    let numbers = folded.split(' ').filter(is_number).map(str::to_uppercase).collect();
    let name = folded.split(' ').filter(|w| !is_number(w) && *w != "cedex").collect::<Vec<_>>().join(" ");
    (name, numbers)
}
