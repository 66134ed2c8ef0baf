//! `glaneur init`: commented files to start from. What is there already stays.

use std::io::Write;
use std::path::Path;

use super::args::InitArgs;
use super::{Exit, Failure, Global, output};
use crate::{config, pipeline};

pub fn run(_global: &Global, args: InitArgs) -> Result<Exit, Failure> {
    let dir = &args.dir;
    std::fs::create_dir_all(dir)
        .map_err(|error| Failure::usage(format!("le dossier {} ne peut pas être créé : {error}", dir.display())))?;
    let mut exit = Exit::Done;
    for (name, content) in [
        ("glaneur.toml", config::example()),
        ("sources.toml", pipeline::EXAMPLE_SOURCES),
        ("themes.toml", config::themes::example()),
    ] {
        match write_new(&dir.join(name), content) {
            Ok(true) => output::line(format_args!("écrit : {}", dir.join(name).display())),
            Ok(false) => {
                output::line(format_args!("laissé comme il est : {}", dir.join(name).display()));
                exit = Exit::Partly;
            }
            Err(error) => {
                return Err(Failure::failed(format!("{} ne peut pas être écrit : {error}", dir.join(name).display())));
            }
        }
    }
    make_private(&dir.join("credentials"))
        .map_err(|error| Failure::failed(format!("le dossier des secrets ne peut pas être créé : {error}")))?;
    output::line("");
    output::line("Ensuite : adaptez ces fichiers, puis lancez « glaneur check » et « glaneur once ».");
    Ok(exit)
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
