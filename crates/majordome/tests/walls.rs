//! Walls between servers: an administrator of one server uses every command, component and form with whatever another
//! server's things are called, and gets nothing.
//!
//! The walk is made from the catalogue: every path of every command, every option that a foreign id or name can stand
//! in, every component and every form. What a command or a component needs besides is in [`filled`], [`ARGUMENTS`] and
//! [`fields`]; one that the walk does not know fails the test and says where to name it.
//!
//! Each answer is held beside the answer to the same question about something that is nowhere: the words are the same,
//! so nobody learns that a thing exists elsewhere. None of them names anything of the other server, whose rows and whose
//! Discord stay as they were.

#![expect(clippy::unwrap_used, reason = "a test that can not go on says where")]

use std::{collections::BTreeSet, time::Duration};

use feature::Catalogue;
use serde_json::{Value, json};
use testkit::{
    BotOptions, Story,
    discord_sim::{
        Argument, Asked, ChannelRef, Guild, NoAnswer, Permissions, Person, RecordedCall, RoleRef,
        SeenMessage, SimOptions,
    },
};
use twilight_model::application::command::{CommandOption, CommandOptionType, CommandType};

#[path = "../src/features.rs"]
mod features;

/// Part of every name in the other server.
const MARK: &str = "zzyzx";

/// A server with something of everything.
struct Furnished {
    guild: Guild,
    owner: Person,
    member: Person,
    role: RoleRef,
    hub: ChannelRef,
    room: ChannelRef,
    text: ChannelRef,
    group_name: String,
    /// A message of the bot.
    message: SeenMessage,
}

/// What ids are made of: those of a server, or made up.
#[derive(Clone, Debug)]
struct Ids {
    guild: String,
    room: String,
    text: String,
    message: String,
    role: String,
    user: String,
    group: String,
    view: String,
    listing: String,
    run: String,
    upload: String,
    search: String,
}

/// What stands behind the tags of components and forms. `{}` names are fields of [`Ids`].
const ARGUMENTS: &[(&str, &str)] = &[
    ("activity:presence:v1", "0:0"),
    ("activity:stats:v1", "7:0:0"),
    ("admin:help:v1", "~"),
    ("admin:history:v1", "9"),
    ("admin:history:v2", "general:9"),
    ("admin:import:v1", "{upload}"),
    ("admin:ping:v1", ""),
    ("admin:rules:v1", "0"),
    ("admin:undo:v1", "general:9"),
    ("archive:exports:v1", ""),
    ("archive:search:v1", "{search}:~"),
    ("archive:status:v1", "~"),
    ("autorole:add:v1", "{group}"),
    ("autorole:approve:v1", "{group}:{role}"),
    ("autorole:btn:", "{guild}:{group}:{role}"),
    ("autorole:cancel:v1", "{run}"),
    ("autorole:conditions:v1", "{group}"),
    ("autorole:copy:v1", "{group}:{text}:{message}"),
    ("autorole:create:v1", ""),
    ("autorole:delete:v1", "{group}"),
    ("autorole:item:v1", "{group}:{role}"),
    ("autorole:joining:v1", ""),
    ("autorole:limits:v1", "{group}"),
    ("autorole:list:v1", "0"),
    ("autorole:looks:v1", "{group}"),
    ("autorole:msel:", "{guild}:{group}"),
    ("autorole:old_pick:v1", "{guild}:{group}"),
    ("autorole:old_press:v1", "{guild}:{group}:{role}"),
    ("autorole:open:v1", "{group}"),
    ("autorole:own:v1", "{group}:0"),
    ("autorole:page:v1", "{group}:0"),
    ("autorole:pick:v1", "{group}:0"),
    ("autorole:press:v1", "{group}:{role}"),
    ("autorole:sel:", "{guild}:{group}"),
    ("autorole:start:v1", "{role}:1:1:~"),
    ("autorole:sticky:v1", ""),
    ("autorole:times:v1", "{group}"),
    ("dbbrowse:askfilter:v1", "{view}"),
    ("dbbrowse:asksort:v1", "{view}"),
    ("dbbrowse:clear:v1", "{view}"),
    ("dbbrowse:csv:v1", "{view}"),
    ("dbbrowse:filter:v1", "{view}"),
    ("dbbrowse:open:v1", "{view}:1"),
    ("dbbrowse:pick:v1", ""),
    ("dbbrowse:sort:v1", "{view}"),
    ("dbbrowse:tables:v1", ""),
    ("dbbrowse:turn:v1", "{view}:1:1"),
    ("planning:no:v1", "{guild}:2"),
    ("planning:refused:v1", "{guild}:2"),
    ("planning:week:v1", "20514:{user}:0"),
    ("planning:yes:v1", "{guild}:2"),
    ("tasks:act:v1", "{guild}:2:0"),
    ("tasks:assign:v1", "2"),
    ("tasks:blocked:v1", "{guild}:2"),
    ("tasks:edited:v1", "{guild}:2"),
    ("tasks:list:v2", "{user}:1:7:0:0:0"),
    ("tasks:make:v1", "{text}:{message}"),
    ("tasks:open:v1", "{guild}:2:0"),
    ("tasks:tick:v1", "{guild}:2"),
    ("users:list:v1", "{listing}:0:~"),
    ("users:sync:v1", ""),
    ("voice_hubs:allow:v1", "{guild}:{room}"),
    ("voice_hubs:approve:v1", "{guild}:{room}:{user}"),
    ("voice_hubs:block:v1", "{guild}:{room}:{user}"),
    ("voice_hubs:claim:v1", "{guild}:{room}"),
    ("voice_hubs:delete:v1", "{guild}:{room}"),
    ("voice_hubs:deny:v1", "{guild}:{room}"),
    ("voice_hubs:dodelete:v1", "{guild}:{room}:{user}"),
    ("voice_hubs:dopurge:v1", "{guild}:{room}:{user}:0"),
    ("voice_hubs:forget:v1", "{guild}:{room}"),
    ("voice_hubs:give:v1", "{guild}:{room}"),
    ("voice_hubs:limit:v1", "{guild}:{room}"),
    ("voice_hubs:limited:v1", "{guild}:{room}"),
    ("voice_hubs:lists:v1", "{guild}:{room}"),
    ("voice_hubs:mode:v1", "{guild}:{room}:p"),
    ("voice_hubs:named:v1", "{guild}:{room}"),
    ("voice_hubs:purge:v1", "{guild}:{room}"),
    ("voice_hubs:refuse:v1", "{guild}:{room}:{user}"),
    ("voice_hubs:rename:v1", "{guild}:{room}"),
    ("voice_hubs:transfer:v1", "{guild}:{room}"),
    ("voice_hubs:turn:v1", "{guild}:{room}:0"),
    ("voice_hubs:unlist:v1", "{guild}:{room}:0"),
    ("voice_hubs:waiting:v1", "{guild}:{room}:1"),
    ("webhooks:act:v1", "1:0"),
    ("webhooks:again:v1", "1"),
    ("webhooks:secret:v1", "1"),
    ("worksites:list:v1", "0:~"),
];

