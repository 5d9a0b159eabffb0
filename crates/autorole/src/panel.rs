//! What a group shows in a channel, and keeping it up to date.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use database::{ChannelId, GuildId, MessageId};
use feature::{
    Button, Card, CustomId as _, Failure, Kit, Lang, Outcome, Refusal, Select, SelectKind,
    card::{cut, escape},
    custom_id,
    discord::{Post, Thing},
};
use twilight_http::request::AuditLogReason as _;
use twilight_model::channel::{
    Message,
    message::{
        AllowedMentions, Component, MessageFlags,
        component::{ActionRow, SelectMenuOption},
    },
};

use crate::{
    Autorole, emoji,
    error::Refused,
    hierarchy::Roles,
    ids::{Open, Pick, Press},
    jobs::Refresh,
    model::{GroupId, Mode, PER_SELECT, Surface},
    store::{
        self,
        groups::{By, Group, Item},
    },
    text,
};

/// Rows of a message without Components V2.
const MOST_ROWS: usize = 5;
/// Components of a message with Components V2, nested ones counted.
const MOST_COMPONENTS: usize = 40;

/// The language of what everyone reads in a guild.
pub(crate) async fn guild_lang(kit: &Kit<Autorole>, guild: GuildId) -> Outcome<Lang> {
    Ok(kit.manners(guild).await?.lang)
}

/// What is written on an item.
pub(crate) fn label(item: &Item, roles: &Roles) -> String {
    if item.label.is_empty() {
        roles
            .name(item.role)
            .map_or_else(|| item.role.to_string(), str::to_owned)
    } else {
        item.label.clone()
    }
}

/// The options of a select.
pub(crate) fn options<'a>(
    items: impl IntoIterator<Item = &'a Item>,
    roles: &Roles,
    is_held: impl Fn(&Item) -> bool,
) -> Vec<SelectMenuOption> {
    items
        .into_iter()
        .map(|item| SelectMenuOption {
            default: is_held(item),
            description: (!item.description.is_empty()).then(|| cut(&item.description, 100)),
            emoji: item.emoji.as_deref().map(emoji::shown),
            label: cut(&label(item, roles), 100),
            value: item.role.to_string(),
        })
        .collect()
}

/// How many values may be picked at once in a select of so many options.
pub(crate) fn most_picked(group: &Group, options: usize) -> u8 {
    let most = match group.rules.mode {
        Mode::Single => 1,
        _ => group.rules.most().unwrap_or(options).min(options),
    };
    u8::try_from(most.max(1)).unwrap_or(u8::MAX)
}

/// The message of a group.
pub(crate) fn card(group: &Group, roles: &Roles, lang: Lang) -> Card {
    let mut card = Card::new().title(escape(&group.name));
    if !group.message.is_empty() {
        card = card.text(&group.message);
    }
    if group.visible().next().is_none() {
        return card.text(text::nothing_to_choose(lang));
    }
    with_controls(card, group, roles, lang)
}

fn with_controls(mut card: Card, group: &Group, roles: &Roles, lang: Lang) -> Card {
    let items: Vec<&Item> = group.visible().collect();
    match group.surface.shown(items.len()) {
        Surface::Private => card.button(styled(
            Button::new(text::choose_button(lang, group), &Open { group: group.id }),
            group,
        )),
        Surface::Buttons => {
            for item in &items {
                let id = Press {
                    group: group.id,
                    role: item.role,
                };
                let is_alone = items.len() == 1 && !group.button_label.is_empty();
                let label = if is_alone {
                    group.button_label.clone()
                } else {
                    label(item, roles)
                };
                let mut button = styled(Button::new(label, &id), group);
                if let Some(stored) = &item.emoji {
                    button = button.picture(emoji::shown(stored));
                }
                card = card.button(button);
            }
            card
        }
        Surface::Auto | Surface::Selects => {
            let parts = items.len().div_ceil(PER_SELECT);
            for (part, items) in (0_u8..).zip(items.chunks(PER_SELECT)) {
                let id = Pick {
                    group: group.id,
                    part,
                };
                let kind = SelectKind::Strings(options(items.iter().copied(), roles, |_| false));
                card = card.select(
                    Select::new(&id, kind)
                        .placeholder(text::choose_here(lang, usize::from(part) + 1, parts))
                        .values(0, most_picked(group, items.len())),
                );
            }
            card
        }
    }
}

fn styled(button: Button, group: &Group) -> Button {
    match group.button_style {
        1 => button.primary(),
        3 => button.success(),
        4 => button.danger(),
        _ => button,
    }
}

