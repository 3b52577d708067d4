# Which part of the repository an event asks for. Sourced by run.sh; sets `range`, `reach` (a revision: everything that it
# reaches) or `nothing` (1: a deletion), and leaves all of them empty for the working tree. Says what it decides and why.

# A line for people, as an annotation. The texts are ours, but for full ids and names that were checked before.
say() { printf '::notice title=konceal::%s\n' "$1"; }

# A value of the event's payload; nothing where it is absent.
event() {
    [ -f "${GITHUB_EVENT_PATH:-}" ] || return 0
    LC_ALL=C awk -f "$here/flatten.awk" "$GITHUB_EVENT_PATH" 2>/dev/null |
        LC_ALL=C awk -F '\t' -v want="$1" '$1 == want { print $2; exit }'
}

# The payload's value if it is a full object id that is not all zeros, else nothing.
event_id() {
    value=$(event "$1")
    case $value in *[!0-9a-f]*) return 0 ;; esac
    case ${#value} in 40 | 64) ;; *) return 0 ;; esac
    case $value in *[!0]*) printf '%s\n' "$value" ;; esac
}

# git fetch, with the job's token where the checkout left none of its own (persist-credentials: false). The token stands in the
# environment of git only, never among its arguments, and goes only to the server that the job belongs to.
fetch() (
    n=${GIT_CONFIG_COUNT:-0}
    case $(git remote get-url origin 2>/dev/null) in "${GITHUB_SERVER_URL:-none}"/*) ours=1 ;; *) ours='' ;; esac
    if [ -n "${TOKEN:-}" ] && [ -n "$ours" ] && ! git config --get-regexp '^http\..*\.extraheader$' >/dev/null 2>&1; then
        header="AUTHORIZATION: basic $(printf 'x-access-token:%s' "$TOKEN" | base64 | tr -d '\n')"
        export "GIT_CONFIG_KEY_$n=http.$GITHUB_SERVER_URL/.extraheader" "GIT_CONFIG_VALUE_$n=$header"
        export "GIT_CONFIG_COUNT=$((n + 1))"
    fi
    GIT_TERMINAL_PROMPT=0 git fetch --quiet "$@"
)

has() { git cat-file -e "$1^{commit}" 2>/dev/null; }

shallow() { [ "$(git rev-parse --is-shallow-repository 2>/dev/null)" = true ]; }

# git fetch of one ref or commit; into a shallow clone without its history, which `deepen` gets as far as needed.
fetch_one() {
    if shallow; then fetch --no-tags --depth=1 origin "$1"; else fetch --no-tags origin "$1"; fi >&2 2>/dev/null
}

# Gets a commit that this clone does not have. The id comes from `event_id`: it is no option.
obtain() {
    has "$1" && return 0
    say "fetching $1, which this clone does not have"
    fetch_one "$1"
    has "$1"
}

# Whether the history between two commits is here whole: no commit of it is a shallow clone's edge.
whole() {
    shallow || return 0
    git merge-base "$1" "$2" >/dev/null 2>&1 || return 1
    edge=$(git rev-parse --git-path shallow)
    git rev-list "$1..$2" 2>/dev/null | grep -q -x -F -f "$edge" && return 1
    return 0
}

# Deepens a shallow clone until the range is here whole. Not by --deepen, which passes over commits that no ref reaches any more;
# the number is above the depth that the clone has, since a smaller one would cut it.
deepen() {
    for by in 50 500; do
        whole "$1" "$2" && return 0
        say "the clone is shallow: fetching $by commits more"
        depth=$(($(git rev-list --count "$2") + by))
        fetch --no-tags --depth="$depth" origin "$1" "$2" >&2 2>/dev/null || break
    done
    whole "$1" "$2" || unshallow
}

unshallow() {
    shallow || return 0
    say "the clone is shallow: fetching the whole history (fetch-depth: 0 in the checkout avoids this)"
    fetch --no-tags --unshallow origin >&2 2>/dev/null ||
        say "the history could not be fetched: the scan will be incomplete"
}

# Sets `range` between two ids, if both can be had.
between() {
    obtain "$1" && obtain "$3" || return 1
    deepen "$1" "$3"
    range=$1$2$3
}

# What a commit adds to the default branch; where that is the branch itself, or is not to be had, everything that it reaches.
since_default() {
    default=$(event repository.default_branch)
    git check-ref-format "refs/heads/$default" 2>/dev/null || default=
    if [ -n "$default" ] && [ "${GITHUB_REF:-}" != "refs/heads/$default" ]; then
        remote=refs/remotes/origin/$default
        git rev-parse --quiet --verify "$remote" >/dev/null ||
            fetch_one "+refs/heads/$default:$remote"
        if base=$(git rev-parse --quiet --verify "$remote^{commit}") && between "$base" ... "$1"; then
            if [ -z "$(git rev-list -n 1 "$base..$1")" ]; then
                say "$2 without a commit that the default branch lacks: scanning the working tree"
                range=
                return
            fi
            say "$2: scanning what it has and the default branch has not"
            return
        fi
    fi
    say "$2: scanning everything that it reaches"
    obtain "$1"
    unshallow
    reach=$1
}

# Whether the push deletes its ref. Only what says so counts: a payload that cannot be read must not pass for a deletion.
is_deletion() {
    [ "$(event deleted)" = true ] && return 0
    case $(event after) in '' | *[!0]*) return 1 ;; esac
}

choose_push() {
    if is_deletion; then
        say 'a deletion: nothing to scan'
        nothing=1
        return
    fi
    after=$(event_id after)
    before=$(event_id before)
    if [ -z "$after" ]; then
        since_default "$(git rev-parse --verify HEAD)" 'a push whose commits the event does not name'
        return
    fi
    # An annotated tag's id is the tag's own.
    obtain "$after" && after=$(git rev-parse --verify "$after^{commit}")
    case ${GITHUB_REF:-} in refs/tags/*) since_default "$after" 'a tag'; return ;; esac
    if [ -z "$before" ]; then
        since_default "$after" 'a new branch'
    elif ! between "$before" .. "$after"; then
        since_default "$after" 'a forced push whose old commits are gone'
    elif ! git merge-base --is-ancestor "$before" "$after"; then
        say 'a forced push: scanning what the old commits did not have'
    fi
}

choose_pair() {
    base=$(event_id "$1")
    head=$(event_id "$2")
    if [ -z "$base" ] || [ -z "$head" ] || ! between "$base" ... "$head"; then
        since_default "${head:-HEAD}" 'a change whose base is not to be had'
    fi
}

choose() {
    case ${GITHUB_EVENT_NAME:-} in
    push) choose_push ;;
    pull_request | pull_request_target) choose_pair pull_request.base.sha pull_request.head.sha ;;
    merge_group) choose_pair merge_group.base_sha merge_group.head_sha ;;
    *) say 'this event names no commits: scanning the working tree (the input history scans every object)' ;;
    esac
}
