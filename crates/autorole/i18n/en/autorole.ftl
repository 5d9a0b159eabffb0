and-more = and { $count } more

no-group = This group does not exist here any more. Ask the staff for the new menu.
no-group-named = There is no group `{ $name }` on this server. `/autorole list` shows them all.
name-taken = This server has a group `{ $name }` already: names are unique, whatever their case. Choose another one.
name-length = A name has 1 to 60 characters, this one has { $length }. Choose another one.
bad-emoji = Number { $place }, `{ $text }`, is no emoji that I can use: take one of Unicode's, or one of this server that is open to everyone. Nothing was saved.
no-role = `{ $text }` is no role. Write roles as mentions, like `@Role`, with spaces between them.
not-in-group = { $role } is not in this group. `/autorole show` shows its roles.
too-many-roles = That makes { $count } roles, and there is room for 100 in a group and 25 at joining. Make a second group.
nothing-named = No role was named. Write at least one, as a mention.
too-many-buttons = That makes { $count } roles, and a message shows 25 buttons at most. Choose menus under «Looks», or a second group.
owner-only = Only the server's owner may agree to a role with such permissions.
bad-number = `{ $given }` is no number from { $least } to { $most }. Correct it and send the form again.
bad-duration = `{ $given }` is no duration from 1 minute to { $days } days. Write it like `30m`, `2h` or `7d`.
min-above-max = At least { $min } and at most { $max } do not fit together. Lower the minimum or raise the maximum.
no-link = `{ $text }` is no link to a message. Right-click the message and choose «Copy Message Link».
elsewhere = That message is on another server, or in a channel that I do not see. I can only use messages of this server.
no-room = That message has no room for the menu. Link another one, or post the menu by itself with `/autorole post`.
no-text-channel = I can not post here. Name a text channel.
empty = This group has no role to show yet. Add one with `/autorole add`.
edit-under-way = Your roles are being changed by an earlier click. Try again in a moment.
not-ready = I have just started and do not know this server yet. Try again in a minute.
no-members-intent = Discord does not show me who the members are. Who runs me can switch *Server Members Intent* on in Discord's developer portal, and start me again.
already-running = A mass assignment is running on this server already. Wait for its end, or cancel it under its message.
not-running = This mass assignment is over.

role-missing = { $role } no longer exists. Take it out of its group with `/autorole remove`.
role-everyone = @everyone can not be handed out: everyone has it. Choose another role.
role-boosts = { $role } goes to those who boost the server: Discord alone hands it out. Choose another role.
role-bot = { $role } belongs to a bot and can not be handed out. Choose another role.
role-integration = { $role } is handed out by an integration. Choose another role.
bot-lacks = I lack the permission { $permission }. Who manages the server can give it to my role.
role-above-bot = { $role } is not below my highest role, { $highest }. Who manages roles can move mine above it in the server settings.
role-above-bot-without = { $role } is above me: I hold no role. Who manages roles can give me one above it.
role-above-you = { $role } is not below your highest role, { $highest }. Ask somebody above you, or the owner.
role-above-you-without = { $role } is above you: you hold no role. Ask somebody above it, or the owner.
role-dangerous = { $role } carries { $permissions }. Only the server's owner may offer it: with `/autorole add`, and a second confirmation.

rule-locked = { $role }: this menu is locked. The staff can open it again.
rule-once = { $role }: you have chosen, and the choice here is for ever. The staff can change your roles.
rule-cool-down = { $role }: you changed something here a moment ago. Try again { $when }.
rule-add-only = { $role }: roles of this menu can not be given back. The staff can take it from you.
rule-remove-only = { $role }: roles of this menu can only be given back.
rule-needs-any = { $role }: you need one of these roles first: { $roles }.
rule-needs-all = { $role }: you lack { $roles }.
rule-forbidden = { $role }: not together with { $roles }.
rule-apart = { $role }: not together with a role of «{ $group }», and you hold { $other }. Give that back first.
rule-full = { $role }: all { $seats ->
    [one] of its one seat is
   *[other] { $seats } seats are
} taken. Try again when somebody gives theirs back.
rule-counting = { $role }: I am still counting who holds it. Try again in a minute.
rule-most = { $role }: you may hold { $most ->
    [one] one role
   *[other] { $most } roles
} of this menu. Give one back first.
rule-least = { $role }: you keep at least { $least ->
    [one] one role
   *[other] { $least } roles
} of this menu. Take another one first.
rule-gone = { $role }: this menu no longer offers it.

outcome-added = ✅ You now have { $roles }
outcome-removed = ➖ You no longer have { $roles }

nothing-to-choose = There is nothing to choose here at the moment.
choose-here = Choose your roles
choose-here-of = Choose your roles ({ $part } of { $parts })
your-roles = What is ticked is yours. Choose anew to change it.
your-roles-of = What is ticked is yours. Choose anew to change it. Page { $page } of { $pages }.

