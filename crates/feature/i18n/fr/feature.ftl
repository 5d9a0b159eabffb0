previous-page = ◀ Retour
next-page = Suite ▶
cut-note = Le texte dépasse la longueur d'un message. Il est entier dans le fichier joint.
full-text-file = texte-entier.txt

not-allowed = Il te faut { $permissions } pour cela (`{ $capability }`). Demande-le à un administrateur du serveur.
not-allowed-or-staff = Il te faut { $permissions } ou le rôle d'équipe pour cela (`{ $capability }`). Demande-le à un administrateur du serveur.
only-in-guild = Cela ne marche que dans un serveur. Utilise-le dans un salon de ton serveur.
permission-missing = Je ne peux pas le faire : il me manque { $permissions } ici. Donne { $count ->
    [1] cette permission
   *[other] ces permissions
} à mon rôle et réessaie.
refused-by-hierarchy = Discord ne me laisse pas le faire : mon rôle le plus haut doit être au-dessus des rôles et des membres que je modifie. Monte mon rôle dans les paramètres du serveur et réessaie.
direct-messages-closed = Je ne peux pas écrire à ce membre : ses messages privés sont fermés pour ce serveur.
gone-channel = Ce salon n'existe plus.
gone-guild = Je ne suis plus dans ce serveur.
gone-member = Ce membre n'est plus dans le serveur.
gone-message = Ce message n'existe plus.
gone-role = Ce rôle n'existe plus.
gone-webhook = Ce webhook n'existe plus.
gone-interaction = C'était trop long : Discord n'accepte plus de réponse. Réessaie.
gone-other = Ce dont il s'agit n'existe plus dans Discord.
not-in-voice = Ce membre n'est dans aucun salon vocal. Il doit d'abord en rejoindre un.
renamed-too-often = Discord ne laisse { $channel } changer de nom ou de sujet que deux fois en 10 minutes. Le prochain changement sera possible { $when }.
too-often = Discord demande une pause. Réessaie { $when }.
discord-is-full = Discord n'en permet pas plus dans ce serveur (limite { $code }). Supprime ce qui ne sert plus et réessaie.
discord-is-away = Discord ne répond pas pour le moment. Réessaie dans une minute.
bad-zone = Je ne connais pas de fuseau horaire `{ $name }`. Tape le début d'une ville, par exemple `Europe/Paris`, et choisis dans la liste.
outdated-command = Cette commande a changé depuis que ton Discord l'a chargée. Recharge Discord (Ctrl+R) et réessaie.
outdated-component = Ce message vient d'une version plus ancienne et ses boutons ne marchent plus. Ouvre-le de nouveau avec sa commande.

incident = Quelque chose s'est mal passé de mon côté. Tu n'as rien d'autre à faire ; si cela se répète, donne à l'opérateur le numéro `{ $id }`.
too-slow = C'est trop long, j'ai arrêté. Réessaie ; si cela se répète, donne à l'opérateur le numéro `{ $id }`.
busy = J'ai trop à faire pour le moment. Réessaie dans quelques secondes.
stopping = Je redémarre. Réessaie dans une minute.

too-many-rules = { $count } règles, c'est trop : un serveur en a { $most } au plus. Retire celles qui ne servent plus.
bad-capability-name = `{ $name }` ne peut pas être le nom d'une capacité : il a de 1 à { $longest } caractères.
rule-twice = Il y a deux règles sur `{ $name }` pour le même rôle, membre ou salon : gardes-en une.
bad-feature-name = `{ $name }` ne peut pas être le nom d'une fonction : il a de 1 à { $longest } caractères.
too-many-switches = { $count } fonctions éteintes, c'est trop : il y en a { $most } au plus.
newer-document = Les paramètres `{ $subject }` sont de la version { $version }, et je connais les versions jusqu'à { $known }. Mets-moi d'abord à jour, ou exporte depuis un serveur dont je m'occupe.
no-version = Les paramètres `{ $subject }` disent la version { $version }, qui n'a jamais existé. Les versions comptent à partir de 1.
bad-field = Les paramètres `{ $subject }` ne conviennent pas au champ `{ $field }` : `{ $reason }`. Corrige-le et réessaie.
stale = Quelqu'un a changé les paramètres `{ $subject }` entre-temps : rien n'a été changé maintenant. Regarde-les de nouveau et refais ce que tu voulais.
feature-off = `{ $feature }` est éteint dans ce serveur. Qui gère les fonctions l'allume avec { $command }.
rules-unknown = Je n'arrive pas à lire pour le moment ce que tu peux faire ici. Réessaie dans une minute.
file-too-large = Le fichier dépasse { $most } Kio, le plus que je lis.
file-gone = Discord ne donne plus ce fichier. Envoie-le de nouveau.
import-file = Je ne sais pas lire ce fichier. Prends-en un que `exporter` a écrit : un tableau avec le nom des colonnes, ou un objet JSON par ligne.
import-lines = Le fichier a plus de lignes que je n'en prends à la fois : au plus { $most }. Coupe-le.
import-people = Le fichier nomme plus de personnes que je n'en cherche à la fois : au plus { $most }. Coupe-le.
import-line = ne convient pas : { $why }
import-field = { $field } manque, est trop long, ou n'existe pas sur ce serveur
imported = { $count ->
    [1] Une ligne est reprise.
   *[other] { $count } lignes sont reprises.
}
import-dry = Rien n'est enregistré. { $count ->
    [1] Une ligne peut être reprise.
   *[other] { $count } lignes peuvent être reprises.
}
import-known = { $count ->
    [1] Une ligne est laissée
   *[other] { $count } lignes sont laissées
} de côté : ce contenu est déjà là.
import-bad = Ligne { $line } : { $why }
import-more = … et { $count } de plus.
import-skip = Corrige ces lignes, ou dis `passer:` pour les laisser de côté.
