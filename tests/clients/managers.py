#!/usr/bin/env python3
"""The recipes of README.md for husky and lefthook, with the real programs.

usage: managers.py KONCEAL NODE_MODULES      the built program; the folder in which npm installed husky and lefthook
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

from keys import leak

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
FAILED = []


def block(title, language):
    """The first block of a language below a heading of README.md."""
    section = re.split(r"^#+ %s\n" % re.escape(title), README, flags=re.M)[1]
    return section.split("```%s\n" % language)[1].split("```")[0]


def check(what, holds, p):
    print("%s %s" % ("ok  " if holds else "FAIL", what))
    if not holds:
        FAILED.append(what)
        print("     exit %d\n     %s" % (p.returncode, p.stdout.replace("\n", "\n     ")))


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    konceal, modules = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
    leaking = leak(3)
    for manager in ("husky", "lefthook"):
        program = modules / ".bin" / manager
        if not program.exists():
            sys.exit("%s is not installed" % manager)
        with tempfile.TemporaryDirectory(prefix=manager) as folder:
            folder = pathlib.Path(os.path.realpath(folder))
            (folder / "home").mkdir()
            (folder / "home/.gitconfig").write_text("[user]\n name = Fixture\n email = fixture@example.invalid\n")
            repo = folder / "repo"
            repo.mkdir()
            path = os.pathsep.join([str(konceal.parent), str(modules / ".bin"), os.environ["PATH"]])
            env = {"PATH": path, "HOME": str(folder / "home"), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8", "CI": "0"}

            def run(*argv):
                return subprocess.run(argv, cwd=repo, env=env, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                      stderr=subprocess.STDOUT, timeout=60)

            run("git", "init", "-q", "-b", "main")
            if manager == "husky":
                (repo / "package.json").write_text("{}\n")
                p = run(str(program))
                check("husky sets itself up", p.returncode == 0 and (repo / ".husky/_").is_dir(), p)
                p = run("sh", "-euc", block("husky", "sh"))
            else:
                (repo / "lefthook.yml").write_text(block("lefthook", "yaml"))
                p = run(str(program), "install")
            check("%s: the recipe" % manager, p.returncode == 0, p)
            (repo / "a.txt").write_text("fine\n")
            run("git", "add", "-A")
            p = run("git", "commit", "-m", "Add a file")
            check("%s: a clean commit passes" % manager, p.returncode == 0, p)
            (repo / "b.sh").write_text(leaking)
            run("git", "add", "-A")
            p = run("git", "commit", "-m", "Add a key")
            check("%s: a key is blocked and named" % manager, p.returncode != 0 and "b.sh" in p.stdout and leaking.strip() not in p.stdout, p)
            run("git", "rm", "-q", "-f", "b.sh")
            (repo / "c.txt").write_text("fine\n")
            run("git", "add", "-A")
            p = run("git", "commit", "-m", "Use %s" % leaking.strip())
            check("%s: a key in the message is blocked" % manager, p.returncode != 0, p)
            p = run("konceal", "hook", "status")
            check("%s: hook status sees it in force" % manager, p.returncode == 0, p)
    print("%d failed" % len(FAILED))
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
