-- Owner: the crate `worksites`. Worksites for reporting tools, with the names that the replaced system had.
create view reporting.chantiers as
    select guild_id, number as id, name as nom, channel_id,
        case when archived_at is null then 'actif' else 'archivé' end as status,
        address as adresse, lead_id as responsable_id, made_at as created_at, archived_at
    from worksites.worksite;

do $$ begin
    grant select on reporting.chantiers to majordome_reporting;
exception when insufficient_privilege or undefined_object then null;
end $$;
