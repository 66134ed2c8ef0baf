//! What people write, and what they are told.

use super::*;

fn read(text: &[u8]) -> Vec<String> {
    let file = match TomlFile::parse("s.toml", text) {
        Ok(file) => file,
        Err(problems) => return problems.0.iter().map(ToString::to_string).collect(),
    };
    let mut root = file.root();
    root.required_string("name");
    root.integer("port", 1..=65535);
    root.boolean("enabled");
    root.duration("every", std::time::Duration::from_secs(60)..=std::time::Duration::from_secs(86_400));
    root.url("url");
    root.string_list("themes");
    root.choice("kind", &[("feed", 1), ("page", 2)]);
    for mut source in root.tables("source") {
        source.required_string("id");
        source.required_url("address");
        source.finish();
    }
    if let Some(mut mail) = root.table("mail") {
        mail.string("from");
        mail.finish();
    }
    root.finish();
    match file.finish() {
        Ok(()) => Vec::new(),
        Err(problems) => problems.0.iter().map(ToString::to_string).collect(),
    }
}

#[track_caller]
fn check(text: &str, expected: &[&str]) {
    assert_eq!(read(text.as_bytes()), expected, "{text}");
}

#[test]
fn a_sound_file_has_no_problem() {
    check("name = \"Nantes\"\nport = 80\nenabled = true\nevery = \"12h\"\nurl = \"https://exemple.fr\"\n", &[]);
    check("name = \"n\"\r\nkind = \"feed\"\r\n[[source]]\r\nid = \"a\"\r\naddress = \"http://a.example/\"\r\n", &[]);
    check("name = \"n\"\nthemes = \"alimentation\"\nurl = \"\"\n", &[]);
}

/// What a line with a mistake is called, in a file that holds nothing else.
#[track_caller]
fn says(text: &str, expected: &[&str]) {
    let got = read(text.as_bytes());
    let heads: Vec<&str> = got.iter().map(|said| said.split(" — ").next().unwrap_or(said)).collect();
    assert_eq!(heads, expected, "{text}");
}

#[test]
fn quotes_of_word_processors_are_named_with_their_line() {
    let quote =
        |line: usize, c: char| format!("s.toml:{line}: guillemet typographique {c} au lieu d’un guillemet droit");
    says("name = « Nantes »\nport = 80\n", &[&quote(1, '«')]);
    says("name = “Nantes”\n", &[&quote(1, '“')]);
    says("name = \"Nantes”\n", &[&quote(1, '”')]);
    says("port = 1\nname = ’Nantes’\n", &[&quote(2, '’')]);
    says("name = \"n\"\nthemes = [“a”, \"b\"]\n", &[&quote(2, '“')]);
    says("name = \"L’appel « d’offres »\" # « ici »\n", &[]);
    says("name =\u{a0}\"n\"\n", &["s.toml:1: un espace insécable ou invisible s’est glissé dans la ligne"]);
}

#[test]
fn mistakes_of_syntax_are_said_in_french() {
    says("name = \"Nantes\nport = 80\n", &["s.toml:1: un guillemet n’est pas fermé"]);
    says("name = Nantes\n", &["s.toml:1: le texte doit être entre guillemets"]);
    says("name =\n", &["s.toml:1: il manque la valeur après le signe ="]);
    says("name \"Nantes\"\n", &["s.toml:1: il manque le signe = et la valeur"]);
    says("name = \"a\"\nname = \"b\"\n", &["s.toml:2: cette clé est déjà écrite plus haut"]);
    says("on = non\n", &["s.toml:1: « non » n’est pas compris : oui s’écrit true, non s’écrit false"]);
    says("on = Vrai # x\n", &["s.toml:1: « Vrai » n’est pas compris : oui s’écrit true, non s’écrit false"]);
    says("name = \"a\"\nprénom = \"b\"\n", &["s.toml:2: le nom de la clé contient un caractère interdit"]);
    says("name = \"a\"\n[mail\nfrom = \"x\"\n", &["s.toml:2: le titre n’est pas fermé"]);
    says("name = \"a\"\nthemes = [\"a\" \"b\"]\n", &["s.toml:2: il manque une virgule entre deux valeurs de la liste"]);
    let list = "name = \"a\"\nthemes = [\"a\",\n  \"b\"\nport = 80\n";
    says(list, &["s.toml:4: la liste commencée plus haut n’est pas fermée"]);
    says("name = \"a\"\nport = 01\n", &["s.toml:2: un nombre ne commence pas par zéro"]);
    says("name = \"C:\\dossier\"\n", &["s.toml:1: une barre oblique inverse \\ introduit un caractère inconnu"]);
}

