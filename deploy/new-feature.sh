#!/usr/bin/env bash
# Begins a feature: `deploy/new-feature.sh NAME` copies deploy/feature-template to crates/NAME (a command, a
# button, a table, a story), adds its migration, and names it in Cargo.toml and in the list of features.
set -euo pipefail
cd "$(dirname "$0")/.."

name=${1:-}
if ! [[ $name =~ ^[a-z][a-z0-9_]{1,29}$ ]]; then
    echo "usage: deploy/new-feature.sh NAME, in small letters, digits and _" >&2
    exit 2
fi
if [ -e "crates/$name" ]; then
    echo "error: crates/$name exists" >&2
    exit 1
fi
type=$(sed -E 's/(^|_)([a-z0-9])/\U\2/g' <<<"$name")

cp -r deploy/feature-template "crates/$name"
for language in en fr; do
    mv "crates/$name/i18n/$language/__name__.ftl" "crates/$name/i18n/$language/$name.ftl"
done
find "crates/$name" -type f -exec sed -i "s/__name__/$name/g; s/__Name__/$type/g" {} +
migration=migrations/$(date -u +%Y%m%d%H%M%S)_${name}_counter.sql
mv "crates/$name/migration.sql" "$migration"

sed -i "s|^admin = { path = .*|&\n$name = { path = \"crates/$name\" }|" Cargo.toml
sed -i "s|^admin\.workspace = true|&\n$name.workspace = true|" crates/majordome/Cargo.toml
sed -i "s|\.with(admin::Admin)|&.with($name::$type)|" crates/majordome/src/features.rs

cargo fmt --package "$name" --package majordome
deploy/prepare-sqlx.sh
cat <<TEXT
crates/$name counts, until you make it do what it is for:
  src/lib.rs      what it is and what it registers
  src/counter.rs  a command and a button
  src/store.rs    its SQL, on $migration
  src/text.rs     its sentences, in i18n/en and i18n/fr
  tests/it/       its stories; run them with: cargo test --package $name
TEXT
