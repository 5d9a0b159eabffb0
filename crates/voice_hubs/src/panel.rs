//! The panel: what the owner of a room sees and steers it with.

use database::{ChannelId, GuildId};
use feature::{
    Button, Card, Colour, Kit, Lang, Select, SelectKind, custom_id, custom_id::Argument,
};

use crate::{
    VoiceHubs,
    model::{Mode, RENAMES, Room},
    text,
};

impl Argument for Mode {
    const LONGEST: usize = 1;

    fn write(&self, into: &mut String) {
        into.push(match self {
            Self::Open => 'o',
            Self::Closed => 'c',
            Self::Private => 'p',
            Self::Conference => 'f',
        });
    }

    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "o" => Self::Open,
            "c" => Self::Closed,
            "p" => Self::Private,
            "f" => Self::Conference,
            _ => return None,
        })
    }
}

custom_id! {
    /// Chooses who may enter and speak.
    pub(crate) struct SetMode: "voice_hubs" / "mode" v1 { guild: GuildId, room: ChannelId, mode: Mode }
    answer = Update;
}
custom_id! {
    /// Opens the form for name and status.
    pub(crate) struct Rename: "voice_hubs" / "rename" v1 { guild: GuildId, room: ChannelId }
    answer = Modal;
}
custom_id! {
    /// Opens the form for the limit.
    pub(crate) struct Limit: "voice_hubs" / "limit" v1 { guild: GuildId, room: ChannelId }
    answer = Modal;
}
custom_id! {
    /// Lets people and roles in.
    pub(crate) struct Allow: "voice_hubs" / "allow" v1 { guild: GuildId, room: ChannelId }
    answer = Update;
}
custom_id! {
    /// Keeps people and roles out.
    pub(crate) struct Deny: "voice_hubs" / "deny" v1 { guild: GuildId, room: ChannelId }
    answer = Update;
}
custom_id! {
    /// Shows the lists, to take somebody off.
    pub(crate) struct ShowLists: "voice_hubs" / "lists" v1 { guild: GuildId, room: ChannelId }
    answer = Private;
}
custom_id! {
    /// Shows who would be disconnected.
    pub(crate) struct Purge: "voice_hubs" / "purge" v1 { guild: GuildId, room: ChannelId }
    answer = Private;
}
custom_id! {
    /// Asks to whom the room goes.
    pub(crate) struct Transfer: "voice_hubs" / "transfer" v1 { guild: GuildId, room: ChannelId }
    answer = Private;
}
custom_id! {
    /// Takes the room over.
    pub(crate) struct Claim: "voice_hubs" / "claim" v1 { guild: GuildId, room: ChannelId }
    answer = Private;
}
custom_id! {
    /// Opens or closes the waiting room.
    pub(crate) struct Waiting: "voice_hubs" / "waiting" v1 { guild: GuildId, room: ChannelId, open: bool }
    answer = Update;
}
custom_id! {
    /// Forgets what the owner's next room would begin with.
    pub(crate) struct Forget: "voice_hubs" / "forget" v1 { guild: GuildId, room: ChannelId }
    answer = Private;
}
custom_id! {
    /// Asks whether the room is to be deleted.
    pub(crate) struct Delete: "voice_hubs" / "delete" v1 { guild: GuildId, room: ChannelId }
    answer = Private;
}

/// The panel of a room that has its channel.
pub(crate) fn card(kit: &Kit<VoiceHubs>, lang: Lang, room: &Room) -> Card {
    let Some(channel) = room.channel else {
        return Card::new();
    };
    let (left, next) = room.renames_left(kit.clock.now());
    let guild = room.guild;
    let mut card = Card::new()
        .title(text::panel_title(lang, room.intended_name()))
        .colour(Colour::Info)
        .lines(text::panel_lines(lang, room))
        .field(
            text::allowed(lang),
            text::listed(lang, &room.lists.allowed().collect::<Vec<_>>()),
        )
        .field(
            text::denied(lang),
            text::listed(lang, &room.lists.denied().collect::<Vec<_>>()),
        )
        .footer(text::renames(
            lang,
            left,
            RENAMES,
            next,
            room.wanted_name.as_deref(),
        ));
    for mode in Mode::ALL {
        let id = SetMode {
            guild,
            room: channel,
            mode,
        };
        let button = Button::new(text::mode(lang, mode), &id).emoji(text::mode_emoji(mode));
        card = card.button(if mode == room.mode {
            button.primary()
        } else {
            button
        });
    }
    let id = Waiting {
        guild,
        room: channel,
        open: !room.waits,
    };
    let waiting = Button::new(text::waiting(lang, room.waits), &id).emoji("🚪");
    card = card.button(if room.waits {
        waiting.primary()
    } else {
        waiting
    });
    card.row()
        .button(
            Button::new(
                text::rename(lang),
                &Rename {
                    guild,
                    room: channel,
                },
            )
            .emoji("✏️"),
        )
        .button(
            Button::new(
                text::limit(lang),
                &Limit {
                    guild,
                    room: channel,
                },
            )
            .emoji("👥"),
        )
        .button(
            Button::new(
                text::lists(lang),
                &ShowLists {
                    guild,
                    room: channel,
                },
            )
            .emoji("📋"),
        )
        .button(
            Button::new(
                text::transfer(lang),
                &Transfer {
                    guild,
                    room: channel,
                },
            )
            .emoji("👑"),
        )
        .button(
            Button::new(
                text::claim(lang),
                &Claim {
                    guild,
                    room: channel,
                },
            )
            .emoji("🙋"),
        )
        .row()
        .button(
            Button::new(
                text::forget(lang),
                &Forget {
                    guild,
                    room: channel,
                },
            )
            .emoji("🧽"),
        )
        .button(
            Button::new(
                text::purge(lang),
                &Purge {
                    guild,
                    room: channel,
                },
            )
            .danger()
            .emoji("🧹"),
        )
        .button(
            Button::new(
                text::delete(lang),
                &Delete {
                    guild,
                    room: channel,
                },
            )
            .danger()
            .emoji("🗑️"),
        )
        .select(
            Select::new(
                &Allow {
                    guild,
                    room: channel,
                },
                SelectKind::Mentionables(Vec::new(), Vec::new()),
            )
            .placeholder(text::allow_somebody(lang))
            .values(1, 25),
        )
        .select(
            Select::new(
                &Deny {
                    guild,
                    room: channel,
                },
                SelectKind::Mentionables(Vec::new(), Vec::new()),
            )
            .placeholder(text::deny_somebody(lang))
            .values(1, 25),
        )
}
