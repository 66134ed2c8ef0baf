//! `glaneur backup`: a copy of the database and of the key that signs links, made while the service runs.

use std::path::Path;

use super::{Exit, Failure, Global, open, output};
use crate::pipeline::backup;

pub async fn run(global: &Global, file: &Path) -> Result<Exit, Failure> {
    let app = open::existing_app(global).await?;
    match backup(&app, file).await? {
        Some(key) => output::line(format_args!("Sauvegarde écrite : {} et {}.", file.display(), key.display())),
        None => output::line(format_args!("Sauvegarde écrite : {}.", file.display())),
    }
    output::line("Une base restaurée n'envoie rien avant « glaneur edition resume N --after-restore ».");
    Ok(Exit::Done)
}
