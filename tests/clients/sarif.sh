#!/bin/sh
# Validates SARIF reports against the OASIS schema, and with the reference validator. Both come from npm's
# @microsoft/sarif-multitool-linux, which is fetched into a temporary folder (needs npm, git, and check-jsonschema from PyPI).
#
# usage: sarif.sh KONCEAL
set -eu
konceal=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm pack --silent @microsoft/sarif-multitool-linux@5.7.0 >/dev/null
tar xzf ./*.tgz
chmod u+x package/Sarif.Multitool

key=$(head -c 300 /dev/urandom | tr -dc 'A-Za-z0-9' | cut -c 1-40)
git init -q repo
cd repo
git config user.name Fixture
git config user.email fixture@example.invalid
mkdir -p 'a b'
printf 'KONVER_API_KEY=%s\n' "$key" >'a b/[x](http:example.invalid) %.txt'
printf 'KONVER_API_KEY=%s # konceal:allow a reason\n' "$key" >accepted.txt
printf 'SECRET_TOKEN=abcdefgh\n' >.env
git add -A -f
git commit -q -m "Add KONVER_API_KEY=$key"
git rm -q -r 'a b'
git commit -q -m 'Remove'
printf 'KONVER_API_KEY=%s\n' "$key" >new.txt
git add new.txt
cd ..

for how in '' --staged --history '--range HEAD~1..HEAD' '--history --max-file-size 1'; do
    # shellcheck disable=SC2086
    "$konceal" scan $how -C repo --format sarif --output "$work/report.sarif" -q || [ $? -le 2 ]
    check-jsonschema --schemafile package/sarif-2.1.0.json report.sarif
    package/Sarif.Multitool validate report.sarif --level Error --kind Fail
done
echo ok
