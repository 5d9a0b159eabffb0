//! `/autorole`: its options, and which file serves what.

use database::GuildId;
use feature::{Access, Answer, Capability, Choice, Ctx, Kit, Outcome, Reply, SlashCommand, Typing};
use twilight_interactions::command::{
    AutocompleteValue, CommandModel, CommandOption, CreateCommand, CreateOption,
};
use twilight_model::{
    guild::Permissions,
    id::{
        Id,
        marker::{ChannelMarker, RoleMarker},
    },
};

use crate::{
    Autorole, create, editing, emoji,
    error::Refused,
    items, joining, listing, mass,
    model::Whom,
    own, panel, posting,
    store::{
        self,
        groups::{By, Group},
    },
};

/// Setting self-service roles up.
pub(crate) const MANAGE: Capability = Capability {
    name: "autorole.manage",
    by_default: Permissions::MANAGE_ROLES,
    staff: true,
};

/// Let members pick their own roles
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "autorole")]
pub(crate) enum Command {
    #[command(name = "create")]
    Create(Create),
    #[command(name = "edit")]
    Edit(Edit),
    #[command(name = "add")]
    Add(Add),
    #[command(name = "remove")]
    Remove(Remove),
    #[command(name = "reorder")]
    Reorder(Reorder),
    #[command(name = "post")]
    Post(Post),
    #[command(name = "link")]
    Link(Link),
    #[command(name = "list")]
    List(List),
    #[command(name = "show")]
    Show(Show),
    #[command(name = "delete")]
    Delete(Delete),
    #[command(name = "assign")]
    Assign(Assign),
    #[command(name = "join-roles")]
    JoinRoles(JoinRoles),
}

impl SlashCommand for Command {
    const ANSWERS: &'static [(&'static str, Answer)] =
        &[("create", Answer::Modal), ("edit", Answer::Modal)];
    const ACCESS: Access = Access::needs(&MANAGE);
    const SHOWN_TO: Permissions = Permissions::MANAGE_ROLES;
}

/// Make a group of roles; without roles a form opens
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "create")]
pub(crate) struct Create {
    /// Its name, unique on this server
    #[command(max_length = 60)]
    pub(crate) name: Option<String>,
    /// Its roles, as mentions
    #[command(max_length = 4000)]
    pub(crate) roles: Option<String>,
    /// An emoji for each role, in the same order
    #[command(max_length = 4000)]
    pub(crate) emojis: Option<String>,
    /// Whether a member may hold several of them
    pub(crate) multi: Option<bool>,
    /// How many of them a member may hold; 0 for no limit
    #[command(min_value = 0, max_value = 100)]
    pub(crate) max: Option<i64>,
    /// Whether members are told what their click did
    pub(crate) feedback: Option<bool>,
}

/// Change a group, or how one of its roles is shown
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "edit")]
pub(crate) struct Edit {
    /// The group
    #[command(autocomplete = true)]
    pub(crate) group: String,
    /// One of its roles, to change emoji, label, description and seats
    #[command(autocomplete = true)]
    pub(crate) role: Option<String>,
}

/// Add a role to a group; without a role a menu opens for several
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "add")]
pub(crate) struct Add {
    /// The group
    #[command(autocomplete = true)]
    pub(crate) group: String,
    /// The role
    pub(crate) role: Option<Id<RoleMarker>>,
    /// An emoji of Unicode's or of this server
    #[command(max_length = 100)]
    pub(crate) emoji: Option<String>,
    /// What is shown instead of the role's name
    #[command(max_length = 80)]
    pub(crate) label: Option<String>,
    /// How many members may hold it
    #[command(min_value = 1, max_value = 1_000_000)]
    pub(crate) seats: Option<i64>,
}

/// Take a role out of a group
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "remove")]
pub(crate) struct Remove {
    /// The group
    #[command(autocomplete = true)]
    pub(crate) group: String,
    /// The role
    #[command(autocomplete = true)]
    pub(crate) role: String,
}

