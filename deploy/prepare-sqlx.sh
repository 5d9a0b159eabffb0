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
    find "$(dirname "$config")" -name '*.rs' -exec grep -l 'sqlx::query' {} + | xargs -r touch
done < <(find crates -name sqlx.toml)

# Built first: the check below must not find the build directory locked.
cargo build --quiet --package database --example with_database
target=${CARGO_TARGET_DIR:-target}
SQLX_OFFLINE=false SQLX_OFFLINE_DIR=$fresh \
    "$target/debug/examples/with_database" SQLX_DATABASE_URL \
    cargo check --quiet --workspace --all-targets

if [ "${1:-}" = --check ]; then
    if ! diff -rq "$wanted" "$fresh"; then
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
