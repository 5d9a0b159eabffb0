ping-title = Pong !
ping-gateway = Passerelle : { $latency }
ping-rest = REST : { $latency }
ping-shard = Shard : { $shard } sur { $shards }
ping-uptime = En marche depuis : { $uptime }
milliseconds = **{ $value } ms**
not-measured = pas encore mesuré
refresh = Mesurer de nouveau
duration-seconds = { $seconds } s
duration-minutes = { $minutes } min
duration-hours = { $hours } h { $minutes } min
duration-days = { $days ->
    [one] 1 jour
   *[other] { $days } jours
} { $hours } h

info-title = Majordome { $version }
info-guild-created = Créé le { $when }
info-guild-members = { $members ->
    [one] 1 membre
   *[other] { $members } membres
}
info-program = Ce bot
info-running = Démarré { $when }
info-memory = Mémoire : { $memory } Mio
info-features = Fonctions

help-title = Ce que tu peux faire avec moi
help-footer = { $total ->
    [one] 1 commande pour toi ici
   *[other] { $total } commandes pour toi ici
}
help-option = • `{ $name }` : { $description }
help-option-required = • `{ $name }` (obligatoire) : { $description }
help-unknown = Je ne connais pas de commande `{ $asked }` que tu puisses utiliser ici. Tape /help pour les voir toutes.
help-unknown-nearest = Je ne connais pas de commande `{ $asked }` que tu puisses utiliser ici. Voulais-tu dire { $nearest } ?

settings-title = Paramètres de ce serveur
settings-saved = Enregistré
settings-language = Langue des messages publics
settings-language-default = celle que Discord donne à ce serveur
settings-time-zone = Fuseau horaire
settings-staff-role = Rôle d'équipe
settings-default = { $value } (par défaut)
settings-none = aucun
nothing-given = Rien à changer : choisis au moins une option, par exemple `fuseau_horaire`.
everyone-is-no-staff = @everyone ne peut pas être le rôle d'équipe : tout le monde en aurait les droits. Choisis un autre rôle, ou remets le paramètre à zéro pour n'en avoir aucun.

history-title = Changements des paramètres
history-empty = Rien n'a encore été changé ici.
history-change = **#{ $revision }** · { $when } · { $who }
history-difference = • { $name } : { $old } → { $new }
