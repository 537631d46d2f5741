"""Batches for the tests, written by hand from the contract page."""

import hashlib
import json

GATEWAY, LANE, STREAM = "clinic-042", "vitals", "vitals-k7p3q9x2ab"
REMOVED = object()  # as a changed value: the field is left out

# The example of the contract page, character for character, with its two elisions filled in.
GOLDEN = b"""\
{"specversion":"1.0",
 "id":"clinic-042.vitals-k7p3q9x2ab.b000000001842",
 "source":"urn:vitalgate:clinic-042",
 "type":"io.vitalgate.readings.v1",
 "subject":"vitals-k7p3q9x2ab",
 "time":"2026-03-02T14:05:07.120Z",
 "datacontenttype":"application/json",
 "dataschema":"urn:vitalgate:readings:1.0",
 "partitionkey":"clinic-042",
 "sequence":"000000001842",
 "data":{
  "schema_version":"1.0","gateway_id":"clinic-042","site_id":"site-17",
  "stream_id":"vitals-k7p3q9x2ab","lane":"vitals","batch_seq":1842,
  "first_seq":93471,"last_seq":93472,"count":2,"dropped":[],
  "sealed_at":"2026-03-02T14:05:07.120Z","low_watermark":"2026-03-02T14:05:00.000Z",
  "backfill":false,"agent_version":"1.0.0","config_version":27,
  "readings_sha256":"f0ae758564299b358e29748a419eca42b0283bd7628a7f16f73543edc2a84127",
  "readings":[
   {"reading_id":"clinic-042.vitals-k7p3q9x2ab.000000093471","seq":93471,
    "device_id":"spo2-bay1","metric":"heart_rate","code":"loinc:8867-4","mdc":149530,
    "observed_at":"2026-03-02T14:05:00.020Z","received_at":"2026-03-02T14:05:00.097Z",
    "clock":"device","value_num":98,"unit":"/min","quality":"good"},
   {"reading_id":"clinic-042.vitals-k7p3q9x2ab.000000093472","seq":93472,
    "device_id":"bp-room3","metric":"blood_pressure_systolic","code":"loinc:8480-6","mdc":150021,
    "observed_at":"2026-03-02T14:04:41.000Z","received_at":"2026-03-02T14:05:00.418Z",
    "clock":"corrected","clock_offset_ms":-1200,"group":"clinic-042.vitals-k7p3q9x2ab.000000093472",
    "value_num":121.0,"unit":"mm[Hg]","quality":"questionable","flags":["body_movement"],
    "raw":"HnkAUQBeAOoHAwIOBCkA"}]}}
"""


def _changed(fields, changes):
    fields = {**fields, **(changes or {})}
    return {name: value for name, value in fields.items() if value is not REMOVED}


def reading(seq, stream=STREAM, gateway=GATEWAY, **changes):
    return _changed({
        "reading_id": f"{gateway}.{stream}.{seq:012d}", "seq": seq, "device_id": "spo2-bay1",
        "metric": "heart_rate", "code": "loinc:8867-4", "mdc": 149530,
        "observed_at": "2026-03-02T14:05:00.020Z", "received_at": "2026-03-02T14:05:00.097Z",
        "clock": "device", "value_num": 60 + seq % 40, "unit": "/min", "quality": "good",
    }, changes)


def readings(first, last, **changes):
    return [reading(seq, **changes) for seq in range(first, last + 1)]


def batch(rows, number=1, stream=STREAM, gateway=GATEWAY, lane=LANE, data=None, envelope=None):
    """The bytes of a batch of `rows`; `data` and `envelope` change single fields of it."""
    rows_text = ",".join(json.dumps(row, separators=(",", ":")) for row in rows)
    seqs = [row["seq"] for row in rows] or [1]
    fields = _changed({
        "schema_version": "1.0", "gateway_id": gateway, "site_id": "site-17",
        "stream_id": stream, "lane": lane, "batch_seq": number,
        "first_seq": seqs[0], "last_seq": seqs[-1], "count": len(rows), "dropped": [],
        "sealed_at": "2026-03-02T14:05:07.120Z", "low_watermark": "2026-03-02T14:05:00.000Z",
        "backfill": False, "agent_version": "1.0.0", "config_version": 27,
        "readings_sha256": hashlib.sha256(rows_text.encode()).hexdigest(),
        "readings": "@ROWS@",
    }, data)
    text = json.dumps(_changed({
        "specversion": "1.0", "id": f"{gateway}.{stream}.b{number:012d}",
        "source": f"urn:vitalgate:{gateway}", "type": "io.vitalgate.readings.v1",
        "subject": stream, "time": "2026-03-02T14:05:07.120Z",
        "datacontenttype": "application/json", "dataschema": "urn:vitalgate:readings:1.0",
        "partitionkey": gateway, "sequence": f"{number:012d}", "data": fields,
    }, envelope), separators=(",", ":"))
    return text.replace('"@ROWS@"', f"[{rows_text}]").encode()


def event_id(number=1, stream=STREAM, gateway=GATEWAY):
    return f"{gateway}.{stream}.b{number:012d}"


def other(event_type="io.vitalgate.status.v1", **changes):
    return json.dumps(_changed({
        "specversion": "1.0", "id": f"{GATEWAY}.status-1.b000000000001",
        "source": f"urn:vitalgate:{GATEWAY}", "type": event_type, "subject": "status",
        "time": "2026-03-02T14:05:07.120Z", "data": {"backlog": 0},
    }, changes)).encode()
