//! JSON answers: of any shape, of Opendatasoft, of aides-territoires.

use super::*;
use crate::model::{Audience, Paging};

const JSON: &str = "application/json";
const URL: &str = "https://api.example/aides?page=1";

fn some(path: &str) -> Option<String> {
    Some(path.to_owned())
}

fn json_source(json: JsonSelect) -> Source {
    Source { json, ..source(SourceKind::Json, URL) }
}

fn usual() -> JsonSelect {
    JsonSelect {
        items: some("$.aides[*]"),
        id: some("$.id"),
        title: some("$.nom"),
        link: some("$.lien"),
        text: vec!["$.texte".into(), "$.suite".into()],
        deadline: some("$.fin"),
        opening: some("$.debut"),
        ..Default::default()
    }
}

#[test]
fn a_nested_list_with_html_and_entities_is_read() {
    let body = r#"{"aides":[{"id":7,"nom":"Mise en place d&rsquo;un centre","lien":"https: //a.example/1","texte":"<p>Un</p><ul><li>deux</li></ul>","suite":["trois","quatre"],
        "fin":"2026-03-31T22:00:00Z","debut":"20260112","pour":["Communes","Associations"],"zone":{"code":"1","libelle":"- Drôme -"},"cats":"a|||b","appel":"Oui","montant":50000}]}"#;
    let source = json_source(JsonSelect {
        audiences: some("$.pour"),
        place: some("$.zone"),
        categories: some("$.cats"),
        is_call: some("$.appel"),
        amount: some("$.montant"),
        ..usual()
    });
    let listing = read(&source, JSON, body).unwrap();
    assert_eq!(rows(&listing), ["Mise en place d’un centre | https://a.example/1 | - | 2026-04-01"]);
    let item = &listing.items[0];
    assert_eq!(item.text, "Un\n\n- deux\n\ntrois\nquatre");
    assert_eq!(item.guid.as_deref(), Some("7"));
    let fields = &item.fields;
    assert_eq!(
        fields.opening.as_ref().map(|(name, date)| (name.as_str(), date.to_string())),
        Some(("debut", "2026-01-12".into()))
    );
    assert_eq!(fields.audiences, Some(("pour".into(), vec![Audience::Collectivites, Audience::Associations])));
    assert_eq!(fields.place, Some(("zone".into(), "Drôme".into())));
    assert_eq!(fields.categories, ["a", "b"]);
    assert_eq!(fields.is_call, Some(("appel".into(), true)));
    assert_eq!(fields.amount, Some(("montant".into(), "50000".into())));
}

