//! `glaneur admin`: the way into the administrators' pages, for whoever has the server.

use serde_json::json;

use super::args::AdminCommand;
use super::{Exit, Failure, Global, open, output};
use crate::pipeline::admin;

pub async fn run(global: &Global, command: AdminCommand) -> Result<Exit, Failure> {
    let app = open::existing_app(global).await?;
    let AdminCommand::Link { email } = command;
    let url = admin::link(&app, &email).await?;
    if global.json {
        output::json(&json!({"url": url}));
    } else {
        output::line(url);
    }
    Ok(Exit::Done)
}
