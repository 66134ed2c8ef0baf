//! Settings as people write them.

use super::*;

fn load_text(text: &str) -> Result<Settings, Problems> {
    read(TomlFile::parse("/srv/g/glaneur.toml", text.as_bytes())?, None)
}

fn said(text: &str) -> Vec<String> {
    let problems = load_text(text).err().unwrap_or_default();
    problems.0.iter().map(|problem| problem.to_string().replace("/srv/g/glaneur.toml:", "")).collect()
}

/// Each expected message is the beginning of one said, in order, and nothing else is said.
#[track_caller]
fn check(text: &str, expected: &[&str]) {
    let said = said(text);
    assert_eq!(said.len(), expected.len(), "{said:#?}");
    for (said, expected) in said.iter().zip(expected) {
        assert!(said.starts_with(expected), "{said}\nshould start with\n{expected}");
    }
}

#[test]
fn the_example_loads_clean() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("glaneur.toml");
    std::fs::write(&file, example()).unwrap();
    let settings = load(Some(&file)).unwrap();
    assert_eq!(settings.mail.transport, Transport::File(folder.path().join("outbox")));
    assert_eq!(settings.cohorts.len(), 2);
}

/// What the comments of the example show is true: uncommented one by one, each line loads.
#[test]
fn every_commented_line_of_the_example_is_sound() {
    let lines: Vec<&str> = example().lines().collect();
    let mut tried = 0;
    for (n, line) in lines.iter().enumerate() {
        let Some(setting) = line.strip_prefix("# ").filter(|line| {
            line.split_once(" = ").is_some_and(|(key, _)| key.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
        }) else {
            continue;
        };
        let key = setting.split(" = ").next().unwrap();
        // Folders and files that must exist, and settings that only go with others.
        if matches!(key, "templates" | "entries" | "themes" | "user" | "password_file" | "ca_file" | "second_approval")
        {
            continue;
        }
        tried += 1;
        let mut text = String::new();
        for (m, other) in lines.iter().enumerate() {
            let replaced = m != n && other.starts_with(&format!("{key} = "));
            let line = if m == n {
                setting
            } else if replaced {
                ""
            } else {
                other
            };
            text.push_str(line);
            text.push('\n');
            let needs_from = m == n && setting.contains("smtp");
            text.push_str(if needs_from { "from = \"a@exemple.org\"\n" } else { "" });
        }
        assert_eq!(said(&text), Vec::<String>::new(), "{setting}");
    }
    assert!(tried >= 20, "{tried}");
}

#[test]
fn an_empty_file_means_the_defaults() {
    let settings = load_text("").unwrap();
    assert_eq!(settings.store, StoreSettings::Sqlite("/srv/g/glaneur.db".into()));
    assert_eq!(settings.mail.transport, Transport::File("/srv/g/outbox".into()));
    assert_eq!(settings.sources, PathBuf::from("/srv/g/sources.toml"));
    assert_eq!(settings.credentials, PathBuf::from("/srv/g/credentials"));
    assert_eq!(settings.digest.schedule.to_string(), "0 8 * * 1");
    assert_eq!(settings.digest.review, Review::Off);
    assert_eq!((settings.digest.items_max, settings.mail.relays.len()), (12, 0));
    assert_eq!(settings.fetch.pause, Duration::from_secs(1));
    assert_eq!(settings.time_zone, chrono_tz::Europe::Paris);
    assert!(settings.fetch.allow_private.is_empty());
}

#[test]
fn signing_and_returned_mails_are_read_with_their_defaults() {
    let settings = load_text(
        "[mail]\nfrom = \"R <a@reseau.example>\"\n[mail.dkim]\nselector = \"G1\"\nkey_file = \"dkim\"\n[mail.bounce]\nmaildir = \"retours\"\n",
    );
    let mail = settings.unwrap().mail;
    let dkim = mail.dkim.unwrap();
    assert_eq!((dkim.domain.as_str(), dkim.selector.as_str()), ("reseau.example", "g1"));
    assert_eq!(dkim.key_file, PathBuf::from("/srv/g/credentials/dkim"));
    let bounce = mail.bounce.unwrap();
    assert_eq!((bounce.mailbox, bounce.after), (BounceMailbox::Maildir("/srv/g/retours".into()), AfterReading::Keep));
}

#[test]
fn the_mailbox_of_what_comes_back_is_read_by_imap() {
    let settings = load_text(
        "[mail.bounce]\nimap = \"imaps://imap.exemple.example\"\nuser = \"r\"\npassword_file = \"imap\"\nevery = \"5m\"\n",
    );
    let BounceMailbox::Imap(imap) = settings.unwrap().mail.bounce.unwrap().mailbox else { panic!("an IMAP mailbox") };
    assert_eq!(
        (imap.host.as_str(), imap.port, imap.tls, imap.folder.as_str()),
        ("imap.exemple.example", 993, Tls::Implicit, "INBOX")
    );
    assert_eq!(imap.password_file, PathBuf::from("/srv/g/credentials/imap"));
    check("[mail.bounce]\nafter = \"keep\"\n", &["1: il manque la boîte des retours"]);
    check("[mail.bounce]\nimap = \"imaps://u:p@i.example\"\nuser = \"r\"\npassword_file = \"x\"\n", &["2: "]);
    check("[mail.bounce]\nimap = \"pop://i.example\"\nuser = \"r\"\npassword_file = \"x\"\n", &["2: "]);
}

#[test]
fn five_mistakes_give_five_messages() {
    check(
        "netwrok = \"R\"\nlanguage = \"de\"\n[mail]\nconnections = \"4\"\nrate = \"vite\"\n[digest]\nschedule = \"0 8 * *\"\n",
        &[
            "1: « netwrok » est inconnu — vouliez-vous « network » ?",
            "2: « language » : « de » est inconnu — valeurs possibles : fr, en",
            "4: « connections » attend un nombre entier",
            "5: « rate » : « vite » n’est pas un débit",
            "7: « schedule » : un horaire cron a cinq champs",
        ],
    );
}

#[test]
fn a_missing_file_is_one_problem_that_tells_what_to_do() {
    let problems = load(Some(Path::new("/nonexistent/glaneur.toml"))).unwrap_err();
    assert_eq!(problems.0.len(), 1);
    assert!(problems.to_string().contains("glaneur init"), "{problems}");
    let problems = find(&["/nonexistent/a.toml", "/nonexistent/b.toml"]).unwrap_err();
    assert!(problems.to_string().contains("glaneur init"), "{problems}");
}

#[test]
fn smtp_is_read_whole() {
    let text = "[mail]\ntransport = \"smtp://smtp.exemple.org:587\"\nuser = \"u\"\npassword_file = \"smtp\"\n\
                from = \"Réseau Alim'Activ <Reseau@exemple.org>\"\nrate = \"1000/h\"\nonly_to = \"a@exemple.org\"\n";
    let mail = load_text(text).unwrap().mail;
    let server = SmtpServer {
        host: "smtp.exemple.org".into(),
        port: 587,
        tls: Tls::Required,
        user: Some("u".into()),
        password_file: Some("/srv/g/credentials/smtp".into()),
        ca_file: None,
    };
    assert_eq!(mail.transport, Transport::Smtp(server.clone()));
    let rates = vec![Rate { count: 1000, per: Duration::from_secs(3600) }];
    let allowance = Allowance { rates, warm_up: None };
    assert_eq!(mail.relays, [Relay { name: server.host.clone(), server, weight: 1, connections: 4, allowance }]);
    let from = mail.from.unwrap();
    assert_eq!((from.name.as_deref(), from.address.expose()), (Some("Réseau Alim'Activ"), "reseau@exemple.org"));
    assert_eq!(mail.only_to.len(), 1);
}

#[test]
fn several_relays_are_read_each_with_its_own_limits() {
    let text = "[mail]\nfrom = \"a@exemple.org\"\nconnections = 2\n\
                [[mail.relay]]\ntransport = \"smtp://mx.exemple.org:587\"\nuser = \"u\"\npassword_file = \"mx\"\nweight = 3\n\
                rate = [\"10/s\", \"1000/h\"]\nwarm_up = { from = \"2026-12-01\", per_day = [50, 100] }\n\
                [[mail.relay]]\nname = \"secours\"\ntransport = \"smtps://autre.exemple.org\"\nweight = 0\nconnections = 1\n";
    let mail = load_text(text).unwrap().mail;
    let said: Vec<_> = mail.relays.iter().map(|relay| (relay.name.as_str(), relay.weight, relay.connections)).collect();
    assert_eq!(said, [("mx.exemple.org", 3, 2), ("secours", 0, 1)]);
    assert_eq!(mail.transport, Transport::Smtp(mail.relays[0].server.clone()));
    assert_eq!(mail.relays[0].server.password_file, Some("/srv/g/credentials/mx".into()));
    assert_eq!(mail.relays[0].allowance.rates.len(), 2);
    assert_eq!(mail.relays[0].allowance.warm_up.as_ref().map(|warm_up| warm_up.per_day.clone()), Some(vec![50, 100]));
    assert_eq!(mail.relays[1].allowance, Allowance::default());
}

#[test]
fn relays_that_contradict_are_refused() {
    const ONE: &str = "[[mail.relay]]\ntransport = \"smtp://mx.exemple.org\"\n";
    let text = |mail: &str, relays: &str| format!("[mail]\nfrom = \"a@exemple.org\"\n{mail}{relays}");
    check(&text("transport = \"file:outbox\"\n", ONE), &["3: « transport » est donné dans [mail]"]);
    check(&text("rate = \"10/h\"\n", ONE), &["3: « rate » est donné dans [mail]"]);
    check(&text("", &(ONE.to_owned() + ONE)), &["5: deux relais s’appellent « mx.exemple.org »"]);
    check(&text("", &(ONE.to_owned() + "weight = 0\n")), &["3: tous les relais sont de secours"]);
    check(&text("", "[[mail.relay]]\nname = \"a\"\n"), &["3: il manque « transport » dans ce relais"]);
    check(&text("", "[[mail.relay]]\ntransport = \"file:x\"\n"), &["4: un relais est un serveur"]);
    check(&text("warm_up = { from = \"demain\" }\n", ""), &["3: « from »", "3: « warm_up » ne dit pas combien"]);
    check(
        &text("warm_up = { from = \"2026-12-01\", per_day = [0] }\n", ""),
        &["3: « per_day » : 0 est hors", "3: « warm_up » ne"],
    );
    check(&format!("[mail]\n{ONE}"), &["2: un envoi par SMTP demande une adresse"]);
}

#[test]
fn transports_say_their_encryption() {
    let check = |url: &str, starttls: &str, expected: (u16, Tls)| {
        let text = format!("[mail]\nfrom = \"a@exemple.org\"\ntransport = \"{url}\"\n{starttls}");
        match load_text(&text).unwrap().mail.transport {
            Transport::Smtp(server) => assert_eq!((server.port, server.tls), expected, "{url}"),
            Transport::File(_) => panic!("{url}"),
        }
    };
    check("smtp://smtp.exemple.org", "", (25, Tls::Required));
    check("smtp://smtp.exemple.org", "starttls = \"opportunistic\"", (25, Tls::Opportunistic));
    check("smtps://smtp.exemple.org", "", (465, Tls::Implicit));
    check("smtp://127.0.0.1:2525", "", (2525, Tls::Never));
    check("smtp://[::1]:2525", "starttls = \"required\"", (2525, Tls::Required));
}

#[test]
fn mail_settings_that_contradict_are_refused() {
    let smtp =
        |rest: &str| format!("[mail]\ntransport = \"smtp://smtp.exemple.org\"\nfrom = \"a@exemple.org\"\n{rest}");
    check("[mail]\ntransport = \"smtp://smtp.exemple.org\"\n", &["2: un envoi par SMTP demande une adresse"]);
    check(&smtp("user = \"u\"\n"), &["4: « user » est donné sans mot de passe"]);
    check(&smtp("password_file = \"p\"\n"), &["4: « password_file » est donné sans « user »"]);
    check(
        &smtp("user = \"u\"\npassword_file = \"p\"\nstarttls = \"never\"\n"),
        &["6: le mot de passe pourrait partir"],
    );
    check("[mail]\ntransport = \"smtp://u:hunter2@x.example\"\n", &["2: « transport » : pas d’identifiant"]);
    check("[mail]\ntransport = \"sendmail\"\n", &["2: « transport » : ce transport est inconnu"]);
    check("[mail]\ntransport = \"smtp://x.example/a\"\n", &["2: « transport » : rien ne doit suivre"]);
    check("[mail]\nfrom = \"a@exemple.org\\r\\nBcc: b@exemple.org\"\n", &["2: « from » : un retour à la ligne"]);
    check(&smtp("ca_file = \"nulle-part.pem\"\n"), &["4: « ca_file » : ce fichier n’existe pas"]);
    check("[mail]\nfrom = \"Réseau\"\n", &["2: « from » : écrivez"]);
}

#[test]
fn real_mails_carry_no_link_to_this_machine() {
    let smtp =
        |base_url: &str| format!("{base_url}\n[mail]\ntransport = \"smtp://127.0.0.1\"\nfrom = \"a@exemple.org\"\n");
    check(&smtp(""), &[]);
    check(&smtp("base_url = \"https://veille.exemple.org\""), &[]);
    check(&smtp("base_url = \"http://veille.exemple.org\""), &["1: avec un envoi par SMTP, « base_url » doit"]);
    for local in
        ["https://localhost", "https://127.0.0.1:8080", "https://[::1]", "https://[::ffff:127.0.0.1]", "http://0.0.0.0"]
    {
        let expected = "1: avec un envoi par SMTP, « base_url » ne peut pas être une adresse de cette machine";
        check(&smtp(&format!("base_url = \"{local}\"")), &[expected]);
    }
    check("base_url = \"http://localhost:8080\"\n", &[]);
}

#[test]
fn passwords_never_stand_in_the_file_nor_in_a_message() {
    for url in ["postgres://u:hunter2@h/b", "postgres://u@h/b?password=hunter2"] {
        let said = said(&format!("[store]\nurl = \"{url}\"\n"));
        assert!(said[0].starts_with("2: « url » : pas de mot de passe dans ce fichier"), "{said:?}");
        assert!(!said[0].contains("hunter2"), "{said:?}");
    }
    let store = load_text("[store]\nurl = \"postgres://u@h/b\"\npassword_file = \"/run/pg\"\n").unwrap().store;
    let url = Url::parse("postgres://u@h/b").unwrap();
    assert_eq!(store, StoreSettings::Postgres { url, password_file: Some("/run/pg".into()) });
    check("[store]\npassword_file = \"p\"\n", &["2: une base SQLite n’a pas de mot de passe"]);
    check("[store]\nurl = \"mysql://h/b\"\n", &["2: « url » : ce type de base est inconnu"]);
    check("[store]\nurl = \"sqlite::memory:\"\n", &["2: « url » : il faut le nom d’un fichier"]);
}

#[test]
fn cohorts_networks_and_contacts_are_checked() {
    check(
        "[fetch]\ncontact = \"équipe\"\nallow_private = [\"127.0.0.0/8\", \"local\", \"::1\"]\npause = \"2 h\"\n\
         [[cohort]]\nid = \"a\"\nname = \"A\"\nterritory = \"Nantes\"\n[[cohort]]\nid = \"a\"\nname = \"A\"\n",
        &[
            "2: « contact » : écrivez",
            "3: « allow_private » : écrivez un réseau",
            "4: « pause » : la durée « 2 h » est hors des limites",
            "8: « territory » : « Nantes » n’est pas un code de territoire",
            "10: la promotion « a » est déjà définie plus haut",
        ],
    );
    check(
        "time_zone = \"Europe/Pari\"\n",
        &["1: « time_zone » : le fuseau « Europe/Pari » est inconnu ; vouliez-vous « Europe/Paris »"],
    );
    check("templates = \"nulle-part\"\n", &["1: « templates » : ce dossier n’existe pas (/srv/g/nulle-part)"]);
}

#[test]
fn the_user_agent_carries_the_contact() {
    let agent = |text: &str| load_text(text).unwrap().fetch.user_agent();
    assert_eq!(agent("[fetch]\ncontact = \"equipe@exemple.org\"\n"), "Glaneur/0.1 (+equipe@exemple.org)");
    assert_eq!(agent(""), "Glaneur/0.1");
}

#[test]
fn secrets_are_found_by_name_and_names_cannot_climb() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("credentials = \"{}\"\n", folder.path().display());
    let settings = load_text(&text).unwrap();
    std::fs::write(folder.path().join("aides"), "jeton\n").unwrap();
    assert_eq!(settings.secret("aides").unwrap().expose(), "jeton");
    for name in ["", "../aides", ".", "..", "a/b", "absent"] {
        assert!(settings.secret(name).is_err(), "{name}");
    }
}

