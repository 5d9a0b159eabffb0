//! Where settings come from: defaults, then `majordome.toml`, then `.env`, then the environment.
//!
//! Later layers win. An empty value is no value: compose files hand over `NAME=` for what is unset.
//! Nothing is ever written back into the environment of the process.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Figment, Metadata, Profile, Provider};

use super::names::{self, Setting};
use super::problem::Problem;

pub(crate) const DEFAULTS: &str = "default";
pub(crate) const TOML_FILE: &str = "majordome.toml";
pub(crate) const DOTENV_FILE: &str = ".env";
pub(crate) const ENVIRONMENT: &str = "environment";

/// One source of settings, all of them text: what `1e5` or `[x` mean is for the setting to say.
struct Layer {
    name: &'static str,
    values: BTreeMap<String, String>,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name)
    }

    fn data(&self) -> figment::Result<Map<Profile, Dict>> {
        let dict = self
            .values
            .iter()
            .map(|(name, value)| (name.clone(), Value::from(value.as_str())));
        Ok(Profile::Default.collect(dict.collect()))
    }
}

/// A setting's value and where it was found.
#[derive(Clone)]
pub(crate) struct Found {
    pub(crate) value: String,
    pub(crate) source: &'static str,
}

/// All layers, one over the other.
pub(crate) struct Layers {
    figment: Figment,
    folder: PathBuf,
}

impl Layers {
    /// Reads `majordome.toml` and `.env` in `folder`, and lays `environment` over them.
    pub(crate) fn read(
        folder: &Path,
        environment: impl Iterator<Item = (String, String)>,
        problems: &mut Vec<Problem>,
    ) -> Self {
        let defaults = names::ALL
            .iter()
            .map(|name| (name.name.to_owned(), name.default.to_owned()));
        let known: Vec<String> = names::spellings().collect();
        let environment = environment.filter(|(name, _)| known.contains(name));
        let mut figment = Figment::new();
        for (name, values) in [
            (DEFAULTS, defaults.collect()),
            (TOML_FILE, toml(&folder.join(TOML_FILE), problems)),
            (DOTENV_FILE, dotenv(&folder.join(DOTENV_FILE), problems)),
            (ENVIRONMENT, environment.collect::<BTreeMap<_, _>>()),
        ] {
            let values = values
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .collect();
            figment = figment.merge(Layer { name, values });
        }
        Self {
            figment,
            folder: folder.to_owned(),
        }
    }

    /// The value of `name` under any of its spellings; those that disagree are a problem.
    pub(crate) fn find(&self, name: &Setting, problems: &mut Vec<Problem>) -> Option<Found> {
        let mut all: Vec<(String, Found)> = Vec::new();
        for (spelling, is_file) in name.spellings() {
            let Ok(value) = self.figment.find_value(&spelling) else {
                continue;
            };
            let source = self
                .figment
                .find_metadata(&spelling)
                .map_or(DEFAULTS, |metadata| {
                    [TOML_FILE, DOTENV_FILE, ENVIRONMENT]
                        .into_iter()
                        .find(|known| metadata.name == *known)
                        .unwrap_or(DEFAULTS)
                });
            let mut value = value.into_string().unwrap_or_default();
            if is_file {
                match fs::read_to_string(self.folder.join(&value)) {
                    // Editors and `echo` end a file with a line break that is no part of the secret.
                    Ok(content) if !content.trim().is_empty() => {
                        content.trim().clone_into(&mut value);
                    }
                    Ok(_) => {
                        problems.push(Problem::about(
                            &spelling,
                            format!("({source}) names an empty file: {value}"),
                        ));
                        continue;
                    }
                    Err(error) => {
                        let reason = format!(
                            "({source}) names a file that can not be read: {value}: {error}"
                        );
                        problems.push(Problem::about(&spelling, reason));
                        continue;
                    }
                }
            }
            all.push((spelling, Found { value, source }));
        }
        if let Some((first, found)) = all.first()
            && let Some((other, _)) = all.iter().find(|(_, other)| other.value != found.value)
        {
            let reason = format!("and {other} are both set and differ: keep one");
            problems.push(Problem::about(first, reason));
        }
        all.into_iter().next().map(|(_, found)| found)
    }
}

