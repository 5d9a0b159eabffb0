-- Owner: the crate `archive`. Exports by columns.
alter table archive.export
    drop constraint export_format_known,
    add constraint export_format_known check (format in ('jsonl', 'csv', 'html', 'parquet'));
