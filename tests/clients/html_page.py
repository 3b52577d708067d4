#!/usr/bin/env python3
"""Opens the HTML report of a made-up history in a real browser (chromium), at 360 and at 1600 pixels, light and dark.

usage: html_page.py KONCEAL [FOLDER]     screenshots go to FOLDER (default: a temporary one)

Fails where no picture is made, where the browser logs a message of the page, or where the page asks for anything: a server on
loopback counts every request, and the page's policy would report what it stopped. Needs git and chromium; no network.
"""
import http.server
import os
import random
import re
import shutil
import string
import subprocess
import sys
import tempfile
import threading

DAY = 86400


def make(root):
    """A history with keys that stand, that were removed, and with names that would be markup."""
    draw = random.Random(1)
    when = 1_700_000_000

    def git(*args):
        env = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_NOSYSTEM": "1", "HOME": root}
        for who in ("AUTHOR", "COMMITTER"):
            env.update({f"GIT_{who}_NAME": "<img src=//127.0.0.1/a>", f"GIT_{who}_EMAIL": "f@example.invalid",
                        f"GIT_{who}_DATE": f"{when} +0000"})
        subprocess.run(["git", *args], cwd=root, env=env, check=True, capture_output=True)

    def put(path, text, subject):
        nonlocal when
        when += draw.randint(3, 40) * DAY
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)
        git("add", "-A", "-f")
        git("commit", "-q", "-m", subject)

    def leak():
        return 'KONVER_API_KEY = "%s"\n' % "".join(draw.choice(string.ascii_letters + string.digits) for _ in range(40))

    git("init", "-q", "-b", "main")
    put("README.md", "x\n", "begin")
    for number in range(6):
        put(f"src/client{number}.py", f"import os\n\n{leak()}", f"client {number} <script>alert(1)</script>")
    put("src/client1.py", "gone\n", "remove")
    put("d/<script src=evil.js></script>\u202e.py", leak(), "</title><script>alert(2)</script>")
    put("a-very-long-name-" * 8 + ".js", "x(1, 2);" * 40 + leak(), "long")


def serve(folder):
    """Serves the page; the list of what was asked for."""
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


def picture(url, width, file, dark):
    with tempfile.TemporaryDirectory() as profile:
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                   "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
                   "--enable-logging=stderr", "--v=0", f"--user-data-dir={profile}", f"--window-size={width},2400",
                   f"--screenshot={file}", *(["--force-dark-mode", "--blink-settings=preferredColorScheme=0"] if dark else []), url]
        run = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return [row for row in run.stderr.splitlines() if re.search(r"CONSOLE|Refused to|violates", row)]


def main():
    konceal = os.path.abspath(sys.argv[1])
    if not shutil.which("chromium"):
        sys.exit("html_page.py: chromium is needed")
    folder = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else tempfile.mkdtemp()
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory() as root:
        make(root)
        page = os.path.join(folder, "report.html")
        run = subprocess.run([konceal, "scan", "--history", "-C", root, "--format", "html", "--output", page, "-q"])
        assert run.returncode == 1, f"exit code {run.returncode}"
    problems = []
    server, asked = serve(folder)
    for width in (360, 1600):
        for dark in (False, True):
            file = os.path.join(folder, f"{width}{'-dark' if dark else ''}.png")
            messages = picture(f"http://127.0.0.1:{server.server_port}/report.html", width, file, dark)
            problems += messages
            if not os.path.exists(file) or os.path.getsize(file) < 10_000:
                problems.append(f"no picture at {width}")
    server.shutdown()
    problems += [f"the page asked for {path}" for path in asked if path != "/report.html"]
    if len(asked) < 4:
        problems.append("the page was not opened")
    for problem in problems:
        print(problem)
    print(f"{'FAILED' if problems else 'ok'}: {folder}")
    sys.exit(1 if problems else 0)


main()
