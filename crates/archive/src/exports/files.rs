//! The files of exports, in a directory for each: `exports/NUMBER-RUN` below `DATA_DIR`.
//!
//! A file is written through a small buffer, and told of in Postgres only after it is on the disk. Whoever goes on cuts
//! it where Postgres says that it ends, so a process may die at any line. What becomes columns is written as lines until
//! it is whole ([`columns`]), and its size while it is written is that of the lines.

use std::{
    io,
    path::{Path, PathBuf},
};

use database::ChannelId;
use serde::{Deserialize, Serialize};
use tokio::{
    fs::{self, File},
    io::{AsyncSeekExt as _, AsyncWriteExt as _},
};

use super::Split;
use crate::{columns, export::Format};

/// How many bytes gather before they are written.
const BUFFER: usize = 256 * 1024;

/// The directory of one export.
pub(crate) fn directory(files: &Path, export: i64, run: i32) -> PathBuf {
    root(files).join(format!("{export}-{run}"))
}

fn root(files: &Path) -> PathBuf {
    files.join("exports")
}

/// Where the lines are that become a file of columns.
fn lines(directory: &Path, number: i32) -> PathBuf {
    directory.join(format!("{number}.lines"))
}

/// Where a file of an export is.
pub(crate) fn path(directory: &Path, number: i32, format: Format) -> PathBuf {
    directory.join(format!("{number}.{}", format.extension()))
}

/// Where a file is while it is written.
fn written(directory: &Path, number: i32, format: Format) -> PathBuf {
    match format {
        Format::Parquet => lines(directory, number),
        Format::Lines | Format::Csv | Format::Html => path(directory, number, format),
    }
}

/// Makes the file of columns out of its lines, which stay until it is noted; how many bytes it has.
async fn columns(directory: &Path, number: i32) -> io::Result<u64> {
    let from = lines(directory, number);
    let to = path(directory, number, Format::Parquet);
    let work = move || {
        let lines = io::BufReader::with_capacity(BUFFER, std::fs::File::open(from)?);
        // Cut off where a process died over it: it is made anew.
        let file = std::fs::File::create(to)?;
        columns::write(lines, &file)?;
        file.sync_data()?;
        Ok(file.metadata()?.len())
    };
    tokio::task::spawn_blocking(work).await?
}

/// The exports, with their runs, of which there are files.
pub(crate) async fn all(files: &Path) -> io::Result<Vec<(i64, i32)>> {
    let mut found = Vec::new();
    let mut reading = match fs::read_dir(root(files)).await {
        Ok(reading) => reading,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(error),
    };
    while let Some(entry) = reading.next_entry().await? {
        let name = entry.file_name();
        let known = name.to_str().and_then(|name| name.split_once('-'));
        let known = known.and_then(|(export, run)| Some((export.parse().ok()?, run.parse().ok()?)));
        found.extend(known);
    }
    Ok(found)
}

/// Removes what there is of an export.
pub(crate) async fn remove(files: &Path, export: i64, run: i32) -> io::Result<()> {
    match fs::remove_dir_all(directory(files, export, run)).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The file that is being written.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Part {
    /// From 1; 0 before the first.
    pub(crate) number: i32,
    pub(crate) is_open: bool,
    pub(crate) bytes: u64,
    pub(crate) messages: u64,
    /// Of files by month.
    pub(crate) of: Option<(ChannelId, String)>,
}

/// A file that is whole.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Closed {
    pub(crate) number: i32,
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) messages: u64,
}

impl Part {
    /// Whether a line of so many bytes belongs into another file.
    pub(crate) fn ends_before(&self, split: Split, bytes: u64, of: &(ChannelId, String)) -> bool {
        if !self.is_open {
            return true;
        }
        match split {
            Split::None => false,
            Split::Size(most) => self.messages > 0 && self.bytes + bytes > most,
            Split::Count(most) => self.messages >= most,
            Split::Month => self.of.as_ref() != Some(of),
        }
    }

