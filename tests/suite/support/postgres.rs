//! Databases of their own for journeys that must hold on both.

use std::sync::atomic::{AtomicU32, Ordering};

use super::Workspace;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Runs a journey on SQLite, then on PostgreSQL where `GLANEUR_TEST_POSTGRES` names a server (`./tests/run` does).
pub fn on_both(journey: impl Fn(Workspace)) {
    journey(Workspace::sqlite());
    on_postgres(|workspace, _| journey(workspace));
}

/// Runs a journey on PostgreSQL, with the URL of its database, where there is a server.
pub fn on_postgres(journey: impl FnOnce(Workspace, &str)) {
    let Ok(server) = std::env::var("GLANEUR_TEST_POSTGRES") else {
        eprintln!("skipped on PostgreSQL: GLANEUR_TEST_POSTGRES is not set");
        return;
    };
    let name = format!("journey_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
    psql(&server, &format!("CREATE DATABASE {name}"));
    let (base, _) = server.rsplit_once('/').expect("the server's URL names a database");
    let url = format!("{base}/{name}");
    journey(Workspace::new(&url), &url);
    psql(&server, &format!("DROP DATABASE {name} WITH (FORCE)"));
}

fn psql(server: &str, sql: &str) {
    let status = std::process::Command::new("psql").args(["-q", "-d", server, "-c", sql]).status().expect("psql");
    assert!(status.success(), "{sql}");
}
