#!/usr/bin/python3
"""The house rules that a program can check: arrows, sizes, bans, dead files, true documents.

Run from anywhere; prints every broken rule with file and line and exits 1 if there is one.
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LINE_MAX, FUNCTION_MAX, FILE_MAX = 100, 60, 400

# Which rooms a room may include (ARCHITECTURE.md, "Arrows"). A room is the longest prefix here.
CORE, CONFIG = "agent/core", "config"
BRIDGE, SYNC, AGENT, CLI = "firmware-bridge", "sync", "agent", "agent/cli"
ARROWS = {
    CORE: {CORE},
    CONFIG: {CORE, CONFIG},
    BRIDGE: {CORE, CONFIG, BRIDGE},
    SYNC: {CORE, CONFIG, SYNC},
    AGENT: {CORE, CONFIG, BRIDGE, SYNC, AGENT},
    CLI: {CORE, CONFIG, BRIDGE, SYNC, AGENT, CLI},
    "tests": {CORE, CONFIG, BRIDGE, SYNC, AGENT, "tests"},
    "packaging": {CORE, CONFIG, BRIDGE, SYNC, AGENT, "packaging"},
}

# Where a library's headers may be included; everywhere else its types and exceptions end.
LIBRARIES = {
    "sqlite3.h": ["sync/buffer/sqlite.cpp", "tests/"],
    "mqtt/": ["sync/uplink/mqtt_session.cpp"],
    "openssl/": ["sync/tls/", "tests/unit/sync/tls/", "sync/batch/digest.cpp", "sync/buffer/sealing.cpp",
                 "sync/buffer/recovery_key.cpp"],
    "curl/": ["sync/uplink/https_handle.h", "sync/uplink/https_session.cpp"],
    "zlib.h": ["sync/uplink/encoding.cpp", "tests/"],
    "zstd": ["sync/buffer/packing.cpp", "sync/uplink/encoding.cpp", "tests/"],
    "systemd/": ["agent/core/log.cpp", "agent/runtime.cpp"],
    "modbus/": ["firmware-bridge/serial/modbus_line.cpp"],
    "toml++/": ["config/toml_file.cpp"],
    "CLI/": ["agent/vitalgated.cpp", "agent/cli/main.cpp", "tests/"],
    "nlohmann/": ["agent/", "config/", "sync/hub_answer.cpp", "tests/"],
    "fmt/": ["agent/cli/", "tests/"],
    "re2/": ["firmware-bridge/serial/line_pattern.cpp"],
    "gtest/": ["tests/"],
    "benchmark/": ["tests/bench/"],
}

BANS = [
    (re.compile(r"\bstd::j?thread\b"), "threads are made by the runtime",
     ["agent/runtime.cpp", "sync/uplink/resolve.cpp", "tests/"]),
    (re.compile(r"\.detach\(\)"), "no detached threads", ["sync/uplink/resolve.cpp"]),
    (re.compile(r"\b(system|popen|strcpy|strcat|sprintf|gets|atoi|tmpnam)\("),
     "unsafe call", ["tests/unit/agent/control_test.cpp"]),
    (re.compile(r"\busing namespace std;"), "no using namespace std", []),
    (re.compile(r"operator<<|struct fmt::formatter|formatter<"),
     "patient-bearing types have no way to be printed", ["tests/"]),
    (re.compile(r"\b(TODO|FIXME|XXX)\b"), "an issue, not a comment", ["tests/tidy/"]),
    (re.compile(r"\bDISABLED_"), "a test that does not run is no test", ["tests/tidy/"]),
    (re.compile(r"/work/|farm-|\.library"), "a path of somebody's machine", ["tests/tidy/"]),
    (re.compile(r"class \w*(Manager|Handler|Helper|Utils)\b"), "a name that says nothing", []),
]

IN_COMMENTS = [pattern for pattern, _, _ in BANS if "TODO" in pattern.pattern
               or "/work/" in pattern.pattern]

problems = []


def report(path, line, text):
    problems.append(f"{path}:{line}: {text}")


def tracked():
    """What git tracks or would; in a folder without git, everything but the builds."""
    git = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-co", "--exclude-standard"]
    out = subprocess.run(git, cwd=ROOT, text=True, capture_output=True)
    if out.returncode == 0:
        return [Path(name) for name in out.stdout.splitlines() if (ROOT / name).is_file()]
    return [path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file()
            and path.relative_to(ROOT).parts[0] not in ("build", ".git")]


def room_of(path):
    text = str(path)
    return max((room for room in ARROWS if text.startswith(room + "/")), key=len, default=None)


def is_allowed(path, places):
    return any(str(path) == place or (place.endswith("/") and str(path).startswith(place))
               for place in places)


def check_include(path, number, target, files):
    if target.startswith('"'):
        name = target.strip('"')
        if Path(name) not in files:
            return report(path, number, f"{name}: includes are written from the root")
        rooms = ARROWS.get(room_of(path))
        if rooms is not None and room_of(name) not in rooms:
            report(path, number, f"{room_of(path)} may not include {room_of(name)} ({name})")
    else:
        name = target.strip("<>")
        for library, places in LIBRARIES.items():
            if name.startswith(library) and not is_allowed(path, places):
                report(path, number, f"<{name}> may be included only by {', '.join(places)}")
    return None


def check_functions(path, lines):
    """Top-level functions: from a line that starts in column 0 and ends in '{' to '}'."""
    start = None
    for number, line in enumerate(lines, 1):
        if re.match(r"[A-Za-z_].*[)a-z] \{$|[A-Za-z_].*\) (const|noexcept|override) \{$", line) \
                and not re.match(r"(namespace|class|struct|enum|union|extern)\b", line):
            start = number
        elif line == "}" and start is not None:
            if number - start > FUNCTION_MAX:
                report(path, start, f"a function of {number - start} lines (at most {FUNCTION_MAX})")
            start = None


def check_source(path, files):
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    if len(lines) > FILE_MAX:
        report(path, 1, f"{len(lines)} lines (at most {FILE_MAX})")
    if path.suffix == ".h":
        if "#pragma once" not in lines:
            report(path, 1, "no #pragma once")
        if not lines[0].startswith("//"):
            report(path, 1, "a header begins with what it promises")
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_MAX:
            report(path, number, f"{len(line)} columns (at most {LINE_MAX})")
        include = re.match(r'#include\s+("[^"]+"|<[^>]+>)', line)
        if include:
            check_include(path, number, include.group(1), files)
        for pattern, why, places in BANS:
            text = line if pattern in IN_COMMENTS else line.split("//")[0]
            if pattern.search(text) and not is_allowed(path, places):
                report(path, number, f"{why}: {line.strip()[:60]}")
    whole = "\n".join(lines)
    for call in re.finditer(r"\b[Jj]son::parse\(([^;]*);", whole):
        if "allow_exceptions" not in call.group(1) and not str(path).startswith("tests/"):
            report(path, whole[:call.start()].count("\n") + 1, "a JSON parse that may throw")
    check_functions(path, lines)


def check_dead_files(sources):
    built = "\n".join((ROOT / p).read_text() for p in sources["cmake"])
    included = set()
    for path in sources["code"]:
        included.update(re.findall(r'#include "([^"]+)"', (ROOT / path).read_text()))
    for path in sources["code"]:
        if path.suffix == ".h" and str(path) not in included:
            report(path, 1, "nobody includes this header")
        if path.suffix == ".cpp" and path.name not in built:
            report(path, 1, "no CMakeLists.txt builds this file")


def check_documents(documents):
    """A path in backticks must exist."""
    rooms = "|".join(sorted({room.split("/")[0] for room in ARROWS} | {"docs", "toolchains"}))
    for path in documents:
        for number, line in enumerate((ROOT / path).read_text().splitlines(), 1):
            for name in re.findall(rf"`((?:{rooms})/[\w./-]*)`", line):
                if not (ROOT / name).exists():
                    report(path, number, f"names {name}, which is not there")


def check_format(code):
    """Layout is clang-format's; without it nothing is said."""
    if shutil.which("clang-format") is None:
        return
    out = subprocess.run(["clang-format", "--dry-run", *map(str, code)], cwd=ROOT, text=True,
                         capture_output=True).stderr
    for path in sorted(set(re.findall(r"^([\w./-]+):\d+:\d+: warning", out, re.M))):
        report(path, 1, f"not formatted: clang-format -i {path}")


def main():
    files = tracked()
    known = set(files)
    code = [p for p in files if p.suffix in (".h", ".cpp")]
    for path in code:
        check_source(path, known)
    for path in files:
        if path.suffix in (".py", ".sh", ".cmake", ".toml", ".md") or path.name == "CMakeLists.txt":
            for number, line in enumerate((ROOT / path).read_text().splitlines(), 1):
                for pattern, why, places in BANS:
                    if pattern in IN_COMMENTS and pattern.search(line) and not is_allowed(path, places):
                        report(path, number, f"{why}: {line.strip()[:60]}")
    check_format(code)
    check_dead_files({"code": code, "cmake": [p for p in files if p.name == "CMakeLists.txt"
                                              or p.suffix == ".cmake"]})
    check_documents([p for p in files if p.suffix == ".md"])
    print("\n".join(problems) or f"tidy: {len(code)} sources follow the house rules")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
