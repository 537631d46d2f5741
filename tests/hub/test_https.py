"""HTTPS end to end, against the real program on a free port of the loopback."""

import gzip
import http.client
import json
import socket
import time
import unittest

from harness import HubTest, eventually
from intake import MESSAGE_BYTES_MAX
from samples import GOLDEN, STREAM, batch, event_id, other, reading, readings


class HttpsTest(HubTest):
    def start(self, *options):
        self.start_hub("--https-port", 0, "--https-cert", self.cert, "--https-key", self.key,
                       *options)
        self.port = int(self.ready_file.read_text().strip().removeprefix("https="))
        self.connect()

    def connect(self):
        self.connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=self.tls,
                                                      timeout=10)
        self.addCleanup(self.connection.close)

    def request(self, body, method="POST", path="/v1/batches", **changes):
        headers = {"Content-Type": "application/cloudevents+json",
                   "Idempotency-Key": f'"{event_id()}"'}
        headers.update({name.replace("_", "-"): value for name, value in changes.items()})
        headers = {name: value for name, value in headers.items() if value is not None}
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        return response, response.read()

    def problem(self, status, body, **how):
        response, text = self.request(body, **how)
        self.assertEqual(response.status, status)
        self.assertEqual(response.headers["Content-Type"], "application/problem+json")
        self.assertEqual(json.loads(text)["status"], status)
        return response, json.loads(text)


class AnswerTest(HttpsTest):
    def test_a_batch_is_landed_and_answered_on_a_connection_that_stays_open(self):
        self.start()
        for duplicates in (0, 3):
            response, text = self.request(batch(readings(1, 3)))
            self.assertEqual(response.status, 200)
            self.assertEqual(response.headers["Content-Type"], "application/json")
            self.assertEqual(json.loads(text), {"stream_id": STREAM, "stored": [[1, 3]],
                                                "duplicates": duplicates, "rejected": []})
        code, line = self.stop_hub()
        self.assertEqual((code, line), (0, "hub: received=3 duplicates=3 missing=0 violations=0"))

    def test_gzip_is_unpacked_below_a_base_path(self):
        self.start("--base", "/in/gest/")
        key = '"clinic-042.vitals-k7p3q9x2ab.b000000001842"'
        response, text = self.request(gzip.compress(GOLDEN), path="/in/gest/v1/batches",
                                      Content_Encoding="gzip", Idempotency_Key=key)
        self.assertEqual((response.status, json.loads(text)["stored"]), (200, [[93471, 93472]]))
        self.problem(404, GOLDEN)

    def test_other_types_are_taken_without_an_answer(self):
        self.start()
        response, text = self.request(other(), Idempotency_Key='"clinic-042.status-1.'
                                                               'b000000000001"')
        self.assertEqual((response.status, text), (204, b""))

    def test_rejected_readings_are_named(self):
        self.start("--reject-metric", "spo2")
        _, text = self.request(batch([reading(1), reading(2, metric="spo2")]))
        self.assertEqual(json.loads(text)["stored"], [[1, 1]])
        self.assertEqual(json.loads(text)["rejected"][0]["code"], "test-reject")

    def test_swallowed_answers_land_all_the_same(self):
        self.start("--drop-answers", 1)
        with self.assertRaises(http.client.RemoteDisconnected):
            self.request(batch(readings(1, 3)))
        self.connect()
        _, text = self.request(batch(readings(1, 3)))
        self.assertEqual(json.loads(text)["duplicates"], 3)

    def test_answers_can_be_late(self):
        self.start("--answer-delay", 0.2)
        begin = time.monotonic()
        self.request(batch(readings(1, 3)))
        self.assertGreaterEqual(time.monotonic() - begin, 0.2)


