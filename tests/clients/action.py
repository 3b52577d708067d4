#!/usr/bin/env python3
"""The action as a runner runs it: its steps, its expressions, event payloads, and shallow clones that git makes. Prints what held,
then a table: for each event what was chosen, how deep the clone was before and after, the outputs and the step summary.

usage: action.py KONCEAL      needs git, bash, PyYAML; no network. Exit code 0: all held.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

from keys import key, leak

ROOT = pathlib.Path(__file__).resolve().parents[2]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
ZERO = "0" * 40
FAILED, TABLE = [], []


class World:
    def __init__(self, folder, konceal):
        self.folder, self.konceal, self.count = pathlib.Path(folder), konceal, 0
        home = self.folder / "home"
        home.mkdir()
        (home / ".gitconfig").write_text(
            "[user]\n name = Fixture\n email = fixture@example.invalid\n[init]\n defaultBranch = main\n[protocol \"file\"]\n"
            " allow = always\n[gc]\n auto = 0\n[advice]\n detachedHead = false\n")
        self.env = {"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1"}

    def git(self, *args, at):
        p = subprocess.run(["git", *map(str, args)], cwd=at, env=self.env, text=True, capture_output=True)
        if p.returncode:
            sys.exit("git %s: %s" % (" ".join(map(str, args)), p.stderr))
        return p.stdout.strip()


class Origin:
    """A repository on a server: `bare` is what is cloned and fetched, `work` makes its commits."""

    def __init__(self, world, by_id=True):
        world.count += 1
        self.world, base = world, world.folder / ("case %d" % world.count)
        base.mkdir()
        self.base, self.bare, self.work = base, base / "origin.git", base / "work"
        world.git("init", "-q", "--bare", self.bare, at=base)
        world.git("config", "uploadpack.allowAnySHA1InWant", str(by_id).lower(), at=self.bare)
        world.git("clone", "-q", self.bare, self.work, at=base)
        self.git("checkout", "-q", "-B", "main")

    def git(self, *args):
        return self.world.git(*args, at=self.work)

    def put(self, name, text):
        (self.work / name).write_text(text)
        self.git("add", "-A", "-f")
        self.git("commit", "-q", "--allow-empty", "-m", name)
        return self.git("rev-parse", "HEAD")

    def fill(self, n):
        for i in range(n):
            last = self.put("fill.txt", "%d\n" % i)
        return last

    def push(self, *refs):
        self.git("push", "-q", "-f", "origin", *refs)

    def checkout(self, ref, depth=1):
        """What actions/checkout leaves: one commit, detached, remote `origin`."""
        clone = self.base / "clone"
        shutil.rmtree(clone, ignore_errors=True)
        clone.mkdir()
        self.world.git("init", "-q", at=clone)
        self.world.git("remote", "add", "origin", "file://%s" % self.bare, at=clone)
        args = ["--depth=%d" % depth] if depth else []
        self.world.git("fetch", "-q", "--no-tags", *args, "origin", "+%s:refs/konceal-test/checkout" % ref, at=clone)
        self.world.git("checkout", "-q", "--detach", "refs/konceal-test/checkout", at=clone)
        return clone


class Run:
    """One job: the action's own steps, one after the other, as the runner would."""

    def __init__(self, world, clone, event, payload, ref="refs/heads/main", build=False, **inputs):
        self.log, self.code, self.summary, self.steps = "", 0, "", {}
        temp = pathlib.Path(tempfile.mkdtemp(dir=world.folder))
        (temp / "event.json").write_text(json.dumps({"repository": {"default_branch": "main"}, **payload}))
        known = {name: str(i.get("default", "")) for name, i in ACTION["inputs"].items()}
        unknown = set(n.replace("_", "-") for n in inputs) - set(known)
        assert not unknown, unknown
        known.update((n.replace("_", "-"), v) for n, v in inputs.items())
        known["token"] = ""
        runner = {"PATH": world.env["PATH"], "GITHUB_WORKSPACE": str(clone), "CI": "true",
                  "GITHUB_EVENT_NAME": event, "GITHUB_EVENT_PATH": str(temp / "event.json"), "GITHUB_REF": ref,
                  "GITHUB_SERVER_URL": "https://server.invalid", "RUNNER_TEMP": str(temp), "RUNNER_OS": "Linux",
                  "RUNNER_ARCH": "X64", "GITHUB_ACTIONS": "true"}
        context = {"github.action_path": str(ROOT), "github.action_repository": "owner/konceal", "github.token": ""}
        self.temp, self.event, self.before = temp, event, depth(world, clone / known["path"])
        for number, step in enumerate(ACTION["runs"]["steps"]):
            if "run" not in step:
                continue
            def value(m):
                name = m.group(1).strip()
                if name.startswith("inputs."):
                    return known[name[7:]]
                if name.startswith("steps."):
                    _, step_id, _, output = name.split(".")
                    return self.steps.get(step_id, {}).get(output, "")
                return context[name]
            assert "${{" not in step["run"], "an expression in a script"
            own = {n: re.sub(r"\$\{\{(.*?)\}\}", value, str(v)) for n, v in step.get("env", {}).items()}
            files = {n: temp / ("%s-%d" % (n, number)) for n in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH")}
            for f in files.values():
                f.touch()
            if not build and "FOLDER" in own:
                folder = pathlib.Path(own["FOLDER"])
                folder.mkdir(exist_ok=True)
                program = folder / "konceal"
                if not program.exists():
                    # Notes what it is asked, and hands it on.
                    program.write_text("#!/bin/sh\n[ \"$1\" != scan ] || printf '%%s\\n' \"$@\" >'%s'\nexec '%s' \"$@\"\n"
                                       % (temp / "arguments", world.konceal))
                    program.chmod(0o755)
            p = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]], cwd=clone, text=True,
                               env={**world.env, **runner, **own, **{n: str(f) for n, f in files.items()}},
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=300)
            self.log += p.stdout
            self.summary += files["GITHUB_STEP_SUMMARY"].read_text()
            lines = [line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines()]
            if "id" in step:
                self.steps[step["id"]] = dict(lines)
            if p.returncode:
                self.code = p.returncode
                break
        self.out = self.steps.get("scan", {})
        self.after = depth(world, clone / known["path"])
        asked = temp / "arguments"
        self.asked = asked.read_text().splitlines() if asked.exists() else None
        self.build = build

    def choice(self):
        """What was scanned, ids cut to seven digits; unknown where the program is an installed one, which notes nothing."""
        if self.asked is None:
            return "-" if self.build else "nothing"
        ranges = [argument[8:] for argument in self.asked if argument.startswith("--range=")]
        history = ["history " + " ".join(self.asked[at + 1:]) for at, argument in enumerate(self.asked) if argument == "--history"]
        return re.sub(r"([0-9a-f]{7})[0-9a-f]{33}", r"\1", (ranges + history + ["tree"])[0].strip()).splitlines()[0][:24]


