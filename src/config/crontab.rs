//! The fields of a cron expression, as people write them in a crontab, turned into plain lists of numbers.

use std::collections::BTreeSet;

/// One field of an expression.
pub(super) struct Unit {
    /// As in « l'heure »; for error sentences.
    name: &'static str,
    least: u32,
    most: u32,
    /// By number, from `least`.
    names: &'static [&'static [&'static str]],
}

const fn unit(name: &'static str, least: u32, most: u32) -> Unit {
    Unit { name, least, most, names: &[] }
}

pub(super) const SECOND: Unit = unit("la seconde", 0, 59);
pub(super) const MINUTE: Unit = unit("la minute", 0, 59);
pub(super) const HOUR: Unit = unit("l’heure", 0, 23);
pub(super) const DAY: Unit = unit("le jour du mois", 1, 31);
pub(super) const YEAR: Unit = unit("l’année", 1970, 2100);
pub(super) const MONTH: Unit = Unit { name: "le mois", least: 1, most: 12, names: MONTHS };
pub(super) const WEEKDAY: Unit = Unit { name: "le jour de la semaine", least: 0, most: 7, names: WEEKDAYS };

const MONTHS: &[&[&str]] = &[
    &["jan", "janv", "january", "janvier"],
    &["feb", "fev", "fevr", "fév", "févr", "february", "fevrier", "février"],
    &["mar", "march", "mars"],
    &["apr", "avr", "april", "avril"],
    &["may", "mai"],
    &["jun", "june", "juin"],
    &["jul", "juil", "july", "juillet"],
    &["aug", "aou", "aoû", "august", "aout", "août"],
    &["sep", "sept", "september", "septembre"],
    &["oct", "october", "octobre"],
    &["nov", "november", "novembre"],
    &["dec", "déc", "december", "decembre", "décembre"],
];

const WEEKDAYS: &[&[&str]] = &[
    &["sun", "dim", "sunday", "dimanche"],
    &["mon", "lun", "monday", "lundi"],
    &["tue", "mar", "tues", "tuesday", "mardi"],
    &["wed", "mer", "wednesday", "mercredi"],
    &["thu", "jeu", "thurs", "thursday", "jeudi"],
    &["fri", "ven", "friday", "vendredi"],
    &["sat", "sam", "saturday", "samedi"],
];

impl Unit {
    /// A field as the `cron` crate writes it: `*`, or numbers with commas (its Sunday is 1).
    pub fn read(&self, field: &str) -> Result<String, String> {
        if matches!(field, "*" | "?") {
            return Ok("*".into());
        }
        let mut numbers = BTreeSet::new();
        for item in field.split(',') {
            self.read_item(item, &mut numbers)?;
        }
        let weekdays = self.names.len() == WEEKDAYS.len();
        let written = |n: u32| if weekdays { (n % 7 + 1).to_string() } else { n.to_string() };
        let mut written: Vec<String> = numbers.into_iter().map(written).collect();
        written.dedup();
        Ok(written.join(","))
    }

    /// `*`, `5`, `1-5`, each perhaps with `/2`.
    fn read_item(&self, item: &str, numbers: &mut BTreeSet<u32>) -> Result<(), String> {
        let (range, step) = match item.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<u32>().map_err(|_| self.wrong(item))?)),
            None => (item, None),
        };
        // `*/2` on weekdays counts from Sunday to Saturday; 7 is Sunday once more.
        let most = if self.names.len() == WEEKDAYS.len() { 6 } else { self.most };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (self.least, most),
            Some((first, last)) => (self.number(first, item)?, self.number(last, item)?),
            None => {
                let first = self.number(range, item)?;
                (first, if step.is_some() { most.max(first) } else { first })
            }
        };
        // « sam-dim » ends on the 7 that is Sunday too.
        let last = if last == 0 && first > 0 && self.least == 0 && self.most == 7 { 7 } else { last };
        if first > last {
            return Err(format!("{} : l’intervalle « {item} » est à l’envers", self.name));
        }
        if step == Some(0) {
            return Err(self.wrong(item));
        }
        numbers.extend((first..=last).step_by(step.unwrap_or(1) as usize));
        Ok(())
    }

    fn number(&self, word: &str, item: &str) -> Result<u32, String> {
        let word = word.to_lowercase();
        if let Some(at) = self.names.iter().position(|names| names.contains(&word.as_str())) {
            return Ok(self.least + at as u32);
        }
        let digits = !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
        let number = word.parse().ok().filter(|n| digits && (self.least..=self.most).contains(n));
        number.ok_or_else(|| self.wrong(item))
    }

    fn wrong(&self, item: &str) -> String {
        let shown: String = item.chars().take(20).collect();
        format!("{} : « {shown} » n’est pas un nombre de {} à {}", self.name, self.least, self.most)
    }
}