class ProblemTest(HttpsTest):
    def test_what_the_request_gets_wrong_is_told_as_a_problem(self):
        self.start()
        good = batch(readings(1, 3))
        self.problem(400, b"{")
        self.problem(400, good, Idempotency_Key=None)
        self.problem(400, good, Content_Encoding="gzip")
        self.problem(415, good, Content_Encoding="zstd")
        self.problem(415, good, Content_Type="application/json")
        self.problem(422, good, Idempotency_Key='"another"')
        _, problem = self.problem(422, batch(readings(1, 3), data={"count": 2}))
        self.assertEqual(problem["detail"], "count is not the number of readings")
        self.problem(413, bytes(MESSAGE_BYTES_MAX + 1))
        self.problem(413, gzip.compress(bytes(MESSAGE_BYTES_MAX + 1)), Content_Encoding="gzip")
        verdict = eventually(lambda: self.verdict()["violations"] >= 9 and self.verdict(),
                             "violations in the verdict file")
        self.assertEqual((verdict["violations"], verdict["received"]), (9, 0))

    def test_what_is_no_batch_at_all_is_no_violation(self):
        self.start()
        self.problem(404, b"", path="/v2/batches")
        response, _ = self.problem(405, None, method="GET")
        self.assertEqual(response.headers["Allow"], "POST")
        self.problem(411, iter([b"{}"]), Transfer_Encoding="chunked")
        self.assertEqual(self.stop_hub()[0], 0)

    def test_a_repeat_with_other_bytes_is_answered_422(self):
        self.start()
        self.request(batch(readings(1, 3)))
        self.problem(422, batch(readings(1, 3)) + b"\n")

    def test_a_client_that_says_nothing_holds_up_nobody(self):
        self.start()
        with socket.create_connection(("127.0.0.1", self.port)):
            response, _ = self.request(batch(readings(1, 3)))
        self.assertEqual(response.status, 200)


class FaultTest(HttpsTest):
    def misbehave(self, **fault):
        file = self.folder / "faults.json"
        file.with_suffix(".new").write_text(json.dumps(fault))
        file.with_suffix(".new").rename(file)

    def setUp(self):
        super().setUp()
        self.start("--faults", self.folder / "faults.json")

    def received(self):
        code, line = self.stop_hub()
        self.assertEqual(code, 0)
        return int(line.split("received=")[1].split()[0])

    def test_a_status_comes_as_often_as_asked_and_lands_nothing(self):
        self.misbehave(fault="status", status=429, retry_after=7, next=2)
        for _ in range(2):
            response, _ = self.problem(429, batch(readings(1, 3)))
            self.assertEqual(response.headers["Retry-After"], "7")
        self.assertEqual(self.request(batch(readings(1, 3)))[0].status, 200)
        self.assertEqual(self.received(), 3)

    def test_a_status_may_come_although_the_message_is_landed(self):
        self.misbehave(fault="status", status=500, landed=True)
        self.problem(500, batch(readings(1, 3)))
        self.assertEqual(self.received(), 3)

    def test_the_file_counts_again_when_it_is_replaced_or_removed(self):
        self.misbehave(fault="status", status=503)
        self.problem(503, batch(readings(1, 3)))
        self.misbehave(fault="status", status=401)
        self.problem(401, batch(readings(1, 3)))
        (self.folder / "faults.json").unlink()
        self.assertEqual(self.request(batch(readings(1, 3)))[0].status, 200)

    def test_a_guest_network_answers_with_a_page_or_a_redirect(self):
        self.misbehave(fault="html")
        response, text = self.request(batch(readings(1, 3)))
        self.assertEqual((response.status, response.headers["Content-Type"]), (200, "text/html"))
        self.assertIn(b"guest", text)
        self.misbehave(fault="redirect")
        self.assertEqual(self.request(batch(readings(1, 3)))[0].status, 302)
        self.assertEqual(self.received(), 0)

    def test_an_answer_can_end_in_the_middle(self):
        self.misbehave(fault="cut", next=1)
        with self.assertRaises(http.client.IncompleteRead):
            self.request(batch(readings(1, 3)))
        self.assertEqual(self.received(), 3)

    def test_silence_lasts_until_the_client_gives_up(self):
        self.misbehave(fault="silent", next=1)
        self.connection.timeout = 0.3
        with self.assertRaises(TimeoutError):
            self.request(batch(readings(1, 3)))
        self.connect()
        self.assertEqual(self.request(batch(readings(1, 3)))[0].status, 200)

    def test_an_answer_can_come_twice_on_one_connection(self):
        self.misbehave(fault="repeated", next=1)
        self.connection.request("POST", "/v1/batches", batch(readings(1, 3)),
                                {"Content-Type": "application/cloudevents+json",
                                 "Idempotency-Key": f'"{event_id()}"'})
        heard = b""
        while heard.count(b'"stored":[[1,3]]') < 2:
            heard += self.connection.sock.recv(4096)
        self.assertEqual(heard.count(b"HTTP/1.1 200"), 2)


if __name__ == "__main__":
    unittest.main()
