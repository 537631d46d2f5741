"""The rules for single rows."""

import base64
import unittest

from contract import verify
from samples import REMOVED, STREAM, batch, event_id, reading
from violation import Violation


class ReadingsTest(unittest.TestCase):
    def accepted(self, **changes):
        verify(batch([reading(1, **changes)]))

    def refused(self, text, **changes):
        with self.assertRaises(Violation) as caught:
            verify(batch([reading(1, **changes)]))
        self.assertEqual(caught.exception.event_id, event_id())
        self.assertEqual(len(caught.exception.texts), 1, caught.exception.texts)
        self.assertIn(text, caught.exception.texts[0])
        self.assertIn("(seq 1)", caught.exception.texts[0])

    def test_a_broken_rule_is_named_once_with_its_first_place_and_count(self):
        rows = [reading(1), reading(2, quality="x"), reading(3, quality="x")]
        with self.assertRaises(Violation) as caught:
            verify(batch(rows))
        self.assertEqual(caught.exception.texts,
                         ["reading field quality is missing or wrong (seq 2, 2 in all)"])

    def test_every_required_field_has_to_be_there_and_of_its_form(self):
        wrong = {
            "device_id": ("", 7), "metric": ("", None),
            "observed_at": ("2026-03-02T14:05:00Z", "2026-03-02T14:05:00.020+00:00",
                            "2026-13-02T14:05:00.020Z", 1772460300),
            "received_at": ("2026-03-02T25:05:00.020Z", "2026-03-02T14:05:00.0200Z"),
            "clock": ("phone", None, []), "quality": ("bad", None, {}),
        }
        for name, values in wrong.items():
            for value in (REMOVED, *values):
                with self.subTest(field=name, value=value):
                    self.refused(f"reading field {name} is missing or wrong", **{name: value})

    def test_seq_is_a_whole_number(self):
        rows_text_seq = batch([reading(1)]).replace(b'"seq":1,', b'"seq":1.0,')
        with self.assertRaisesRegex(Violation, "seq is missing or wrong"):
            verify(rows_text_seq)

    def test_a_reading_is_an_object(self):
        body = batch([reading(1)])
        with self.assertRaisesRegex(Violation, "a reading is not an object"):
            verify(body.replace(b'"readings":[{', b'"readings":[7,{'))

    def test_the_reading_id_is_gateway_stream_and_sequence(self):
        for wrong in (REMOVED, f"clinic-042.{STREAM}.1", f"clinic-043.{STREAM}.000000000001",
                      f"clinic-042.{STREAM}.000000000002", 1):
            with self.subTest(reading_id=wrong):
                self.refused("reading_id is not", reading_id=wrong)

    def test_a_reading_has_exactly_one_value(self):
        self.refused("not exactly one of", value_num=REMOVED)
        self.refused("not exactly one of", value_text="x")
        self.refused("not exactly one of", value_bool=True)
        self.refused("not exactly one of", absent="error")

    def test_each_kind_of_value_is_accepted_alone(self):
        for value in (98, 37.6, -1, 0):
            self.accepted(value_num=value)
        for name, value in (("value_text", "sinus"), ("value_bool", False),
                            ("absent", "sensor-off")):
            self.accepted(value_num=REMOVED, unit=REMOVED, **{name: value})

    def test_each_kind_of_value_has_its_form(self):
        for value in ("98", None, True, [98]):
            self.refused("value_num is wrong", value_num=value)
        for name, value in (("value_text", 7), ("value_bool", 1), ("absent", True),
                            ("absent", "")):
            self.refused(f"{name} is wrong", value_num=REMOVED, **{name: value})

    def test_a_number_too_large_to_hold_is_refused(self):
        body = batch([reading(1, value_num=77)]).replace(b'"value_num":77', b'"value_num":1e999')
        with self.assertRaisesRegex(Violation, "value_num is wrong"):
            verify(body)

    def test_a_number_has_a_unit(self):
        self.refused("value_num has no unit", unit=REMOVED)
        self.refused("unit is wrong", unit="")

    def test_the_clock_offset_stands_exactly_on_a_corrected_clock(self):
        self.accepted(clock="corrected", clock_offset_ms=-1200)
        self.refused("clock_offset_ms is missing", clock="corrected")
        self.refused("clock_offset_ms is missing", clock="corrected", clock_offset_ms="1")
        for clock in ("device", "gateway", "estimated"):
            self.accepted(clock=clock)
            self.refused("not corrected", clock=clock, clock_offset_ms=0)

    def test_every_quality_word_is_accepted(self):
        for quality in ("good", "questionable", "test"):
            self.accepted(quality=quality)

    def test_a_group_is_a_reading_id_of_the_same_stream(self):
        self.accepted(group=f"clinic-042.{STREAM}.000000000007")
        for wrong in (f"clinic-042.{STREAM}.7", "clinic-042.vitals-other.000000000001", 7,
                      f"clinic-042.{STREAM}.000000000000", f"clinic-042.{STREAM}.00000000000x"):
            self.refused("group is not", group=wrong)

    def test_raw_is_base64_of_at_most_64_bytes(self):
        self.accepted(raw=base64.b64encode(bytes(64)).decode())
        for wrong in (base64.b64encode(bytes(65)).decode(), "HnkA*", "Hnk", 7):
            self.refused("raw is wrong", raw=wrong)

    def test_codes_and_flags_have_their_form_where_they_are_given(self):
        self.accepted(code=REMOVED, mdc=REMOVED, flags=["body_movement"])
        for name, wrong in (("code", "8867-4"), ("code", 7), ("mdc", "149530"), ("flags", "x"),
                            ("flags", [1])):
            self.refused(f"{name} is wrong", **{name: wrong})


if __name__ == "__main__":
    unittest.main()
