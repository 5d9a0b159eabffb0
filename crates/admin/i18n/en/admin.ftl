ping-title = Pong!
ping-gateway = Gateway: { $latency }
ping-rest = REST: { $latency }
ping-shard = Shard: { $shard } of { $shards }
ping-uptime = Running for: { $uptime }
milliseconds = **{ $value } ms**
not-measured = not measured yet
refresh = Measure again
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min
duration-hours = { $hours } h { $minutes } min
duration-days = { $days ->
    [one] 1 day
   *[other] { $days } days
} { $hours } h

info-title = Majordome { $version }
info-guild-created = Created { $when }
info-guild-members = { $members ->
    [one] 1 member
   *[other] { $members } members
}
info-program = This bot
info-running = Started { $when }
info-memory = Memory: { $memory } MiB
info-features = Features

help-title = What you can do with me
help-footer = { $total ->
    [one] 1 command for you here
   *[other] { $total } commands for you here
}
help-option = • `{ $name }`: { $description }
help-option-required = • `{ $name }` (required): { $description }
help-unknown = I know no command `{ $asked }` that you may use here. Type /help to see them all.
help-unknown-nearest = I know no command `{ $asked }` that you may use here. Did you mean { $nearest }?

settings-title = Settings of this server
settings-saved = Saved
settings-language = Language of public messages
settings-language-default = as Discord says for this server
settings-time-zone = Time zone
settings-staff-role = Staff role
settings-default = { $value } (default)
settings-none = none
nothing-given = Nothing to change: choose at least one option, for example `time_zone`.
everyone-is-no-staff = @everyone can not be the staff role: everyone would have its rights. Choose another role, or reset the setting to have none.

history-title = Changes of the settings
history-empty = Nothing was ever changed here.
history-change = **#{ $revision }** · { $when } · { $who }
history-difference = • { $name }: { $old } → { $new }

no-capability = I know no capability `{ $asked }`. Pick one from the list.
no-capability-nearest = I know no capability `{ $asked }`. Did you mean `{ $nearest }`?
nobody-named = Name one: a role or a member in `who`, or a channel in `channel`, not both.
no-member = { $who } is not in this server.
rule-granted = { $to } may now do `{ $capability }`.
rule-denied = { $to } may no longer do `{ $capability }`, whatever else grants it. Administrators still may.
rule-cleared = Nothing is said of { $to } and `{ $capability }` any more: Discord's permissions and the staff role decide.
rule-same = Nothing changed: that is what holds for { $to } and `{ $capability }` already.
rule-hidden = Discord itself shows { $commands } only to members with certain permissions, and I do not widen that. To show it to others: Server settings → Integrations.
rules-title = Who may do what
rules-empty = Nothing is granted or denied here: Discord's permissions and the staff role decide.
rules-footer = { $total ->
    [one] 1 rule
   *[other] { $total } rules
}. A denial beats a grant; administrators always may.
rule-grant = { $to }: granted `{ $capability }`
rule-deny = { $to }: denied `{ $capability }`
rule-unknown = { $rule } (no feature here asks for it)
check-title = What a member may do
check-may = { $who } may do `{ $capability }` here.
check-may-not = { $who } may not do `{ $capability }` here.
check-footer = In this channel. The first rule that holds decides.
step-administrator = Administrators always may
step-staff = The staff role { $role } grants it
step-permissions = { $permissions } grants it by default
step-everyone = Everyone may by default
step-decides = ➡️ { $step }: holds and decides
step-holds = ▫️ { $step }: holds, comes too late
step-holds-not = ▫️ { $step }: does not hold
step-nothing = Nothing grants it

