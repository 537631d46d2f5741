"""The MQTT 5 side: a client of a broker that lands what gateways publish and answers them."""

import json
import ssl
import threading
from dataclasses import dataclass

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

from answers import Answers
from contract import Topic
from logs import log
from violation import NO_ID, Violation

TOPICS = "vitalgate/v1/+/+"
CONTENT_TYPE = "application/cloudevents+json"
KEEP_ALIVE_S = 5
RECONNECT_MIN_S, RECONNECT_MAX_S = 0.3, 1.0


@dataclass
class Broker:
    host: str
    port: int
    ca: str
    cert: str = None
    key: str = None
    username: str = None
    password: str = None
    client_id: str = "vitalgate-hub"
    version: int = 5  # 3 is 3.1.1


class MqttEndpoint:
    def __init__(self, broker, intake, faults, on_ready):
        self._broker = broker
        self._intake = intake
        self._answers = Answers(self._publish, faults)
        self._on_ready = on_ready
        self._client = self._make_client()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mqtt", daemon=True)

    def start(self):
        """Returns at once; connects, reconnects and subscribes on its own thread, for ever."""
        begin = {"clean_start": True} if self._broker.version == 5 else {}
        self._client.connect_async(self._broker.host, self._broker.port, KEEP_ALIVE_S, **begin)
        self._thread.start()

    def stop(self):
        self._stopping.set()
        self._client.disconnect()
        self._thread.join()

    def _run(self):
        """The library lets TLS errors of a dying broker through: begin again, do not end."""
        while not self._stopping.is_set():
            try:
                self._client.loop_forever(retry_first_connection=True)
            except OSError as error:
                log("mqtt.broken", why=type(error).__name__)
                self._stopping.wait(RECONNECT_MIN_S)
                self._begin_again()

    def _begin_again(self):
        if self._stopping.is_set():
            return
        try:
            self._client.reconnect()
        except OSError:
            pass  # not there yet: the loop goes on trying

    def _make_client(self):
        broker = self._broker
        protocol = mqtt.MQTTv5 if broker.version == 5 else mqtt.MQTTv311
        client = mqtt.Client(broker.client_id, protocol=protocol)
        context = ssl.create_default_context(cafile=broker.ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if broker.cert:
            context.load_cert_chain(broker.cert, broker.key)
        client.tls_set_context(context)
        if broker.username:
            client.username_pw_set(broker.username, broker.password)
        client.reconnect_delay_set(RECONNECT_MIN_S, RECONNECT_MAX_S)
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_disconnect = self._disconnected
        client.on_message = self._message
        return client

    # The library gives reasons as numbers in 3.1.1 and as objects in 5.
    def _connected(self, client, _userdata, _flags, reason, _properties=None):
        if reason != 0:
            log("mqtt.refused", reason=reason)
            return
        log("mqtt.connected", host=self._broker.host, port=self._broker.port)
        if self._broker.version == 5:
            client.subscribe(TOPICS, options=SubscribeOptions(qos=1, noLocal=True))
        else:
            client.subscribe(TOPICS, qos=1)

    def _subscribed(self, _client, _userdata, _mid, reasons, _properties=None):
        if any(getattr(reason, "value", reason) >= 0x80 for reason in reasons):
            log("mqtt.subscription_refused", reason=reasons[0])
            return
        log("mqtt.subscribed")
        self._on_ready("mqtt", "subscribed")

    def _disconnected(self, _client, _userdata, reason, _properties=None):
        log("mqtt.disconnected", reason=reason)

    def _message(self, _client, _userdata, message):
        parts = message.topic.split("/")
        topic = Topic(gateway_id=parts[2], lane=parts[3])
        if topic.lane == "ack":
            return
        try:
            answer = self._receive(message, topic)
        except Violation:
            return  # kept and logged; the contract has no answer for it
        except OSError as error:
            log("message.unlanded", why=error.strerror)  # unanswered: it will be sent again
            return
        if answer is not None:
            self._answers.send(topic.gateway_id, answer)

    def _receive(self, message, topic):
        properties = getattr(message, "properties", None)  # 3.1.1 has none
        content_type = getattr(properties, "ContentType", CONTENT_TYPE)
        if content_type.partition(";")[0].strip().lower() != CONTENT_TYPE:
            wrong = Violation(NO_ID, ["content type is not that of an event"], "unsupported")
            self._intake.refuse(wrong, message.payload)
            raise wrong
        user_properties = getattr(properties, "UserProperty", [])
        encoding = dict(user_properties).get("content-encoding", "identity")
        return self._intake.receive(message.payload, encoding, topic)

    def _publish(self, gateway_id, answer):
        how = {}
        if self._broker.version == 5:
            how["properties"] = Properties(PacketTypes.PUBLISH)
            how["properties"].ContentType = "application/json"
        payload = json.dumps(answer, separators=(",", ":"))
        try:
            self._client.publish(f"vitalgate/v1/{gateway_id}/ack", payload, qos=1, **how)
        except OSError as error:  # the gateway sends its batch again
            log("answer.lost", why=type(error).__name__)
