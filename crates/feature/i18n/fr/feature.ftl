previous-page = ◀ Retour
next-page = Suite ▶
cut-note = Le texte dépasse la longueur d'un message. Il est entier dans le fichier joint.
full-text-file = texte-entier.txt

not-allowed = Il te faut { $permissions } pour cela (`{ $capability }`). Demande-le à un administrateur du serveur.
not-allowed-or-staff = Il te faut { $permissions } ou le rôle d'équipe pour cela (`{ $capability }`). Demande-le à un administrateur du serveur.
only-in-guild = Cela ne marche que dans un serveur. Utilise-le dans un salon de ton serveur.
permission-missing = Je ne peux pas le faire : il me manque { $permissions } ici. Donne { $count ->
    [one] cette permission
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

