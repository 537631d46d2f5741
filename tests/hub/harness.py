"""Real processes for the tests: the receiver, a broker, and a throw-away certificate."""

import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

HUB = Path(__file__).with_name("hub.py")
WAIT_S = 10


def mosquitto():
    return shutil.which("mosquitto", path=os.environ.get("PATH", "") + ":/usr/sbin")


def eventually(get, what):
    """The first true result of get(), asked every few milliseconds."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        result = get()
        if result:
            return result
        time.sleep(0.01)
    raise AssertionError(f"waited in vain: {what}")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificate(folder):
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", key, "-out", cert,
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
        check=True, capture_output=True)
    return cert, key


class Broker:
    def __init__(self, folder, cert, key):
        self.port = free_port()
        self._config = folder / "broker.conf"
        lines = [f"listener {self.port} 127.0.0.1", f"certfile {cert}", f"keyfile {key}",
                 "allow_anonymous true"]
        if os.geteuid() == 0:
            lines.append("user root")  # else it gives up its rights and cannot read the key
        self._config.write_text("\n".join(lines) + "\n")
        self.process = None

    def start(self):
        self.process = subprocess.Popen([mosquitto(), "-c", self._config],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(self._is_listening, "broker")

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _is_listening(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


class HubTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._certificates = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls._certificates.cleanup)
        cls.cert, cls.key = make_certificate(Path(cls._certificates.name))
        cls.tls = ssl.create_default_context(cafile=cls.cert)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.bronze = self.folder / "bronze"
        self.verdict_file = self.folder / "verdict.json"
        self.ready_file = self.folder / "ready"
        self.log_file = self.folder / "hub.log"
        self.hub = None
        self.addCleanup(self.kill_hub)

    def start_hub(self, *options):
        self.ready_file.unlink(missing_ok=True)  # of a receiver that was killed
        with open(self.log_file, "a") as log:
            self.hub = subprocess.Popen(
                [sys.executable, HUB, "serve", "--bronze", self.bronze, "--verdict",
                 self.verdict_file, "--ready-file", self.ready_file, *map(str, options)],
                stdout=subprocess.PIPE, stderr=log, text=True)
        eventually(lambda: self.ready_file.exists() or self.hub.poll() is not None, "ready file")
        self.assertIsNone(self.hub.poll(), self.log_file.read_text())

    def kill_hub(self):
        if self.hub:
            self.hub.kill()
            self.hub.communicate()
            self.hub = None

    def stop_hub(self):
        """The exit code and the last line of the verdict."""
        self.hub.send_signal(signal.SIGTERM)
        output, _ = self.hub.communicate(timeout=WAIT_S)
        code, self.hub = self.hub.returncode, None
        return code, output.splitlines()[-1]

    def verdict(self):
        return json.loads(self.verdict_file.read_text())

    def run_hub(self, *arguments):
        return subprocess.run([sys.executable, HUB, *map(str, arguments)], capture_output=True,
                              text=True, timeout=WAIT_S)
