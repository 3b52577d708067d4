#!/usr/bin/env python3
"""Carries out what `konceal audit --purge-plan` says, with the real git and git-filter-repo, and audits again.

usage: purge.py KONCEAL     git-filter-repo is found by PATH

The commands are taken from the plan's text as a reader would copy them, run by a POSIX shell, and must all succeed. Editors are
scripts that take the key out. Afterwards the audit must not know the key any more, and must still know another key that
was not to go. Needs git, bash and git-filter-repo; no network.
"""
import base64
import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile

from keys import key

KONCEAL = os.path.abspath(sys.argv[1])
GOES, STAYS = key(1), key(2)
ID = hashlib.sha256(GOES.encode()).hexdigest()[:16]


class Repository:
    """A repository in a folder of its own, in an environment without the user's configuration."""

    def __init__(self, root, name="work", bare=False, clone=None):
        self.root, self.path, self.clock = root, os.path.join(root, name), 1_700_000_000
        self.temporary = os.path.join(root, "tmp")
        os.makedirs(self.temporary, exist_ok=True)
        if clone:
            self.git("clone", "-q", clone, self.path, at=root)
        else:
            self.git("init", "-q", "-b", "main", *(["--bare"] if bare else []), self.path, at=root)

    def environment(self):
        self.clock += 60
        environment = {"PATH": os.path.dirname(KONCEAL) + ":" + os.environ["PATH"], "HOME": self.root, "TMPDIR": self.temporary,
                       "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8",
                       "GIT_EDITOR": self.editor()}
        for who in ("AUTHOR", "COMMITTER"):
            environment.update({f"GIT_{who}_NAME": "Fixture", f"GIT_{who}_EMAIL": "f@example.invalid",
                                f"GIT_{who}_DATE": f"{self.clock} +0000"})
        return environment

    def editor(self):
        """An editor that takes the key out of the message."""
        path = os.path.join(self.root, "editor")
        if not os.path.exists(path):
            with open(path, "w") as file:
                file.write("#!/bin/sh\nsed -i 's/%s/(gone)/g' \"$1\"\n[ -s \"$1\" ] || echo anew > \"$1\"\n" % GOES)
            os.chmod(path, 0o755)
        return path

    def git(self, *args, at=None, env=None, data=None):
        run = subprocess.run(["git", *args], cwd=at or self.path, env={**self.environment(), **(env or {})}, input=data,
                             capture_output=True)
        assert run.returncode == 0, (args, run.stderr.decode())
        return run.stdout.decode().strip()

    def write(self, name, text):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())

    def put(self, name, text, message=None, **more):
        self.write(name, text)
        self.git("add", "-A", "-f")
        self.git("commit", "-q", "-m", message or name, **more)

    def take_out(self):
        """Takes the key out of every file of the working tree, as the reader of a plan does."""
        for folder, folders, files in os.walk(self.path):
            folders[:] = [it for it in folders if it != ".git"]
            for name in files:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    text = file.read()
                if GOES.encode() in text:
                    with open(path, "wb") as file:
                        file.write(text.replace(GOES.encode(), b""))

    def audit(self, *args, at=None):
        return subprocess.run([KONCEAL, "audit", *args], cwd=at or self.path, env=self.environment(), capture_output=True, text=True)

    def plan(self):
        """The steps of the plan: heading and commands."""
        run = self.audit("--purge-plan", ID[:8])
        assert run.returncode == 1, (run.returncode, run.stderr)
        assert GOES not in run.stdout + run.stderr
        steps = []
        for line in run.stdout.splitlines():
            if re.match(r" ?\d+\. ", line):
                steps.append((line.strip().split(". ", 1)[1], []))
            elif line.startswith(" " * 8) and steps:
                steps[-1][1].append(line[8:])
        for name in os.listdir(self.temporary):
            if name.startswith("konceal."):
                mode = stat.S_IMODE(os.stat(os.path.join(self.temporary, name)).st_mode)
                assert mode == 0o600, oct(mode)
        self.text = run.stdout
        return steps

    def shell(self, commands, at=None):
        """Runs commands as one script that ends at the first failure."""
        run = subprocess.run(["bash", "-e", "-c", "\n".join(commands)], cwd=at or self.path, env=self.environment(),
                             capture_output=True, text=True)
        assert run.returncode == 0, ("\n".join(commands), run.stdout, run.stderr)

    def known(self, at=None):
        """Which of the two keys an audit still knows."""
        run = self.audit(at=at)
        assert run.returncode in (0, 1), run.stderr
        return [ID in run.stdout, hashlib.sha256(STAYS.encode()).hexdigest()[:16] in run.stdout]


