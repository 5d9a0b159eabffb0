bad-hour = Une heure est un nombre entier de 0 à 23, et le responsable attend au plus 336 heures ; { $hour } n'est ni l'un ni l'autre.

no-such = Il n'y a pas de telle tâche ici. Choisis dans la liste qui s'ouvre pendant que tu écris, ou regarde avec /tâche liste.
not-yours = La tâche n° { $number } n'est pas la tienne : seuls ceux qui la font, qui l'ont créée ou qui gèrent les tâches peuvent faire cela.
closed-by = La tâche n° { $number } est déjà { $state } : par { $by }, { $at }.
closed = La tâche n° { $number } est déjà { $state }.
taken = Quelqu'un a déjà pris la tâche n° { $number }.
bad-description = Une description a de 1 à { $most } caractères. Écris-en une autre.
bad-reason = Une raison a de 1 à { $most } caractères. Écris-en une autre.
no-site = Il n'y a pas de chantier { $site }. Choisis dans la liste qui s'ouvre pendant que tu écris.
closed-site = Le chantier { $site } est archivé : aucun travail n'y commence. Choisis un chantier ouvert.
bad-due = { $due } n'est pas une date que je sais lire. Écris par exemple 28/12, demain 14h, lundi prochain, dans 3 jours.
past-due = { $at } est passé. Donne une date à venir.
bad-tags = Au plus { $most } étiquettes, de { $length } caractères au plus chacune.
bad-items = Au plus { $most } lignes dans une liste à cocher, de { $length } caractères au plus chacune.
bad-repeat = { $repeat } n'est pas une répétition que je sais lire. Écris par exemple quotidien, chaque lundi et jeudi, mensuel 15, toutes les 2 semaines jusqu'au 31/12.
repeat-without-due = Ce qui revient a besoin d'une date : dis pour quand c'est la première fois.
bad-except = { $day } n'est pas un jour que je sais lire. Écris par exemple 25/12, 01/01, avec des virgules entre.
too-many-exceptions = Au plus { $most } jours où une tâche ne revient pas.
no-repeat = Cette tâche ne revient pas : dis comment elle revient, ou laisse les exceptions et le renouvellement.
too-many-people = { $count } personnes, c'est plus qu'une tâche ne peut avoir : au plus { $most }. Donne-la plutôt à un rôle.
bad-assignees = { $words } n'est personne que je connaisse. Mentionne des membres, ou un rôle : @alice @bob.
no-role = { $role } n'est pas un rôle de ce serveur. Choisis-en un.
a-bot = { $user } est un bot, et ne fait pas de tâches. Choisis un membre.
a-stranger = { $user } n'est pas membre de ce serveur. Choisis un membre.
both = Des membres ou un rôle, pas les deux.
nothing-given = Rien ne changerait. Donne quelque chose à changer.
not-deleted = La tâche n° { $number } n'est pas supprimée.

state-todo = à faire
state-in-progress = en cours
state-blocked = bloquée
state-done = terminée
state-cancelled = annulée
priority-low = basse
priority-normal = normale
priority-high = haute
priority-urgent = urgente
to-pick-up = à prendre
overdue = ⚠️ en retard depuis { $due }
is = État
who = Qui
priority = Priorité
due = Échéance
site = Chantier
tags = Étiquettes
comes-again = 🔁 Elle revient quand elle est terminée.
comes-again-due = 🔁 Elle revient à son échéance.
snoozed = ⏰ Rappel { $until }
source = Le message dont il s'agit
made-by = Par { $by } { $at }
do-done = Terminée
do-claim = Je la prends
do-start = Commencer
do-block = Bloquée
do-edit = Modifier
do-reopen = Rouvrir
do-snooze-hour = Rappel dans 1 h
do-snooze-day = Rappel demain
tick = Cocher
past-created = créée
past-description = description
past-reason = raison
past-checklist = liste à cocher
past-repeat = répétition
past-deleted = supprimée
past-snoozed = rappel
history = Ce qu'elle est devenue

panel-in = Son panneau est dans { $channel }.
made = La tâche n° { $number } est créée : { $what }
away = ⚠️ { $user } est absent : de { $from } à { $until }.
changed = La tâche n° { $number } est modifiée.
is-done = La tâche n° { $number } est terminée. Bravo !
deleted = La tâche n° { $number } est supprimée. Pendant 30 jours, /tâche restaurer la ramène.
pick = Qui fait la tâche n° { $number } ?
pick-placeholder = Personne : qui veut la prend
list-title = Tâches
list-empty = Aucune tâche de ce genre.
remind-soon = ⏰ La tâche n° { $number } est à rendre { $due }.
remind-due = ⚠️ La tâche n° { $number } est en retard.
remind-snooze = ⏰ Tu voulais un rappel de la tâche n° { $number }.
remind-late = Ce rappel vient tard : j'étais absent.
digest-title = Ce qui est en retard
digest-own = Tes tâches
digest-led = Celles dont tu es responsable
block-title = La tâche n° { $number } est bloquée
block-reason = Qu'est-ce qu'elle attend ?
edit-title = Tâche n° { $number }
form-description = Ce qui est à faire
form-due = Pour quand
form-due-hint = 28/12, demain 14h, lundi prochain ; vide pour aucune date
form-tags = Étiquettes
form-checklist = Liste à cocher, une ligne chacune
form-priority = Priorité
form-assignees = Qui la fait
make-title = Créer une tâche
exported = { $count ->
    [one] { $count } tâche.
   *[other] { $count } tâches.
}
exported-part = Le fichier s'arrête là où il ne peut être plus grand ; GET /v1/guilds/…/tasks a tout.
settings-title = Comment les tâches marchent ici
saved = Enregistré.
settings-channel = Panneaux et rappels
settings-where-made = là où une tâche est créée
settings-due = Échéance d'un jour sans heure
settings-digest = Rappel quotidien de ce qui est en retard
settings-quiet = Personne ne reçoit de rappel
settings-lead = Le responsable apprend ce qui est en retard après
never = jamais
hours = { $hours ->
    [one] { $hours } heure
   *[other] { $hours } heures
}
erased = Les tâches ne savent plus rien de { $user }. { $count ->
    [1] Une tâche a
   *[other] { $count } tâches ont
} changé ; ce que cette personne avait créé est au bot, et ce qu'elle faisait est à prendre.
