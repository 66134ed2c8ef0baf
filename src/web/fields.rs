//! The fields of a form or of an address, as they were typed.

/// In order; a name may come several times.
#[derive(Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Of a body, or of what stands after the `?`.
    pub fn read(encoded: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The first value, trimmed; empty when there is none.
    pub fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.trim())
    }

    pub fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(known, _)| known == name).map(|(_, value)| value.clone()).collect()
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_may_come_several_times() {
        let fields = Fields::read(b"retirer=1&retirer=2&mot=%C3%A9t%C3%A9+ici");
        assert_eq!(fields.all("retirer"), ["1", "2"]);
        assert_eq!(fields.one("mot"), "été ici");
        assert_eq!(fields.one("absent"), "");
        assert!(!fields.has("absent"));
    }
}
