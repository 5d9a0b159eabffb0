//! What this feature is for, in a sentence.
//!
//! - Members see: everyone `/__name__`, and its button.
//! - Tables: `__name__.counter`, one row per guild.
//! - Discord: no intent beyond the guilds themselves, no permission.

mod counter;
mod store;
mod text;

use feature::{Feature, Scope};

/// The feature.
#[derive(Debug, Default)]
pub struct __Name__;

impl Feature for __Name__ {
    const NAME: &'static str = "__name__";

    fn register(scope: &mut Scope<'_, Self>) {
        scope
            .french(include_str!("../i18n/fr/commands.ftl"))
            .command(counter::count)
            .component(counter::again);
    }
}

#[cfg(test)]
mod tests {
    use feature::Registry;

    use super::*;

    #[test]
    fn the_feature_fits_discords_rules() {
        Registry::new()
            .with(__Name__)
            .build()
            .expect("every command passes");
    }

    #[test]
    fn every_sentence_is_in_both_languages_and_used() {
        assert_eq!(
            text::WORDS.problems(include_str!("text.rs")),
            Vec::<String>::new()
        );
    }
}
