//! Coming and going: voice, guilds, DMs, presence.

use serde_json::json;

use super::speech::done;
use crate::{
    ids::Id,
    people::{Cannot, ChannelRef, Guild, Person, RoleRef},
    permissions::Permissions,
    state::{World, user::DmPolicy},
};

impl Person {
    /// Joins a voice channel, or moves there.
    ///
    /// # Panics
    ///
    /// If they may not; see [`try_joins`](Self::try_joins).
    #[track_caller]
    pub fn joins(&self, voice: &ChannelRef) {
        done(self.try_joins(voice));
    }

    /// Joins a voice channel, or moves there.
    ///
    /// # Errors
    ///
    /// [`Cannot`] without Connect, and when the channel is full.
    pub fn try_joins(&self, voice: &ChannelRef) -> Result<(), Cannot> {
        self.sim.with(|world| {
            let place = world
                .channels
                .get(&voice.id)
                .filter(|place| place.kind.is_voice());
            let Some((guild, name)) =
                place.and_then(|place| Some((place.guild?, place.name.clone())))
            else {
                return Err(self.cannot(world, "join", "there is no such voice channel"));
            };
            let what = format!("join {name}");
            let own = world.permissions_in(self.id, voice.id);
            if !own.contains(Permissions::VIEW_CHANNEL | Permissions::CONNECT) {
                return Err(self.cannot(world, what, "they lack CONNECT"));
            }
            let is_there = world.occupants(voice.id).contains(&self.id);
            if !is_there && world.is_full(voice.id) && !own.contains(Permissions::MOVE_MEMBERS) {
                return Err(self.cannot(world, what, "the channel is full"));
            }
            world.did(self.id, None, || format!("joins <#{}>", voice.id));
            world.enter_voice(guild, self.id, voice.id, |_| {});
            Ok(())
        })
    }

    /// Is idle for so long that Discord moves them to the guild's AFK channel, if there is one.
    pub fn goes_afk(&self) {
        self.sim.with(|world| {
            let Some(guild) = self.guild else { return };
            let afk = world
                .guilds
                .get(&guild)
                .and_then(|home| home.fields.get("afk_channel_id"))
                .and_then(Id::from_json);
            let is_in_voice = world
                .guilds
                .get(&guild)
                .is_some_and(|home| home.voice.contains_key(&self.id));
            if let Some(afk) = afk.filter(|_| is_in_voice) {
                world.enter_voice(guild, self.id, afk, |_| {});
            }
        });
    }

    /// Leaves voice.
    pub fn leaves(&self) {
        self.sim.with(|world| {
            if let Some(guild) = self.guild {
                world.did(self.id, None, || "leaves voice".to_owned());
                world.leave_voice(guild, self.id);
            }
        });
    }

    /// The voice channel they are in.
    pub fn voice(&self) -> Option<ChannelRef> {
        let id = self.sim.look(|world| {
            let guild = world.guilds.get(&self.guild?)?;
            guild.voice.get(&self.id).map(|state| state.channel)
        })?;
        Some(ChannelRef {
            sim: self.sim.clone(),
            id,
        })
    }

    /// Mutes or unmutes their own microphone.
    pub fn mutes_self(&self, is_mute: bool) {
        self.sim.with(|world| {
            let Some(guild) = self.guild else { return };
            let here = world
                .guilds
                .get(&guild)
                .and_then(|home| home.voice.get(&self.id));
            if let Some(channel) = here.map(|state| state.channel) {
                world.enter_voice(guild, self.id, channel, |state| state.self_mute = is_mute);
            }
        });
    }

    /// Leaves the guild.
    pub fn leaves_guild(&self) {
        self.sim.with(|world| {
            if let Some(guild) = self.guild {
                world.did(self.id, None, || "leaves the guild".to_owned());
                world.leave_guild(guild, self.id);
            }
        });
    }

