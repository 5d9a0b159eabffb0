default-name = Salon de { $display }
default-name-elided = Salon d'{ $display }
plain-name = Salon { $number }

wait-member = { $who }, tu as ouvert plusieurs salons en une minute. Reste ici : le prochain s'ouvre { $when }.
wait-guild = { $who }, beaucoup de salons s'ouvrent en ce moment sur ce serveur. Reste ici : le tien s'ouvre { $when }.
wait-day = { $who }, ce serveur a ouvert { $limit } salons aujourd'hui et Discord demande une pause. Utilise un salon vocal existant pour le moment.
wait-max-rooms = { $who }, ce hub peut avoir { $limit } salons à la fois et tous sont ouverts. Reste ici : le tien s'ouvre dès que l'un d'eux ferme.
wait-create = { $who }, je ne peux pas créer de salon pour toi : je n'en ai pas le droit. L'équipe est prévenue ; réessaie plus tard.
wait-move = { $who }, j'ai pu créer ton salon mais je n'ai pas le droit de t'y déplacer. L'équipe est prévenue ; réessaie plus tard.
wait-access = { $who }, je n'ai plus accès à l'endroit où les salons se créent. L'équipe est prévenue ; réessaie plus tard.
wait-guild-full = { $who }, ce serveur a 500 salons, c'est tout ce que Discord permet. L'équipe est prévenue ; utilise un salon existant.
wait-discord = { $who }, Discord n'a pas répondu quand j'ai voulu créer ton salon. Quitte ce salon et rejoins-le de nouveau.

staff-create = ⚠ Je ne peux pas créer de salons pour { $hub }. Il me faut { $permissions } sur le serveur et dans la catégorie des salons. Je réessaie plus tard de moi-même.
staff-move = ⚠ Je peux créer des salons pour { $hub } mais pas y déplacer les membres. Il me faut { $permissions } sur le serveur et dans la catégorie des salons. Je réessaie plus tard de moi-même.
staff-access = ⚠ Je ne vois plus l'endroit où les salons de { $hub } se créent. Laisse-moi voir de nouveau la catégorie et le hub. Je réessaie plus tard de moi-même.
staff-guild-full = ⚠ Il n'y a plus de place pour les salons de { $hub } : le serveur a 500 salons, c'est tout ce que Discord permet. Supprime les salons dont personne n'a besoin.
problem-create = Je n'ai pas le droit de créer des salons.
problem-move = Je n'ai pas le droit de déplacer les membres dans leurs salons.
problem-access = Je ne vois pas l'endroit où les salons se créent.
problem-guild-full = Le serveur a 500 salons.
problem-until = { $what } Je réessaie { $when }.
category-full = ⚠ La catégorie de { $hub } est pleine (Discord permet 50 salons). Les nouveaux salons s'ouvrent dans une catégorie de débordement s'il y en a une, sinon hors catégorie. Ajoutes-en une avec `/hub config overflow:`.
category-full-copied = ⚠ La catégorie de { $hub } est pleine (Discord permet 50 salons). Les nouveaux salons s'ouvrent dans une copie jusqu'à ce qu'il y ait de la place.
many-rooms-today = ⚠ { $count } salons ont été ouverts en 24 heures. À { $limit }, je m'arrête jusqu'à ce que les premiers aient un jour, car Discord limite le nombre de salons qu'un serveur peut créer.
hub-gone = Le salon d'un hub a été supprimé. Ses salons restent jusqu'à ce qu'ils soient vides.
room-stays = ⚠ Je ne peux pas supprimer le salon vide { $room }. Il me faut { $permissions } là-bas. Je réessaie toutes les cinq minutes.
log-opened = 🟢 { $owner } a ouvert { $room }
log-closed = ⚪ Le salon **{ $name }** de { $owner } a fermé
log-handed-over = 👑 { $room } est passé de { $from } à { $to }
log-purged = 🧹 { $by } a déconnecté { $count ->
    [1] une personne
   *[other] { $count } personnes
} de { $room }

panel-title = 🔊 { $name }
panel-owner = 👑 Propriétaire : { $owner }
panel-mode = 🚦 Mode : **{ $mode }** ({ $meaning })
panel-limit = 👥 Limite : **{ $limit }**
panel-status = 💬 Statut : { $status }
panel-waiting = 🚪 Salle d'attente : { $channel }
panel-away = 👋 Propriétaire absent { $when }
no-limit = aucune
mode-open = Ouvert
mode-closed = Fermé
mode-private = Privé
mode-conference = Conférence
meaning-open = tout le monde peut entrer
meaning-closed = visible de tous, on entre sur invitation
meaning-private = visible et ouvert sur invitation
meaning-conference = tout le monde écoute, les invités parlent
allowed = ✅ Invités
denied = ⛔ Exclus
nobody = personne
and-more = { $named } et { $more } de plus
renames-left = Nom : { $left ->
    [one] { $left } changement sur { $of } possible
   *[other] { $left } changements sur { $of } possibles
}
renames-spent = Nom : { $left } changement sur { $of } possible, le prochain { $when }
renames-wanted = { $count }. Ensuite : { $name }
waiting-open = Ouvrir une salle d'attente
waiting-close = Fermer la salle d'attente
rename = Nom
limit = Limite
lists = Listes
transfer = Transférer
claim = Réclamer
forget = Oublier mes réglages
purge = Vider
delete = Supprimer
allow-somebody = Inviter des membres ou des rôles
deny-somebody = Exclure des membres ou des rôles

