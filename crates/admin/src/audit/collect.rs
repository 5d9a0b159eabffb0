//! Reading a server: one call for each kind of thing, none for each channel.
//!
//! Eight calls, and one for each of at most [`PEOPLE`] members: the bots, whose permissions are their roles', and
//! then those for whom channels have overwrites, who may have left. Only the server itself and its channels must be
//! readable; what the bot may not read is named with the permission that is missing, without asking Discord in vain.

use std::collections::{BTreeMap, BTreeSet};

use database::GuildId;
use feature::{House, Outcome, Refusal};
use futures_util::future::join_all;
use serde::{Deserialize, de::DeserializeOwned};
use twilight_http::request::TryIntoRequest;
use twilight_model::{guild::Permissions, id::Id};

use super::model::{
    Audit, AutoModRule, Bits, Bot, Channel, Emoji, Event, FORMAT, Integration, Key, NotRead,
    Overwrite, Ref, Role, Server, Sticker, Thread, Webhook, Who, in_categories,
};

/// How many members are looked up at the most.
pub(crate) const PEOPLE: usize = 25;

#[derive(Deserialize)]
struct Guild {
    #[serde(default)]
    name: String,
    #[serde(default)]
    approximate_member_count: Option<u64>,
    #[serde(default)]
    roles: Vec<Role>,
    #[serde(default)]
    emojis: Vec<Emoji>,
    #[serde(default)]
    stickers: Vec<Sticker>,
    #[serde(flatten)]
    server: Server,
}

#[derive(Deserialize)]
struct Threads {
    threads: Vec<Thread>,
}

#[derive(Deserialize)]
struct Member {
    user: Who,
    #[serde(default)]
    roles: Vec<Ref>,
}

/// What was asked for, or why it could not be read.
type Section<T> = Result<T, NotRead>;

struct Reader<'a> {
    house: &'a House,
    held: Permissions,
}

impl Reader<'_> {
    async fn must<T: DeserializeOwned>(&self, request: impl TryIntoRequest) -> Result<T, Refusal> {
        let request = request.try_into_request().map_err(Refusal::Unsendable)?;
        self.house.discord.raw(request).await
    }

    async fn may<T: DeserializeOwned>(
        &self,
        section: &str,
        needs: Permissions,
        request: impl TryIntoRequest,
    ) -> Section<T> {
        let not_read = |needs: Option<Permissions>| NotRead {
            section: section.to_owned(),
            needs: needs.map(Bits),
        };
        if !self.held.contains(needs) {
            return Err(not_read(Some(needs)));
        }
        self.must(request).await.map_err(|refusal| match refusal {
            Refusal::Forbidden { needed, .. } if !needed.is_empty() => not_read(Some(needed)),
            refusal => {
                tracing::warn!(
                    section,
                    error = feature::chain(&refusal),
                    "a part of a server can not be read"
                );
                not_read(None)
            }
        })
    }
}

/// Reads the server as it is now.
pub(crate) async fn collect(house: &House, guild: GuildId) -> Outcome<Audit> {
    let reader = Reader {
        house,
        held: house.own_permissions(guild).await?,
    };
    let (http, id) = (house.discord.http(), guild.into());
    let none = Permissions::empty();
    let (read, channels) = tokio::try_join!(
        reader.must::<Guild>(http.guild(id).with_counts(true)),
        reader.must::<Vec<Channel>>(http.guild_channels(id)),
    )?;
    let (threads, counts, webhooks, integrations, rules, events) = tokio::join!(
        reader.may::<Threads>("threads", none, http.active_threads(id)),
        reader.may::<BTreeMap<String, u64>>("role_members", none, http.role_member_counts(id)),
        reader.may::<Vec<Webhook>>(
            "webhooks",
            Permissions::MANAGE_WEBHOOKS,
            http.guild_webhooks(id)
        ),
        reader.may::<Vec<Integration>>(
            "integrations",
            Permissions::MANAGE_GUILD,
            http.guild_integrations(id)
        ),
        reader.may::<Vec<AutoModRule>>(
            "automod_rules",
            Permissions::MANAGE_GUILD,
            http.auto_moderation_rules(id)
        ),
        reader.may::<Vec<Event>>("scheduled_events", none, http.guild_scheduled_events(id)),
    );
    let mut not_read = Vec::new();
    let mut keep = |failed: Option<NotRead>| not_read.extend(failed);
    let counts = section(counts, &mut keep);
    let (categories, outside) = in_categories(channels);
    let mut audit = Audit {
        format: FORMAT,
        guild_name: read.name,
        key: Key(guild.get()),
        taken_at: Some(house.clock.now()),
        member_count: read.approximate_member_count,
        server: Some(read.server),
        categories,
        channels: outside,
        roles: read.roles,
        threads: section(threads, &mut keep).map(|threads| threads.threads),
        emoji: Some(read.emojis),
        stickers: Some(read.stickers),
        webhooks: section(webhooks, &mut keep),
        integrations: section(integrations, &mut keep),
        automod_rules: section(rules, &mut keep),
        scheduled_events: section(events, &mut keep),
        bots: None,
        not_read: Vec::new(),
    };
    in_order(&mut audit);
    for role in &mut audit.roles {
        role.members = counts
            .as_ref()
            .and_then(|counts| counts.get(&role.key.0.to_string()))
            .copied();
    }
    people(&reader, guild, &mut audit, &mut keep).await;
    audit.not_read = not_read;
    Ok(audit)
}

