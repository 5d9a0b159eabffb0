bad-share = L'archive peut prendre 1 à 100 pour cent de la limite de Discord, pas { $share }. Choisis un nombre entre les deux.
can-not-read = Je ne peux pas lire { $channel }. Donne-moi **Voir le salon** et **Voir les anciens messages** là-bas (et **Se connecter** dans les salons vocaux), puis réessaie.
already = C'est déjà le cas : rien n'a changé.
nothing-kept = Rien n'est conservé sur ce serveur. `/archive enable` active un salon.
not-kept = Rien de { $channel } n'est conservé. Active-le d'abord avec `/archive enable`.
no-reading = Aucune lecture n'est dans cet état. `/archive status` montre celles qui existent.
not-yours = Tu ne peux pas lire { $channel }, ou rien n'en est conservé.
notice-title = Les messages sont conservés ici
notice-channel = À partir de maintenant, les messages de { $channel } et de ses fils sont conservés, avec leurs modifications et suppressions, pour qu'on puisse y chercher.
notice-everything = À partir de maintenant, les messages de tous les salons de ce serveur sont conservés, avec leurs modifications et suppressions, pour qu'on puisse y chercher.
notice-rights = Tu décides des tiens : `/archive privacy opt-out` ne garde plus rien de toi, `/archive privacy delete` efface ce qui est conservé, `/archive privacy export` t'en donne une copie.
enabled-channel = Les messages de { $channel } sont conservés à partir de maintenant. `/archive backfill start` lit aussi le passé.
enabled-everything = Les messages de tous les salons sont conservés à partir de maintenant. `/archive backfill start` lit aussi le passé.
no-content = L'intention **Message Content** m'est fermée : les messages sont conservés sans leur texte. Qui m'exploite l'active dans le portail des développeurs de Discord.
disabled-channel = Les messages de { $channel } ne sont plus conservés. Ce qui l'est déjà reste.
disabled-everything = Les messages ne sont conservés que dans les salons activés un par un. Ce qui l'est déjà reste.
retained-days = Les messages de { $channel } quittent l'archive après { $days ->
    [1] un jour
   *[other] { $days } jours
}.
retained-for-ever = Les messages de { $channel } restent toujours dans l'archive.
backfill-begun = { $count ->
    [1] Le passé d'un salon est en cours de lecture.
   *[other] Le passé de { $count } salons est en cours de lecture.
} `/archive status` montre où on en est.
backfill-paused = { $count ->
    [1] Une lecture est en pause.
   *[other] { $count } lectures sont en pause.
} `/archive backfill resume` la reprend.
backfill-resumed = { $count ->
    [1] Une lecture reprend.
   *[other] { $count } lectures reprennent.
}
backfill-cancelled = { $count ->
    [1] Une lecture est abandonnée.
   *[other] { $count } lectures sont abandonnées.
} Ce qui a été lu est conservé.
opted-out = Ce que tu dis sur ce serveur n'est plus conservé à partir de maintenant. `/archive privacy delete` efface ce qui s'y trouve déjà.
opted-in = Ce que tu dis sur ce serveur est de nouveau conservé, là où l'archive est active.
erasing = Ce qui est conservé de tes messages sur ce serveur est en cours d'effacement. Rien ne revient, même si le passé est relu.
export-empty = Il n'y a rien à exporter.
exported = { $count ->
    [1] Un message.
   *[other] { $count } messages, du plus ancien au plus récent.
}
export-cut = Le fichier s'arrête là où Discord n'en prend pas plus : les messages suivants n'y sont pas.
search-empty = Dis quoi chercher : des mots, `"une phrase"`, `début*`, `-sans`, `de:`, `dans:`, `avec:`, `avant:`, `après:`, `le:`.
search-bad-day = { $typed } n'est pas un jour. Écris-le comme `2026-03-31`.
search-bad-has = Les messages n'ont pas de { $typed }. Sont connus : { $known }.
search-bad-channel = { $typed } n'est pas un salon. Mentionne-le comme `#salon` ou donne son identifiant.
search-closed = Cette recherche est fermée. Cherche de nouveau.
search-title = Trouvé
search-nothing = Rien n'a été trouvé dans les salons que tu peux lire.
search-deleted = supprimé
search-files = { $count ->
    [1] un fichier
   *[other] { $count } fichiers
}
status-title = Archive
status-total = { $count } messages, dont { $deleted } supprimés, { $versions } versions antérieures
status-purged = Durée de conservation, { $when } : { $count ->
    [1] un message
   *[other] { $count } messages
} de { $channels ->
    [1] un salon
   *[other] { $channels } salons
} supprimés
status-off = inactif
status-not-readable = **illisible**
status-since = depuis le { $when }
status-gaps = { $count ->
    [1] **un trou**
   *[other] **{ $count } trous**
}
status-empty = encore rien
status-days = { $days ->
    [1] un jour
   *[other] { $days } jours
}
past-done = passé lu : { $read }
past-running = lecture du passé : { $read }, { $share } %
past-running-until = lecture du passé : { $read }, { $share } %, fin { $when }
past-paused = passé en pause : { $read }, { $share } %
past-waiting = le passé attend une permission : { $read }
past-cancelled = passé abandonné : { $read }, { $share } %
exports-title = Tes exports
exports-none = Tu n'as pas d'export. `/archive export` en fait un.
exports-look = Regarder de nouveau
exports-own = ce que tu as dit
exports-channels = { $count ->
    [1] un salon
   *[other] { $count } salons
}
exports-running = en cours d'écriture : { $count ->
    [1] un message
   *[other] { $count } messages
} jusqu'ici
exports-running-share = en cours d'écriture : { $count ->
    [1] un message
   *[other] { $count } messages
} jusqu'ici, { $share } %
exports-done = { $count ->
    [1] un message
   *[other] { $count } messages
}, disparaît { $until }
exports-cancelled = abandonné
exports-rights = tu ne peux plus tout en lire : exporte de nouveau ce que tu peux lire
exports-files = cela ferait plus de 5 000 fichiers : coupe-le en plus grands
exports-room = les fichiers de tous les exports ont la taille que permet qui m'exploite : exporte moins, ou attends que d'autres soient passés
exports-disk = les fichiers ne peuvent pas être écrits ; qui m'exploite en trouve la raison dans le journal
exports-more = et { $count } autres : `/archive export` avec des fichiers plus grands, ou l'API, les donne tous
exports-kilobytes = { $count } ko
exports-megabytes = { $count } Mo
exports-links = Qui a un lien peut prendre le fichier jusqu'à ce qu'il disparaisse : ne le donne pas à n'importe qui.
exports-no-address = Il manque aux liens l'adresse à laquelle on me joint : qui m'exploite définit PUBLIC_URL.
exports-too-many = { $own } de tes exports sont en cours, ou { $all } de ce serveur sont conservés. Attends que l'un soit fini ou passé, ou abandonnes-en un avec `/archive exports cancel`.
exports-no-place = Je n'ai pas de place pour des fichiers. Qui m'exploite définit DATA_DIR.
exports-unknown = Tu n'as pas d'export { $number }. `/archive exports` montre ceux qui existent.
exports-months-of-changes = Ce qui est nouveau vient dans l'ordre où cela a changé, pas par mois. Laisse **découpe** de côté, ou coupe par messages ou par taille.
exports-changes-of-all = Ce qui est nouveau est connu salon par salon : choisis-en un, ou laisse **nouveau** de côté.
purged-title = Supprimé par la durée de conservation
purged-line = { $channel } · { $count ->
    [1] un message
   *[other] { $count } messages
}
purged-rest = et de { $count ->
    [1] un autre salon
   *[other] { $count } autres salons
}
