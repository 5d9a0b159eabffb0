title = Compté
count = { $count ->
    [one] Une fois jusqu'ici.
   *[other] { $count } fois jusqu'ici.
}
again = Encore une fois
