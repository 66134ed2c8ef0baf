//! The open calls, read from the store at most once a minute and searched in memory.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use crate::geography::fold;
use crate::model::{Kind, Notice, TerritoryCode, ThemeId};
use crate::pipeline::notices::{self, Wanted};
use crate::pipeline::{App, Trouble};

/// Pages may lag behind the store by this much.
const FRESH: Duration = Duration::from_secs(60);
const QUERY_CHARS_MAX: usize = 100;
const WORDS_MAX: usize = 8;

/// Kept by the site, between two readers.
#[derive(Default)]
pub struct Catalogue(Mutex<Option<(Instant, Arc<Vec<Call>>)>>);

pub struct Call {
    pub notice: Notice,
    /// Title, summary and publisher without accents or capitals.
    words: String,
}

/// What a reader asks for; the default asks for everything.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wish {
    pub query: String,
    pub territory: Option<TerritoryCode>,
    pub theme: Option<ThemeId>,
    pub kind: Option<Kind>,
}

impl Catalogue {
    /// Open calls, aids and accreditations, the nearest deadline first.
    pub async fn open(&self, app: &App) -> Result<Arc<Vec<Call>>, Trouble> {
        // Readers who come while it is read wait for that one reading.
        let mut kept = self.0.lock().await;
        if let Some((at, calls)) = kept.as_ref()
            && at.elapsed() < FRESH
        {
            return Ok(calls.clone());
        }
        let found = notices::list(app, &Wanted { open: true, ..Wanted::default() }).await?;
        let calls: Arc<Vec<Call>> =
            Arc::new(found.into_iter().filter(|notice| !notice.hidden).map(Call::new).collect());
        *kept = Some((Instant::now(), calls.clone()));
        Ok(calls)
    }
}

impl Call {
    fn new(notice: Notice) -> Self {
        let text = [Some(notice.title.as_str()), notice.summary.as_deref(), notice.publisher.as_deref()];
        let words = fold(&text.into_iter().flatten().collect::<Vec<_>>().join(" "));
        Self { notice, words }
    }
}

impl Wish {
    pub fn of_query(query: &str) -> String {
        query.chars().filter(|c| !c.is_control()).take(QUERY_CHARS_MAX).collect::<String>().trim().to_owned()
    }

    /// Those asked for, in the order given.
    pub fn pick<'a>(&self, app: &App, calls: &'a [Call]) -> Vec<&'a Notice> {
        let folded = fold(&self.query);
        let words: Vec<&str> = folded.split_whitespace().take(WORDS_MAX).collect();
        let concerns = |place: &TerritoryCode, notice: &Notice| {
            notice.territory.iter().any(|one| app.geography.contains(one, place) || app.geography.contains(place, one))
        };
        let wanted = |call: &&Call| {
            self.kind.is_none_or(|kind| call.notice.kind == kind)
                && self.theme.as_ref().is_none_or(|theme| call.notice.themes.contains(theme))
                && words.iter().all(|word| call.words.contains(word))
                && self.territory.as_ref().is_none_or(|place| concerns(place, &call.notice))
        };
        calls.iter().filter(wanted).map(|call| &call.notice).collect()
    }
}
