//! Members: import, choices, leaving, erasure, export.

use super::both::{at, check_on_both};
use crate::model::{CohortId, EmailAddress, MemberState, OrganisationKind, Profile, Rhythm, TerritoryCode, ThemeId};
use crate::store::{
    Choice, Erased, ImportMode, Kept, MemberFilter, MemberStateName, NewMember, StoreError, Upserted, subject,
};

pub fn new_member(email: &str) -> NewMember {
    NewMember {
        email: EmailAddress::parse(email).unwrap(),
        digest: format!("digest of {email}"),
        first_name: "Léa".into(),
        last_name: "Martin".into(),
        organisation: "Ville d'Exemple".into(),
        role: String::new(),
        cohorts: vec![CohortId("idf-2020".into())],
        profile: Profile {
            territories: vec![TerritoryCode::parse("93048").unwrap()],
            themes: vec![],
            organisation_kind: OrganisationKind::Commune,
        },
        rhythm: None,
    }
}

#[test]
fn an_import_adds_changes_and_never_doubles() {
    check_on_both(|store| async move {
        let mut new = new_member("lea@ville.example");
        let Upserted::Created(id) = store.upsert_member(&new, at(0)).await.unwrap() else { panic!("not created") };
        assert_eq!(store.upsert_member(&new, at(1)).await.unwrap(), Upserted::Unchanged(id));
        new.organisation = "CCAS d'Exemple".into();
        new.first_name = String::new();
        new.cohorts = vec![CohortId("nantes-2021".into())];
        let fields = vec!["organisation", "cohorts"];
        assert_eq!(store.upsert_member(&new, at(2)).await.unwrap(), Upserted::Changed { member: id, fields });
        let member = store.member(&new.email).await.unwrap().unwrap();
        assert_eq!(member.first_name, "Léa", "an empty cell changes nothing");
        assert_eq!(member.cohorts.len(), 2);
        assert_eq!(store.members(&MemberFilter::default()).await.unwrap(), [member]);
    });
}

#[test]
fn a_dry_run_answers_and_writes_nothing() {
    check_on_both(|store| async move {
        let new = [new_member("a@ville.example"), new_member("b@ville.example"), new_member("a@ville.example")];
        let tried = store.upsert_members(&new, ImportMode::DryRun, at(0)).await.unwrap();
        assert!(matches!(tried[..], [Upserted::Created(_), Upserted::Created(_), Upserted::Unchanged(_)]));
        assert!(store.members(&MemberFilter::default()).await.unwrap().is_empty());
    });
}

#[test]
fn many_lines_have_one_answer_each_in_their_order() {
    check_on_both(|store| async move {
        let line = |n: usize| new_member(&format!("m{n}@ville.example"));
        let mut lines: Vec<_> = (0..1_203).map(line).collect();
        lines.insert(700, line(3)); // A second line of one person sees what the first wrote.
        let done = store.upsert_members(&lines, ImportMode::Write, at(0)).await.unwrap();
        assert_eq!(done.len(), lines.len());
        for (n, (line, answer)) in lines.iter().zip(&done).enumerate() {
            let known = store.member(&line.email).await.unwrap().unwrap();
            let expected = if n == 700 { Upserted::Unchanged(known.id) } else { Upserted::Created(known.id) };
            assert_eq!(*answer, expected, "line {n}");
            assert_eq!(known.cohorts, line.cohorts);
        }
        lines.iter_mut().skip(1_000).for_each(|line| line.role = "cheffe de projet".to_owned());
        let done = store.upsert_members(&lines, ImportMode::Write, at(1)).await.unwrap();
        let changed = done.iter().filter(|answer| matches!(answer, Upserted::Changed { .. })).count();
        assert_eq!(changed, lines.len() - 1_000);
        assert_eq!(store.members(&MemberFilter::default()).await.unwrap().len(), 1_203);
    });
}

#[test]
fn leaving_and_its_line_in_the_journal_are_one() {
    check_on_both(|store| async move {
        let Upserted::Created(id) = store.upsert_member(&new_member("lea@ville.example"), at(0)).await.unwrap() else {
            panic!("not created")
        };
        // A journal that cannot be written, as on a full disk.
        sqlx::query("ALTER TABLE journal RENAME TO away").execute(&store.pool).await.unwrap();
        store.leave(id, "cli", "leave", at(1)).await.unwrap_err();
        sqlx::query("ALTER TABLE away RENAME TO journal").execute(&store.pool).await.unwrap();
        let state = async || store.member_by_id(id).await.unwrap().unwrap().state;
        assert_eq!(state().await, MemberState::Active, "nothing was changed, as the page says");
        store.leave(id, "cli", "leave", at(2)).await.unwrap();
        store.leave(id, "cli", "leave", at(3)).await.unwrap();
        assert_eq!(state().await, MemberState::Left { at: at(2) });
        assert_eq!(store.journal_about(&subject(id)).await.unwrap().len(), 1);
    });
}

