"""MQTT end to end, with a real broker over TLS on a free port of the loopback."""

import gzip
import json
import queue
import ssl
import unittest
import unittest.mock

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from harness import Broker, HubTest, eventually, make_certificate, mosquitto
from mqtt_endpoint import Broker as HubBroker
from mqtt_endpoint import MqttEndpoint
from samples import GATEWAY, GOLDEN, LANE, STREAM, batch, other, readings

WAIT_S = 10
TOPIC = f"vitalgate/v1/{GATEWAY}/{LANE}"


class Gateway:
    """A publisher that collects the answers of the hub."""

    def __init__(self, port, tls, protocol):
        self.answers = queue.Queue()
        self._version = protocol
        self._subscribed = queue.Queue()
        self._client = mqtt.Client("gateway", protocol=protocol)
        self._client.tls_set_context(tls)
        self._client.reconnect_delay_set(0.1, 0.2)
        self._client.on_connect = lambda client, *_: client.subscribe(
            f"vitalgate/v1/{GATEWAY}/ack", qos=1)
        self._client.on_subscribe = lambda *_: self._subscribed.put(True)
        self._client.on_message = lambda _client, _data, message: self.answers.put(message)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self.await_subscription()

    def await_subscription(self):
        self._subscribed.get(timeout=WAIT_S)

    def publish(self, body, topic=TOPIC, encoding=None, content_type=None):
        properties = None
        if self._version == mqtt.MQTTv5:
            properties = Properties(PacketTypes.PUBLISH)
            properties.ContentType = content_type or "application/cloudevents+json"
            if encoding:
                properties.UserProperty = ("content-encoding", encoding)
        self._client.publish(topic, body, qos=1, properties=properties)

    def ask(self, body, **how):
        self.publish(body, **how)
        message = self.answers.get(timeout=WAIT_S)
        assert message.qos == 1
        return json.loads(message.payload)

    def close(self):
        self._client.disconnect()
        self._client.loop_stop()


