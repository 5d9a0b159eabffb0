"""discord.py logs in to discord-sim and plays the story of README.md. Ends with code 0 if all worked."""

import asyncio
import logging
import os
import sys

import aiohttp
import discord
import yarl
from discord import app_commands

API = os.environ["DISCORD_API_URL"]
GATEWAY = os.environ["DISCORD_GATEWAY_URL"]
TOKEN = os.environ["BOT_TOKEN"]
CONTROL = os.environ["CONTROL"]

discord.http.Route.BASE = f"{API}/api/v10"
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(GATEWAY)


async def act(verb: str, **fields):
    """Lets a person do something; raises if the simulator says it cannot be done."""
    async with aiohttp.ClientSession() as session:
        async with session.post(CONTROL, json={"do": verb, **fields}) as response:
            report = await response.json()
    assert report["ok"], f"{verb}: {report.get('error')}"
    return report


class Rename(discord.ui.Modal, title="Rename"):
    name = discord.ui.TextInput(label="New name", max_length=20)

    async def on_submit(self, interaction: discord.Interaction):
        await interaction.response.send_message(f"Renamed to {self.name.value}", ephemeral=True)


class Panel(discord.ui.View):
    @discord.ui.button(label="Lock", custom_id="room:lock")
    async def lock(self, interaction: discord.Interaction, button: discord.ui.Button):
        button.label = "Unlock"
        await interaction.response.edit_message(content="Locked", view=self)

    @discord.ui.button(label="Rename", custom_id="room:rename")
    async def rename(self, interaction: discord.Interaction, _: discord.ui.Button):
        await interaction.response.send_modal(Rename())


class Bot(discord.Client):
    def __init__(self):
        super().__init__(intents=discord.Intents.all())
        self.tree = app_commands.CommandTree(self)
        self.resumed = asyncio.Event()
        self.heard = asyncio.Queue()

    async def on_resumed(self):
        self.resumed.set()

    async def on_message(self, message: discord.Message):
        await self.heard.put(message)


bot = Bot()


@bot.tree.command(description="Opens the panel")
@app_commands.describe(zone="A time zone")
async def panel(interaction: discord.Interaction, zone: str = "UTC"):
    await interaction.response.defer(ephemeral=True, thinking=True)
    await interaction.edit_original_response(content=f"Your room in {zone}")
    original = await interaction.original_response()
    assert original.content == f"Your room in {zone}"
    await interaction.followup.send("The panel", view=Panel())


@panel.autocomplete("zone")
async def zones(_: discord.Interaction, current: str):
    known = ["Europe/Paris", "Europe/Berlin"]
    return [app_commands.Choice(name=z, value=z) for z in known if current.lower() in z.lower()]


async def story():
    await act("guild", name="Rust FR", locale="fr")
    await act("member", name="alice")
    await asyncio.wait_for(bot.wait_until_ready(), 20)
    guild = discord.utils.get(bot.guilds, name="Rust FR")
    if guild is None:
        guild = await asyncio.wait_for(bot.wait_for("guild_join"), 10)
    assert str(guild.preferred_locale) in ("fr", "Locale.french"), guild.preferred_locale

    synced = await bot.tree.sync()
    assert [c.name for c in synced] == ["panel"]

    offered = await act("types", who="alice", command="/panel", option="zone", text="par")
    assert offered["lines"] == ["Europe/Paris"], offered
    answer = await act("slash", who="alice", command="/panel", options={"zone": "Europe/Paris"})
    assert answer["deferred"] and answer["message"]["ephemeral"], answer
    assert answer["message"]["text"] == "Your room in Europe/Paris"
    seen = await wait_for_buttons("alice")
    click = await act("click", who="alice", channel="general", message=seen["id"], button="Lock")
    assert click["message"]["text"].startswith("Locked"), click
    assert click["message"]["buttons"] == ["Unlock", "Rename"], click
    form = await act("click", who="alice", channel="general", message=seen["id"], button="Rename")
    sent = await act("submit", who="alice", form=form["form"], fields={"New name": "Café"})
    assert sent["message"]["text"] == "Renamed to Café", sent

    for number in range(230):
        await act("says", who="alice", channel="general", text=f"message {number}")
    channel = discord.utils.get(guild.text_channels, name="general")
    texts = [m.content async for m in channel.history(limit=None, oldest_first=True)]
    numbered = [t for t in texts if t.startswith("message ")]
    assert numbered == [f"message {n}" for n in range(230)], len(numbered)

    last = [m async for m in channel.history(limit=1)][0]
    await last.add_reaction("👍")
    await last.pin()
    pins = [m async for m in channel.pins()]
    assert pins[0].id == last.id
    room = await guild.create_voice_channel("Salon", user_limit=4, reason="for Alice")
    assert room.user_limit == 4
    await room.edit(name="Salon d'Alice")
    role = await guild.create_role(name="Équipe", colour=discord.Colour.blue())
    alice = await guild.fetch_member(int((await act("member", name="alice"))["id"]))
    await alice.add_roles(role, reason="welcome")
    assert role in (await guild.fetch_member(alice.id)).roles
    entries = [e async for e in guild.audit_logs(limit=10)]
    assert any(e.reason == "welcome" for e in entries)
    await act("member", name="bob")
    bob = discord.utils.get([m async for m in guild.fetch_members(limit=None)], name="bob")
    await bob.kick(reason="demo")

    while not bot.heard.empty():
        bot.heard.get_nowait()
    await act("fault", name="drop")
    await act("says", who="alice", channel="general", text="written meanwhile")
    await asyncio.wait_for(bot.resumed.wait(), 30)
    missed = await asyncio.wait_for(bot.heard.get(), 10)
    assert missed.content == "written meanwhile", missed.content

    violations = (await act("violations"))["facts"]
    assert not violations["unknown_routes"] and not violations["bad_bodies"], violations


async def wait_for_buttons(who: str):
    """The newest message with buttons that somebody sees."""
    for _ in range(100):
        seen = (await act("sees", who=who, channel="general"))["messages"]
        with_buttons = [m for m in seen if m["buttons"]]
        if with_buttons:
            return with_buttons[-1]
        await asyncio.sleep(0.05)
    raise AssertionError("no buttons came")


async def main() -> int:
    async with bot:
        running = asyncio.create_task(bot.start(TOKEN))
        telling = asyncio.create_task(story())
        done, _ = await asyncio.wait({running, telling}, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        await bot.close()
    return 0


discord.utils.setup_logging(level=logging.WARNING)
sys.exit(asyncio.run(main()))
