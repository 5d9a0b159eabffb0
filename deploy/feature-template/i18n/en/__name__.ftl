title = Counted
count = { $count ->
    [one] Once so far.
   *[other] { $count } times so far.
}
again = Once more
