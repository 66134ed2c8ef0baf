//! Selectors that outlive a redesign of the margins: by what elements are called, never by their rank.

use std::sync::LazyLock;

use regex::Regex;
use scraper::ElementRef;

/// Classes of one element that are worth a candidate.
const CLASSES_MAX: usize = 5;
/// Named ancestors that may stand before an element in its selector.
const ANCHORS_MAX: usize = 3;

/// Classes that say how an element looks, where it stands or in which state it is.
static LOOKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?xi)^(?:(?:fr-)?col|row|(?:fr-)?grid|container|wrapper|inner|[whmp][trblxy]?|text|bg|d|flex|float|pull|align|order|gap|border|
          font|size|shadow|rounded|clearfix|first|last|odd|even|pair|impair|active|current|on|off|open|closed?|hidden|visible|
          animate\w*|fade\w*|wow|aos|lazy\w*|no|is|has|js|u|elementor-(?:element|widget|section|column|container|row|top|inner|hidden|size|position|clickable|repeater)|vc|et|wp-image|wp-block|uk|span|small|medium|large|left|right|
          center|clear|new|sticky|nth|status|format|type|enlarge|(?:fr-)?enlarge-link|fr-card--\w+|fr-unhidden\w*)(?:[-_].*)?$",
    )
    .ok()
});

/// Names that were made by a machine, or that name one element only.
static NAMES_ONE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(?:css|sc|jss|svelte|styles?)[-_]|\d{3,}|\d$|^[a-z]{1,3}\d|^.{1,2}$|^.{41,}$").ok());

/// Names that lists and their items bear.
static SPEAKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)item|card|carte|article|appel|projet|aap|aide|result|post|entry|teaser|row|list|actu|event|fiche|dispositif|vignette|annonce|line|ligne|table|tile|tuile|notice|offre|call")
        .ok()
});

fn matches(regex: &LazyLock<Option<Regex>>, name: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(name))
}

fn is_plain(name: &str) -> bool {
    let sound = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    name.bytes().all(sound) && name.starts_with(|c: char| c.is_ascii_alphabetic())
}

pub fn is_stable(name: &str) -> bool {
    is_plain(name) && !matches(&NAMES_ONE, name) && !matches(&LOOKS, name)
}

/// The classes that say what an element is, those that speak first.
pub fn classes(element: ElementRef<'_>) -> Vec<&str> {
    let mut stable: Vec<&str> = element.value().classes().filter(|class| is_stable(class)).collect();
    stable.sort_by_key(|class| !matches(&SPEAKS, class));
    stable.truncate(CLASSES_MAX);
    stable
}

/// `article.card`, `#liste`, `main`: what names an element by itself.
fn own_name(element: ElementRef<'_>) -> Option<String> {
    let tag = element.value().name();
    if let Some(class) = classes(element).first() {
        return Some(format!("{tag}.{class}"));
    }
    if let Some(id) = element.value().id().filter(|id| is_stable(id)) {
        return Some(format!("#{id}"));
    }
    (tag == "main").then(|| tag.to_owned())
}

/// Every selector worth trying for `element`, as an item of a list.
pub fn candidates(element: ElementRef<'_>) -> Vec<String> {
    let tag = element.value().name();
    let mut own: Vec<String> = classes(element).iter().map(|class| format!("{tag}.{class}")).collect();
    let mut found = own.clone();
    own.push(tag.to_owned());
    let above = element.ancestors().filter_map(ElementRef::wrap);
    let mut anchors = 0;
    for (level, ancestor) in above.enumerate() {
        if anchors == ANCHORS_MAX || matches!(ancestor.value().name(), "body" | "html") {
            break;
        }
        let Some(anchor) = own_name(ancestor) else { continue };
        anchors += 1;
        let sign = if level == 0 { " > " } else { " " };
        found.extend(own.iter().map(|own| format!("{anchor}{sign}{own}")));
    }
    if anchors == 0 {
        // An old page names nothing: the kinds of elements are all there is.
        let above = element.ancestors().filter_map(ElementRef::wrap).map(|e| e.value().name()).take(2);
        let above: Vec<&str> = above.take_while(|name| !matches!(*name, "body" | "html")).collect();
        if let Some(parent) = above.first() {
            found.push(format!("{parent} > {tag}"));
        }
        if let [parent, beyond] = above.as_slice() {
            found.push(format!("{beyond} > {parent} > {tag}"));
        }
    }
    found
}

/// How well a selector reads and lasts: the less the better.
pub fn cost(selector: &str) -> usize {
    let parts = selector.split([' ', '>']).filter(|part| !part.is_empty()).count();
    let last = selector.rsplit([' ', '>']).next().unwrap_or(selector);
    let named = last.contains(['.', '#']);
    let speaks = last.split_once('.').is_some_and(|(_, class)| matches(&SPEAKS, class));
    let far = selector.split(' ').collect::<Vec<_>>().windows(2).filter(|pair| !pair.contains(&">")).count();
    parts * 4 + far + usize::from(!named) * 3 + usize::from(named && !speaks) * 2 + selector.len() / 24
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    use super::*;

    #[test]
    fn looks_states_and_numbers_name_nothing() {
        let check = |class: &str, expected: &[&str]| {
            let html = Html::parse_fragment(&format!("<p class=\"{class}\">x</p>"));
            let p = Selector::parse("p").unwrap();
            assert_eq!(classes(html.select(&p).next().unwrap()), expected, "{class}");
        };
        check("col-md-4 fr-col-12 mt-2 card", &["card"]);
        check("post-1204 post status-publish hentry category-aap", &["category-aap", "hentry", "post"]);
        check("cat-list-row0 niveau1", &[]);
        check("views-row-3 views-row odd first", &["views-row"]);
        check("css-1x2y3z sc-bdVaJa md:w-1/2 is-active", &[]);
        check("zone appel-item", &["appel-item", "zone"]);
    }

    #[test]
    fn candidates_go_through_named_ancestors() {
        let html = Html::parse_document("<main><div class=\"liste\"><ul><li><a href=/a>x</a></li></ul></div></main>");
        let li = Selector::parse("li").unwrap();
        let found = candidates(html.select(&li).next().unwrap());
        assert_eq!(found, ["div.liste li", "main li"]);
    }
}
