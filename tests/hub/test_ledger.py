"""Landing, repeats, restarts, gaps and the verdict, without any transport."""

import gzip
import json
import stat
import tempfile
import unittest
from pathlib import Path
from unittest import mock

from contract import Topic
from intake import MESSAGE_BYTES_MAX, Intake
from ledger import Ledger
from rows import stored_rows
from samples import (GATEWAY, GOLDEN, LANE, STREAM, batch, event_id, other, reading, readings)
from verdict import judge, table
from violation import Violation


class LedgerTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.bronze = Path(folder.name) / "bronze"
        quiet = mock.patch("intake.log")
        self.log = quiet.start()
        self.addCleanup(quiet.stop)
        self.ledger = None
        self.restart()
        self.addCleanup(lambda: self.ledger.close())

    def restart(self, reject=()):
        if self.ledger:
            self.ledger.close()
        self.ledger = Ledger(self.bronze, reject)
        self.ledger.open_to_write()
        self.intake = Intake(self.ledger)

    def receive(self, body, **how):
        return self.intake.receive(body, **how)

    def refused(self, body, text, **how):
        with self.assertRaises(Violation) as caught:
            self.receive(body, **how)
        self.assertIn(text, str(caught.exception))
        return caught.exception

    def verdict(self):
        """The same from memory and, offline, from the files."""
        offline = Ledger(self.bronze)
        offline.load()
        self.assertEqual(judge(offline), judge(self.ledger))
        return judge(self.ledger)

    def counts(self, *fields):
        verdict = self.verdict()
        return tuple(verdict[field] for field in fields)

    def landed(self):
        return sorted(str(path.relative_to(self.bronze))
                      for path in self.bronze.rglob("*.json"))


class LandingTest(LedgerTest):
    def test_a_batch_lands_unchanged_in_a_file_nobody_can_write(self):
        self.receive(GOLDEN)
        [place] = self.landed()
        self.assertEqual(place, "gateway=clinic-042/lane=vitals/date=2026-03-02/"
                                "clinic-042.vitals-k7p3q9x2ab.b000000001842.json")
        path = self.bronze / place
        self.assertEqual(path.read_bytes(), GOLDEN)
        self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o444)

    def test_the_answer_tells_what_is_stored(self):
        self.assertEqual(self.receive(batch(readings(1, 3))), {
            "stream_id": STREAM, "stored": [[1, 3]], "duplicates": 0, "rejected": []})

    def test_stored_covers_what_touches_the_batch_and_nothing_else(self):
        self.receive(batch(readings(1, 3), number=1))
        self.receive(batch(readings(7, 9), number=3))
        self.assertEqual(self.receive(batch(readings(4, 5), number=2))["stored"], [[1, 5]])

    def test_nothing_is_counted_when_landing_fails_and_the_next_attempt_succeeds(self):
        with mock.patch("bronze.os.rename", side_effect=OSError(28, "no space")):
            with self.assertRaises(OSError):
                self.receive(batch(readings(1, 3)))
        self.assertEqual(self.counts("received", "duplicates", "batches"), (0, 0, 0))
        self.assertEqual(self.receive(batch(readings(1, 3)))["duplicates"], 0)
        self.assertEqual(self.counts("received", "missing"), (3, 0))

    def test_the_file_its_name_and_every_new_folder_are_synced_before_the_answer(self):
        order = []
        with mock.patch("bronze.os.fsync", side_effect=lambda _: order.append("sync")), \
                mock.patch("bronze.os.rename", side_effect=lambda *_: order.append("rename")):
            self.receive(batch(readings(1, 3)))
        new_folders = 3
        self.assertEqual(order, ["sync"] * new_folders + ["sync", "rename", "sync"])

    def test_gzip_lands_as_plain_bytes(self):
        self.receive(gzip.compress(GOLDEN), encoding="gzip")
        self.assertEqual((self.bronze / self.landed()[0]).read_bytes(), GOLDEN)

    def test_other_types_land_under_their_type_and_get_no_answer(self):
        self.assertIsNone(self.receive(other(), topic=Topic(GATEWAY, "status")))
        self.assertIsNone(self.receive(other(), topic=Topic(GATEWAY, "status")))
        self.assertEqual(self.landed(), [
            "type=status/gateway=clinic-042/lane=status/date=2026-03-02/"
            "clinic-042.status-1.b000000000001.json"])
        self.restart()
        self.assertEqual(self.counts("other_events", "violations"), ({"status": 1}, 0))

    def test_types_not_known_are_counted_as_ignored(self):
        self.assertIsNone(self.receive(other("io.vitalgate.readings.v2")))
        self.assertEqual(self.counts("ignored", "violations", "clean"), (1, 0, True))
        self.restart()
        self.assertEqual(self.counts("ignored"), (1,))
        self.assertEqual(self.landed(), [])

    def test_rows_come_in_order_once_and_with_the_digits_that_were_sent(self):
        self.receive(GOLDEN)
        self.receive(batch(readings(4, 6), number=2))
        self.receive(batch(readings(1, 5), number=1))
        texts = list(stored_rows(self.ledger))
        self.assertEqual([json.loads(text)["seq"] for text in texts],
                         [1, 2, 3, 4, 5, 6, 93471, 93472])
        self.assertIn('"value_num":121.0', texts[-1])
        self.assertEqual(len(list(stored_rows(self.ledger, metric="heart_rate"))), 7)
        self.assertEqual(len(list(stored_rows(self.ledger, device="bp-room3"))), 1)


