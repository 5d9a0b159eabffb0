ping = ping
    .desc = Montre à quelle vitesse je réponds

info = info
    .desc = Montre la version, les fonctions et des faits sur ce serveur

help = aide
    .desc = Montre ce que tu peux faire avec moi
help-command = commande
    .desc = Une commande à expliquer

settings = paramètres
    .desc = Choisis la langue, le fuseau horaire et le rôle d'équipe
settings-show = voir
    .desc = Montre les paramètres de ce serveur
settings-set = changer
    .desc = Change un ou plusieurs paramètres
settings-set-language = langue
    .desc = La langue de ce que tout le monde lit
settings-set-language--en = Anglais
settings-set-language--fr = Français
settings-set-time_zone = fuseau_horaire
    .desc = Le fuseau horaire des dates et des heures, par ville
settings-set-staff_role = rôle_équipe
    .desc = Le rôle de celles et ceux qui aident à tenir le serveur
settings-reset = réinitialiser
    .desc = Remet des paramètres à leur valeur par défaut
settings-reset-setting = paramètre
    .desc = Quel paramètre
settings-reset-setting--language = Langue
settings-reset-setting--time_zone = Fuseau horaire
settings-reset-setting--staff_role = Rôle d'équipe
settings-reset-setting--all = Tous
settings-history = historique
    .desc = Montre qui a changé quoi, et quand
