#!/usr/bin/env python3
"""Orders a clip, polls until it is there, and downloads it. Standard library only.

usage: REELGATE_KEY=sk_live_... python3 client.py "a prompt" clip.mp4 [--server URL] [--seconds N]

Sending is safe to repeat: every try of one order carries the same Idempotency-Key, so a lost
answer never becomes a second clip or a second charge.
"""

import argparse
import json
import os
import sys
import time
import urllib.error
import urllib.request
import uuid

TRIES_MAX = 6
POLL_S = 2.5


class Refused(Exception):
    """The server understood the request and said no."""


class Client:
    def __init__(self, server, key):
        self.server = server.rstrip("/")
        self.key = key

    def submit(self, order):
        """Orders a clip and returns its id."""
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return self._call("POST", "/api/v1/video/seedance2", order, headers)["id"]

    def wait(self, task_id):
        """Polls until the task has ended and returns its output."""
        while True:
            task = self._call("GET", f"/api/v1/tasks/{task_id}")
            if task["status"] == "completed":
                return task["output"]
            if task["status"] == "failed":
                raise Refused(f"no clip, nothing charged: {task['error']['message']}")
            time.sleep(POLL_S)

    def download(self, url, path):
        """Streams a file; the link needs no key. An unfinished download leaves nothing behind."""
        part = f"{path}.part"
        with urllib.request.urlopen(url, timeout=60) as source, open(part, "wb") as target:
            while chunk := source.read(1 << 16):
                target.write(chunk)
        os.replace(part, path)

    def _call(self, method, path, body=None, headers=None):
        data = None if body is None else json.dumps(body).encode()
        for attempt in range(1, TRIES_MAX + 1):
            request = urllib.request.Request(self.server + path, data=data, method=method)
            request.add_header("Authorization", f"Bearer {self.key}")
            request.add_header("Content-Type", "application/json")
            for name, value in (headers or {}).items():
                request.add_header(name, value)
            try:
                with urllib.request.urlopen(request, timeout=60) as response:
                    return json.load(response)
            except urllib.error.HTTPError as error:
                answer = error.read()
                passing = error.code in (429, 500, 502, 503, 504) or (
                    error.code == 409 and "Retry-After" in error.headers
                )
                if not passing or attempt == TRIES_MAX:
                    raise Refused(f"HTTP {error.code}: {answer.decode(errors='replace')}") from None
                delay_s = int(error.headers.get("Retry-After", attempt))
            except (urllib.error.URLError, TimeoutError) as error:
                if attempt == TRIES_MAX:
                    raise Refused(f"{self.server} cannot be reached: {error}") from None
                delay_s = attempt
            time.sleep(delay_s)


def main():
    parser = argparse.ArgumentParser(description="Orders a clip and downloads it.")
    parser.add_argument("prompt")
    parser.add_argument("file")
    parser.add_argument("--server", default="http://127.0.0.1:8787")
    parser.add_argument("--seconds", type=int, default=5)
    options = parser.parse_args()
    key = os.environ.get("REELGATE_KEY")
    if not key:
        parser.error("set REELGATE_KEY to an API key")
    client = Client(options.server, key)
    try:
        task_id = client.submit({"prompt": options.prompt, "duration": str(options.seconds)})
        print(f"ordered {task_id}", file=sys.stderr)
        client.download(client.wait(task_id)["video_url"], options.file)
    except Refused as refusal:
        sys.exit(str(refusal))
    print(options.file)


if __name__ == "__main__":
    main()
