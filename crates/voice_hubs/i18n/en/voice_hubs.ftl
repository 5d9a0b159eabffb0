default-name = { $display }'s room
default-name-elided = { $display }'s room
plain-name = Room { $number }

wait-member = { $who }, you have opened several rooms within a minute. Stay here: the next one opens { $when }.
wait-guild = { $who }, many rooms are being opened on this server at the moment. Stay here: yours opens { $when }.
wait-day = { $who }, this server has opened { $limit } rooms today, and Discord asks for a pause. Please use an existing voice channel for now.
wait-max-rooms = { $who }, this hub may have { $limit } rooms at once, and all are open. Stay here: yours opens when one closes.
wait-create = { $who }, I can not make a room for you: I am not allowed to. The team has been told; please try again later.
wait-move = { $who }, I could make your room but may not move you into it. The team has been told; please try again later.
wait-access = { $who }, I can no longer reach the place where rooms are made. The team has been told; please try again later.
wait-guild-full = { $who }, this server holds 500 channels, which is all that Discord allows. The team has been told; please use an existing channel.
wait-discord = { $who }, Discord did not answer when I tried to make your room. Leave this channel and join it again.

staff-create = ⚠ I can not make rooms for { $hub }. I need { $permissions } on the server and in the category of the rooms. I try again later, by myself.
staff-move = ⚠ I can make rooms for { $hub } but not move members into them. I need { $permissions } on the server and in the category of the rooms. I try again later, by myself.
staff-access = ⚠ I can no longer see where rooms of { $hub } are made. Let me see the category and the hub again. I try again later, by myself.
staff-guild-full = ⚠ There is no place for more rooms of { $hub }: the server holds 500 channels, which is all that Discord allows. Delete channels that nobody needs.
problem-create = I may not make rooms.
problem-move = I may not move members into their rooms.
problem-access = I can not see where rooms are made.
problem-guild-full = The server holds 500 channels.
problem-until = { $what } I try again { $when }.
category-full = ⚠ The category of { $hub } is full (Discord allows 50 channels). New rooms open in an overflow category if there is one, else outside of categories. Add one with `/hub config overflow:`.
category-full-copied = ⚠ The category of { $hub } is full (Discord allows 50 channels). New rooms open in a copy of it until there is place again.
many-rooms-today = ⚠ { $count } rooms were opened within 24 hours. At { $limit } I stop until the first of them are a day old, because Discord limits how many channels a server may make.
hub-gone = The channel of a hub was deleted. Its rooms live on until they are empty.
room-stays = ⚠ I can not delete the empty room { $room }. I need { $permissions } there. I try again every five minutes.
log-opened = 🟢 { $owner } opened { $room }
log-closed = ⚪ { $owner }'s room **{ $name }** was closed
log-handed-over = 👑 { $room } went from { $from } to { $to }
log-purged = 🧹 { $by } disconnected { $count ->
    [one] one person
   *[other] { $count } people
} from { $room }

panel-title = 🔊 { $name }
panel-owner = 👑 Owner: { $owner }
panel-mode = 🚦 Mode: **{ $mode }** ({ $meaning })
panel-limit = 👥 Limit: **{ $limit }**
panel-status = 💬 Status: { $status }
panel-waiting = 🚪 Waiting room: { $channel }
panel-away = 👋 The owner left { $when }
no-limit = none
mode-open = Open
mode-closed = Closed
mode-private = Private
mode-conference = Conference
meaning-open = everyone may enter
meaning-closed = seen by all, entered by those let in
meaning-private = seen and entered by those let in
meaning-conference = everyone listens, those let in speak
allowed = ✅ Let in
denied = ⛔ Kept out
nobody = nobody
and-more = { $named } and { $more } more
renames-left = Name: { $left } of { $of } changes left
renames-spent = Name: { $left } of { $of } changes left, next { $when }
renames-wanted = { $count }. Then: { $name }
waiting-open = Open a waiting room
waiting-close = Close the waiting room
rename = Name
limit = Limit
lists = Lists
transfer = Hand over
claim = Claim
forget = Forget my settings
purge = Clear out
delete = Delete
allow-somebody = Let people or roles in
deny-somebody = Keep people or roles out

