//! `glaneur demo`: the whole job on a made-up region, and a summary of what was done.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::net::TcpListener;

use super::args::DemoArgs;
use super::bar::Bar;
use super::{Exit, Failure, Global, edition, open, output, table, words};
use crate::demo::{self, Demo, Report};
use crate::model::{DeliveryState, Kind, why_refused};
use crate::pipeline::collect::Outcome;
use crate::pipeline::edition::{Dropped, Tally};
use crate::web;

pub async fn run(global: &Global, args: DemoArgs) -> Result<Exit, Failure> {
    let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, args.port));
    // Before the work: a port that is taken is no reason to have waited.
    let listener = if args.once { None } else { Some(bind(listen).await?) };
    // Mails carry links only when their pages will be served.
    let pages = if args.once { None } else { format!("http://{listen}").parse().ok() };
    let demo = demo::run(&args.dir, open::clock(global), pages, &Bar::default()).await?;
    if global.json {
        output::json(&as_json(&demo));
    } else {
        print(&demo);
    }
    if let Some(listener) = listener {
        serve(&demo, listen, listener).await?;
    }
    let sent_all = demo.report.sending.is_finished();
    Ok(if sent_all { Exit::Done } else { Exit::Partly })
}

fn print(demo: &Demo) {
    let report = &demo.report;
    print_sites(report);
    print_notices(&report.tally, report);
    output::line("\nQui reçoit quoi");
    edition::print_shares(&demo.app, &report.shares);
    let sent = usize::try_from(report.sending.counts.of(DeliveryState::Sent)).unwrap_or(usize::MAX);
    output::line(format_args!(
        "\n{} par SMTP, écrits dans {}.",
        words::count(sent, "courriel remis"),
        demo.outbox.display()
    ));
}

fn print_sites(report: &Report) {
    let failed = report.round.failed().count();
    output::line(format_args!(
        "Sites : {}, {failed} en panne",
        words::count(report.round.sources.len() - failed, "lu")
    ));
    let rows: Vec<Vec<String>> = report
        .round
        .sources
        .iter()
        .map(|source| {
            let said = match &source.outcome {
                Outcome::NotModified => "rien de nouveau".to_owned(),
                Outcome::Read { listed, .. } => words::count(*listed, "annonce"),
                Outcome::Failed { why } => format!("EN PANNE : {why}"),
            };
            vec![format!("  {}", source.name), said]
        })
        .collect();
    table::print_rows(&rows);
}

fn print_notices(tally: &Tally, report: &Report) {
    let by_kind = report.round.new_by_kind();
    let total: usize = by_kind.values().sum();
    let named = [
        (Kind::Call, "appel"),
        (Kind::Aid, "aide permanente"),
        (Kind::Accreditation, "campagne d'habilitation"),
        (Kind::Results, "liste de lauréats"),
        (Kind::News, "actualité"),
    ];
    let parts: Vec<String> =
        named.iter().filter_map(|(kind, name)| by_kind.get(kind).map(|count| words::count(*count, name))).collect();
    output::line(format_args!("\nAnnonces : {} trouvées ({})", total, parts.join(", ")));
    output::line(format_args!("  {:>3} retenues, dans au moins un courriel", tally.shown));
    for (why, count) in &tally.dropped {
        output::line(format_args!("  {count:>3} écartées : {}", dropped(*why)));
    }
}

fn dropped(why: Dropped) -> &'static str {
    match why {
        Dropped::Closed => "la date limite est passée",
        Dropped::NotACall => "ni appel ni aide (actualité, lauréats, marché, emploi)",
        Dropped::OtherPlace => "aucun membre sur ce territoire",
        Dropped::OtherTheme => "aucun membre n'a choisi ce thème",
        Dropped::OtherAudience => "réservées à d'autres organismes que ceux des membres",
        Dropped::AlreadySeenOrFull => "gardées pour la prochaine fois, le courriel est plein",
    }
}

async fn bind(listen: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(listen).await.map_err(|error| {
        Failure::usage(format!(
            "les pages ne peuvent pas être servies sur le port {} : {} (--port)",
            listen.port(),
            why_refused(&error)
        ))
    })
}

async fn serve(demo: &Demo, listen: SocketAddr, listener: TcpListener) -> Result<(), Failure> {
    let router = demo::mail_pages(demo.outbox.clone()).merge(web::router(web::Site::of(&demo.app)?));
    output::line(format_args!("\nÀ lire dans un navigateur : http://{listen}/courriels   (Ctrl-C arrête)"));
    axum::serve(listener, router)
        .with_graceful_shutdown(async {
            let _ = tokio::signal::ctrl_c().await;
        })
        .await
        .map_err(|error| Failure::failed(format!("les pages ne sont plus servies : {}", why_refused(&error))))
}

fn as_json(demo: &Demo) -> serde_json::Value {
    let report = &demo.report;
    let mut value = super::collect::as_json(&report.round);
    value["edition"] = serde_json::json!(report.edition);
    value["counts"] = serde_json::json!(report.sending.counts.by_state);
    value["shown"] = serde_json::json!(report.tally.shown);
    value["dropped"] =
        report.tally.dropped.iter().map(|(why, n)| serde_json::json!({"why": dropped(*why), "notices": n})).collect();
    value["outbox"] = serde_json::json!(demo.outbox);
    value
}
