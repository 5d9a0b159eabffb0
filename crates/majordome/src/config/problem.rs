//! What is wrong with a configuration: all of it at once, in words that help.

use std::fmt;

use super::names::Setting;

/// One thing that is wrong.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Problem {
    /// What it is about: a setting or a file.
    pub(crate) subject: String,
    /// Where it comes from, such as `.env`; nothing when it is absent.
    pub(crate) source: Option<&'static str>,
    /// What is wrong, without the value where that is a secret. Reads on from the subject.
    pub(crate) reason: String,
    /// A line that would be right.
    pub(crate) example: Option<String>,
}

impl Problem {
    /// A setting that is not what it must be.
    pub(crate) fn with(
        name: &Setting,
        source: Option<&'static str>,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            subject: name.name.to_owned(),
            source,
            reason: reason.into(),
            example: Some(format!("{}={}", name.name, name.example)),
        }
    }

    /// A file or a name that is wrong by itself.
    pub(crate) fn about(subject: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            subject: subject.into(),
            source: None,
            reason: reason.into(),
            example: None,
        }
    }
}

/// All that is wrong; never empty.
#[derive(Debug)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.len() {
            1 => writeln!(f, "The configuration has a problem:")?,
            count => writeln!(f, "The configuration has {count} problems:")?,
        }
        for problem in &self.0 {
            let source = problem
                .source
                .map(|source| format!(" ({source})"))
                .unwrap_or_default();
            write!(f, "\n  {}{source} {}\n", problem.subject, problem.reason)?;
            if let Some(example) = &problem.example {
                writeln!(f, "      for example: {example}")?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
