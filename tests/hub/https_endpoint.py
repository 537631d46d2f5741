"""The HTTPS side: POST {base}/v1/batches, as the contract binds it."""

import json
import ssl
import sys
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from intake import MESSAGE_BYTES_MAX, oversize
from logs import log, log_bug
from violation import NO_ID, Violation

CONTENT_TYPE = "application/cloudevents+json"
TIMEOUT_S = 30
DISCARD_BYTES_MAX = 4 * MESSAGE_BYTES_MAX
GUEST_PAGE = "<!DOCTYPE html><html><body>Welcome to the guest network.</body></html>"
_STATUS = {"malformed": 400, "oversize": 413, "unsupported": 415, "invalid": 422}


class HttpsEndpoint:
    def __init__(self, host, port, cert, key, base, intake, faults):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(cert, key)
        self._server = _Server((host, port), _Request)
        self._server.context = context
        self._server.path = f"/{base.strip('/')}/v1/batches".replace("//", "/")
        self._server.intake = intake
        self._server.faults = faults
        self._thread = threading.Thread(target=self._server.serve_forever, name="https",
                                        kwargs={"poll_interval": 0.05})
        self.port = self._server.server_address[1]

    def start(self):
        self._thread.start()
        log("https.listening", port=self.port)

    def stop(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 64

    def finish_request(self, request, client_address):
        # Here, on the thread of the request, so that a slow handshake holds up nobody else.
        request.settimeout(TIMEOUT_S)
        with self.context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, _request, _client_address):
        error = sys.exc_info()[1]
        if isinstance(error, OSError):
            log("https.connection_lost")
        else:
            log_bug(error)


class _Request(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "vitalgate-hub"
    sys_version = ""
    timeout = TIMEOUT_S
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body of a response leave together

    def do_POST(self):
        if not self._is_our_path():
            return
        body = self._read_body()
        if body is None:
            return
        fault = self.server.faults.next()
        if fault and not fault.landed and self._stands_in(fault):
            return
        try:
            answer = self._receive(body)
        except Violation as violation:
            self._problem(_STATUS[violation.kind], violation.texts)
            return
        except OSError as error:
            log("message.unlanded", why=error.strerror)
            self._problem(503, ["the message could not be stored"])
            return
        self._answer(answer, fault)

    def do_GET(self):
        if self._is_our_path():
            self._problem(405, ["batches are posted"], {"Allow": "POST"})

    do_HEAD = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = do_GET

    def log_message(self, *_args):
        pass  # intake logs what happened, once

    def send_error(self, code, message=None, explain=None):
        self.close_connection = True
        self._problem(code, [])

    def _is_our_path(self):
        if self.path == self.server.path:
            return True
        self._problem(404, ["no such resource"])
        return False

    def _read_body(self):
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit() and len(length) < 19):
            self._problem(411, ["Content-Length is missing"])
            return None
        if int(length) > MESSAGE_BYTES_MAX:
            # A client that is still sending would not read the response: let some of it in.
            self._discard(min(int(length), DISCARD_BYTES_MAX))
            self.server.intake.refuse(oversize())
            self._problem(413, oversize().texts)
            return None
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self.close_connection = True
            return None
        self._body_read = True
        return body

    def _discard(self, length):
        while length > 0:
            piece = self.rfile.read(min(length, 65536))
            if not piece:
                return
            length -= len(piece)

    def _receive(self, body):
        content_type = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        key = self.headers.get("Idempotency-Key")
        if content_type != CONTENT_TYPE:
            raise self._refused("Content-Type is not that of an event", "unsupported", body)
        if key is None:
            raise self._refused("Idempotency-Key is missing", "malformed", body)
        encoding = self.headers.get("Content-Encoding", "identity").strip().lower()
        return self.server.intake.receive(body, encoding, key=key.strip())

    def _refused(self, text, kind, body):
        violation = Violation(NO_ID, [text], kind)
        self.server.intake.refuse(violation, body)
        return violation

    def _stands_in(self, fault):
        """Whether the fault answered in place of the hub: nothing is landed then."""
        if fault.kind == "status":
            wait = {"Retry-After": str(fault.retry_after)} if fault.retry_after else None
            self._problem(fault.status, ["a testing aid"], wait)
        elif fault.kind == "html":
            self._respond(200, "text/html", GUEST_PAGE)
        elif fault.kind == "redirect":
            self._respond(302, None, "", {"Location": "http://login.example/guest"})
        else:
            return False
        return True

    def _answer(self, answer, fault):
        kind = fault.kind if fault else None
        if kind == "status" and self._stands_in(fault):
            return
        if kind == "silent":
            self.rfile.read(1)  # until the client gives up
        if kind in ("lost", "silent"):
            self.close_connection = True
            return
        time.sleep(self.server.faults.delay_s + (fault.seconds if kind == "late" else 0))
        text = "" if answer is None else json.dumps(answer, separators=(",", ":"))
        if kind == "cut":
            self._cut(text)
            return
        for _ in range(2 if kind == "repeated" else 1):
            self._body_read = True
            self._respond(200 if text else 204, "application/json" if text else None, text)

    def _cut(self, text):
        """Half of an answer, and the end."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text[:len(text) // 2].encode())

    def _problem(self, status, texts, headers=None):
        problem = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status,
                   "detail": "; ".join(texts)}
        self._respond(status, "application/problem+json", json.dumps(problem), headers)

    def _respond(self, status, content_type, text, headers=None):
        body = text.encode()
        if not getattr(self, "_body_read", False):
            self.close_connection = True  # what is left of the request cannot be told apart
        self._body_read = False
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if content_type:
            self.send_header("Content-Type", content_type)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
