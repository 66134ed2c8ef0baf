//! Stands in for the readings of dates and territory until they land; then this file goes.

#[allow(dead_code)]
pub(super) mod dates {
    use chrono::NaiveDate;
    use chrono_tz::Tz;

    use crate::model::{Deadline, Field, Quote, Reading};

    pub struct DatesInput<'a> {
        pub title: &'a str,
        pub text: &'a str,
        pub published: Option<NaiveDate>,
        pub deadline_field: Option<&'a (String, Deadline)>,
        pub opening_field: Option<&'a (String, NaiveDate)>,
        pub zone: Tz,
    }

    #[derive(Default)]
    pub struct DatesReading {
        pub deadline: Reading<Deadline>,
        pub waves: Vec<Deadline>,
        pub extended_from: Option<Deadline>,
        pub opening: Reading<NaiveDate>,
        pub published: Reading<NaiveDate>,
    }

    pub fn read(input: &DatesInput) -> DatesReading {
        let DatesInput { title: _, text: _, published: _, zone: _, .. } = input;
        DatesReading {
            deadline: input.deadline_field.map(from_field).unwrap_or_default(),
            opening: input.opening_field.map(from_field).unwrap_or_default(),
            ..Default::default()
        }
    }

    fn from_field<T: Copy + std::fmt::Debug>((name, value): &(String, T)) -> Reading<T> {
        let field = Field::Structured(name.clone());
        Reading::of(*value, Quote { field, start: 0, end: 0, text: format!("{value:?}") })
    }
}

#[allow(dead_code)]
pub(super) mod territory {
    use crate::model::{Aspect, Doubt, DoubtReason, Field, Quote, Reading, TerritoryCode};

    pub struct TerritoryInput<'a> {
        pub title: &'a str,
        pub text: &'a str,
        pub publisher: Option<&'a str>,
        pub source_territory: &'a [TerritoryCode],
        pub relay: bool,
        pub field: Option<&'a (String, Vec<TerritoryCode>)>,
        pub place: Option<&'a (String, String)>,
    }

    pub fn territory(input: &TerritoryInput) -> Reading<Vec<TerritoryCode>> {
        let TerritoryInput { title: _, text: _, publisher: _, relay: _, place: _, .. } = input;
        if let Some((name, codes)) = input.field {
            let text = codes.iter().map(TerritoryCode::as_str).collect::<Vec<_>>().join(", ");
            let quote = Quote { field: Field::Structured(name.clone()), start: 0, end: 0, text };
            return Reading::of(codes.clone(), quote);
        }
        match input.source_territory {
            [] => Reading::none(),
            codes => Reading { value: Some(codes.to_vec()), evidence: vec![], doubts: vec![] }.doubted(Doubt::new(
                Aspect::Territory,
                DoubtReason::TerritoryFromSource,
                "",
            )),
        }
    }
}