fn section<T>(read: Section<T>, keep: &mut impl FnMut(Option<NotRead>)) -> Option<T> {
    match read {
        Ok(read) => Some(read),
        Err(failed) => {
            keep(Some(failed));
            None
        }
    }
}

/// Discord promises no order: the same server gives the same file.
fn in_order(audit: &mut Audit) {
    fn by_key<T>(list: &mut Option<Vec<T>>, key: impl Fn(&T) -> Key) {
        if let Some(list) = list {
            list.sort_by_key(key);
        }
    }
    audit.roles.sort_by_key(|role| (role.position, role.key));
    by_key(&mut audit.threads, |one| one.key);
    by_key(&mut audit.emoji, |one| one.key);
    by_key(&mut audit.stickers, |one| one.key);
    by_key(&mut audit.webhooks, |one| one.key);
    by_key(&mut audit.integrations, |one| one.key);
    by_key(&mut audit.automod_rules, |one| one.key);
    by_key(&mut audit.scheduled_events, |one| one.key);
}

/// The bots with what they may do, and which overwrites are for somebody who is gone.
async fn people(
    reader: &Reader<'_>,
    guild: GuildId,
    audit: &mut Audit,
    keep: &mut impl FnMut(Option<NotRead>),
) {
    let bots = bots(audit, reader.house.me.id().get());
    let of_members: BTreeSet<u64> = audit
        .all_overwrites()
        .flat_map(|(_, overwrites)| overwrites)
        .filter(|overwrite| {
            overwrite.kind == Overwrite::MEMBER && !bots.contains_key(&overwrite.key.0)
        })
        .map(|overwrite| overwrite.key.0)
        .collect();
    let asked: Vec<u64> = bots
        .keys()
        .copied()
        .chain(of_members.iter().copied())
        .take(PEOPLE)
        .collect();
    if bots.len() + of_members.len() > PEOPLE {
        keep(Some(NotRead {
            section: "members".to_owned(),
            needs: None,
        }));
    }
    let http = reader.house.discord.http();
    let answers = join_all(asked.iter().map(async |id| {
        let answer = match Id::new_checked(*id) {
            Some(user) => {
                reader
                    .must::<Member>(http.guild_member(guild.into(), user))
                    .await
            }
            None => return (*id, None),
        };
        let known = match answer {
            Ok(member) => Some(Some(member)),
            Err(refusal) if refusal.is_gone() => Some(None),
            Err(refusal) => {
                tracing::warn!(error = feature::chain(&refusal), "a member can not be read");
                None
            }
        };
        (*id, known)
    }));
    let answers: BTreeMap<u64, Option<Option<Member>>> = answers.await.into_iter().collect();

    let roles: BTreeMap<u64, Permissions> = audit
        .roles
        .iter()
        .map(|role| (role.key.0, role.permissions.0))
        .collect();
    for overwrite in audit.overwrites_mut() {
        overwrite.target_exists = match overwrite.kind {
            Overwrite::ROLE => Some(roles.contains_key(&overwrite.key.0)),
            _ => answers
                .get(&overwrite.key.0)
                .and_then(|answer| answer.as_ref().map(Option::is_some)),
        };
    }
    let permissions_of = |id: u64| roles.get(&id).copied().unwrap_or(Permissions::empty());
    let everyone = permissions_of(guild.get());
    let read = bots.into_iter().filter_map(|(id, (name, managed))| {
        let member = match answers.get(&id) {
            // The integration is still listed, its bot was thrown out.
            Some(Some(None)) => return None,
            Some(Some(Some(member))) => Some(member),
            _ => None,
        };
        let of_roles = match member {
            Some(member) => member
                .roles
                .iter()
                .map(|role| permissions_of(role.0))
                .collect(),
            None => managed.map_or(Permissions::empty(), permissions_of),
        };
        Some(Bot {
            key: Key(id),
            name: member.map_or(name, |member| member.user.username.clone()),
            permissions: Bits(everyone | of_roles),
            roles: member.map(|member| {
                let mut roles = member.roles.clone();
                roles.sort_unstable();
                roles
            }),
        })
    });
    audit.bots = Some(read.collect());
}

/// The bots that are known of, this one first to be asked for: by their managed roles and by the integrations; with a
/// name and the managed role.
fn bots(audit: &Audit, me: u64) -> BTreeMap<u64, (String, Option<u64>)> {
    let mut bots = BTreeMap::from([(me, (String::new(), None))]);
    for role in &audit.roles {
        if let Some(bot) = role.tags.bot_id {
            bots.insert(bot.0, (role.name.clone(), Some(role.key.0)));
        }
    }
    let integrations = audit.integrations.iter().flatten();
    for bot in integrations.filter_map(|one| one.application.as_ref()?.bot.as_ref()) {
        let entry = bots.entry(bot.key.0).or_default();
        entry.0.clone_from(&bot.username);
    }
    bots
}
