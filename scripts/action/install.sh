#!/usr/bin/env bash
# Puts the program into FOLDER: a released binary whose attestation holds, or one built from this checkout and its lock file.
# Reads ACTION_PATH, ACTION_REPOSITORY, FOLDER, VERSION, GH_TOKEN (releases only), RUNNER_OS, RUNNER_ARCH, RUNNER_TEMP.
set -euo pipefail

fail() {
    echo "::error title=konceal::$1"
    exit 2
}

suffix=
[ "${RUNNER_OS:-}" = Windows ] && suffix=.exe
if [ -x "$FOLDER/konceal$suffix" ]; then
    "$FOLDER/konceal$suffix" --version
    exit 0
fi
mkdir -p "$FOLDER"

if [ -z "${VERSION:-}" ]; then
    command -v cargo >/dev/null || fail "building konceal needs cargo; give the input version to use a released binary"
    target=${CARGO_TARGET_DIR:-$RUNNER_TEMP/konceal-target}
    (cd "$ACTION_PATH" && CARGO_TARGET_DIR=$target cargo build --release --locked --bin konceal)
    cp "$target/release/konceal$suffix" "$FOLDER/"
else
    case ${RUNNER_OS:-}-${RUNNER_ARCH:-} in
        Linux-X64) triple=x86_64-unknown-linux-musl ;;
        Linux-ARM64) triple=aarch64-unknown-linux-musl ;;
        macOS-X64) triple=x86_64-apple-darwin ;;
        macOS-ARM64) triple=aarch64-apple-darwin ;;
        Windows-X64) triple=x86_64-pc-windows-msvc ;;
        *) fail "there is no released binary for ${RUNNER_OS:-this system} on ${RUNNER_ARCH:-this processor}" ;;
    esac
    [ -n "${ACTION_REPOSITORY:-}" ] || fail "a released binary belongs to a repository, and a local action has none"
    command -v gh >/dev/null || fail "a released binary is verified with gh, which is not installed"
    tag=v${VERSION#v}
    archive=konceal-$tag-$triple.tar.gz
    download=$(mktemp -d "$RUNNER_TEMP/konceal-XXXXXX")
    gh release download "$tag" --repo "$ACTION_REPOSITORY" --pattern "$archive" --dir "$download" ||
        fail "the release $tag has no $archive"
    # Nothing of the archive is opened before this holds.
    gh attestation verify "$download/$archive" --repo "$ACTION_REPOSITORY" \
        --signer-workflow "$ACTION_REPOSITORY/.github/workflows/release.yml" ||
        fail "the attestation of $archive does not hold; it was not installed"
    tar -xzf "$download/$archive" -C "$FOLDER" "konceal$suffix"
    rm -rf "$download"
fi
"$FOLDER/konceal$suffix" --version
