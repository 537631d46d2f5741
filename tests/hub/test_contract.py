"""The envelope, the data fields, the hash and the sequence of a batch."""

import hashlib
import unittest

from contract import Batch, OtherEvent, Topic, verify
from samples import (GATEWAY, GOLDEN, LANE, REMOVED, batch, event_id, other, reading,
                     readings)
from violation import Violation


class ContractTest(unittest.TestCase):
    def refused(self, body, text, topic=None):
        with self.assertRaises(Violation) as caught:
            verify(body, topic)
        self.assertTrue(any(text in found for found in caught.exception.texts),
                        caught.exception.texts)
        return caught.exception


class WholeMessageTest(ContractTest):
    def test_the_example_of_the_contract_page_is_accepted(self):
        message = verify(GOLDEN, Topic("clinic-042", "vitals"))
        self.assertIsInstance(message, Batch)
        self.assertEqual(message.seqs(), [93471, 93472])
        self.assertEqual((message.batch_seq, message.date), (1842, "2026-03-02"))
        self.assertIn('"value_num":121.0', message.row_texts[1])

    def test_fields_that_are_not_known_are_ignored(self):
        rows = [reading(1, added="x")]
        self.assertIsInstance(
            verify(batch(rows, data={"added": [1]}, envelope={"traceid": "x"})), Batch)

    def test_a_later_minor_version_is_accepted(self):
        body = batch([reading(1)], data={"schema_version": "1.3"},
                     envelope={"dataschema": "urn:vitalgate:readings:1.3"})
        self.assertIsInstance(verify(body), Batch)

    def test_what_is_not_json_is_malformed(self):
        good = batch([reading(1)])
        for body in (b"", b"[]", b"{", b"null", b'{"a" 1}', b'{"a":1}x', b'{"a":NaN}', b'{,}',
                     b'{"a":' + b"[" * 100_000, b"\xff{}", good[:-1], good + b"{}",
                     good.replace(b'"seq":1,', b'"seq":1,,'), b'{"a":' + b"9" * 5000 + b"}"):
            with self.subTest(body=body[:20]):
                self.assertEqual(self.refused(body, "").kind, "malformed")

    def test_a_field_given_twice_is_malformed(self):
        good = batch([reading(1)])
        for field in (b'"id":', b'"lane":', b'"seq":'):
            with self.subTest(field=field):
                twice = good.replace(field, field + b"7," + field, 1)
                self.refused(twice, "a field occurs twice")

    def test_a_violation_quotes_no_value(self):
        rows = [reading(1, value_num="patient-value", quality="patient-value")]
        found = self.refused(batch(rows, data={"site_id": "s"}), "value_num")
        self.assertNotIn("patient-value", str(found))
        self.assertEqual(found.event_id, event_id())


class EnvelopeTest(ContractTest):
    def test_every_envelope_field_has_to_be_there(self):
        for name in ("specversion", "id", "source", "type", "subject", "time", "dataschema",
                     "datacontenttype", "partitionkey", "sequence"):
            with self.subTest(field=name):
                self.refused(batch([reading(1)], envelope={name: REMOVED}),
                             f"envelope field {name} is missing or wrong")

    def test_every_envelope_field_has_to_agree_with_the_data(self):
        wrong = {
            "specversion": "0.3", "id": event_id(2), "source": "urn:vitalgate:other",
            "subject": "vitals-other", "time": "2026-03-02T14:05:07Z", "partitionkey": "other",
            "dataschema": "urn:vitalgate:readings:2.0", "datacontenttype": "text/plain",
            "sequence": "1",
        }
        for name, value in (*wrong.items(), ("type", 7), ("sequence", 1)):
            with self.subTest(field=name, value=value):
                self.refused(batch([reading(1)], envelope={name: value}),
                             f"envelope field {name} is missing or wrong")

    def test_dataschema_and_schema_version_have_to_agree(self):
        self.refused(batch([reading(1)], data={"schema_version": "1.1"}), "dataschema")

    def test_data_has_to_be_an_object(self):
        for data in (REMOVED, None, [], "x"):
            with self.subTest(data=data):
                self.refused(batch([reading(1)], envelope={"data": data}), "data is missing")


