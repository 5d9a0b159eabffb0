# What can be done here. `deploy/bootstrap.sh RECIPE` installs what a bare machine lacks first.

set shell := ["bash", "-euo", "pipefail", "-c"]
set positional-arguments

# List the recipes
default:
    @just --list --unsorted

# Show the bot at work: simulated Discord, own Postgres, people; `just demo --once` ends by itself
demo *ARGS:
    @cargo run --locked --package majordome -- demo "$@"

# Run every test
test *ARGS:
    @if command -v cargo-nextest >/dev/null; then \
        cargo nextest run --locked --workspace --no-fail-fast "$@" && cargo test --locked --workspace --doc; \
    else \
        cargo test --locked --workspace --no-fail-fast "$@"; \
    fi

# Run the bot, built for speed; BOT_TOKEN comes from .env
run *ARGS:
    @cargo run --locked --release --package majordome -- run "$@"

# Measure speed and memory beside a bare twilight loop, in release builds
bench *ARGS:
    @cargo build --locked --release --package majordome --package bench
    @target/release/bench run "$@"

# Try a running API with whatever its document allows and forbids: `just api-fuzz http://127.0.0.1:8080 mj_…`.
# Needs Python and its package registry (schemathesis, by uvx or pipx); use a server for trying things out. With GUILD
# set to the id of one, paths lead there; with API_CALLS_PER_MINUTE set for the bot too, add `--rate-limit 1000/s`
api-fuzz BASE KEY *ARGS:
    #!/usr/bin/env bash
    set -euo pipefail
    base=$1 key=$2
    shift 2
    run=(uvx schemathesis)
    command -v uvx >/dev/null || run=(pipx run schemathesis)
    command -v "${run[0]}" >/dev/null || { echo "needs uvx or pipx: apt install pipx" >&2; exit 1; }
    if [[ -n "${GUILD:-}" ]]; then
        config=$(mktemp --suffix .toml)
        trap 'rm -f "$config"' EXIT
        printf '[parameters]\n"path.guild" = "%s"\n' "$GUILD" > "$config"
        run+=(--config-file "$config")
    fi
    # A key calls 120 times a minute. In both headers, or wrong ones are made up for the other, and the address has to wait.
    "${run[@]}" run "$base/openapi.json" --header "Authorization: Bearer $key" --header "x-api-key: $key" \
        --rate-limit 100/m \
        --checks not_a_server_error,status_code_conformance,content_type_conformance "$@"

# Log discord.py and discord.js in to the simulator; needs Python, Node and their package registries
sim-peers *ARGS:
    @crates/discord_sim/peers/run.sh "$@"

# Read the calendars that the plan writes with Python's `icalendar`; needs Python and its package registry
ics-check:
    #!/usr/bin/env bash
    set -euo pipefail
    home=target/ics
    mkdir -p "$home/calendars"
    rm -f "$home"/calendars/*
    [[ -x "$home/python/bin/python" ]] || python3 -m venv "$home/python"
    "$home/python/bin/pip" install --quiet --disable-pip-version-check -r crates/planning/peers/requirements.txt
    ICS="$PWD/$home/calendars" cargo test --quiet --locked -p planning --lib ics::
    "$home/python/bin/python" crates/planning/peers/ics_check.py "$home/calendars"

# All that CI checks
check:
    .ci/run

# Format, lints, documentation, licences, deployment files; no tests
lint:
    .ci/run lint

# Format the code
fmt:
    cargo fmt --all

# Write the descriptions of checked queries; after every change to SQL or migrations
prepare:
    @deploy/prepare-sqlx.sh

# Begin a migration: `just migrate tasks_task` says owner and what
migrate NAME:
    #!/usr/bin/env bash
    set -euo pipefail
    [[ "$1" =~ ^[a-z0-9]+(_[a-z0-9]+)+$ ]] || { echo "a migration is named owner_what, in small letters" >&2; exit 1; }
    file=migrations/$(date -u +%Y%m%d%H%M%S)_$1.sql
    echo "-- Owner: the crate \`${1%%_*}\`." > "$file"
    echo "$file"

# Begin a feature: a crate, a migration, a line in the list of features
feature NAME:
    @deploy/new-feature.sh "$1"

# Build and start the bot and its Postgres in containers; settings come from .env
deploy *ARGS:
    docker compose --env-file .env --file deploy/compose.yaml up --build --detach --wait "$@"