refused-gone = Ce salon n'existe plus. Rejoins un hub pour en avoir un nouveau.
refused-not-yours = Ce salon est à { $owner }. Seuls son propriétaire et les modérateurs peuvent le régler. Rejoins un hub pour avoir le tien.
name-empty = Il faut au moins un caractère visible dans un nom. Tapes-en un autre.
name-too-long = Ce nom a { $length } caractères ; Discord en permet 100. Tapes-en un plus court.
name-mention = Un nom ne peut pas contenir @everyone ni @here. Tapes-en un autre.
name-word = Ce nom contient un mot que ce serveur n'accepte pas. Tapes-en un autre.
refused-limit = `{ $typed }` n'est pas une limite. Tape un nombre de 0 (aucune limite) à 99.
refused-owner = On ne peut exclure ni le propriétaire ni @everyone. Pour écarter les inconnus, choisis le mode Fermé ou Privé.
refused-bot = On ne peut pas m'exclure : je veille sur le salon.
refused-list-full = Cela ferait { $count } entrées ; une liste en contient { $most }. Retires-en d'abord.
refused-overwrites = Cela ferait { $count } permissions sur le salon ; Discord en permet { $most }. Retire d'abord quelqu'un des listes.
claim-off = Les salons de ce hub ne peuvent pas être réclamés. Demande à un modérateur.
claim-not-there = Seul qui est dans le salon peut le réclamer. Rejoins-le d'abord.
claim-own = Ce salon est déjà le tien.
claim-owner-there = Le propriétaire est dans le salon. Demande-lui de te le transférer.
claim-too-early = Le propriétaire vient de partir. Tu pourras réclamer le salon { $when }.
refused-not-there = { $who } n'est pas dans le salon. Un salon ne peut aller qu'à quelqu'un qui y est.
refused-a-bot = { $who } est un bot, et les bots n'ont pas de salon. Choisis une personne.
refused-owns-another = { $who } a déjà un salon de ce hub. Une personne a un salon par hub.
refused-expired = Cette question a plus d'une minute. Repose-la depuis le panneau.
refused-not-asked = Cette question était pour quelqu'un d'autre.
refused-in-no-room = Tu n'es dans aucun salon à la demande. Rejoins un hub pour en avoir un.
refused-answered = Cette demande a déjà eu sa réponse, ou a été retirée.
refused-no-status = Les salons de ce hub n'ont pas de statut : l'équipe l'a désactivé.

lists-title = Qui est invité, qui est exclu
lists-page = Page { $page } sur { $pages } · { $entries ->
    [1] une entrée
   *[other] { $entries } entrées
}
lists-empty = Les deux listes sont vides. Ajoute des membres et des rôles avec les menus du panneau.
take-off = Retirer de la liste

name-field = Nom du salon
status-field = Statut sous le nom
status-hint = Se change à tout moment, contrairement au nom ; vide pour aucun
status-set = Enregistré.
renamed = Le salon a son nouveau nom.
renamed-later = Discord permet deux changements de nom en dix minutes. Le salon aura son nouveau nom { $when } ; tu n'as rien à faire.
limit-field = Combien de personnes au plus
limit-hint = 0 pour aucune limite, 99 au plus

give-to = À qui va le salon ?
transfer-words = Choisis quelqu'un qui est dans le salon. Tu perds aussitôt tes droits sur lui.
already-owner = Le salon est déjà à { $who }. Rien n'a changé.
given = Le salon est maintenant à { $who }.
claimed = Le salon est maintenant le tien. Son panneau est dans le tchat du salon.
forgotten = Oublié. Ton prochain salon commencera comme le dit le hub.

nobody-to-purge = Il n'y a personne à déconnecter : toutes les personnes présentes sont invitées.
purge-question = { $count ->
    [1] Cette personne sera déconnectée
   *[other] Ces { $count } personnes seront déconnectées
} : { $who }. Confirme dans la minute.
purge-confirm = Déconnecter { $count }
purged-now = Déconnectés : { $count }
purged-before = Déjà partis : { $count }
purge-failed = ⚠ { $who } : { $why }
purge-unknown = quelque chose s'est mal passé de mon côté
delete-question = Le salon est supprimé et tout le monde y est déconnecté. Son tchat est perdu.
delete-confirm = Supprimer le salon
deleted = Le salon va être supprimé.