#[test]
fn lists_are_found_empty_or_missed() {
    let check = |items: Option<&str>, body: &str, wanted: Result<usize, ExtractError>| {
        let source =
            json_source(JsonSelect { items: items.map(str::to_owned), title: some("$.t"), ..Default::default() });
        assert_eq!(read(&source, JSON, body).map(|l| l.items.len()), wanted, "{body}");
    };
    let missing = |wanted: &str| Err(ExtractError::ListNotFound { wanted: wanted.into() });
    check(Some("$.a[*]"), r#"{"a":[{"t":"x"}]}"#, Ok(1));
    check(Some("$.a"), r#"{"a":[{"t":"x"},{"t":"y"}]}"#, Ok(2));
    check(Some("$.a[*]"), r#"{"a":[]}"#, Ok(0));
    check(Some("$.a"), r#"{"a":[]}"#, Ok(0));
    check(Some("$.a[*]"), r#"{"b":[]}"#, missing("$.a[*]"));
    check(Some("$.a[*]"), r#"{"a":null}"#, missing("$.a[*]"));
    check(None, r#"[{"t":"x"}]"#, Ok(1));
    check(None, r#"{"count":1,"results":[{"t":"x"}]}"#, Ok(1));
    check(None, r#"{"count":1}"#, missing("results, items, records, data, aides, entries, rows"));
}

#[test]
fn json_that_is_none_is_named_with_its_place() {
    let check = |body: &str, wanted: &str| {
        let fault = read(&json_source(usual()), JSON, body).unwrap_err().to_string();
        assert!(fault.starts_with(wanted), "{fault}");
    };
    check(
        "{\"aides\": [\n  {\"nom\": None}\n]}",
        "JSON invalide à la ligne 2, colonne 11 (une valeur est attendue ici), près de « {\"nom\": None} »",
    );
    check("{\"aides\": [{\"nom\": \"x\"", "JSON invalide à la ligne 1, colonne 22 (le document est coupé)");
    check("<html><body>Maintenance</body></html>", "le site répond par une page web au lieu de données JSON");
    check("<form><input type=password>", "le site répond par une page de connexion");
    check(&"[".repeat(5000), "le document emboîte trop d’éléments");
    check("", "la réponse du site est vide");
}

#[test]
fn two_mistakes_are_mended() {
    let listing = read(
        &json_source(usual()),
        JSON,
        "{\"aides\":[{\"nom\":\"a\\contact \\\"b\\\"\",\"texte\":\"un\ndeux\\u00e9\"}]}",
    )
    .unwrap();
    assert_eq!((listing.items[0].title.as_str(), listing.items[0].text.as_str()), ("a\\contact \"b\"", "un\ndeuxé"));
    assert_eq!(listing.notes.len(), 1);
}

#[test]
fn a_date_that_cannot_be_read_joins_the_text() {
    let listing = read(
        &json_source(usual()),
        JSON,
        r#"{"aides":[{"nom":"a","texte":"b","fin":"printemps 2026"},{"nom":"c","fin":null},{"nom":"d","fin":""}]}"#,
    )
    .unwrap();
    assert_eq!(listing.items[0].text, "b\n\nfin : printemps 2026");
    assert_eq!((listing.items[1].text.as_str(), listing.items[2].text.as_str()), ("", ""));
}

#[test]
fn links_and_names_may_be_made_or_chosen() {
    let one = |select: JsonSelect, body: &str| rows(&read(&json_source(select), JSON, body).unwrap()).remove(0);
    let made = JsonSelect {
        link: some("https://a.example/fiche/{$.ref}?x={id}"),
        title: some("Titre de l’aide"),
        ..Default::default()
    };
    assert_eq!(
        one(made, r#"[{"Titre de l’aide":"T","ref":"a/b","id":3}]"#),
        "T | https://a.example/fiche/a%2Fb?x=3 | - | -"
    );
    let chosen = JsonSelect { link: some("$['a','b']"), title: some("$['x','y']"), ..Default::default() };
    assert_eq!(one(chosen, r#"[{"y":"T","x":"","a":"","b":"/1"}]"#), "T | https://api.example/1 | - | -");
}

#[test]
fn further_pages_are_planned() {
    let next = |paging: Paging, body: &str| {
        let source = Source { paging: Some(paging), ..json_source(usual()) };
        read(&source, JSON, body).unwrap().next.map(|r| r.url.to_string())
    };
    let one = r#"{"aides":[{"nom":"a"}],"suite":"/aides?page=9"}"#;
    assert_eq!(next(Paging::Next("$.suite".into()), one).as_deref(), Some("https://api.example/aides?page=9"));
    assert_eq!(next(Paging::Next("$.suite".into()), r#"{"aides":[],"suite":null}"#), None);
    assert_eq!(
        next(Paging::Next("$.suite".into()), r#"{"aides":[],"suite":"?page=1"}"#),
        None,
        "a page is not its own next"
    );
    assert_eq!(
        next(Paging::Page { parameter: "page".into(), first: 1 }, one).as_deref(),
        Some("https://api.example/aides?page=2")
    );
}

#[test]
fn a_credential_file_becomes_headers() {
    let headers = |credential: &str| match first(&json_source(usual()), Some(credential)) {
        Ok(Step::List(request)) => Ok(request.headers),
        Ok(Step::Login(_)) => panic!("a json source does not log in"),
        Err(fault) => Err(fault),
    };
    assert_eq!(headers("# clé\r\nX-Api-Key: abc:d\r\n").unwrap(), [("X-Api-Key".to_owned(), "abc:d".to_owned())]);
    assert!(headers("abc").is_err() && headers("X Y: z").is_err() && headers("X: a\u{0}b").is_err());
}

#[test]
fn aides_territoires_logs_in_then_lists_in_pages() {
    let mut source = source(SourceKind::AidesTerritoires, "https://aides.example/");
    source.relay = true;
    let Ok(Step::Login(login)) = first(&source, Some("cle-secrete\n")) else { panic!("it logs in first") };
    assert_eq!(
        (login.url.as_str(), login.method),
        ("https://aides.example/api/connexion/", crate::model::Method::Post)
    );
    assert_eq!(login.headers, [("X-AUTH-TOKEN".to_owned(), "cle-secrete".to_owned())]);
    assert_eq!(first(&source, None), Err(ExtractError::CredentialMissing { preset: "aides-territoires" }));
    let refused = Response { status: 401, ..answer("https://aides.example/api/connexion/", JSON, "{}") };
    assert_eq!(after_login(&source, None, &refused), Err(ExtractError::LoginRefused { status: 401 }));
    assert_eq!(
        after_login(&source, None, &answer("https://aides.example/", JSON, "{}")),
        Err(ExtractError::LoginWithoutToken)
    );
    let asked = after_login(&source, None, &answer("https://aides.example/", JSON, r#"{"token":"jeton"}"#)).unwrap();
    assert_eq!(asked.url.as_str(), "https://aides.example/api/aids/");
    let body = r#"{"count":2,"next":"http://aides.example/api/aids/?page=2","previous":null,"results":[
      {"id":1,"name":"Soutenir","url":"/aides/soutenir/","origin_url":"","description":"<p>Texte</p>","eligibility":"<p>CCAS</p>","perimeter":"Drôme","financers":["Région A","État"],
       "targeted_audiences":["Communes"],"is_call_for_project":true,"recurrence":"Ponctuelle","start_date":"2026-01-02","submission_deadline":"2026-03-31","categories":["Alimentation"]},
      {"id":2,"name":"Aider","url":"/aides/aider/","is_call_for_project":null,"recurrence":"Permanente"}]}"#;
    let listing = list(&source, &asked, &answer("https://aides.example/api/aids/", JSON, body)).unwrap();
    assert_eq!(
        rows(&listing),
        [
            "Soutenir | https://aides.example/aides/soutenir/ | - | 2026-03-31",
            "Aider | https://aides.example/aides/aider/ | - | -"
        ]
    );
    let item = &listing.items[0];
    assert_eq!((item.publisher.as_deref(), item.text.as_str()), (Some("Région A, État"), "Texte\n\nCCAS"));
    assert_eq!(item.fields.is_call, Some(("is_call_for_project".into(), true)));
    assert_eq!(listing.items[1].fields.is_call, Some(("recurrence".into(), false)));
    assert_eq!(listing.items[1].publisher, None, "a relay is nobody's publisher");
    let next = listing.next.unwrap();
    assert_eq!(next.url.as_str(), "https://aides.example/api/aids/?page=2", "the token never leaves https");
    assert_eq!(next.headers, asked.headers);
}

#[test]
fn opendatasoft_addresses_of_every_form_are_understood() {
    let check = |given: &str, asked: &str| {
        let source = source(SourceKind::Opendatasoft, given);
        assert_eq!(first(&source, None), Ok(Step::List(Request::get(asked.parse().unwrap()))), "{given}");
    };
    let v2 = "https://data.example/api/explore/v2.1/catalog/datasets/aides/records?limit=100&offset=0";
    check("https://data.example/explore/dataset/aides/table/?sort=x", v2);
    check("https://data.example/explore/dataset/aides", v2);
    check("https://data.example/api/explore/v2.1/catalog/datasets/aides/records", v2);
    check("https://data.example/api/explore/v2.1/catalog/datasets/aides", v2);
    check(
        "https://data.example/api/records/1.0/search/?dataset=aides&rows=20",
        "https://data.example/api/records/1.0/search/?dataset=aides&rows=20&start=0",
    );
    assert!(first(&source(SourceKind::Opendatasoft, "https://data.example/"), None).is_err());
}

#[test]
fn opendatasoft_versions_1_and_2_give_the_same() {
    let fields = r#""titre":"Épiceries","date_cloture":"2026-02-27T23:00:00+00:00","url_descriptif":"https://a.example/1","objectif":"<ul><li>un</li><li>deux</li></ul>","objectif_txt":"undeux",
        "modalite":"plus de <b>50</b> %","modalite_txt":"plus de 50 %","qui_peut_en_beneficier":"Association - Loi 1901|||Commune","mots_cles":"Santé","porteur_aide":"Région A""#;
    let v1 = format!(r#"{{"nhits":3,"parameters":{{}},"records":[{{"recordid":"r1","fields":{{{fields}}}}}]}}"#);
    let v2 = format!(r#"{{"total_count":3,"results":[{{{fields}}}]}}"#);
    let v20 = format!(r#"{{"total_count":1,"records":[{{"record":{{"id":"r1","fields":{{{fields}}}}}}}]}}"#);
    let check = |url: &str, body: &str, next: Option<&str>| {
        let listing = read(&source(SourceKind::Opendatasoft, url), JSON, body).unwrap();
        assert_eq!(rows(&listing), ["Épiceries | https://a.example/1 | - | 2026-02-28"]);
        let item = &listing.items[0];
        assert_eq!((item.text.as_str(), item.publisher.as_deref()), ("- un\n- deux\n\nplus de 50 %", Some("Région A")));
        assert_eq!(item.fields.audiences.as_ref().map(|(_, a)| a.len()), Some(2));
        assert_eq!(listing.next.as_ref().map(|r| r.url.as_str()), next);
    };
    check(
        "https://data.example/api/records/1.0/search/?dataset=a&rows=1&start=0",
        &v1,
        Some("https://data.example/api/records/1.0/search/?dataset=a&rows=1&start=1"),
    );
    check("https://data.example/api/explore/v2.1/catalog/datasets/a/records?limit=1&offset=2", &v2, None);
    check("https://data.example/api/v2/catalog/datasets/a/records?limit=1&offset=0", &v20, None);
}

#[test]
fn columns_with_unusual_names_can_be_named() {
    let mut source = source(SourceKind::Opendatasoft, "https://data.example/explore/dataset/a");
    source.json =
        JsonSelect { title: some("$.libelle_dispositif"), deadline: some("$.echeance"), ..Default::default() };
    let text = "Un dispositif assez long pour être pris pour un texte, puisque aucune colonne n’a de nom connu ici.";
    let body = format!(
        r#"{{"total_count":1,"results":[{{"libelle_dispositif":"T","echeance":"31/03/2026","blabla":"{text}"}}]}}"#
    );
    let listing = read(&source, JSON, body).unwrap();
    assert_eq!(rows(&listing), ["T | - | - | 2026-03-31"]);
    assert_eq!(listing.items[0].text, text);
    assert!(read(&source, JSON, r#"{"total_count":0,"results":[]}"#).unwrap().items.is_empty());
}
