"""ledger.jsonl: what the bronze files alone cannot tell, one JSON object a line, append-only.

    {"kind":"repeat", "gateway_id":…, "stream_id":…, "readings":n}   a batch came again
    {"kind":"violation", "id":…, "text":…, "sha256":…}               a message was refused
    {"kind":"rejected", "gateway_id":…, "stream_id":…, "first_seq":…, "last_seq":…}
    {"kind":"ignored"}                                               a type not known here
"""

import fcntl
import json


class Journal:
    """Without open() it only reads: the verdict may look while a receiver is writing."""

    def __init__(self, path):
        self._path = path
        self._file = None

    def open(self):
        """Raises BlockingIOError while another receiver holds the same folder."""
        self._file = open(self._path, "a+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise
        self._file.seek(0)
        if not (b"\n" + self._file.read()).endswith(b"\n"):
            self._file.write(b"\n")  # ends a line that a crash cut short

    def records(self):
        if not self._path.exists():
            return
        for line in self._path.read_bytes().splitlines():
            try:
                record = json.loads(line)
            except ValueError:
                continue  # empty, or cut short by a crash
            if isinstance(record, dict):
                yield record

    def append(self, kind, **fields):
        if self._file is None:
            return
        line = json.dumps({"kind": kind, **fields}, separators=(",", ":"))
        self._file.write(line.encode() + b"\n")
        self._file.flush()

    def close(self):
        if self._file:
            self._file.close()