    fn name(&self, format: Format) -> String {
        let extension = format.extension();
        match &self.of {
            Some((channel, month)) => format!("messages-{channel}-{month}.{extension}"),
            None => format!("messages-{:05}.{extension}", self.number),
        }
    }
}

/// Writes one file after the other.
#[derive(Debug)]
pub(crate) struct Writer {
    directory: PathBuf,
    format: Format,
    split: Split,
    has_mark: bool,
    pub(crate) part: Part,
    pub(crate) closed: Vec<Closed>,
    file: Option<File>,
    buffer: Vec<u8>,
}

impl Writer {
    /// Goes on where `part` says; a part that is not there as far as that is an error.
    pub(crate) async fn open(
        directory: PathBuf,
        format: Format,
        split: Split,
        has_mark: bool,
        part: Part,
    ) -> io::Result<Self> {
        fs::create_dir_all(&directory).await?;
        let mut file = None;
        if part.is_open {
            let path = written(&directory, part.number, format);
            let mut opened = File::options().write(true).open(path).await?;
            if opened.metadata().await?.len() < part.bytes {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            opened.set_len(part.bytes).await?;
            opened.seek(io::SeekFrom::End(0)).await?;
            file = Some(opened);
        }
        Ok(Self {
            directory,
            format,
            split,
            has_mark,
            part,
            closed: Vec::new(),
            file,
            buffer: Vec::new(),
        })
    }

    /// Writes a message's line.
    pub(crate) async fn put(&mut self, line: &[u8], of: (ChannelId, String)) -> io::Result<()> {
        let length = u64::try_from(line.len()).unwrap_or(u64::MAX);
        let tail = u64::try_from(self.format.tail().len()).unwrap_or_default();
        if self.part.ends_before(self.split, length + tail, &of) {
            self.close().await?;
            self.begin(of).await?;
        }
        self.add(line);
        self.part.messages += 1;
        if self.buffer.len() >= BUFFER {
            self.flush().await?;
        }
        Ok(())
    }

    fn add(&mut self, text: &[u8]) {
        self.part.bytes += u64::try_from(text.len()).unwrap_or_default();
        self.buffer.extend_from_slice(text);
    }

    async fn begin(&mut self, of: (ChannelId, String)) -> io::Result<()> {
        self.part = Part {
            number: self.part.number + 1,
            is_open: true,
            of: (self.split == Split::Month).then_some(of),
            ..Part::default()
        };
        let path = written(&self.directory, self.part.number, self.format);
        self.file = Some(File::create(path).await?);
        if self.has_mark && self.format == Format::Csv {
            // Spreadsheets know UTF-8 by the mark.
            self.add("\u{feff}".as_bytes());
        }
        self.add(self.format.head().as_bytes());
        Ok(())
    }

    /// Ends the file that is open.
    pub(crate) async fn close(&mut self) -> io::Result<()> {
        if !self.part.is_open {
            return Ok(());
        }
        self.add(self.format.tail().as_bytes());
        self.settle().await?;
        self.file = None;
        self.part.is_open = false;
        let bytes = match self.format {
            Format::Parquet => columns(&self.directory, self.part.number).await?,
            Format::Lines | Format::Csv | Format::Html => self.part.bytes,
        };
        self.closed.push(Closed {
            number: self.part.number,
            name: self.part.name(self.format),
            bytes,
            messages: self.part.messages,
        });
        Ok(())
    }

    /// Files that are whole are noted: nobody makes them again.
    pub(crate) async fn noted(&mut self) -> io::Result<()> {
        for part in std::mem::take(&mut self.closed) {
            if self.format == Format::Parquet {
                fs::remove_file(lines(&self.directory, part.number)).await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            file.write_all(&self.buffer).await?;
        }
        self.buffer.clear();
        Ok(())
    }

    /// Has all that was written on the disk.
    pub(crate) async fn settle(&mut self) -> io::Result<()> {
        self.flush().await?;
        if let Some(file) = &mut self.file {
            file.flush().await?;
            file.sync_data().await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(month: &str) -> (ChannelId, String) {
        ("5".parse().unwrap(), month.to_owned())
    }

    fn part(messages: u64, bytes: u64) -> Part {
        Part {
            number: 1,
            is_open: true,
            bytes,
            messages,
            of: Some(place("2026-03")),
        }
    }

    #[test]
    fn a_file_ends_where_its_rule_says() {
        let here = place("2026-03");
        let ends = |split, part: Part| part.ends_before(split, 10, &here);
        assert!(ends(Split::None, Part::default()));
        assert!(!ends(Split::None, part(9, 9_000)));
        assert!(ends(Split::Size(100), part(9, 91)));
        assert!(!ends(Split::Size(100), part(9, 90)));
        // A line longer than a file has one of its own.
        assert!(!ends(Split::Size(5), part(0, 0)));
        assert!(ends(Split::Count(9), part(9, 1)));
        assert!(!ends(Split::Count(9), part(8, 1)));
        assert!(!ends(Split::Month, part(9, 1)));
        assert!(part(9, 1).ends_before(Split::Month, 10, &place("2026-04")));
    }

    fn line(number: u64) -> String {
        format!(
            r#"{{"message_id":"{}","channel_id":"5","author_id":"6","author_name":"alice","is_bot":false,"content":"hi",
            "created_at":"2026-03-02T09:00:00Z","edited_at":null,"deleted_at":null,"reply_to":null,
            "attachment_count":0,"embed_count":0,"change":{number}}}"#,
            number + 1
        )
        .replace('\n', "")
            + "\n"
    }

    /// The changes that a file of columns tells of.
    fn changes(path: &Path) -> Vec<i64> {
        use parquet::{
            file::reader::{FileReader as _, SerializedFileReader},
            record::RowAccessor as _,
        };
        let file = SerializedFileReader::new(std::fs::File::open(path).unwrap()).unwrap();
        let rows = file.get_row_iter(None).unwrap();
        rows.map(|row| row.unwrap().get_long(16).unwrap()).collect()
    }

    #[tokio::test]
    async fn columns_are_gone_on_with_wherever_a_process_died() {
        let place = tempfile::tempdir().unwrap();
        let open = async |part| {
            let directory = place.path().to_owned();
            Writer::open(directory, Format::Parquet, Split::Count(30), false, part)
                .await
                .unwrap()
        };
        let here = || self::place("2026-03");
        let mut first = open(Part::default()).await;
        for number in 0..20 {
            first.put(line(number).as_bytes(), here()).await.unwrap();
        }
        first.settle().await.unwrap();
        let noted = first.part.clone();
        // These are written, and the file is whole, but nobody noted it.
        for number in 20..40 {
            first.put(line(number).as_bytes(), here()).await.unwrap();
        }
        first.settle().await.unwrap();
        assert_eq!(first.closed.len(), 1);
        drop(first);
        let mut second = open(noted).await;
        for number in 20..65 {
            second.put(line(number).as_bytes(), here()).await.unwrap();
        }
        second.close().await.unwrap();
        let closed = second.closed.clone();
        second.noted().await.unwrap();
        let mut told = Vec::new();
        for part in &closed {
            let path = path(place.path(), part.number, Format::Parquet);
            assert_eq!(part.bytes, std::fs::metadata(&path).unwrap().len());
            told.extend(changes(&path));
        }
        assert_eq!(told, (0..65).collect::<Vec<i64>>());
        let left = std::fs::read_dir(place.path()).unwrap();
        let mut left: Vec<String> = left
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        left.sort();
        assert_eq!(left, ["1.parquet", "2.parquet", "3.parquet"]);
    }
}
