-- Owner: the crate `worksites`. What the channel of an archived worksite let people do before, for when it is opened again.
alter table worksites.worksite add column overwrites jsonb;