/// Move a role to another place in its group
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "reorder")]
pub(crate) struct Reorder {
    /// The group
    #[command(autocomplete = true)]
    pub(crate) group: String,
    /// The role
    #[command(autocomplete = true)]
    pub(crate) role: String,
    /// Its place, from 1
    #[command(min_value = 1, max_value = 100)]
    pub(crate) place: i64,
}

/// Post the menu of a group, or post it again
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "post")]
pub(crate) struct Post {
    /// The group
    #[command(autocomplete = true)]
    pub(crate) group: String,
    /// Where; here if you leave it out
    #[command(channel_types = "guild_text guild_announcement")]
    pub(crate) channel: Option<Id<ChannelMarker>>,
}

/// Put the menu of a group under a message that exists
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "link")]
pub(crate) struct Link {
    /// The group
    #[command(autocomplete = true)]
    pub(crate) group: String,
    /// The link to the message
    #[command(max_length = 200)]
    pub(crate) message: String,
}

/// List the groups of this server
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "list")]
pub(crate) struct List {}

/// Show a group with its roles and rules
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "show")]
pub(crate) struct Show {
    /// The group
    #[command(autocomplete = true)]
    pub(crate) group: String,
}

/// Remove a group and its menu; members keep their roles
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "delete")]
pub(crate) struct Delete {
    /// The group
    #[command(autocomplete = true)]
    pub(crate) group: String,
}

/// Give a role to many members, or take it from them
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "assign")]
pub(crate) struct Assign {
    /// The role
    pub(crate) role: Id<RoleMarker>,
    /// Give or take
    pub(crate) action: Action,
    /// Which members
    pub(crate) who: Option<WhomOption>,
    /// Only members who hold this role
    pub(crate) with: Option<Id<RoleMarker>>,
}

/// Choose the roles that members get when they join or come back
#[derive(CommandModel, CreateCommand, Debug)]
#[command(name = "join-roles")]
pub(crate) struct JoinRoles {}

/// Give or take.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug, Eq, PartialEq)]
pub(crate) enum Action {
    #[option(name = "Give", value = "give")]
    Give,
    #[option(name = "Take", value = "take")]
    Take,
}

/// Which members.
#[derive(Clone, Copy, CommandOption, CreateOption, Debug)]
pub(crate) enum WhomOption {
    #[option(name = "Everyone", value = "everyone")]
    Everyone,
    #[option(name = "People", value = "humans")]
    Humans,
    #[option(name = "Bots", value = "bots")]
    Bots,
}

impl From<WhomOption> for Whom {
    fn from(option: WhomOption) -> Self {
        match option {
            WhomOption::Everyone => Self::Everyone,
            WhomOption::Humans => Self::Humans,
            WhomOption::Bots => Self::Bots,
        }
    }
}

pub(crate) async fn run(ctx: Ctx<Autorole>, command: Command) -> Outcome<Reply> {
    match command {
        Command::Create(options) => create::command(&ctx, options).await,
        Command::Edit(options) => editing::command(&ctx, options).await,
        Command::Add(options) => items::add(&ctx, options).await,
        Command::Remove(options) => items::remove(&ctx, options).await,
        Command::Reorder(options) => items::reorder(&ctx, options).await,
        Command::Post(options) => posting::post(&ctx, options).await,
        Command::Link(options) => posting::link(&ctx, options).await,
        Command::List(List {}) => Ok(Reply::card(listing::page(&ctx, 0).await?)),
        Command::Show(options) => listing::show(&ctx, options).await,
        Command::Delete(options) => posting::delete(&ctx, options).await,
        Command::Assign(options) => mass::command(&ctx, options).await,
        Command::JoinRoles(JoinRoles {}) => joining::command(&ctx).await,
    }
}