/// The rows of controls alone, to stand under another message.
fn rows(group: &Group, roles: &Roles, lang: Lang) -> Vec<Component> {
    let rendered = with_controls(Card::new(), group, roles, lang).render(lang);
    let inner = rendered
        .components
        .into_iter()
        .flat_map(|component| match component {
            Component::Container(container) => container.components,
            other => vec![other],
        });
    inner
        .filter(|component| matches!(component, Component::ActionRow(_)))
        .collect()
}

fn digest(components: &[Component]) -> Outcome<i64> {
    let written = serde_json::to_string(components).map_err(Failure::fault)?;
    let mut hasher = DefaultHasher::new();
    written.hash(&mut hasher);
    Ok(hasher.finish().cast_signed())
}

fn known_roles(kit: &Kit<Autorole>, guild: GuildId) -> Outcome<Roles> {
    Ok(Roles::cached(&kit.cache, guild).ok_or(Refused::NotReady)?)
}

/// Posts a group as a message of its own, and notes where.
pub(crate) async fn post(
    kit: &Kit<Autorole>,
    group: &Group,
    channel: ChannelId,
) -> Outcome<MessageId> {
    let lang = guild_lang(kit, group.guild).await?;
    let roles = known_roles(kit, group.guild)?;
    let card = card(group, &roles, lang);
    let message = kit
        .discord
        .post(channel, lang, &card, Post::default())
        .await?;
    let shown = digest(&card.render(lang).components)?;
    let mut db = kit.database.acquire().await?;
    let posted = (channel, message);
    store::groups::note_posted(&mut db, group.guild, group.id, posted, true, Some(shown)).await?;
    Ok(message)
}

/// Brings the posted message of a group up to date; looks for it even if it shows what it should, when it may be gone
/// without a word.
pub(crate) async fn refresh(
    kit: &Kit<Autorole>,
    guild: GuildId,
    group: GroupId,
    may_be_gone: bool,
) -> Outcome<()> {
    let mut db = kit.database.acquire().await?;
    let Some(group) = store::groups::find(&mut db, guild, By::Id(group)).await? else {
        return Ok(());
    };
    drop(db);
    let group = emoji::presentable(&kit.cache, group);
    let Some((channel, message)) = group.posted else {
        return Ok(());
    };
    let shown = if group.is_own_message {
        update_own(kit, &group, channel, message, may_be_gone).await
    } else {
        attach(kit, &group, channel, message).await
    };
    let mut db = kit.database.acquire().await?;
    match shown {
        Ok(shown) => {
            store::groups::note_shown(&mut db, guild, group.id, Some(shown)).await?;
            Ok(())
        }
        Err(Failed::Gone) => {
            store::groups::forget_messages(&mut db, guild, &[message]).await?;
            Ok(())
        }
        Err(Failed::Otherwise(failure)) => Err(failure),
    }
}

/// Why a message could not be brought up to date.
pub(crate) enum Failed {
    /// It no longer exists.
    Gone,
    /// Something else.
    Otherwise(Failure),
}

impl From<Failure> for Failed {
    fn from(failure: Failure) -> Self {
        Self::Otherwise(failure)
    }
}

impl From<Refused> for Failed {
    fn from(refused: Refused) -> Self {
        Self::Otherwise(refused.into())
    }
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Gone(Thing::Message | Thing::Channel) => Self::Gone,
            other => Self::Otherwise(other.into()),
        }
    }
}

impl From<Failed> for Failure {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Gone => Refusal::Gone(Thing::Message).into(),
            Failed::Otherwise(failure) => failure,
        }
    }
}

async fn update_own(
    kit: &Kit<Autorole>,
    group: &Group,
    channel: ChannelId,
    message: MessageId,
    may_be_gone: bool,
) -> Result<i64, Failed> {
    let lang = guild_lang(kit, group.guild).await?;
    let roles = known_roles(kit, group.guild)?;
    let rendered = card(group, &roles, lang).render(lang);
    let shown = digest(&rendered.components)?;
    if group.shown != Some(shown) {
        put(kit, channel, message, &rendered.components).await?;
    } else if may_be_gone {
        fetch(kit, channel, message).await?;
    }
    Ok(shown)
}

async fn put(
    kit: &Kit<Autorole>,
    channel: ChannelId,
    message: MessageId,
    components: &[Component],
) -> Result<(), Refusal> {
    let mentions = AllowedMentions::default();
    let request = kit
        .discord
        .http()
        .update_message(channel.into(), message.into())
        .components(Some(components))
        .allowed_mentions(Some(&mentions));
    kit.discord.one(request).await.map(|_: Message| ())
}