def check(what, run, **wanted):
    outputs = [run.out.get(name, "-") for name in ("findings", "keys", "live-keys", "complete", "exit-code")]
    head = run.summary.splitlines()[0][3:38] if run.summary else "-"
    TABLE.append([run.event, what.split(": ", 1)[-1][:44], run.choice(), "%s -> %s" % (run.before, run.after), *outputs, head])
    got = {"code": run.code, **{n.replace("-", "_"): v for n, v in run.out.items()}}
    wrong = {n: (got.get(n), w) for n, w in wanted.items() if str(got.get(n)) != str(w)}
    print("%s %s" % ("FAIL" if wrong else "ok  ", what))
    if wrong:
        FAILED.append(what)
        print("     got, wanted: %s\n     %s" % (wrong, run.log.replace("\n", "\n     ")))


def holds(what, it, run):
    print("%s %s" % ("ok  " if it else "FAIL", what))
    if not it:
        FAILED.append(what)
        print("     " + run.log.replace("\n", "\n     "))


def depth(world, clone):
    """How many commits the clone has; 0 where it is none."""
    if not (clone / ".git").exists():
        return 0
    return world.git("cat-file", "--batch-all-objects", "--batch-check=%(objecttype)", at=clone).split().count("commit")


def table():
    """Event by event, columns as wide as what is in them."""
    rows = [["event", "case", "scanned", "depth", "findings", "keys", "live", "complete", "exit", "step summary"], *TABLE]
    wide = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, wide)).rstrip())