class DataTest(ContractTest):
    def test_every_data_field_has_to_be_there_and_of_its_form(self):
        wrong = {
            "schema_version": ("2.0", 1), "gateway_id": ("../up", "", 7), "site_id": ("", 17),
            "stream_id": ("vitals/x", ".hidden"), "lane": ("a/b", ".."), "batch_seq": (0, "1"),
            "first_seq": (0, True), "last_seq": (-1, 1.0, 10**12), "count": ("1", -1),
            "dropped": ({}, None), "sealed_at": ("2026-03-02 14:05:07.120Z",),
            "low_watermark": ("2026-02-30T14:05:07.120Z",), "backfill": (0, "false"),
            "agent_version": ("", 1), "config_version": ("27", -1),
            "readings_sha256": ("0" * 63, "G" * 64), "readings": ({}, None, "x"),
        }
        for name, values in wrong.items():
            for value in (REMOVED, *values):
                with self.subTest(field=name, value=value):
                    self.refused(batch([reading(1)], data={name: value}),
                                 f"data field {name} is missing or wrong")

    def test_names_that_could_leave_the_folder_are_refused(self):
        for name in ("..", "a/../b", "a/b", "a\\b", "a\x00b", "a\n", ".a", "a..b", "a" * 65):
            with self.subTest(name=name):
                self.refused(batch([reading(1)], gateway=name), "gateway_id")
                self.refused(batch([reading(1)], lane=name), "lane")
                self.refused(batch([reading(1)], stream=name), "stream_id")

    def test_a_stream_is_named_by_its_lane_and_an_epoch(self):
        self.refused(batch([reading(1)], lane="waves"), "stream_id is not the lane")

    def test_no_lane_has_the_name_of_the_answers(self):
        rows = [reading(1, stream="ack-1")]
        self.refused(batch(rows, stream="ack-1", lane="ack"), "name of the answers")

    def test_the_topic_has_to_name_the_same_gateway_and_lane(self):
        body = batch([reading(1)])
        self.assertIsInstance(verify(body, Topic(GATEWAY, LANE)), Batch)
        self.refused(body, "another gateway", Topic("clinic-043", LANE))
        self.refused(body, "another lane", Topic(GATEWAY, "waves"))


class HashTest(ContractTest):
    def test_another_byte_between_the_brackets_breaks_the_hash(self):
        self.refused(GOLDEN.replace(b"121.0", b"121.00"), "readings_sha256")
        self.refused(GOLDEN.replace(b'"seq":93471,', b'"seq": 93471,'), "readings_sha256")

    def test_bytes_outside_the_brackets_do_not(self):
        self.assertIsInstance(verify(GOLDEN.replace(b',\n  "backfill"', b', "backfill"')), Batch)

    def test_the_hash_is_of_the_readings_of_data_and_of_no_lookalike(self):
        decoy = batch([reading(1)], envelope={"readings": [reading(9)]},
                      data={"site_id": '"readings":[1]', "more": {"readings": [2]}})
        self.assertIsInstance(verify(decoy), Batch)

    def test_the_hash_is_of_bytes_and_not_of_characters(self):
        plain, wide = batch([reading(1, device_id="@")]), "\N{GREEK SMALL LETTER MU}"
        inside = plain.split(b'"readings":[')[1].split(b"]")[0]
        new = inside.replace(b"@", wide.encode())
        body = plain.replace(inside, new).replace(
            hashlib.sha256(inside).hexdigest().encode(), hashlib.sha256(new).hexdigest().encode())
        self.assertIsInstance(verify(body), Batch)


