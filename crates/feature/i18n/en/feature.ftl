previous-page = ◀ Back
next-page = Next ▶
cut-note = The text is longer than a message may be. All of it is in the attached file.
full-text-file = full-text.txt

not-allowed = You need { $permissions } for this (`{ $capability }`). Ask an administrator of the server for it.
not-allowed-or-staff = You need { $permissions } or the staff role for this (`{ $capability }`). Ask an administrator of the server for it.
only-in-guild = This works in a server only. Use it in a channel of your server.
permission-missing = I can not do this: I lack { $permissions } here. Give my role { $count ->
    [one] this permission
   *[other] these permissions
} and try again.
refused-by-hierarchy = Discord does not let me do this: my highest role must stand above the roles and members that I change. Move my role up in the server settings and try again.
direct-messages-closed = I can not write to this member: their direct messages are closed to this server.
gone-channel = This channel no longer exists.
gone-guild = I am no longer in this server.
gone-member = This member is no longer in the server.
gone-message = This message no longer exists.
gone-role = This role no longer exists.
gone-webhook = This webhook no longer exists.
gone-interaction = This took too long: Discord no longer accepts an answer. Try again.
gone-other = What this is about no longer exists in Discord.
not-in-voice = This member is in no voice channel. They must join one first.
renamed-too-often = Discord lets { $channel } change its name or topic twice in 10 minutes. The next change is possible { $when }.
too-often = Discord asks for a pause. Try again { $when }.
discord-is-full = Discord allows no more of this in the server (limit { $code }). Delete what is no longer needed and try again.
discord-is-away = Discord does not answer at the moment. Try again in a minute.
bad-zone = `{ $name }` is no time zone that I know. Type the beginning of a city, for example `Europe/Paris`, and pick one from the list.
outdated-command = This command has changed since your Discord loaded it. Reload Discord (Ctrl+R) and try again.
outdated-component = This message is from an older version and its buttons no longer work. Open it again with its command.

incident = Something went wrong on my side. Nothing else is needed from you; if it happens again, tell the operator the number `{ $id }`.
too-slow = This takes too long and was stopped. Try again; if it happens again, tell the operator the number `{ $id }`.
busy = I have too much to do at the moment. Try again in a few seconds.
stopping = I am being restarted. Try again in a minute.

too-many-rules = { $count } rules are too many: a server has at most { $most }. Take back what is no longer needed.
bad-capability-name = `{ $name }` can not be the name of a capability: it has 1 to { $longest } characters.
rule-twice = There are two rules about `{ $name }` for the same role, member or channel: keep one.
bad-feature-name = `{ $name }` can not be the name of a feature: it has 1 to { $longest } characters.
too-many-switches = { $count } features are too many to be off: there are at most { $most }.
newer-document = The settings `{ $subject }` are of version { $version }, and I know versions up to { $known }. Update me first, or export from a server that I serve.
no-version = The settings `{ $subject }` say version { $version }, which never was. Versions count from 1.
bad-field = The settings `{ $subject }` do not fit at the field `{ $field }`: `{ $reason }`. Correct it and try again.
stale = Somebody changed the settings `{ $subject }` meanwhile: nothing was changed now. Look at them again and repeat what you wanted.
feature-off = `{ $feature }` is switched off in this server. Who may manage the features switches it on with { $command }.
rules-unknown = I can not read at the moment what you may do here. Try again in a minute.
file-too-large = The file is larger than { $most } KiB, the most that I read.
file-gone = Discord no longer gives out this file. Upload it again.
import-file = I can not read this file. Take one that `export` wrote: a table with the names of the columns, or a JSON object on each line.
import-lines = The file has more lines than I take at once: at most { $most }. Cut it in pieces.
import-people = The file names more people than I look up at once: at most { $most }. Cut it in pieces.
import-line = does not fit: { $why }
import-field = { $field } is missing, too long, or nothing that this server has
imported = { $count ->
    [one] One line is read in.
   *[other] { $count } lines are read in.
}
import-dry = Nothing is stored. { $count ->
    [one] One line can be read in.
   *[other] { $count } lines can be read in.
}
import-known = { $count ->
    [one] One line is
   *[other] { $count } lines are
} left out: what they tell of is here already.
import-bad = Line { $line }: { $why }
import-more = … and { $count } more.
import-skip = Mend these lines, or say `skip:` to leave them out.