no-feature = I know no feature `{ $asked }`. Pick one from the list.
no-feature-nearest = I know no feature `{ $asked }`. Did you mean `{ $nearest }`?
erasing = Everything that is kept here of { $user } is being erased, for good: { $features }.
essential = `{ $name }` is always on: without it nothing could be switched on again.
features-title = Features in this server
feature-is-on = 🟢 `{ $name }`: on
feature-is-off = ⚪ `{ $name }`: off
feature-switched-on = `{ $name }` is on. I am bringing this server up to date.
feature-switched-off = `{ $name }` is off. Its data stays; its commands and buttons answer that it is off.
feature-already-on = `{ $name }` was on already.
feature-already-off = `{ $name }` was off already.

history-title-of = Changes of the settings `{ $subject }`
history-by-import = { $change } · import
history-by-undo = { $change } · undo
history-by-rest = { $change } · over the API
no-document = I know no settings `{ $asked }`. Pick them from the list.
no-document-nearest = I know no settings `{ $asked }`. Did you mean `{ $nearest }`?
undo-title = Take back the last change of `{ $subject }`?
undo-button = Undo #{ $revision }
undone-title = Change #{ $revision } of `{ $subject }` is taken back
undone-footer = This is a change too: undo again to have it back.
nothing-to-undo = Nothing was ever changed in the settings `{ $subject }`.
administrators-only = Only administrators may do this with who may do what: otherwise somebody could give themselves more than they have.
exported-title = Settings of this server
exported-text = { $count ->
    [one] One document
   *[other] { $count } documents
} with version, defaults written out. Roles, members and channels stand there by id.
not-settings = This is no file of settings: `{ $reason }`. Take one that the export wrote. Nothing was changed.
newer-file = This file is of format { $format }, and I know formats up to { $known }. Update me first. Nothing was changed.
import-title = This would change
import-footer = Nothing is changed yet. Roles, members and channels are taken over by id. The button works for an hour.
import-button = Change it
import-same = The file says what holds already: nothing to change.
import-gone = This upload is applied already, replaced by a newer one, or older than an hour. Upload the file again.
imported-title = Taken over
imported-text = Changed: { $subjects }. Each can be taken back with undo.

doctor-title = How I am here
doctor-examined = Features that are on: { $features }
doctor-well = Nothing is missing.
doctor-intents = 🔴 `{ $name }`: { $intents } is switched off. The operator switches it on in the developer portal, page Bot, and restarts me.
doctor-lacks = 🔴 `{ $name }`: I lack { $permissions }. Give it to my role in the server settings, or invite me anew with the link below.
doctor-lacks-in = 🟠 `{ $name }`: I lack { $permissions } in { $channel }. Allow it to my role in the settings of the channel.
doctor-no-channel = 🟠 `{ $name }`: { $channel } is gone, or I can not see it. Allow View Channel to my role there, or set the feature up anew.
doctor-role-above = 🟠 `{ $name }`: { $role } stands above my highest role. Move my role above it in the server settings.
doctor-no-role = 🟠 `{ $name }`: the role { $role } is gone. Take it out of what hands it out.
doctor-not-looked = 🟠 `{ $name }`: what it needs could not be found out. Try again in a minute.
doctor-channels = 🟡 { $count } of { $most } channels: from { $most } on Discord makes no more. Delete what is no longer needed.
doctor-roles = 🟡 { $count } of { $most } roles: from { $most } on Discord makes no more. Delete what is no longer needed.
doctor-category = 🟡 { $category }: { $count } of { $most } channels. Move some into another category.
doctor-clock = 🟡 My clock and Discord's are { $seconds } s apart. The operator sets the clock of my machine (NTP).
doctor-invite = Invitation with no more than that
doctor-invite-text = { $permissions }: [invite me]({ $link })

