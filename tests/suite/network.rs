//! What leaves this machine: never through a proxy that the environment names, and nothing twice that has not changed.

use crate::support::{MONDAY, NEXT_MONDAY, Site, Workspace};

#[test]
fn a_proxy_of_the_environment_is_never_used() {
    let (workspace, site, proxy) = (Workspace::sqlite(), Site::start(), Site::start());
    site.publish("aap", "Appel à projets : jardins partagés", "Dépôt jusqu'au 20 février 2026.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    let mut command = workspace.command(&format!("collect --now {MONDAY}"));
    for name in ["http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
        command.env(name, format!("http://{}", proxy.address));
    }
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(site.requests(), ["/feed"]);
    assert!(proxy.requests().is_empty());
}

#[test]
fn a_round_with_nothing_new_moves_headers_only() {
    let (workspace, site) = (Workspace::sqlite(), Site::start());
    site.publish("aap", "Appel à projets : jardins partagés", "Dépôt jusqu'au 20 février 2026.");
    workspace.write("sources.toml", &site.source("essai", "D93"));
    workspace.run_at(MONDAY, "collect").done();
    let again = workspace.run_at(NEXT_MONDAY, "collect --json").done().json();
    assert_eq!(again["sources"][0]["outcome"], "not-modified", "{again}");
    assert_eq!(site.requests().len(), 2);
}
