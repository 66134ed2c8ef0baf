//! A folder with settings, sources and members, and the real command run in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

pub struct Workspace {
    dir: TempDir,
    settings: String,
}

/// What the command said.
pub struct Answer {
    pub status: i32,
    pub out: String,
    pub err: String,
}

impl Answer {
    pub fn of(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            err: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        }
    }

    /// All done.
    #[track_caller]
    pub fn done(self) -> Self {
        assert_eq!(self.status, 0, "out: {}\nerr: {}", self.out, self.err);
        self
    }

    #[track_caller]
    pub fn status(self, expected: i32) -> Self {
        assert_eq!(self.status, expected, "out: {}\nerr: {}", self.out, self.err);
        self
    }

    #[track_caller]
    pub fn says(self, part: &str) -> Self {
        assert!(self.out.contains(part), "« {part} » is not in:\n{}", self.out);
        self
    }

    #[track_caller]
    pub fn complains(self, part: &str) -> Self {
        assert!(self.err.contains(part), "« {part} » is not in:\n{}", self.err);
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {}", self.out))
    }
}

pub const MEMBERS: &str = "email;prénom;nom;organisation;type;promotion;territoire;thèmes;rythme\n\
    lea@montreuil.example;Léa;Exemple;CCAS de Montreuil;ccas;promo;Montreuil (93);;\n\
    sam@nanterre.example;Sam;Exemple;CCAS de Nanterre;ccas;promo;Nanterre;;\n\
    alex@seine-saint-denis.example;Alex;Exemple;Département;département;promo;Seine-Saint-Denis;;\n";

impl Workspace {
    /// Settings that write to files, one cohort, the store named by its URL.
    pub fn new(store: &str) -> Self {
        let settings = format!(
            "network = \"Réseau d'essai\"\nadmins = [\"equipe@reseau.example\"]\n\n[store]\nurl = \"{store}\"\n\n\
             [mail]\ntransport = \"file:outbox\"\nfrom = \"Réseau d'essai <reseau@reseau.example>\"\n\n\
             [digest]\nschedule = \"0 8 * * lun\"\nreview = \"off\"\n\n\
             [fetch]\ncontact = \"equipe@reseau.example\"\nallow_private = [\"127.0.0.0/8\"]\npause = \"0s\"\n\n\
             [web]\nlisten = \"127.0.0.1:0\"\n\n\
             [[cohort]]\nid = \"promo\"\nname = \"Promotion d'essai\"\nterritory = [\"R11\"]\n"
        );
        let workspace = Self { dir: tempfile::tempdir().expect("a temporary folder"), settings };
        workspace.write("glaneur.toml", &workspace.settings);
        workspace.write("sources.toml", "");
        workspace.write("membres.csv", MEMBERS);
        workspace
    }

    pub fn sqlite() -> Self {
        Self::new("sqlite:glaneur.db")
    }

    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    pub fn write(&self, name: &str, content: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::write(&path, content).expect("a file in a temporary folder");
        path
    }

    /// Changes the settings: each pair's first part is replaced by its second.
    #[track_caller]
    pub fn set(&mut self, from: &str, to: &str) {
        assert!(self.settings.contains(from), "{from} is not in the settings");
        self.settings = self.settings.replace(from, to);
        self.write("glaneur.toml", &self.settings);
    }

    pub fn command(&self, words: &str) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("glaneur"));
        command.current_dir(self.path()).args(words.split_whitespace()).env_remove("GLANEUR_LOG");
        command.env_remove("CREDENTIALS_DIRECTORY");
        command
    }

    /// Runs `glaneur WORDS` here.
    pub fn run(&self, words: &str) -> Answer {
        Answer::of(self.command(words).output().expect("the command starts"))
    }

    /// Runs `glaneur WORDS --now NOW` here.
    pub fn run_at(&self, now: &str, words: &str) -> Answer {
        self.run(&format!("{words} --now {now}"))
    }

    /// Runs SQL in the base, behind the program's back.
    pub fn sql(&self, statement: &str) {
        sqlx::any::install_default_drivers();
        let store = self.settings.lines().find_map(|line| line.strip_prefix("url = \"")).expect("a store");
        let url = match store.trim_end_matches('"').strip_prefix("sqlite:") {
            Some(file) => format!("sqlite:{}", self.path().join(file).display()),
            None => store.trim_end_matches('"').to_owned(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let mut base = <sqlx::AnyConnection as sqlx::Connection>::connect(&url).await.expect("the base");
            sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut base).await.expect(statement);
        });
    }

    pub fn is_sqlite(&self) -> bool {
        self.settings.contains("sqlite:")
    }

    pub fn import_members(&self) -> &Self {
        self.run("members import membres.csv").done();
        self
    }

    /// The mails in the outbox, by recipient, parsed.
    pub fn mails(&self) -> Vec<Mail> {
        mails(&self.path().join("outbox"))
    }
}

/// A mail as its reader sees it.
#[derive(Debug)]
pub struct Mail {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub raw: String,
}

pub fn mails(folder: &Path) -> Vec<Mail> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries.filter(|entry| entry.path().extension().is_some_and(|extension| extension == "eml"));
    let mut mails: Vec<Mail> = files.map(|entry| parse(&std::fs::read(entry.path()).expect("a mail"))).collect();
    mails.sort_by(|a, b| (&a.to, &a.subject).cmp(&(&b.to, &b.subject)));
    mails
}

pub fn parse(bytes: &[u8]) -> Mail {
    let message = mail_parser::MessageParser::default().parse(bytes).expect("a mail");
    let to = message.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap_or_default().to_owned();
    Mail {
        to,
        subject: message.subject().unwrap_or_default().to_owned(),
        // French spaces that do not break are spaces to a test.
        text: message.body_text(0).unwrap_or_default().replace("\r\n", "\n").replace(['\u{a0}', '\u{202f}'], " "),
        html: message.body_html(0).unwrap_or_default().into_owned(),
        raw: String::from_utf8_lossy(bytes).into_owned(),
    }
}

impl Mail {
    #[track_caller]
    pub fn says(&self, part: &str) -> &Self {
        assert!(self.text.contains(part), "« {part} » is not in the text to {}:\n{}", self.to, self.text);
        self
    }

    #[track_caller]
    pub fn is_silent_on(&self, part: &str) -> &Self {
        assert!(!self.text.contains(part), "« {part} » is in the text to {}:\n{}", self.to, self.text);
        self
    }

    /// A header's value, unfolded.
    pub fn header(&self, name: &str) -> Option<String> {
        let head = self.raw.split("\r\n\r\n").next()?.replace("\r\n ", " ").replace("\r\n\t", " ");
        let prefix = format!("{}:", name.to_lowercase());
        let line = head.lines().find(|line| line.to_lowercase().starts_with(&prefix))?;
        Some(line.get(prefix.len()..)?.trim().to_owned())
    }
}
