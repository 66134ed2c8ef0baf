//! `glaneur init`: commented files to start from. What is there already stays.

use std::io::Write;
use std::path::Path;

use super::args::InitArgs;
use super::{Exit, Failure, Global, output};
use crate::model::why_refused;
use crate::{config, pipeline};

pub fn run(_global: &Global, args: InitArgs) -> Result<Exit, Failure> {
    let dir = &args.dir;
    std::fs::create_dir_all(dir).map_err(|error| {
        Failure::usage(format!("le dossier {} ne peut pas être créé : {}", dir.display(), why_refused(&error)))
    })?;
    let mut left = Vec::new();
    let files = [
        ("glaneur.toml", config::example()),
        ("sources.toml", pipeline::EXAMPLE_SOURCES),
        ("themes.toml", config::themes::example()),
    ];
    for (name, content) in files {
        let path = dir.join(name);
        match write_new(&path, content) {
            Ok(true) => output::line(format_args!("écrit : {}", path.display())),
            Ok(false) => left.push(path),
            Err(error) => {
                let why = why_refused(&error);
                return Err(Failure::failed(format!("{} ne peut pas être écrit : {why}", path.display())));
            }
        }
    }
    for path in &left {
        output::line(format_args!("laissé comme il est : {}", path.display()));
    }
    if left.len() == files.len() {
        return Err(Failure::usage(
            "tout est déjà là, rien n'a été écrit. Pour repartir des fichiers d'origine, donnez un autre dossier : « glaneur init DOSSIER »",
        ));
    }
    make_private(&dir.join("credentials")).map_err(|error| {
        Failure::failed(format!("le dossier des secrets ne peut pas être créé : {}", why_refused(&error)))
    })?;
    output::line("");
    output::line("Ensuite : adaptez ces fichiers, puis lancez « glaneur check » et « glaneur once ».");
    Ok(if left.is_empty() { Exit::Done } else { Exit::Partly })
}

/// `false` when the file is there already.
fn write_new(path: &Path, content: &str) -> std::io::Result<bool> {
    match std::fs::OpenOptions::new().write(true).create_new(true).open(path) {
        Ok(mut file) => file.write_all(content.as_bytes()).map(|()| true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn make_private(dir: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir)
}

#[cfg(not(unix))]
fn make_private(dir: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)
}
