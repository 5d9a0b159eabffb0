//! `/autorole post`, `link` and `delete`: where a group stands.

use database::{ChannelId, GuildId, MessageId};
use feature::{Button, Card, Click, Colour, Ctx, Failure, Outcome, Reply};
use twilight_model::{
    channel::message::{Component, MessageFlags},
    guild::Permissions,
};

use crate::{
    Autorole, acts,
    commands::{self, Delete as DeleteOptions, Link, Post},
    error::Refused,
    ids::{Copy, Delete},
    panel,
    store::{
        self,
        groups::{By, Edit, Group},
    },
    text,
};

pub(crate) async fn post(ctx: &Ctx<Autorole>, options: Post) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let group = commands::named(ctx, guild, &options.group).await?;
    let here = ctx.scene.channel;
    let channel = options.channel.map(ChannelId::from).or(here);
    let channel = channel.ok_or(Refused::NoTextChannel)?;
    if Some(channel) == here {
        ctx.require_of_bot(Permissions::VIEW_CHANNEL | Permissions::SEND_MESSAGES)?;
    }
    let message = place(ctx, &group, channel).await?;
    let link = text::message_link(guild, channel, message);
    Ok(Reply::card(text::posted(ctx.lang(), &group.name, &link)))
}

/// Has a group stand in a channel: the message that is there already is brought up to date; one elsewhere goes.
async fn place(ctx: &Ctx<Autorole>, group: &Group, channel: ChannelId) -> Outcome<MessageId> {
    if group.visible().next().is_none() {
        return Err(Refused::Empty.into());
    }
    if let Some((there, message)) = group.posted
        && there == channel
        && group.is_own_message
    {
        panel::refresh(ctx, group.guild, group.id, true).await?;
        let now = commands::numbered(ctx, group.guild, group.id).await?;
        if now.posted.is_some() {
            return Ok(message);
        }
        return panel::post(ctx, group, channel).await;
    }
    let message = panel::post(ctx, group, channel).await?;
    panel::take_down(ctx, group).await?;
    Ok(message)
}

/// The ids in a link to a message.
fn read_link(text: &str) -> Option<(GuildId, ChannelId, MessageId)> {
    let (_, path) = text.trim().split_once("/channels/")?;
    let mut parts = path.split(['/', '?', '>']);
    let ids = (
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    );
    Some(ids)
}

pub(crate) async fn link(ctx: &Ctx<Autorole>, options: Link) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let group = commands::named(ctx, guild, &options.group).await?;
    let (elsewhere, channel, message) =
        read_link(&options.message).ok_or_else(|| Refused::NoLink(options.message.clone()))?;
    if elsewhere != guild {
        return Err(Refused::Elsewhere.into());
    }
    if group.visible().next().is_none() {
        return Err(Refused::Empty.into());
    }
    // The link may name our guild and a channel of another: nothing is asked about that.
    let is_ours = ctx
        .cache
        .channel(channel.into())
        .is_some_and(|known| known.guild_id == Some(guild.into()));
    if !is_ours {
        return Err(Refused::Elsewhere.into());
    }
    let found = panel::fetch(ctx, channel, message).await?;
    let own = ctx.me.id();
    if own != found.author.id {
        let id = Copy {
            group: group.id,
            channel,
            message,
        };
        return Ok(Reply::card(
            Card::new()
                .colour(Colour::Warn)
                .text(text::not_my_message(ctx.lang(), &found.author.name))
                .button(Button::new(text::copy_button(ctx.lang()), &id).primary()),
        ));
    }
    let link = text::message_link(guild, channel, message);
    if group.posted == Some((channel, message)) {
        panel::refresh(ctx, guild, group.id, true).await?;
        return Ok(Reply::card(text::linked(ctx.lang(), &group.name, &link)));
    }
    let is_own = is_menu_alone(&found.components, found.flags);
    let shown = if is_own {
        None
    } else {
        Some(
            panel::attach(ctx, &group, channel, message)
                .await
                .map_err(Failure::from)?,
        )
    };
    let mut db = ctx.database.acquire().await?;
    let posted = (channel, message);
    store::groups::note_posted(&mut db, guild, group.id, posted, is_own, shown).await?;
    drop(db);
    if is_own {
        panel::refresh(ctx, guild, group.id, true).await?;
    }
    // Only once the new one stands: the group is never without a menu.
    panel::take_down(ctx, &group).await?;
    Ok(Reply::card(text::linked(ctx.lang(), &group.name, &link)))
}