#[test]
fn one_mistake_never_hides_the_others() {
    says(
        "name = \"a\"\nport = \"80\"\nevery = “12h”\nkind = \"fed\"\nprot = 1\n\
         [[source]]\nid = 5\nadress = \"http://a.example\"\n[mail]\nfrm = \"x\"\n",
        &[
            "s.toml:2: « port » attend un nombre entier, sans guillemets, pas du texte entre guillemets",
            "s.toml:3: guillemet typographique “ au lieu d’un guillemet droit",
            "s.toml:4: « kind » : « fed » est inconnu",
            "s.toml:5: « prot » est inconnu",
            "s.toml:6: il manque « address » dans [source]",
            "s.toml:7: « id » attend du texte entre guillemets, pas un nombre",
            "s.toml:8: « adress » est inconnu dans [source]",
            "s.toml:10: « frm » est inconnu dans [mail]",
        ],
    );
}

#[test]
fn unknown_words_come_with_the_nearest_known_one() {
    check("name = \"a\"\nprot = 5\n", &["s.toml:2: « prot » est inconnu — vouliez-vous « port » ?"]);
    check(
        "name = \"a\"\nkind = \"Feed\"\n",
        &["s.toml:2: « kind » : « Feed » est inconnu — vouliez-vous « feed » ? (valeurs possibles : feed, page)"],
    );
    check(
        "name = \"a\"\n[mail]\nsujet = \"x\"\n",
        &["s.toml:3: « sujet » est inconnu dans [mail] — clés connues ici : from"],
    );
}

#[test]
fn what_was_meant_is_proposed_back() {
    let proposed = |text: &str| read(format!("name = \"a\"\n{text}\n").as_bytes()).join("\n");
    let check = |text: &str, expected: &str| {
        let said = proposed(text);
        assert!(said.ends_with(&format!("écrivez par exemple : {expected}")), "{said}");
    };
    check("port = \"80\"", "port = 80");
    check("port = \"quatre-vingts\"", "port = 1");
    check("enabled = \"Non\"", "enabled = false");
    check("enabled = 1", "enabled = true");
}

#[test]
fn wrong_values_are_said_with_what_was_expected() {
    says(
        "name = \"a\"\nenabled = \"oui\"\n",
        &["s.toml:2: « enabled » attend true (oui) ou false (non), sans guillemets, pas du texte entre guillemets"],
    );
    says("name = \"a\"\nevery = 12\n", &["s.toml:2: « every » attend une durée entre guillemets, pas un nombre"]);
    says("name = \"a\"\nevery = \"1s\"\n", &["s.toml:2: « every » : la durée « 1s » est hors des limites"]);
    says("name = \"a\"\nevery = \"12 heures\"\n", &["s.toml:2: « every » : « 12 heures » n’est pas une durée"]);
    says("name = \"a\"\nport = 99999999999999999999\n", &["s.toml:2: « port » : ce nombre est hors des limites"]);
    says("name = \"a\"\nurl = \"ftp://x\"\n", &["s.toml:2: « url » : « ftp://x » n’est pas une adresse web"]);
    says(
        "name = \"a\"\nurl = \"https://u:secret@a.example\"\n",
        &["s.toml:2: « url » : l’adresse contient un identifiant ou un mot de passe"],
    );
    says(
        "name = \"a\"\n[source]\nid = \"x\"\naddress = \"http://a.example\"\n",
        &["s.toml:2: « source » s’écrit avec des crochets doubles"],
    );
    says("name = \"a\"\n[[mail]]\nfrom = \"x\"\n", &["s.toml:2: « mail » est écrit comme une liste ([[mail]])"]);
    says("name = 2026-01-01\n", &["s.toml:1: « name » attend du texte entre guillemets, pas une date"]);
    says("", &["s.toml:1: il manque « name »"]);
    says("name = \" \"\n", &["s.toml:1: il manque « name »"]);
}

