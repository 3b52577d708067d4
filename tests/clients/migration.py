#!/usr/bin/env python3
"""Coming from detect-secrets: what its baseline accepts, `konceal baseline create --from` accepts, by value, and nothing else; and its
comments hold with the configuration that README.md shows.

usage: migration.py KONCEAL      the built program; needs git and detect-secrets (PyPI); no network
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from checks import FAILED, check
from keys import key

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    konceal = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory(prefix="migration-") as folder:
        repo = pathlib.Path(folder) / "repo"
        (repo / "app").mkdir(parents=True)
        env = {"PATH": os.environ["PATH"], "HOME": folder, "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8"}

        def run(*argv):
            return subprocess.run([str(x) for x in argv], cwd=repo, env=env, text=True, stdin=subprocess.DEVNULL, capture_output=True)

        def found():
            report = json.loads(run(konceal, "scan", "--format", "json").stdout)
            return sorted(finding["path"] for finding in report["findings"])

        run("git", "init", "-q", "-b", "main")
        (repo / "app/client.py").write_text('KONVER_API_KEY = "%s"\n' % key(1))
        (repo / "app/client.js").write_text('const konverApiKey = "%s";\n' % key(2))
        (repo / "deploy.yml").write_text('env:\n  KONVER_API_KEY: "%s"\n' % key(3))
        run("git", "add", "-A")
        p = run("detect-secrets", "scan")
        (repo / ".secrets.baseline").write_text(p.stdout)
        theirs = sorted(json.loads(p.stdout)["results"])
        check("detect-secrets names the files", theirs == ["app/client.js", "app/client.py", "deploy.yml"], p.stdout)
        check("konceal finds the same", found() == theirs, found())
        (repo / "later.py").write_text('KONVER_API_KEY = "%s"\n' % key(4))
        (repo / "app/client.py").write_text('# moved\n\nKONVER_API_KEY = "%s"\n' % key(1))
        (repo / "deploy.yml").write_text('env:\n  KONVER_API_KEY: "%s"\n' % key(5))
        run("git", "add", "-A")
        p = run(konceal, "baseline", "create", "--from", ".secrets.baseline")
        check("its baseline is taken over", p.returncode == 0, p.stderr)
        check("a new key, in a new file or on an accepted line, stays a finding", found() == ["deploy.yml", "later.py"], found())
        kept = (repo / ".konceal-baseline.json").read_text()
        check("no key and none of its digests is kept", not any(key(n) in kept for n in range(1, 6)) and
              not any(entry["hashed_secret"] in kept for results in json.loads((repo / ".secrets.baseline").read_text())["results"].values()
                      for entry in results), kept)
        block = (ROOT / "README.md").read_text().split("```toml\n# of gitleaks and of detect-secrets\n")[1].split("```")[0]
        (repo / ".konceal.toml").write_text(block)
        (repo / "later.py").write_text('# pragma: allowlist nextline secret\nKONVER_API_KEY = "%s"\n' % key(4))
        (repo / "deploy.yml").write_text('env:\n  KONVER_API_KEY: "%s" # pragma: allowlist secret\n' % key(5))
        p = run("detect-secrets", "scan")
        theirs = json.loads(p.stdout)["results"]
        check("detect-secrets heeds its comments", not {"later.py", "deploy.yml"} & theirs.keys(), p.stdout)
        check("so does konceal", found() == [], found())
    print("%d failed" % len(FAILED))
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
