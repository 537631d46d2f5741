#!/usr/bin/python3
"""A clinic's HTTP proxy for tests: CONNECT to the loopback and nothing else.

connect_proxy.py --ready-file FILE [--login NAME:PASSWORD] [--refuse STATUS] [--hang]

Writes its port to the ready file, and one line a request to stdout: the target and the status.
SIGTERM ends it.
"""
import argparse
import base64
import os
import signal
import socket
import socketserver
import sys
import threading

HEAD_BYTES_MAX = 16384
PHRASES = {200: "Connection established", 403: "Forbidden", 405: "Method Not Allowed",
           407: "Proxy Authentication Required", 502: "Bad Gateway"}


class Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


class Client(socketserver.BaseRequestHandler):
    def handle(self):
        head = self._read_head()
        if head is None:
            return
        if self.server.options.hang:
            self.request.recv(1)
            return
        words = head.split("\r\n")[0].split(" ")
        target = words[1] if len(words) > 1 else "?"
        status, server = self._decide(words, head, target)
        print(target, status, flush=True)
        extra = 'Proxy-Authenticate: Basic realm="clinic"\r\n' if status == 407 else ""
        length = "" if server else "Content-Length: 0\r\nConnection: close\r\n"
        self.request.sendall(
            f"HTTP/1.1 {status} {PHRASES.get(status, 'Refused')}\r\n{extra}{length}\r\n".encode())
        if server:
            self._join(server)

    def _read_head(self):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = self.request.recv(4096)
            if not piece or len(head) > HEAD_BYTES_MAX:
                return None
            head += piece
        return head.decode("latin-1")

    def _decide(self, words, head, target):
        options = self.server.options
        if words[0] != "CONNECT":
            return 405, None
        if options.login:
            wanted = base64.b64encode(options.login.encode()).decode()
            given = [line.partition(":")[2].strip() for line in head.split("\r\n")
                     if line.lower().startswith("proxy-authorization:")]
            if given != [f"Basic {wanted}"]:
                return 407, None
        if options.refuse:
            return options.refuse, None
        try:
            return 200, socket.create_connection(("127.0.0.1", int(target.rpartition(":")[2])), 5)
        except OSError:
            return 502, None

    def _join(self, server):
        """Bytes in both directions until one side ends."""
        server.settimeout(None)

        def pump(source, sink):
            try:
                while piece := source.recv(65536):
                    sink.sendall(piece)
            except OSError:
                pass
            for side in (source, sink):
                try:
                    side.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass
        with server:
            back = threading.Thread(target=pump, args=(server, self.request), daemon=True)
            back.start()
            pump(self.request, server)
            back.join()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ready-file", required=True)
    parser.add_argument("--login")
    parser.add_argument("--refuse", type=int)
    parser.add_argument("--hang", action="store_true")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with Proxy(("127.0.0.1", 0), Client) as proxy:
        proxy.options = options
        with open(options.ready_file + ".new", "w", encoding="utf-8") as ready:
            ready.write(f"{proxy.server_address[1]}\n")
        os.rename(options.ready_file + ".new", options.ready_file)
        proxy.serve_forever(poll_interval=0.05)


if __name__ == "__main__":
    main()
