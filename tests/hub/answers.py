"""How the answers to an MQTT gateway leave: at once and in order, unless a fault says otherwise."""

import threading

from logs import log

REORDER_PATIENCE_S = 0.3  # then a group that is not full leaves as it is


class Answers:
    def __init__(self, publish, faults):
        """`publish(gateway_id, answer)` may be called by any thread."""
        self._publish = publish
        self._faults = faults
        self._held = []
        self._lock = threading.Lock()

    def send(self, gateway_id, answer):
        fault = self._faults.next()
        kind = fault.kind if fault else None
        if kind == "lost":
            return
        if kind == "reordered":
            self._hold(gateway_id, answer, fault.group)
            return
        delay_s = self._faults.delay_s + (fault.seconds if kind == "late" else 0)
        for _ in range(2 if kind == "repeated" else 1):
            self._send_in(delay_s, gateway_id, answer)

    def _send_in(self, delay_s, gateway_id, answer):
        if not delay_s:
            self._publish(gateway_id, answer)
            return
        self._after(delay_s, lambda: self._publish(gateway_id, answer))

    def _hold(self, gateway_id, answer, group):
        with self._lock:
            self._held.append((gateway_id, answer))
            is_first, is_full = len(self._held) == 1, len(self._held) >= group
        if is_full:
            self._release()
        elif is_first:
            self._after(REORDER_PATIENCE_S, self._release)

    def _release(self):
        with self._lock:
            held, self._held = self._held, []
        if held:
            log("answers.reordered", count=len(held))
        for gateway_id, answer in reversed(held):
            self._publish(gateway_id, answer)

    @staticmethod
    def _after(seconds, what):
        timer = threading.Timer(seconds, what)
        timer.daemon = True
        timer.start()