/// Whether a message is a menu of this feature and nothing else: one container with our controls in it.
fn is_menu_alone(components: &[Component], flags: Option<MessageFlags>) -> bool {
    let is_current = flags.is_some_and(|flags| flags.contains(MessageFlags::IS_COMPONENTS_V2));
    let [Component::Container(container)] = components else {
        return false;
    };
    let is_ours = |id: Option<&str>| id.is_some_and(|id| id.starts_with("autorole:"));
    is_current
        && container.components.iter().any(|component| {
            let Component::ActionRow(row) = component else {
                return false;
            };
            row.components.iter().any(|control| match control {
                Component::Button(button) => is_ours(button.custom_id.as_deref()),
                Component::SelectMenu(select) => is_ours(Some(&select.custom_id)),
                _ => false,
            })
        })
}

pub(crate) async fn copy(ctx: Ctx<Autorole>, click: Click<Copy>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let group = commands::numbered(&ctx, guild, click.group).await?;
    let is_ours = ctx
        .cache
        .channel(click.channel.into())
        .is_some_and(|known| known.guild_id == Some(guild.into()));
    if !is_ours {
        return Err(Refused::Elsewhere.into());
    }
    let found = panel::fetch(&ctx, click.channel, click.message).await?;
    let message = feature::card::cut(&found.content, 2000);
    let mut transaction = ctx.database.begin().await?;
    store::groups::lock(&mut transaction, guild, group.id).await?;
    let current = store::groups::find(&mut transaction, guild, By::Id(group.id)).await?;
    let mut current = current.ok_or_else(|| Refused::NoGroup(String::new()))?;
    if !message.is_empty() {
        current.message = message;
    }
    let edit = Edit {
        name: &current.name,
        message: &current.message,
        button_label: &current.button_label,
        button_style: current.button_style,
        surface: current.surface,
        rules: &current.rules,
    };
    let (user, now) = (ctx.user(), ctx.clock.now());
    store::groups::update(&mut transaction, guild, group.id, &edit, user, now).await?;
    transaction.commit().await?;
    let posted = place(&ctx, &current, click.channel).await?;
    let link = text::message_link(guild, click.channel, posted);
    Ok(Reply::update(text::posted(
        ctx.lang(),
        &current.name,
        &link,
    )))
}

pub(crate) async fn delete(ctx: &Ctx<Autorole>, options: DeleteOptions) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let group = commands::named(ctx, guild, &options.group).await?;
    let id = Delete { group: group.id };
    Ok(Reply::card(
        Card::new()
            .colour(Colour::Warn)
            .text(text::delete(ctx.lang(), &group))
            .button(Button::new(text::delete_button(ctx.lang()), &id).danger()),
    ))
}

pub(crate) async fn delete_now(ctx: Ctx<Autorole>, click: Click<Delete>) -> Outcome<Reply> {
    let guild = ctx.guild_id()?;
    let group = commands::numbered(&ctx, guild, click.group).await?;
    acts::delete(&ctx, &group).await?;
    Ok(Reply::update(text::deleted(ctx.lang(), &group.name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_read_as_they_are_copied() {
        let ids = |text| {
            read_link(text)
                .map(|(guild, channel, message)| (guild.get(), channel.get(), message.get()))
        };
        assert_eq!(ids("https://discord.com/channels/1/2/3"), Some((1, 2, 3)));
        assert_eq!(
            ids(" <https://ptb.discord.com/channels/1/2/3?x=y> "),
            Some((1, 2, 3))
        );
        for bad in [
            "",
            "3",
            "https://discord.com/channels/@me/2/3",
            "https://discord.com/channels/1/2",
        ] {
            assert_eq!(ids(bad), None, "{bad}");
        }
    }
}
