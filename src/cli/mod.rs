//! The commands: one file each. They read words, call the pipeline, and print; they decide nothing.
//!
//! What every command keeps: `--config`, `--now`, `--json`; logs on standard error; exit status 0 all done, 1 everything
//! possible was done and what failed is named, 2 usage or configuration and nothing was done.

mod admin;
mod args;
mod backup;
mod bad_usage;
mod bar;
mod bounces;
mod check;
mod collect;
mod demo;
mod doctor;
mod edition;
mod health;
mod init;
mod members;
mod notices;
mod once;
mod open;
mod output;
mod run;
mod sources;
mod stop;
mod table;
mod understand;
mod words;

use std::process::ExitCode;

pub use args::{Cli, Command, Global};
pub use output::{Exit, Failure};

/// Runs the command that the process was called with.
pub fn main() -> ExitCode {
    let cli = match Cli::read() {
        Ok(cli) => cli,
        Err(error) => return bad_usage::report(error),
    };
    if matches!(cli.command, Command::ReadPdf) {
        // One small job under its own limits: no logs, no threads.
        return crate::pdf::child();
    }
    start_logs(&cli.global, matches!(cli.command, Command::Run));
    let wants_json = cli.global.json && !matches!(cli.command, Command::Check);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            output::error(format_args!("le programme ne peut pas démarrer : {}", crate::model::why_refused(&error)));
            return ExitCode::from(1);
        }
    };
    match runtime.block_on(run_command(cli)) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            // What reads standard output learns of the failure there; `check` has said it already.
            if wants_json {
                output::json(&serde_json::json!({"error": failure.to_string()}));
            }
            output::error(&failure);
            failure.exit().into()
        }
    }
}

async fn run_command(cli: Cli) -> Result<Exit, Failure> {
    let Cli { global, command } = cli;
    match command {
        Command::Demo(args) => demo::run(&global, args).await,
        Command::Init(args) => init::run(&global, args),
        Command::Check => check::run(&global).await,
        Command::Once => once::run(&global).await,
        Command::Run => run::run(&global).await,
        Command::Sources(command) => sources::run(&global, command).await,
        Command::Collect(args) => collect::run(&global, args).await,
        Command::Notices(command) => notices::run(&global, command).await,
        Command::ReadPdf => Ok(Exit::Done), // Served by `main`, before anything is started.
        Command::Understand(args) => understand::run(&global, args).await,
        Command::Members(command) => members::run(&global, command).await,
        Command::Bounces(command) => bounces::run(&global, command).await,
        Command::Doctor(args) => doctor::run(&global, args).await,
        Command::Backup { file } => backup::run(&global, &file).await,
        Command::Edition(command) => edition::run(&global, command).await,
        Command::Admin(command) => admin::run(&global, command).await,
    }
}

/// Logs go to standard error. Commands are quiet unless asked (`GLANEUR_LOG=info`); the daemon tells its story.
fn start_logs(global: &Global, daemon: bool) {
    let default = if global.verbose || daemon { "glaneur=info,warn" } else { "error" };
    let filter = tracing_subscriber::EnvFilter::try_from_env("GLANEUR_LOG").unwrap_or_else(|_| default.into());
    // At its finest level this crate writes down what it sends, passwords too.
    let filter = match "async_imap=off".parse() {
        Ok(silent) => filter.add_directive(silent),
        Err(_) => filter,
    };
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .try_init();
    if started.is_err() {
        eprintln!("glaneur : les journaux étaient déjà ouverts.");
    }
}