#[test]
fn what_a_member_chose_survives_an_import() {
    check_on_both(|store| async move {
        let mut new = new_member("lea@ville.example");
        store.upsert_member(&new, at(0)).await.unwrap();
        let id = store.member(&new.email).await.unwrap().unwrap().id;
        let themes = vec![ThemeId("alimentation".into())];
        let choice = Choice { themes: Some(themes.clone()), rhythm: Some(Rhythm::Monthly), ..Choice::default() };
        store.choose(id, &choice, at(1)).await.unwrap();
        new.profile.themes = vec![ThemeId("sante".into())];
        new.profile.territories = vec![TerritoryCode::parse("D93").unwrap()];
        new.rhythm = Some(Rhythm::Weekly);
        let done = store.upsert_member(&new, at(2)).await.unwrap();
        assert_eq!(done, Upserted::Changed { member: id, fields: vec!["territories"] });
        let member = store.member(&new.email).await.unwrap().unwrap();
        assert_eq!((member.profile.themes, member.rhythm), (themes, Rhythm::Monthly));
    });
}

#[test]
fn who_left_or_was_suspended_stays_so() {
    check_on_both(|store| async move {
        let mut new = new_member("lea@ville.example");
        store.upsert_member(&new, at(0)).await.unwrap();
        let id = store.member(&new.email).await.unwrap().unwrap().id;
        let suspended = MemberState::Suspended { why: "550 unknown".into() };
        store.set_member_state(id, &suspended, at(1)).await.unwrap();
        new.role = "directrice".into();
        store.upsert_member(&new, at(2)).await.unwrap();
        assert_eq!(store.member(&new.email).await.unwrap().unwrap().state, suspended);
        store.set_member_state(id, &MemberState::Left { at: at(3) }, at(3)).await.unwrap();
        assert_eq!(store.upsert_member(&new, at(4)).await.unwrap(), Upserted::Kept(Kept::Left));
        let active = MemberFilter { states: vec![MemberStateName::Active], ..MemberFilter::default() };
        assert!(store.members(&active).await.unwrap().is_empty());
        let left = MemberFilter { cohorts: vec![CohortId("idf-2020".into())], states: vec![MemberStateName::Left] };
        assert_eq!(store.members(&left).await.unwrap().len(), 1);
        let elsewhere = MemberFilter { cohorts: vec![CohortId("x".into())], states: vec![] };
        assert!(store.members(&elsewhere).await.unwrap().is_empty());
    });
}

#[test]
fn an_erased_member_is_not_brought_back_by_an_import() {
    check_on_both(|store| async move {
        let new = new_member("lea@ville.example");
        store.upsert_member(&new, at(0)).await.unwrap();
        let id = store.member(&new.email).await.unwrap().unwrap().id;
        let detail = serde_json::json!({"from": "lea@ville.example"});
        store.journal("cli", "import", &subject(id), &detail, at(0)).await.unwrap();
        assert_eq!(store.erase_member(&new.email, &new.digest, at(1)).await.unwrap(), Erased::Now);
        assert_eq!(store.erase_member(&new.email, &new.digest, at(1)).await.unwrap(), Erased::Unknown);
        assert!(store.is_erased(&new.digest).await.unwrap());
        assert_eq!(store.upsert_member(&new, at(2)).await.unwrap(), Upserted::Kept(Kept::Erased));
        assert_eq!(store.member(&new.email).await.unwrap(), None);
        assert_eq!(store.member_by_id(id).await.unwrap(), None);
        assert_eq!(store.export_member(&new.email).await.unwrap(), None);
        let gone = store.set_member_state(id, &MemberState::Active, at(3)).await.unwrap_err();
        assert!(matches!(gone, StoreError::NoSuchMember));
        assert_eq!(store.journal_about(&subject(id)).await.unwrap()[0].detail, serde_json::json!({}));
        let Upserted::Created(other) = store.upsert_member(&new_member("b@ville.example"), at(4)).await.unwrap() else {
            panic!("not created")
        };
        assert!(other > id, "a member's number is never given again");
    });
}

#[test]
fn an_export_holds_what_is_known_of_a_person() {
    check_on_both(|store| async move {
        let new = new_member("lea@ville.example");
        store.upsert_member(&new, at(0)).await.unwrap();
        let export = store.export_member(&new.email).await.unwrap().unwrap();
        assert_eq!(export["member"]["email"], "lea@ville.example");
        assert_eq!(export["member"]["organisation"], "Ville d'Exemple");
    });
}
