//! Messages by columns: Apache Parquet, for the tools that evaluate them.
//!
//! A file of columns can not be gone on with where a process died, since what it holds is told at its end. So messages
//! are written as lines, as for other files, and become columns when the file is whole, a group of rows after the other.

use std::{
    io::{self, BufRead, Write},
    sync::Arc,
};

use database::{MessageId, UserId};
use jiff::Timestamp;
use parquet::{
    basic::{Compression, ZstdLevel},
    data_type::{BoolType, ByteArray, ByteArrayType, DataType, Int32Type, Int64Type},
    errors::{ParquetError, Result},
    file::{
        properties::WriterProperties,
        writer::{SerializedFileWriter, SerializedRowGroupWriter},
    },
    schema::{parser::parse_message_type, types::TypePtr},
};

use crate::routes::Whole;

/// The columns; `docs/parquet.md` tells what they mean. Ids stand there twice: as numbers to join by, and as texts for tools
/// that make fractions of numbers that large, or of numbers where some are missing.
const SCHEMA: &str = "message messages {
    required int64 message_id;
    required binary message_id_text (string);
    required int64 channel_id;
    required binary channel_id_text (string);
    optional int64 author_id;
    optional binary author_id_text (string);
    optional binary author_name (string);
    required boolean is_bot;
    optional binary content (string);
    required int64 created_at (timestamp(micros, true));
    optional int64 edited_at (timestamp(micros, true));
    optional int64 deleted_at (timestamp(micros, true));
    optional int64 reply_to;
    optional binary reply_to_text (string);
    required int32 attachment_count;
    required int32 embed_count;
    required int64 change;
}";

/// The most rows of a group, and after how many bytes of lines it ends: so much is in memory at a time, about three times.
const GROUP: usize = 100_000;
const GROUP_BYTES: usize = 8 * 1024 * 1024;

/// Makes columns out of lines ([`Whole::line`]).
pub(crate) fn write(lines: impl BufRead, into: impl Write + Send) -> io::Result<()> {
    let schema = schema().map_err(io::Error::other)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_created_by("majordome".to_owned())
        .build();
    let mut file =
        SerializedFileWriter::new(into, schema, Arc::new(properties)).map_err(io::Error::other)?;
    let (mut rows, mut bytes) = (Vec::new(), 0);
    for line in lines.lines() {
        let line = line?;
        bytes += line.len();
        rows.push(serde_json::from_str::<Whole>(&line)?);
        if rows.len() == GROUP || bytes >= GROUP_BYTES {
            group(&mut file, &rows).map_err(io::Error::other)?;
            rows.clear();
            bytes = 0;
        }
    }
    if !rows.is_empty() {
        group(&mut file, &rows).map_err(io::Error::other)?;
    }
    file.close().map_err(io::Error::other)?;
    Ok(())
}

fn schema() -> Result<TypePtr> {
    parse_message_type(SCHEMA).map(Arc::new)
}

/// Writes the columns of some rows, in the order of [`SCHEMA`].
fn group<W: Write + Send>(file: &mut SerializedFileWriter<W>, rows: &[Whole]) -> Result<()> {
    let mut group = file.next_row_group()?;
    let mut columns = Columns {
        group: &mut group,
        rows,
    };
    columns.id(true, |row| Some(row.message_id.get()))?;
    columns.id(true, |row| Some(row.channel_id.get()))?;
    columns.id(false, |row| row.author_id.map(UserId::get))?;
    columns.texts(false, |row| row.author_name.as_deref().map(Into::into))?;
    columns.put::<BoolType>(true, |row| Some(row.is_bot))?;
    columns.texts(false, |row| row.content.as_deref().map(Into::into))?;
    columns.times(true, |row| Some(row.created_at))?;
    columns.times(false, |row| row.edited_at)?;
    columns.times(false, |row| row.deleted_at)?;
    columns.id(false, |row| row.reply_to.map(MessageId::get))?;
    columns.put::<Int32Type>(true, |row| Some(row.attachment_count.into()))?;
    columns.put::<Int32Type>(true, |row| Some(row.embed_count.into()))?;
    columns.put::<Int64Type>(true, |row| Some(row.change))?;
    group.close()?;
    Ok(())
}

struct Columns<'a, 'b, W: Write> {
    group: &'a mut SerializedRowGroupWriter<'b, W>,
    rows: &'a [Whole],
}

