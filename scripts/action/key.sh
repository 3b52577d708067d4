#!/usr/bin/env bash
# Names the program that the action runs: a release, or this checkout by the content of everything it is built from.
# Reads ACTION_PATH, VERSION; writes `key` and `folder` to GITHUB_OUTPUT.
set -euo pipefail

if [ -n "${VERSION:-}" ]; then
    [[ $VERSION =~ ^v?[0-9]+\.[0-9]+\.[0-9]+([-.][0-9A-Za-z.]+)?$ ]] || {
        echo "::error title=konceal::the input version is no version, such as v1.2.3"
        exit 2
    }
    key=release-$VERSION
else
    cd "$ACTION_PATH"
    key=$(find src rules build.rs Cargo.toml Cargo.lock rust-toolchain.toml -type f | LC_ALL=C sort |
        git hash-object --no-filters --stdin-paths | git hash-object --stdin)
fi
{
    echo "key=$key"
    echo "folder=$RUNNER_TEMP/konceal-$key"
} >>"$GITHUB_OUTPUT"
