#!/usr/bin/env python3
"""How long a scan of a whole history takes, against the floor: inflating every blob's entry once.

    benches/history.py target/release/konceal REPOSITORY... [--runs N] [--threads N]

For each repository: the best of N runs of `konceal scan --history`, with its peak memory; of `git cat-file
--batch-all-objects` reading the same objects; and of `git rev-list --objects --all`, which walks commits and trees only.
Run it on a quiet machine; compare only what one run measured."""
import argparse
import json
import os
import resource
import subprocess
import sys
import time


def best(argv, runs, **kw):
    """Seconds of the fastest run, and its output."""
    times = []
    for _ in range(runs):
        start = time.monotonic()
        out = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **kw).stdout
        times.append(time.monotonic() - start)
    return min(times), out


def discarded(argv, runs):
    times = []
    for _ in range(runs):
        start = time.monotonic()
        subprocess.run(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        times.append(time.monotonic() - start)
    return min(times)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("konceal")
    arguments.add_argument("repositories", nargs="+")
    arguments.add_argument("--runs", type=int, default=3)
    arguments.add_argument("--threads", type=int, default=os.cpu_count())
    given = arguments.parse_args()
    print("| repository | objects | blobs, MB | konceal, s | peak, MB | cat-file, s | rev-list, s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for repository in given.repositories:
        scan = [os.path.abspath(given.konceal), "scan", "--history", "-C", repository, "--format", "json", "--no-config",
                "--no-baseline", "--no-known-keys", "--threads", str(given.threads)]
        seconds, out = best(scan, given.runs)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        coverage = json.loads(out)["coverage"]
        cat = discarded(["git", "-C", repository, "cat-file", "--batch-all-objects", "--unordered", "--buffer", "--batch"], given.runs)
        walk = discarded(["git", "-C", repository, "rev-list", "--objects", "--all", "--missing=allow-any"], given.runs)
        name = os.path.basename(os.path.dirname(os.path.abspath(repository))) or repository
        print("| %s | %d | %d, %d | %.2f | %d | %.2f | %.2f |" % (
            name, coverage["objects"], coverage["blobs"], coverage["bytes"] // 1_000_000, seconds, peak, cat, walk))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
