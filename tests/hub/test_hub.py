"""The program as a whole: its verbs, its files, its log, and a restart by force."""

import http.client
import json
import unittest

from harness import HubTest, eventually
from samples import GOLDEN, batch, event_id, reading, readings


class ProgramTest(HubTest):
    def start(self, *options):
        self.start_hub("--https-port", 0, "--https-cert", self.cert, "--https-key", self.key,
                       *options)
        self.port = int(self.ready_file.read_text().strip().removeprefix("https="))

    def post(self, body, number=1):
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.tls,
                                                 timeout=10)
        connection.request("POST", "/v1/batches", body, {
            "Content-Type": "application/cloudevents+json",
            "Idempotency-Key": f'"{event_id(number)}"'})
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, json.loads(body)

    def test_nothing_acknowledged_is_lost_when_the_receiver_is_killed(self):
        self.start()
        self.post(batch(readings(1, 3)))
        self.kill_hub()
        self.start()
        self.assertEqual(self.post(batch(readings(4, 5), number=2), 2)[1]["stored"], [[1, 5]])
        self.assertEqual(self.post(batch(readings(1, 3)))[1]["duplicates"], 3)
        self.kill_hub()
        verdict = json.loads(self.run_hub("verdict", "--bronze", self.bronze, "--json").stdout)
        self.assertEqual((verdict["received"], verdict["duplicates"], verdict["clean"]),
                         (5, 3, True))

    def test_the_verdict_file_follows_what_arrives(self):
        self.start()
        self.assertEqual(self.verdict()["schema"], "vitalgate.hub-verdict/1")
        self.post(batch(readings(1, 3)))
        eventually(lambda: self.verdict()["received"] == 3, "verdict file")

    def test_a_gap_makes_the_verdict_fail_online_and_offline(self):
        self.start()
        self.post(batch(readings(4, 5)))
        line = "hub: received=2 duplicates=0 missing=3 violations=0"
        self.assertEqual(self.stop_hub(), (1, line))
        self.assertEqual(self.verdict()["missing"], 3)
        offline = self.run_hub("verdict", "--bronze", self.bronze)
        self.assertEqual((offline.returncode, offline.stdout.splitlines()[-1]), (1, line))
        as_json = self.run_hub("verdict", "--bronze", self.bronze, "--json")
        self.assertEqual(json.loads(as_json.stdout), self.verdict())

    def test_rows_are_printed_one_a_line_as_they_were_sent(self):
        self.start()
        self.post(batch([reading(1), reading(2, metric="spo2"), reading(3, device_id="b")]))
        self.post(GOLDEN, 1842)
        lines = self.rows()
        self.assertEqual([json.loads(line)["seq"] for line in lines], [1, 2, 3, 93471, 93472])
        self.assertIn('"value_num":121.0', lines[4])
        self.assertEqual(len(self.rows("--metric", "spo2")), 1)
        self.assertEqual(len(self.rows("--device", "b")), 1)
        self.assertEqual(len(self.rows("--device", "b", "--metric", "spo2")), 0)

    def rows(self, *options):
        return self.run_hub("rows", "--bronze", self.bronze, *options).stdout.splitlines()

    def test_the_log_holds_no_value(self):
        self.start()
        self.post(batch(readings(1, 3, value_num=REMARKABLE, flags=["PRIVATE"])))
        self.post(batch([reading(9, value_num="PRIVATE", quality="PRIVATE")], number=2), 2)
        self.post(b'{"id":"PRIVATE PRIVATE","x":PRIVATE', 3)
        self.stop_hub()
        log = self.log_file.read_text()
        self.assertIn(f"batch.landed id={event_id()}", log)
        self.assertIn("message.refused", log)
        self.assertNotIn(str(REMARKABLE), log)
        self.assertNotIn("PRIVATE", log + self.verdict_file.read_text())

    def test_a_second_receiver_on_the_same_folder_ends_at_once(self):
        self.start()
        second = self.run_hub("serve", "--bronze", self.bronze, "--https-port", 0,
                              "--https-cert", self.cert, "--https-key", self.key)
        self.assertEqual(second.returncode, 2)
        self.assertIn("another receiver", second.stderr)

    def test_options_that_do_not_fit_together_are_told(self):
        for options in ((), ("--mqtt-host", "h"), ("--https-port", 0),
                        ("--mqtt-host", "h", "--ca", "f", "--cert", "f")):
            with self.subTest(options=options):
                failed = self.run_hub("serve", "--bronze", self.bronze, *options)
                self.assertEqual(failed.returncode, 2)
                self.assertFalse(self.bronze.exists())
        self.assertEqual(self.run_hub("verdict", "--bronze", self.bronze).returncode, 2)


REMARKABLE = 31415.9265


if __name__ == "__main__":
    unittest.main()
