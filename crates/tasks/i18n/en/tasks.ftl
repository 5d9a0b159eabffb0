bad-hour = An hour is a whole number from 0 to 23, and the lead waits at most 336 hours; { $hour } is neither.

no-such = There is no such task here. Choose one from the list that opens while you type, or look with /task list.
not-yours = Task #{ $number } is not yours: only who does it, who made it, or who may manage tasks can do that.
closed-by = Task #{ $number } is { $state } already: by { $by }, { $at }.
closed = Task #{ $number } is { $state } already.
taken = Somebody has picked task #{ $number } up already.
bad-description = A description has 1 to { $most } characters. Write another one.
bad-reason = A reason has 1 to { $most } characters. Write another one.
no-site = There is no worksite { $site }. Choose one from the list that opens while you type.
closed-site = The worksite { $site } is archived: no work begins there. Choose an open one.
bad-due = { $due } is no date that I can read. Write for example 28/12, tomorrow 14h, next monday, in 3 days.
past-due = { $at } has passed. Name a date to come.
bad-tags = At most { $most } tags, of at most { $length } characters each.
bad-items = At most { $most } lines in a check-list, of at most { $length } characters each.
bad-repeat = { $repeat } is no repetition that I can read. Write for example daily, weekly mon,thu, monthly 15, every 2 weeks until 31/12.
repeat-without-due = What comes again needs a date: say by when it is due the first time.
bad-except = { $day } is no day that I can read. Write for example 25/12, 01/01, with commas between.
too-many-exceptions = At most { $most } days on which a task does not come.
no-repeat = This task does not come again: say how it does, or leave exceptions and renewal out.
too-many-people = { $count } people are more than one task may have: at most { $most }. Give it to a role instead.
bad-assignees = { $words } is nobody that I know. Mention members, or one role: @alice @bob.
no-role = { $role } is no role of this server. Choose one of its roles.
a-bot = { $user } is a bot, and does no tasks. Choose a member.
a-stranger = { $user } is not a member of this server. Choose a member.
both = Either members or a role, not both.
nothing-given = Nothing would change. Give something to change.
not-deleted = Task #{ $number } is not deleted.

state-todo = to do
state-in-progress = in progress
state-blocked = blocked
state-done = done
state-cancelled = cancelled
priority-low = low
priority-normal = normal
priority-high = high
priority-urgent = urgent
to-pick-up = to pick up
overdue = ⚠️ overdue since { $due }
is = State
who = Who
priority = Priority
due = Due
site = Worksite
tags = Tags
comes-again = 🔁 It comes again when it is done.
comes-again-due = 🔁 It comes again when it is due.
snoozed = ⏰ Reminder { $until }
source = The message that it is about
made-by = By { $by } { $at }
do-done = Done
do-claim = I take it
do-start = Begin
do-block = Blocked
do-edit = Edit
do-reopen = Open again
do-snooze-hour = Remind in 1 h
do-snooze-day = Remind tomorrow
tick = Tick off
past-created = made
past-description = description
past-reason = reason
past-checklist = check-list
past-repeat = repetition
past-deleted = deleted
past-snoozed = reminder
history = What became of it

panel-in = Its panel is in { $channel }.
made = Task #{ $number } is made: { $what }
away = ⚠️ { $user } is away from { $from } to { $until }.
changed = Task #{ $number } is changed.
is-done = Task #{ $number } is done. Well done!
deleted = Task #{ $number } is deleted. For 30 days /task restore brings it back.
pick = Who is to do task #{ $number }?
pick-placeholder = Nobody: whoever picks it up
list-title = Tasks
list-empty = No task like that.
remind-soon = ⏰ Task #{ $number } is due { $due }.
remind-due = ⚠️ Task #{ $number } is overdue.
remind-snooze = ⏰ You wanted to be reminded of task #{ $number }.
remind-late = This reminder comes late: I was away.
digest-title = What is overdue
digest-own = Yours
digest-led = Of those you lead
block-title = Task #{ $number } is blocked
block-reason = What does it wait for?
edit-title = Task #{ $number }
form-description = What is to be done
form-due = By when
form-due-hint = 28/12, tomorrow 14h, next monday; empty for no date
form-tags = Tags
form-checklist = Check-list, a line each
form-priority = Priority
form-assignees = Who is to do it
make-title = Make a task
exported = { $count ->
    [one] One task.
   *[other] { $count } tasks.
}
exported-part = The file ends where it may be no larger; GET /v1/guilds/…/tasks has all.
settings-title = How tasks work here
saved = Saved.
settings-channel = Panels and reminders
settings-where-made = where a task is made
settings-due = Due on a day without a time
settings-digest = Daily reminder of what is overdue
settings-quiet = Nobody is reminded
settings-lead = The lead hears of what is overdue after
never = never
hours = { $hours ->
    [one] one hour
   *[other] { $hours } hours
}
erased = Tasks know nothing of { $user } any more. { $count ->
    [one] One task was
   *[other] { $count } tasks were
} changed; what they gave is the bot's now, and what they did is to be picked up.