#[test]
fn warnings_name_open_and_missing_secrets() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("token");
    std::fs::write(&secret, "x").unwrap();
    std::fs::set_permissions(&secret, std::fs::Permissions::from_mode(0o644)).unwrap();
    let text = format!(
        "credentials = \"{}\"\nadmins = [\"a@exemple.org\"]\n[fetch]\ncontact = \"a@exemple.org\"\n\
         [mail]\ntransport = \"smtp://x.example\"\nfrom = \"a@exemple.org\"\nuser = \"u\"\npassword_file = \"smtp\"\n",
        folder.path().display()
    );
    let settings = load_text(&text).unwrap();
    let missing = settings.missing_secrets().to_string();
    assert!(missing.contains("smtp: ce fichier de secret n’existe pas"), "{missing}");
    let warnings = settings.warnings().to_string();
    assert!(warnings.contains("token: d’autres comptes peuvent lire ce secret (droits 644)"), "{warnings}");
    assert_eq!(warnings.lines().count(), 1, "{warnings}");
}

proptest::proptest! {
    #[test]
    fn any_settings_are_read_without_panic(lines in proptest::collection::vec(
        "(network|base_url|time_zone|transport|from|url|rate|schedule|contact|allow_private|id|starttls|pause) = \
         (\"[ -~]{0,20}\"|[0-9]{1,3}|\\[\"[a-z:/0-9.]{0,12}\"\\])|\\[(mail|store|digest|fetch)\\]|\\[\\[cohort\\]\\]", 0..12)) {
        let _ = load_text(&lines.join("\n"));
    }
}
