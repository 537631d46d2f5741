"""The landing folder: every accepted message unchanged in one immutable file.

    gateway=<gw>/lane=<lane>/date=<day>/<event id>.json              readings
    type=<short>/gateway=<gw>/lane=<lane>/date=<day>/<event id>.json  the other types
    violations/<sha256>.body                                          what was refused
    ledger.jsonl                                                      see journal.py

The parts of a path come from contract.verify(), which lets only plain names through.
"""

import hashlib
import os
from pathlib import Path

from contract import Batch

VIOLATION_BODIES_MAX = 1000  # a sender gone wild must not fill the disk


class Bronze:
    def __init__(self, folder):
        self.folder = Path(folder)
        self._unfinished = self.folder / ".unfinished"
        self._violations = self.folder / "violations"

    def prepare(self):
        """Creates the folder and clears what a crash left half written."""
        for folder in (self.folder, self._unfinished, self._violations):
            _make_folder(folder)
        for leftover in self._unfinished.iterdir():
            leftover.unlink()

    @staticmethod
    def place(message):
        """Where a Batch or an OtherEvent belongs, relative to the folder."""
        parts = [f"gateway={message.gateway_id}", f"lane={message.lane}",
                 f"date={message.date}", f"{message.event_id}.json"]
        if not isinstance(message, Batch):
            parts.insert(0, f"type={message.short_type}")
        return "/".join(parts)

    def land(self, message):
        """Durable when it returns: the bytes, the name and every new folder on the way."""
        place = self.place(message)
        target = self.folder / place
        _make_folder(target.parent)
        unfinished = self._unfinished / target.name
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as file:
            file.write(message.body)
            file.flush()
            os.fchmod(file.fileno(), 0o444)
            os.fsync(file.fileno())
        os.rename(unfinished, target)
        _sync_folder(target.parent)
        return place

    def keep_violation(self, body):
        path = self._violations / f"{hashlib.sha256(body).hexdigest()}.body"
        if not path.exists() and len(os.listdir(self._violations)) < VIOLATION_BODIES_MAX:
            path.write_bytes(body)

    def read(self, place):
        return (self.folder / place).read_bytes()

    def places(self):
        """Every landed file, sorted, relative to the folder."""
        found = []
        for pattern in ("gateway=*", "type=*"):
            for top in self.folder.glob(pattern):
                for folder, _, names in os.walk(top):
                    inside = Path(folder).relative_to(self.folder)
                    found += [f"{inside}/{name}" for name in names]
        return sorted(found)


def _make_folder(folder):
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder):
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
