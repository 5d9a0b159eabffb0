//! Which files are kept: the hook at which a server of its own judges each before it is fetched.

/// A file that is attached to a message, as Discord tells of it.
#[derive(Clone, Copy, Debug)]
pub struct Offered<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its media type, where it is known.
    pub content_type: Option<&'a str>,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Why a file is not kept.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Objection {
    /// Files of its type are not kept.
    Type,
    /// It is too large.
    Size,
}

impl Objection {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Type => "type",
            Self::Size => "size",
        }
    }
}

/// Judges files before they are fetched.
pub trait Policy: Send + Sync {
    /// Whether a file is kept.
    ///
    /// # Errors
    ///
    /// Says why it is not.
    fn judge(&self, file: Offered<'_>) -> Result<(), Objection>;
    /// The largest file that it ever allows, in bytes: of an answer, no more is read.
    fn most(&self) -> u64;
}

/// Allows types by name: `image/*`, `application/pdf`, or by how a name ends: `.csv`. `*` allows all.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Allowed {
    /// What is allowed, in small letters.
    pub types: Vec<String>,
    /// The largest file in bytes.
    pub most: u64,
}

impl Default for Allowed {
    fn default() -> Self {
        let types = [
            "image/*",
            "audio/*",
            "video/*",
            "text/plain",
            "application/pdf",
        ];
        Self {
            types: types.map(str::to_owned).to_vec(),
            most: 25_000_000,
        }
    }
}

impl Policy for Allowed {
    fn judge(&self, file: Offered<'_>) -> Result<(), Objection> {
        let name = file.name.to_lowercase();
        let kind = file.content_type.unwrap_or_default().to_lowercase();
        // `text/plain; charset=utf-8`
        let kind = kind.split(';').next().unwrap_or_default().trim();
        let fits = |wanted: &String| match wanted.strip_suffix('*') {
            Some("") => true,
            Some(family) => kind.starts_with(family),
            None if wanted.starts_with('.') => name.ends_with(wanted.as_str()),
            None => kind == wanted,
        };
        if !self.types.iter().any(fits) {
            return Err(Objection::Type);
        }
        if file.bytes > self.most {
            return Err(Objection::Size);
        }
        Ok(())
    }

    fn most(&self) -> u64 {
        self.most
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_allowed_by_family_by_name_and_by_ending() {
        let allowed = Allowed {
            types: ["image/*", "application/pdf", ".csv"]
                .map(str::to_owned)
                .to_vec(),
            most: 100,
        };
        let judge = |name, content_type, bytes| {
            allowed.judge(Offered {
                name,
                content_type,
                bytes,
            })
        };
        assert_eq!(judge("a.png", Some("image/png"), 100), Ok(()));
        assert_eq!(judge("a.png", Some("image/png"), 101), Err(Objection::Size));
        assert_eq!(judge("a.PDF", Some("Application/PDF; x=y"), 1), Ok(()));
        assert_eq!(judge("Table.CSV", None, 1), Ok(()));
        assert_eq!(
            judge("a.exe", Some("application/x-msdownload"), 1),
            Err(Objection::Type)
        );
        assert_eq!(judge("image/", None, 1), Err(Objection::Type));
        let all = Allowed {
            types: vec!["*".to_owned()],
            most: 1,
        };
        let any = Offered {
            name: "x",
            content_type: None,
            bytes: 1,
        };
        assert_eq!(all.judge(any), Ok(()));
    }
}
