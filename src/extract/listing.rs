//! What a list gave: its items, those that could not be read, and the next page.

use std::fmt;

use super::clean;
use crate::model::{Item, Request};

/// One page of a source's list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    pub items: Vec<Item>,
    /// The next page, never the one that was asked.
    pub next: Option<Request>,
    /// Items that were left out, or kept with something missing.
    pub problems: Vec<ItemProblem>,
    /// What an administrator may want to know of this page, in French: repairs, cuts.
    pub notes: Vec<String>,
}

/// One item that is not whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemProblem {
    pub fault: ItemFault,
    /// Its title, its link or its number in the list: what finds it again.
    pub item: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemFault {
    /// Left out.
    WithoutTitle,
    /// Kept: it can be announced, not opened.
    WithoutLink,
}

impl fmt::Display for ItemProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.fault {
            ItemFault::WithoutTitle => write!(f, "élément sans titre, laissé de côté : {}", self.item),
            ItemFault::WithoutLink => write!(f, "élément sans lien valable : {}", self.item),
        }
    }
}

/// An item with a title, or the reason why there is none.
pub(super) fn finish(item: Item) -> Result<Item, ItemProblem> {
    if item.title.is_empty() {
        let item = item.url.or(item.guid).unwrap_or_else(|| clean::label(&item.text));
        return Err(ItemProblem { fault: ItemFault::WithoutTitle, item });
    }
    Ok(item)
}

impl Listing {
    /// Takes in the `n`th item (from 0) as it was read; an item found twice is kept once.
    pub(super) fn keep(&mut self, n: usize, read: Result<Item, ItemProblem>) {
        match read {
            Ok(item) => {
                if item.url.is_none() {
                    self.problems.push(ItemProblem { fault: ItemFault::WithoutLink, item: item.title.clone() });
                }
                self.items.push(item);
            }
            Err(mut problem) => {
                if problem.item.is_empty() {
                    problem.item = format!("n° {}", n + 1);
                }
                self.problems.push(problem);
            }
        }
    }

    /// Leaves the first of items that share a key.
    pub(super) fn without_repeats(mut self) -> Self {
        let mut seen = std::collections::HashSet::new();
        self.items.retain(|item| seen.insert(item.key().to_owned()));
        self
    }
}