def checked(command):
    """An audit ends with 1 while there are other keys: that is no failure of the script."""
    return command + " || [ $? = 1 ]" if command.startswith("konceal audit") else command


def everything(repository, steps):
    """Runs the commands of all steps as they stand; the files of today are cleaned by the reader first."""
    repository.take_out()
    repository.shell([checked(command) for _, commands in steps for command in commands])


def leak(value):
    return f"KONVER_API_KEY={value}\n"


def shared(root):
    """Pushed, in every form and place: the mirror clone that is pushed back has it nowhere."""
    remote = Repository(root, "remote.git", bare=True)
    work = Repository(root, clone=remote.path)
    work.put("stays.env", leak(STAYS))
    work.git("push", "-q", "origin", "main")
    # Packed and loose objects side by side: copied as they are, they would make no fresh clone.
    remote.git("gc", "-q")
    work.put("app.py", f'KONVER_API_KEY = "{GOES}"\n')
    work.put("notes.txt", f"the key {GOES} once stood in app.py\n")
    manifest = base64.b64encode(leak(GOES).encode()).decode()
    work.put("k8s/secret.yaml", f"kind: Secret\ndata:\n  env: {manifest}\n")
    half = len(GOES) // 2
    work.put("split.js", f'const KONVER_API_KEY = "{GOES[:half]}" +\n  "{GOES[half:]}";\n')
    work.put("wide.env", leak(GOES).encode("utf-16-le"))
    work.put("blob.bin", b"\0\1\2" + leak(GOES).encode() + b"\0" * 9)
    work.put(f"dumps/{GOES}.env", leak(GOES))
    work.put("said.txt", "x\n", f"said\n\nKONVER_API_KEY={GOES}")
    work.put("who.txt", "x\n", f"who\n\nKONVER_API_KEY={GOES}", env={"GIT_AUTHOR_EMAIL": f"{GOES}@example.invalid"})
    work.git("rm", "-q", "app.py")
    work.git("commit", "-q", "-m", "gone")
    work.git("tag", "-a", "v1", "-m", f"v1\n\nKONVER_API_KEY={GOES}")
    work.git("notes", "add", "-m", f"KONVER_API_KEY={GOES}", "HEAD")
    work.git("branch", f"konver-api-key={GOES}")
    work.git("push", "-q", "origin", "--all")
    work.git("push", "-q", "origin", "--tags", "refs/notes/*:refs/notes/*")
    work.git("fetch", "-q")
    assert work.known() == [True, True]
    steps = work.plan()
    names = [name for name, _ in steps]
    assert names[0] == "Revoke it first" and names[-1] == "Remove the file of replacements", names
    repository_steps = [(name, commands) for name, commands in steps if name != "Then this clone"]
    work.shell([checked(command) for _, commands in repository_steps for command in commands])
    # The host collects its garbage, as the plan says that it has to.
    remote.git("gc", "-q", "--prune=now")
    assert work.known(at=remote.path) == [False, True], work.audit(at=remote.path).stdout
    again = Repository(root, "again", clone=remote.path)
    assert again.known() == [False, True]
    # What git itself finds, in every object of the remote and in its names.
    for name in remote.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").split():
        shown = subprocess.run(["git", "cat-file", "-p", name], cwd=remote.path, capture_output=True).stdout
        assert GOES.encode() not in shown and GOES.encode("utf-16-le") not in shown, name
    assert GOES not in remote.git("for-each-ref")
    assert base64.b64decode(re.search(r"env: (\S+)", again.git("show", "HEAD:k8s/secret.yaml"))[1])
    assert not [name for name in os.listdir(work.temporary) if name.startswith("konceal.")]


