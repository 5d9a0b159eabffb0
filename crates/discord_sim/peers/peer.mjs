// discord.js logs in to discord-sim and plays the story of README.md. Ends with code 0 if all worked.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  ActionRowBuilder,
  AuditLogEvent,
  ButtonBuilder,
  ButtonStyle,
  ChannelType,
  Client,
  Events,
  GatewayIntentBits,
  LabelBuilder,
  MessageFlags,
  ModalBuilder,
  SlashCommandBuilder,
  TextInputBuilder,
  TextInputStyle,
} from 'discord.js';

const { DISCORD_API_URL, BOT_TOKEN, CONTROL } = process.env;

// Lets a person do something; throws if the simulator says it cannot be done.
async function act(verb, fields = {}) {
  const response = await fetch(CONTROL, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ do: verb, ...fields }),
  });
  const report = await response.json();
  assert.ok(report.ok, `${verb}: ${report.error}`);
  return report;
}

const bot = new Client({
  intents: Object.values(GatewayIntentBits).filter((bit) => typeof bit === 'number'),
  rest: { api: `${DISCORD_API_URL}/api`, version: '10' },
});
bot.on(Events.Error, (error) => fail(error));

function fail(error) {
  console.error(error);
  process.exit(1);
}

function panel(lock) {
  return new ActionRowBuilder().addComponents(
    new ButtonBuilder().setCustomId('room:lock').setLabel(lock).setStyle(ButtonStyle.Primary),
    new ButtonBuilder().setCustomId('room:rename').setLabel('Rename').setStyle(ButtonStyle.Secondary),
  );
}

function form() {
  const name = new TextInputBuilder().setCustomId('name').setStyle(TextInputStyle.Short).setMaxLength(20);
  return new ModalBuilder()
    .setCustomId('room:renamed')
    .setTitle('Rename')
    .addLabelComponents(new LabelBuilder().setLabel('New name').setTextInputComponent(name));
}

async function answer(interaction) {
  if (interaction.isAutocomplete()) {
    const known = ['Europe/Paris', 'Europe/Berlin'];
    const typed = interaction.options.getFocused().toLowerCase();
    const fitting = known.filter((zone) => zone.toLowerCase().includes(typed));
    await interaction.respond(fitting.map((zone) => ({ name: zone, value: zone })));
  } else if (interaction.isChatInputCommand()) {
    const zone = interaction.options.getString('zone');
    await interaction.deferReply({ flags: MessageFlags.Ephemeral });
    await interaction.editReply(`Your room in ${zone}`);
    assert.equal((await interaction.fetchReply()).content, `Your room in ${zone}`);
    await interaction.followUp({ content: 'The panel', components: [panel('Lock')] });
  } else if (interaction.isButton() && interaction.customId === 'room:lock') {
    await interaction.update({ content: 'Locked', components: [panel('Unlock')] });
  } else if (interaction.isButton()) {
    await interaction.showModal(form());
  } else if (interaction.isModalSubmit()) {
    const name = interaction.fields.getTextInputValue('name');
    await interaction.reply({ content: `Renamed to ${name}`, flags: MessageFlags.Ephemeral });
  }
}
bot.on(Events.InteractionCreate, (interaction) => answer(interaction).catch(fail));

async function withButtons(who) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { messages } = await act('sees', { who, channel: 'general' });
    const found = messages.findLast((message) => message.buttons.length > 0);
    if (found) return found;
    await sleep(50);
  }
  throw new Error('no buttons came');
}

async function history(channel) {
  const texts = [];
  let before;
  for (;;) {
    const page = await channel.messages.fetch({ limit: 100, before, cache: false });
    if (page.size === 0) return texts.reverse();
    texts.push(...page.map((message) => message.content));
    before = page.last().id;
  }
}

async function story() {
  await act('guild', { name: 'Rust FR', locale: 'fr' });
  await act('member', { name: 'alice' });
  const ready = once(bot, Events.ClientReady);
  await bot.login(BOT_TOKEN);
  await ready;
  const guild = bot.guilds.cache.find((one) => one.name === 'Rust FR');
  assert.equal(guild.preferredLocale, 'fr');

  const command = new SlashCommandBuilder()
    .setName('panel')
    .setDescription('Opens the panel')
    .addStringOption((option) =>
      option.setName('zone').setDescription('A time zone').setAutocomplete(true).setRequired(true),
    );
  const registered = await bot.application.commands.set([command]);
  assert.equal(registered.size, 1);

  const offered = await act('types', { who: 'alice', command: '/panel', option: 'zone', text: 'par' });
  assert.deepEqual(offered.lines, ['Europe/Paris']);
  const shown = await act('slash', {
    who: 'alice',
    command: '/panel',
    options: { zone: 'Europe/Paris' },
  });
  assert.ok(shown.deferred && shown.message.ephemeral);
  assert.equal(shown.message.text, 'Your room in Europe/Paris');
  const seen = await withButtons('alice');
  const at = { who: 'alice', channel: 'general', message: seen.id };
  const click = await act('click', { ...at, button: 'Lock' });
  assert.deepEqual(click.message.buttons, ['Unlock', 'Rename']);
  const opened = await act('click', { ...at, button: 'Rename' });
  const sent = await act('submit', {
    who: 'alice',
    form: opened.form,
    fields: { 'New name': 'Café' },
  });
  assert.equal(sent.message.text, 'Renamed to Café');

  for (let number = 0; number < 230; number += 1) {
    await act('says', { who: 'alice', channel: 'general', text: `message ${number}` });
  }
  const channel = guild.channels.cache.find((one) => one.name === 'general');
  const texts = (await history(channel)).filter((text) => text.startsWith('message '));
  assert.deepEqual(texts, Array.from({ length: 230 }, (_, number) => `message ${number}`));

  const last = (await channel.messages.fetch({ limit: 1 })).first();
  await last.react('👍');
  await last.pin();
  const pins = await channel.messages.fetchPins();
  assert.equal(pins.items[0].message.id, last.id);
  const room = await guild.channels.create({
    name: 'Salon',
    type: ChannelType.GuildVoice,
    userLimit: 4,
    reason: 'for Alice',
  });
  assert.equal(room.userLimit, 4);
  await room.setName("Salon d'Alice");
  const role = await guild.roles.create({ name: 'Équipe', colors: { primaryColor: 0x3498db } });
  const alice = await guild.members.fetch((await act('member', { name: 'alice' })).id);
  await alice.roles.add(role, 'welcome');
  const log = await guild.fetchAuditLogs({ type: AuditLogEvent.MemberRoleUpdate, limit: 5 });
  assert.ok(log.entries.some((entry) => entry.reason === 'welcome'));
  await act('member', { name: 'bob' });
  const everyone = await guild.members.fetch();
  await everyone.find((member) => member.user.username === 'bob').kick('demo');

  const resumed = once(bot, Events.ShardResume);
  const heard = new Promise((resolve) => {
    bot.on(Events.MessageCreate, (message) => {
      if (message.content === 'written meanwhile') resolve();
    });
  });
  await act('fault', { name: 'drop' });
  await act('says', { who: 'alice', channel: 'general', text: 'written meanwhile' });
  await Promise.all([resumed, heard]);

  const { facts } = await act('violations');
  assert.deepEqual([facts.unknown_routes, facts.bad_bodies], [[], []]);
}

await story().catch(fail);
await bot.destroy();
