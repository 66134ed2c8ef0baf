//! robots.txt (RFC 9309): what a host lets us read, and how slowly.

use std::time::Duration;

use texting_robots::Robot;
use url::Url;

/// Our name in robots.txt.
const TOKEN: &str = "glaneur";

/// A rule with `$` becomes a compiled expression; a hostile file of thousands would fill the memory.
const ANCHORED_RULES_MAX: usize = 500;

/// What a host's robots.txt says.
#[derive(Debug)]
pub(super) enum Robots {
    Rules(Box<Robot>),
    /// There is none (a 4xx status), or it cannot be read as one.
    AllowAll,
    /// It answered with a server error: nothing may be read until it does not.
    Unavailable {
        status: u16,
    },
}

impl Robots {
    pub fn parse(body: &[u8]) -> Self {
        match Robot::new(TOKEN, &tamed(body)) {
            Ok(robot) => Self::Rules(Box::new(robot)),
            Err(_) => Self::AllowAll,
        }
    }

    /// What follows from the status of an answer (sections 2.3.1.2 to 2.3.1.4).
    pub fn of_status(status: u16) -> Self {
        if status >= 500 { Self::Unavailable { status } } else { Self::AllowAll }
    }

    pub fn allows(&self, url: &Url) -> bool {
        match self {
            Self::Rules(robot) => robot.allowed(url.as_str()),
            Self::AllowAll => true,
            Self::Unavailable { .. } => false,
        }
    }

    /// Crawl-delay, at most `delay_max`.
    pub fn delay(&self, delay_max: Duration) -> Duration {
        let Self::Rules(robot) = self else { return Duration::ZERO };
        let seconds = robot.delay.filter(|seconds| *seconds > 0.0).unwrap_or(0.0);
        Duration::try_from_secs_f32(seconds).map_or(delay_max, |delay| delay.min(delay_max))
    }

    /// For how long it holds: a day at most (section 2.4); an unavailable one is asked for again soon.
    pub fn keep(&self) -> Duration {
        match self {
            Self::Unavailable { .. } => Duration::from_secs(5 * 60),
            _ => Duration::from_secs(24 * 3600),
        }
    }
}

/// The same file, in which rules beyond the first few hundred lose their `$`: they then close more, not less.
fn tamed(body: &[u8]) -> Vec<u8> {
    let mut anchored = 0;
    let mut tamed = Vec::with_capacity(body.len());
    for line in body.split_inclusive(|b| matches!(b, b'\n' | b'\r')) {
        anchored += usize::from(line.contains(&b'$'));
        if anchored <= ANCHORED_RULES_MAX {
            tamed.extend_from_slice(line);
        } else {
            tamed.extend(line.iter().filter(|b| **b != b'$'));
        }
    }
    tamed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_those_of_our_group_or_of_all() {
        let check = |robots: &str, path: &str, allowed: bool| {
            let url = Url::parse("https://exemple.fr").unwrap().join(path).unwrap();
            assert_eq!(Robots::parse(robots.as_bytes()).allows(&url), allowed, "{robots:?} {path}");
        };
        check("", "/a", true);
        check("User-agent: *\nDisallow: /\n", "/a", false);
        check("User-agent: *\nDisallow: /\n", "/robots.txt", true);
        check("User-agent: *\nDisallow: /\nUser-agent: Glaneur\nDisallow: /b\n", "/a", true);
        check("User-agent: glaneur\nDisallow: /b\n", "/b/c", false);
        check("\u{feff}User-agent: *\r\nDisallow: /prive/\r\n", "/prive/a", false);
        check("User-agent: *\nDisallow: /\nAllow: /rss$\n", "/rss", true);
        check("User-agent: *\nDisallow: /\nAllow: /rss$\n", "/rss2", false);
        check("User-agent: *\nDisallow: /*?page=\n", "/a?page=2", false);
        check("<!doctype html><html>introuvable</html>", "/a", true);
    }

    #[test]
    fn delays_are_capped_and_never_strange() {
        let check = |delay: &str, milliseconds: u64| {
            let robots = Robots::parse(format!("User-agent: *\nCrawl-delay: {delay}\n").as_bytes());
            let delay = robots.delay(Duration::from_secs(30));
            assert_eq!(delay, Duration::from_millis(milliseconds), "{delay:?}");
        };
        check("1", 1000);
        check("0.5", 500);
        check("86400", 30_000);
        check("-3", 0);
        check("inf", 30_000);
        check("nan", 0);
        check("1e30", 30_000);
        check("bientôt", 0);
    }

    #[test]
    fn a_hostile_file_costs_little() {
        let line = "Disallow: /a*b*c$\n";
        let body = format!("User-agent: *\n{}", line.repeat(500 * 1024 / line.len()));
        let started = std::time::Instant::now();
        let robots = Robots::parse(body.as_bytes());
        assert!(!robots.allows(&Url::parse("https://exemple.fr/abc").unwrap()));
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_robots(body: Vec<u8>) {
            Robots::parse(&body).allows(&Url::parse("https://exemple.fr/a").unwrap());
        }

        #[test]
        fn any_rules_are_matched_without_panic(rules in "((Dis)?allow: /?[a-b*$%é?/ ]{0,12}\\r?\n){0,8}", path in "[a-b*$%é?/]{0,12}") {
            let robots = Robots::parse(format!("User-agent: *\n{rules}").as_bytes());
            if let Ok(url) = Url::parse("https://exemple.fr").unwrap().join(&path) {
                robots.allows(&url);
            }
        }
    }
}
