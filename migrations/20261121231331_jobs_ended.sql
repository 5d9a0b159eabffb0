-- Owner: the crate `jobs`.
-- How jobs of a guild ended, for a day: without what they carried, which may be anybody's words.
create table jobs.ended (
    id bigint primary key,
    guild_id bigint not null,
    name text not null,
    state text not null
        constraint ended_state_known check (state in ('completed', 'cancelled')),
    attempts integer not null,
    run_at timestamptz not null,
    created_at timestamptz not null,
    ended_at timestamptz not null
);

create index ended_guild on jobs.ended (guild_id, id);
create index ended_time on jobs.ended (ended_at);

-- The guild that a job names in the field `guild`, if it names one.
create function jobs.guild_of(payload jsonb) returns bigint
    language sql immutable parallel safe
    return case
        when payload ->> 'guild' ~ '^[1-9][0-9]{0,17}$'
            or payload ->> 'guild' ~ '^[1-9][0-9]{18}$'
                and payload ->> 'guild' collate "C" <= '9223372036854775807'
        then (payload ->> 'guild')::bigint
    end;

create index job_guild on jobs.job (jobs.guild_of(payload), id);
