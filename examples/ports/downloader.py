"""Downloads files, several at once, and goes on where an earlier run has left off.

    downloader.py [--jobs 4] FOLDER URL...
"""

import argparse
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, ProtocolError, ReadTimeoutError

ATTEMPTS = 4


def resume_headers(part, etag_file):
    """What asks for the rest of a part, if that still is the same file."""
    if not (os.path.exists(part) and os.path.exists(etag_file)):
        return {}
    with open(etag_file) as file:
        return {"Range": f"bytes={os.path.getsize(part)}-", "If-Range": file.read()}


def fetch(http, url, part, etag_file, progress):
    headers = resume_headers(part, etag_file) | {"Accept-Encoding": "identity"}
    response = http.request("GET", url, headers=headers, preload_content=False, enforce_content_length=True)
    try:
        if response.status not in (200, 206):
            raise HTTPError(f"GET {url} was answered with status {response.status}")
        begins = response.headers.get("Content-Range", "").split("-")[0]
        if response.status == 206 and begins != f"bytes {os.path.getsize(part)}":
            raise HTTPError(f"GET {url} gave another part than was asked for")
        if response.status == 200 and "ETag" in response.headers:
            with open(etag_file, "w") as file:
                file.write(response.headers["ETag"])
        with open(part, "ab" if response.status == 206 else "wb") as file:
            total = file.tell() + int(response.headers["Content-Length"])
            for chunk in response.stream(65536):
                file.write(chunk)
                progress(file.tell(), total)
    finally:
        response.release_conn()


def download(http, url, folder):
    name = os.path.basename(urlsplit(url).path)
    path = os.path.join(folder, name)
    part, etag_file = path + ".part", path + ".etag"
    for attempt in range(1, ATTEMPTS + 1):
        try:
            fetch(http, url, part, etag_file, lambda done, total: print(f"{name} {done}/{total}", file=sys.stderr))
            break
        except (ProtocolError, ReadTimeoutError):
            if attempt == ATTEMPTS:
                raise
            time.sleep(0.05 * 2**attempt)
    os.replace(part, path)
    if os.path.exists(etag_file):
        os.remove(etag_file)
    return f"{name} {os.path.getsize(path)} bytes"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("folder")
    parser.add_argument("urls", nargs="+")
    args = parser.parse_args()
    retries = urllib3.Retry(3, backoff_factor=0.05, status_forcelist=[502, 503, 504])
    http = urllib3.PoolManager(maxsize=args.jobs, timeout=urllib3.Timeout(connect=10, read=30), retries=retries)
    failed = 0
    with ThreadPoolExecutor(args.jobs) as threads:
        for url, future in [(url, threads.submit(download, http, url, args.folder)) for url in args.urls]:
            try:
                print(future.result())
            except (HTTPError, OSError) as error:
                failed += 1
                print(f"{url}: {error}", file=sys.stderr)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
