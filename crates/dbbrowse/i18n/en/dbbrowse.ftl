unknown = I know no such table or view for you here. Use /dbbrowse to begin anew.
no-row = This row is no longer there. Go back to the page and open another.
too-slow = That took longer than 5 seconds, so I gave it up. Add a filter, or leave the order as it is.
no-role = I can not look safely: my database user may not make the role `majordome_browse`. Whoever runs me does it once as the database's owner: `create role majordome_browse nologin`, then `grant majordome_browse to` my user.
too-many-filters = There are { $most } filters already, and that is the most. Drop them and begin anew.
misfit-missing = «{ $column }» needs a value to compare with.
misfit-id = «{ $column }» is compared with an id: a number such as `175928847299117063`, or a mention.
misfit-number = «{ $column }» is compared with a whole number, such as `12`.
misfit-flag = «{ $column }» is compared with `yes` or `no`.
misfit-time = «{ $column }» is compared with a day or an hour, such as `2026-11-21` or `2026-11-21 14:30`.
bad-op = «{ $column }» can be asked: { $ops }.

op-is = is
op-is-not = is not
op-contains = contains
op-starts = begins with
op-under = is below or before
op-at-least = is from
op-has = has among others
op-empty = is empty
op-filled = is not empty

absent = ∅
yes = yes
no = no

tables-title = Tables
tables-text = What is stored of this server. Each look is written down.
tables-none = There is nothing that you may look at here.
tables-more = The list has room for 25; type the name of another behind /dbbrowse.
tables-pick = Pick a table

filter = Filter
sort = Sort
clear = Drop filters
csv = CSV
count = Count all rows
back = ◀ Back to the page
column-field = Column
op-field = Comparison
value-field = Value
value-hint = An id or a mention, a number, a day such as 2026-11-21, yes or no, or words
way-field = Order
ascending = Smallest first
descending = Largest first
sorted-up = Sorted by { $column }, smallest first
sorted-down = Sorted by { $column }, largest first
rows-none = No row fits.
open-row = Open a row
total = { $count ->
    [one] One row
   *[other] { $count } rows
}
total-more = More than { $count } rows
csv-rows = { $count ->
    [one] One row, by the filters of the page.
   *[other] { $count } rows, by the filters of the page.
}
csv-cut = The file would be too large: the last rows are missing. Add a filter.
total-unknown = More rows than I count while you wait
