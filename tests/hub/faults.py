"""Testing aids: a receiver that misbehaves, as its command line or a control file says.

The control file holds one JSON object, is read again whenever it changes, and may be missing:

    {"fault": "status", "status": 429, "retry_after": 2, "next": 5}

`next` is how many messages are hit (left out: all, until the file changes). Which faults there
are stands in README.md.
"""

import json
import os
import threading
from dataclasses import dataclass

from logs import log

KINDS = ("lost", "late", "repeated", "reordered", "status", "html", "redirect", "cut", "silent")


@dataclass(frozen=True)
class Fault:
    kind: str
    status: int = 503
    retry_after: int = None
    landed: bool = False  # with `status`: only after the message is durable
    seconds: float = 1.0  # of `late`
    group: int = 4  # of `reordered`: so many answers leave in reverse order


class Faults:
    def __init__(self, path=None, delay_s=0.0, drop=0):
        self.delay_s = delay_s
        self._path = path
        self._stamp = None
        self._fault = Fault("lost") if drop else None
        self._left = drop
        self._lock = threading.Lock()

    def next(self):
        """The fault of the message that has just come, or None. Thread-safe."""
        with self._lock:
            self._look_again()
            if self._fault is None or self._left == 0:
                return None
            if self._left is not None:
                self._left -= 1
            fault = self._fault
        log("answer.faulted", kind=fault.kind)
        return fault

    def _look_again(self):
        stamp = self._stamp_now()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        self._fault, self._left = None, 0
        if stamp is None:
            return
        with open(self._path, encoding="utf-8") as file:
            wanted = json.load(file)
        kind, self._left = wanted.pop("fault"), wanted.pop("next", None)
        if kind not in KINDS:
            raise ValueError(f"no such fault: {kind}")
        self._fault = Fault(kind, **wanted)

    def _stamp_now(self):
        """Tells one version of the file from the next, which replaces it with a rename."""
        if not self._path:
            return None
        try:
            found = os.stat(self._path)
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns
