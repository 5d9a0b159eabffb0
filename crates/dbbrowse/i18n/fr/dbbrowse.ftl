unknown = Je ne connais ici ni table ni vue de ce genre pour toi. Utilise /dbbrowse pour recommencer.
no-row = Cette ligne n'existe plus. Reviens à la page et ouvres-en une autre.
too-slow = Cela prenait plus de 5 secondes : j'ai abandonné. Ajoute un filtre, ou laisse l'ordre tel quel.
no-role = Je ne peux pas regarder en sécurité : mon utilisateur de base de données n'a pas le droit de créer le rôle `majordome_browse`. La personne qui m'héberge le fait une fois en tant que propriétaire de la base : `create role majordome_browse nologin`, puis `grant majordome_browse to` mon utilisateur.
too-many-filters = Il y a déjà { $most } filtres, c'est le maximum. Enlève-les et recommence.
misfit-missing = «{ $column }» a besoin d'une valeur à comparer.
misfit-id = «{ $column }» se compare à un identifiant : un nombre comme `175928847299117063`, ou une mention.
misfit-number = «{ $column }» se compare à un nombre entier, comme `12`.
misfit-flag = «{ $column }» se compare à `oui` ou `non`.
misfit-time = «{ $column }» se compare à un jour ou à une heure, comme `2026-11-21` ou `2026-11-21 14:30`.
bad-op = On peut demander de «{ $column }» : { $ops }.

op-is = est
op-is-not = n'est pas
op-contains = contient
op-starts = commence par
op-under = est inférieur ou avant
op-at-least = est à partir de
op-has = a entre autres
op-empty = est vide
op-filled = n'est pas vide

absent = ∅
yes = oui
no = non

tables-title = Tables
tables-text = Ce qui est enregistré sur ce serveur. Chaque regard est noté.
tables-none = Il n'y a rien ici que tu puisses regarder.
tables-more = La liste a de la place pour 25 tables ; tape le nom d'une autre derrière /dbbrowse.
tables-pick = Choisis une table

filter = Filtrer
sort = Trier
clear = Enlever les filtres
csv = CSV
count = Compter toutes les lignes
back = ◀ Retour à la page
column-field = Colonne
op-field = Comparaison
value-field = Valeur
value-hint = Identifiant ou mention, nombre, jour comme 2026-11-21, oui ou non, ou des mots
way-field = Ordre
ascending = Les plus petits d'abord
descending = Les plus grands d'abord
sorted-up = Trié par { $column }, les plus petits d'abord
sorted-down = Trié par { $column }, les plus grands d'abord
rows-none = Aucune ligne ne correspond.
open-row = Ouvrir une ligne
total = { $count ->
    [one] { $count } ligne
   *[other] { $count } lignes
}
total-more = Plus de { $count } lignes
csv-rows = { $count ->
    [one] { $count } ligne, selon les filtres de la page.
   *[other] { $count } lignes, selon les filtres de la page.
}
csv-cut = Le fichier serait trop grand : les dernières lignes manquent. Ajoute un filtre.
total-unknown = Plus de lignes que je n'en compte pendant que tu attends
