//! Reading the fields of a JSON object with their bounds.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};

use crate::{
    clock::{Millis, parse_iso},
    error::Form,
    ids::Id,
    permissions::Permissions,
};

/// A field of a PATCH body: not there, `null`, or a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Patch<T> {
    Absent,
    Null,
    Set(T),
}

impl<T> Patch<T> {
    /// The value, if there is one.
    pub(crate) fn set(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The same with the value changed.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Patch<U> {
        match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Set(value) => Patch::Set(change(value)),
        }
    }

    /// Whether the field was in the body at all.
    pub(crate) fn is_given(&self) -> bool {
        !matches!(self, Self::Absent)
    }
}

/// An object being read.
pub(crate) struct Fields<'a, 'f> {
    object: Option<&'a Map<String, Value>>,
    path: String,
    form: &'f mut Form,
}

impl<'a, 'f> Fields<'a, 'f> {
    /// Reads `value`, which is found at `path`; anything but an object is an error there.
    pub(crate) fn of(value: &'a Value, path: &str, form: &'f mut Form) -> Self {
        let object = value.as_object();
        if object.is_none() {
            form.add(
                path,
                "DICT_TYPE_CONVERT",
                "Only dictionaries may be used in a DictType",
            );
        }
        Self {
            object,
            path: path.to_owned(),
            form,
        }
    }

    pub(crate) fn form(&mut self) -> &mut Form {
        self.form
    }

    /// The path of a field, for errors noted elsewhere.
    pub(crate) fn path(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// The value as it is; `null` counts as absent.
    pub(crate) fn raw(&self, key: &str) -> Option<&'a Value> {
        self.object?.get(key).filter(|value| !value.is_null())
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.object.is_some_and(|object| object.contains_key(key))
    }

    fn patch<T>(
        &mut self,
        key: &str,
        read: impl FnOnce(&'a Value) -> Result<T, (&'static str, String)>,
    ) -> Patch<T> {
        match self.object.and_then(|object| object.get(key)) {
            None => Patch::Absent,
            Some(Value::Null) => Patch::Null,
            Some(value) => match read(value) {
                Ok(value) => Patch::Set(value),
                Err((inner, message)) => {
                    let path = self.path(key);
                    self.form.add(&path, inner, message);
                    Patch::Absent
                }
            },
        }
    }