class SequenceTest(ContractTest):
    def dropped(self, *ranges):
        return [{"first_seq": a, "last_seq": b, "reason": "disk full"} for a, b in ranges]

    def test_count_is_the_number_of_readings(self):
        self.refused(batch(readings(1, 3), data={"count": 2}), "count is not")

    def test_a_hole_a_repeat_or_a_turn_in_the_sequence_is_a_violation(self):
        for seqs in ((1, 3), (1, 1, 2), (2, 1, 3), (1, 2, 2)):
            with self.subTest(seqs=seqs):
                rows = [reading(seq) for seq in seqs]
                self.refused(batch(rows, data={"last_seq": max(seqs)}), "seq does not follow")

    def test_rows_fill_first_to_last(self):
        self.refused(batch(readings(2, 3), data={"first_seq": 1}), "seq does not follow")
        self.refused(batch(readings(1, 3), data={"last_seq": 4}), "seq ends before last_seq")
        self.refused(batch(readings(1, 3), data={"last_seq": 2}), "seq does not follow")

    def test_dropped_ranges_fill_holes(self):
        rows = [reading(2), reading(5)]
        body = batch(rows, data={"first_seq": 1, "last_seq": 7,
                                 "dropped": self.dropped((1, 1), (3, 3), (4, 4), (6, 9))})
        self.assertEqual(verify(body).seqs(), [2, 5])

    def test_a_dropped_range_fills_only_its_own_numbers(self):
        rows = [reading(1), reading(5)]
        self.refused(batch(rows, data={"dropped": self.dropped((2, 3))}), "seq does not follow")

    def test_a_reading_cannot_be_dropped_too(self):
        self.refused(batch(readings(1, 3), data={"dropped": self.dropped((2, 2))}), "seq does not")

    def test_dropped_ranges_may_lie_outside_the_batch(self):
        body = batch(readings(11, 12), data={"dropped": self.dropped((1, 10))})
        self.assertEqual(verify(body).dropped, [(1, 10)])

    def test_a_batch_may_hold_nothing_but_dropped_ranges(self):
        verify(batch([], data={"first_seq": 1, "last_seq": 9, "dropped": self.dropped((1, 9))}))
        verify(batch([], data={"first_seq": 10, "last_seq": 9, "dropped": self.dropped((1, 9))}))
        self.refused(batch([], data={"first_seq": 10, "last_seq": 8}), "before first_seq")

    def test_a_dropped_range_is_a_range_with_a_reason(self):
        for entry in ({}, 7, {"first_seq": 3, "last_seq": 2, "reason": "x"},
                      {"first_seq": 0, "last_seq": 2, "reason": "x"}):
            with self.subTest(entry=entry):
                self.refused(batch([reading(5)], data={"dropped": [entry]}), "not a range")
        for reason in ("", None):
            entry = {"first_seq": 1, "last_seq": 2, "reason": reason}
            self.refused(batch([reading(5)], data={"dropped": [entry]}), "no reason")


class OtherTypesTest(ContractTest):
    def test_the_other_types_of_the_contract_are_known(self):
        for short in ("waveform", "quarantine", "quality", "status", "event"):
            message = verify(other(f"io.vitalgate.{short}.v1"), Topic(GATEWAY, "status"))
            self.assertIsInstance(message, OtherEvent)
            self.assertEqual((message.short_type, message.lane), (short, "status"))

    def test_their_envelope_is_verified(self):
        for name, value in {"specversion": "1", "id": "../x", "source": "urn:vitalgate:../x",
                            "time": "now"}.items():
            for wrong in (value, REMOVED):
                self.refused(other(**{name: wrong}), f"envelope field {name}")
        self.refused(other(), "another gateway", Topic("clinic-043", "status"))
        self.refused(other(data={"lane": "../x"}), "lane is wrong")

    def test_a_type_that_is_not_known_is_ignored(self):
        for event_type in ("io.vitalgate.readings.v2", "io.vitalgate.new.v1", "com.example"):
            self.assertIsNone(verify(other(event_type, id=REMOVED, source=REMOVED)))


if __name__ == "__main__":
    unittest.main()
