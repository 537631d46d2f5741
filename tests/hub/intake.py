"""The way of a message, whatever carried it: unpack, verify, land, answer."""

import zlib

try:
    import zstandard
except ImportError:  # package python3-zstandard; without it zstd is answered 415
    zstandard = None

from contract import Batch, verify
from logs import log
from violation import NO_ID, Violation

MESSAGE_BYTES_MAX = 4 * 1024 * 1024


class Intake:
    def __init__(self, ledger):
        self._ledger = ledger

    def receive(self, body, encoding="identity", topic=None, key=None):
        """The answer, or None where the contract has none. Raises Violation, already kept.

        `key` is the Idempotency-Key of HTTPS, which has to name the event.
        """
        try:
            body = unpack(body, encoding)
            message = verify(body, topic)
            if message is not None and key is not None and key != f'"{message.event_id}"':
                raise Violation(message.event_id, ["Idempotency-Key is not the event id"])
            return self._land(message)
        except Violation as violation:
            self.refuse(violation, body)
            raise

    def refuse(self, violation, body=b""):
        self._ledger.refuse(violation, body)
        log("message.refused", id=violation.event_id, why=violation)

    def _land(self, message):
        if message is None:
            self._ledger.ignore()
            log("message.ignored")
            return None
        if not isinstance(message, Batch):
            self._ledger.accept_other(message)
            log("event.landed", id=message.event_id, type=message.short_type)
            return None
        answer = self._ledger.accept(message)
        log("batch.landed", id=message.event_id, readings=len(message.rows),
            duplicates=answer["duplicates"], backfill=int(message.backfill))
        return answer


def unpack(body, encoding):
    if len(body) > MESSAGE_BYTES_MAX:
        raise oversize()
    if encoding == "identity":
        return body
    if encoding == "gzip":
        return _unpack_gzip(body)
    if encoding == "zstd" and zstandard is not None:
        return _unpack_zstd(body)
    raise Violation(NO_ID, ["content-encoding is not supported"], kind="unsupported")


def _unpack_gzip(body):
    inflate = zlib.decompressobj(wbits=31)  # 31: with the header of gzip
    try:
        plain = inflate.decompress(body, MESSAGE_BYTES_MAX + 1)
    except zlib.error:
        raise Violation(NO_ID, ["body is not gzip"], kind="malformed") from None
    if len(plain) > MESSAGE_BYTES_MAX:
        raise oversize()
    if not inflate.eof or inflate.unused_data:
        raise Violation(NO_ID, ["body is not one whole gzip stream"], kind="malformed")
    return plain


def _unpack_zstd(body):
    frame = zstandard.ZstdDecompressor().decompressobj()
    try:
        size = zstandard.frame_content_size(body)
        if size > MESSAGE_BYTES_MAX:
            raise oversize()
        plain = frame.decompress(body)
    except zstandard.ZstdError:
        raise Violation(NO_ID, ["body is not zstd"], kind="malformed") from None
    if size < 0 or len(plain) != size or frame.unused_data:
        raise Violation(NO_ID, ["body is not one whole zstd frame"], kind="malformed")
    return plain


def oversize():
    return Violation(NO_ID, [f"message is larger than {MESSAGE_BYTES_MAX} bytes"], kind="oversize")
