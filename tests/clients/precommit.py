#!/usr/bin/env python3
"""The hooks under a real framework: pre-commit, or prek, which reads the same files.

usage: precommit.py KONCEAL FRAMEWORK      the built program, and `pre-commit` or `prek` (by name or path)

Makes repositories in a temporary folder, installs the hooks of .pre-commit-hooks.yaml through the framework, and commits,
merges and pushes. Needs git and the framework, no network: the hooks run as `language: system`. Exit code 0 all held, 1 not.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from keys import leak

ROOT = pathlib.Path(__file__).resolve().parents[2]
FAILED = []


class World:
    """A temporary folder with the program on PATH and a git configuration of its own."""

    def __init__(self, folder, konceal, framework):
        self.folder, self.framework = pathlib.Path(folder), framework
        programs = self.folder / "bin"
        programs.mkdir()
        (programs / "konceal").symlink_to(konceal)
        home = self.folder / "home"
        home.mkdir()
        path = os.pathsep.join([str(programs), os.path.dirname(framework), os.environ.get("PATH", "")])
        self.env = {"PATH": path, "HOME": str(home), "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1",
                    "GIT_EDITOR": "true", "PRE_COMMIT_COLOR": "never", "PRE_COMMIT_HOME": str(home / "cache"),
                    "PREK_HOME": str(home / "prek"), "PREK_COLOR": "never"}
        (home / ".gitconfig").write_text(
            "[user]\n name = Fixture\n email = fixture@example.invalid\n[init]\n defaultBranch = main\n"
            "[protocol \"file\"]\n allow = always\n[gc]\n auto = 0\n[commit]\n gpgSign = false\n")

    def run(self, *argv, at, **env):
        return subprocess.run([str(x) for x in argv], cwd=at, env={**self.env, **env}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)

    def git(self, *args, at):
        p = self.run("git", *args, at=at)
        if p.returncode:
            sys.exit("git %s: %s" % (" ".join(map(str, args)), p.stdout))
        return p.stdout.strip()


class Repo:
    """A repository that uses the hooks through the framework."""

    def __init__(self, world, name, hooks):
        self.world, self.path = world, world.folder / name
        self.path.mkdir()
        self.git("init", "-q")
        rev = world.git("rev-parse", "HEAD", at=hooks)
        # prek prints a shorter list where a hook has no `language`, so each one names it.
        ids = "".join("  - id: %s\n    language: system\n" % i for i in ("konceal-system", "konceal-push", "konceal-commit-msg"))
        self.write(".pre-commit-config.yaml", "repos:\n- repo: %s\n  rev: %s\n  hooks:\n%s" % (hooks, rev, ids))
        self.write("a.txt", "one\n")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "base")
        for kind in ("pre-commit", "pre-merge-commit", "commit-msg", "pre-push"):
            p = self.frame("install", "--hook-type", kind)
            if p.returncode:
                sys.exit(p.stdout)

    def git(self, *args):
        return self.world.git(*args, at=self.path)

    def try_git(self, *args, **env):
        return self.world.run("git", *args, at=self.path, **env)

    def frame(self, *args, **env):
        return self.world.run(self.world.framework, *args, at=self.path, **env)

    def write(self, name, text):
        (self.path / name).parent.mkdir(parents=True, exist_ok=True)
        (self.path / name).write_text(text)

    def stage(self, name, text):
        self.write(name, text)
        self.git("add", "-f", "--", name)

    def put(self, name, text, message="change"):
        """Commits without any hook."""
        self.stage(name, text)
        self.git("commit", "-q", "--no-verify", "-m", message)
        return self.git("rev-parse", "HEAD")


def check(what, holds, p=None):
    print("%s %s" % ("ok  " if holds else "FAIL", what))
    if not holds:
        FAILED.append(what)
        if p is not None:
            print("     exit %d\n     %s" % (p.returncode, p.stdout.strip().replace("\n", "\n     ")))


def blocked(what, p, name=None):
    check(what, p.returncode != 0 and (name is None or name in p.stdout), p)


def passes(what, p):
    check(what, p.returncode == 0, p)


def by_hand(r):
    passes("run --all-files on a clean index", r.frame("run", "--all-files"))
    passes("try-repo on a clean index", r.frame("try-repo", ROOT, "konceal-system", "--all-files"))
    c = r.put("x.txt", leak(1))
    blocked("run --all-files names the file", r.frame("run", "--all-files"), "x.txt")
    blocked("try-repo names the file", r.frame("try-repo", ROOT, "konceal-system", "--all-files"), "x.txt")
    blocked("run --files scans the whole index, not only the file named", r.frame("run", "--files", "a.txt"), "x.txt")
    blocked("run with nothing staged is no empty scan", r.frame("run"), "x.txt")
    after = r.put("y.txt", "fine\n")
    blocked("--from-ref/--to-ref with the key", r.frame("run", "--from-ref", c + "~1", "--to-ref", c), "x.txt")
    passes("--from-ref/--to-ref after the key", r.frame("run", "--from-ref", c, "--to-ref", after))


def commits(r):
    r.stage("p.txt", "fine\n")
    r.write("p.txt", leak(2))
    passes("a key that is not staged", r.try_git("commit", "-q", "-m", "part"))
    check("the working tree has it still", (r.path / "p.txt").read_text() == leak(2))
    r.stage("q.txt", leak(3))
    r.write("q.txt", "fine again\n")
    blocked("a staged key that the working tree lacks", r.try_git("commit", "-q", "-m", "part"), "q.txt")
    r.git("rm", "-q", "-f", "q.txt")
    r.git("checkout", "-q", "p.txt")
    r.write("a.txt", leak(4))
    blocked("commit -a", r.try_git("commit", "-qam", "all"), "a.txt")
    blocked("commit FILE", r.try_git("commit", "-qm", "one", "a.txt"), "a.txt")
    r.git("checkout", "-q", "a.txt")
    (r.path / "link").symlink_to(leak(5).strip())
    r.git("add", "link")
    blocked("a commit of a symbolic link alone", r.try_git("commit", "-qm", "link"), "link")
    passes("SKIP", r.try_git("commit", "-qm", "link", SKIP="konceal-system"))
    r.stage("m.txt", "fine\n")
    blocked("a key in the message", r.try_git("commit", "-qm", "use " + leak(6).strip()))
    passes("a clean message", r.try_git("commit", "-qm", "use the environment"))


def merges(r):
    r.git("checkout", "-q", "-b", "side")
    r.put("had.txt", leak(7))
    r.git("checkout", "-q", "main")
    r.put("main.txt", "main\n")
    passes("a merge of what the branch had", r.try_git("merge", "--no-edit", "-q", "side"))
    r.git("reset", "-q", "--hard", "HEAD~1")
    r.git("merge", "-q", "--no-commit", "side")
    r.stage("evil.txt", leak(8))
    blocked("a merge that adds a key", r.try_git("commit", "-qm", "merge"), "evil.txt")
    r.git("merge", "--abort")


def pushes(r):
    far = r.world.folder / "far.git"
    r.git("init", "-q", "--bare", far)
    r.git("remote", "add", "origin", far)
    passes("the first push, with the root commit", r.try_git("push", "-q", "origin", "main"))
    r.git("checkout", "-q", "-b", "topic")
    r.put("t.txt", "fine\n")
    passes("a new branch", r.try_git("push", "-q", "origin", "topic"))
    r.git("checkout", "-q", "-b", "leaky")
    r.put("t2.txt", leak(9))
    r.put("t2.txt", "gone again\n")
    blocked("a new branch with a key in its middle", r.try_git("push", "-q", "origin", "leaky"), "t2.txt")
    r.git("checkout", "-q", "topic")
    r.put("f.txt", leak(10))
    blocked("an update", r.try_git("push", "-q", "origin", "topic"), "f.txt")
    r.git("reset", "-q", "--hard", "main")
    r.put("g.txt", "rewritten\n")
    passes("a forced push of clean commits", r.try_git("push", "-q", "-f", "origin", "topic"))
    r.git("reset", "-q", "--hard", "main")
    r.put("h.txt", leak(11))
    blocked("a forced push of a key", r.try_git("push", "-q", "-f", "origin", "topic"), "h.txt")
    passes("a deletion", r.try_git("push", "-q", "origin", ":topic"))


def first_push(r):
    far = r.world.folder / "first.git"
    r.git("init", "-q", "--bare", far)
    r.git("remote", "add", "origin", far)
    r.put("root.txt", leak(12))
    r.put("root.txt", "gone again\n")
    blocked("a first push whose history has a key", r.try_git("push", "-q", "origin", "main"), "root.txt")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    konceal, framework = os.path.abspath(sys.argv[1]), shutil.which(sys.argv[2])
    if not framework:
        sys.exit("%s is not installed" % sys.argv[2])
    with tempfile.TemporaryDirectory(prefix="clients-") as folder:
        world = World(os.path.realpath(folder), konceal, os.path.abspath(framework))
        hooks = world.folder / "hooks"
        hooks.mkdir()
        world.git("init", "-q", at=hooks)
        shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
        world.git("add", "-A", at=hooks)
        world.git("commit", "-q", "-m", "hooks", at=hooks)
        valid = world.run(framework, "validate-manifest", ".pre-commit-hooks.yaml", at=hooks)
        check("the manifest is valid", valid.returncode == 0 and "warn" not in valid.stdout.lower(), valid)
        for case in (by_hand, commits, merges, pushes, first_push):
            case(Repo(world, case.__name__, hooks))
    print("%d failed" % len(FAILED))
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
