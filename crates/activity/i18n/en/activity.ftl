too-many = At most { $most } channels and { $most } roles can be left out. Count one of them again first; for many channels, leave out their category.
bad-retention = Statistics are kept for 30 to 3650 days, not { $days }.
bad-days = Statistics reach over 1 to { $most } days, not { $days }. Ask again with a number in between, for example 30.
opted-out = You are not counted here any more. What was counted of you is being erased; with /activity opt-in you are counted again.
opted-in = You are counted here, from now on.

settings-title = What is counted
saved = Saved. It holds from now on; what was counted stays.
left-out-channels = Channels that are left out
left-out-roles = Roles that are left out
none = none
kept = Kept for
kept-days = { $days ->
    [one] one day
   *[other] { $days } days
}
pictures = Pictures
light = light
dark = dark
settings-hint = Messages are counted, not kept. Everyone can opt out with /activity opt-out.

presence-title = Who is there
presence-about = About **{ $online }** of **{ $members }** members are on-line, as Discord counts them.
presence-not-configured = Who that is I can not see: presences are switched off. Whoever runs me sets ENABLE_PRESENCES=true, and switches «Presence Intent» on, on my page of Discord's developer portal.
presence-not-allowed = Who that is I can not see: «Presence Intent» is switched off. Whoever runs me switches it on, on my page of Discord's developer portal under «Bot», and restarts me.
presence-not-told = Who that is Discord has not told me: it tells when a session begins, and not of very large servers. Try again later.
online = On-line
idle = Idle
busy = Do not disturb
offline = Off-line
bots = Bots
nobody = Nobody.

totals = { $messages } by { $people }, **{ $voice }** in voice.
messages = { $number ->
    [one] **{ $shown }** message
   *[other] **{ $shown }** messages
}
people = { $number ->
    [one] **{ $shown }** person
   *[other] **{ $shown }** people
}
bot-messages = From bots, besides: { $messages }.
of-which = Of the time in voice: { $parts }
muted = muted
deafened = deafened
streaming = screen shared
filming = camera on
afk = AFK
alone = alone
since = Counted since { $since } · as of { $summed }
nothing = Nothing yet.
view-members = Members
view-voice = Voice
view-channels = Channels
view-days = Days
view-hours = Hours
title-members = Who writes most
title-voice = Who is in voice most
title-channels = Where most is written
title-days = Messages and voice by day
title-hours = When people write
last-days = { $days ->
    [one] today
   *[other] last { $days } days
}
by-weeks = last { $days } days, by week
messages-axis = Messages
voice-axis = Hours of voice
weekdays = Mon Tue Wed Thu Fri Sat Sun
hidden-channel = (a hidden channel)
line = { $rank }. { $who } · **{ $messages }** · { $voice }
best-day = { $day }: { $messages } by { $people }
best-hour = { $weekday } { $hour }: { $messages }
stats-title = Statistics, { $range }

summary-title = Today, { $day }
summary-messages = Messages: **{ $messages }**
summary-people = People who wrote or spoke: **{ $people }**
summary-voice = Time in voice: **{ $voice }**
summary-moves = Joined: **{ $joined }** · left: **{ $left }**
summary-no-moves = Who joins and leaves I can not see: «Server Members Intent» is switched off for me.
summary-tasks = Tasks done: **{ $tasks }**
summary-channels = Where
