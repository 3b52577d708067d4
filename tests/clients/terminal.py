#!/usr/bin/env python3
"""What a person sees: konceal on a real terminal of 80 columns and 24 lines, emulated by pyte, and its pictures, light and dark.

usage: terminal.py KONCEAL [FOLDER]      pictures go to FOLDER (default: a temporary one)

Fails where a line is wider than the terminal, where a hook's message needs more than its screen, where the progress bar of a long
history is missing, differs from the one in README.md, or stays behind, and where NO_COLOR leaves a colour. Needs git, chromium and
pyte (PyPI); no network.
"""
import errno
import fcntl
import html
import os
import pathlib
import pty
import re
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time

import pyte

from checks import FAILED, check
from keys import key

ROOT = pathlib.Path(__file__).resolve().parents[2]
COLUMNS, LINES = 80, 24
FILES = 8000
# A bar is shown after one second, and has to be seen to move.
SECONDS = 2.5
BAR = re.compile(r"^\[=*>? *\] +\d+ % \d[\d,]* of \d[\d,]* objects, [\d.]+ [KMG]iB$")
# What a light and a dark terminal make of the sixteen colours.
THEMES = {
    "light": {"default": "#1f2328", "paper": "#ffffff", "black": "#24292f", "red": "#b3261e", "green": "#1a7f37",
              "brown": "#8a6100", "blue": "#0550ae", "magenta": "#8250df", "cyan": "#0f6f78", "white": "#6e7781"},
    "dark": {"default": "#d0d0d0", "paper": "#101418", "black": "#4d4d4d", "red": "#ff6b64", "green": "#56d364",
             "brown": "#e3b341", "blue": "#6cb6ff", "magenta": "#d2a8ff", "cyan": "#56d4dd", "white": "#ffffff"},
}


class Terminal:
    """A command that ran on a terminal: its code, what it wrote as it came, and the lines that scrolled by."""

    def __init__(self, command, at, environment):
        self.written, self.frames = b"", []
        screen = pyte.HistoryScreen(COLUMNS, LINES, history=10_000, ratio=0.5)
        stream = pyte.ByteStream(screen)
        child, terminal = pty.fork()
        if child == 0:
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
            os.chdir(at)
            os.execvpe(command[0], command, environment)
        begin = time.monotonic()
        while True:
            select.select([terminal], [], [], 60)
            try:
                some = os.read(terminal, 65536)
            except OSError as error:
                if error.errno != errno.EIO:
                    raise
                some = b""
            if not some:
                break
            self.written += some
            stream.feed(some)
            self.frames.append((time.monotonic() - begin, [line.rstrip() for line in screen.display]))
        self.code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        self.rows = [[row[x] for x in range(COLUMNS)] for row in list(screen.history.top) + [screen.buffer[y] for y in range(LINES)]]
        self.lines = ["".join(cell.data for cell in row).rstrip() for row in self.rows]
        while self.lines and not self.lines[-1]:
            self.lines.pop()
            self.rows.pop()

    def plain(self):
        """What was written, without colours, line by line as it was sent: a wide one is not yet broken."""
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", self.written.decode()).replace("\r\n", "\n")


def picture(terminal, command, file):
    """Light above dark, as a browser draws them."""
    page = ["<meta charset=utf-8><style>body{margin:0}pre{font:15px/1.25 'DejaVu Sans Mono',monospace;margin:0;padding:12px}</style>"]
    for theme in THEMES.values():
        page.append("<pre style='color:%s;background:%s'>$ %s\n" % (theme["default"], theme["paper"], html.escape(command)))
        for row in terminal.rows:
            for cell in row:
                style = "color:" + theme.get(cell.fg, "#" + cell.fg if re.fullmatch("[0-9a-f]{6}", cell.fg) else theme["default"])
                style += ";font-weight:bold" if cell.bold else ""
                page.append("<span style='%s'>%s</span>" % (style, html.escape(cell.data)))
            page.append("\n")
        page.append("</pre>")
    source = file.with_suffix(".html")
    source.write_text("".join(page))
    height = 2 * (len(terminal.rows) + 1) * 19 + 60
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
                        "--user-data-dir=" + profile, "--window-size=760,%d" % height, "--screenshot=%s" % file, "file://%s" % source],
                       capture_output=True, timeout=120, check=True)
    return file.stat().st_size > 5_000