def narrow(root):
    """Pushed, on one of two branches: what is older and what is elsewhere keeps its ids, signed or not."""
    remote = Repository(root, "remote.git", bare=True)
    work = Repository(root, clone=remote.path)
    work.put("stays.env", leak(STAYS))
    # A commit with a signature, which git-filter-repo would drop.
    headers, message = work.git("cat-file", "commit", "HEAD").split("\n\n", 1)
    signature = "gpgsig -----BEGIN SSH SIGNATURE-----\n made up\n -----END SSH SIGNATURE-----"
    signed = work.git("hash-object", "-t", "commit", "-w", "--stdin", data=f"{headers}\n{signature}\n\n{message}\n".encode())
    work.git("reset", "-q", "--hard", signed)
    work.git("tag", "-a", "v0", "-m", "v0")
    work.git("branch", "other")
    work.put("app.env", leak(GOES))
    work.put("app.env", "x=1\n")
    work.git("tag", "-a", "v1", "-m", f"v1\n\nKONVER_API_KEY={GOES}")
    work.put("more'.txt", "x\n")
    work.git("branch", "it's")
    work.git("push", "-q", "origin", "--all")
    work.git("push", "-q", "origin", "--tags")
    before = {name: remote.git("rev-parse", name) for name in ("other", "v0", "main", "v1", "it's")}
    steps = [(name, commands) for name, commands in work.plan() if name != "Then this clone"]
    assert "--contains" in "".join(command for _, commands in steps for command in commands)
    work.shell([checked(command) for _, commands in steps for command in commands])
    remote.git("gc", "-q", "--prune=now")
    assert work.known(at=remote.path) == [False, True], work.audit(at=remote.path).stdout
    after = {name: remote.git("rev-parse", name) for name in before}
    assert [name for name in before if before[name] != after[name]] == ["main", "v1", "it's"], (before, after)
    assert signed in remote.git("rev-list", "main").split() and remote.git("cat-file", "-t", "v1") == "tag"
    # The clone that was audited: its branch is set to the cleaned one, and the plan says what is left.
    work.git("fetch", "-q", "--all", "--prune", "--tags", "--force")
    work.git("reset", "-q", "--hard", "origin/main")
    work.git("branch", "-q", "-f", "it's", "origin/it's")
    everything(work, work.plan())
    assert work.known() == [False, True], work.audit().stdout


def bare(root):
    """A bare repository without a remote is what others fetch from."""
    remote = Repository(root, "remote.git", bare=True)
    work = Repository(root, clone=remote.path)
    work.put("stays.env", leak(STAYS))
    work.put("app.env", leak(GOES))
    work.put("app.env", "x=1\n")
    work.git("push", "-q", "origin", "main")
    everything(remote, remote.plan())
    assert remote.known() == [False, True]


def amend(root):
    """The last commit, not pushed: file and message."""
    work = Repository(root)
    work.put("stays.env", leak(STAYS))
    work.put("it's [a].env", leak(GOES), f"add\n\nKONVER_API_KEY={GOES}")
    steps = work.plan()
    assert "Amend the commit" in [name for name, _ in steps], steps
    everything(work, steps)
    assert work.known() == [False, True]
    assert work.git("rev-list", "--count", "HEAD") == "2"


def rebase(root):
    """Earlier commits, not pushed, one of them the root; a merge in between is kept."""
    for is_root in (False, True):
        work = Repository(root, f"work{is_root}")
        if not is_root:
            work.put("stays.env", leak(STAYS))
        work.put("a.env", leak(GOES))
        work.put("b.txt", "b\n")
        work.git("checkout", "-q", "-b", "side")
        work.put("s.txt", "s\n")
        work.git("checkout", "-q", "main")
        work.put("c.env", leak(GOES))
        work.git("merge", "-q", "--no-ff", "-m", "merge", "side")
        work.git("branch", "-q", "-D", "side")
        if is_root:
            work.put("stays.env", leak(STAYS))
        steps = work.plan()
        names = [name for name, _ in steps]
        start = names.index("Rebase, with a stop at each commit that brings it in")
        work.shell(steps[start][1])
        stops = 0
        while os.path.isdir(os.path.join(work.path, ".git", "rebase-merge")):
            work.take_out()
            work.shell(steps[start + 1][1])
            stops += 1
            assert stops < 5
        assert stops == 2, stops
        for _, commands in steps[start + 2:]:
            work.shell([checked(command) for command in commands])
        assert work.known() == [False, True]
        assert "merge" in work.git("log", "--format=%s", "--merges")


