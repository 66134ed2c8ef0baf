//! Forms as browsers send them (application/x-www-form-urlencoded): a name may come several times.

use crate::model::Rhythm;
use crate::pipeline::own::Wish;

/// The fields of a form, in order.
pub struct Fields(Vec<(String, String)>);

impl Fields {
    pub fn of(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    pub fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    pub fn wish(&self) -> Wish {
        Wish {
            places: self.one("territoires").to_owned(),
            themes: self.all("theme"),
            rhythm: rhythm(self.one("rythme")),
        }
    }
}

/// The words of the form, for each rhythm.
pub const RHYTHMS: [(Rhythm, &str, &str); 3] = [
    (Rhythm::Weekly, "semaine", "À chaque envoi (d’ordinaire chaque semaine)"),
    (Rhythm::Fortnightly, "quinzaine", "Toutes les deux semaines"),
    (Rhythm::Monthly, "mois", "Une fois par mois"),
];

fn rhythm(word: &str) -> Option<Rhythm> {
    RHYTHMS.into_iter().find(|(_, known, _)| *known == word).map(|(rhythm, ..)| rhythm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_gives_a_wish_whatever_it_holds() {
        let check = |body: &str, places: &str, themes: &[&str], rhythm: Option<Rhythm>| {
            let wish = Fields::of(body.as_bytes()).wish();
            let expected = Wish {
                places: places.to_owned(),
                themes: themes.iter().map(|theme| (*theme).to_owned()).collect(),
                rhythm,
            };
            assert_eq!(wish, expected, "{body}");
        };
        check("", "", &[], None);
        check(
            "territoires=Nantes%0D%0AD93&theme=sante&theme=ess&rythme=mois",
            "Nantes\r\nD93",
            &["sante", "ess"],
            Some(Rhythm::Monthly),
        );
        check("rythme=toujours&%ff&&=", "", &[], None);
    }
}