class RepeatTest(LedgerTest):
    def test_an_identical_repeat_is_acknowledged_again_and_counts_as_duplicate(self):
        first = self.receive(batch(readings(1, 3)))
        again = self.receive(batch(readings(1, 3)))
        self.assertEqual(again, {**first, "duplicates": 3})
        self.assertEqual(self.counts("received", "duplicates", "repeated_batches", "batches",
                                     "violations"), (3, 3, 1, 1, 0))

    def test_a_repeat_with_other_bytes_is_a_violation(self):
        body = batch(readings(1, 3))
        self.receive(body)
        self.refused(body.replace(b'"backfill":false', b'"backfill":true'), "repeat differs")
        self.refused(body + b" ", "repeat differs")
        self.assertEqual((self.bronze / self.landed()[0]).read_bytes(), body)

    def test_a_sequence_reused_with_other_content_is_a_violation(self):
        self.receive(batch(readings(1, 3)))
        rows = [*readings(2, 2), reading(3, value_num=1), reading(4)]
        found = self.refused(batch(rows, number=2), "sequence reused")
        self.assertEqual(found.event_id, event_id(2))
        self.assertEqual(self.counts("received", "violations"), (3, 1))

    def test_the_same_rows_under_another_batch_id_are_duplicates(self):
        self.receive(batch(readings(1, 3)))
        self.receive(batch(readings(7, 9), number=2))
        answer = self.receive(batch(readings(2, 8), number=3))
        self.assertEqual((answer["stored"], answer["duplicates"]), ([[1, 9]], 4))
        self.assertEqual(self.counts("received", "duplicates", "repeated_batches", "missing"),
                         (9, 4, 0, 0))

    def test_another_epoch_or_gateway_starts_its_own_sequence(self):
        self.receive(batch(readings(1, 2)))
        self.receive(batch(readings(1, 2, stream="vitals-b"), stream="vitals-b"))
        self.receive(batch(readings(1, 2, gateway="clinic-7"), gateway="clinic-7"))
        verdict = self.verdict()
        self.assertEqual((verdict["received"], verdict["violations"]), (6, 0))
        self.assertEqual(sorted(verdict["streams"]), [
            f"clinic-042.{STREAM}", f"clinic-7.{STREAM}", "vitals-b"])


