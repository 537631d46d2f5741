"""The stored readings of a bronze folder, as they were sent, in order of stream and sequence."""

import sys

from exact_json import read_event


def print_rows(ledger, metric=None, device=None):
    try:
        for text in stored_rows(ledger, metric, device):
            print(text)
        sys.stdout.flush()
    except BrokenPipeError:
        sys.stderr.close()  # the reader has seen enough; nothing is left to complain to
    return 0


def stored_rows(ledger, metric=None, device=None):
    """Exact texts, so that 37.60 stays 37.60; only line breaks between fields are lost."""
    for key in sorted(ledger.streams):
        for row, text in _rows_of(ledger, ledger.streams[key]):
            if metric in (None, row["metric"]) and device in (None, row["device_id"]):
                yield text.replace("\r", " ").replace("\n", " ")


def _rows_of(ledger, stream):
    waiting = {}  # rows that a later file may still come before
    for first_seq, _, place in stream.batches_in_order():
        yield from _take_below(waiting, first_seq)
        event = read_event(ledger.bronze.read(place))
        for row, text in zip(event.envelope["data"]["readings"], event.row_texts):
            if row["seq"] not in stream.rejected:
                waiting[row["seq"]] = (row, text)
    yield from _take_below(waiting, None)


def _take_below(waiting, limit):
    for seq in sorted(seq for seq in waiting if limit is None or seq < limit):
        yield waiting.pop(seq)
