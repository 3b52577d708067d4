#!/usr/bin/env python3
"""The hook as a framework builds it, `language: rust`, from the last commit of this repository: how long the first commit takes, which
builds konceal with the newest dependencies, and how long the others.

usage: framework.py FRAMEWORK TARGET      `pre-commit` or `prek`; the folder that cargo builds in, which both may share

Needs git, cargo, the framework, and crates (from cargo's cache or the network). Exit code 0 all held, 1 not.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from keys import leak

ROOT = pathlib.Path(__file__).resolve().parents[2]
FAILED = []


def check(what, holds, p):
    print("%s %s" % ("ok  " if holds else "FAIL", what))
    if not holds:
        FAILED.append(what)
        print("     exit %d\n     %s" % (p.returncode, p.stdout.strip().replace("\n", "\n     ")))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    framework, target = shutil.which(sys.argv[1]), os.path.abspath(sys.argv[2])
    if not framework:
        sys.exit("%s is not installed" % sys.argv[1])
    name = os.path.basename(framework)
    with tempfile.TemporaryDirectory(prefix="framework-") as folder:
        folder = pathlib.Path(os.path.realpath(folder))
        (folder / "home").mkdir()
        (folder / "home/.gitconfig").write_text("[user]\n name = Fixture\n email = fixture@example.invalid\n[safe]\n directory = *\n")
        homes = {"CARGO_HOME": "~/.cargo", "RUSTUP_HOME": "~/.rustup"}
        env = {**os.environ, **{n: os.environ.get(n, os.path.expanduser(at)) for n, at in homes.items()}, "HOME": str(folder / "home"),
               "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8", "CARGO_TARGET_DIR": target,
               "PRE_COMMIT_HOME": str(folder / "cache"), "PREK_HOME": str(folder / "prek"), "PRE_COMMIT_COLOR": "never"}
        repo = folder / "repo"
        repo.mkdir()

        def run(*argv):
            return subprocess.run([str(x) for x in argv], cwd=repo, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, timeout=3600)

        def commit(file, text):
            (repo / file).write_text(text)
            run("git", "add", "-A")
            begin = time.monotonic()
            p = run("git", "commit", "-q", "-m", "change")
            return p, time.monotonic() - begin

        run("git", "init", "-q", "-b", "main")
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()
        (repo / ".pre-commit-config.yaml").write_text("repos:\n- repo: %s\n  rev: %s\n  hooks:\n  - id: konceal\n" % (ROOT, head))
        p = run(framework, "install")
        check("%s: install" % name, p.returncode == 0, p)
        p, first = commit("a.txt", "one\n")
        check("%s: the first commit builds konceal and passes (%.1f s)" % (name, first), p.returncode == 0, p)
        runs = [commit("a.txt", "%d\n" % n) for n in range(5)]
        check("%s: further commits pass (%.2f s, the best of %d)" % (name, min(took for _, took in runs), len(runs)),
              all(p.returncode == 0 for p, _ in runs), runs[0][0])
        p, _ = commit("leak.txt", leak(1))
        check("%s: a key is blocked and named" % name, p.returncode != 0 and "leak.txt" in p.stdout and leak(1).strip() not in p.stdout, p)
    print("%d failed" % len(FAILED))
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