class RestartTest(LedgerTest):
    def test_everything_survives_a_restart(self):
        self.receive(batch(readings(1, 3)))
        self.receive(batch(readings(1, 3)))
        self.receive(batch(readings(2, 6), number=2))
        self.refused(batch(readings(7, 8), number=3, data={"count": 1}), "count")
        before = self.verdict()
        self.restart()
        self.assertEqual(self.verdict(), before)
        self.assertEqual(self.receive(batch(readings(1, 3)))["duplicates"], 3)
        self.refused(batch([reading(6, value_num=1)], number=9), "sequence reused")

    def test_a_batch_landed_but_not_answered_is_a_repeat_after_a_crash(self):
        self.receive(batch(readings(1, 3)))
        (self.bronze / ".unfinished" / "half.json").write_text("{")
        with open(self.bronze / "ledger.jsonl", "a") as journal:
            journal.write('{"kind":"rep')
        self.restart()
        self.assertEqual(self.receive(batch(readings(1, 3)))["duplicates"], 3)
        self.assertEqual(list((self.bronze / ".unfinished").iterdir()), [])
        self.restart()
        self.assertEqual(self.counts("received", "repeated_batches", "clean"), (3, 1, True))

    def test_only_one_receiver_writes_to_a_folder(self):
        with self.assertRaises(BlockingIOError):
            Ledger(self.bronze).open_to_write()

    def test_a_landed_file_that_was_changed_or_moved_is_a_violation(self):
        self.receive(batch(readings(1, 3)))
        self.receive(batch(readings(4, 5), number=2))
        first, second = (self.bronze / place for place in self.landed())
        first.chmod(0o644)
        first.write_bytes(first.read_bytes().replace(b'"good"', b'"test"', 1))
        second.rename(second.with_name("moved.json"))
        self.restart()
        texts = [found["text"] for found in self.verdict()["violation_details"]]
        self.assertEqual(texts, ["readings_sha256 is not the hash of the readings",
                                 "file does not belong where it lies"])


class GapTest(LedgerTest):
    def dropped(self, first, last):
        return [{"first_seq": first, "last_seq": last, "reason": "disk full"}]

    def test_missing_is_every_gap_between_one_and_the_highest_seen(self):
        self.receive(batch(readings(3, 4)))
        self.receive(batch(readings(8, 9), number=4))
        verdict = self.verdict()
        self.assertEqual(verdict["missing_ranges"], [
            {"stream_id": STREAM, "first_seq": 1, "last_seq": 2},
            {"stream_id": STREAM, "first_seq": 5, "last_seq": 7}])
        self.assertEqual((verdict["missing"], verdict["clean"]), (5, False))
        self.assertEqual(verdict["streams"][STREAM]["batch_seqs_missing"], 2)

    def test_a_gap_closes_when_the_late_batch_comes(self):
        self.receive(batch(readings(4, 6), number=2))
        self.assertEqual(self.counts("missing"), (3,))
        self.receive(batch(readings(1, 3), number=1))
        self.assertEqual(self.counts("missing", "clean"), (0, True))

    def test_dropped_ranges_are_not_missing(self):
        self.receive(batch(readings(1, 2)))
        self.receive(batch(readings(6, 7), number=2, data={"dropped": self.dropped(3, 5)}))
        self.assertEqual(self.counts("received", "dropped", "missing", "clean"), (4, 3, 0, True))

    def test_a_reading_that_came_after_all_is_not_dropped(self):
        self.receive(batch(readings(1, 3)))
        self.receive(batch(readings(4, 5), number=2, data={"dropped": self.dropped(2, 3)}))
        self.assertEqual(self.counts("received", "dropped", "missing"), (5, 0, 0))

    def test_received_dropped_and_rejected_add_up_to_the_stream(self):
        self.restart(reject=["spo2"])
        rows = [reading(3), reading(4, metric="spo2"), reading(5)]
        self.receive(batch(rows, data={"dropped": self.dropped(1, 2)}))
        self.assertEqual(self.counts("received", "dropped", "rejected", "missing"), (2, 2, 1, 0))


