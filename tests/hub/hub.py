#!/usr/bin/python3
"""The reference receiver of the upload contract: receives, verifies, lands, answers, judges."""

import argparse
import json
import sys
from pathlib import Path

from ledger import Ledger
from rows import print_rows
from server import serve
from verdict import judge, table


def main(arguments=None):
    parser = _make_parser()
    options = parser.parse_args(arguments)
    if options.verb == "serve":
        _check_serve(parser, options)
        return serve(options)
    if not Path(options.bronze).is_dir():
        parser.error(f"--bronze: no folder {options.bronze}")
    ledger = Ledger(options.bronze)
    ledger.load()
    if options.verb == "rows":
        return print_rows(ledger, options.metric, options.device)
    verdict = judge(ledger)
    print(json.dumps(verdict, indent=1) if options.json else table(verdict))
    return 0 if verdict["clean"] else 1


def _make_parser():
    parser = argparse.ArgumentParser(prog="hub.py", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    _add_serve(verbs.add_parser("serve", help="receive until SIGTERM or SIGINT"))
    verdict = verbs.add_parser("verdict", help="judge a bronze folder again, from its files")
    verdict.add_argument("--bronze", required=True, metavar="DIR")
    verdict.add_argument("--json", action="store_true")
    rows = verbs.add_parser("rows", help="print the readings, one JSON object a line")
    rows.add_argument("--bronze", required=True, metavar="DIR")
    rows.add_argument("--metric", metavar="M")
    rows.add_argument("--device", metavar="D")
    return parser


def _add_serve(parser):
    parser.add_argument("--bronze", required=True, metavar="DIR")
    parser.add_argument("--verdict", metavar="FILE")
    parser.add_argument("--ready-file", metavar="FILE")
    mqtt = parser.add_argument_group("MQTT")
    mqtt.add_argument("--mqtt-host", metavar="H")
    mqtt.add_argument("--mqtt-port", type=int, default=8883, metavar="P")
    mqtt.add_argument("--ca", metavar="FILE")
    mqtt.add_argument("--cert", metavar="FILE")
    mqtt.add_argument("--key", metavar="FILE")
    mqtt.add_argument("--username", metavar="U")
    mqtt.add_argument("--password-file", metavar="FILE")
    mqtt.add_argument("--mqtt-version", type=int, choices=(3, 5), default=5, help="3 is 3.1.1")
    mqtt.add_argument("--client-id", default="vitalgate-hub", metavar="ID")
    https = parser.add_argument_group("HTTPS")
    https.add_argument("--https-host", default="127.0.0.1", metavar="H",
                       help="address to listen on (default: loopback only)")
    https.add_argument("--https-port", type=int, metavar="P", help="0 picks a free port")
    https.add_argument("--https-cert", metavar="FILE")
    https.add_argument("--https-key", metavar="FILE")
    https.add_argument("--base", default="", metavar="PATH")
    aids = parser.add_argument_group("testing aids")
    aids.add_argument("--answer-delay", type=float, default=0.0, metavar="SECONDS")
    aids.add_argument("--drop-answers", type=int, default=0, metavar="N")
    aids.add_argument("--faults", metavar="FILE", help="control file, read when it changes")
    aids.add_argument("--reject-metric", action="append", default=[], metavar="NAME")


def _check_serve(parser, options):
    if not options.mqtt_host and options.https_port is None:
        parser.error("give --mqtt-host, --https-port or both")
    if options.mqtt_host and not options.ca:
        parser.error("--mqtt-host needs --ca")
    if bool(options.cert) != bool(options.key):
        parser.error("--cert and --key come together")
    if options.https_port is not None and not (options.https_cert and options.https_key):
        parser.error("--https-port needs --https-cert and --https-key")


if __name__ == "__main__":
    sys.exit(main())
