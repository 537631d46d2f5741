"""The running receiver: wires the parts together, waits for a signal, gives the verdict."""

import os
import signal
import threading
from pathlib import Path

from faults import Faults
from intake import Intake
from ledger import Ledger
from logs import log, log_bug
from verdict import VerdictWriter, judge, table, write_atomically


class Readiness:
    """Creates the ready file once everything that was asked for is there."""

    def __init__(self, path, awaited):
        self._path = path
        self._awaited = set(awaited)
        self._lines = {}
        self._lock = threading.Lock()
        if path:
            Path(path).unlink(missing_ok=True)

    def mark(self, part, state):
        with self._lock:
            if part not in self._awaited:
                return
            self._awaited.remove(part)
            self._lines[part] = state
            if not self._awaited and self._path:
                lines = [f"{name}={value}\n" for name, value in sorted(self._lines.items())]
                write_atomically(self._path, "".join(lines))


def serve(options):
    threading.excepthook = _end_on_bug
    # Blocked before any thread starts, so that only sigwait below sees them.
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    awaited = [name for name, wanted in (("https", options.https_port is not None),
                                         ("mqtt", options.mqtt_host)) if wanted]
    readiness = Readiness(options.ready_file, awaited)
    ledger = Ledger(options.bronze, options.reject_metric)
    try:
        ledger.open_to_write()
    except BlockingIOError:
        log("hub.stopped", why="another receiver holds the bronze folder")
        return 2
    faults = Faults(options.faults, options.answer_delay, options.drop_answers)
    try:
        endpoints = _make_endpoints(options, Intake(ledger), faults, readiness)
    except OSError as error:  # a certificate or a port
        log("hub.stopped", why=error.strerror or type(error).__name__, file=error.filename)
        return 2
    parts = [VerdictWriter(ledger, options.verdict)] if options.verdict else []
    parts += endpoints
    for part in parts:
        part.start()
    signal.sigwait(signals)
    for part in reversed(parts):
        part.stop()
    verdict = judge(ledger)
    ledger.close()
    print(table(verdict), flush=True)
    return 0 if verdict["clean"] else 1


def _end_on_bug(failure):
    """A receiver that lost a thread must not look alive."""
    log_bug(failure.exc_value)
    os._exit(70)


def _make_endpoints(options, intake, faults, readiness):
    endpoints = []
    if options.https_port is not None:
        from https_endpoint import HttpsEndpoint
        https = HttpsEndpoint(options.https_host, options.https_port, options.https_cert,
                              options.https_key, options.base, intake, faults)
        readiness.mark("https", https.port)  # it listens from here on
        endpoints.append(https)
    if options.mqtt_host:
        from mqtt_endpoint import Broker, MqttEndpoint
        password = None
        if options.password_file:
            password = Path(options.password_file).read_text().rstrip("\r\n")
        broker = Broker(options.mqtt_host, options.mqtt_port, options.ca, options.cert,
                        options.key, options.username, password, options.client_id,
                        options.mqtt_version)
        endpoints.append(MqttEndpoint(broker, intake, faults, readiness.mark))
    return endpoints
