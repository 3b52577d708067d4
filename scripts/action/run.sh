#!/bin/sh
# What the action runs after konceal is installed: chooses what to scan, scans, and hands on the results.
#
# Reads INPUT_PATH, INPUT_RANGE, INPUT_HISTORY, INPUT_CONFIG, INPUT_BASELINE, INPUT_FAIL_ON, INPUT_VERIFY, INPUT_SARIF_FILE,
# INPUT_REPORTS, TOKEN, KONCEAL (the program), and the runner's GITHUB_EVENT_NAME, GITHUB_EVENT_PATH, GITHUB_REF, GITHUB_OUTPUT,
# GITHUB_STEP_SUMMARY and RUNNER_TEMP. Ends with konceal's exit code.
set -u

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
. "$here/range.sh"

fail() {
    printf '::error title=konceal::%s\n' "$1"
    output exit-code 2
    output complete false
    exit 2
}

output() { printf '%s=%s\n' "$1" "$2" >>"${GITHUB_OUTPUT:-/dev/null}"; }

# Whether an input says yes; anything but a plain yes or no is an error.
yes() {
    case $2 in
    true) return 0 ;;
    false | '') return 1 ;;
    *) fail "$1 must be true or false" ;;
    esac
}

temporary=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/konceal.XXXXXX") || fail 'no temporary folder'
sarif=${INPUT_SARIF_FILE:-$temporary/konceal.sarif}
case $sarif in
*'
'*) fail 'sarif-file must be one line' ;;
/* | [A-Za-z]:*) ;;
*) sarif=$PWD/$sarif ;;
esac

workspace=$PWD
path=${INPUT_PATH:-.}
cd -- "$path" 2>/dev/null || fail 'path names no folder'
# The user of a container is often not the one that owns the checkout. Only the calls of git below are told that it is fine.
if ! git rev-parse --git-dir >/dev/null 2>&1; then
    GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
    export GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_VALUE_0
fi

range='' reach='' nothing=''
history=false verify=false
yes history "${INPUT_HISTORY:-}" && history=true
yes verify "${INPUT_VERIFY:-}" && verify=true
if [ -n "${INPUT_RANGE:-}" ]; then
    [ "$history" = false ] || fail 'range and history exclude each other'
    range=$INPUT_RANGE
    case $range in *...*) left=${range%%...*} right=${range#*...} ;; *) left=${range%%..*} right=${range#*..} ;; esac
    left=$(git rev-parse --quiet --verify --end-of-options "$left^{commit}" 2>/dev/null) &&
        right=$(git rev-parse --quiet --verify --end-of-options "$right^{commit}" 2>/dev/null) && deepen "$left" "$right"
elif [ "$history" = true ]; then
    unshallow
else
    choose
fi

if [ -n "$nothing" ]; then
    output findings 0
    output keys 0
    output live-keys 0
    output complete true
    output exit-code 0
    exit 0
fi

set -- scan --format github --report "markdown=$temporary/summary.md" --report "sarif=$sarif" \
    --report "json=$temporary/report.json"
[ -z "${INPUT_CONFIG:-}" ] || set -- "$@" "--config=$INPUT_CONFIG"
[ -z "${INPUT_BASELINE:-}" ] || set -- "$@" "--baseline=$INPUT_BASELINE"
[ -z "${INPUT_FAIL_ON:-}" ] || set -- "$@" "--fail-on=$INPUT_FAIL_ON"
[ "$verify" = false ] || set -- "$@" --verify
while IFS= read -r line; do
    case $line in
    '') continue ;;
    *=/* | *=[A-Za-z]:*) ;;
    *=?*) line=${line%%=*}=$workspace/${line#*=} ;;
    *) fail 'each line of reports must be FORMAT=FILE' ;;
    esac
    set -- "$@" "--report=$line"
done <<EOF
${INPUT_REPORTS:-}
EOF
if [ -n "$range" ]; then
    set -- "$@" "--range=$range"
    # An input's text stays out of the log, where it could be a command.
    [ -n "${INPUT_RANGE:-}" ] || echo "konceal: scanning what the commits of $range add"
elif [ "$history" = true ]; then
    set -- "$@" --history
    echo 'konceal: scanning the whole history'
elif [ -n "$reach" ]; then
    set -- "$@" --history "$reach"
else
    echo 'konceal: scanning the working tree'
fi

code=0
"${KONCEAL:-konceal}" "$@" || code=$?

# The runner reads this file as another user: its mode must stay.
[ ! -f "$temporary/summary.md" ] || cat "$temporary/summary.md" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"

if [ -f "$temporary/report.json" ]; then
    LC_ALL=C awk -f "$here/flatten.awk" "$temporary/report.json" | LC_ALL=C awk -F '\t' '
        $1 ~ /^findings\.[0-9]+\.rule_id$/ { findings++ }
        $1 ~ /^keys\.[0-9]+\.key_id$/ { keys++ }
        $1 ~ /^keys\.[0-9]+\.status$/ && $2 == "live" { live++ }
        $1 == "coverage.complete" { complete = $2 }
        END {
            print "findings=" findings + 0
            print "keys=" keys + 0
            print "live-keys=" live + 0
            print "complete=" (complete == "true" ? "true" : "false")
        }' >>"${GITHUB_OUTPUT:-/dev/null}"
    output sarif-file "$sarif"
else
    output complete false
fi
output exit-code "$code"
exit "$code"
