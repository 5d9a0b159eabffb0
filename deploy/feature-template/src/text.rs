//! Every sentence of this feature.

use feature::{Card, Lang};

feature::words!("__name__");

pub(crate) fn counted(lang: Lang, count: i64) -> Card {
    Card::new()
        .title(t!(lang, "title"))
        .lines([t!(lang, "count", count = count)])
}

pub(crate) fn again(lang: Lang) -> String {
    t!(lang, "again")
}