impl Ids {
    /// The id of a component or a form; `None` for one that the walk does not know.
    fn of(&self, tag: &str) -> Option<String> {
        let (_, arguments) = ARGUMENTS.iter().find(|(known, _)| *known == tag)?;
        let mut id = (*arguments).to_owned();
        for (name, value) in [
            ("guild", &self.guild),
            ("room", &self.room),
            ("text", &self.text),
            ("message", &self.message),
            ("role", &self.role),
            ("user", &self.user),
            ("group", &self.group),
            ("view", &self.view),
            ("listing", &self.listing),
            ("run", &self.run),
            ("upload", &self.upload),
            ("search", &self.search),
        ] {
            id = id.replace(&format!("{{{name}}}"), value);
        }
        let divider = if id.is_empty() || tag.ends_with(':') {
            ""
        } else {
            ":"
        };
        Some(format!("{tag}{divider}{id}"))
    }

    /// Ids of things that are nowhere, as long as real ones.
    fn made_up() -> Self {
        let id = |last: u64| (1_111_111_111_111_111_000 + last).to_string();
        let row = || "987654".to_owned();
        Self {
            guild: id(1),
            room: id(2),
            text: id(3),
            message: id(4),
            role: id(5),
            user: id(6),
            group: row(),
            view: row(),
            listing: row(),
            run: row(),
            upload: id(7),
            search: row(),
        }
    }
}

/// What an option that must be filled is filled with, so that the one beside it is looked at.
fn filled(path: &str, option: &CommandOption, own: &Furnished) -> Argument {
    if let Some(choice) = option.choices.as_ref().and_then(|choices| choices.first()) {
        return choice.name.as_str().into();
    }
    match (option.kind, option.name.as_str()) {
        (CommandOptionType::Integer, _) => 1.into(),
        (CommandOptionType::Boolean, _) => true.into(),
        (CommandOptionType::Role, _) => (&own.role).into(),
        (CommandOptionType::User | CommandOptionType::Mentionable, _) => (&own.member).into(),
        (CommandOptionType::Channel, "hub" | "channel") if path.starts_with("/hub") => {
            (&own.hub).into()
        }
        (CommandOptionType::Channel, _) => (&own.text).into(),
        (CommandOptionType::Attachment, _) => {
            Argument::File("settings.json".to_owned(), b"{}".to_vec())
        }
        (CommandOptionType::String, "group") => own.group_name.as_str().into(),
        (CommandOptionType::String, "role") => format!("<@&{}>", own.role.id()).into(),
        (CommandOptionType::String, "capability") => "settings.manage".into(),
        (CommandOptionType::String, "feature") => "autorole".into(),
        (CommandOptionType::String, "message") => "1111111111111111004".into(),
        (CommandOptionType::String, "words") => "anything".into(),
        // One that is there already: what can be made but once would be answered differently the second time.
        (CommandOptionType::String, "name") if path == "/worksite create" => "ownsite".into(),
        (CommandOptionType::String, "name" | "description" | "reason") => "Neu".into(),
        (CommandOptionType::String, "scopes") => "hubs.read".into(),
        // Refused, so that nothing outside is called by a test.
        (CommandOptionType::String, "url" | "address") => "https://127.0.0.1/".into(),
        (CommandOptionType::String, "key" | "task" | "webhook" | "worksite" | "entry") => {
            "nirgends".into()
        }
        (CommandOptionType::String, "dates") => "01/05 02/05".into(),
        (kind, name) => panic!(
            "the walk does not know what to give to the option `{name}` ({kind:?}) of `{path}`, which must be filled: \
             say it in `filled`, in {}",
            file!()
        ),
    }
}

