#!/usr/bin/env bash
# Runs every peer against a simulator of its own. Installs them into target/peers first.
set -euo pipefail

here="$(cd "$(dirname "$0")" && pwd)"
root="$(cd "$here/../../.." && pwd)"
home="$root/target/peers"
mkdir -p "$home"

cargo build --quiet --manifest-path "$root/Cargo.toml" -p discord_sim --bin discord-sim
simulator="${CARGO_TARGET_DIR:-$root/target}/debug/discord-sim"

if [ ! -x "$home/python/bin/python" ]; then
  python3 -m venv "$home/python"
fi
"$home/python/bin/pip" install --quiet --disable-pip-version-check -r "$here/requirements.txt"
cp "$here/package.json" "$home/package.json"
npm install --prefix "$home" --silent --no-fund --no-audit
cp "$here/peer.mjs" "$home/peer.mjs"

# Starts a simulator, runs a peer with its addresses in the environment, and stops the simulator.
play() {
  local name="$1"
  shift
  local out="$home/$name.addresses"
  "$simulator" --port 0 --guilds 0 >"$out" 2>"$home/$name.log" &
  local pid=$!
  for _ in $(seq 100); do
    grep -q '^CONTROL=' "$out" && break
    sleep 0.05
  done
  set +e
  # Each line is NAME=value without spaces.
  # shellcheck disable=SC2046
  env $(cat "$out") "$@"
  local code=$?
  set -e
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  if [ "$code" -ne 0 ]; then
    echo "$name failed with code $code; the simulator said:" >&2
    cat "$home/$name.log" >&2
    exit "$code"
  fi
  echo "$name: the whole story worked"
}

play discord.py timeout 120 "$home/python/bin/python" "$here/peer.py"
play discord.js timeout 120 node "$home/peer.mjs"
