and-more = et { $count } de plus

no-group = Ce groupe n'existe plus ici. Demande le nouveau menu à l'équipe.
no-group-named = Il n'y a pas de groupe `{ $name }` sur ce serveur. `/autorole liste` les montre tous.
name-taken = Ce serveur a déjà un groupe `{ $name }` : les noms sont uniques, quelle que soit la casse. Choisis-en un autre.
name-length = Un nom a de 1 à 60 caractères, celui-ci en a { $length }. Choisis-en un autre.
bad-emoji = Le numéro { $place }, `{ $text }`, n'est pas un émoji que je peux utiliser : prends-en un d'Unicode, ou un de ce serveur qui est ouvert à tout le monde. Rien n'a été enregistré.
no-role = `{ $text }` n'est pas un rôle. Écris les rôles en les mentionnant, comme `@Rôle`, avec des espaces entre eux.
not-in-group = { $role } n'est pas dans ce groupe. `/autorole voir` montre ses rôles.
too-many-roles = Cela fait { $count } rôles ; il y a de la place pour 100 dans un groupe et pour 25 à l'arrivée. Crée un deuxième groupe.
nothing-named = Aucun rôle n'est nommé. Écris-en au moins un, en le mentionnant.
too-many-buttons = Cela fait { $count } rôles, et un message montre 25 boutons au plus. Choisis des menus sous « Apparence », ou un deuxième groupe.
owner-only = Seul le propriétaire du serveur peut accepter un rôle avec de telles permissions.
bad-number = `{ $given }` n'est pas un nombre de { $least } à { $most }. Corrige-le et renvoie le formulaire.
bad-duration = `{ $given }` n'est pas une durée de 1 minute à { $days } jours. Écris-la comme `30m`, `2h` ou `7j`.
min-above-max = Au moins { $min } et au plus { $max } ne vont pas ensemble. Baisse le minimum ou augmente le maximum.
no-link = `{ $text }` n'est pas un lien vers un message. Fais un clic droit sur le message et choisis « Copier le lien du message ».
elsewhere = Ce message est sur un autre serveur, ou dans un salon que je ne vois pas. Je ne peux utiliser que des messages de ce serveur.
no-room = Ce message n'a pas de place pour le menu. Lies-en un autre, ou publie le menu seul avec `/autorole publier`.
no-text-channel = Je ne peux pas publier ici. Nomme un salon textuel.
empty = Ce groupe n'a encore aucun rôle à montrer. Ajoutes-en un avec `/autorole ajouter`.
edit-under-way = Un clic précédent est en train de changer tes rôles. Réessaie dans un instant.
not-ready = Je viens de démarrer et ne connais pas encore ce serveur. Réessaie dans une minute.
no-members-intent = Discord ne me montre pas qui sont les membres. Qui me fait tourner peut activer *Server Members Intent* dans le portail des développeurs de Discord, et me redémarrer.
already-running = Une attribution en masse est déjà en cours sur ce serveur. Attends sa fin, ou annule-la sous son message.
not-running = Cette attribution en masse est finie.

role-missing = { $role } n'existe plus. Retire-le de son groupe avec `/autorole retirer`.
role-everyone = @everyone ne peut pas être distribué : tout le monde l'a. Choisis un autre rôle.
role-boosts = { $role } va à celles et ceux qui boostent le serveur : seul Discord le distribue. Choisis un autre rôle.
role-bot = { $role } appartient à un bot et ne peut pas être distribué. Choisis un autre rôle.
role-integration = { $role } est distribué par une intégration. Choisis un autre rôle.
bot-lacks = Il me manque la permission { $permission }. Qui gère le serveur peut la donner à mon rôle.
role-above-bot = { $role } n'est pas au-dessous de mon rôle le plus haut, { $highest }. Qui gère les rôles peut monter le mien dans les paramètres du serveur.
role-above-bot-without = { $role } est au-dessus de moi : je n'ai aucun rôle. Qui gère les rôles peut m'en donner un plus haut.
role-above-you = { $role } n'est pas au-dessous de ton rôle le plus haut, { $highest }. Demande à quelqu'un au-dessus de toi, ou au propriétaire.
role-above-you-without = { $role } est au-dessus de toi : tu n'as aucun rôle. Demande à quelqu'un de plus haut, ou au propriétaire.
role-dangerous = { $role } porte { $permissions }. Seul le propriétaire du serveur peut le proposer : avec `/autorole ajouter`, et une deuxième confirmation.