/// The options of `/autorole` while a group or one of its roles is typed.
#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) enum CommandTyping {
    #[command(name = "edit")]
    Edit(GroupAndRole),
    #[command(name = "add")]
    Add(GroupOnly),
    #[command(name = "remove")]
    Remove(GroupAndRole),
    #[command(name = "reorder")]
    Reorder(GroupAndRole),
    #[command(name = "post")]
    Post(GroupOnly),
    #[command(name = "link")]
    Link(GroupOnly),
    #[command(name = "show")]
    Show(GroupOnly),
    #[command(name = "delete")]
    Delete(GroupOnly),
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct GroupOnly {
    group: AutocompleteValue<String>,
}

#[derive(CommandModel, Debug)]
#[command(autocomplete = true)]
pub(crate) struct GroupAndRole {
    group: AutocompleteValue<String>,
    role: AutocompleteValue<String>,
}

impl Typing for CommandTyping {
    const COMMAND: &'static str = "autorole";
}

pub(crate) async fn typing(ctx: Ctx<Autorole>, typing: CommandTyping) -> Outcome<Reply> {
    let (group, role) = match typing {
        CommandTyping::Edit(typed)
        | CommandTyping::Remove(typed)
        | CommandTyping::Reorder(typed) => (typed.group, typed.role),
        CommandTyping::Add(typed)
        | CommandTyping::Post(typed)
        | CommandTyping::Link(typed)
        | CommandTyping::Show(typed)
        | CommandTyping::Delete(typed) => (typed.group, AutocompleteValue::None),
    };
    let guild = ctx.guild_id()?;
    if let (AutocompleteValue::Focused(part), AutocompleteValue::Completed(name)) = (&role, &group)
    {
        return roles_typed(&ctx, guild, name, part).await;
    }
    let AutocompleteValue::Focused(part) = group else {
        return Ok(Reply::choices([]));
    };
    let mut db = ctx.database.acquire().await?;
    let found = store::groups::list(&mut db, guild, part.trim(), 0, 25).await?;
    Ok(Reply::choices(
        found
            .into_iter()
            .map(|group| Choice::text(group.name.clone(), group.name)),
    ))
}

async fn roles_typed(
    ctx: &Ctx<Autorole>,
    guild: GuildId,
    name: &str,
    part: &str,
) -> Outcome<Reply> {
    let mut db = ctx.database.acquire().await?;
    let found = store::groups::find(&mut db, guild, By::Name(name.trim())).await?;
    drop(db);
    let Some(group) = found else {
        return Ok(Reply::choices([]));
    };
    let ranks = own::ranks(ctx, guild).await?;
    let part = part.trim().to_lowercase();
    let choices = group.items.iter().filter_map(|item| {
        let shown = panel::label(item, &ranks.roles);
        let fits = shown.to_lowercase().contains(&part);
        fits.then(|| Choice::text(shown, item.role.to_string()))
    });
    Ok(Reply::choices(choices.collect::<Vec<_>>()))
}

/// The group of a name in this guild.
pub(crate) async fn named(kit: &Kit<Autorole>, guild: GuildId, name: &str) -> Outcome<Group> {
    let name = name.trim();
    let mut db = kit.database.acquire().await?;
    let found = store::groups::find(&mut db, guild, By::Name(name)).await?;
    let group = found.ok_or_else(|| Refused::NoGroup(name.to_owned()))?;
    Ok(emoji::presentable(&kit.cache, group))
}

/// The group of a number in this guild.
pub(crate) async fn numbered(
    kit: &Kit<Autorole>,
    guild: GuildId,
    group: crate::model::GroupId,
) -> Outcome<Group> {
    let mut db = kit.database.acquire().await?;
    let found = store::groups::find(&mut db, guild, By::Id(group)).await?;
    let group = found.ok_or_else(|| Refused::NoGroup(String::new()))?;
    Ok(emoji::presentable(&kit.cache, group))
}