/// Every field of every form, with a value that fits: what a form does not have, it does not read.
fn fields(values: &Ids) -> Value {
    let texts = [
        ("name", "Neu"),
        ("message", "Neu"),
        ("button_label", "Neu"),
        ("min", "0"),
        ("max", "1"),
        ("lasts", ""),
        ("cool_down", ""),
        ("emoji", ""),
        ("label", "Neu"),
        ("description", ""),
        ("seats", "3"),
        ("delay", "0"),
        ("value", "1"),
        ("status", ""),
        ("limit", "3"),
        ("due", ""),
        ("tags", ""),
        ("checklist", ""),
        ("reason", "Neu"),
    ];
    let picks = [
        ("mode", "single"),
        ("surface", "auto"),
        ("button_style", "2"),
        ("allowed", "both"),
        ("feedback", "yes"),
        ("require_one", "no"),
        ("column", "user_id"),
        ("op", "is"),
        ("way", "up"),
        ("whom", "everyone"),
        ("sticky", "no"),
        ("roles", &values.role),
        ("any_of", &values.role),
        ("apart_from", &values.group),
        ("priority", "normal"),
        ("assignees", &values.user),
    ];
    let texts =
        texts.map(|(name, value)| json!({"type": 4, "id": 2, "custom_id": name, "value": value}));
    let picks = picks
        .map(|(name, value)| json!({"type": 3, "id": 2, "custom_id": name, "values": [value]}));
    texts
        .into_iter()
        .chain(picks)
        .map(|component| json!({"type": 18, "id": 1, "component": component}))
        .collect()
}

/// Fills a server; all its names begin with `prefix`.
async fn furnish(story: &Story, name: &str, prefix: &str) -> Furnished {
    let guild = story.sim.guild(name);
    let owner = guild.owner().locale("en-US");
    let text = guild.text(&format!("{prefix}text"));
    let hub = guild.voice(&format!("{prefix}hub"));
    let member = guild.member(&format!("{prefix}member"));
    let role = guild.role(&format!("{prefix}role"), Permissions::NONE);
    owner.gives_role(&member, &role);
    story.idle().await;
    let told = async |asked: Asked| story.answer(asked).await;
    told(owner.slash("/sync_users", &[])).await;
    told(owner.slash("/list_users", &[])).await;
    told(owner.slash("/hub create", &[("channel", (&hub).into())])).await;
    let group_name = format!("{prefix}group");
    let options = [
        ("name", group_name.as_str().into()),
        ("roles", format!("<@&{}>", role.id()).into()),
    ];
    told(owner.slash("/autorole create", &options)).await;
    told(owner.slash("/autorole post", &[("group", group_name.as_str().into())])).await;
    let options = [
        ("role", (&role).into()),
        ("action", "Give".into()),
        ("who", "People".into()),
    ];
    let asked = told(owner.slash("/autorole assign", &options)).await;
    let start = asked.message().buttons().into_iter().next().unwrap();
    told(owner.clicks(asked.message(), &start)).await;
    told(owner.slash("/settings set", &[("staff_role", (&role).into())])).await;
    let rule = [("capability", "hub.manage".into()), ("who", (&role).into())];
    told(owner.slash("/permissions grant", &rule)).await;
    let exported = told(owner.slash("/settings export", &[])).await;
    let file = format!("settings-{}.json", guild.id());
    let mut settings: Value =
        serde_json::from_slice(&exported.message().file(&file).unwrap()).unwrap();
    settings["documents"]["general"]["body"]["language"] = json!("fr");
    let file = Argument::File(file, settings.to_string().into_bytes());
    told(owner.slash("/settings import", &[("file", file)])).await;
    told(owner.slash("/audit", &[])).await;
    told(owner.slash("/archive enable", &[("channel", (&text).into())])).await;
    told(owner.slash("/archive search", &[("words", "anything".into())])).await;
    let site = [("name", format!("{prefix}site").as_str().into())];
    told(owner.slash("/worksite create", &site)).await;
    let hook = [
        ("url", format!("https://{prefix}.invalid/").as_str().into()),
        ("events", "webhook.test".into()),
        ("name", format!("{prefix}hook").as_str().into()),
    ];
    told(owner.slash("/webhook add", &hook)).await;
    let task = [("description", format!("{prefix}task").as_str().into())];
    told(owner.in_channel(&text).slash("/task create", &task)).await;
    // Each server counts for itself: of these numbers one's own has none.
    if prefix == MARK {
        told(owner.in_channel(&text).slash("/task create", &task)).await;
    }
    let plan = [
        ("dates", "01/04 02/04".into()),
        ("kind", "Training".into()),
        ("note", format!("{prefix}plan").as_str().into()),
    ];
    told(owner.in_channel(&text).slash("/planning add", &plan)).await;
    // What overlaps is answered otherwise than what does not: on these days everything overlaps from the start.
    let leave = [("dates", "01/05 02/05".into())];
    told(owner.slash("/planning leave", &leave)).await;
    if prefix == MARK {
        told(owner.in_channel(&text).slash("/planning add", &plan)).await;
    }
    let key = [
        ("name", format!("{prefix}key").as_str().into()),
        ("scopes", "hubs.read".into()),
    ];
    told(owner.slash("/api-key create", &key)).await;
    told(owner.slash("/dbbrowse", &[("table", "voice_hubs.hub".into())])).await;
    member.joins(&hub);
    story.idle().await;
    let room = member.voice().unwrap();
    assert_ne!(room, hub, "no room was opened");
    let message = told(owner.in_channel(&text).slash("/ping", &[])).await;
    let message = message.message().clone();
    Furnished {
        guild,
        owner: owner.in_channel(&text),
        member,
        role,
        hub,
        room,
        text,
        group_name,
        message,
    }
}