waiting-name = ⏳ { $name }
request-title = Quelqu'un demande à entrer
request = { $who } attend d'entrer dans { $room }.
approve = Laisser entrer
refuse = Pas maintenant
block = Exclure
request-sent = { $who }, j'ai demandé à { $owner } de te laisser entrer. Reste ici pour la réponse.
room-closed = Le salon **{ $name }** a fermé : personne ne peut plus t'y laisser entrer.
approved = { $who } est entré.
has-left = { $who } a quitté la salle d'attente.
was-refused = { $who } n'est pas entré.
was-blocked = { $who } n'est pas entré, et est exclu désormais.
not-let-in = On ne t'a pas laissé entrer dans **{ $name }**.

hub-made-title = Hub créé
hub-made = Qui rejoint { $hub } a désormais son propre salon. Qui y est déjà le rejoint de nouveau. Règle-le avec `/hub config`.
hubs-title = Les hubs de ce serveur
no-hubs = Il n'y a pas encore de hub. Fais-en un d'un salon vocal avec `/hub create`.
hub-line = { $hub } · { $rooms ->
    [0] aucun salon
    [1] un salon
   *[other] { $rooms } salons
} · { $mode }
hub-removed = { $hub } est de nouveau un salon ordinaire. { $rooms ->
    [0] Il n'a aucun salon à la demande.
    [1] Son salon reste jusqu'à ce qu'il soit vide.
   *[other] Ses { $rooms } salons restent jusqu'à ce qu'ils soient vides.
}
hub-title = Réglages de ce hub
saved = Enregistré
none = aucun
yes = oui
no = non
off = désactivé
forbidden = interdit
as-discord = au choix de Discord
as-hub = comme le hub
seconds = après { $count ->
    [one] { $count } seconde
   *[other] { $count } secondes
}
value-default = { $value } (par défaut)
value-hub = Hub : { $value }
value-name = Nom : { $value }
value-user-limit = Personnes par salon : **{ $value }**
value-max-rooms = Salons à la fois : **{ $value }**
value-mode = Mode : **{ $value }**
value-bitrate = Débit : { $value }
value-region = Région : { $value }
value-category = Catégorie : { $value }
value-overflow = Catégories de débordement : { $value }
value-copy-category = Copier la catégorie quand toutes sont pleines : { $value }
value-copy-from = Permissions de : { $value }
value-claim-delay = Réclamer sans propriétaire : { $value }
value-throttles = Salons par minute : { $member } par membre, { $server } pour tout le serveur
value-bots-keep = Les bots gardent un salon ouvert : { $value }
value-log = Journal : { $value }
value-status = Statut : { $value }
value-words = Mots interdits (tout le serveur) : { $value }
lost-denials = ⚠ Je ne peux pas reprendre ce que la source refuse ici, car je ne l'ai pas moi-même : { $permissions }. Donne-moi ces permissions, sinon les salons sont plus ouverts que leur source.
dead-source = ⚠ Le salon dont les permissions devaient être reprises n'existe plus. Les salons commencent avec celles du hub.

hub-is-room = Ce salon est un salon à la demande, qui disparaît quand il est vide. Choisis-en un autre.
hub-is-hub = Ce salon est déjà un hub. Règle-le avec `/hub config`.
hub-is-none = Ce salon n'est pas un hub. `/hub list` montre les hubs, `/hub create` en crée un.
hub-unknown = Je ne vois pas ce salon. Laisse-moi le voir et réessaie.
hub-lacks = Je ne peux pas y créer de salons : il me faut { $permissions } dans ce salon. Donne cela à mon rôle et réessaie.
template-unknown = Je ne connais pas `{ "{" }{ $name }{ "}" }` (caractère { $at }). Je connais `{ "{" }user{ "}" }`, `{ "{" }display{ "}" }`, `{ "{" }n{ "}" }`, `{ "{" }game{ "}" }`, `{ "{" }role{ "}" }`, `{ "{" }date{ "}" }`, `{ "{" }random:a|b{ "}" }` et `{ "{" }if:game{ "}" }…{ "{" }else{ "}" }…{ "{" }end{ "}" }`. Rien n'a changé.
template-open = L'accolade `{ "{" }` au caractère { $at } n'est jamais fermée. Rien n'a changé.
template-condition = La condition au caractère { $at } ne va pas : écris `{ "{" }if:game{ "}" }…{ "{" }else{ "}" }…{ "{" }end{ "}" }`, sans en imbriquer. Rien n'a changé.
bad-region = Discord n'a pas de région vocale `{ $typed }`. Choisis-en une dans la liste. Rien n'a changé.
bad-bitrate = { $wanted } kbit/s, c'est plus que ce que ce serveur peut utiliser : { $highest } à son niveau de boost. Rien n'a changé.
too-much-overflow = Un hub a au plus { $most } catégories de débordement. Efface-les d'abord avec `clear:`. Rien n'a changé.
bad-log = Je ne peux pas y écrire : il me faut { $permissions } dans ce salon. Rien n'a changé.
bad-per-guild = { $value } salons par minute est hors limites : 1 à 200.
too-many-words = { $count } mots, c'est trop : { $most } au plus.
bad-word = `{ $word }` ne peut pas être interdit : un mot a de 1 à { $most } caractères en plus de *.
