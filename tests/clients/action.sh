#!/bin/sh
# Runs the action's script as the runner does, on local repositories: each event's range, exit code and outputs.
#
# usage: action.sh KONCEAL     needs git and awk; no network
set -eu

konceal=$(CDPATH='' cd -- "$(dirname -- "$1")" && pwd)/$(basename -- "$1")
root=$(CDPATH='' cd -- "$(dirname -- "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export HOME="$work" GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 LC_ALL=C
for who in AUTHOR COMMITTER; do
    export "GIT_${who}_NAME=Fixture" "GIT_${who}_EMAIL=fixture@example.invalid" "GIT_${who}_DATE=1700000000 +0000"
done
unset KONVER_API_KEY GITHUB_OUTPUT GITHUB_REF 2>/dev/null || :
zeros=0000000000000000000000000000000000000000
failures=0

# A program in konceal's place that notes its arguments and hands them on.
cat >"$work/konceal" <<EOF
#!/bin/sh
printf '%s\n' "\$@" >"$work/arguments"
exec "$konceal" "\$@"
EOF
chmod +x "$work/konceal"

key() {
    awk -v seed="$1" 'BEGIN { srand(seed); a = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"
        for (i = 0; i < 40; i++) k = k substr(a, int(rand() * length(a)) + 1, 1); print k }'
}

# commit REPOSITORY FILE TEXT: its id.
commit() {
    printf '%s\n' "$3" >"$1/$2"
    git -C "$1" add -A -f
    git -C "$1" commit -q -m "write $2"
    git -C "$1" rev-parse HEAD
}

# run NAME FOLDER EVENT REF PAYLOAD [VARIABLE=VALUE]...: leaves code, out, summary and outputs in $work/NAME.
run() {
    name=$1 folder=$2 event=$3 ref=$4 payload=$5
    shift 5
    at=$work/$name
    mkdir -p "$at/temporary"
    printf '%s' "$payload" >"$at/event.json"
    : >"$at/outputs"
    : >"$at/summary"
    rm -f "$work/arguments"
    code=0
    (cd "$folder" && env KONCEAL="$work/konceal" GITHUB_EVENT_NAME="$event" GITHUB_EVENT_PATH="$at/event.json" \
        GITHUB_REF="$ref" GITHUB_OUTPUT="$at/outputs" GITHUB_STEP_SUMMARY="$at/summary" RUNNER_TEMP="$at/temporary" \
        "$@" sh "$root/scripts/action/run.sh") >"$at/out" 2>"$at/err" || code=$?
}

bad() {
    printf 'FAILED %s: %s\n' "$name" "$1"
    sed 's/^/    /' "$at/out" "$at/err" "$at/outputs"
    failures=$((failures + 1))
}

ends() { [ "$code" = "$1" ] || bad "exit code $code instead of $1"; output exit-code "$1"; }
output() { grep -q -x -F -e "$1=$2" "$at/outputs" || bad "no output $1=$2"; }
argument() { grep -q -x -F -e "$1" "$work/arguments" 2>/dev/null || bad "no argument $1"; }
no_argument() { ! grep -q -e "^$1" "$work/arguments" 2>/dev/null || bad "an argument $1"; }
says() { grep -q -F -e "$1" "$at/out" || bad "does not say: $1"; }
silent() { ! grep -r -q -F -e "$1" "$at" || bad 'holds a key'; }

first=$(key 1)
second=$(key 2)
origin=$work/origin
git init -q -b main "$origin"
git -C "$origin" config uploadpack.allowAnySHA1InWant true
one=$(commit "$origin" a.txt 'nothing')
old=$(commit "$origin" old.env.txt "KONVER_API_KEY=$first")
clean=$(commit "$origin" old.env.txt 'gone')
for number in 1 2 3 4 5; do tip=$(commit "$origin" b.txt "more $number"); done
git -C "$origin" checkout -q -b topic
leaky=$(commit "$origin" leak.py "KONVER_API_KEY = \"$second\"")
git -C "$origin" tag -m 'a release' v1 "$leaky"
tag=$(git -C "$origin" rev-parse v1)
for number in 1 2 3; do topic=$(commit "$origin" c.txt "topic $number"); done
git -C "$origin" checkout -q -b forced "$tip"
forced=$(commit "$origin" d.txt 'forced')
git -C "$origin" checkout -q -b lost "$leaky"
lost=$(commit "$origin" e.txt 'lost')
git -C "$origin" checkout -q main
git -C "$origin" branch -q -D lost

clone() {
    target=$work/clone-$1
    shift
    git clone -q "$@" "file://$origin" "$target"
    git -C "$target" checkout -q --detach
}
push() { printf '{\n "after": "%s", "before": "%s",\n "head_commit": {"message": "say \\"before\\": {[,"},\n "repository": {"default_branch": "main"}}' "$2" "$1"; }
pull() { printf '{"number": 1, "pull_request": {"title": "\\"head\\": $(id) `id`", "base": {"sha": "%s"}, "head": {"sha": "%s"}}, "repository": {"default_branch": "main"}}' "$1" "$2"; }

clone full

run push-clean "$target" push refs/heads/main "$(push "$clean" "$tip")"
ends 0; argument "--range=$clean..$tip"; output findings 0; output keys 0; output complete true

run push-leak "$target" push refs/heads/topic "$(push "$tip" "$topic")"
ends 1; argument "--range=$tip..$topic"; output findings 1; output keys 1; output live-keys 0; output complete true
says '::error file=leak.py,line=1'; silent "$second"
grep -q konver-key "$at/summary" || bad 'no step summary'
sarif=$(sed -n 's/^sarif-file=//p' "$at/outputs")
grep -q '"2.1.0"' "$sarif" || bad 'no SARIF report'

