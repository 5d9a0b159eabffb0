too-many = Au plus { $most } salons et { $most } rôles peuvent être laissés de côté. Compte d'abord l'un d'eux de nouveau ; pour beaucoup de salons, laisse de côté leur catégorie.
bad-retention = Les statistiques sont gardées de 30 à 3650 jours, pas { $days }.
bad-days = Les statistiques couvrent de 1 à { $most } jours, pas { $days }. Demande de nouveau avec un nombre entre les deux, par exemple 30.
opted-out = Tu n'es plus compté ici. Ce qui a été compté de toi est en train d'être effacé ; avec /activité participer, tu es compté de nouveau.
opted-in = Tu es compté ici, à partir de maintenant.

settings-title = Ce qui est compté
saved = Enregistré. Cela vaut à partir de maintenant ; ce qui a été compté reste.
left-out-channels = Salons laissés de côté
left-out-roles = Rôles laissés de côté
none = aucun
kept = Gardé pendant
kept-days = { $days ->
    [1] un jour
   *[other] { $days } jours
}
pictures = Images
light = claires
dark = sombres
settings-hint = Les messages sont comptés, pas gardés. Chacun peut s'y opposer avec /activité se-retirer.

presence-title = Qui est là
presence-about = Environ **{ $online }** membres sur **{ $members }** sont en ligne, comme Discord les compte.
presence-not-configured = Je ne vois pas de qui il s'agit : les présences sont désactivées. La personne qui m'héberge met ENABLE_PRESENCES=true, et active «Presence Intent» sur ma page du portail des développeurs de Discord.
presence-not-allowed = Je ne vois pas de qui il s'agit : «Presence Intent» est désactivé. La personne qui m'héberge l'active sur ma page du portail des développeurs de Discord, sous «Bot», puis me redémarre.
presence-not-told = Discord ne m'a pas dit de qui il s'agit : il le dit quand une session commence, et pas pour les très grands serveurs. Réessaie plus tard.
online = En ligne
idle = Absents
busy = Ne pas déranger
offline = Hors ligne
bots = Bots
nobody = Personne.

totals = { $messages } de { $people }, **{ $voice }** en vocal.
messages = { $number ->
    [one] **{ $shown }** message
   *[other] **{ $shown }** messages
}
people = { $number ->
    [one] **{ $shown }** personne
   *[other] **{ $shown }** personnes
}
bot-messages = Des bots, en plus : { $messages }.
of-which = Du temps en vocal : { $parts }
muted = micro coupé
deafened = casque coupé
streaming = écran partagé
filming = caméra
afk = AFK
alone = sans compagnie
since = Compté depuis { $since } · état { $summed }
nothing = Rien pour l'instant.
view-members = Membres
view-voice = Vocal
view-channels = Salons
view-days = Jours
view-hours = Heures
title-members = Qui écrit le plus
title-voice = Qui est le plus en vocal
title-channels = Où l'on écrit le plus
title-days = Messages et vocal par jour
title-hours = Quand on écrit
last-days = { $days ->
    [1] aujourd'hui
   *[other] { $days } derniers jours
}
by-weeks = { $days } derniers jours, par semaine
messages-axis = Messages
voice-axis = Heures de vocal
weekdays = lun. mar. mer. jeu. ven. sam. dim.
hidden-channel = (un salon masqué)
line = { $rank }. { $who } · **{ $messages }** · { $voice }
best-day = { $day } : { $messages } de { $people }
best-hour = { $weekday } { $hour } : { $messages }
stats-title = Statistiques, { $range }

summary-title = Aujourd'hui, { $day }
summary-messages = Messages : **{ $messages }**
summary-people = Personnes qui ont écrit ou parlé : **{ $people }**
summary-voice = Temps en vocal : **{ $voice }**
summary-moves = Arrivées : **{ $joined }** · départs : **{ $left }**
summary-no-moves = Je ne vois pas qui arrive et qui part : «Server Members Intent» est désactivé pour moi.
summary-tasks = Tâches terminées : **{ $tasks }**
summary-channels = Où
