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