rule-locked = { $role } : ce menu est verrouillé. L'équipe peut le rouvrir.
rule-once = { $role } : tu as choisi, et ici le choix est pour toujours. L'équipe peut changer tes rôles.
rule-cool-down = { $role } : tu viens de changer quelque chose ici. Réessaie { $when }.
rule-add-only = { $role } : les rôles de ce menu ne se rendent pas. L'équipe peut te le retirer.
rule-remove-only = { $role } : les rôles de ce menu peuvent seulement être rendus.
rule-needs-any = { $role } : il te faut d'abord un de ces rôles : { $roles }.
rule-needs-all = { $role } : il te manque { $roles }.
rule-forbidden = { $role } : pas en même temps que { $roles }.
rule-apart = { $role } : pas en même temps qu'un rôle de « { $group } », et tu as { $other }. Rends-le d'abord.
rule-full = { $role } : { $seats ->
    [1] sa seule place est prise
   *[other] ses { $seats } places sont prises
}. Réessaie quand quelqu'un rendra la sienne.
rule-counting = { $role } : je compte encore qui l'a. Réessaie dans une minute.
rule-most = { $role } : tu peux avoir { $most ->
    [1] un seul rôle
   *[other] { $most } rôles
} de ce menu. Rends-en un d'abord.
rule-least = { $role } : tu gardes au moins { $least ->
    [1] un rôle
   *[other] { $least } rôles
} de ce menu. Prends-en un autre d'abord.
rule-gone = { $role } : ce menu ne le propose plus.

outcome-added = ✅ Tu as maintenant { $roles }
outcome-removed = ➖ Tu n'as plus { $roles }

nothing-to-choose = Il n'y a rien à choisir ici pour le moment.
choose-here = Choisis tes rôles
choose-here-of = Choisis tes rôles ({ $part } sur { $parts })
your-roles = Ce qui est coché est à toi. Choisis de nouveau pour changer.
your-roles-of = Ce qui est coché est à toi. Choisis de nouveau pour changer. Page { $page } sur { $pages }.

