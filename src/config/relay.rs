//! The servers that mails leave by: `[[mail.relay]]`, or the one that `[mail]` names; what each may be given, and how fast.

use std::path::Path;
use std::time::Duration;

use chrono::NaiveDate;

use super::mail::{self, SmtpServer, Transport};
use crate::tomlfile::Table;

#[derive(Clone, Debug, PartialEq)]
pub struct Relay {
    /// As the log and the receipts name it; no other has it.
    pub name: String,
    pub server: SmtpServer,
    /// Its share of the mails beside the others'; 0: only while none of the others can be used.
    pub weight: u32,
    /// SMTP connections at a time.
    pub connections: u32,
    pub allowance: Allowance,
}

/// What a relay may be given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allowance {
    /// All of them hold.
    pub rates: Vec<Rate>,
    pub warm_up: Option<WarmUp>,
}

/// At most `count` messages each `per`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    pub count: u32,
    pub per: Duration,
}

/// A server that nobody knows yet is given more mails each day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WarmUp {
    /// The first day, in the network's time zone.
    pub from: NaiveDate,
    /// Messages on the first day, on the second, …; after the last, as many as there are.
    pub per_day: Vec<u32>,
}

impl Rate {
    /// Rates of a minute or less are kept by even steps, longer ones by counting.
    pub fn is_even(&self) -> bool {
        self.per <= Duration::from_secs(60)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("« {text} » n’est pas un débit : écrivez \"10/s\", \"200/min\" ou \"1000/h\"");
        let (count, unit) = text.split_once('/').ok_or_else(wrong)?;
        let seconds = match unit.trim() {
            "s" => 1,
            "min" | "m" => 60,
            "h" => 3600,
            "d" | "j" => 86_400,
            _ => return Err(wrong()),
        };
        let count = count.trim().parse().ok().filter(|count| *count > 0).ok_or_else(wrong)?;
        Ok(Self { count, per: Duration::from_secs(seconds) })
    }
}

impl WarmUp {
    /// The messages of a day; `None`: it is over. Before it begins the first day counts: nobody knows the server then.
    pub fn max_on(&self, day: NaiveDate) -> Option<u32> {
        self.per_day.get(self.nth(day)).copied()
    }

    /// How many days it has lasted on `day`, from 0.
    pub fn nth(&self, day: NaiveDate) -> usize {
        usize::try_from((day - self.from).num_days()).unwrap_or(0)
    }
}

const MESSAGES_A_DAY_MAX: i64 = 10_000_000;
const WEIGHT_MAX: i64 = 1_000;
pub(super) const CONNECTIONS_MAX: i64 = 64;
const CONNECTIONS: u32 = 4;
const NAME_CHARS_MAX: usize = 60;

/// `rate` and `warm_up`, of `[mail]` or of a relay.
pub(super) fn allowance(table: &mut Table<'_>) -> Allowance {
    Allowance { rates: table.parsed_list("rate", Rate::parse), warm_up: warm_up(table) }
}

fn warm_up(table: &mut Table<'_>) -> Option<WarmUp> {
    let mut warm_up = table.table("warm_up")?;
    let from = warm_up.required_parsed("from", |text| {
        text.trim().parse().map_err(|_| "écrivez une date entre guillemets : \"2026-12-01\"".to_owned())
    });
    let per_day = warm_up.integer_list("per_day", 1..=MESSAGES_A_DAY_MAX);
    if per_day.is_empty() {
        let advice = "ajoutez les courriels de chaque jour : per_day = [50, 100, 200, 400]";
        warm_up.problem("per_day", "« warm_up » ne dit pas combien de courriels par jour", advice);
    }
    warm_up.finish();
    Some(WarmUp { from: from?, per_day: per_day.into_iter().filter_map(|n| u32::try_from(n).ok()).collect() })
}

pub(super) fn connections(table: &mut Table<'_>) -> Option<u32> {
    table.integer("connections", 1..=CONNECTIONS_MAX).and_then(|n| u32::try_from(n).ok())
}

