#!/usr/bin/env bash
# From a bare Debian or Ubuntu with a Rust toolchain to a running recipe of the justfile:
#
#     deploy/bootstrap.sh demo        # the bot at work, with people, without a Discord account
#     deploy/bootstrap.sh test        # every test
#     deploy/bootstrap.sh run         # the real thing, with BOT_TOKEN in .env
#
# Installs what is missing (a C compiler, the PostgreSQL server, just), as root or through sudo, says what
# it does, and does nothing where all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=${XDG_DATA_HOME:-$HOME/.local/share}/majordome/tools
export PATH="$PATH:$HOME/.cargo/bin:$HOME/.local/bin:$tools/bin"

say() { printf '%s\n' "bootstrap: $*" >&2; }
fail() { say "error: $*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

# Whether commands can be run as root: by asking for a password only where someone is there to type it.
can_root() { [ "$(id -u)" = 0 ] || { have sudo && { sudo -n true 2>/dev/null || [ -t 0 ]; }; }; }

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

updated=
apt_install() {
    have apt-get || fail "no apt-get here; install by hand what corresponds to: $*"
    can_root || fail "installing needs root. Run this once as root: apt-get install $*"
    if [ -z "$updated" ]; then
        say "refreshing the list of packages"
        as_root apt-get -qq update
        updated=yes
    fi
    say "installing $*"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends "$@" >/dev/null
}

# Whether apt knows a package, from the lists as they are.
apt_has() { have apt-cache && [ -n "$(apt-cache search --names-only "^$1\$" 2>/dev/null)" ]; }

find_postgres() {
    local folder
    for folder in ${PATH//:/ } /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin; do
        [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && return 0
    done
    return 1
}

ensure_rust() {
    have cargo || fail "no Rust toolchain. Install one from https://rustup.rs, then run this again"
}

ensure_compiler() {
    have cc || apt_install gcc libc6-dev
}

ensure_postgres() {
    # Another server may be named; it is then used instead.
    [ -n "${DATABASE_URL:-}" ] && return 0
    find_postgres && return 0
    # The program starts its own; one of the system's on port 5432 would only be in the way.
    if can_root && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        apt_install postgresql-common
        as_root sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' \
            /etc/postgresql-common/createcluster.conf
    fi
    apt_install postgresql
    find_postgres || fail "the package postgresql is installed, but holds no server binaries"
}

ensure_just() {
    have just && return 0
    if apt_has just && can_root; then
        apt_install just
    elif have pip3 || have pip; then
        say "installing just from its Python package, into $tools"
        "$(command -v pip3 || command -v pip)" install --quiet --upgrade --target "$tools" rust-just ||
            build_just
    else
        build_just
    fi
    have just || build_just
}

build_just() {
    say "building just, which takes a minute or two"
    cargo install --quiet --locked --debug --root "$tools" just
}

ensure_rust
ensure_compiler
ensure_postgres
ensure_just
exec just "$@"
