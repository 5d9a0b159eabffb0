dbbrowse = dbbrowse
    .desc = Regarde ce qui est enregistré sur ce serveur
dbbrowse-table = table
    .desc = Ce que tu veux regarder