def long_history(folder, env):
    """Commits files that have to be looked at closely, since all of them speak of Konver, until a scan takes some seconds here."""
    line = b"".join(b"%d times the konver client is mentioned = %d\n" % (n, n) for n in range(200))
    count = FILES
    while True:
        started = time.monotonic()
        subprocess.run(["konceal", "scan", "--history"], cwd=folder, env=env, capture_output=True)
        if time.monotonic() - started > SECONDS:
            return
        blobs = b"".join(b"blob\nmark :%d\ndata %d\n%d\n%s\n" % (n, len(line) + len(b"%d\n" % (count + n)), count + n, line) for n in range(1, count + 1))
        commit = b"commit refs/heads/main\ncommitter Fixture <fixture@example.invalid> 1700000000 +0000\ndata 4\nmany\nfrom refs/heads/main^0\n"
        files = b"".join(b"M 100644 :%d many/%d\n" % (n, count + n) for n in range(1, count + 1))
        subprocess.run(["git", "-c", "core.compression=1", "fast-import", "--quiet"], cwd=folder, env=env, input=blobs + commit + files, check=True)
        count *= 2


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    konceal = pathlib.Path(sys.argv[1]).resolve()
    pictures = pathlib.Path(sys.argv[2] if len(sys.argv) == 3 else tempfile.mkdtemp()).resolve()
    pictures.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="terminal-") as folder:
        folder = pathlib.Path(folder)
        (folder / "home").mkdir()
        (folder / "bin").mkdir()
        (folder / "bin/konceal").symlink_to(konceal)
        env = {"PATH": "%s:%s" % (folder / "bin", os.environ["PATH"]), "HOME": str(folder / "home"), "TERM": "xterm-256color",
               "LC_ALL": "C.UTF-8", "GIT_CONFIG_NOSYSTEM": "1"}
        for who in ("AUTHOR", "COMMITTER"):
            env.update({"GIT_%s_NAME" % who: "Fixture", "GIT_%s_EMAIL" % who: "fixture@example.invalid"})
        repo = folder / "repo"
        (repo / "app").mkdir(parents=True)

        def git(*arguments):
            subprocess.run(["git", *arguments], cwd=repo, env=env, check=True, capture_output=True)

        git("init", "-q", "-b", "main")
        (repo / "app/main.py").write_text("import app.client\n")
        git("add", "-A")
        git("commit", "-q", "-m", "Begin")
        subprocess.run(["konceal", "hook", "install"], cwd=repo, env=env, check=True, capture_output=True)
        client = "import os\n\nimport requests\n\nURL = \"https://api.konver.ai\"\nheaders = {\"X-Api-Key\": %s}\n" \
                 "requests.get(URL + \"/v1/company/1\", headers=headers)\n"
        leaking = client % ('"%s"' % key(1))
        shows = {"blocked": (["git", "commit", "-m", "Call Konver"], leaking, 1),
                 "clean": (["git", "commit", "-m", "Call Konver"], client % "os.environ[\"KONVER_API_KEY\"]", 0),
                 "help": (["konceal", "--help"], None, 0), "scan-help": (["konceal", "scan", "-h"], None, 0),
                 "wrong": (["konceal", "scan", "--stagged"], None, 2), "history": (["konceal", "scan", "--history"], None, 1)}
        for name, (command, text, code) in shows.items():
            if text:
                (repo / "app/client.py").write_text(text)
                git("add", "-A")
            if name == "history":
                (repo / "app/client.py").write_text(leaking)
                git("commit", "-q", "--no-verify", "-am", "Call Konver")
                long_history(repo, env)
            seen = Terminal(command, repo, env)
            wide = [line for line in seen.plain().splitlines() if len(line.split("\r")[-1]) > COLUMNS]
            check("%s: ends with %d, nothing wider than %d columns" % (name, code, COLUMNS), seen.code == code and not wide,
                  "%d\n%s\n%s" % (seen.code, wide, seen.plain()))
            check("%s: no key" % name, key(1) not in seen.plain())
            if name in ("blocked", "clean", "help"):
                check("%s: fits a screen (%d lines)" % (name, len(seen.lines)), len(seen.lines) <= LINES, "\n".join(seen.lines))
            if name in ("blocked", "history"):
                check("%s: has colours" % name, b"\x1b[3" in seen.written)
                without = Terminal(command, repo, {**env, "NO_COLOR": "1"})
                colours = [sgr for sgr in re.findall(r"\x1b\[[0-9;]*m", without.written.decode()) if sgr not in ("\x1b[0m", "\x1b[m")]
                check("%s: has none with NO_COLOR" % name, not colours, colours)
            if name == "history":
                # What was read may end in the middle of a bar.
                bars = [(at, line) for at, lines in seen.frames for line in lines if line.startswith("[") and line.endswith("iB")]
                check("history: a progress bar, after a second", bars and bars[0][0] > 0.9, "%s\n%s" % (bars, seen.frames[-1][0]))
                print("     " + bars[len(bars) // 2][1] if bars else "")
                check("history: it moves", len(set(bars)) > 1, bars)
                shape = [line for line in (ROOT / "README.md").read_text().splitlines() if line.startswith("[=")]
                other = [line for line in shape + [line for _, line in bars] if not BAR.match(line)]
                check("history: README.md shows it as it is", bars and len(shape) == 1 and not other, other)
                check("history: it is gone at the end", not any(BAR.match(line) for line in seen.lines), "\n".join(seen.lines))
            check("%s: a picture" % name, picture(seen, " ".join(command), pictures / ("terminal-%s.png" % name)))
    print("%d failed" % len(FAILED))
    return 1 if FAILED else 0


if __name__ == "__main__":
    sys.exit(main())
