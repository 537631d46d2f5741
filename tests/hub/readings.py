"""The rules for the rows of a readings batch."""

import base64
import binascii

import forms

RAW_BYTES_MAX = 64
_VALUE_FORMS = {
    "value_num": forms.is_number,
    "value_text": lambda value: isinstance(value, str),
    "value_bool": forms.is_bool,
    "absent": forms.is_text,
}
_REQUIRED = {
    "seq": forms.is_sequence,
    "device_id": forms.is_text,
    "metric": forms.is_text,
    "observed_at": forms.is_timestamp,
    "received_at": forms.is_timestamp,
    "clock": lambda value: isinstance(value, str) and value in forms.CLOCKS,
    "quality": lambda value: isinstance(value, str) and value in forms.QUALITIES,
}


def _is_flags(value):
    return isinstance(value, list) and all(forms.is_text(flag) for flag in value)


def _is_raw(value):
    if not isinstance(value, str):
        return False
    try:
        return len(base64.b64decode(value, validate=True)) <= RAW_BYTES_MAX
    except (binascii.Error, ValueError):
        return False


_OPTIONAL = {
    "code": forms.is_code,
    "mdc": forms.is_count,
    "unit": forms.is_text,
    "flags": _is_flags,
    "raw": _is_raw,
}


def check_rows(data, problems):
    prefix = f"{data['gateway_id']}.{data['stream_id']}."
    for number, row in enumerate(data["readings"], start=1):
        if not isinstance(row, dict):
            problems.add("a reading is not an object", f"row {number}")
            continue
        seq = row.get("seq")
        place = f"seq {seq}" if forms.is_sequence(seq) else f"row {number}"
        _check_fields(row, place, problems)
        _check_ids(row, prefix, place, problems)
        _check_value(row, place, problems)


def _check_fields(row, place, problems):
    for name, is_right in _REQUIRED.items():
        if not is_right(row.get(name)):
            problems.add(f"reading field {name} is missing or wrong", place)
    for name, is_right in _OPTIONAL.items():
        if name in row and not is_right(row[name]):
            problems.add(f"reading field {name} is wrong", place)
    if row.get("clock") == "corrected":
        if not forms.is_integer(row.get("clock_offset_ms")):
            problems.add("clock_offset_ms is missing or wrong on a corrected clock", place)
    elif "clock_offset_ms" in row:
        problems.add("clock_offset_ms stands on a clock that is not corrected", place)


def _check_ids(row, prefix, place, problems):
    seq = row.get("seq")
    if forms.is_sequence(seq) and row.get("reading_id") != f"{prefix}{seq:012d}":
        problems.add("reading_id is not gateway.stream.sequence", place)
    if "group" in row and not _is_reading_id(row["group"], prefix):
        problems.add("group is not a reading_id of this stream", place)


def _is_reading_id(value, prefix):
    if not isinstance(value, str) or not value.startswith(prefix):
        return False
    digits = value[len(prefix):]
    return len(digits) == 12 and digits.isascii() and digits.isdigit() and int(digits) > 0


def _check_value(row, place, problems):
    given = [name for name in _VALUE_FORMS if name in row]
    if len(given) != 1:
        problems.add("not exactly one of value_num, value_text, value_bool, absent", place)
    for name in given:
        if not _VALUE_FORMS[name](row[name]):
            problems.add(f"reading field {name} is wrong", place)
    if "value_num" in row and "unit" not in row:
        problems.add("value_num has no unit", place)