def pushes(w):
    o = Origin(w)
    o.put("old.txt", leak(1))
    before = o.fill(110)
    o.put("bad.txt", leak(2))
    o.git("rm", "-q", "bad.txt")
    after = o.fill(2)
    o.push("main")
    clone = o.checkout("main")
    shallow = depth(w, clone)
    run = Run(w, clone, "push", {"before": before, "after": after})
    check("push: a key in the middle of the pushed commits, not the older one", run, code=1, findings=1, complete="true", keys=1, live_keys=0)
    holds("push: the clone was deepened, not whole, and the log says so", shallow == 1 < depth(w, clone) < 60 and
          "the clone is shallow: fetching 50 commits more" in run.log, run)
    holds("push: annotation, summary, no key", "::error" in run.log and "key" in run.summary
          and key(2) not in run.log + run.summary, run)
    run = Run(w, o.checkout("main"), "push", {})
    check("push: a payload that names no commit is no deletion", run, code=1, findings=2)
    holds("push: and says so", "the event does not name" in run.log, run)
    check("push: fail-on never", Run(w, o.checkout("main"), "push", {"before": before, "after": after}, fail_on="never"), code=0, findings=1)
    clone = o.checkout("main", 80)
    check("push: a clone that is deep enough", Run(w, clone, "push", {"before": before, "after": after}), code=1, findings=1)
    check("push: a full clone", Run(w, o.checkout("main", 0), "push", {"before": before, "after": after}), code=1, findings=1)
    check("push: nothing but clean commits", Run(w, o.checkout("main"), "push", {"before": o.git("rev-parse", "HEAD~1"), "after": after}),
          code=0, findings=0, complete="true")
    run = Run(w, o.checkout("main"), "push", {"before": before, "after": ZERO, "deleted": True})
    check("push: a deleted ref", run, code=0, findings=0, complete="true", exit_code=0)
    holds("push: nothing is scanned for a deleted ref", run.asked is None, run)
    check("push: the first of the default branch", Run(w, o.checkout("main"), "push", {"before": ZERO, "after": after}),
          code=1, findings=2)
    o.git("checkout", "-q", "-b", "topic")
    new = o.put("new.txt", leak(3))
    o.push("topic")
    check("push: a new branch brings what main lacks", Run(w, o.checkout("topic"), "push", {"before": ZERO, "after": new}, ref="refs/heads/topic"),
          code=1, findings=1)
    o.git("reset", "-q", "--hard", "HEAD~1")
    clean = o.put("new.txt", "clean\n")
    o.push("topic")
    clone = o.checkout("topic")
    run = Run(w, clone, "push", {"before": new, "after": clean, "forced": True}, ref="refs/heads/topic")
    check("push: forced, the old commit can be had", run, code=0, findings=0)
    holds("push: forced, deepened no further than needed", depth(w, clone) < 110, run)
    run = Run(w, o.checkout("topic"), "push", {"before": "1" * 40, "after": clean, "forced": True}, ref="refs/heads/topic")
    check("push: forced, the old commit is gone", run, code=0, findings=0)
    holds("push: forced, and says so", "old commits are gone" in run.log, run)
    o.git("tag", "-a", "-m", "Version 1", "v1", "main")
    o.git("tag", "light", "topic")
    o.push("v1", "light")
    tag = o.git("rev-parse", "v1")
    check("push: a tag on the default branch", Run(w, o.checkout("refs/tags/v1"), "push", {"before": ZERO, "after": tag}, ref="refs/tags/v1"),
          code=1, findings=1)
    check("push: a tag elsewhere", Run(w, o.checkout("refs/tags/light"), "push", {"before": ZERO, "after": clean}, ref="refs/tags/light"),
          code=0)


