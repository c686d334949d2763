#!/usr/bin/env python3
"""Receives webhooks and verifies their signatures (Standard Webhooks). Standard library only.

usage: WEBHOOK_SECRET=whsec_... python3 webhook_receiver.py [--port 9000]
       python3 webhook_receiver.py --self-test
"""

import argparse
import base64
import binascii
import hashlib
import hmac
import http.server
import json
import os
import sys
import time

CLOCK_SKEW_S = 300
BODY_BYTES_MAX = 1 << 20
SEEN_MAX = 10_000


def verify(secret, headers, body, now_s):
    """Returns None when the message is genuine and fresh, else what is wrong with it."""
    message_id = headers.get("webhook-id")
    timestamp = headers.get("webhook-timestamp")
    signatures = headers.get("webhook-signature")
    if not (message_id and timestamp and signatures):
        return "a webhook header is missing"
    try:
        sent_s = int(timestamp)
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except (ValueError, binascii.Error):
        return "the timestamp or the secret is malformed"
    if abs(now_s - sent_s) > CLOCK_SKEW_S:
        return "the message is too old, or the clocks differ"
    content = f"{message_id}.{timestamp}.".encode() + body
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    # Several signatures may come, separated by spaces, while a secret is being replaced.
    for one in signatures.split():
        version, _, signature = one.partition(",")
        if version == "v1" and hmac.compare_digest(signature, expected):
            return None
    return "the signature does not match"


class Receiver(http.server.BaseHTTPRequestHandler):
    secret = ""
    seen = {}

    def do_POST(self):
        length = int(self.headers.get("Content-Length", 0))
        if length > BODY_BYTES_MAX:
            return self.answer(413)
        body = self.rfile.read(length)
        fault = verify(self.secret, self.headers, body, time.time())
        if fault:
            print(f"refused: {fault}", file=sys.stderr)
            return self.answer(401)
        # A message may come more than once; its id stays the same.
        message_id = self.headers["webhook-id"]
        if message_id not in self.seen:
            self.seen[message_id] = True
            while len(self.seen) > SEEN_MAX:
                self.seen.pop(next(iter(self.seen)))
            print(json.dumps(json.loads(body)), flush=True)
        self.answer(204)

    def answer(self, status):
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def self_test():
    """The example of the Standard Webhooks documents, and three ways to break it."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    body = b'{"test": 2432232314}'
    headers = {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }
    assert verify(secret, headers, body, 1614265330) is None
    assert verify(secret, headers, body + b" ", 1614265330)
    assert verify(secret, headers, body, 1614265330 + 3600)
    assert verify(secret, {}, body, 1614265330)
    print("ok")


def main():
    parser = argparse.ArgumentParser(description="Receives and verifies webhooks.")
    parser.add_argument("--port", type=int, default=9000)
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    Receiver.secret = os.environ.get("WEBHOOK_SECRET", "")
    if not Receiver.secret:
        parser.error("set WEBHOOK_SECRET to the account's secret")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", options.port), Receiver)
    print(f"listening on http://127.0.0.1:{options.port}/", file=sys.stderr, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
