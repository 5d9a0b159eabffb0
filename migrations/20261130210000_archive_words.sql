-- Owner: the crate `archive`. Words of new messages wait in a list beside the index until it is full, and each search reads
-- the lists of all months whole. By default 4 MB may wait, in months of which nothing new comes for ever; so little waits here
-- that a search does not notice, and writing hardly does.
create function archive.index_words_soon(month regclass) returns void
    language plpgsql
as $$
declare
    words regclass;
begin
    for words in
        select i.indexrelid::regclass
        from pg_index i
        join pg_class c on c.oid = i.indexrelid
        join pg_am a on a.oid = c.relam
        where i.indrelid = month and a.amname = 'gin'
    loop
        execute format('alter index %s set (gin_pending_list_limit = 64)', words);
        perform gin_clean_pending_list(words);
    end loop;
end
$$;

create or replace function archive.make_room(ids bigint[]) returns void
    language plpgsql
as $$
declare
    month timestamp;
    name text;
begin
    for month in
        select distinct date_trunc('month', archive.made_at(id) at time zone 'utc') from unnest(ids) as wanted (id)
    loop
        name := 'message_' || to_char(month, 'YYYY_MM');
        if to_regclass('archive.' || name) is null then
            perform pg_advisory_xact_lock(hashtext('archive.make_room'));
            begin
                execute format('create table archive.%I (like archive.message including all)', name);
                perform archive.index_words_soon(format('archive.%I', name)::regclass);
                execute format(
                    'alter table archive.message attach partition archive.%I for values from (%s) to (%s)',
                    name,
                    archive.first_id(month at time zone 'utc'),
                    archive.first_id((month + interval '1 month') at time zone 'utc')
                );
            exception when duplicate_table then
                -- Somebody else made it while we waited.
                null;
            end;
        end if;
    end loop;
end
$$;

select archive.index_words_soon(inhrelid::regclass) from pg_inherits where inhparent = 'archive.message'::regclass;
