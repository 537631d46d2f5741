"""Reads an event and keeps the exact text of `data.readings` and of each of its rows.

The hash and the comparison of rows are about bytes as they were sent, so nothing is written
out again: the walk notes where each value begins and ends while it is parsed, once.
"""

import json
import re
from dataclasses import dataclass, field

_WHITESPACE = re.compile(r"[ \t\n\r]*")


class Malformed(ValueError):
    """Not the JSON of an event. The text never quotes the input."""


@dataclass
class Event:
    envelope: dict
    readings_text: str = ""  # between the brackets of data.readings
    row_texts: list = field(default_factory=list)  # beside envelope["data"]["readings"]


def read_event(body):
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("body is not UTF-8") from None
    try:
        return _Walk(text).event()
    except Malformed:
        raise
    except json.JSONDecodeError as error:
        raise Malformed(f"body is not JSON (character {error.pos})") from None
    except (ValueError, RecursionError):
        raise Malformed("body is not JSON that can be held") from None


def _refuse_constant(_name):
    raise Malformed("body holds a number that JSON does not have")


def _unique_members(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("a field occurs twice in one object")
    return members


_DECODER = json.JSONDecoder(object_pairs_hook=_unique_members, parse_constant=_refuse_constant)


class _Walk:
    def __init__(self, text):
        self.text = text
        self.readings_text = ""
        self.row_texts = []

    def event(self):
        start = self._skip(0)
        if self._mark(start) != "{":
            raise Malformed("body is not a JSON object")
        envelope, end = self._members(start, self._envelope_value)
        if self._skip(end) != len(self.text):
            raise Malformed("body goes on after its event")
        return Event(envelope, self.readings_text, self.row_texts)

    def _envelope_value(self, key, at):
        if key == "data" and self._mark(at) == "{":
            return self._members(at, self._data_value)
        return _DECODER.raw_decode(self.text, at)

    def _data_value(self, key, at):
        if key == "readings" and self._mark(at) == "[":
            return self._rows(at)
        return _DECODER.raw_decode(self.text, at)

    def _members(self, at, read_value):
        found = {}
        at = self._skip(at + 1)
        if self._mark(at) == "}":
            return found, at + 1
        while True:
            if self._mark(at) != '"':
                raise Malformed(f"body is not JSON (character {at})")
            key, at = _DECODER.raw_decode(self.text, at)
            if key in found:
                raise Malformed("a field occurs twice in one object")
            at = self._expect(":", at)
            found[key], at = read_value(key, self._skip(at))
            at = self._skip(at)
            if self._mark(at) == "}":
                return found, at + 1
            at = self._skip(self._expect(",", at))

    def _rows(self, at):
        rows = []
        start = at + 1
        at = self._skip(start)
        if self._mark(at) != "]":
            while True:
                row, end = _DECODER.raw_decode(self.text, at)
                rows.append(row)
                self.row_texts.append(self.text[at:end])
                at = self._skip(end)
                if self._mark(at) == "]":
                    break
                at = self._skip(self._expect(",", at))
        self.readings_text = self.text[start:at]
        return rows, at + 1

    def _skip(self, at):
        return _WHITESPACE.match(self.text, at).end()

    def _mark(self, at):
        return self.text[at:at + 1]

    def _expect(self, mark, at):
        at = self._skip(at)
        if self._mark(at) != mark:
            raise Malformed(f"body is not JSON (character {at})")
        return at + 1
