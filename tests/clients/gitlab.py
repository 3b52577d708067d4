#!/usr/bin/env python3
"""GitLab's secret detection report against the schema that it names itself, which GitLab publishes.

usage: gitlab.py KONCEAL [SCHEMA]      the built program; the schema's file, which is else downloaded from the address in the report

Needs git and check-jsonschema. The schema is not kept in this repository, and no package holds it, so without the network the
file must be given. Exit code 0: all reports are valid.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.request

from keys import leak

# The parts of a report that the schema leaves open, in which a field that is misspelt would be valid.
FIELDS = {
    "report": {"version", "schema", "scan", "vulnerabilities"},
    "scan": {"analyzer", "scanner", "type", "start_time", "end_time", "status", "messages"},
    "vulnerability": {"id", "category", "name", "description", "severity", "solution", "location", "identifiers"},
    "location": {"file", "start_line", "end_line", "commit"},
    "commit": {"author", "date", "message", "sha"},
}


def repository(folder):
    """Keys at HEAD, in old commits, in messages, staged and untracked; names and texts that need escaping; a dotenv file."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}

    def git(*arguments):
        subprocess.run(["git", "-c", "user.name=Fixture \"<>\\", "-c", "user.email=fixture@example.invalid", *arguments],
                       cwd=folder, env=environment, check=True, capture_output=True)

    def write(name, text):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    git("init", "-q", "-b", "main")
    write("base.txt", "base\n")
    git("add", "-A")
    git("commit", "-q", "-m", "Begin")
    write("a b/[x] %\u202e\"\n.txt", leak(1))
    write("twice.sh", leak(2) + leak(3) + leak(2))
    write(".env", "SECRET_TOKEN=abcdefgh\n")
    git("add", "-A", "-f")
    git("commit", "-q", "-m", "Add " + leak(4))
    git("tag", "-a", "-m", leak(5), "v1")
    git("rm", "-q", "twice.sh")
    git("commit", "-q", "-m", "Remove\n\n::error::no command")
    write("staged.py", leak(6))
    git("add", "-A")
    write("untracked.py", leak(7))


def check_fields(report):
    found = {"report": report.keys(), "scan": report["scan"].keys()}
    for vulnerability in report["vulnerabilities"]:
        found["vulnerability"] = vulnerability.keys()
        found["location"] = vulnerability["location"].keys()
        found["commit"] = vulnerability["location"]["commit"].keys()
        for part, keys in found.items():
            assert keys <= FIELDS[part], (part, keys)
    ids = [vulnerability["id"] for vulnerability in report["vulnerabilities"]]
    assert len(ids) == len(set(ids)), "ids are not unique"


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    konceal = os.path.abspath(sys.argv[1])
    schema = os.path.abspath(sys.argv[2]) if len(sys.argv) == 3 else None
    with tempfile.TemporaryDirectory(prefix="gitlab-") as folder:
        folder = pathlib.Path(folder)
        (folder / "repo").mkdir()
        repository(folder / "repo")
        cases = {"worktree": [], "staged": ["--staged"], "history": ["--history"], "range": ["--range", "HEAD~1..HEAD"],
                 "range with keys": ["--range", "HEAD~2..HEAD"], "nothing": ["base.txt"],
                 "incomplete": ["--history", "--max-file-size", "1", "--strict"]}
        for name, options in cases.items():
            file = folder / (name.replace(" ", "-") + ".json")
            code = subprocess.run([konceal, "scan", *options, "-q", "--report", "gitlab=%s" % file], cwd=folder / "repo",
                                  stdout=subprocess.DEVNULL).returncode
            report = json.loads(file.read_text())
            if schema is None:
                schema = folder / "schema.json"
                with urllib.request.urlopen(report["schema"], timeout=60) as answer:
                    schema.write_bytes(answer.read())
            valid = subprocess.run(["check-jsonschema", "--schemafile", schema, file], text=True, capture_output=True)
            if valid.returncode:
                sys.exit("%s: %s%s" % (name, valid.stdout, valid.stderr))
            check_fields(report)
            print("ok   %s: exit code %d, %d vulnerabilities, %s" %
                  (name, code, len(report["vulnerabilities"]), report["scan"]["status"]))


if __name__ == "__main__":
    main()
