#!/usr/bin/env bash
# Installs from the checkout as README.md says, into a temporary folder, and asks the installed program for its version.
set -euo pipefail
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
cargo install --locked --path "$(dirname "$0")/../.." --root "$root"
"$root/bin/konceal" --version
echo ok