async fn texts(story: &Story, sql: String) -> Vec<String> {
    let mut db = story.database().database().acquire().await.unwrap();
    #[expect(clippy::disallowed_methods, reason = "a test looks from outside")]
    let asking = sqlx::query_scalar(sqlx::AssertSqlSafe(sql));
    asking.fetch_all(&mut *db).await.unwrap()
}

/// Every table of ours.
async fn tables(story: &Story) -> Vec<String> {
    let sql = "select table_schema || '.' || table_name from information_schema.tables
         where table_schema not in ('pg_catalog', 'information_schema', 'public') order by 1";
    texts(story, sql.to_owned()).await
}

/// Every row that is of a server, or names something of it and is not of the asker's.
async fn rows(story: &Story, of: &Furnished, but: &Furnished) -> Vec<String> {
    let mut rows = Vec::new();
    let things = [
        of.guild.id(),
        of.role.id(),
        of.member.id(),
        of.room.id(),
        of.hub.id(),
        of.text.id(),
    ];
    let things: Vec<String> = things.iter().map(ToString::to_string).collect();
    for table in tables(story).await {
        let sql = format!(
            "select '{table} ' || to_jsonb(t)::text from {table} t
             where to_jsonb(t)::text ~ '{}' and to_jsonb(t)::text !~ '{}' order by 1",
            things.join("|"),
            but.guild.id()
        );
        rows.extend(texts(story, sql).await);
    }
    rows
}

/// A key of a row of the server, one of each column of each table's key; days and instants name nothing of anybody's.
async fn keys(story: &Story, guild: &Guild) -> BTreeSet<String> {
    // Numbers of jobs are typed nowhere in Discord, and so small that they stand in many answers.
    let columns = "select c.conrelid::regclass || ' ' || a.attname from pg_constraint c
         join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
         where c.contype in ('p', 'u') and a.attname <> 'guild_id' and c.conrelid <> 'jobs.ended'::regclass
             and a.atttypid not in ('timestamptz'::regtype, 'date'::regtype) and exists (
             select from pg_attribute g where g.attrelid = c.conrelid and g.attname = 'guild_id')";
    let mut keys = BTreeSet::new();
    for column in texts(story, columns.to_owned()).await {
        let (table, column) = column.split_once(' ').unwrap();
        let sql = format!(
            "select {column}::text from {table} where guild_id = {} and {column} is not null order by 1 desc limit 1",
            guild.id()
        );
        keys.extend(texts(story, sql).await);
    }
    keys
}

async fn one(story: &Story, guild: &Guild, column: &str, table: &str) -> String {
    let sql = format!(
        "select {column}::text from {table} where guild_id = {} limit 1",
        guild.id()
    );
    let found = texts(story, sql).await;
    found
        .into_iter()
        .next()
        .unwrap_or_else(|| panic!("nothing in {table}"))
}

/// The open part of a key of the server's.
async fn key_prefix(story: &Story, guild: &Guild) -> String {
    let sql = format!(
        "select prefix from api.key where {} = any (guild_ids)",
        guild.id()
    );
    texts(story, sql).await.swap_remove(0)
}