/// Every `[[mail.relay]]`, or the one server of `[mail]`; none when mails go to a folder.
pub(super) fn read(mail: &mut Table<'_>, transport: &Transport, folder: &Path, credentials: &Path) -> Vec<Relay> {
    let default = connections(mail).unwrap_or(CONNECTIONS);
    let allowance = allowance(mail);
    let tables = mail.tables("relay");
    if tables.is_empty() {
        let Transport::Smtp(server) = transport else { return Vec::new() };
        let name = server.host.clone();
        return vec![Relay { name, server: server.clone(), weight: 1, connections: default, allowance }];
    }
    refuse_beside_relays(mail);
    let mut relays: Vec<Relay> = Vec::new();
    for mut table in tables {
        if let Some(relay) = relay(&mut table, default, folder, credentials) {
            if relays.iter().any(|other| other.name == relay.name) {
                let message = format!("deux relais s’appellent « {} »", relay.name);
                table.problem("name", message, "donnez à chacun un nom : name = \"…\"");
            }
            relays.push(relay);
        }
        table.finish();
    }
    if !relays.is_empty() && relays.iter().all(|relay| relay.weight == 0) {
        mail.problem("relay", "tous les relais sont de secours (weight = 0)", "donnez à l’un d’eux : weight = 1");
    }
    relays
}

/// What each relay says for itself would be said twice.
fn refuse_beside_relays(mail: &Table<'_>) {
    const OWN: [&str; 7] = ["transport", "starttls", "user", "password_file", "ca_file", "rate", "warm_up"];
    for key in OWN.into_iter().filter(|key| mail.has(key)) {
        let message = format!("« {key} » est donné dans [mail] et il y a des [[mail.relay]]");
        mail.problem(key, message, "déplacez cette ligne dans le relais qu’elle concerne, ou supprimez-la");
    }
}

fn relay(table: &mut Table<'_>, default: u32, folder: &Path, credentials: &Path) -> Option<Relay> {
    let name = table.parsed("name", parse_name);
    let weight = table.integer("weight", 0..=WEIGHT_MAX).and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
    let connections = connections(table).unwrap_or(default);
    let allowance = allowance(table);
    if !table.has("transport") {
        table.problem(
            "transport",
            "il manque « transport » dans ce relais",
            "ajoutez : transport = \"smtp://hôte:587\"",
        );
    }
    match mail::transport(table, folder, credentials) {
        Some(Transport::Smtp(server)) => {
            let name = name.unwrap_or_else(|| server.host.clone());
            Some(Relay { name, server, weight, connections, allowance })
        }
        Some(Transport::File(_)) => {
            let advice = "pour un essai, écrivez transport = \"file:outbox\" dans [mail], sans relais";
            table.problem("transport", "un relais est un serveur : smtp:// ou smtps://", advice);
            None
        }
        None => None,
    }
}

fn parse_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    let sound = !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX && !name.chars().any(char::is_control);
    if sound { Ok(name.to_owned()) } else { Err(format!("écrivez un nom de {NAME_CHARS_MAX} caractères au plus")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warm_up_grows_by_the_day_and_ends() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let warm_up = WarmUp { from: day("2026-12-01"), per_day: vec![50, 100, 200] };
        let check = |on: &str, expected: Option<u32>| assert_eq!(warm_up.max_on(day(on)), expected, "{on}");
        check("2026-11-20", Some(50));
        check("2026-12-01", Some(50));
        check("2026-12-02", Some(100));
        check("2026-12-03", Some(200));
        check("2026-12-04", None);
    }

    #[test]
    fn rates_of_a_minute_are_even_and_those_of_an_hour_are_counted() {
        let check = |text: &str, even: bool| assert_eq!(Rate::parse(text).unwrap().is_even(), even, "{text}");
        check("10/s", true);
        check("200/min", true);
        check("1000/h", false);
        check("5000/j", false);
        assert!(Rate::parse("0/h").is_err() && Rate::parse("vite").is_err());
    }
}
