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
    [1] 1 jour
   *[other] { $days } jours
} { $hours } h

info-title = Majordome { $version }
info-guild-created = Créé le { $when }
info-guild-members = { $members ->
    [1] 1 membre
   *[other] { $members } membres
}
info-program = Ce bot
info-running = Démarré { $when }
info-memory = Mémoire : { $memory } Mio
info-features = Fonctions

help-title = Ce que tu peux faire avec moi
help-footer = { $total ->
    [1] 1 commande pour toi ici
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

no-capability = Je ne connais pas de capacité `{ $asked }`. Choisis-en une dans la liste.
no-capability-nearest = Je ne connais pas de capacité `{ $asked }`. Voulais-tu dire `{ $nearest }` ?
nobody-named = Nomme une seule chose : un rôle ou un membre dans `qui`, ou un salon dans `salon`, pas les deux.
no-member = { $who } n'est pas dans ce serveur.
rule-granted = { $to } peut maintenant faire `{ $capability }`.
rule-denied = { $to } ne peut plus faire `{ $capability }`, quoi que disent d'autres règles. Les administrateurs le peuvent toujours.
rule-cleared = Plus rien n'est dit de { $to } et de `{ $capability }` : les permissions de Discord et le rôle d'équipe décident.
rule-same = Rien n'a changé : cela vaut déjà pour { $to } et `{ $capability }`.
rule-hidden = Discord ne montre { $commands } qu'aux membres qui ont certaines permissions, et je ne l'élargis pas. Pour le montrer à d'autres : Paramètres du serveur → Intégrations.
rules-title = Qui peut faire quoi
rules-empty = Rien n'est accordé ni refusé ici : les permissions de Discord et le rôle d'équipe décident.
rules-footer = { $total ->
    [1] 1 règle
   *[other] { $total } règles
}. Un refus l'emporte sur un accord ; les administrateurs peuvent toujours.
rule-grant = { $to } : `{ $capability }` accordé
rule-deny = { $to } : `{ $capability }` refusé
rule-unknown = { $rule } (aucune fonction d'ici ne le demande)
check-title = Ce qu'un membre peut faire
check-may = { $who } peut faire `{ $capability }` ici.
check-may-not = { $who } ne peut pas faire `{ $capability }` ici.
check-footer = Dans ce salon. La première règle qui s'applique décide.
step-administrator = Les administrateurs peuvent toujours
step-staff = Le rôle d'équipe { $role } l'accorde
step-permissions = { $permissions } l'accorde par défaut
step-everyone = Tout le monde peut par défaut
step-decides = ➡️ { $step } : s'applique et décide
step-holds = ▫️ { $step } : s'applique, vient trop tard
step-holds-not = ▫️ { $step } : ne s'applique pas
step-nothing = Rien ne l'accorde

no-feature = Je ne connais pas de fonction `{ $asked }`. Choisis-en une dans la liste.
no-feature-nearest = Je ne connais pas de fonction `{ $asked }`. Voulais-tu dire `{ $nearest }` ?
erasing = Tout ce qui est gardé ici de { $user } est en train d'être effacé, pour de bon : { $features }.
essential = `{ $name }` est toujours allumé : sans lui, rien ne pourrait être rallumé.
features-title = Fonctions de ce serveur
feature-is-on = 🟢 `{ $name }` : allumé
feature-is-off = ⚪ `{ $name }` : éteint
feature-switched-on = `{ $name }` est allumé. Je remets ce serveur à jour.
feature-switched-off = `{ $name }` est éteint. Ses données restent ; ses commandes et ses boutons répondent qu'il est éteint.
feature-already-on = `{ $name }` était déjà allumé.
feature-already-off = `{ $name }` était déjà éteint.

history-title-of = Changements des paramètres `{ $subject }`
history-by-import = { $change } · import
history-by-undo = { $change } · annulation
history-by-rest = { $change } · par l'API
no-document = Je ne connais pas de paramètres `{ $asked }`. Choisis-les dans la liste.
no-document-nearest = Je ne connais pas de paramètres `{ $asked }`. Voulais-tu dire `{ $nearest }` ?
undo-title = Annuler le dernier changement de `{ $subject }` ?
undo-button = Annuler le n° { $revision }
undone-title = Le changement n° { $revision } de `{ $subject }` est annulé
undone-footer = C'est aussi un changement : annule de nouveau pour le retrouver.
nothing-to-undo = Rien n'a encore été changé dans les paramètres `{ $subject }`.
administrators-only = Seuls les administrateurs peuvent faire cela avec qui peut faire quoi : sinon quelqu'un pourrait se donner plus qu'il n'a.
exported-title = Paramètres de ce serveur
exported-text = { $count ->
    [1] Un document
   *[other] { $count } documents
} avec version, valeurs par défaut écrites. Rôles, membres et salons y sont par identifiant.
not-settings = Ce n'est pas un fichier de paramètres : `{ $reason }`. Prends-en un que l'export a écrit. Rien n'a été changé.
newer-file = Ce fichier est au format { $format }, et je connais les formats jusqu'à { $known }. Mets-moi d'abord à jour. Rien n'a été changé.
import-title = Cela changerait
import-footer = Rien n'est encore changé. Rôles, membres et salons sont repris par identifiant. Le bouton marche pendant une heure.
import-button = Changer
import-same = Le fichier dit ce qui vaut déjà : rien à changer.
import-gone = Cet envoi est déjà appliqué, remplacé par un plus récent, ou vieux de plus d'une heure. Envoie le fichier de nouveau.
imported-title = Repris
imported-text = Changé : { $subjects }. Chacun peut être annulé.

doctor-title = Comment je vais ici
doctor-examined = Fonctions allumées : { $features }
doctor-well = Il ne manque rien.
doctor-intents = 🔴 `{ $name }` : { $intents } est éteint. L'opérateur l'allume dans le portail des développeurs, page Bot, et me redémarre.
doctor-lacks = 🔴 `{ $name }` : il me manque { $permissions }. Donne-le à mon rôle dans les paramètres du serveur, ou invite-moi de nouveau avec le lien ci-dessous.
doctor-lacks-in = 🟠 `{ $name }` : il me manque { $permissions } dans { $channel }. Permets-le à mon rôle dans les paramètres du salon.
doctor-no-channel = 🟠 `{ $name }` : { $channel } n'existe plus, ou je ne le vois pas. Permets-y à mon rôle de voir le salon, ou règle la fonction de nouveau.
doctor-role-above = 🟠 `{ $name }` : { $role } est au-dessus de mon rôle le plus haut. Monte mon rôle au-dessus dans les paramètres du serveur.
doctor-no-role = 🟠 `{ $name }` : le rôle { $role } n'existe plus. Retire-le de ce qui le donne.
doctor-not-looked = 🟠 `{ $name }` : je n'ai pas pu trouver ce qu'il lui faut. Réessaie dans une minute.
doctor-channels = 🟡 { $count } salons sur { $most } : à { $most }, Discord n'en crée plus. Supprime ceux qui ne servent plus.
doctor-roles = 🟡 { $count } rôles sur { $most } : à { $most }, Discord n'en crée plus. Supprime ceux qui ne servent plus.
doctor-category = 🟡 { $category } : { $count } salons sur { $most }. Déplaces-en dans une autre catégorie.
doctor-clock = 🟡 Mon horloge et celle de Discord ont { $seconds } s d'écart. L'opérateur règle l'horloge de ma machine (NTP).
doctor-invite = Invitation sans rien de plus
doctor-invite-text = { $permissions } : [invite-moi]({ $link })

audit-title = Comment { $guild } est réglé
audit-counts = Catégories : { $categories } · Salons : { $channels } · Fils : { $threads } · Rôles : { $roles } · Membres : { $members } · Bots : { $bots }
audit-counts-more = Émojis : { $emoji } · Autocollants : { $stickers } · Webhooks : { $webhooks } · Intégrations : { $integrations } · Règles AutoMod : { $rules } · Évènements : { $events }
audit-findings = Ce que j'ai trouvé
audit-no-findings = Rien de dangereux, rien qui traîne.
audit-everyone-may = 🔴 Tout le monde peut, dans tout le serveur : { $permissions }. Retire-le à @everyone dans Paramètres du serveur → Rôles, et donne-le à un rôle de celles et ceux qui en ont besoin.
audit-everyone-may-in = 🔴 Tout le monde peut dans { $channels }. Retire-le à @everyone dans les paramètres du salon → Permissions.
audit-admin-roles = 🟠 Administrateur, qu'aucun salon n'arrête : { $roles }. Retire-le dans Paramètres du serveur → Rôles, et ne donne que ce dont ces membres ont besoin.
audit-admin-bots = 🟠 Bots administrateurs : { $bots }. Qui s'empare d'un bot s'empare du serveur : ne donne à leurs rôles que le nécessaire.
audit-orphans = 🟡 Permissions pour quelqu'un qui n'est plus là : { $places }. Enlève-les dans les paramètres du salon → Permissions.
audit-roles-above = 🟡 Au-dessus de mon rôle le plus haut, donc je ne peux ni les donner ni les retirer : { $roles }. Si je dois le faire, monte mon rôle au-dessus dans Paramètres du serveur → Rôles.
audit-unused-roles = 🟡 Personne ne les a : { $roles }. Supprime-les dans Paramètres du serveur → Rôles, sauf si quelqu'un en aura besoin.
audit-allowed-in = { $channel } ({ $permissions })
audit-held = { $role } ({ $members ->
    [1] 1 membre
   *[other] { $members } membres
})
audit-more = { $list } et { $count } de plus, nommés dans le fichier
audit-not-read = Ce que je n'ai pas pu lire
audit-lacks = • { $section } : il me manque { $permissions }. Donne-le à mon rôle dans les paramètres du serveur, et redemande.
audit-away = • { $section } : Discord ne l'a pas donné. Réessaie dans une minute.
audit-too-many-members = • { $section } : j'en cherche { $most } au plus, les bots d'abord. Je ne sais pas si d'autres, qui ont des permissions à eux dans un salon, sont encore là.
audit-section-threads = fils
audit-section-role-members = combien de membres a chaque rôle
audit-section-webhooks = webhooks
audit-section-integrations = intégrations
audit-section-automod = règles AutoMod
audit-section-events = évènements
audit-section-members = membres
audit-since = Changements depuis le n° { $number }, { $when } par { $who }
audit-since-file = Changements depuis le fichier
audit-since-file-of = Changements depuis le fichier, { $when }
audit-no-changes = Aucun.
audit-added = ➕ { $what }
audit-removed = ➖ { $what }
audit-changed = ✏️ { $what } : { $changes }
audit-kind-server = serveur { $name }
audit-kind-category = catégorie { $name }
audit-kind-channel = salon { $name }
audit-kind-role = rôle { $name }
audit-kind-thread = fil { $name }
audit-kind-emoji = émoji { $name }
audit-kind-sticker = autocollant { $name }
audit-kind-webhook = webhook { $name }
audit-kind-integration = intégration { $name }
audit-kind-automod = règle AutoMod { $name }
audit-kind-event = évènement { $name }
audit-kind-bot = bot { $name }
audit-moved = déplacé
audit-gained = a reçu { $permissions }
audit-lost = a perdu { $permissions }
audit-overwrite = pour { $target }, maintenant permis { $allowed }, refusé { $denied }
audit-overwrite-gone = plus rien de particulier pour { $target }
audit-value = `{ $field }` { $before } → { $after }
audit-nothing = rien
audit-kept = Gardé comme n° { $number } · les { $kept } plus récents restent, et l'option comparer montre ce qui a changé depuis
audit-same = Rien n'a changé depuis le n° { $number } : aucun autre n'est gardé
audit-no-file = Le fichier est plus grand que ce que Discord accepte ici, même en zip : il n'est pas envoyé. Il est gardé et peut servir à comparer.
audit-two-named = Nomme une seule chose à comparer : un audit plus ancien dans `comparer`, ou un `fichier`, pas les deux.
audit-not-kept = Je n'ai pas d'audit n° { $asked } de ce serveur. J'ai : { $numbers }. Seuls les { $kept } plus récents sont gardés ; un plus ancien peut être donné en fichier.
audit-none-kept = Je n'ai encore aucun audit de ce serveur à comparer. Prends d'abord la commande sans option : elle en garde un.
audit-not-a-file = Ce n'est pas un audit : `{ $reason }`. Prends le fichier que cette commande a envoyé, en JSON ou en zip. Rien n'a été comparé.
audit-newer-file = Cet audit est au format { $format }, et je connais les formats jusqu'à { $known }. Mets-moi d'abord à jour.
audit-of-another-server = C'est l'audit d'un autre serveur. Prends-en un de ce serveur.
audit-too-large = Ce zip fait plus de { $most } Mio une fois ouvert. Prends le fichier que cette commande a envoyé.