audit-title = How { $guild } is set up
audit-counts = Categories: { $categories } · Channels: { $channels } · Threads: { $threads } · Roles: { $roles } · Members: { $members } · Bots: { $bots }
audit-counts-more = Emoji: { $emoji } · Stickers: { $stickers } · Webhooks: { $webhooks } · Integrations: { $integrations } · AutoMod rules: { $rules } · Events: { $events }
audit-findings = What I found
audit-no-findings = Nothing dangerous or left over.
audit-everyone-may = 🔴 Everyone may, in the whole server: { $permissions }. Take it off @everyone in Server settings → Roles, and give it to a role of those who need it.
audit-everyone-may-in = 🔴 Everyone may in { $channels }. Take it off @everyone in the settings of the channel → Permissions.
audit-admin-roles = 🟠 Administrator, whom no channel can keep out: { $roles }. Take it off in Server settings → Roles, and give only what these members need.
audit-admin-bots = 🟠 Bots with Administrator: { $bots }. Who gets hold of a bot gets hold of the server: give their roles only what they need.
audit-orphans = 🟡 Permissions for somebody who is gone: { $places }. Remove them in the settings of the channel → Permissions.
audit-roles-above = 🟡 Above my highest role, so that I can neither give nor take them: { $roles }. If I should, move my role above them in Server settings → Roles.
audit-unused-roles = 🟡 Held by nobody: { $roles }. Delete them in Server settings → Roles, unless somebody will need them.
audit-allowed-in = { $channel } ({ $permissions })
audit-held = { $role } ({ $members ->
    [one] 1 member
   *[other] { $members } members
})
audit-more = { $list } and { $count } more, named in the file
audit-not-read = What I could not read
audit-lacks = • { $section }: I lack { $permissions }. Give it to my role in the server settings, and ask again.
audit-away = • { $section }: Discord did not give it. Try again in a minute.
audit-too-many-members = • { $section }: I look up { $most } at the most, bots first. Whether others with permissions of their own in a channel are still here is not known.
audit-section-threads = threads
audit-section-role-members = how many hold each role
audit-section-webhooks = webhooks
audit-section-integrations = integrations
audit-section-automod = AutoMod rules
audit-section-events = scheduled events
audit-section-members = members
audit-since = Changes since #{ $number }, { $when } by { $who }
audit-since-file = Changes since the file
audit-since-file-of = Changes since the file of { $when }
audit-no-changes = None.
audit-added = ➕ { $what }
audit-removed = ➖ { $what }
audit-changed = ✏️ { $what }: { $changes }
audit-kind-server = server { $name }
audit-kind-category = category { $name }
audit-kind-channel = channel { $name }
audit-kind-role = role { $name }
audit-kind-thread = thread { $name }
audit-kind-emoji = emoji { $name }
audit-kind-sticker = sticker { $name }
audit-kind-webhook = webhook { $name }
audit-kind-integration = integration { $name }
audit-kind-automod = AutoMod rule { $name }
audit-kind-event = event { $name }
audit-kind-bot = bot { $name }
audit-moved = moved
audit-gained = gained { $permissions }
audit-lost = lost { $permissions }
audit-overwrite = for { $target } now allowed { $allowed }, denied { $denied }
audit-overwrite-gone = nothing of its own for { $target } any more
audit-value = `{ $field }` { $before } → { $after }
audit-nothing = nothing
audit-kept = Kept as #{ $number } · the newest { $kept } stay, and the option compare shows what changed since
audit-same = Nothing changed since #{ $number }, so no other is kept
audit-no-file = The file is larger than Discord takes here, even as a zip, so it is not sent. It is kept, and can be compared with.
audit-two-named = Name one to compare with: an earlier audit in `compare`, or a `file`, not both.
audit-not-kept = I have no audit #{ $asked } of this server. Those I have: { $numbers }. Only the newest { $kept } are kept; an older one can be given as a file.
audit-none-kept = I have no audit of this server to compare with yet. Use the command without options first; it keeps one.
audit-not-a-file = This is no audit: `{ $reason }`. Take the file that this command sent, as JSON or zip. Nothing was compared.
audit-newer-file = This audit is of format { $format }, and I know formats up to { $known }. Update me first.
audit-of-another-server = This is an audit of another server. Take one of this server.
audit-too-large = This zip is larger than { $most } MiB when unpacked. Take the file that this command sent.
