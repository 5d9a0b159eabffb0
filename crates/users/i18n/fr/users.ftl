no-intent = Je n'ai pas le droit de lire les membres : le «Server Members Intent» est désactivé pour moi. La personne qui m'héberge l'active sur ma page du portail des développeurs de Discord, sous «Bot», puis me redémarre. D'ici là, je ne connais que les membres dont Discord me parle de toute façon.
list-closed = Cette liste est fermée. Une liste reste ouverte 15 minutes, pour la personne qui l'a demandée : utilise de nouveau /list_users.

sync-title = Lecture des membres
sync-never = Les membres de ce serveur n'ont jamais été lus en entier. Utilise /sync_users.
sync-running = { $seen ->
    [one] { $seen } membre jusqu'ici.
   *[other] { $seen } membres jusqu'ici.
}
sync-running-of = { $seen } membres sur environ { $total } jusqu'ici.
sync-begun = Commencée { $when }. Elle continue d'elle-même, même après un redémarrage.
sync-refresh = Où en es-tu ?
sync-done = { $seen ->
    [0] Lecture du { $when } : personne.
    [one] { $seen } membre lu le { $when }.
   *[other] { $seen } membres lus le { $when }.
}
sync-added = • Nouveaux : **{ $count }**
sync-changed = • Modifiés : **{ $count }**
sync-left = • Partis : **{ $count }**
sync-same = • Inchangés : **{ $count }**
sync-gone = Je ne suis plus membre de ce serveur : je ne peux plus lire ses membres. Invite-moi de nouveau.
sync-refused = Discord a refusé de me donner les membres. Réessaie plus tard ; la personne qui m'héberge trouvera la raison dans le journal.

list-title = Membres
list-search = Recherche : { $typed }
list-role = Rôle : { $role }
list-joined-since = Arrivés depuis le { $when }
list-left-since = Partis depuis le { $when }
list-empty = Personne ne correspond. Retire un filtre, ou cherche une partie plus courte du nom.
list-total = { $count ->
    [one] { $count } en tout
   *[other] { $count } en tout
}
list-incomplete = tous les membres n'ont pas encore été lus : /sync_users
list-bot = bot
list-joined = arrivée { $when }
list-left = départ { $when }
