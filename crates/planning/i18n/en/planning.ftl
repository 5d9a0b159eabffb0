weekdays = Monday Tuesday Wednesday Thursday Friday Saturday Sunday
weekdays-short = Mon Tue Wed Thu Fri Sat Sun
months = January February March April May June July August September October November December
long-day = { $weekday } { $day } { $month }
from-to = { $from } to { $to }

bad-time = The weekly post needs a day from 0 (Monday) to 6 and a time from 00:00 to 23:59.
no-such = There is no such entry of the plan here. Choose one from the list that opens while you type, or look with /planning show.
not-yours = Entry #{ $number } was not planned by you for yourself: ask somebody who may manage the plan.
decided-by = Entry #{ $number } is { $state } already: by { $by }, { $at }.
decided-already = Entry #{ $number } is { $state } already: there is nothing to decide.
not-for-you = Only who may manage the plan of the server can do that: ask them, or an administrator to let you with /permissions.
bad-clock = { $time } is no time. Write for example 6h or 07:30.
bad-dates = { $dates } is no date that I can read. Write for example 28/12 02/01, tomorrow 8h-12h, monday to friday.
backwards = It ends before it begins. Write the beginning first: 28/12 02/01.
too-long = An entry has at most { $most } days. Make several, or let it come again.
too-far = The plan goes from 2000 to 2100. Choose a date between.
no-site = There is no worksite { $site }. Choose one from the list that opens while you type.
closed-site = The worksite { $site } is archived: nobody works there any more. Choose an open one.
site-needed = Work needs a worksite: choose one with the option site, or another kind.
nobody = An entry needs somebody: to take out the last one, remove the entry with /planning remove.
too-many-people = { $count } people are too many for one entry: at most { $most }. Make a second one.
a-bot = { $user } is a bot, and is nowhere. Choose a member.
a-stranger = { $user } is not a member of this server. Choose a member.
bad-note = The note has { $length } characters, and may have { $most }. Shorten it.
bad-reason = A reason has 1 to { $most } characters.
bad-repeat = { $repeat } is no repetition that I can read. Write for example daily, weekly mon,thu, monthly 15, every 2 weeks until 31/12.
repeat-overlaps = It would begin again before it has ended. Make it shorter, or let it come less often.
bad-exception = On { $day } it does not come anyway. Name a day on which it does.
too-many-exceptions = At most { $most } days can be taken out. End the repetition, and begin a new one.
clash = Somebody is planned elsewhere at that time, so nothing was changed. Choose other dates; who may manage the plan can say that it is meant so (overlap).
nothing-given = Nothing would change. Give something to change.
bad-role = I can not hand out { $role }. Choose a role below my highest one that nobody else hands out and that gives no power over the server, and give me Manage Roles.

state-pending = waits for a decision
state-approved = planned
state-refused = refused
kind-site = Worksite
kind-leave = Leave
kind-training = Training
kind-sick = Sick
kind-other = Other
week-title = Plan: { $from } to { $to }
people = { $count ->
    [one] One person
   *[other] { $count } people
}
more-people = There are more: the list below names all.
week-empty = Nothing is planned.
week-cut = There is more than fits here.
week-of = Of { $user }
who = Who
when = When
note = Note
is = State
why = Why
comes-again = 🔁 It comes again.
comes-until = 🔁 It comes again, the last time on { $day }.
except-days = Not on { $days }
asked-by = By { $by } { $at }
withdrawn = This was removed: there is nothing to decide any more.
overlaps = At the same time:
do-approve = Approve
do-plan-anyway = Plan it all the same
do-refuse = Refuse
made = #{ $number } is planned.
made-pending = #{ $number } waits for somebody who may manage the plan. You will be told.
removed = #{ $number } is out of the plan.
removed-day = #{ $number } does not come on that day.
erased = The plan knows nothing of { $user } any more. { $count ->
    [one] One entry was
   *[other] { $count } entries were
} erased or changed.
told-approved = #{ $number } was approved.
told-refused = #{ $number } was refused.
told-look = { $user }, entry #{ $number } is decided: /planning show says how.
refuse-title = Refuse #{ $number }
refuse-reason = Why?
waiting-title = What waits for a decision
waiting-none = Nothing waits.
waiting-more = There are more: decide these first.
past-created = made
past-kind = kind
past-site = worksite
past-repeat = repetition
past-except = days taken out
past-deleted = removed
history = What became of it
exported = { $count ->
    [one] One entry.
   *[other] { $count } entries.
}
exported-part = The file ends where it may be no larger; GET /v1/guilds/…/planning has all.
settings-title = How the plan works here
saved = Saved.
yes = yes
no = no
none = none
settings-channel = Weekly post
settings-when = Posted on
settings-picture = With a picture
settings-leave-channel = Asked about leave
settings-owner = the owner of the server, directly
settings-leave-role = Role while on leave
too-many-feeds = A server has at most { $most } calendars, and one member makes at most { $own } of them. Take one back with /planning feed revoke.
no-such-feed = There is no calendar { $number } that is yours. /planning feed list shows those that are.
feed-revoked = Calendar { $number } is taken back: its address shows nothing any more.
feed-made = Calendar { $number }
feed-nowhere = Put the public address of this bot's HTTP before it; who runs the bot knows it, and can set it as PUBLIC_URL.
feed-secret = Add this address to your calendar program as a subscription. It is shown this once, and whoever has it reads the calendar; /planning feed revoke takes number { $number } back.
feeds-title = Calendars
feeds-none = There is none yet: /planning feed create makes one.
feed-of-all = Everybody
feed-name = Plan of { $of }
feed-name-alone = Plan
absent = Absent
