#!/usr/bin/env python3
"""Whole processes against programs that read the same bytes: medians and their ratio, as Markdown.

usage: processes.py KONCEAL REPOSITORY... [--runs N]     needs git and rg on PATH

| what | against |
| scan | rg -uuu -c konver |
| scan --staged, ten files staged (in a copy that shares the objects) | git diff --cached --stat |
| scan --history | git cat-file --batch-all-objects --unordered --buffer --batch |
"""
import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time


def once(argv, at):
    start = time.perf_counter()
    code = subprocess.run(argv, cwd=at, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
    return time.perf_counter() - start, code


def median(ours, theirs, at, runs):
    """Medians of both, run in turn so that a busy moment meets both; one run of each first, to warm the caches."""
    times = ([], [])
    for n in range(runs + 1):
        for which, argv in enumerate((ours, theirs)):
            seconds, code = once(argv, at)
            if code not in (0, 1):
                sys.exit("%s: exit %d" % (" ".join(argv), code))
            if n:
                times[which].append(seconds)
    return [statistics.median(t) for t in times]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("konceal")
    parser.add_argument("repository", nargs="+")
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    konceal = os.path.abspath(options.konceal)
    for need in ("git", "rg"):
        if not shutil.which(need):
            sys.exit("%s is not installed" % need)
    print("| repository | what | konceal, ms | other, ms | ratio |\n| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        for number, repository in enumerate(options.repository):
            name = pathlib.Path(repository).resolve().name
            copy = pathlib.Path(folder) / str(number)
            subprocess.run(["git", "clone", "-q", "--shared", repository, str(copy)], check=True)
            scan = [konceal, "scan", "-q", "--format", "json", "--no-known-keys", "--fail-on", "never"]
            cases = [("tree", scan, ["rg", "-uuu", "-c", "konver"], copy)]
            for n in range(10):
                (copy / ("staged-%d.js" % n)).write_text("export const n = process.env.KONVER_API_KEY + %d;\n" % n * 20)
            subprocess.run(["git", "add", "-f", "."], cwd=copy, check=True)
            cases.append(("staged", scan + ["--staged"], ["git", "diff", "--cached", "--stat"], copy))
            every = ["git", "cat-file", "--batch-all-objects", "--unordered", "--buffer", "--batch"]
            cases.append(("history", scan + ["--history"], every, repository))
            for what, ours, theirs, at in cases:
                a, b = median(ours, theirs, at, options.runs)
                print("| %s | %s | %.1f | %.1f | %.2f |" % (name, what, a * 1000, b * 1000, a / b), flush=True)


if __name__ == "__main__":
    main()