#[test]
fn whatever_editor_saved_it_the_text_is_read() {
    let name = |bytes: &[u8]| {
        let file = TomlFile::parse("s.toml", bytes).unwrap();
        let name = file.root().string("name");
        (name, file.encoding())
    };
    let text = "name = \"Île-d’Arz\"\r\n";
    let expected = |encoding| (Some("Île-d’Arz".to_owned()), encoding);
    let utf16 = |to_bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to_bytes).collect::<Vec<u8>>();
    let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
    assert_eq!(name(text.as_bytes()), expected(Encoding::Utf8));
    assert_eq!(name(&marked(b"\xEF\xBB\xBF", text.as_bytes())), expected(Encoding::Utf8Bom));
    assert_eq!(name(&marked(b"\xFF\xFE", &utf16(u16::to_le_bytes))), expected(Encoding::Utf16Le));
    assert_eq!(name(&marked(b"\xFE\xFF", &utf16(u16::to_be_bytes))), expected(Encoding::Utf16Be));
    assert_eq!(name(&utf16(u16::to_le_bytes)), expected(Encoding::Utf16Le));
    assert_eq!(name(b"name = \"\xCEle-d\x92Arz\"\n"), expected(Encoding::Windows1252));
}

#[test]
fn what_is_no_text_is_named() {
    let check = |bytes: &[u8], expected: &str| {
        let problems = TomlFile::parse("s.toml", bytes).unwrap_err();
        assert!(problems.to_string().starts_with(expected), "{problems}");
    };
    check(b"a = 1\nb = \"\0\"\n", "s.toml:2: le fichier contient des octets nuls");
    check(b"a = \"\xC3\xA9\"\nb = \"\xE9\"\n", "s.toml:2: cette ligne n\u{2019}est pas en UTF-8");
    check(b"\xFF\xFEa\0\x00\xD8", "s.toml:1: le texte UTF-16 est abîmé");
    check(&vec![b'#'; FILE_BYTES_MAX + 1], "s.toml: le fichier pèse");
    let endless = TomlFile::read("/dev/zero").unwrap_err().to_string();
    assert!(endless.starts_with("/dev/zero: le fichier pèse"), "{endless}");
    let missing = TomlFile::read("/nonexistent/s.toml").unwrap_err().to_string();
    assert!(missing.starts_with("/nonexistent/s.toml: ce fichier n’existe pas"), "{missing}");
}

#[test]
fn a_file_that_is_no_toml_at_all_is_refused_quickly() {
    let started = std::time::Instant::now();
    assert_eq!(read("« = \n".repeat(200_000).as_bytes()).len(), 50);
    assert!(started.elapsed().as_secs() < 20);
}

#[test]
fn durations_add_up() {
    let check = |text: &str, seconds: Option<u64>| {
        assert_eq!(parse_duration(text).ok().map(|d| d.as_secs()), seconds, "{text}");
    };
    check("12h", Some(43_200));
    check("30 min", Some(1800));
    check("1h30m", Some(5400));
    check("1j", Some(86_400));
    check("2d 4h", Some(187_200));
    check("1500ms", Some(1));
    check("", None);
    check("12", None);
    check("h", None);
    check("-1h", None);
    check("99999999999999999999d", None);
    check("18446744073709551615w", None);
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(bytes: Vec<u8>) {
        read(&bytes);
    }

    #[test]
    fn anything_like_toml_is_read_without_panic(text in r#"([a-zé= "'\[\]{},.#«”\\0-9\r\n]|\[\[source\]\]\n|name = |themes = \[|"""|: |\u{feff}){0,40}"#) {
        read(text.as_bytes());
        read(&text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    }
}