async fn ids(story: &Story, of: &Furnished) -> Ids {
    Ids {
        guild: of.guild.id().to_string(),
        room: of.room.id().to_string(),
        text: of.text.id().to_string(),
        message: of.message.id().to_string(),
        role: of.role.id().to_string(),
        user: of.member.id().to_string(),
        group: one(story, &of.guild, "id", "autorole.role_group").await,
        view: one(story, &of.guild, "id", "dbbrowse.browse").await,
        listing: one(story, &of.guild, "id", "users.listing").await,
        run: one(story, &of.guild, "id", "autorole.mass").await,
        upload: one(story, &of.guild, "interaction_id", "admin.upload").await,
        search: one(story, &of.guild, "id", "archive.search").await,
    }
}

/// Every path of a command, with its options.
fn paths(name: &str, options: &[CommandOption]) -> Vec<(String, Vec<CommandOption>)> {
    let subs: Vec<&CommandOption> = options
        .iter()
        .filter(|option| {
            matches!(
                option.kind,
                CommandOptionType::SubCommand | CommandOptionType::SubCommandGroup
            )
        })
        .collect();
    if subs.is_empty() {
        return vec![(name.to_owned(), options.to_vec())];
    }
    subs.into_iter()
        .flat_map(|sub| {
            let below = sub.options.as_deref().unwrap_or_default();
            paths(&format!("{name} {}", sub.name), below)
        })
        .collect()
}

/// The walker: asks, and holds every answer to the walls.
struct Walk<'a> {
    story: &'a Story,
    own: &'a Furnished,
    foreign: &'a Furnished,
    /// All that must not be told.
    secrets: Vec<String>,
    /// All that was typed so far, the longest first: it may come back in any later answer.
    typed: Vec<String>,
    asked: usize,
    wrong: Vec<String>,
}

/// What was told, without keys and secrets that were just made: no two are alike.
fn without_tokens(told: &str) -> String {
    let is_token = |letter: char| letter.is_ascii_alphanumeric() || "_-+/=".contains(letter);
    let (mut plain, mut rest) = (String::new(), told);
    // From left to right: what is drawn by lot may have a mark in it.
    while let Some((at, mark)) = ["mj_", "whsec_"]
        .into_iter()
        .filter_map(|mark| Some((rest.find(mark)?, mark)))
        .min()
    {
        let (before, token) = rest.split_at(at);
        plain.push_str(before);
        plain.push_str(mark);
        plain.push_str("[token]");
        rest = token.trim_start_matches(is_token);
    }
    plain.push_str(rest);
    plain
}

#[test]
fn a_token_may_have_a_mark_in_it() {
    assert_eq!(
        without_tokens("mj_ab-mj_c whsec_mj_d\nwhsec_ mj_e"),
        "mj_[token] whsec_[token]\nwhsec_[token] mj_[token]"
    );
}

