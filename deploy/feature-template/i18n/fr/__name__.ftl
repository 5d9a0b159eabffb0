title = Compté
count = { $count ->
    [1] Une fois jusqu'ici.
   *[other] { $count } fois jusqu'ici.
}
again = Encore une fois
