"""The judgement over everything received: as JSON, as a table, and as a file kept fresh."""

import json
import os
import threading
from collections import Counter
from pathlib import Path

from logs import log

SCHEMA = "vitalgate.hub-verdict/1"
DETAILS_MAX = 50
RANGES_MAX = 1000
LINES_MAX = 10  # of ranges and of violations in the table
WIDTH = 80
WRITE_INTERVAL_S = 0.2


def judge(ledger):
    with ledger.lock:
        known = {key: stream for key, stream in sorted(ledger.streams.items())
                 if not stream.is_empty()}
        names = _names(known)
        streams, ranges = {}, []
        for key, stream in known.items():
            gaps = stream.missing()
            streams[names[key]] = _judge_stream(stream, gaps)
            ranges += [{"stream_id": names[key], "first_seq": first, "last_seq": last}
                       for first, last in gaps]
        verdict = {"schema": SCHEMA}
        for field in ("received", "batches", "duplicates", "repeated_batches", "missing",
                      "dropped", "rejected"):
            verdict[field] = sum(stream[field] for stream in streams.values())
        verdict["missing_ranges"] = ranges[:RANGES_MAX]
        verdict["violations"] = len(ledger.violations)
        verdict["violation_details"] = [
            {"id": event_id, "text": text} for event_id, text in ledger.violations[:DETAILS_MAX]]
        verdict["ignored"] = ledger.ignored
        verdict["other_events"] = dict(sorted(ledger.other_events.items()))
        verdict["streams"] = streams
        verdict["clean"] = not verdict["missing"] and not verdict["violations"]
        return verdict


def _judge_stream(stream, gaps):
    return {
        "gateway_id": stream.gateway_id, "received": stream.stored.total,
        "first_seq": 1, "last_seq": stream.last_seq(),
        "batches": stream.batches, "duplicates": stream.duplicates(),
        "repeated_batches": stream.repeated_batches,
        "missing": sum(last - first + 1 for first, last in gaps),
        "dropped": stream.dropped_total(), "rejected": stream.rejected.total,
        "batch_seqs_missing": stream.batch_seqs_missing(),
    }


def _names(keys):
    """The stream id, with its gateway in front where two gateways have the same one."""
    uses = Counter(stream_id for _, stream_id in keys)
    return {(gateway, stream): stream if uses[stream] == 1 else f"{gateway}.{stream}"
            for gateway, stream in keys}


def table(verdict):
    columns = ("received", "last_seq", "batches", "duplicates", "missing")
    rows = [("stream", *columns)] + [
        (name, *(str(stream[column]) for column in columns))
        for name, stream in verdict["streams"].items()]
    widths = [max(len(row[at]) for row in rows) for at in range(1, len(columns) + 1)]
    name_width = max(WIDTH - sum(widths) - 2 * len(widths), 8)
    name_width = min(name_width, max(len(row[0]) for row in rows))
    lines = []
    for name, *cells in rows:
        cells = [cell.rjust(width) for cell, width in zip(cells, widths)]
        lines.append("  ".join([_clip(name, name_width).ljust(name_width), *cells]))
    for gap in verdict["missing_ranges"][:LINES_MAX]:
        lines.append(f"missing {gap['first_seq']}..{gap['last_seq']} of {gap['stream_id']}")
    for found in verdict["violation_details"][:LINES_MAX]:
        lines.append(f"violation {found['id']}: {found['text']}")
    lines.append("hub: " + " ".join(f"{field}={verdict[field]}" for field in (
        "received", "duplicates", "missing", "violations")))
    return "\n".join(_clip(line, WIDTH) for line in lines)


def _clip(text, width):
    return text if len(text) <= width else text[:width - 1] + "~"


def write_atomically(path, text):
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.write_text(text)
    os.replace(unfinished, path)


class VerdictWriter:
    """Writes the file when the ledger has changed, but not more often than the interval."""

    def __init__(self, ledger, path):
        self._ledger = ledger
        self._path = path
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="verdict")

    def start(self):
        self._write()
        self._thread.start()

    def stop(self):
        self._stopped.set()
        self._ledger.changed.set()
        self._thread.join()
        self._write()

    def _run(self):
        while not self._stopped.is_set():
            self._ledger.changed.wait()
            self._ledger.changed.clear()
            self._write()
            self._stopped.wait(WRITE_INTERVAL_S)

    def _write(self):
        try:
            write_atomically(self._path, json.dumps(judge(self._ledger), indent=1) + "\n")
        except OSError as error:
            log("verdict.unwritten", why=error.strerror)
