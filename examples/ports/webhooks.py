"""Sends events to a webhook, signed, each until it is taken. What nobody takes goes to a file of dead letters.

    WEBHOOK_SECRET=… webhooks.py https://shop.example/hooks events.ndjson dead.ndjson
"""

import argparse
import hashlib
import hmac
import json
import os
import sys
import time

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry


def make_session():
    retries = Retry(
        total=4,
        backoff_factor=0.05,
        status_forcelist=[429, 500, 502, 503, 504],
        allowed_methods=["POST"],
        respect_retry_after_header=True,
        raise_on_status=False,
    )
    session = requests.Session()
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=retries))
    return session


def sign(secret, timestamp, body):
    return hmac.new(secret, f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def send(session, url, secret, event):
    """None if the event was taken, else why not."""
    body = json.dumps(event, separators=(",", ":"), ensure_ascii=False).encode()
    timestamp = int(time.time())
    headers = {
        "Content-Type": "application/json",
        "Idempotency-Key": event["id"],
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": f"v1={sign(secret, timestamp, body)}",
    }
    try:
        response = session.post(url, data=body, headers=headers, timeout=(5, 10), allow_redirects=False)
    except requests.ConnectionError:
        return "no connection"
    except requests.RequestException as error:
        return str(error)
    return None if 200 <= response.status_code < 300 else f"status {response.status_code}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("events")
    parser.add_argument("dead_letters")
    args = parser.parse_args()
    secret = os.environ["WEBHOOK_SECRET"].encode()
    sent = dead = 0
    with make_session() as session, open(args.events) as events, open(args.dead_letters, "a") as dead_letters:
        for line in events:
            event = json.loads(line)
            reason = send(session, args.url, secret, event)
            if reason is None:
                sent += 1
                continue
            dead += 1
            dead_letters.write(json.dumps({"reason": reason, "event": event}, ensure_ascii=False) + "\n")
    print(f"{sent} sent, {dead} dead")
    sys.exit(1 if dead else 0)


if __name__ == "__main__":
    main()
