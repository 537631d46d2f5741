"""What single values of the contract look like. Every function answers for any JSON value."""

import math
import re
from datetime import datetime

SEQUENCE_MAX = 999_999_999_999  # twelve digits: ids are of fixed width
CLOCKS = frozenset(("device", "gateway", "corrected", "estimated"))
QUALITIES = frozenset(("good", "questionable", "test"))

# Names become parts of file paths and of topics: no slash, no leading dot, no two dots together.
_NAME = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*")
_TIMESTAMP = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_VERSION = re.compile(r"1\.[0-9]{1,4}")
_CODE = re.compile(r"[a-z0-9-]+:\S+")


def is_name(value, length_max=64):
    return isinstance(value, str) and len(value) <= length_max and bool(_NAME.fullmatch(value))


def is_event_id(value):
    return is_name(value, length_max=200)


def is_text(value):
    return isinstance(value, str) and value != ""


def is_bool(value):
    return isinstance(value, bool)


def is_list(value):
    return isinstance(value, list)


def is_integer(value):
    return type(value) is int  # a JSON true is an int to isinstance


def is_count(value):
    return type(value) is int and 0 <= value <= SEQUENCE_MAX


def is_sequence(value):
    return type(value) is int and 1 <= value <= SEQUENCE_MAX


def is_number(value):
    return type(value) is int or (type(value) is float and math.isfinite(value))


def is_timestamp(value):
    if not isinstance(value, str) or not _TIMESTAMP.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_sha256(value):
    return isinstance(value, str) and bool(_SHA256.fullmatch(value))


def is_version(value):
    return isinstance(value, str) and bool(_VERSION.fullmatch(value))


def is_code(value):
    return isinstance(value, str) and bool(_CODE.fullmatch(value))
