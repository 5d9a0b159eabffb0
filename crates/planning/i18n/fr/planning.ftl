weekdays = lundi mardi mercredi jeudi vendredi samedi dimanche
weekdays-short = lun mar mer jeu ven sam dim
months = janvier février mars avril mai juin juillet août septembre octobre novembre décembre
long-day = { $weekday } { $day } { $month }
from-to = du { $from } au { $to }

bad-time = Le planning hebdomadaire veut un jour de 0 (lundi) à 6 et une heure de 00:00 à 23:59.
no-such = Il n'y a pas de telle entrée du planning ici. Choisis dans la liste qui s'ouvre pendant que tu écris, ou regarde avec /planning montrer.
not-yours = Tu n'as pas toi-même planifié l'entrée n° { $number } pour toi : demande à quelqu'un qui gère le planning.
decided-by = L'entrée n° { $number } est déjà { $state } : par { $by }, { $at }.
decided-already = L'entrée n° { $number } est déjà { $state } : il n'y a rien à décider.
not-for-you = Seuls ceux qui gèrent le planning du serveur peuvent faire cela : demande-leur, ou à un administrateur de te le permettre avec /permissions.
bad-clock = { $time } n'est pas une heure. Écris par exemple 6h ou 07:30.
bad-dates = { $dates } n'est pas une date que je sais lire. Écris par exemple 28/12 02/01, demain 8h-12h, lundi à vendredi.
backwards = Cela finit avant de commencer. Écris le début d'abord : 28/12 02/01.
too-long = Une entrée a au plus { $most } jours. Fais-en plusieurs, ou fais-la revenir.
too-far = Le planning va de 2000 à 2100. Choisis une date entre les deux.
no-site = Il n'y a pas de chantier { $site }. Choisis dans la liste qui s'ouvre pendant que tu écris.
closed-site = Le chantier { $site } est archivé : plus personne n'y travaille. Choisis un chantier ouvert.
site-needed = Il faut un chantier où travailler : choisis-en un avec l'option chantier, ou un autre type.
nobody = Une entrée a besoin de quelqu'un : pour enlever la dernière personne, retire l'entrée avec /planning retirer.
too-many-people = { $count } personnes, c'est trop pour une entrée : au plus { $most }. Fais-en une deuxième.
a-bot = { $user } est un bot, et n'est nulle part. Choisis un membre.
a-stranger = { $user } n'est pas membre de ce serveur. Choisis un membre.
bad-note = La note a { $length } caractères, et peut en avoir { $most }. Raccourcis-la.
bad-reason = Une raison a de 1 à { $most } caractères.
bad-repeat = { $repeat } n'est pas une répétition que je sais lire. Écris par exemple quotidien, chaque lundi et jeudi, mensuel 15, toutes les 2 semaines jusqu'au 31/12.
repeat-overlaps = Cela recommencerait avant d'avoir fini. Raccourcis, ou fais revenir moins souvent.
bad-exception = Cela ne vient de toute façon pas le { $day }. Donne un jour où cela vient.
too-many-exceptions = Au plus { $most } jours peuvent être retirés. Termine la répétition, et commences-en une nouvelle.
clash = Quelqu'un est prévu ailleurs à ce moment, donc rien n'a changé. Choisis d'autres dates ; qui gère le planning peut dire que c'est voulu (chevauchement).
nothing-given = Rien ne changerait. Donne quelque chose à changer.
bad-role = Je ne peux pas donner { $role }. Choisis un rôle sous mon plus haut rôle, que personne d'autre ne distribue et qui ne donne aucun pouvoir sur le serveur, et donne-moi « Gérer les rôles ».

state-pending = en attente d'une décision
state-approved = prévue
state-refused = refusée
kind-site = Chantier
kind-leave = Congé
kind-training = Formation
kind-sick = Maladie
kind-other = Autre
week-title = Planning du { $from } au { $to }
people = { $count ->
    [one] Une personne
   *[other] { $count } personnes
}
more-people = Il y en a d'autres : la liste les nomme tous.
week-empty = Rien n'est prévu.
week-cut = Il y en a plus que la place ici.
week-of = De { $user }
who = Qui
when = Quand
note = Note
is = État
why = Pourquoi
comes-again = 🔁 Cela revient.
comes-until = 🔁 Cela revient, la dernière fois le { $day }.
except-days = Sauf { $days }
asked-by = Par { $by } { $at }
withdrawn = Ceci a été retiré : il n'y a plus rien à décider.
overlaps = Au même moment :
do-approve = Approuver
do-plan-anyway = Planifier quand même
do-refuse = Refuser
made = Le n° { $number } est prévu.
made-pending = Le n° { $number } attend quelqu'un qui gère le planning. Tu auras une réponse.
removed = Le n° { $number } n'est plus dans le planning.
removed-day = Le n° { $number } ne vient pas ce jour-là.
erased = Le planning ne sait plus rien de { $user }. { $count ->
    [one] Une entrée a été effacée ou changée.
   *[other] { $count } entrées ont été effacées ou changées.
}
told-approved = Le n° { $number } a été approuvé.
told-refused = Le n° { $number } a été refusé.
told-look = { $user }, l'entrée n° { $number } est décidée : /planning montrer dit comment.
refuse-title = Refuser le n° { $number }
refuse-reason = Pourquoi ?
waiting-title = Ce qui attend une décision
waiting-none = Rien n'attend.
waiting-more = Il y en a d'autres : décide d'abord celles-ci.
past-created = créée
past-kind = type
past-site = chantier
past-repeat = répétition
past-except = jours retirés
past-deleted = retirée
history = Ce qu'elle est devenue
exported = { $count ->
    [one] Une entrée.
   *[other] { $count } entrées.
}
exported-part = Le fichier finit là où il ne peut être plus grand ; GET /v1/guilds/…/planning a tout.
settings-title = Comment le planning marche ici
saved = Enregistré.
yes = oui
no = non
none = aucun
settings-channel = Planning hebdomadaire
settings-when = Publié le
settings-picture = Avec une image
settings-leave-channel = Demandes de congé
settings-owner = le propriétaire du serveur, directement
settings-leave-role = Rôle pendant un congé
too-many-feeds = Un serveur a au plus { $most } agendas, et un membre en fait au plus { $own }. Reprends-en un avec /planning agenda révoquer.
no-such-feed = Il n'y a pas d'agenda { $number } qui soit à toi. /planning agenda liste montre ceux qui le sont.
feed-revoked = L'agenda { $number } est repris : son adresse ne montre plus rien.
feed-made = Agenda { $number }
feed-nowhere = Mets devant l'adresse publique du HTTP de ce bot ; qui fait tourner le bot la connaît, et peut la donner comme PUBLIC_URL.
feed-secret = Ajoute cette adresse à ton agenda comme abonnement. Elle n'est montrée que cette fois, et qui l'a lit l'agenda ; /planning agenda révoquer reprend le numéro { $number }.
feeds-title = Agendas
feeds-none = Il n'y en a pas encore : /planning agenda créer en fait un.
feed-of-all = Tout le monde
feed-name = Planning de { $of }
feed-name-alone = Planning
absent = Absence