create-title = New group of roles
item-title = A role of the group
field-name = Name of the group
field-message = Text above the menu
field-roles = Roles
field-mode = How many a member may hold
field-surface = How the menu looks
field-button-label = Words on a single button
field-button-style = Colour of the buttons
field-min = At least (only with bounds)
field-max = At most (only with bounds; empty: no limit)
field-allowed = What members may do
field-feedback = Tell members what their click did
field-lasts = A role lasts (empty: for ever)
field-cool-down = Pause between two changes (empty: none)
field-require-one = The last role stays
field-any-of = One of these roles is needed
field-all-of = All of these roles are needed
field-none-of = None of these roles may be held
field-apart-from = Not together with these groups
field-emoji = Emoji
field-label = Words instead of the role's name
field-description = Small print in menus
field-seats = Seats (empty: no limit)
field-delay = Wait (empty: not at all)
field-whom = Who gets them
field-unless = Not who holds one of these roles
field-sticky = Roles come back with the member
field-not-sticky = Roles that do not come back
example-duration = 30m, 2h, 7d
yes = Yes
no = No
mode-free = As many as they like
mode-single = One; another one replaces it
mode-multiple = Several, within bounds
allowed-both = Take roles and give them back
allowed-add-only = Only take roles
allowed-remove-only = Only give roles back
allowed-once = Choose once for ever
allowed-locked = Nothing: locked
surface-auto = By the number of roles
surface-buttons = Buttons (up to 25 roles)
surface-selects = Menus
surface-private = One button, and a menu for the member alone
style-blue = Blue
style-grey = Grey
style-green = Green
style-red = Red
whom-everyone = everyone
whom-humans = people
whom-bots = bots
looks-button = Looks
limits-button = Limits
times-button = Times
conditions-button = Conditions

created = The group «{ $name }» is made. `/autorole post` puts its menu into a channel.
saved = Saved.
added = Added: { $roles }
removed = Taken out: { $role }. Who holds it keeps it.
add-which = Which roles shall «{ $group }» offer as well?
approve = { $role } carries { $permissions }: whoever picks it could take this server over. You own it. Shall members really give it to themselves?
approve-button = Yes, offer it
item-seats = { " " }({ $taken } of { $seats } seats taken)
item-broken = This role was deleted: the menu no longer shows it. Take it out with `/autorole remove`.
group-empty = No role yet. Add some with `/autorole add`.
group-rules = Rules
group-menu = Menu
group-posted = Posted: { $link }
group-not-posted = not posted
group-min-max = At least { $min }, at most { $max }
group-min = At least { $min }, no maximum
group-require-one = The last role stays
group-lasts = A role lasts { $duration }
group-cool-down = { $duration } between two changes
group-any-of = Needs one of { $roles }
group-all-of = Needs all of { $roles }
group-none-of = Not together with { $roles }
group-apart-from = Not together with the groups { $groups }
group-quiet = Success is not told
list-title = Groups of roles on this server
list-empty = There are none yet. `/autorole create` makes one.
list-line = **{ $name }** · { $roles ->
    [one] 1 role
   *[other] { $roles } roles
} · { $posted }
list-broken = { $count ->
    [one] 1 role was deleted
   *[other] { $count } roles were deleted
}
posted = «{ $name }» is posted: { $link }
linked = «{ $name }» now stands under { $link }
not-my-message = { $author } wrote that message, and Discord lets nobody put a menu under what another wrote. I can post its text again as mine, with the menu under it.
copy-button = Post a copy
delete = Remove «{ $name }» with { $count ->
    [one] its role
   *[other] its { $count } roles
} and its menu? Members keep their roles. This can not be undone.
delete-button = Remove the group
deleted = «{ $name }» is removed.

joining-title = Roles at joining
joining-none = none
joining-at-once = At once after the rules screen
joining-after = { $delay } after the rules screen
joining-unless = Not who holds { $roles }
joining-button = Roles at joining
sticky-button = Roles at coming back
sticky-on = Members who come back get the roles they had. Roles with which one moderates never come back by themselves.
sticky-except = Except { $roles }
sticky-off = Members who come back start anew.

assign-title = Mass assignment
plan-give = Give { $role } to: { $whom }
plan-take = Take { $role } from: { $whom }
plan-with = Only who holds { $role }
assign-count = { $count } of { $total } members change.
assign-takes = Discord takes about one change a second: this takes about { $minutes ->
    [one] 1 minute
   *[other] { $minutes } minutes
}. It can be cancelled at any time.
assign-nobody = There is nothing to do.
start-button = Start: { $count ->
    [one] 1 member
   *[other] { $count } members
}
assign-started = It has begun. A message in this channel tells the progress.
cancel-button = Cancel
cancelling = It is cancelled. What is done stays done.
run-running = Running
run-done = Done
run-cancelled = Cancelled
run-failed = Failed
run-progress = { $state }: { $seen } of { $total } looked at, { $changed } changed.
run-failures = { $count ->
    [one] 1 member could not be changed
   *[other] { $count } members could not be changed
}; the file at the end says who and why.
run-number = Run { $number }

broken-title = { $guild }: roles of menus were deleted
broken-line = • «{ $group }»: the role with the id `{ $role }`
broken-remedy = The menus no longer show them. Take them out with `/autorole remove`, or make the roles anew and add those.