refused-gone = This room does not exist any more. Join a hub to get a new one.
refused-not-yours = This room belongs to { $owner }. Only its owner and moderators can steer it. Join a hub to get a room of your own.
name-empty = A name needs at least one visible character. Type another.
name-too-long = This name has { $length } characters; Discord allows 100. Type a shorter one.
name-mention = A name must not contain @everyone or @here. Type another.
name-word = This name contains a word that this server does not allow. Type another.
refused-limit = `{ $typed }` is no limit. Type a number from 0 (no limit) to 99.
refused-owner = The owner and @everyone can not be kept out. To keep strangers out, choose the mode Closed or Private.
refused-bot = I can not be kept out: I look after the room.
refused-list-full = That would make { $count } entries; a list holds { $most }. Take somebody off first.
refused-overwrites = That would make { $count } permission entries on the channel; Discord allows { $most }. Take somebody off the lists first.
claim-off = Rooms of this hub can not be claimed. Ask a moderator.
claim-not-there = Only who is in the room can claim it. Join it first.
claim-own = It is your room already.
claim-owner-there = The owner is in the room. Ask for it to be handed over.
claim-too-early = The owner has just left. You can claim the room { $when }.
refused-not-there = { $who } is not in the room. A room can only go to somebody who is there.
refused-a-bot = { $who } is a bot, and bots own no rooms. Choose a person.
refused-owns-another = { $who } owns a room of this hub already. One person owns one room per hub.
refused-expired = This question is more than a minute old. Ask again from the panel.
refused-not-asked = Somebody else was asked this.
refused-in-no-room = You are not in a room. Join a hub to get one.
refused-answered = This request was answered already, or withdrawn.
refused-no-status = Rooms of this hub carry no status: the team has switched it off.

lists-title = Who is let in, who is kept out
lists-page = Page { $page } of { $pages } · { $entries ->
    [one] one entry
   *[other] { $entries } entries
}
lists-empty = Both lists are empty. Add people and roles with the menus of the panel.
take-off = Take off the list

name-field = Name of the room
status-field = Status under the name
status-hint = May be changed at any time, unlike the name; empty for none
status-set = Saved.
renamed = The room has its new name.
renamed-later = Discord allows two changes of name in ten minutes. The room gets its new name { $when }; you need not do anything.
limit-field = How many people fit in
limit-hint = 0 for no limit, at most 99

give-to = Who gets the room?
transfer-words = Choose somebody who is in the room. You lose your rights over it at once.
already-owner = { $who } owns the room already. Nothing has changed.
given = The room belongs to { $who } now.
claimed = The room is yours now. Its panel is in the chat of the room.
forgotten = Forgotten. Your next room begins with what the hub says.

nobody-to-purge = There is nobody to disconnect: everyone here is let in.
purge-question = { $count ->
    [one] This person is
   *[other] These { $count } people are
} disconnected: { $who }. Confirm within a minute.
purge-confirm = Disconnect { $count }
purged-now = Disconnected: { $count }
purged-before = Gone already: { $count }
purge-failed = ⚠ { $who }: { $why }
purge-unknown = something went wrong on my side
delete-question = The room is deleted and everyone in it is disconnected. Its chat is lost.
delete-confirm = Delete the room
deleted = The room is being deleted.

waiting-name = ⏳ { $name }
request-title = Somebody asks to come in
request = { $who } waits to be let into { $room }.
approve = Let in
refuse = Not now
block = Keep out
request-sent = { $who }, I have asked { $owner } to let you in. Stay here for the answer.
room-closed = The room **{ $name }** has closed, so nobody can let you in any more.
approved = { $who } is in.
has-left = { $who } has left the waiting room.
was-refused = { $who } was not let in.
was-blocked = { $who } was not let in, and is kept out from now on.
not-let-in = You were not let into **{ $name }**.