    pub(crate) fn text(&mut self, key: &str, length: RangeInclusive<usize>) -> Patch<&'a str> {
        self.patch(key, |value| {
            let text = value.as_str().ok_or_else(|| {
                (
                    "STRING_TYPE_CONVERT",
                    "Could not interpret value as string.".to_owned(),
                )
            })?;
            check_length(text, &length)?;
            Ok(text)
        })
    }

    /// A text that must be there.
    pub(crate) fn needed_text(&mut self, key: &str, length: RangeInclusive<usize>) -> &'a str {
        match self.text(key, length) {
            Patch::Set(text) => text,
            Patch::Null => {
                self.require(key);
                ""
            }
            Patch::Absent => {
                if !self.has(key) {
                    self.require(key);
                }
                ""
            }
        }
    }

    pub(crate) fn number(&mut self, key: &str, range: RangeInclusive<i64>) -> Patch<i64> {
        self.patch(key, |value| {
            let number = value
                .as_i64()
                .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
                .ok_or_else(|| {
                    (
                        "NUMBER_TYPE_COERCE",
                        format!("Value \"{value}\" is not int."),
                    )
                })?;
            if number < *range.start() {
                let message = format!(
                    "int value should be greater than or equal to {}.",
                    range.start()
                );
                return Err(("NUMBER_TYPE_MIN", message));
            }
            if number > *range.end() {
                let message = format!("int value should be less than or equal to {}.", range.end());
                return Err(("NUMBER_TYPE_MAX", message));
            }
            Ok(number)
        })
    }

    /// A number that cannot be negative.
    pub(crate) fn count(&mut self, key: &str, range: RangeInclusive<u32>) -> Patch<u64> {
        self.number(key, i64::from(*range.start())..=i64::from(*range.end()))
            .map(i64::unsigned_abs)
    }

    pub(crate) fn flag(&mut self, key: &str) -> Patch<bool> {
        self.patch(key, |value| {
            value.as_bool().ok_or_else(|| {
                (
                    "BOOLEAN_TYPE_CONVERT",
                    "Must be either true or false.".to_owned(),
                )
            })
        })
    }

    pub(crate) fn id(&mut self, key: &str) -> Patch<Id> {
        self.patch(key, |value| {
            Id::from_json(value).ok_or_else(|| {
                (
                    "NUMBER_TYPE_COERCE",
                    format!("Value {value} is not snowflake."),
                )
            })
        })
    }

    pub(crate) fn ids(&mut self, key: &str, count: RangeInclusive<usize>) -> Patch<Vec<Id>> {
        self.patch(key, |value| {
            let list = value.as_array().ok_or_else(not_a_list)?;
            check_count(list.len(), &count)?;
            list.iter()
                .map(|value| {
                    Id::from_json(value).ok_or_else(|| {
                        (
                            "NUMBER_TYPE_COERCE",
                            format!("Value {value} is not snowflake."),
                        )
                    })
                })
                .collect()
        })
    }

    pub(crate) fn list(&mut self, key: &str, count: RangeInclusive<usize>) -> Patch<&'a [Value]> {
        self.patch(key, |value| {
            let list = value.as_array().ok_or_else(not_a_list)?;
            check_count(list.len(), &count)?;
            Ok(list.as_slice())
        })
    }

    /// Permissions, as a string or (tolerated) an integer.
    pub(crate) fn permissions(&mut self, key: &str) -> Patch<Permissions> {
        self.patch(key, |value| {
            let bits = match value {
                Value::String(text) => text.parse().ok(),
                value => value.as_u64(),
            };
            bits.map(Permissions::from_bits)
                .ok_or_else(|| ("NUMBER_TYPE_COERCE", format!("Value {value} is not int.")))
        })
    }

    pub(crate) fn instant(&mut self, key: &str) -> Patch<Millis> {
        self.patch(key, |value| {
            value.as_str().and_then(parse_iso).ok_or_else(|| {
                (
                    "DATE_TIME_TYPE_PARSE",
                    format!("Could not parse {value}. Should be ISO8601."),
                )
            })
        })
    }

    /// Notes that a field is missing.
    pub(crate) fn require(&mut self, key: &str) {
        let path = self.path(key);
        self.form.required(&path);
    }

    /// Notes an error at a field.
    pub(crate) fn reject(&mut self, key: &str, inner: &'static str, message: impl Into<String>) {
        let path = self.path(key);
        self.form.add(&path, inner, message);
    }
}

fn not_a_list() -> (&'static str, String) {
    (
        "LIST_TYPE_CONVERT",
        "Only iterables may be used in a ListType".to_owned(),
    )
}

fn check_length(text: &str, length: &RangeInclusive<usize>) -> Result<(), (&'static str, String)> {
    let have = text.chars().count();
    if length.contains(&have) {
        return Ok(());
    }
    let (min, max) = (*length.start(), *length.end());
    if have > max && min <= 1 {
        return Err((
            "BASE_TYPE_MAX_LENGTH",
            format!("Must be {max} or fewer in length."),
        ));
    }
    if have == 0 && min == 1 {
        return Err(("BASE_TYPE_REQUIRED", "This field is required".to_owned()));
    }
    let message = format!("Must be between {min} and {max} in length.");
    Err(("BASE_TYPE_BAD_LENGTH", message))
}

fn check_count(have: usize, count: &RangeInclusive<usize>) -> Result<(), (&'static str, String)> {
    if count.contains(&have) {
        return Ok(());
    }
    let (min, max) = (*count.start(), *count.end());
    if min == 0 {
        return Err((
            "BASE_TYPE_MAX_LENGTH",
            format!("Must be {max} or fewer in length."),
        ));
    }
    let message = format!("Must be between {min} and {max} in length.");
    Err(("BASE_TYPE_BAD_LENGTH", message))
}
