//! Sentences: Fluent texts embedded in the program, one set for each feature crate.
//!
//! A crate keeps its sentences in `i18n/en/<crate>.ftl` and `i18n/fr/<crate>.ftl`, calls
//! [`words!`](crate::words!) once in its `text.rs`, and says `t!(lang, "message-id", name = value)`.
//! The id and the names of the arguments are checked when the crate is compiled. The French names and
//! descriptions of its commands stand in `i18n/fr/commands.ftl`; the English ones stand in the code.

use std::{borrow::Cow, collections::BTreeSet};

use i18n_embed::{I18nAssets, LanguageLoader, fluent::FluentLanguageLoader};
use unic_langid::{LanguageIdentifier, langid};

use crate::Lang;

/// The embedded sentences of one crate, in every language.
#[derive(Debug)]
pub struct Words {
    domain: &'static str,
    english: FluentLanguageLoader,
    french: FluentLanguageLoader,
    sources: [(Lang, &'static str); 2],
}

impl Words {
    /// Loads the two files of a crate; `domain` is the crate's name.
    ///
    /// # Panics
    ///
    /// Panics when a file is not valid Fluent, which the crate's own word test catches long before a release.
    pub fn load(domain: &'static str, english: &'static str, french: &'static str) -> Self {
        let sources = [(Lang::En, english), (Lang::Fr, french)];
        let files = Files { domain, sources };
        let loader = |languages: &[LanguageIdentifier]| {
            let loader = FluentLanguageLoader::new(domain, langid!("en"));
            loader
                .load_languages(&files, languages)
                .expect("the sentences of a crate are valid Fluent: its word test reads them");
            loader.set_use_isolating(false);
            loader
        };
        Self {
            domain,
            english: loader(&[langid!("en")]),
            french: loader(&[langid!("fr")]),
            sources,
        }
    }

    /// The sentences in one language.
    pub const fn speak(&self, lang: Lang) -> &FluentLanguageLoader {
        match lang {
            Lang::En => &self.english,
            Lang::Fr => &self.french,
        }
    }

    /// What is wrong with the sentences: keys or placeholders that one language has and another lacks, keys
    /// that no line of `code` uses. `code` is the crate's Rust source.
    ///
    /// Empty when all is well; feature crates assert that in a test.
    pub fn problems(&self, code: &str) -> Vec<String> {
        let [english, french] = self.sources.map(|(_, source)| messages(source));
        let mut problems = Vec::new();
        let keys = |all: &[Entry]| {
            all.iter()
                .map(|entry| entry.id.clone())
                .collect::<BTreeSet<_>>()
        };
        for id in keys(&english).symmetric_difference(&keys(&french)) {
            problems.push(format!("{}: `{id}` is in one language only", self.domain));
        }
        for entry in &english {
            if let Some(other) = french.iter().find(|other| other.id == entry.id)
                && other.arguments != entry.arguments
            {
                problems.push(format!(
                    "{}: `{}` has other placeholders in French ({:?}) than in English ({:?})",
                    self.domain, entry.id, other.arguments, entry.arguments
                ));
            }
            if french
                .iter()
                .any(|other| other.id == entry.id && other.is_one_for_none)
            {
                problems.push(format!(
                    "{}: `{}` says in French of none what it says of one: make it `[1]`",
                    self.domain, entry.id
                ));
            }
            if !code.contains(&format!("\"{}\"", entry.id)) {
                problems.push(format!("{}: `{}` is used nowhere", self.domain, entry.id));
            }
        }
        problems
    }
}

struct Files {
    domain: &'static str,
    sources: [(Lang, &'static str); 2],
}

impl I18nAssets for Files {
    fn get_files(&self, path: &str) -> Vec<Cow<'_, [u8]>> {
        self.sources
            .iter()
            .filter(|(lang, _)| path == format!("{}/{}.ftl", lang.code(), self.domain))
            .map(|(_, source)| Cow::Borrowed(source.as_bytes()))
            .collect()
    }

    fn filenames_iter(&self) -> Box<dyn Iterator<Item = String> + '_> {
        Box::new(
            self.sources
                .iter()
                .map(|(lang, _)| format!("{}/{}.ftl", lang.code(), self.domain)),
        )
    }

    fn subscribe_changed(
        &self,
        _changed: std::sync::Arc<dyn Fn() + Send + Sync + 'static>,
    ) -> Result<Box<dyn i18n_embed::Watcher + Send + Sync + 'static>, i18n_embed::I18nEmbedError>
    {
        Ok(Box::new(()))
    }
}

/// A Fluent message as it stands in a file.
#[derive(Debug)]
pub(crate) struct Entry {
    /// The message id.
    pub(crate) id: String,
    /// The text, when it is plain.
    pub(crate) value: Option<String>,
    /// The attribute `.desc`, when there is one and it is plain.
    pub(crate) desc: Option<String>,
    /// The names of the placeholders.
    pub(crate) arguments: BTreeSet<String>,
    /// Whether a variant `[one]` leaves out how many: French takes it for none, too.
    pub(crate) is_one_for_none: bool,
}

/// The messages of a Fluent source. Junk is passed over: loading has refused it already.
pub(crate) fn messages(source: &str) -> Vec<Entry> {
    use fluent_syntax::ast;

    let resource = match fluent_syntax::parser::parse(source) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    resource
        .body
        .iter()
        .filter_map(|entry| match entry {
            ast::Entry::Message(message) => Some(message),
            _ => None,
        })
        .map(|message| {
            let mut arguments = BTreeSet::new();
            if let Some(value) = &message.value {
                collect_arguments(value, &mut arguments);
            }
            Entry {
                id: message.id.name.to_owned(),
                value: message.value.as_ref().and_then(plain),
                desc: message
                    .attributes
                    .iter()
                    .find(|attribute| attribute.id.name == "desc")
                    .and_then(|attribute| plain(&attribute.value)),
                arguments,
                is_one_for_none: message.value.as_ref().is_some_and(is_one_for_none),
            }
        })
        .collect()
}

fn plain(pattern: &fluent_syntax::ast::Pattern<&str>) -> Option<String> {
    pattern
        .elements
        .iter()
        .map(|element| match element {
            fluent_syntax::ast::PatternElement::TextElement { value } => Some(*value),
            fluent_syntax::ast::PatternElement::Placeable { .. } => None,
        })
        .collect()
}

fn is_one_for_none(pattern: &fluent_syntax::ast::Pattern<&str>) -> bool {
    use fluent_syntax::ast::{Expression, PatternElement, Variant, VariantKey};

    let is_wrong = |variant: &Variant<&str>| {
        let is_one = matches!(variant.key, VariantKey::Identifier { name: "one" });
        (is_one && plain(&variant.value).is_some()) || is_one_for_none(&variant.value)
    };
    pattern.elements.iter().any(|element| match element {
        PatternElement::Placeable {
            expression: Expression::Select { variants, .. },
        } => variants.iter().any(is_wrong),
        _ => false,
    })
}

fn collect_arguments(pattern: &fluent_syntax::ast::Pattern<&str>, into: &mut BTreeSet<String>) {
    use fluent_syntax::ast::{Expression, InlineExpression, PatternElement};

    fn inline(expression: &InlineExpression<&str>, into: &mut BTreeSet<String>) {
        match expression {
            InlineExpression::VariableReference { id } => {
                into.insert(id.name.to_owned());
            }
            InlineExpression::FunctionReference { arguments, .. } => {
                for argument in &arguments.positional {
                    inline(argument, into);
                }
            }
            InlineExpression::Placeable { expression } => any(expression, into),
            _ => {}
        }
    }
    fn any(expression: &Expression<&str>, into: &mut BTreeSet<String>) {
        match expression {
            Expression::Inline(expression) => inline(expression, into),
            Expression::Select { selector, variants } => {
                inline(selector, into);
                for variant in variants {
                    collect_arguments(&variant.value, into);
                }
            }
        }
    }

    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            any(expression, into);
        }
    }
}

