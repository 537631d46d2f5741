"""One line per happening on stderr. Ids and counts only: never a value that was measured."""

import sys
import traceback
from datetime import datetime, timezone
from pathlib import Path


def log(event, **fields):
    now = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    words = [now, event] + [f"{name}={_plain(value)}" for name, value in fields.items()]
    # One write call, so that lines of several threads do not mix.
    sys.stderr.write(" ".join(words) + "\n")
    sys.stderr.flush()


def log_bug(error):
    """Where it happened, not what the exception says: that could quote a message."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    log("hub.failed", error=type(error).__name__, file=Path(frame.filename).name,
        line=frame.lineno)


def _plain(value):
    text = ascii(str(value))[1:-1]
    return f'"{text}"' if " " in text else text
