//! `glaneur bounces`: what comes back from mails, read from files; one JSON object a message and a line.

use std::path::{Path, PathBuf};

use super::args::BouncesCommand;
use super::{Exit, Failure, Global, output};
use crate::pipeline::bounces::{self, Message};

pub async fn run(_global: &Global, command: BouncesCommand) -> Result<Exit, Failure> {
    match command {
        BouncesCommand::Read { files } => Ok(read(&files)),
    }
}

fn read(files: &[PathBuf]) -> Exit {
    let stdin = [PathBuf::from("-")];
    let files = if files.is_empty() { &stdin[..] } else { files };
    let mut exit = Exit::Done;
    for file in files {
        let print = |message: Message, _: &[u8]| output::line(message.answer());
        let done = if file == Path::new("-") { bounces::stdin(print) } else { bounces::file(file, print) };
        if let Err(why) = done {
            eprintln!("glaneur : {why}");
            exit = Exit::Partly;
        }
    }
    exit
}