def filtered(root):
    """Not pushed, but in a merge and on two branches and a tag: git-filter-repo in place, and older commits keep their ids."""
    remote = Repository(root, "remote.git", bare=True)
    work = Repository(root, clone=remote.path)
    work.put("stays.env", leak(STAYS))
    work.git("push", "-q", "origin", "main")
    before = work.git("rev-parse", "HEAD")
    work.git("checkout", "-q", "-b", "side")
    work.put("s.txt", "s\n")
    work.git("checkout", "-q", "main")
    work.put("m.txt", "m\n")
    work.git("merge", "-q", "--no-ff", "--no-commit", "side")
    work.write("merge.env", leak(GOES))
    work.git("add", "-f", "merge.env")
    work.git("commit", "-q", "-m", "merge")
    work.git("branch", "-q", "other")
    work.git("tag", "-a", "v1", "-m", f"v1\n\nKONVER_API_KEY={GOES}")
    steps = work.plan()
    assert "Filter these refs" in [name for name, _ in steps], steps
    work.shell([checked(command) for _, commands in steps for command in commands])
    assert work.known() == [False, True], work.audit().stdout
    assert work.git("rev-parse", "origin/main") == before
    assert before in work.git("rev-list", "HEAD").split()
    assert work.git("rev-parse", "other") == work.git("rev-parse", "main")
    assert work.git("remote") == "origin"


def tag(root):
    """Only in a tag's message."""
    work = Repository(root)
    work.put("stays.env", leak(STAYS))
    work.git("tag", "-a", "v'1", "-m", f"v1\n\nKONVER_API_KEY={GOES}")
    everything(work, work.plan())
    assert work.known() == [False, True]
    assert work.git("cat-file", "-t", "v'1") == "tag"


def forgotten(root):
    """Amended away, and on a deleted branch: git forgets it."""
    work = Repository(root)
    work.put("stays.env", leak(STAYS))
    work.put("oops.env", leak(GOES))
    work.git("rm", "-q", "--cached", "oops.env")
    os.remove(os.path.join(work.path, "oops.env"))
    work.git("commit", "-q", "--amend", "--allow-empty", "-m", "nothing")
    everything(work, work.plan())
    assert work.known() == [False, True]


def staged(root):
    """Staged, in no commit."""
    work = Repository(root)
    work.put("stays.env", leak(STAYS))
    work.write("new.env", leak(GOES))
    work.git("add", "-f", "new.env")
    everything(work, work.plan())
    assert work.known() == [False, True]


def stashed(root):
    """In a stash, and in the commit that it was made on."""
    work = Repository(root)
    work.put("stays.env", leak(STAYS))
    work.put("app.env", leak(GOES))
    work.write("app.env", leak(GOES) + "more=1\n")
    work.git("stash")
    everything(work, work.plan())
    assert work.known() == [False, True]


def stash_alone(root):
    """In a stash alone."""
    work = Repository(root)
    work.put("stays.env", leak(STAYS))
    work.put("app.env", "x=1\n")
    work.write("app.env", leak(GOES))
    work.git("stash")
    everything(work, work.plan())
    assert work.known() == [False, True]


def note(root):
    """In a note alone, that nobody has yet."""
    work = Repository(root)
    work.put("stays.env", leak(STAYS))
    work.git("notes", "add", "-m", f"KONVER_API_KEY={GOES}", "HEAD")
    everything(work, work.plan())
    assert work.known() == [False, True], work.audit().stdout
    assert "REMOVED" in work.git("notes", "show", "HEAD")


def detached(root):
    """With a detached HEAD, in a file whose name is a pattern to git."""
    work = Repository(root)
    work.put("stays.env", leak(STAYS))
    work.git("checkout", "-q", "--detach")
    work.put(":(top)*[a]\n$(x).env", leak(GOES))
    everything(work, work.plan())
    assert work.known() == [False, True]


def mirrored(root):
    """A bare mirror of a remote: the remote is what is cleaned."""
    remote = Repository(root, "remote.git", bare=True)
    work = Repository(root, clone=remote.path)
    work.put("stays.env", leak(STAYS))
    work.put("app.env", leak(GOES))
    work.git("push", "-q", "origin", "main")
    mirror = Repository(root, "mirror.git", bare=True)
    mirror.git("remote", "add", "--mirror=fetch", "origin", remote.path)
    mirror.git("fetch", "-q", "origin")
    steps = [(name, commands) for name, commands in mirror.plan() if name != "Then this clone"]
    mirror.shell([checked(command) for _, commands in steps for command in commands])
    remote.git("gc", "-q", "--prune=now")
    assert work.known(at=remote.path) == [False, True]


for scenario in (shared, narrow, bare, amend, rebase, filtered, tag, forgotten, staged, stashed, stash_alone, note, detached, mirrored):
    place = tempfile.mkdtemp()
    try:
        scenario(place)
        print(f"ok: {scenario.__name__}: {scenario.__doc__}")
    finally:
        shutil.rmtree(place)
