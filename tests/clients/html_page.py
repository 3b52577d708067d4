#!/usr/bin/env python3
"""Opens the page of an audit in a real browser (chromium), at 360 and at 1600 pixels, light and dark, and validates it.

usage: html_page.py KONCEAL NODE_MODULES [FOLDER]     screenshots go to FOLDER (default: a temporary one)

Fails where no picture is made, where the browser logs a message of the page, where the page asks for anything (a server on loopback
counts every request, and the page's policy would report what it stopped), where it is wider than the window, where html-validate or
a strict parser objects, where a name became markup, and where the page of 500 keys reaches 5 MB. Needs git, chromium, node with
html-validate and Python's html5lib; no network.
"""
import html.parser
import http.server
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading

import html5lib

from keys import leak

DAY = 86400
LONG = "long" * 50
HOSTILE = "\"'><script src=//127.0.0.1/b></script><img src=//127.0.0.1/a onerror='x'>"


class History:
    """A repository whose commits are days apart."""

    def __init__(self, root):
        self.root, self.when, self.draw = root, 1_700_000_000, random.Random(1)
        self.git("init", "-q", "-b", "main")

    def git(self, *args, author=HOSTILE):
        env = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "HOME": self.root}
        for who in ("AUTHOR", "COMMITTER"):
            env.update({f"GIT_{who}_NAME": author, f"GIT_{who}_EMAIL": "f\"'@example.invalid",
                        f"GIT_{who}_DATE": f"{self.when} +0000"})
        subprocess.run(["git", *args], cwd=self.root, env=env, check=True, capture_output=True)

    def write(self, path, text):
        full = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)

    def put(self, path, text, subject, **more):
        self.when += self.draw.randint(3, 40) * DAY
        self.write(path, text)
        self.git("add", "-A", "-f")
        self.git("commit", "-q", "-m", subject, **more)


def hostile(root):
    """Keys that stand, were removed, were pushed and stand in a tag, with names that would be markup or have no end."""
    history = History(root)
    history.put("README.md", "x\n", "begin")
    for number in range(6):
        history.put(f"src/client{number}.py", f"import os\n\n{leak(number)}", f"client {number} {HOSTILE}")
    history.put("src/client1.py", "gone\n", "remove")
    history.git("update-ref", "refs/remotes/origin/main", "HEAD")
    history.put("d/<script src=evil.js></script>\u202e.py", leak(10), "</title><script>alert(2)</script>")
    history.put("d/\"'>&lt;&amp;.env", leak(11), f"{LONG} {LONG}", author=LONG)
    history.put(f"{LONG}/{LONG}.js", "x(1, 2);" * 40 + leak(12), "long")
    history.git("branch", "b\"'<script>")
    history.git("branch", LONG)
    history.git("tag", "-a", "t\"'<b>", "-m", f"{HOSTILE}\n\n{leak(13)}")


def many(root):
    """500 keys, in commits of ten."""
    history = History(root)
    for commit in range(50):
        for number in range(9):
            history.write(f"src/module{commit}/file{number}.env", leak(1000 + commit * 10 + number))
        history.put(f"src/module{commit}/settings.py", f"import os\n\n{leak(1000 + commit * 10 + 9)}", f"module {commit}")
    history.git("rm", "-q", "-r", "src/module3", "src/module4")
    history.git("commit", "-q", "-m", "remove")


def serve(folder):
    """Serves the pages; the list of what was asked for."""
    asked = []

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *args):
            super().__init__(*args, directory=folder)

        def do_GET(self):
            asked.append(self.path)
            super().do_GET()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, asked


def browser(*options):
    with tempfile.TemporaryDirectory() as profile:
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
                   "--enable-logging=stderr", "--v=0", f"--user-data-dir={profile}", *options]
        return subprocess.run(command, capture_output=True, text=True, timeout=120)


