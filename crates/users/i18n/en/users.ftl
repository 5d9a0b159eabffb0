no-intent = I may not read the members: the «Server Members Intent» is switched off for me. Whoever runs me enables it on my page of Discord's developer portal, under «Bot», and restarts me. Until then I only know whom Discord tells me of anyway.
list-closed = This list is closed. Lists stay open for 15 minutes, for whoever asked for them: use /list_users again.

sync-title = Reading the members
sync-never = The members of this server were never read in full. Use /sync_users.
sync-running = { $seen ->
    [one] One member so far.
   *[other] { $seen } members so far.
}
sync-running-of = { $seen } of about { $total } members so far.
sync-begun = Begun { $when }. It goes on by itself, also through a restart.
sync-refresh = How far now?
sync-done = { $seen ->
    [0] Read on { $when }: nobody.
    [one] One member read on { $when }.
   *[other] { $seen } members read on { $when }.
}
sync-added = • New: **{ $count }**
sync-changed = • Changed: **{ $count }**
sync-left = • Left: **{ $count }**
sync-same = • As before: **{ $count }**
sync-gone = I am no longer a member of this server, so I can not read its members. Invite me again.
sync-refused = Discord refused to tell me the members. Try again in a while; whoever runs me finds the reason in the log.

list-title = Members
list-search = Searched: { $typed }
list-role = Role: { $role }
list-joined-since = Joined since { $when }
list-left-since = Left since { $when }
list-empty = Nobody fits. Leave out a filter, or search for a shorter part of the name.
list-total = { $count ->
    [one] One in all
   *[other] { $count } in all
}
list-incomplete = not all members were read yet: /sync_users
list-bot = bot
list-joined = joined { $when }
list-left = left { $when }
