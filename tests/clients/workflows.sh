#!/usr/bin/env bash
# The action, the workflows, the Dockerfile and the snippets of README.md against schemas and linters that others wrote
# (check-jsonschema, actionlint, zizmor, hadolint, pre-commit: all on PATH; no network).
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The block of README.md that begins with this line.
snippet() {
    awk -v first="$1" '/^```/ { if (on) exit; inside = !inside; fresh = inside; next }
        inside && fresh { fresh = 0; if ($0 == first) on = 1 }
        on { print }' README.md
}

check-jsonschema --builtin-schema vendor.github-actions action.yml
check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
check-jsonschema --builtin-schema vendor.dependabot .github/dependabot.yml
actionlint .github/workflows/*.yml
zizmor --offline action.yml .github
hadolint Dockerfile

mkdir -p "$work/.github/workflows"
commit=$(git rev-parse HEAD)
snippet '# .github/workflows/konceal.yml' | sed "s/OWNER/owner/; s/COMMIT/$commit/" >"$work/.github/workflows/konceal.yml"
snippet '# .gitlab-ci.yml' >"$work/.gitlab-ci.yml"
snippet '# .pre-commit-config.yaml' | sed "s/<address of this repository>/file:\/\/\//; s/<version>/$commit/" >"$work/.pre-commit-config.yaml"
for file in "$work/.github/workflows/konceal.yml" "$work/.gitlab-ci.yml" "$work/.pre-commit-config.yaml"; do [ -s "$file" ]; done
check-jsonschema --builtin-schema vendor.github-workflows "$work/.github/workflows/konceal.yml"
actionlint "$work/.github/workflows/konceal.yml"
zizmor --offline "$work/.github/workflows/konceal.yml"
check-jsonschema --builtin-schema vendor.gitlab-ci "$work/.gitlab-ci.yml"
pre-commit validate-config "$work/.pre-commit-config.yaml"
pre-commit validate-manifest .pre-commit-hooks.yaml
echo ok