def pull_requests(w):
    o = Origin(w)
    o.put("old.txt", leak(4))
    o.fill(40)
    o.push("main")
    o.git("checkout", "-q", "-b", "fork")
    o.put("pr.txt", leak(5))
    head = o.put("pr.txt", "clean again\n")
    o.git("checkout", "-q", "main")
    base = o.put("meanwhile.txt", leak(6))
    o.push("main")
    o.git("merge", "-q", "--no-ff", "-m", "merge", "fork")
    o.git("push", "-q", "origin", "HEAD:refs/pull/1/merge", "fork:refs/pull/1/head")
    payload = {"pull_request": {"base": {"sha": base}, "head": {"sha": head, "ref": "$(touch pwned);`touch pwned`"}, "title": "\"; touch pwned"}}
    clone = o.checkout("refs/pull/1/merge")
    more = "html=out.html\n\njsonl=%s\n" % (clone / "out.jsonl")
    run = Run(w, clone, "pull_request", payload, ref="refs/pull/1/merge", sarif_file="out.sarif", reports=more)
    check("pull request from a fork: its own commits only", run, code=1, findings=1, complete="true")
    holds("pull request: reports are written, names are never run", all((clone / n).is_file() for n in ("out.sarif", "out.html", "out.jsonl"))
          and not list(w.folder.rglob("pwned")), run)
    run = Run(w, o.checkout("refs/pull/1/merge"), "merge_group", {"merge_group": {"base_sha": base, "head_sha": o.git("rev-parse", "HEAD")}})
    check("merge group", run, code=1, findings=1)
    later = o.put("later.txt", "clean\n")
    o.push("main")
    run = Run(w, o.checkout("main"), "pull_request", {"pull_request": {"base": {"sha": base}, "head": {"sha": later}}})
    check("pull request whose branch was merged meanwhile", run, code=1, findings=1)
    run = Run(w, o.checkout("main"), "pull_request", {"pull_request": {"base": {"sha": head}, "head": {"sha": head}}})
    check("pull request without a commit", run, code=0, findings=0)
    broken = o.checkout("refs/pull/1/merge")
    w.git("remote", "set-url", "origin", "file:///nowhere", at=broken)
    run = Run(w, broken, "pull_request", payload, ref="refs/pull/1/merge")
    check("pull request that cannot be fetched: never clean", run, code=2, complete="false")


def audits(w):
    o = Origin(w)
    o.put("gone.txt", leak(7))
    o.git("rm", "-q", "gone.txt")
    o.fill(5)
    o.push("main")
    for event in ("schedule", "workflow_dispatch", "issues"):
        run = Run(w, o.checkout("main"), event, {}, history="false")
        check("%s: the tree" % event, run, code=0, findings=0, complete="true")
        holds("%s: says that it is only the tree" % event, "names no commits: scanning the working tree" in run.log, run)
    run = Run(w, o.checkout("main"), "schedule", {}, history="true")
    check("input history: the whole history of a shallow clone", run, code=1, findings=1, complete="true")
    holds("input history: says that it fetched", "fetching the whole history" in run.log, run)
    check("input range", Run(w, o.checkout("main", 0), "issues", {}, range="HEAD~3..HEAD"), code=0)
    broken = o.checkout("main")
    w.git("remote", "set-url", "origin", "file:///nowhere", at=broken)
    check("a history that cannot be fetched is incomplete", Run(w, broken, "schedule", {}, history="true"), code=2, complete="false")
    for bad in ("$(touch pwned)", "--output=pwned", "a..b; touch pwned", "HEAD~1..HEAD\nmode=x", "nothing..HEAD"):
        check("a bad range: %r" % bad, Run(w, o.checkout("main"), "push", {}, range=bad), code=2, complete="false")
    check("a bad flag", Run(w, o.checkout("main"), "push", {}, history="yes"), code=2, complete="false")
    check("a bad verify", Run(w, o.checkout("main"), "push", {}, verify="maybe"), code=2, complete="false")
    run = Run(w, o.checkout("main"), "schedule", {}, history="true", range="HEAD~1..HEAD")
    check("range and history together", run, code=2, complete="false")
    holds("range and history together: says why, and scans nothing", "exclude each other" in run.log and run.asked is None, run)
    check("a path that is not there", Run(w, o.checkout("main"), "schedule", {}, path="nowhere"), code=2, complete="false")
    for bad in ("html", "html=", "=out.html", "nothing=out", "html=$(touch pwned)/x", "--output=pwned"):
        check("bad reports: %s" % bad, Run(w, o.checkout("main"), "issues", {}, reports=bad), code=2)
    check("a bad fail-on", Run(w, o.checkout("main"), "issues", {}, fail_on="all"), code=2, complete="false")
    holds("nothing of an input was run", not list(w.folder.rglob("pwned")), run)
    o.put("new.txt", leak(8))
    o.push("main")
    clone = o.checkout("main")
    (clone / "own.toml").write_text("[allow]\npaths = ['new.txt']\n")
    check("input config", Run(w, clone, "issues", {}, config="own.toml"), code=0)
    check("input baseline that is not there", Run(w, clone, "issues", {}, baseline="none.json"), code=2, complete="false")
    accepted = subprocess.run([w.konceal, "baseline", "create", "-C", clone, "--baseline", "own.json", "-q"], env=w.env)
    check("input baseline", Run(w, clone, "issues", {}, baseline="own.json"), code=accepted.returncode, findings=0)
    nested = clone.parent / "outer"
    nested.mkdir()
    shutil.move(clone, nested / "in here")
    check("input path", Run(w, nested, "issues", {}, path="in here", sarif_file="s.sarif"), code=1, sarif_file="%s/s.sarif" % nested)


