#!/usr/bin/env bash
# Writes `.sqlx`, the descriptions of all checked queries, from a freshly migrated database; with
# --check compares instead, and fails when they differ. Does what `cargo sqlx prepare --workspace` does,
# without the minutes that building that tool takes.
set -euo pipefail
cd "$(dirname "$0")/.."

wanted=.sqlx
fresh=$(mktemp -d)
trap 'rm -rf "$fresh"' EXIT

# The macros run when a crate is compiled: touch those that hold queries.
while IFS= read -r config; do
    find "$(dirname "$config")" -name '*.rs' -exec grep -q 'sqlx::query' {} \; -exec touch {} +
done < <(find crates -name sqlx.toml)

# Built first: the check below must not find the build directory locked.
# With the features of the whole workspace, so that nothing is compiled a second time for it.
cargo build --quiet --workspace --example with_database
target=${CARGO_TARGET_DIR:-target}
SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$fresh \
    "$target/debug/examples/with_database" SQLX_DATABASE_URL \
    cargo check --quiet --workspace --all-targets

# Which columns may be null is guessed from a query plan, and another version of Postgres may guess
# otherwise. The check above has just compiled everything with what this one says.
plain() {
    local file
    for file in "$1"/query-*.json; do
        echo "${file##*/}"
        awk '/"nullable": \[/ { skip = 1 } !skip { print } /\]/ { skip = 0 }' "$file"
    done
}

if [ "${1:-}" = --check ]; then
    if ! diff <(plain "$wanted") <(plain "$fresh"); then
        echo "error: $wanted is out of date; run \`just prepare\` and commit it" >&2
        exit 1
    fi
    echo "$wanted is up to date: $(find "$fresh" -name 'query-*.json' | wc -l) queries"
else
    mkdir -p "$wanted"
    find "$wanted" -name 'query-*.json' -delete
    find "$fresh" -name 'query-*.json' -exec cp {} "$wanted" \;
    echo "$wanted holds $(find "$wanted" -name 'query-*.json' | wc -l) queries"
fi
