//! `tag=value; tag=value`, as DKIM (RFC 6376 section 3.2) and DMARC (RFC 7489 section 6.3) write their records.

/// The tags in order, names in lower case.
pub(super) struct Tags(Vec<(String, String)>);

impl Tags {
    pub fn of(text: &str) -> Self {
        let tag = |part: &str| {
            let (name, value) = part.split_once('=')?;
            Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
        };
        Self(text.split(';').filter_map(tag).collect())
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value without the spaces that editors of zones put into long ones.
    pub fn whole(&self, name: &str) -> Option<String> {
        self.get(name).map(|value| value.chars().filter(|c| !c.is_whitespace()).collect())
    }

    pub fn begins_with(&self, name: &str, value: &str) -> bool {
        self.0.first().is_some_and(|(n, v)| n == name && v.eq_ignore_ascii_case(value))
    }
}
