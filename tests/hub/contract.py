"""The upload contract, version 1: turns the bytes of one message into what they claim to be.

verify() is pure. It knows nothing of earlier messages; the ledger judges those.
"""

import hashlib
import re
from dataclasses import dataclass

import forms
from exact_json import Malformed, read_event
from ranges import Ranges
from readings import check_rows
from violation import NO_ID, Problems, Violation

READINGS_TYPE = "io.vitalgate.readings.v1"
OTHER_TYPES = {f"io.vitalgate.{short}.v1": short
               for short in ("waveform", "quarantine", "quality", "status", "event")}
_SOURCE_PREFIX = "urn:vitalgate:"
_DATASCHEMA = re.compile(r"urn:vitalgate:readings:(1\.[0-9]{1,4})")
_DATA_FORMS = {
    "schema_version": forms.is_version, "gateway_id": forms.is_name, "site_id": forms.is_text,
    "stream_id": forms.is_name, "lane": forms.is_name, "batch_seq": forms.is_sequence,
    "first_seq": forms.is_sequence, "last_seq": forms.is_count, "count": forms.is_count,
    "dropped": forms.is_list, "sealed_at": forms.is_timestamp,
    "low_watermark": forms.is_timestamp, "backfill": forms.is_bool,
    "agent_version": forms.is_text, "config_version": forms.is_count,
    "readings_sha256": forms.is_sha256, "readings": forms.is_list,
}


@dataclass(frozen=True)
class Topic:
    gateway_id: str
    lane: str


@dataclass
class Batch:
    event_id: str
    gateway_id: str
    stream_id: str
    lane: str
    date: str
    batch_seq: int
    first_seq: int
    last_seq: int
    dropped: list  # (first, last) pairs
    backfill: bool
    rows: list
    row_texts: list  # the exact text of each row
    body: bytes
    sha256: bytes  # of the body

    def seqs(self):
        return [row["seq"] for row in self.rows]


@dataclass
class OtherEvent:
    event_id: str
    short_type: str
    gateway_id: str
    lane: str
    date: str
    body: bytes
    sha256: bytes


def verify(body, topic=None):
    """A Batch, an OtherEvent, or None for a type this receiver does not know."""
    try:
        event = read_event(body)
    except Malformed as error:
        raise Violation(NO_ID, [str(error)], kind="malformed") from None
    envelope = event.envelope
    event_id = envelope.get("id") if forms.is_event_id(envelope.get("id")) else NO_ID
    event_type = envelope.get("type")
    if not forms.is_text(event_type):
        raise Violation(event_id, ["envelope field type is missing or wrong"])
    if event_type == READINGS_TYPE:
        return _verify_batch(event, event_id, body, topic)
    if event_type in OTHER_TYPES:
        return _verify_other(envelope, event_id, body, topic)
    return None


def _verify_batch(event, event_id, body, topic):
    problems = Problems()
    data = event.envelope.get("data")
    if not isinstance(data, dict):
        problems.add("data is missing or not an object")
        problems.raise_any(event_id)
    for name, is_right in _DATA_FORMS.items():
        if not is_right(data.get(name)):
            problems.add(f"data field {name} is missing or wrong")
    problems.raise_any(event_id)  # the rules below lean on these fields

    _check_envelope(event.envelope, data, problems)
    _check_names(data, topic, problems)
    dropped = _read_dropped(data, problems)
    _check_sequence(data, dropped, problems)
    digest = hashlib.sha256(event.readings_text.encode()).hexdigest()
    if digest != data["readings_sha256"]:
        problems.add("readings_sha256 is not the hash of the readings")
    check_rows(data, problems)
    problems.raise_any(event_id)
    return Batch(
        event_id=event_id, gateway_id=data["gateway_id"], stream_id=data["stream_id"],
        lane=data["lane"], date=data["sealed_at"][:10], batch_seq=data["batch_seq"],
        first_seq=data["first_seq"], last_seq=data["last_seq"], dropped=dropped,
        backfill=data["backfill"], rows=data["readings"], row_texts=event.row_texts, body=body,
        sha256=hashlib.sha256(body).digest())


