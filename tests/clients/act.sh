#!/usr/bin/env bash
# The action in a workflow, run by act on this machine, without containers and without a network.
#
# usage: act.sh KONCEAL      the release binary
set -euo pipefail
konceal=$(realpath "$1")
root=$(realpath "$(dirname "$0")/../..")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# The program is built already, and act copies the tree for each run, which would build it anew each time: a stand-in for cargo
# leaves it as it is. The real build is a case of action.py.
export CARGO_TARGET_DIR
CARGO_TARGET_DIR=$(dirname "$(dirname "$konceal")")
mkdir "$work/bin"
printf '#!/bin/sh\nexit 0\n' >"$work/bin/cargo"
chmod +x "$work/bin/cargo"
export PATH="$work/bin:$PATH"

mkdir "$work/repo"
git -C "$root" ls-files -z --cached --others --exclude-standard -- src rules build.rs Cargo.toml Cargo.lock rust-toolchain.toml action.yml scripts tests benches README.md |
    (cd "$root" && xargs -0 tar -cf -) | tar -xf - -C "$work/repo"
cd "$work/repo"
mkdir -p .github/workflows
cat >.github/workflows/test.yml <<'Y'
on: [push, pull_request]
jobs:
  scan:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: ./
        id: konceal
        with:
          sarif-file: out.sarif
        continue-on-error: true
      - run: echo "seen findings=$FINDINGS code=$CODE complete=$COMPLETE"
        env:
          FINDINGS: ${{ steps.konceal.outputs.findings }}
          CODE: ${{ steps.konceal.outputs.exit-code }}
          COMPLETE: ${{ steps.konceal.outputs.complete }}
Y
git init -q -b main
git config user.name Fixture
git config user.email fixture@example.invalid
git add -A -f
git commit -q -m base
base=$(git rev-parse HEAD)
key=$(head -c 600 /dev/urandom | tr -dc 'A-Za-z0-9' | cut -c 1-40)
printf 'KONVER_API_KEY=%s\n' "$key" >leak.sh
git add -A
git commit -q -m leak
leak=$(git rev-parse HEAD)
git rm -q leak.sh
git commit -q -m clean
clean=$(git rev-parse HEAD)

one() {
    local event=$1 payload=$2 wanted=$3
    printf '%s' "$payload" >"$work/event.json"
    act "$event" -P ubuntu-latest=-self-hosted -e "$work/event.json" >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    if ! grep -q "seen $wanted" "$work/log" || grep -q "$key" "$work/log"; then
        cat "$work/log"
        echo "FAIL $event: wanted $wanted"
        exit 1
    fi
    echo "ok   $event: $wanted"
}

one push "{\"before\":\"$base\",\"after\":\"$clean\",\"repository\":{\"default_branch\":\"main\"}}" \
    'findings=1 code=1 complete=true'
one push "{\"before\":\"$leak\",\"after\":\"$clean\",\"repository\":{\"default_branch\":\"main\"}}" \
    'findings=0 code=0 complete=true'
one pull_request "{\"pull_request\":{\"base\":{\"sha\":\"$base\"},\"head\":{\"sha\":\"$leak\"}},\"repository\":{\"default_branch\":\"main\"}}" \
    'findings=1 code=1 complete=true'
