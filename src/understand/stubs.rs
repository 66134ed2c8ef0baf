//! Stands in for the readings of dates and territory until they land; then this file goes.

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