run push-middle-commit "$target" push refs/heads/main "$(push "$one" "$clean")"
ends 1; argument "--range=$one..$clean"; output findings 1; silent "$first"

run new-branch "$target" push refs/heads/topic "$(push $zeros "$topic")"
ends 1; argument "--range=$(git -C "$target" rev-parse refs/remotes/origin/main)...$topic"; says 'a new branch'; output findings 1

run first-push "$target" push refs/heads/main "$(push $zeros "$tip")"
ends 1; argument --history; argument "$tip"; output findings 1; silent "$first"

run force-push "$target" push refs/heads/forced "$(push "$topic" "$forced")"
ends 0; argument "--range=$topic..$forced"; says 'a forced push'; output findings 0

run force-push-fetched "$target" push refs/heads/topic "$(push "$lost" "$topic")"
ends 0; argument "--range=$lost..$topic"; says 'fetching'

run force-push-gone "$target" push refs/heads/topic "$(push "$(printf '%040d' 7)" "$topic")"
ends 1; says 'whose old commits are gone'; output findings 1

run deletion "$target" push refs/heads/topic "$(push "$topic" $zeros)"
ends 0; output findings 0; output complete true; [ ! -f "$work/arguments" ] || bad 'scanned'

run tag "$target" push refs/tags/v1 "$(push $zeros "$tag")"
ends 1; says 'a tag'; argument "--range=$(git -C "$target" rev-parse refs/remotes/origin/main)...$leaky"; output findings 1

run pull-request "$target" pull_request refs/pull/1/merge "$(pull "$tip" "$topic")"
ends 1; argument "--range=$tip...$topic"; output findings 1; silent "$second"

run pull-request-clean "$target" pull_request refs/pull/1/merge "$(pull "$topic" "$forced")"
ends 0; output findings 0

run merge-group "$target" merge_group refs/heads/gh "{\"merge_group\": {\"base_sha\": \"$tip\", \"head_sha\": \"$topic\"}}"
ends 1; argument "--range=$tip...$topic"

run schedule "$target" schedule refs/heads/main '{"schedule": "0 0 * * *"}'
ends 0; no_argument --range; no_argument --history; output findings 0

run schedule-history "$target" schedule refs/heads/main '{}' INPUT_HISTORY=true
ends 1; argument --history; silent "$first"

run range-given "$target" workflow_dispatch refs/heads/main '{}' INPUT_RANGE="$one..$clean"
ends 1; argument "--range=$one..$clean"

run fail-on "$target" push refs/heads/topic "$(push "$tip" "$topic")" INPUT_FAIL_ON=never
ends 0; argument --fail-on=never; output findings 1

printf 'fail-on = "never"\n' >"$work/other.toml"
run config "$target" push refs/heads/topic "$(push "$tip" "$topic")" INPUT_CONFIG="$work/other.toml"
ends 0; argument "--config=$work/other.toml"; output findings 1

printf '{' >"$work/broken.json"
run baseline "$target" push refs/heads/topic "$(push "$tip" "$topic")" INPUT_BASELINE="$work/broken.json"
ends 2; argument "--baseline=$work/broken.json"; output complete false

run verify-neither "$target" schedule refs/heads/main '{}' INPUT_VERIFY=maybe
ends 2; output complete false; [ ! -f "$work/arguments" ] || bad 'scanned'

run sarif-named "$target" push refs/heads/topic "$(push "$tip" "$topic")" INPUT_SARIF_FILE=named.sarif
ends 1; output sarif-file "$target/named.sarif"; [ -f "$target/named.sarif" ] || bad 'no named report'
rm -f "$target/named.sarif"

run option-as-range "$target" schedule refs/heads/main '{}' INPUT_RANGE=--fail-on=never
ends 2; output complete false

run both "$target" schedule refs/heads/main '{}' INPUT_RANGE=a..b INPUT_HISTORY=true
ends 2; output complete false

run no-folder "$target" schedule refs/heads/main '{}' INPUT_PATH=nowhere
ends 2; output complete false

run subfolder "$work" schedule refs/heads/main '{}' INPUT_PATH=clone-full
ends 0; output complete true

# As actions/checkout leaves it: one commit, one branch.
clone shallow-push --depth 1 --branch topic
run shallow-push "$target" push refs/heads/topic "$(push "$tip" "$topic")"
ends 1; argument "--range=$tip..$topic"; says 'the clone is shallow'; output findings 1; output complete true

clone shallow-pull --depth 1 --branch main
run shallow-pull "$target" pull_request refs/pull/1/merge "$(pull "$tip" "$topic")"
ends 1; argument "--range=$tip...$topic"; output findings 1; output complete true

clone shallow-new --depth 1 --branch topic
run shallow-new "$target" push refs/heads/topic "$(push $zeros "$topic")"
ends 1; says 'a new branch'; output findings 1; output complete true

clone shallow-history --depth 1 --branch main
run shallow-history "$target" schedule refs/heads/main '{}' INPUT_HISTORY=true
ends 1; says 'fetching the whole history'; output complete true

clone shallow-cut --depth 1 --branch main
git -C "$target" remote set-url origin "file://$work/nowhere"
run shallow-cut "$target" schedule refs/heads/main '{}' INPUT_HISTORY=true
ends 2; says 'could not be fetched'; output complete false

[ "$failures" = 0 ] && echo 'all of it holds'
[ "$failures" = 0 ]