create-title = Nouveau groupe de rôles
item-title = Un rôle du groupe
field-name = Nom du groupe
field-message = Texte au-dessus du menu
field-roles = Rôles
field-mode = Combien un membre peut en avoir
field-surface = Aspect du menu
field-button-label = Mots sur un bouton seul
field-button-style = Couleur des boutons
field-min = Au moins (seulement avec des bornes)
field-max = Au plus (avec des bornes ; vide : sans)
field-allowed = Ce que les membres peuvent faire
field-feedback = Dire aux membres ce que leur clic a fait
field-lasts = Un rôle dure (vide : pour toujours)
field-cool-down = Pause entre deux changements (vide : non)
field-require-one = Le dernier rôle reste
field-any-of = Il faut un de ces rôles
field-all-of = Il faut tous ces rôles
field-none-of = Il ne faut aucun de ces rôles
field-apart-from = Pas en même temps que ces groupes
field-emoji = Émoji
field-label = Mots à la place du nom du rôle
field-description = Petit texte dans les menus
field-seats = Places (vide : sans limite)
field-delay = Attendre (vide : pas du tout)
field-whom = Qui les reçoit
field-unless = Pas qui a un de ces rôles
field-sticky = Les rôles reviennent avec le membre
field-not-sticky = Rôles qui ne reviennent pas
example-duration = 30m, 2h, 7j
yes = Oui
no = Non
mode-free = Autant qu'on veut
mode-single = Un seul ; un autre le remplace
mode-multiple = Plusieurs, entre des bornes
allowed-both = Prendre et rendre des rôles
allowed-add-only = Seulement prendre des rôles
allowed-remove-only = Seulement rendre des rôles
allowed-once = Choisir une fois pour toutes
allowed-locked = Rien : verrouillé
surface-auto = Selon le nombre de rôles
surface-buttons = Boutons (jusqu'à 25 rôles)
surface-selects = Menus
surface-private = Un bouton, et un menu pour le membre seul
style-blue = Bleu
style-grey = Gris
style-green = Vert
style-red = Rouge
whom-everyone = tout le monde
whom-humans = les personnes
whom-bots = les bots
looks-button = Apparence
limits-button = Limites
times-button = Durées
conditions-button = Conditions

created = Le groupe « { $name } » est créé. `/autorole publier` met son menu dans un salon.
saved = Enregistré.
added = Ajouté : { $roles }
removed = Retiré : { $role }. Qui l'a le garde.
add-which = Quels rôles « { $group } » doit-il aussi proposer ?
approve = { $role } porte { $permissions } : qui le choisit pourrait prendre ce serveur. Il est à toi. Les membres doivent-ils vraiment pouvoir se le donner ?
approve-button = Oui, le proposer
item-seats = { " " }({ $taken } places prises sur { $seats })
item-broken = Ce rôle a été supprimé : le menu ne le montre plus. Retire-le avec `/autorole retirer`.
group-empty = Encore aucun rôle. Ajoutes-en avec `/autorole ajouter`.
group-rules = Règles
group-menu = Menu
group-posted = Publié : { $link }
group-not-posted = pas publié
group-min-max = Au moins { $min }, au plus { $max }
group-min = Au moins { $min }, sans maximum
group-require-one = Le dernier rôle reste
group-lasts = Un rôle dure { $duration }
group-cool-down = { $duration } entre deux changements
group-any-of = Il faut un de { $roles }
group-all-of = Il faut tous les rôles { $roles }
group-none-of = Pas en même temps que { $roles }
group-apart-from = Pas en même temps que les groupes { $groups }
group-quiet = Le succès n'est pas annoncé
list-title = Groupes de rôles de ce serveur
list-empty = Il n'y en a pas encore. `/autorole créer` en crée un.
list-line = **{ $name }** · { $roles ->
    [one] { $roles } rôle
   *[other] { $roles } rôles
} · { $posted }
list-broken = { $count ->
    [one] { $count } rôle a été supprimé
   *[other] { $count } rôles ont été supprimés
}
posted = « { $name } » est publié : { $link }
linked = « { $name } » se trouve maintenant sous { $link }
not-my-message = { $author } a écrit ce message, et Discord ne laisse personne mettre un menu sous ce qu'un autre a écrit. Je peux publier son texte de nouveau à mon nom, avec le menu dessous.
copy-button = Publier une copie
delete = Supprimer « { $name } » avec { $count ->
    [0] son menu
    [1] son rôle et son menu
   *[other] ses { $count } rôles et son menu
} ? Les membres gardent leurs rôles. C'est sans retour.
delete-button = Supprimer le groupe
deleted = « { $name } » est supprimé.

joining-title = Rôles à l'arrivée
joining-none = aucun
joining-at-once = Aussitôt après l'écran des règles
joining-after = { $delay } après l'écran des règles
joining-unless = Pas qui a { $roles }
joining-button = Rôles à l'arrivée
sticky-button = Rôles au retour
sticky-on = Qui revient retrouve les rôles qu'il avait. Les rôles de modération ne reviennent jamais d'eux-mêmes.
sticky-except = Sauf { $roles }
sticky-off = Qui revient repart de zéro.

assign-title = Attribution en masse
plan-give = Donner { $role } à : { $whom }
plan-take = Retirer { $role } à : { $whom }
plan-with = Seulement qui a { $role }
assign-count = { $count } membres sur { $total } changent.
assign-takes = Discord accepte environ un changement par seconde : cela prend environ { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}. On peut annuler à tout moment.
assign-nobody = Il n'y a rien à faire.
start-button = Commencer : { $count ->
    [one] { $count } membre
   *[other] { $count } membres
}
assign-started = C'est parti. Un message dans ce salon dit où j'en suis.
cancel-button = Annuler
cancelling = C'est annulé. Ce qui est fait reste fait.
run-running = En cours
run-done = Fini
run-cancelled = Annulé
run-failed = Échoué
run-progress = { $state } : { $seen } vus sur { $total }, { $changed } changés.
run-failures = { $count ->
    [one] { $count } membre n'a pas pu être changé
   *[other] { $count } membres n'ont pas pu être changés
} ; le fichier à la fin dit qui et pourquoi.
run-number = Attribution { $number }

broken-title = { $guild } : des rôles de menus ont été supprimés
broken-line = • « { $group } » : le rôle avec l'identifiant `{ $role }`
broken-remedy = Les menus ne les montrent plus. Retire-les avec `/autorole retirer`, ou recrée les rôles et ajoute-les.
