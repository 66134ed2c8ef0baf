//! Says in French what clap says in English.

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};

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
    eprintln!("glaneur : {}", sentence(&error));
    eprintln!("« glaneur --help » liste les commandes.");
    ExitCode::from(2)
}

fn sentence(error: &clap::Error) -> String {
    let given = |kind| context(error, kind).unwrap_or_default();
    let mut sentence = match error.kind() {
        ErrorKind::UnknownArgument => format!("« {} » n'est pas compris.", given(ContextKind::InvalidArg)),
        ErrorKind::InvalidSubcommand => {
            format!("« {} » n'est pas une commande.", given(ContextKind::InvalidSubcommand))
        }
        ErrorKind::MissingRequiredArgument => format!("il manque : {}.", given(ContextKind::InvalidArg)),
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
    for kind in [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue] {
        if let Some(suggestion) = context(error, kind) {
            sentence += &format!(" Vouliez-vous dire « {suggestion} » ?");
        }
    }
    sentence
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind)? {
        ContextValue::String(text) => Some(text.clone()),
        ContextValue::Strings(texts) => Some(texts.join(", ")),
        _ => None,
    }
}
