"""Exports all orders of an API, page by page, to a CSV file.

    API_TOKEN=… exporter.py https://api.example orders.csv --since 2026-01-01
"""

import argparse
import csv
import os
import sys
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

COLUMNS = ["id", "customer", "total"]


def make_session(token):
    session = requests.Session()
    session.headers.update({"Authorization": f"Bearer {token}", "Accept": "application/json"})
    retries = Retry(total=3, backoff_factor=0.1, status_forcelist=[500, 502, 503, 504])
    for scheme in ("https://", "http://"):
        session.mount(scheme, HTTPAdapter(max_retries=retries))
    return session


def pages(session, url, params):
    while url:
        page = session.get(url, params=params, timeout=30)
        page.raise_for_status()
        yield page
        url = urljoin(page.url, page.links["next"]["url"]) if "next" in page.links else None
        params = None  # the link has them already


def export(session, url, params, path):
    count = 0
    with open(path + ".tmp", "w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        for page in pages(session, url, params):
            orders = page.json()
            writer.writerows(orders)
            count += len(orders)
            print(f"{count} of {page.headers['X-Total-Count']}", file=sys.stderr)
    os.replace(path + ".tmp", path)
    return count


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("api")
    parser.add_argument("path")
    parser.add_argument("--since", default="1970-01-01")
    args = parser.parse_args()
    with make_session(os.environ["API_TOKEN"]) as session:
        try:
            count = export(session, f"{args.api}/orders", {"since": args.since, "per_page": 100}, args.path)
        except requests.RequestException as error:
            sys.exit(f"cannot export: {error}")
    print(f"{count} orders in {args.path}")


if __name__ == "__main__":
    main()