class RejectTest(LedgerTest):
    def test_a_rejected_reading_is_answered_so_and_not_stored_nor_missing(self):
        self.restart(reject=["spo2"])
        body = batch([reading(1), reading(2, metric="spo2"), reading(3)])
        answer = self.receive(body)
        self.assertEqual(answer["stored"], [[1, 1], [3, 3]])
        self.assertEqual([(entry["reading_id"], entry["code"]) for entry in answer["rejected"]],
                         [(f"{GATEWAY}.{STREAM}.000000000002", "test-reject")])
        self.assertEqual(self.counts("received", "missing", "clean"), (2, 0, True))
        self.assertEqual(len(list(stored_rows(self.ledger))), 2)
        self.restart()
        self.assertEqual(self.receive(body), {**answer, "duplicates": 3})
        self.assertEqual(self.counts("received", "duplicates", "missing"), (2, 3, 0))


class RefusalTest(LedgerTest):
    def test_a_refused_message_is_kept_and_not_landed(self):
        body = batch(readings(1, 3), data={"count": 2})
        self.refused(body, "count", topic=Topic(GATEWAY, LANE))
        [kept] = (self.bronze / "violations").iterdir()
        self.assertEqual(kept.read_bytes(), body)
        self.assertEqual(self.landed(), [])
        verdict = self.verdict()
        self.assertEqual(verdict["violation_details"],
                         [{"id": event_id(), "text": "count is not the number of readings"}])
        self.assertFalse(verdict["clean"])

    def test_a_refused_message_sent_again_unchanged_counts_once(self):
        for _ in range(3):
            self.refused(batch(readings(1, 3), data={"count": 2}), "count")
        self.refused(batch(readings(1, 3), data={"count": 4}), "count")
        self.assertEqual(self.counts("violations"), (2,))

    def test_a_refused_batch_leaves_its_numbers_missing(self):
        self.refused(batch(readings(1, 3), data={"count": 2}), "count")
        self.receive(batch(readings(4, 5), number=2))
        self.assertEqual(self.counts("missing"), (3,))

    def test_encodings_are_gzip_zstd_and_identity(self):
        self.assertEqual(self.refused(GOLDEN, "not supported", encoding="br").kind, "unsupported")
        self.assertEqual(self.refused(GOLDEN, "zstd", encoding="zstd").kind, "malformed")
        with mock.patch("intake.zstandard", None):  # its package is not there
            self.assertEqual(self.refused(GOLDEN, "not supported", encoding="zstd").kind,
                             "unsupported")
        whole = gzip.compress(GOLDEN)
        for body in (GOLDEN, whole[:-9], whole + b"x", b""):
            self.assertEqual(self.refused(body, "gzip", encoding="gzip").kind, "malformed")

    def test_a_message_is_at_most_four_mebibytes_packed_and_unpacked(self):
        large = bytes(MESSAGE_BYTES_MAX + 1)
        self.assertEqual(self.refused(large, "larger").kind, "oversize")
        self.assertEqual(self.refused(gzip.compress(large), "larger", encoding="gzip").kind,
                         "oversize")

    def test_the_idempotency_key_names_the_event(self):
        self.receive(batch(readings(1, 3)), key=f'"{event_id()}"')
        for key in (event_id(), f'"{event_id(2)}"', ""):
            self.refused(batch(readings(1, 3)), "Idempotency-Key", key=key)


class TableTest(LedgerTest):
    def test_the_table_fits_the_screen_and_ends_with_the_counts(self):
        long_name = "vitals-" + "x" * 57
        self.receive(batch(readings(10**11, 10**11 + 2, stream=long_name), stream=long_name))
        self.receive(batch(readings(1, 2)))
        self.refused(batch(readings(3, 4), number=2, data={"count": 1}), "count")
        lines = table(self.verdict()).splitlines()
        self.assertLessEqual(max(map(len, lines)), 80)
        self.assertEqual(lines[-1],
                         "hub: received=5 duplicates=0 missing=99999999999 violations=1")
        self.assertIn(f"violation {event_id(2)}: count", "\n".join(lines))

    def test_nothing_received_is_clean(self):
        self.assertEqual(table(self.verdict()).splitlines()[-1],
                         "hub: received=0 duplicates=0 missing=0 violations=0")
        self.assertTrue(self.verdict()["clean"])


if __name__ == "__main__":
    unittest.main()