impl Walk<'_> {
    /// What is answered, with numbers and what was asked for taken out; `None` when Discord's client would not even ask.
    async fn ask(&mut self, what: &str, asked: Asked, given: &[&str]) -> Option<String> {
        self.asked += 1;
        let answer = match asked.answer().await {
            Ok(answer) => answer,
            Err(NoAnswer::CouldNotAsk(_)) => return None,
            Err(error) => {
                self.wrong.push(format!("{what}: {error}"));
                return None;
            }
        };
        self.story.idle().await;
        let mut told = match (&answer.message, &answer.modal) {
            (_, Some(modal)) => modal.json().to_string(),
            (Some(message), _) => {
                let files = message.json()["attachments"]
                    .as_array()
                    .into_iter()
                    .flatten();
                let files: Vec<String> = files
                    .filter_map(|file| message.file(file["filename"].as_str()?))
                    .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
                    .collect();
                format!("{} {}", message.json()["components"], files.join(" "))
            }
            _ => format!("{:?}", answer.choices),
        };
        // What keeps Markdown from taking a text for its own is no part of it.
        told = without_tokens(&told.replace(r"\\", ""));
        // What they typed themselves, they know already: the longest first, since one may be part of another.
        let mut given: Vec<&str> = given
            .iter()
            .copied()
            .chain(self.typed.iter().map(String::as_str))
            .collect();
        given.sort_by_key(|text| std::cmp::Reverse(text.len()));
        // Small numbers are taken out below, like all others.
        let is_small =
            |text: &str| text.len() < 7 && text.bytes().all(|byte| byte.is_ascii_digit());
        for text in given.into_iter().filter(|text| !is_small(text)) {
            told = told.replace(text, "[given]");
            told = told.replace(&text.to_lowercase(), "[given]");
        }
        for mention in ["<@&[given]>", "<@[given]>", "<#[given]>"] {
            told = told.replace(mention, "[given]");
        }
        let lower = told.to_lowercase();
        for secret in &self.secrets {
            if lower.contains(secret.as_str()) {
                self.wrong.push(format!("{what} tells `{secret}`: {told}"));
            }
        }
        let mut plain = String::new();
        for character in told.chars() {
            if !character.is_ascii_digit() {
                plain.push(character);
            } else if !plain.ends_with('#') {
                plain.push('#');
            }
        }
        Some(plain)
    }

    /// Asks about something of the other server, and then about something that is nowhere.
    async fn compare(
        &mut self,
        what: &str,
        (about, given): (impl FnOnce() -> Asked, &[&str]),
        (twin, others): (impl FnOnce() -> Asked, &[&str]),
    ) {
        let there = self.ask(what, about(), given).await;
        let nowhere = self.ask(what, twin(), others).await;
        if there != nowhere {
            self.wrong.push(format!(
                "{what} is answered otherwise than the same about nothing:\n  {there:?}\n  {nowhere:?}"
            ));
        }
    }

    async fn commands(&mut self, catalogue: &Catalogue, candidates: &[(String, String)]) {
        let mut all = Vec::new();
        for entry in catalogue.commands() {
            // Nobody is offered the menu of a message that they do not see: it is opened on one of their own.
            if entry.schema.kind == CommandType::Message {
                let (owner, message) = (&self.own.owner, &self.own.message);
                let asked = owner.message_menu(&entry.schema.name, message);
                self.ask(&entry.schema.name, asked, &[]).await;
                continue;
            }
            assert_eq!(
                entry.schema.kind,
                CommandType::ChatInput,
                "the walk does not know context menus like `{}` yet: teach it in {}",
                entry.schema.name,
                file!()
            );
            all.extend(paths(
                &format!("/{}", entry.schema.name),
                &entry.schema.options,
            ));
        }
        for (path, options) in &all {
            self.simply(path, options, candidates).await;
        }
        // From here on what was typed is stored, and comes back.
        for (there, nowhere) in candidates {
            self.typed.extend([there.clone(), nowhere.clone()]);
            for text in [there, nowhere] {
                let numbers = text.split(|at: char| !at.is_ascii_digit());
                self.typed
                    .extend(numbers.filter(|number| number.len() > 5).map(str::to_owned));
            }
        }
        for (path, options) in &all {
            self.beside_nothing(path, options, candidates).await;
        }
    }

    /// A command without options, with things that Discord would not let them choose, and while it is typed.
    async fn simply(
        &mut self,
        path: &str,
        options: &[CommandOption],
        candidates: &[(String, String)],
    ) {
        let owner = self.own.owner.clone();
        let required = self.required(path, options);
        if required.is_empty() {
            self.ask(path, owner.slash(path, &[]), &[]).await;
        }
        for option in options {
            let what = format!("{path} {}", option.name);
            let (foreign, others) = (self.foreign, but(&required, &option.name));
            let with = |value: Argument| {
                let mut all = others.clone();
                all.push((option.name.as_str(), value));
                owner.slash(path, &all)
            };
            match option.kind {
                CommandOptionType::Role => {
                    let id = foreign.role.id().to_string();
                    self.ask(&what, with((&foreign.role).into()), &[&id]).await;
                }
                CommandOptionType::Channel => {
                    for channel in [&foreign.hub, &foreign.room, &foreign.text] {
                        let id = channel.id().to_string();
                        self.ask(&what, with(channel.into()), &[&id]).await;
                    }
                }
                _ if option.autocomplete == Some(true) => {
                    for (there, _) in candidates {
                        let typed = owner.types_after(path, &others, &option.name, there);
                        self.ask(&format!("{what}, typed"), typed, &[there]).await;
                    }
                }
                _ => {}
            }
        }
    }

    /// Every option that something foreign can be called by, beside something that is nowhere.
    async fn beside_nothing(
        &mut self,
        path: &str,
        options: &[CommandOption],
        candidates: &[(String, String)],
    ) {
        let owner = self.own.owner.clone();
        let required = self.required(path, options);
        for option in options {
            let others = but(&required, &option.name);
            let with = |value: Argument| {
                let mut all = others.clone();
                all.push((option.name.as_str(), value));
                owner.slash(path, &all)
            };
            let what = format!("{path} {}", option.name);
            let has_choices = option
                .choices
                .as_ref()
                .is_some_and(|choices| !choices.is_empty());
            match option.kind {
                // The name of something new is taken once it was given, whoever else has one of that name.
                _ if path == "/worksite create" && option.name == "name" => {}
                // Nothing outside is called by a test.
                _ if path.starts_with("/webhook") && option.name == "url" => {}
                _ if has_choices => {}
                CommandOptionType::String => {
                    for (there, nowhere) in candidates {
                        let about = || with(there.as_str().into());
                        let twin = || with(nowhere.as_str().into());
                        self.compare(&format!("{what}: {there}"), (about, &[]), (twin, &[]))
                            .await;
                    }
                }
                CommandOptionType::Integer => {
                    let numbers = candidates.iter().filter_map(|(there, nowhere)| {
                        Some((there.parse::<i64>().ok()?, nowhere.parse::<i64>().ok()?))
                    });
                    for (there, nowhere) in numbers {
                        let (about, twin) = (|| with(there.into()), || with(nowhere.into()));
                        self.compare(&format!("{what}: {there}"), (about, &[]), (twin, &[]))
                            .await;
                    }
                }
                CommandOptionType::User | CommandOptionType::Mentionable => {
                    let nowhere = self.story.sim.find_guild("Nowhere").unwrap();
                    let (member, stranger) = (&self.foreign.member, nowhere.member("stranger"));
                    let given = [member, &stranger].map(|one| {
                        let id = one.id().to_string();
                        [format!("<@{id}>"), id, one.name()]
                    });
                    let [given, others] = given
                        .each_ref()
                        .map(|given| given.each_ref().map(String::as_str));
                    let (about, twin) = (|| with(member.into()), || with((&stranger).into()));
                    self.compare(&what, (about, &given), (twin, &others)).await;
                }
                _ => {}
            }
        }
    }

    /// The options of a path that must be filled.
    fn required<'b>(&self, path: &str, options: &'b [CommandOption]) -> Vec<(&'b str, Argument)> {
        options
            .iter()
            .filter(|option| option.required == Some(true))
            .map(|option| (option.name.as_str(), filled(path, option, self.own)))
            .collect()
    }

    async fn components(&mut self, catalogue: &Catalogue, there: &Ids, nowhere: &Ids) {
        let message = self.own.message.clone();
        let owner = self.own.owner.clone();
        for (tag, kind) in catalogue
            .components()
            .map(|entry| (entry.tag.clone(), u8::from(entry.kind)))
        {
            for is_home in [false, true] {
                let (first, second) = self.pair(&tag, is_home, there, nowhere);
                let press = |id: &str, ids: &Ids| {
                    let values: [Argument; 1] = match kind {
                        2 => return owner.clicks_id(&message, id),
                        5 | 7 => [Argument::User(ids.user.parse().unwrap())],
                        6 => [Argument::Role(ids.role.parse().unwrap())],
                        8 => [Argument::Channel(ids.room.parse().unwrap())],
                        _ => [ids.role.as_str().into()],
                    };
                    owner.picks_id(&message, kind, id, &values)
                };
                let (given, others) = (known(&first, there), known(&second, nowhere));
                let (about, twin) = (|| press(&first, there), || press(&second, nowhere));
                self.compare(&first, (about, &given), (twin, &others)).await;
            }
        }
    }

    async fn forms(&mut self, catalogue: &Catalogue, there: &Ids, nowhere: &Ids) {
        let message = self.own.message.clone();
        let owner = self.own.owner.clone();
        for tag in catalogue.modals().map(|entry| entry.tag.clone()) {
            for is_home in [false, true] {
                let (first, second) = self.pair(&tag, is_home, there, nowhere);
                let (given, others) = (known(&first, there), known(&second, nowhere));
                let about = || owner.submits_id(&message, &first, &fields(there));
                let twin = || owner.submits_id(&message, &second, &fields(nowhere));
                let answered = self.ask(&first, about(), &given).await;
                if answered.is_some_and(|told| told.contains("from an older version")) {
                    self.wrong.push(format!(
                        "{first} is sent without a field that it needs: name it in `fields`, in {}",
                        file!()
                    ));
                }
                self.compare(&first, (about, &given), (twin, &others)).await;
            }
        }
    }

    /// The id with the other server's things and with things that are nowhere; `is_home` says that both name this
    /// server, as an id that was put together would.
    fn pair(&self, tag: &str, is_home: bool, there: &Ids, nowhere: &Ids) -> (String, String) {
        let of = |ids: &Ids| {
            let mut ids = ids.clone();
            if is_home {
                ids.guild = self.own.guild.id().to_string();
            }
            ids.of(tag).unwrap_or_else(|| {
                panic!("the walk does not know what stands behind `{tag}`: say it in `ARGUMENTS`, in {}", file!())
            })
        };
        (of(there), of(nowhere))
    }
}

