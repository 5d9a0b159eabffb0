bad-share = The archive may take 1 to 100 percent of Discord's limit, not { $share }. Choose a number between.
can-not-read = I can not read { $channel }. Give me **View Channel** and **Read Message History** there (and **Connect** in voice channels), then try again.
already = It is so already: nothing changed.
nothing-kept = Nothing is kept in this server. `/archive enable` turns a channel on.
not-kept = Nothing of { $channel } is kept. Turn it on with `/archive enable` first.
no-reading = There is no reading to which that applies. `/archive status` shows those there are.
not-yours = You can not read { $channel }, or nothing of it is kept.
notice-title = Messages are kept here
notice-channel = From now on, messages in { $channel } and its threads are kept, with edits and deletions, so that they can be searched.
notice-everything = From now on, messages in all channels of this server are kept, with edits and deletions, so that they can be searched.
notice-rights = You decide about your own: `/archive privacy opt-out` keeps nothing more of you, `/archive privacy delete` erases what is kept, `/archive privacy export` gives you a copy.
enabled-channel = Messages in { $channel } are kept from now on. `/archive backfill start` reads the past too.
enabled-everything = Messages in all channels are kept from now on. `/archive backfill start` reads the past too.
no-content = The **Message Content Intent** is off for me, so messages are kept without what they say. Whoever runs me switches it on in Discord's developer portal.
disabled-channel = Messages in { $channel } are not kept any more. What is kept already stays.
disabled-everything = Messages are kept only in channels that were turned on one by one. What is kept already stays.
retained-days = Messages in { $channel } are deleted from the archive after { $days ->
    [one] one day
   *[other] { $days } days
}.
retained-for-ever = Messages in { $channel } stay in the archive for ever.
backfill-begun = { $count ->
    [one] The past of one channel is read now.
   *[other] The past of { $count } channels is read now.
} `/archive status` shows how far it is.
backfill-paused = { $count ->
    [one] One reading is paused.
   *[other] { $count } readings are paused.
} `/archive backfill resume` goes on.
backfill-resumed = { $count ->
    [one] One reading goes on.
   *[other] { $count } readings go on.
}
backfill-cancelled = { $count ->
    [one] One reading is given up.
   *[other] { $count } readings are given up.
} What was read is kept.
opted-out = What you say in this server is not kept from now on. `/archive privacy delete` erases what is there already.
opted-in = What you say in this server is kept again, where the archive is on.
erasing = What is kept of your messages in this server is being erased. It does not come back, not even when the past is read again.
export-empty = There is nothing to export.
exported = { $count ->
    [one] One message.
   *[other] { $count } messages, oldest first.
}
export-cut = The file ends where Discord takes no more: later messages are not in it.
search-empty = Say what to look for: words, `"a phrase"`, `begin*`, `-without`, `from:`, `in:`, `has:`, `before:`, `after:`, `during:`.
search-bad-day = { $typed } is no day. Write it as `2026-03-31`.
search-bad-has = Messages have no { $typed }. These are known: { $known }.
search-bad-channel = { $typed } is no channel. Mention it as `#channel` or give its id.
search-closed = This search is closed. Search again.
search-title = Found
search-nothing = Nothing was found in the channels that you can read.
search-deleted = deleted
search-files = { $count ->
    [one] one file
   *[other] { $count } files
}
status-title = Archive
status-total = { $count } messages, { $deleted } of them deleted, { $versions } earlier versions
status-purged = Retention, { $when }: { $count ->
    [one] one message
   *[other] { $count } messages
} of { $channels ->
    [one] one channel
   *[other] { $channels } channels
} removed
status-off = off
status-not-readable = **not readable**
status-since = since { $when }
status-gaps = { $count ->
    [one] **one gap**
   *[other] **{ $count } gaps**
}
status-empty = nothing yet
status-days = { $days ->
    [one] one day
   *[other] { $days } days
}
past-done = past read: { $read }
past-running = reading the past: { $read }, { $share } %
past-running-until = reading the past: { $read }, { $share } %, done { $when }
past-paused = past paused: { $read }, { $share } %
past-waiting = past waits for permission: { $read }
past-cancelled = past given up: { $read }, { $share } %
exports-title = Your exports
exports-none = You have no exports. `/archive export` makes one.
exports-look = Look again
exports-own = what you said
exports-channels = { $count ->
    [one] one channel
   *[other] { $count } channels
}
exports-running = being written: { $count ->
    [one] one message
   *[other] { $count } messages
} so far
exports-running-share = being written: { $count ->
    [one] one message
   *[other] { $count } messages
} so far, { $share } %
exports-done = { $count ->
    [one] one message
   *[other] { $count } messages
}, gone { $until }
exports-cancelled = given up
exports-rights = you can not read all of it any more: export again what you can read
exports-files = it would be more than 5,000 files: cut it into larger ones
exports-room = the files of all exports are as large as whoever runs me allows: export less, or wait until others are over
exports-disk = the files can not be written; whoever runs me finds out why in the log
exports-more = and { $count } more: `/archive export` with larger files, or the API, gives them all
exports-kilobytes = { $count } kB
exports-megabytes = { $count } MB
exports-links = Whoever has a link can fetch the file until it is gone: pass it on with care.
exports-no-address = The links lack the address under which I am reached: whoever runs me sets PUBLIC_URL.
exports-too-many = There are { $own } exports of yours under way, or { $all } of this server are kept. Wait until one is done or over, or give one up with `/archive exports cancel`.
exports-no-place = I have no place for files. Whoever runs me sets DATA_DIR.
exports-unknown = You have no export { $number }. `/archive exports` shows those there are.
exports-months-of-changes = What is new comes in the order in which it changed, not by month. Leave **split** out, or cut it by messages or by size.
exports-changes-of-all = What is new is known for each channel: name one, or leave **new** out.
purged-title = Removed by retention
purged-line = { $channel } · { $count ->
    [one] one message
   *[other] { $count } messages
}
purged-rest = and of { $count ->
    [one] one more channel
   *[other] { $count } more channels
}
