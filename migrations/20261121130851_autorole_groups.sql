-- Owner: the crate `autorole`.
create schema autorole;

-- A group of roles that members pick from, and the message that offers it.
create table autorole.role_group (
    id bigint generated always as identity primary key,
    guild_id bigint not null,
    -- The number under which a replaced system knew it: its posted components still carry it.
    legacy_id bigint,
    name text not null
        constraint role_group_name_length check (char_length(name) between 1 and 60),
    -- The name without its case, by the program's rules and not by the database's locale.
    name_key text not null
        constraint role_group_name_key_length check (char_length(name_key) between 1 and 200),
    message text not null default ''
        constraint role_group_message_length check (char_length(message) <= 2000),
    button_label text not null default ''
        constraint role_group_button_label_length check (char_length(button_label) <= 80),
    -- Discord's numbers: 1 blue, 2 grey, 3 green, 4 red.
    button_style smallint not null default 2
        constraint role_group_button_style_known check (button_style between 1 and 4),
    surface text not null default 'auto'
        constraint role_group_surface_known check (surface in ('auto', 'buttons', 'selects', 'private')),
    rules jsonb not null default '{}',
    channel_id bigint,
    message_id bigint,
    -- Whether the bot wrote the whole message for this group, or only put the menu under another of its messages.
    is_own_message boolean not null default true,
    -- A digest of what was shown last: an unchanged panel is not sent again.
    shown bigint,
    updated_by bigint not null,
    updated_at timestamptz not null,
    constraint role_group_in_guild unique (guild_id, id),
    constraint role_group_name unique (guild_id, name_key),
    constraint role_group_message_whole check ((channel_id is null) = (message_id is null))
);
create unique index role_group_legacy on autorole.role_group (guild_id, legacy_id) where legacy_id is not null;
create index role_group_message on autorole.role_group (guild_id, message_id) where message_id is not null;

create table autorole.item (
    guild_id bigint not null,
    group_id bigint not null,
    role_id bigint not null,
    position integer not null,
    -- Unicode, or Discord's `<:name:id>`.
    emoji text
        constraint item_emoji_length check (char_length(emoji) between 1 and 100),
    label text not null default ''
        constraint item_label_length check (char_length(label) <= 80),
    description text not null default ''
        constraint item_description_length check (char_length(description) <= 100),
    seats integer
        constraint item_seats_positive check (seats > 0),
    -- The dangerous permissions of the role to which the owner agreed, as Discord's bits.
    approved bigint not null default 0,
    -- When its role was found gone; such an item is hidden.
    broken_at timestamptz,
    -- When the staff was told so.
    told_at timestamptz,
    constraint item_pkey primary key (guild_id, group_id, role_id),
    constraint item_group foreign key (guild_id, group_id)
        references autorole.role_group (guild_id, id) on delete cascade
);
create index item_role on autorole.item (guild_id, role_id);

-- Roles with seats. The row is the lock under which seats are taken; without a count nobody gets one.
create table autorole.seat_role (
    guild_id bigint not null,
    role_id bigint not null,
    counted_at timestamptz,
    constraint seat_role_pkey primary key (guild_id, role_id)
);

-- Who holds a role with seats, or is about to.
create table autorole.holder (
    guild_id bigint not null,
    role_id bigint not null,
    user_id bigint not null,
    -- Set until Discord has told that the member holds it: the seat is free again then.
    reserved_until timestamptz,
    constraint holder_pkey primary key (guild_id, role_id, user_id),
    constraint holder_role foreign key (guild_id, role_id)
        references autorole.seat_role (guild_id, role_id) on delete cascade
);
create index holder_user on autorole.holder (guild_id, user_id);

-- One edit of a member's roles at a time, over all instances.
create table autorole.member_edit (
    guild_id bigint not null,
    user_id bigint not null,
    busy_until timestamptz,
    -- The interaction that is at it, if one is.
    busy_for bigint,
    -- The roles after our last edit, to see whether a payload is older than it.
    roles bigint[],
    edited_at timestamptz not null,
    constraint member_edit_pkey primary key (guild_id, user_id)
);

-- When a member first and last changed something in a group.
create table autorole.choice (
    guild_id bigint not null,
    group_id bigint not null,
    user_id bigint not null,
    first_at timestamptz not null,
    last_at timestamptz not null,
    constraint choice_pkey primary key (guild_id, group_id, user_id),
    constraint choice_group foreign key (guild_id, group_id)
        references autorole.role_group (guild_id, id) on delete cascade
);

-- Roles that end by themselves.
create table autorole.temporary (
    guild_id bigint not null,
    user_id bigint not null,
    role_id bigint not null,
    expires_at timestamptz not null,
    -- Whether Discord has told that the member holds it.
    is_held boolean not null default false,
    constraint temporary_pkey primary key (guild_id, user_id, role_id)
);

-- Members who joined lately, so that each gets the join roles once.
create table autorole.joined (
    guild_id bigint not null,
    user_id bigint not null,
    joined_at timestamptz not null,
    -- waiting: for the rules screen; queued: a job will serve it; done.
    state text not null
        constraint joined_state_known check (state in ('waiting', 'queued', 'done')),
    constraint joined_pkey primary key (guild_id, user_id)
);
create index joined_old on autorole.joined (guild_id, joined_at);

-- The roles that members hold, and held when they left.
create table autorole.kept (
    guild_id bigint not null,
    user_id bigint not null,
    roles bigint[] not null,
    left_at timestamptz,
    constraint kept_pkey primary key (guild_id, user_id)
);

-- Giving a role to many members, or taking it.
create table autorole.mass (
    id bigint generated always as identity primary key,
    guild_id bigint not null,
    role_id bigint not null,
    is_giving boolean not null,
    who text not null
        constraint mass_who_known check (who in ('everyone', 'humans', 'bots')),
    with_role_id bigint,
    state text not null
        constraint mass_state_known check (state in ('running', 'cancelled', 'done', 'failed')),
    started_by bigint not null,
    started_at timestamptz not null,
    total integer not null,
    seen integer not null default 0,
    changed integer not null default 0,
    -- The last member looked at.
    after_user_id bigint,
    channel_id bigint not null,
    message_id bigint,
    shown_at timestamptz,
    constraint mass_in_guild unique (guild_id, id)
);
create unique index mass_running on autorole.mass (guild_id) where state = 'running';

create table autorole.mass_failure (
    guild_id bigint not null,
    mass_id bigint not null,
    user_id bigint not null,
    reason text not null
        constraint mass_failure_reason_length check (char_length(reason) between 1 and 300),
    constraint mass_failure_pkey primary key (guild_id, mass_id, user_id),
    constraint mass_failure_mass foreign key (guild_id, mass_id)
        references autorole.mass (guild_id, id) on delete cascade
);
