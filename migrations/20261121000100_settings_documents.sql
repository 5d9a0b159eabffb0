-- One typed, versioned document for each guild and subject, and everything that ever changed in it.
create schema settings;

create table settings.document (
    guild_id bigint not null,
    subject text not null constraint document_subject_length check (length(subject) between 1 and 64),
    -- The version of the document's type; an older one is upgraded when it is read.
    version integer not null,
    -- Counts the changes, for history and for editors that must not overwrite each other.
    revision bigint not null,
    body jsonb not null,
    changed_at timestamptz not null,
    constraint document_key primary key (guild_id, subject)
);

create table settings.change (
    guild_id bigint not null,
    subject text not null,
    revision bigint not null,
    changed_at timestamptz not null,
    changed_by bigint not null,
    -- From where: `discord`, later `rest` or `import`.
    via text not null constraint change_via_length check (length(via) between 1 and 32),
    before jsonb not null,
    after jsonb not null,
    constraint change_key primary key (guild_id, subject, revision)
);