hub-made-title = Hub made
hub-made = Who joins { $hub } now gets a room of their own. Who is in it already joins once more. Change how it works with `/hub config`.
hubs-title = Hubs of this server
no-hubs = There are no hubs yet. Make a voice channel one with `/hub create`.
hub-line = { $hub } · { $rooms ->
    [0] no rooms
    [one] one room
   *[other] { $rooms } rooms
} · { $mode }
hub-removed = { $hub } is an ordinary channel again. { $rooms ->
    [0] It has no rooms.
    [one] Its room lives on until it is empty.
   *[other] Its { $rooms } rooms live on until they are empty.
}
hub-title = How this hub works
saved = Saved
none = none
yes = yes
no = no
off = off
forbidden = forbidden
as-discord = as Discord chooses
as-hub = that of the hub
seconds = after { $count ->
    [one] one second
   *[other] { $count } seconds
}
value-default = { $value } (default)
value-hub = Hub: { $value }
value-name = Name: { $value }
value-user-limit = People per room: **{ $value }**
value-max-rooms = Rooms at once: **{ $value }**
value-mode = Mode: **{ $value }**
value-bitrate = Bitrate: { $value }
value-region = Region: { $value }
value-category = Category: { $value }
value-overflow = Overflow categories: { $value }
value-copy-category = Copy the category when all are full: { $value }
value-copy-from = Permissions from: { $value }
value-claim-delay = Claim without the owner: { $value }
value-throttles = Rooms per minute: { $member } per member, { $server } on the whole server
value-bots-keep = Bots keep a room alive: { $value }
value-log = Log: { $value }
value-status = Status: { $value }
value-words = Forbidden words (whole server): { $value }
lost-denials = ⚠ I can not carry over what the source denies here, because I do not hold it myself: { $permissions }. Give me these permissions, or rooms are more open than their source.
dead-source = ⚠ The channel whose permissions rooms should begin with is gone. They begin with those of the hub.

hub-is-room = This channel is a room, which goes when it is empty. Choose another channel.
hub-is-hub = This channel is a hub already. Change how it works with `/hub config`.
hub-is-none = This channel is no hub. `/hub list` shows the hubs, `/hub create` makes one.
hub-unknown = I can not see this channel. Let me see it and try again.
hub-lacks = I can not make rooms there: I need { $permissions } in this channel. Give them to my role and try again.
template-unknown = I do not know `{ "{" }{ $name }{ "}" }` (character { $at }). I know `{ "{" }user{ "}" }`, `{ "{" }display{ "}" }`, `{ "{" }n{ "}" }`, `{ "{" }game{ "}" }`, `{ "{" }role{ "}" }`, `{ "{" }date{ "}" }`, `{ "{" }random:a|b{ "}" }` and `{ "{" }if:game{ "}" }…{ "{" }else{ "}" }…{ "{" }end{ "}" }`. Nothing has changed.
template-open = The `{ "{" }` at character { $at } is never closed. Nothing has changed.
template-condition = The condition at character { $at } does not fit: write `{ "{" }if:game{ "}" }…{ "{" }else{ "}" }…{ "{" }end{ "}" }`, and none within another. Nothing has changed.
bad-region = Discord has no voice region `{ $typed }`. Choose one from the list. Nothing has changed.
bad-bitrate = { $wanted } kbit/s is more than this server may use: { $highest } at its boost level. Nothing has changed.
too-much-overflow = A hub has at most { $most } overflow categories. Clear them with `clear:` first. Nothing has changed.
bad-log = I can not write there: I need { $permissions } in this channel. Nothing has changed.
bad-per-guild = { $value } rooms a minute is out of range: 1 to 200.
too-many-words = { $count } words are too many: at most { $most }.
bad-word = `{ $word }` can not be forbidden: a word has 1 to { $most } characters besides *.