def _check_envelope(envelope, data, problems):
    gateway, stream, number = data["gateway_id"], data["stream_id"], data["batch_seq"]
    expected = {
        "specversion": "1.0", "id": f"{gateway}.{stream}.b{number:012d}",
        "source": _SOURCE_PREFIX + gateway, "subject": stream,
        "datacontenttype": "application/json", "partitionkey": gateway,
        "sequence": f"{number:012d}",
    }
    for name, value in expected.items():
        if envelope.get(name) != value:
            problems.add(f"envelope field {name} is missing or wrong")
    if not forms.is_timestamp(envelope.get("time")):
        problems.add("envelope field time is missing or wrong")
    schema = envelope.get("dataschema")
    match = _DATASCHEMA.fullmatch(schema) if isinstance(schema, str) else None
    if not match or match[1] != data["schema_version"]:
        problems.add("envelope field dataschema is missing or wrong")


def _check_names(data, topic, problems):
    lane = data["lane"]
    if lane == "ack":
        problems.add("lane has the name of the answers")
    if not data["stream_id"].startswith(lane + "-") or data["stream_id"] == lane + "-":
        problems.add("stream_id is not the lane and an epoch")
    if topic and topic.gateway_id != data["gateway_id"]:
        problems.add("the topic names another gateway")
    if topic and topic.lane != lane:
        problems.add("the topic names another lane")


def _read_dropped(data, problems):
    pairs = []
    for entry in data["dropped"]:
        first, last = (entry.get("first_seq"), entry.get("last_seq")) \
            if isinstance(entry, dict) else (None, None)
        if not forms.is_sequence(first) or not forms.is_sequence(last) or first > last:
            problems.add("a dropped range is not a range")
        elif not forms.is_text(entry.get("reason")):
            problems.add("a dropped range gives no reason")
        else:
            pairs.append((first, last))
    return pairs


def _check_sequence(data, dropped, problems):
    """Rows and dropped ranges together fill first_seq..last_seq, each number once."""
    rows, last_seq = data["readings"], data["last_seq"]
    if data["count"] != len(rows):
        problems.add("count is not the number of readings")
    missing_by_right = Ranges(dropped)
    due = data["first_seq"]
    for number, row in enumerate(rows, start=1):
        due = _after_dropped(due, last_seq, missing_by_right)
        seq = row.get("seq") if isinstance(row, dict) else None
        if seq != due or due > last_seq:
            problems.add("seq does not follow", f"row {number}, due {due}")
            return
        due += 1
    due = _after_dropped(due, last_seq, missing_by_right)
    if due <= last_seq:
        problems.add("seq ends before last_seq", f"due {due}")
    elif last_seq < data["first_seq"] - 1:
        problems.add("last_seq lies before first_seq")


def _after_dropped(due, last_seq, dropped):
    end = dropped.end_of(due) if due <= last_seq else None
    return due if end is None else end + 1


def _verify_other(envelope, event_id, body, topic):
    """The contract gives these types "the same envelope"; their data is landed unread."""
    problems = Problems()
    source = envelope.get("source")
    gateway = source.removeprefix(_SOURCE_PREFIX) if isinstance(source, str) else ""
    if not forms.is_name(gateway) or source != _SOURCE_PREFIX + gateway:
        problems.add("envelope field source is missing or wrong")
    if envelope.get("specversion") != "1.0":
        problems.add("envelope field specversion is missing or wrong")
    if event_id == NO_ID:
        problems.add("envelope field id is missing or wrong")
    if not forms.is_timestamp(envelope.get("time")):
        problems.add("envelope field time is missing or wrong")
    if topic and topic.gateway_id != gateway:
        problems.add("the topic names another gateway")
    data = envelope.get("data")
    lane = data.get("lane") if isinstance(data, dict) else None
    if lane is None:
        lane = topic.lane if topic else "none"
    if not forms.is_name(lane):
        problems.add("data field lane is wrong")
    problems.raise_any(event_id)
    return OtherEvent(event_id, OTHER_TYPES[envelope["type"]], gateway, lane,
                      envelope["time"][:10], body, hashlib.sha256(body).digest())
