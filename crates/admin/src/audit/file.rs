//! The file: JSON while Discord takes it, else the same JSON in a zip.

use std::io::{Cursor, Read as _, Write as _};

use feature::{Explain, Lang};
use serde::Serialize;
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use super::{
    findings::Finding,
    model::{Audit, FORMAT},
};
use crate::text;

/// The largest upload that is read, in bytes: what Discord takes from members without Nitro.
pub(crate) const LARGEST: usize = 10 * 1024 * 1024;
/// The most that an upload may be when it is unpacked, in bytes.
const LARGEST_UNPACKED: u64 = 64 * 1024 * 1024;
/// How zips begin.
const ZIP: &[u8] = b"PK\x03\x04";

/// What stands in the file.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(flatten)]
    audit: &'a Audit,
    findings: &'a [Finding],
}

/// Why a file can not be compared, or none can be sent.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadFile {
    #[error("not an audit: {0}")]
    Form(String),
    #[error("format {0}")]
    Newer(u32),
    #[error("an audit of another server")]
    OfAnotherServer,
    #[error("more than {LARGEST_UNPACKED} bytes when unpacked")]
    TooLarge,
}

impl Explain for BadFile {
    fn explain(&self, lang: Lang) -> Option<String> {
        Some(match self {
            Self::Form(reason) => text::audit::not_an_audit(lang, reason),
            Self::Newer(format) => text::audit::newer_file(lang, *format, FORMAT),
            Self::OfAnotherServer => text::audit::of_another_server(lang),
            Self::TooLarge => text::audit::too_large(lang, LARGEST_UNPACKED / 1024 / 1024),
        })
    }
}

/// A file of at most `limit` bytes, with its name; `None` when even the zip is larger.
pub(crate) fn write(
    audit: &Audit,
    findings: &[Finding],
    name: &str,
    limit: u64,
) -> anyhow::Result<Option<(String, Vec<u8>)>> {
    let fits = |bytes: &[u8]| u64::try_from(bytes.len()).is_ok_and(|length| length <= limit);
    let json = serde_json::to_vec_pretty(&Written { audit, findings })?;
    let plain = format!("{name}.json");
    if fits(&json) {
        return Ok(Some((plain, json)));
    }
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(plain, SimpleFileOptions::default())?;
    zip.write_all(&json)?;
    let packed = zip.finish()?.into_inner();
    Ok(fits(&packed).then(|| (format!("{name}.zip"), packed)))
}

/// Reads what somebody uploaded: our own file, plain or in a zip, or one of the replaced system's.
pub(crate) fn read(bytes: &[u8], guild: u64) -> Result<Audit, BadFile> {
    let form = |error: &dyn std::fmt::Display| BadFile::Form(error.to_string());
    let unpacked;
    let json = if bytes.starts_with(ZIP) {
        let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| form(&error))?;
        let file = archive.by_index(0).map_err(|error| form(&error))?;
        let mut content = Vec::new();
        // What a zip says of its own size is not believed.
        let mut file = file.take(LARGEST_UNPACKED + 1);
        let length = file
            .read_to_end(&mut content)
            .map_err(|error| form(&error))?;
        if u64::try_from(length).is_ok_and(|length| length > LARGEST_UNPACKED) {
            return Err(BadFile::TooLarge);
        }
        unpacked = content;
        unpacked.as_slice()
    } else {
        bytes
    };
    let audit: Audit = serde_json::from_slice(json).map_err(|error| form(&error))?;
    if audit.format > FORMAT {
        return Err(BadFile::Newer(audit.format));
    }
    if audit.key.0 != guild {
        return Err(BadFile::OfAnotherServer);
    }
    Ok(audit)
}

#[cfg(test)]
mod tests {
    use super::{super::model::Key, *};

    fn audit(guild: u64) -> Audit {
        Audit {
            format: FORMAT,
            guild_name: "a".repeat(100_000),
            key: Key(guild),
            ..Audit::default()
        }
    }

    #[test]
    fn a_file_that_is_too_large_comes_as_a_zip_and_reads_back() {
        let (name, bytes) = write(&audit(7), &[], "audit", 1_000_000).unwrap().unwrap();
        assert_eq!(name, "audit.json");
        assert_eq!(read(&bytes, 7).unwrap(), audit(7));
        let (name, bytes) = write(&audit(7), &[], "audit", 50_000).unwrap().unwrap();
        assert_eq!(name, "audit.zip");
        assert_eq!(read(&bytes, 7).unwrap(), audit(7));
        assert!(matches!(read(&bytes, 8), Err(BadFile::OfAnotherServer)));
        assert_eq!(write(&audit(7), &[], "audit", 100).unwrap(), None);
    }

    #[test]
    fn a_zip_that_unpacks_for_ever_is_stopped() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("audit.json", SimpleFileOptions::default())
            .unwrap();
        let block = vec![b' '; 1024 * 1024];
        for _ in 0..=64 {
            zip.write_all(&block).unwrap();
        }
        let bomb = zip.finish().unwrap().into_inner();
        assert!(bomb.len() < LARGEST, "{}", bomb.len());
        assert!(matches!(read(&bomb, 7), Err(BadFile::TooLarge)));
    }

    #[test]
    fn hostile_files_are_refused_and_never_panic() {
        for bytes in [
            &b""[..],
            b"{",
            b"[]",
            b"PK\x03\x04",
            b"PK\x03\x04aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            b"{\"id\": -1}",
            b"{\"id\": 0}",
            b"\xff\xfe",
        ] {
            assert!(matches!(read(bytes, 7), Err(BadFile::Form(_))), "{bytes:?}");
        }
        let nested = format!(
            "{{\"id\": 7, \"roles\": {}{}}}",
            "[".repeat(5_000),
            "]".repeat(5_000)
        );
        assert!(matches!(read(nested.as_bytes(), 7), Err(BadFile::Form(_))));
        assert!(matches!(
            read(b"{\"id\": 7, \"majordome_audit\": 2}", 7),
            Err(BadFile::Newer(2))
        ));
    }
}
