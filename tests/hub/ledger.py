"""What has arrived, across messages and restarts. One lock; every public method takes it.

The bronze files are the truth: the ledger is rebuilt from them, and the journal adds only what
they cannot tell. A message counts from the moment its file is durable, never before.
"""

import hashlib
import threading

from bronze import Bronze
from contract import Batch, verify
from exact_json import read_event
from journal import Journal
from stream import Stream
from violation import Violation
from ranges import runs

REJECT_CODE = "test-reject"
REUSED = "sequence reused with other content"
REPEAT_DIFFERS = "repeat differs from the stored message"


class Ledger:
    def __init__(self, folder, reject_metrics=()):
        self.bronze = Bronze(folder)
        self._journal = Journal(self.bronze.folder / "ledger.jsonl")
        self._reject_metrics = frozenset(reject_metrics)
        self.lock = threading.RLock()
        self.changed = threading.Event()
        self.streams = {}  # (gateway_id, stream_id) -> Stream
        self.events = {}  # event id -> sha256 of its bytes
        self.other_events = {}  # short type -> how many
        self.violations = []  # (event id, text)
        self.ignored = 0
        self._violations_seen = set()

    def open_to_write(self):
        self.bronze.prepare()
        self._journal.open()
        self.load()

    def load(self):
        """Reads journal, then files: a row is stored or rejected as the journal says."""
        for record in self._journal.records():
            self._replay(record)
        for place in self.bronze.places():
            self._load_file(place)

    def close(self):
        self._journal.close()

    def accept(self, batch):
        """The hub's answer to a batch, once it is durable. Raises Violation."""
        with self.lock:
            stream = self.stream(batch.gateway_id, batch.stream_id)
            if self._is_repeat(batch):
                duplicates = len(batch.rows)
                stream.repeat(duplicates)
                self._journal.append("repeat", gateway_id=batch.gateway_id,
                                     stream_id=batch.stream_id, readings=duplicates)
            else:
                duplicates = self._count_known(stream, batch)
                self._reject(stream, batch)
                self._add_batch(batch, self.bronze.land(batch))
            self.changed.set()
            return _answer(stream, batch, duplicates)

    def accept_other(self, event):
        with self.lock:
            if not self._is_repeat(event):
                self.bronze.land(event)
                self._add_other(event)
                self.changed.set()

    def ignore(self):
        with self.lock:
            self.ignored += 1
            self._journal.append("ignored")
            self.changed.set()

    def refuse(self, violation, body):
        """Keeps a refused message. One that is sent again unchanged counts once."""
        digest = hashlib.sha256(body).hexdigest()
        with self.lock:
            self.bronze.keep_violation(body)
            for text in violation.texts:
                if self._add_violation(violation.event_id, text, digest):
                    self._journal.append("violation", id=violation.event_id, text=text,
                                         sha256=digest)
            self.changed.set()

    def stream(self, gateway_id, stream_id):
        key = (gateway_id, stream_id)
        if key not in self.streams:
            self.streams[key] = Stream(gateway_id, stream_id)
        return self.streams[key]

    def _is_repeat(self, message):
        known = self.events.get(message.event_id)
        if known is not None and known != message.sha256:
            raise Violation(message.event_id, [REPEAT_DIFFERS])
        return known is not None

    def _count_known(self, stream, batch):
        """How many rows are already stored, word for word, under other batch ids."""
        if not stream.holds_any(batch.first_seq, batch.last_seq):
            return 0
        known = {}
        for place in stream.places_over(batch.first_seq, batch.last_seq):
            event = read_event(self.bronze.read(place))
            rows = event.envelope["data"]["readings"]
            known.update((row["seq"], text) for row, text in zip(rows, event.row_texts))
        again = [seq for seq in batch.seqs() if seq in known]
        texts = dict(zip(batch.seqs(), batch.row_texts))
        different = [seq for seq in again if texts[seq] != known[seq]]
        if different:
            place = f"first seq {different[0]}, {len(different)} in all"
            raise Violation(batch.event_id, [f"{REUSED} ({place})"])
        return len(again)

    def _reject(self, stream, batch):
        refused = [row["seq"] for row in batch.rows if row["metric"] in self._reject_metrics
                   and row["seq"] not in stream.stored]
        for first, last in runs(refused):
            self._journal.append("rejected", gateway_id=stream.gateway_id,
                                 stream_id=stream.stream_id, first_seq=first, last_seq=last)
            stream.rejected.add(first, last)

    def _add_batch(self, batch, place):
        self.events[batch.event_id] = batch.sha256
        self.stream(batch.gateway_id, batch.stream_id).add(batch, place)

    def _add_other(self, event):
        self.events[event.event_id] = event.sha256
        self.other_events[event.short_type] = self.other_events.get(event.short_type, 0) + 1

    def _add_violation(self, event_id, text, digest):
        key = (event_id, text, digest)
        if key in self._violations_seen:
            return False
        self._violations_seen.add(key)
        self.violations.append((event_id, text))
        return True

    def _replay(self, record):
        kind = record.get("kind")
        if kind == "ignored":
            self.ignored += 1
        elif kind == "violation":
            self._add_violation(record["id"], record["text"], record["sha256"])
        elif kind == "repeat":
            self.stream(record["gateway_id"], record["stream_id"]).repeat(record["readings"])
        elif kind == "rejected":
            stream = self.stream(record["gateway_id"], record["stream_id"])
            stream.rejected.add(record["first_seq"], record["last_seq"])

    def _load_file(self, place):
        body = self.bronze.read(place)
        try:
            message = verify(body)
            if message is None or not self._belongs(message, place):
                raise Violation(place, ["file does not belong where it lies"])
            if isinstance(message, Batch):
                stream = self.stream(message.gateway_id, message.stream_id)
                self._count_known(stream, message)
                self._add_batch(message, place)
            else:
                self._add_other(message)
        except Violation as violation:
            # Not journaled: the file stays and is judged again at the next start.
            for text in violation.texts:
                self._add_violation(violation.event_id, text, hashlib.sha256(body).hexdigest())

    def _belongs(self, message, place):
        if isinstance(message, Batch):
            return Bronze.place(message) == place
        # The lane of the other types may have come from the topic, which no file tells.
        return place.startswith(f"type={message.short_type}/gateway={message.gateway_id}/") \
            and place.endswith(f"/{message.event_id}.json")


def _answer(stream, batch, duplicates):
    rejected = []
    if stream.rejected.total:
        rejected = [{"reading_id": row["reading_id"], "code": REJECT_CODE,
                     "detail": "refused by a testing aid"}
                    for row in batch.rows if row["seq"] in stream.rejected]
    stored = stream.stored.touching(batch.first_seq, batch.last_seq)
    return {"stream_id": batch.stream_id, "stored": [list(pair) for pair in stored],
            "duplicates": duplicates, "rejected": rejected}