    /// Joins a guild, or comes back to it; returns them as they act there.
    ///
    /// # Panics
    ///
    /// If they are banned there.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "joining is what it is called for"
    )]
    pub fn joins_guild(&self, guild: &Guild) -> Self {
        done(self.sim.with(|world| {
            let is_banned = world
                .guilds
                .get(&guild.id)
                .is_some_and(|home| home.bans.contains_key(&self.id));
            if is_banned {
                return Err(self.cannot(world, "join the guild", "they are banned"));
            }
            world.did(self.id, None, || "joins the guild".to_owned());
            world.join_guild(guild.id, self.id);
            Ok(())
        }));
        self.in_guild(guild)
    }

    /// Joins a guild whose rules screen is switched on: they are pending until they
    /// [accept the rules](Self::accepts_rules).
    ///
    /// # Panics
    ///
    /// If they are banned there.
    #[track_caller]
    #[expect(
        clippy::return_self_not_must_use,
        reason = "joining is what it is called for"
    )]
    pub fn joins_guild_pending(&self, guild: &Guild) -> Self {
        self.sim.with(|world| {
            let now = world.now();
            if let Some(home) = world.guilds.get_mut(&guild.id) {
                let member = home
                    .members
                    .entry(self.id)
                    .or_insert_with(|| crate::state::Member::new(self.id, now));
                member.is_pending = true;
            }
        });
        self.joins_guild(guild)
    }

    /// Accepts the rules on the rules screen.
    pub fn accepts_rules(&self) {
        self.sim.with(|world| {
            if let Some(guild) = self.guild {
                world.change_member(guild, self.id, |member| member.is_pending = false);
            }
        });
    }

    /// Completes onboarding, as the member flag `COMPLETED_ONBOARDING` says; the rules screen is another thing.
    pub fn completes_onboarding(&self) {
        self.sim.with(|world| {
            if let Some(guild) = self.guild {
                world.change_member(guild, self.id, |member| member.flags |= 1 << 1);
            }
        });
    }

    /// Comes by an invite.
    ///
    /// # Errors
    ///
    /// [`Cannot`] if the code does not work or they are banned.
    pub fn uses_invite(&self, code: &str) -> Result<Self, Cannot> {
        let guild = self.sim.with(|world| {
            let Some((guild, roles)) = world
                .find_invite(code)
                .map(|(guild, invite)| (guild, invite.roles.clone()))
            else {
                return Err(self.cannot(world, "use the invite", "it is invalid or expired"));
            };
            if world
                .guilds
                .get(&guild)
                .is_some_and(|home| home.bans.contains_key(&self.id))
            {
                return Err(self.cannot(world, "use the invite", "they are banned"));
            }
            world.join_guild(guild, self.id);
            for role in roles {
                world.set_role(guild, self.id, role, true);
            }
            let home = world.guilds.get_mut(&guild);
            if let Some(invite) = home.and_then(|home| home.invites.get_mut(code)) {
                invite.uses += 1;
            }
            Ok(guild)
        })?;
        Ok(Self {
            guild: Some(guild),
            place: None,
            ..self.clone()
        })
    }

    /// Whether they are a member of the guild they act in.
    pub fn is_member(&self) -> bool {
        self.sim.look(|world| {
            let guild = self.guild.and_then(|guild| world.guilds.get(&guild));
            guild.is_some_and(|guild| guild.members.contains_key(&self.id))
        })
    }

    /// Closes (50007) or opens their DMs for the bot.
    pub fn dm_closed(&self, closed: bool) {
        self.set_dms(if closed {
            DmPolicy::Closed
        } else {
            DmPolicy::Open
        });
    }

    /// Switches messages from members of their guilds off (50278).
    pub fn dm_closed_for_guilds(&self) {
        self.set_dms(DmPolicy::ClosedByGuild);
    }

    fn set_dms(&self, policy: DmPolicy) {
        self.sim.with(|world| {
            if let Some(user) = world.users.get_mut(&self.id) {
                user.dms = policy;
            }
        });
    }

    /// Goes `online`, `idle`, `dnd` or `offline`, and plays a game or nothing.
    pub fn goes(&self, status: &str, game: Option<&str>) {
        self.sim.with(|world| {
            let activities = match game {
                Some(game) => json!([{
                    "name": game, "type": 0, "created_at": world.now(), "id": "game",
                }]),
                None => json!([]),
            };
            world.set_presence(self.id, status, activities);
        });
    }

    /// Changes the name others see everywhere.
    pub fn renames_self(&self, display_name: &str) {
        self.sim.with(|world| {
            if let Some(user) = world.users.get_mut(&self.id) {
                user.display_name = Some(display_name.to_owned());
            }
            let guilds: Vec<_> = world
                .guilds
                .values()
                .filter(|guild| guild.members.contains_key(&self.id))
                .map(|guild| guild.id)
                .collect();
            for guild in guilds {
                world.change_member(guild, self.id, |_| {});
            }
        });
    }

    /// The roles they hold, lowest id first.
    pub fn roles(&self) -> Vec<RoleRef> {
        let Some(guild) = self.guild else {
            return Vec::new();
        };
        let mut ids = self.sim.look(|world: &World| {
            let member = world
                .guilds
                .get(&guild)
                .and_then(|home| home.members.get(&self.id));
            member
                .map(|member| member.roles.clone())
                .unwrap_or_default()
        });
        ids.sort_unstable();
        let role = |id| RoleRef {
            sim: self.sim.clone(),
            guild,
            id,
        };
        ids.into_iter().map(role).collect()
    }

    /// Whether they hold a role.
    pub fn has_role(&self, role: &RoleRef) -> bool {
        self.roles().contains(role)
    }

    /// The nickname they have in the guild.
    pub fn nick(&self) -> Option<String> {
        self.sim.look(|world| {
            let guild = world.guilds.get(&self.guild?)?;
            guild.members.get(&self.id)?.nick.clone()
        })
    }

    /// Whether they are timed out now.
    pub fn is_timed_out(&self) -> bool {
        self.sim.look(|world| {
            let guild = self.guild.and_then(|guild| world.guilds.get(&guild));
            let member = guild.and_then(|guild| guild.members.get(&self.id));
            member.is_some_and(|member| member.is_timed_out(world.now()))
        })
    }

    /// What they may do in a channel.
    pub fn permissions_in(&self, channel: &ChannelRef) -> Permissions {
        self.sim
            .look(|world| world.permissions_in(self.id, channel.id))
    }

    /// Notes interest in a scheduled event, or takes it back.
    pub fn is_interested(&self, event: &str, is_on: bool) {
        self.sim.with(|world| {
            let Some(guild) = self.guild else { return };
            let found = world.guilds.get(&guild).and_then(|home| {
                home.events
                    .values()
                    .find(|known| known.name == event)
                    .map(|known| known.id)
            });
            if let Some(event) = found {
                world.set_interest(guild, event, self.id, is_on);
            }
        });
    }
}
