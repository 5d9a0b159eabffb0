-- Owner: the crate `__name__`.
create schema __name__;

create table __name__.counter (
    guild_id bigint primary key,
    count bigint not null
        constraint counter_count_positive check (count > 0)
);