/// Embeds the sentences of the calling crate and defines its `t!`.
///
/// Call it once, at the top of `text.rs`, from a crate that has `i18n.toml`, `i18n/en/<crate>.ftl` and
/// `i18n/fr/<crate>.ftl`.
#[macro_export]
macro_rules! words {
    ($domain:literal) => {
        $crate::words!(@define $domain, ($));
    };
    (@define $domain:literal, ($d:tt)) => {
        pub(crate) static WORDS: ::std::sync::LazyLock<$crate::Words> = ::std::sync::LazyLock::new(|| {
            $crate::Words::load(
                $domain,
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/i18n/en/", $domain, ".ftl")),
                include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/i18n/fr/", $domain, ".ftl")),
            )
        });

        /// The sentence `id` in the given language; id and argument names are checked by the compiler.
        macro_rules! t {
            ($d lang:expr, $d($d rest:tt)*) => {
                ::i18n_embed_fl::fl!(WORDS.speak($d lang), $d($d rest)*)
            };
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_says_of_none_what_it_says_of_one() {
        let is_wrong = |one: &str| {
            let source =
                format!("made = {{ $count ->\n    {one}\n   *[other] {{ $count }} lignes\n}}\n");
            messages(&source)[0].is_one_for_none
        };
        assert!(is_wrong("[one] Une ligne"));
        assert!(!is_wrong("[1] Une ligne"));
        assert!(!is_wrong("[one] { $count } ligne"));
    }
}
