//! Fetching and parsing alone, by the library's own rooms.

use std::time::{Duration, Instant};

use futures::StreamExt;
use glaneur::extract::{self, Step};
use glaneur::fetch::{FetchSettings, Fetched, Fetcher};
use glaneur::model::Source;

use super::{Plan, chain, feeds};

/// As many as the daemon reads at once.
const AT_ONCE: usize = 16;

pub fn fetch_and_parse(plan: &Plan) -> Result<Duration, String> {
    let text = chain::sources(plan);
    let sources = glaneur::sources::parse("sources.toml".as_ref(), text.as_bytes()).map_err(|e| format!("{e:?}"))?;
    let loopback = "127.0.0.0/8".parse().map_err(|_| "no network".to_owned())?;
    let settings = FetchSettings { allow_private: vec![loopback], pause: Duration::ZERO, ..FetchSettings::default() };
    let fetcher = Fetcher::new(settings).map_err(|error| error.to_string())?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| error.to_string())?;
    let begun = Instant::now();
    let items = runtime.block_on(async {
        let reads = sources.into_iter().map(|source| {
            let fetcher = fetcher.clone();
            async move { tokio::spawn(one(fetcher, source)).await.map_err(|error| error.to_string())? }
        });
        let all: Vec<Result<usize, String>> = futures::stream::iter(reads).buffer_unordered(AT_ONCE).collect().await;
        all.into_iter().sum::<Result<usize, String>>()
    })?;
    let taken = begun.elapsed();
    let expected = plan.feeds * feeds::ITEMS;
    if items == expected { Ok(taken) } else { Err(format!("{items} items read, {expected} served")) }
}

async fn one(fetcher: Fetcher, source: Source) -> Result<usize, String> {
    let Step::List(request) = extract::first(&source, None).map_err(|error| error.to_string())? else {
        return Err("a feed does not log in".to_owned());
    };
    let Fetched::Answer(answer) = fetcher.fetch(&request).await.map_err(|error| error.to_string())? else {
        return Err("not modified although never read".to_owned());
    };
    extract::list(&source, &request, &answer).map(|listing| listing.items.len()).map_err(|error| error.to_string())
}