def picture(url, width, file, dark):
    """What the browser says while it draws the page."""
    darkness = ["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if dark else []
    run = browser(f"--window-size={width},2400", f"--screenshot={file}", *darkness, url)
    return [row for row in run.stderr.splitlines() if re.search(r"CONSOLE|Refused to|violates", row)]


def is_too_wide(base, name, width, folder):
    """Whether the page is wider than a frame of that width; another page looks, since this one may run no script."""
    with open(os.path.join(folder, "probe.html"), "w", encoding="utf-8") as file:
        file.write(f'<!DOCTYPE html><link rel="icon" href="data:,"><iframe src="{name}" style="width:{width}px;height:900px;border:0"></iframe><p></p><script>onload = () => '
                   '{ const root = document.querySelector("iframe").contentDocument.documentElement;'
                   'document.querySelector("p").textContent = `width ${root.scrollWidth} of ${root.clientWidth}`; }</script>')
    run = browser("--virtual-time-budget=5000", "--window-size=1700,1000", "--dump-dom", f"{base}/probe.html")
    found = re.search(r"width (\d+) of (\d+)", run.stdout)
    assert found, run.stdout[-500:] + run.stderr[-500:]
    return int(found[1]) > int(found[2])


class Markup(html.parser.HTMLParser):
    """Which elements and attributes a page has."""

    def __init__(self):
        super().__init__()
        self.found = set()

    def handle_starttag(self, tag, attributes):
        self.found |= {tag} | {f"{tag} {name}" for name, _ in attributes}


def problems_of(file, modules):
    """What validators and our own eyes say of the source of a page."""
    with open(file, encoding="utf-8") as opened:
        text = opened.read()
    problems = []
    try:
        html5lib.HTMLParser(strict=True).parse(text)
    except html5lib.html5parser.ParseError as error:
        problems.append(f"{file}: strict parser: {error}")
    markup = Markup()
    markup.feed(text)
    loading = {"script", "img", "link", "iframe", "object", "embed", "form", "base"} & markup.found
    handlers = {name for name in markup.found if re.search(r" (on\w+|src|srcset|action|style)$", name)}
    problems += [f"{file}: the page has {name}" for name in sorted(loading | handlers)]
    run = subprocess.run([os.path.join(modules, ".bin", "html-validate"), "--config", os.path.join(os.path.dirname(__file__), "html-validate.json"),
                          file], capture_output=True, text=True)
    if run.returncode != 0:
        problems.append(run.stdout[:4000] + run.stderr[:1000])
    return problems


def main():
    konceal, modules = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    folder = os.path.abspath(sys.argv[3]) if len(sys.argv) > 3 else tempfile.mkdtemp()
    os.makedirs(folder, exist_ok=True)
    if not shutil.which("chromium"):
        sys.exit("html_page.py: chromium is needed")
    problems = []
    server, asked = serve(folder)
    base = f"http://127.0.0.1:{server.server_port}"
    for make in (hostile, many):
        name = f"{make.__name__}.html"
        page = os.path.join(folder, name)
        with tempfile.TemporaryDirectory() as root:
            make(root)
            run = subprocess.run([konceal, "audit", "-C", root, "--format", "html", "--output", page, "-q"])
            assert run.returncode == 1, f"exit code {run.returncode}"
        before = len(problems)
        size = os.path.getsize(page)
        if size >= 5_000_000:
            problems.append(f"{name} has {size} bytes")
        problems += problems_of(page, modules)
        for width in (360, 1600):
            if is_too_wide(base, name, width, folder):
                problems.append(f"{name} is wider than {width} pixels")
            for dark in (False, True):
                file = os.path.join(folder, f"{make.__name__}-{width}{'-dark' if dark else ''}.png")
                problems += picture(f"{base}/{name}", width, file, dark)
                if not os.path.exists(file) or os.path.getsize(file) < 10_000:
                    problems.append(f"no picture of {name} at {width}")
        if len(problems) == before:
            print(f"ok: {name}: {make.__doc__} {size} bytes")
    server.shutdown()
    problems += [f"a page asked for {path}" for path in asked if path not in ("/hostile.html", "/many.html", "/probe.html")]
    if len(asked) < 12:
        problems.append("the pages were not opened")
    for problem in problems:
        print(problem)
    print(f"{'FAILED' if problems else 'ok'}: {folder}")
    sys.exit(1 if problems else 0)


main()