impl<W: Write + Send> Columns<'_, '_, W> {
    /// Writes the next column.
    fn put<T: DataType>(
        &mut self,
        is_required: bool,
        value: impl Fn(&Whole) -> Option<T::T>,
    ) -> Result<()> {
        let found: Vec<Option<T::T>> = self.rows.iter().map(value).collect();
        let levels: Vec<i16> = found.iter().map(|value| value.is_some().into()).collect();
        let values: Vec<T::T> = found.into_iter().flatten().collect();
        let mut column = self.group.next_column()?.ok_or_else(|| {
            ParquetError::General("there are more columns than the schema has".to_owned())
        })?;
        let levels = (!is_required).then_some(&*levels);
        column.typed::<T>().write_batch(&values, levels, None)?;
        column.close()
    }

    /// Writes ids, as numbers and as texts.
    fn id(&mut self, is_required: bool, id: impl Fn(&Whole) -> Option<u64>) -> Result<()> {
        self.put::<Int64Type>(is_required, |row| id(row)?.try_into().ok())?;
        self.texts(is_required, |row| {
            Some(id(row)?.to_string().as_str().into())
        })
    }

    fn texts(
        &mut self,
        is_required: bool,
        text: impl Fn(&Whole) -> Option<ByteArray>,
    ) -> Result<()> {
        self.put::<ByteArrayType>(is_required, text)
    }

    fn times(&mut self, is_required: bool, at: impl Fn(&Whole) -> Option<Timestamp>) -> Result<()> {
        self.put::<Int64Type>(is_required, |row| at(row).map(Timestamp::as_microsecond))
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use parquet::{
        file::reader::{FileReader as _, SerializedFileReader},
        record::RowAccessor as _,
    };
    use serde_json::json;

    use super::*;

    fn line(number: u64, content: Option<&str>) -> String {
        let line = json!({
            "message_id": (1_098_765_432_109_876_543 + number).to_string(), "channel_id": "5",
            "author_id": content.map(|_| "9007199254740993"), "author_name": content, "is_bot": false,
            "content": content, "created_at": "2023-04-21T09:00:00.123Z", "edited_at": null,
            "deleted_at": content.is_none().then_some("2023-04-22T09:00:00.000001Z"), "reply_to": null,
            "attachment_count": 2, "embed_count": 0, "change": number,
        });
        format!("{line}\n")
    }

    fn columns(lines: &str) -> Vec<u8> {
        let mut file = Vec::new();
        write(lines.as_bytes(), &mut file).unwrap();
        file
    }

    #[test]
    fn what_was_written_by_columns_is_read_again() {
        let lines = line(0, Some("déjà vu\nand\u{1f980}")) + &line(1, None);
        let file = SerializedFileReader::new(Bytes::from(columns(&lines))).unwrap();
        let rows: Vec<String> = file
            .get_row_iter(None)
            .unwrap()
            .map(|row| row.unwrap().to_string())
            .collect();
        insta::assert_snapshot!(rows.join("\n\n"));
    }

    #[test]
    fn many_are_written_in_groups_and_all_are_there() {
        let many = 3_000;
        let long = "x".repeat(6_000);
        let lines: String = (0..many).map(|number| line(number, Some(&long))).collect();
        let file = columns(&lines);
        assert!(file.len() < lines.len() / 10, "{}", file.len());
        let file = SerializedFileReader::new(Bytes::from(file)).unwrap();
        let groups = file.metadata().row_groups();
        // A group ends with the line that makes it full.
        let most = i64::try_from(2 * GROUP_BYTES).unwrap();
        assert!(groups.len() > 1 && groups.iter().all(|group| group.total_byte_size() < most));
        let changes: Vec<i64> = file
            .get_row_iter(None)
            .unwrap()
            .map(|row| row.unwrap().get_long(16).unwrap())
            .collect();
        assert_eq!(
            changes,
            (0..i64::try_from(many).unwrap()).collect::<Vec<_>>()
        );
    }

    #[test]
    fn nothing_is_a_file_too() {
        let file = SerializedFileReader::new(Bytes::from(columns(""))).unwrap();
        assert_eq!(file.get_row_iter(None).unwrap().count(), 0);
        assert!(write("no line\n".as_bytes(), Vec::new()).is_err());
    }
}
