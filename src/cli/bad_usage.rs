//! Says in French what clap says in English.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::output;

/// Prints help, the version, or what is wrong with the words.
pub fn report(error: clap::Error) -> ExitCode {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion) {
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        let _ = error.print();
        return ExitCode::from(2);
    }
    output::error(sentence(&error));
    eprintln!("{}", help(&error));
    ExitCode::from(2)
}

/// How the command is written, when it is known which was meant.
fn help(error: &clap::Error) -> String {
    let usage = match error.get(ContextKind::Usage) {
        Some(ContextValue::StyledStr(usage)) => usage.to_string(),
        _ => String::new(),
    };
    let form: Vec<&str> = usage.trim_start_matches("Usage:").split_whitespace().collect();
    let words: Vec<&str> = form.iter().copied().take_while(|word| !word.starts_with(['<', '[', '-'])).collect();
    match words.as_slice() {
        [] | [_] => "« glaneur --help » liste les commandes.".to_owned(),
        command => format!("Forme : {}\n« {} --help » en dit plus.", form.join(" "), command.join(" ")),
    }
}

/// What may be written for an argument, by the name that help gives it.
const FORMS: &[(&str, &str)] = &[
    ("<INSTANT>", "écrivez un jour, une heure et le décalage de l'heure, comme 2026-01-12T08:00:00+01:00"),
    ("<DATE>", "écrivez une date comme 2026-03-31"),
    ("<JOUR>", "écrivez un jour comme 2026-03-31"),
    ("<JOURS>", "écrivez un nombre de jours, comme 30"),
    ("<IP>", "écrivez une adresse IP, comme 203.0.113.7"),
    ("<IP:PORT>", "écrivez une adresse IP et un port, comme 9.9.9.9:53"),
    ("<N°>", "écrivez le numéro que donne « glaneur edition list », comme 12"),
    ("<PORT>", "écrivez un nombre de 1 à 65535, comme 8025"),
];

fn sentence(error: &clap::Error) -> String {
    let given = |kind| context(error, kind).unwrap_or_default();
    let mut sentence = match error.kind() {
        ErrorKind::UnknownArgument => format!("« {} » n'est pas compris.", given(ContextKind::InvalidArg)),
        ErrorKind::InvalidSubcommand => {
            format!("« {} » n'est pas une commande.", given(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingRequiredArgument => format!("il manque {}.", missing(error)),
        ErrorKind::MissingSubcommand => format!("il manque une commande : {}.", given(ContextKind::ValidSubcommand)),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            format!("« {} » ne convient pas pour {}.", given(ContextKind::InvalidValue), given(ContextKind::InvalidArg))
        }
        ErrorKind::ArgumentConflict => {
            format!("{} ne va pas avec {}.", given(ContextKind::InvalidArg), given(ContextKind::PriorArg))
        }
        _ => error.to_string(),
    };
    if error.kind() == ErrorKind::InvalidValue
        && let Some(valid) = context(error, ContextKind::ValidValue)
    {
        sentence += &format!(" Possible : {valid}.");
    }
    let is_value = matches!(error.kind(), ErrorKind::InvalidValue | ErrorKind::ValueValidation);
    let form = FORMS.iter().find(|(name, _)| is_value && given(ContextKind::InvalidArg).contains(name));
    if let Some((_, form)) = form {
        sentence += &format!(" {form}.");
        return sentence.replacen(". é", " : é", 1);
    }
    for kind in [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue] {
        if let Some(suggestion) = context(error, kind) {
            sentence += &format!(" Vouliez-vous dire « {suggestion} » ?");
        }
    }
    sentence
}

/// Each missing word by its name; of options that stand for one another, all are said.
fn missing(error: &clap::Error) -> String {
    let Some(ContextValue::Strings(names)) = error.get(ContextKind::InvalidArg) else { return "un mot".to_owned() };
    let name = |name: &String| match name.strip_prefix('<').and_then(|name| name.strip_suffix('>')) {
        Some(choice) if choice.contains('|') => format!("une option au moins parmi {}", choice.replace('|', ", ")),
        _ => name.trim_matches(['<', '>']).to_owned(),
    };
    names.iter().map(name).collect::<Vec<_>>().join(" et ")
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        _ => None,
    }
}