/// Puts the menu of a group under a message that the bot wrote for something else, in the place of the one that may
/// stand there.
pub(crate) async fn attach(
    kit: &Kit<Autorole>,
    group: &Group,
    channel: ChannelId,
    message: MessageId,
) -> Result<i64, Failed> {
    let lang = guild_lang(kit, group.guild).await?;
    let roles = known_roles(kit, group.guild)?;
    let rows = if group.visible().next().is_some() {
        rows(group, &roles, lang)
    } else {
        Vec::new()
    };
    replace_rows(kit, group, channel, message, rows).await
}

/// Takes the menu of a group off a message that stays.
pub(crate) async fn detach(
    kit: &Kit<Autorole>,
    group: &Group,
    channel: ChannelId,
    message: MessageId,
) -> Result<(), Failed> {
    replace_rows(kit, group, channel, message, Vec::new())
        .await
        .map(|_| ())
}

async fn replace_rows(
    kit: &Kit<Autorole>,
    group: &Group,
    channel: ChannelId,
    message: MessageId,
    rows: Vec<Component>,
) -> Result<i64, Failed> {
    let found = fetch(kit, channel, message).await?;
    let flags = found.flags.unwrap_or(MessageFlags::empty());
    let mut components: Vec<Component> = found
        .components
        .iter()
        .filter(|component| !is_of(component, group))
        .cloned()
        .collect();
    components.extend(rows);
    let has_room = if flags.contains(MessageFlags::IS_COMPONENTS_V2) {
        components
            .iter()
            .map(Component::component_count)
            .sum::<usize>()
            <= MOST_COMPONENTS
    } else {
        components.len() <= MOST_ROWS
    };
    if !has_room {
        return Err(Refused::NoRoom.into());
    }
    if components != found.components {
        put(kit, channel, message, &components).await?;
    }
    Ok(digest(&components)?)
}

/// A message.
pub(crate) async fn fetch(
    kit: &Kit<Autorole>,
    channel: ChannelId,
    message: MessageId,
) -> Result<Message, Refusal> {
    let request = kit.discord.http().message(channel.into(), message.into());
    kit.discord.one(request).await
}

/// Whether a row is the menu of this group, posted by us or by a system that we replace.
fn is_of(component: &Component, group: &Group) -> bool {
    let Component::ActionRow(ActionRow { components, .. }) = component else {
        return false;
    };
    components.iter().any(|control| {
        let id = match control {
            Component::Button(button) => button.custom_id.as_deref(),
            Component::SelectMenu(select) => Some(select.custom_id.as_str()),
            _ => None,
        };
        id.is_some_and(|id| is_id_of(id, group))
    })
}

fn is_id_of(id: &str, group: &Group) -> bool {
    if let Some(parts) = custom_id::split(id) {
        let is_menu = parts.feature == Press::FEATURE
            && [Press::ACTION, Pick::ACTION, Open::ACTION].contains(&parts.action);
        let named = parts.arguments.split(':').next();
        return is_menu && named == Some(group.id.to_string().as_str());
    }
    let Some(legacy) = group.legacy_id else {
        return false;
    };
    let mut parts = id.split(':');
    parts.next() == Some(Press::FEATURE)
        && parts
            .next()
            .is_some_and(|kind| ["btn", "sel", "msel"].contains(&kind))
        && parts.next() == Some(group.guild.to_string().as_str())
        && parts.next() == Some(legacy.to_string().as_str())
}

/// Removes what a group has posted: its own message, or its menu from another.
pub(crate) async fn take_down(kit: &Kit<Autorole>, group: &Group) -> Outcome<()> {
    let Some((channel, message)) = group.posted else {
        return Ok(());
    };
    let done = if group.is_own_message {
        let request = kit
            .discord
            .http()
            .delete_message(channel.into(), message.into())
            .reason("autorole: the group was moved or removed");
        kit.discord.done(request).await.map_err(Failed::from)
    } else {
        detach(kit, group, channel, message).await
    };
    match done {
        Ok(()) | Err(Failed::Gone) => Ok(()),
        Err(Failed::Otherwise(failure)) => Err(failure),
    }
}

/// Has the posted message of a group brought up to date, if and when the transaction commits.
pub(crate) async fn refresh_soon(
    kit: &Kit<Autorole>,
    db: &mut sqlx::PgConnection,
    guild: GuildId,
    group: GroupId,
) -> Outcome<()> {
    let refresh = Refresh {
        guild,
        group,
        may_be_gone: false,
    };
    let job = jobs::NewJob::new(&refresh)
        .map_err(Failure::fault)?
        .key(format!("{group}"));
    kit.jobs.enqueue(db, job).await?;
    Ok(())
}