/// What somebody knows who sends such an id.
fn known<'b>(id: &'b str, ids: &'b Ids) -> Vec<&'b str> {
    vec![
        id,
        &ids.guild,
        &ids.room,
        &ids.text,
        &ids.message,
        &ids.role,
        &ids.user,
        &ids.upload,
    ]
}

/// The options without one of them.
fn but<'b>(required: &[(&'b str, Argument)], name: &str) -> Vec<(&'b str, Argument)> {
    required
        .iter()
        .filter(|(other, _)| *other != name)
        .cloned()
        .collect()
}

#[tokio::test]
async fn an_administrator_with_every_id_of_another_server_gets_nothing_and_changes_nothing() {
    let sim = SimOptions {
        rate_limits: false,
        first_answer: Duration::from_secs(30),
        patience: Duration::from_secs(40),
        start_at: Some("2026-03-02T09:00:00Z".parse().unwrap()),
        ..SimOptions::default()
    };
    testkit::story_with(features::all, sim, BotOptions::default(), async |story| {
        story.allows_refusals = true;
        let foreign = furnish(story, &format!("{MARK} server"), MARK).await;
        let own = furnish(story, "Own server", "own").await;
        story.sim.guild_without_bot("Nowhere").member("stranger");
        let (there, nowhere) = (ids(story, &foreign).await, Ids::made_up());

        // What may be typed, each with something alike that is nowhere.
        let link = |ids: &Ids, guild: &str| {
            format!(
                "https://discord.com/channels/{guild}/{}/{}",
                ids.text, ids.message
            )
        };
        let mut candidates: Vec<(String, String)> = vec![
            (foreign.group_name.clone(), "nirgendsa".to_owned()),
            (foreign.role.name(), "nirgendsb".to_owned()),
            (foreign.member.name(), "znirgends".to_owned()),
            (foreign.room.name(), "znirgends's room".to_owned()),
            (
                format!("<@&{}>", there.role),
                format!("<@&{}>", nowhere.role),
            ),
            (format!("<#{}>", there.text), format!("<#{}>", nowhere.text)),
            (format!("<@{}>", there.user), format!("<@{}>", nowhere.user)),
            (link(&there, &there.guild), link(&nowhere, &nowhere.guild)),
            (
                link(&there, &own.guild.id().to_string()),
                link(&nowhere, &own.guild.id().to_string()),
            ),
            (format!("{MARK}key"), "nirgendse".to_owned()),
            (format!("{MARK}site"), "nirgendsf".to_owned()),
            (format!("{MARK}task"), "nirgendsg".to_owned()),
            (format!("{MARK}plan"), "nirgendsh".to_owned()),
            (
                key_prefix(story, &foreign.guild).await,
                "nirgends".to_owned(),
            ),
            (there.guild.clone(), nowhere.guild.clone()),
            (there.text.clone(), nowhere.text.clone()),
            (there.message.clone(), nowhere.message.clone()),
        ];
        let mut own_keys = keys(story, &own.guild).await;
        own_keys.extend(["general", "features", "permissions"].map(str::to_owned));
        for (key, number) in keys(story, &foreign.guild).await.into_iter().zip(100_u64..) {
            // Numbers that each server counts for itself name a thing of one's own.
            if own_keys.contains(&key) || candidates.iter().any(|(known, _)| *known == key) {
                continue;
            }
            let twin = match key.parse::<u64>() {
                Ok(id) if id > 1_000_000_000_000 => {
                    (1_111_111_111_111_112_000 + number).to_string()
                }
                Ok(_) => (987_000 + number).to_string(),
                Err(_) => format!("nirgends{number}"),
            };
            candidates.push((key, twin));
        }

        let before = rows(story, &foreign, &own).await;
        let told = foreign.owner.sees(&foreign.text).len();
        story.sim.clear_calls();
        let secrets = [
            &there.guild,
            &there.room,
            &there.text,
            &there.role,
            &there.user,
        ];
        let mut secrets: Vec<String> = secrets.into_iter().cloned().collect();
        secrets.push(MARK.to_owned());
        let mut walk = Walk {
            story,
            own: &own,
            foreign: &foreign,
            secrets,
            typed: Vec::new(),
            asked: 0,
            wrong: Vec::new(),
        };
        let catalogue = &story.house().catalogue;
        walk.components(catalogue, &there, &nowhere).await;
        walk.forms(catalogue, &there, &nowhere).await;
        walk.commands(catalogue, &candidates).await;
        let (asked, wrong) = (walk.asked, walk.wrong);
        assert!(
            wrong.is_empty(),
            "{} of {asked}:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
        assert!(asked > 1_000, "only {asked} questions were asked");

        // Nothing was asked of Discord about it, and nothing of it changed.
        let about: Vec<String> = story
            .sim
            .calls()
            .iter()
            .map(RecordedCall::line)
            .filter(|line| {
                [&there.guild, &there.room, &there.text, &there.role]
                    .iter()
                    .any(|id| line.contains(id.as_str()))
            })
            .collect();
        assert!(about.is_empty(), "{about:#?}");
        assert_eq!(rows(story, &foreign, &own).await, before);
        assert_eq!(foreign.owner.sees(&foreign.text).len(), told);
        assert_eq!(foreign.member.voice(), Some(foreign.room.clone()));
        for person in [&own.owner, &foreign.owner, &own.member, &foreign.member] {
            for channel in [
                &own.text,
                &own.room,
                &own.guild.channel("general").unwrap(),
                &foreign.guild.channel("general").unwrap(),
                &foreign.room,
            ] {
                person.sees(channel);
            }
        }
    })
    .await;
}