@unittest.skipUnless(mosquitto(), "mosquitto is not installed: MQTT is not tested")
class MqttTest(HubTest):
    def setUp(self):
        super().setUp()
        self.broker = Broker(self.folder, self.cert, self.key)
        self.addCleanup(self.broker.stop)
        self.broker.start()

    def start(self, *options, protocol=mqtt.MQTTv5):
        self.start_hub("--mqtt-host", "127.0.0.1", "--mqtt-port", self.broker.port,
                       "--ca", self.cert, *options)
        self.gateway = Gateway(self.broker.port, self.tls, protocol)
        self.addCleanup(self.gateway.close)

    def expect(self, stored, duplicates=0):
        return {"stream_id": STREAM, "stored": stored, "duplicates": duplicates, "rejected": []}

    def test_a_batch_is_landed_and_answered_and_so_is_its_repeat(self):
        self.start()
        self.assertEqual(self.gateway.ask(batch(readings(1, 3))), self.expect([[1, 3]]))
        self.assertEqual(len(list(self.bronze.rglob("*.b000000000001.json"))), 1)
        self.assertEqual(self.gateway.ask(batch(readings(1, 3))), self.expect([[1, 3]], 3))
        self.assertEqual(self.stop_hub(),
                         (0, "hub: received=3 duplicates=3 missing=0 violations=0"))

    def test_a_tls_error_of_a_dying_broker_does_not_end_the_receiver(self):
        endpoint = MqttEndpoint(HubBroker("127.0.0.1", self.broker.port, self.cert), None, None,
                                None)
        loops = queue.Queue()

        class DyingClient:
            def connect_async(self, *_args, **_named):
                pass

            def loop_forever(self, retry_first_connection):
                loops.put("begun")
                if loops.qsize() < 3:
                    raise ssl.SSLEOFError("EOF occurred in violation of protocol")
                endpoint._stopping.wait(10)

            def reconnect(self):
                raise ConnectionRefusedError

            def disconnect(self):
                pass

        endpoint._client = DyingClient()
        endpoint.start()
        eventually(lambda: loops.qsize() == 3, "a third loop")
        endpoint.stop()
        self.assertEqual(loops.qsize(), 3)

    def test_gzip_and_the_older_protocol_are_understood(self):
        self.start(protocol=mqtt.MQTTv311)
        self.assertEqual(self.gateway.ask(batch(readings(1, 3))), self.expect([[1, 3]]))
        self.gateway.close()
        self.gateway = Gateway(self.broker.port, self.tls, mqtt.MQTTv5)
        self.addCleanup(self.gateway.close)
        self.assertEqual(self.gateway.ask(gzip.compress(GOLDEN), encoding="gzip"),
                         self.expect([[93471, 93472]]))

    def test_what_breaks_the_contract_gets_no_answer(self):
        self.start()
        good = batch(readings(1, 3))
        self.gateway.publish(good, topic=f"vitalgate/v1/{GATEWAY}/waves")
        self.gateway.publish(good, topic=f"vitalgate/v1/clinic-043/{LANE}")
        self.gateway.publish(good, encoding="zstd")
        self.gateway.publish(good, content_type="text/plain")
        self.gateway.publish(batch(readings(1, 3), data={"count": 2}))
        self.gateway.publish(other(), topic=f"vitalgate/v1/{GATEWAY}/status")
        self.gateway.publish(b"{}", topic=f"vitalgate/v1/{GATEWAY}/ack")
        self.gateway.answers.get(timeout=WAIT_S)  # our own message on the answer topic
        self.assertEqual(self.gateway.ask(good), self.expect([[1, 3]]))
        verdict = eventually(lambda: self.verdict()["received"] and self.verdict(), "verdict")
        self.assertEqual((verdict["violations"], verdict["other_events"]), (5, {"status": 1}))
        self.assertEqual(self.stop_hub()[0], 1)

    def test_the_hub_comes_back_by_itself_when_the_broker_does(self):
        self.start()
        self.gateway.ask(batch(readings(1, 3)))
        self.broker.stop()
        eventually(lambda: "mqtt.disconnected" in self.log_file.read_text(), "disconnect")
        self.broker.start()
        self.gateway.await_subscription()
        eventually(lambda: self.log_file.read_text().count("mqtt.subscribed") == 2, "subscribed")
        self.assertEqual(self.gateway.ask(batch(readings(4, 5), number=2)), self.expect([[1, 5]]))

    def test_the_hub_waits_for_a_broker_that_is_not_there_yet(self):
        self.broker.stop()
        with self.assertRaisesRegex(AssertionError, "ready file"), \
                unittest.mock.patch("harness.WAIT_S", 0.5):
            self.start()
        self.broker.start()
        eventually(self.ready_file.exists, "ready file")

    def test_answers_can_be_late_or_swallowed(self):
        self.start("--drop-answers", 1, "--answer-delay", 0.1)
        self.gateway.publish(batch(readings(1, 3)))
        self.assertEqual(self.gateway.ask(batch(readings(4, 5), number=2)), self.expect([[1, 5]]))
        self.assertTrue(self.gateway.answers.empty())

    def test_answers_can_come_twice_or_in_reverse_order(self):
        faults = self.folder / "faults.json"
        faults.write_text('{"fault": "repeated", "next": 1}')
        self.start("--faults", faults)
        first = self.gateway.ask(batch(readings(1, 3)))
        self.assertEqual(json.loads(self.gateway.answers.get(timeout=WAIT_S).payload), first)
        faults.with_suffix(".new").write_text('{"fault": "reordered", "group": 2, "next": 2}')
        faults.with_suffix(".new").rename(faults)
        for number, seqs in ((2, (4, 5)), (3, (8, 9))):
            self.gateway.publish(batch(readings(*seqs), number=number))
        answers = [json.loads(self.gateway.answers.get(timeout=WAIT_S).payload)["stored"]
                   for _ in range(2)]
        self.assertEqual(answers, [[[8, 9]], [[1, 5]]])

    def test_the_hub_itself_can_speak_the_older_protocol(self):
        self.start("--mqtt-version", 3)
        self.assertEqual(self.gateway.ask(batch(readings(1, 3))), self.expect([[1, 3]]))

    def test_a_broker_with_an_unknown_certificate_is_not_trusted(self):
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        stranger, _ = make_certificate(elsewhere)
        with self.assertRaisesRegex(AssertionError, "ready file"), \
                unittest.mock.patch("harness.WAIT_S", 0.5):
            self.start_hub("--mqtt-host", "127.0.0.1", "--mqtt-port", self.broker.port,
                           "--ca", stranger)


if __name__ == "__main__":
    unittest.main()