/// `majordome.toml`, where there is one. Unknown keys are refused: a typo must not be a silent default.
fn toml(path: &Path, problems: &mut Vec<Problem>) -> BTreeMap<String, String> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return BTreeMap::new(),
        Err(error) => {
            problems.push(Problem::about(
                TOML_FILE,
                format!("can not be read: {error}"),
            ));
            return BTreeMap::new();
        }
    };
    let dict = match Toml::string(&text).data() {
        Ok(mut data) => data.remove(&Profile::Default).unwrap_or_default(),
        Err(error) => {
            problems.push(Problem::about(
                TOML_FILE,
                format!("can not be read: {}", without_excerpt(&error.to_string())),
            ));
            return BTreeMap::new();
        }
    };
    let mut values = BTreeMap::new();
    for (key, value) in dict {
        let Some(name) = names::spellings().find(|known| known.to_ascii_lowercase() == key) else {
            let hint = names::nearest(&key).map_or_else(String::new, |known| {
                format!("; did you mean `{}`?", known.to_ascii_lowercase())
            });
            problems.push(Problem::about(
                format!("`{key}`"),
                format!("in {TOML_FILE} is no setting{hint}"),
            ));
            continue;
        };
        let text = match value {
            Value::String(_, text) => text,
            Value::Bool(_, truth) => truth.to_string(),
            Value::Num(_, number) => number
                .to_i128()
                .map(|number| number.to_string())
                .or_else(|| number.to_u128().map(|number| number.to_string()))
                .or_else(|| number.to_f64().map(|number| number.to_string()))
                .unwrap_or_default(),
            _ => {
                let reason = format!("in {TOML_FILE} must be a text, a number, true or false");
                problems.push(Problem::about(format!("`{key}`"), reason));
                continue;
            }
        };
        values.insert(name, text);
    }
    values
}

/// The parser's own words without the lines that quote the file: they may hold a secret.
fn without_excerpt(error: &str) -> String {
    let plain = error
        .lines()
        .filter(|line| !line.contains('|') && !line.trim().is_empty());
    plain.collect::<Vec<_>>().join(": ")
}

/// `.env`, where there is one. Names that are not ours may be there for others, such as compose.
fn dotenv(path: &Path, problems: &mut Vec<Problem>) -> BTreeMap<String, String> {
    let text = match fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return BTreeMap::new(),
        Err(error) => {
            problems.push(Problem::about(
                DOTENV_FILE,
                format!("can not be read: {error}"),
            ));
            return BTreeMap::new();
        }
    };
    let mut values = BTreeMap::new();
    for line in dotenvy::from_read_iter(text.as_bytes()) {
        match line {
            Ok((name, value)) => {
                let near = names::nearest(&name).filter(|known| *known != name);
                if let Some(known) = near {
                    let reason = format!("in {DOTENV_FILE} is no setting; did you mean {known}?");
                    problems.push(Problem::about(&name, reason));
                }
                values.insert(name, value);
            }
            Err(error) => {
                let reason = format!("can not be read: {}", dotenv_reason(&error, &text));
                problems.push(Problem::about(DOTENV_FILE, reason));
                break;
            }
        }
    }
    values.retain(|name, _| names::spellings().any(|known| known == *name));
    values
}

/// What is wrong with `text`, without a word of it: it may hold a secret.
fn dotenv_reason(error: &dotenvy::Error, text: &str) -> String {
    let dotenvy::Error::LineParse(bad, _) = error else {
        return "it is no list of NAME=value".to_owned();
    };
    let number = text.lines().position(|line| line.contains(bad.trim()));
    let line = number.map_or_else(
        || "a line".to_owned(),
        |number| format!("line {}", number + 1),
    );
    format!("{line} is no NAME=value; put values with spaces or # in 'quotes'")
}
