#!/usr/bin/env python3
"""What a hook costs in a large repository: ten staged files among 60,000, against `git diff --cached --stat`.

usage: staged.py KONCEAL...      compares programs as well, in the same run

Makes the repository in a temporary folder (once 2 folders, once 600, as git keeps what it knows of unchanged folders). Prints the
best of many runs of each command in milliseconds, and its ratio to git's. Compare only within one run.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

FILES, STAGED, RUNS = 60_000, 10, 40


def make(repo, folders, env):
    subprocess.run(["git", "init", "-q", "-b", "main", repo], env=env, check=True)
    paths = ["d%d/e%d/f%d.txt" % (n % folders % 30, n % folders, n) for n in range(FILES)]
    text = "".join("blob\nmark :%d\ndata <<X\nfile %d\nX\n" % (n + 1, n) for n in range(FILES))
    text += "commit refs/heads/main\ncommitter F <f@example.invalid> 1700000000 +0000\ndata 5\nbegin\n"
    text += "".join("M 100644 :%d %s\n" % (n + 1, path) for n, path in enumerate(paths))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=repo, env=env, input=text, text=True, check=True)
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=repo, env=env, check=True)
    for path in paths[:: FILES // STAGED]:
        (repo / path).write_text("changed\n")
    subprocess.run(["git", "add", "-u"], cwd=repo, env=env, check=True)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    programs = [os.path.abspath(program) for program in sys.argv[1:]]
    with tempfile.TemporaryDirectory(prefix="staged-") as folder:
        env = {"PATH": os.environ["PATH"], "HOME": folder, "GIT_CONFIG_NOSYSTEM": "1", "GIT_INDEX_FILE": ".git/index"}
        without = {name: value for name, value in env.items() if name != "GIT_INDEX_FILE"}
        for folders in (600, 2):
            repo = pathlib.Path(folder) / str(folders)
            make(repo, folders, without)
            commands = {"git diff --cached --stat": ["git", "diff", "--cached", "--stat"]}
            for program in programs:
                commands["%s hook run pre-commit" % program] = [program, "hook", "run", "pre-commit"]
            times = {name: [] for name in commands}
            for _ in range(RUNS):
                for name, command in commands.items():
                    begin = time.perf_counter()
                    p = subprocess.run(command, cwd=repo, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    times[name].append(time.perf_counter() - begin)
                    assert p.returncode == 0, name
            base = min(next(iter(times.values())))
            print("%d files in %d folders, %d staged, best of %d:" % (FILES, folders, STAGED, RUNS))
            for name, taken in times.items():
                print("  %6.2f ms  %5.2f  %s" % (min(taken) * 1000, min(taken) / base, name))


if __name__ == "__main__":
    main()