def releases(w):
    """A released binary is run only if gh says that its attestation holds. `gh` is a stand-in that answers as asked."""
    o = Origin(w)
    o.put("a.txt", "clean\n")
    o.push("main")
    programs = w.folder / "programs"
    programs.mkdir()
    for verdict, code in (("exit 0", 0), ("exit 1", 2)):
        (programs / "gh").write_text("""#!/bin/sh
echo "gh $*"
case "$1 $2" in
    "release download") while [ "$1" != --dir ]; do shift; done
        tar -czhf "$2/konceal-v9.9.9-x86_64-unknown-linux-musl.tar.gz" -C '%s' konceal ;;
    "attestation verify") %s ;;
esac
""" % (w.konceal.parent, verdict))
        (programs / "gh").chmod(0o755)
        run = job(w, o, programs)
        check("a release whose attestation says %s" % verdict, run, code=code)
        holds("the attestation is asked for before anything is unpacked", "gh attestation verify" in run.log
              and "--repo owner/konceal" in run.log, run)
        installed = list(run.temp.glob("konceal-release-*/konceal"))
        holds("installed only if it holds", bool(installed) == (code == 0), run)


def job(w, o, programs):
    saved = w.env
    w.env = {**saved, "PATH": "%s:%s" % (programs, saved["PATH"])}
    try:
        return Run(w, o.checkout("main"), "workflow_dispatch", {}, build=True, version="9.9.9")
    finally:
        w.env = saved


def builds(w):
    """Without a version the action builds its own checkout; here into a target folder that is built already."""
    target = w.konceal.parents[1]
    if w.konceal.parent.name != "release":
        sys.exit("the built checkout is tested with the release binary")
    o = Origin(w)
    o.put("a.txt", "clean\n")
    o.push("main")
    saved = w.env
    w.env = {**saved, "CARGO_TARGET_DIR": str(target), "HOME": os.environ.get("HOME", "/root")}
    for name in ("CARGO_HOME", "RUSTUP_HOME"):
        if name in os.environ:
            w.env[name] = os.environ[name]
    run = Run(w, o.checkout("main"), "workflow_dispatch", {}, build=True)
    w.env = saved
    check("without a version its own checkout is built and run", run, code=0, findings=0)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="action-") as folder:
        w = World(os.path.realpath(folder), pathlib.Path(sys.argv[1]).resolve())
        for case in (pushes, pull_requests, audits, releases, builds):
            case(w)
    table()
    print("%d failed" % len(FAILED))
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
