"""Crawls one site and checks every link on it: those that lead elsewhere with one request, its own pages in full.

    linkcheck.py [--concurrency 20] [--per-host 4] https://example.org/
"""

import argparse
import asyncio
import sys
from html.parser import HTMLParser
from urllib.parse import urldefrag, urljoin, urlsplit

import aiohttp


class LinkParser(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links = []

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if tag == "a" and name == "href" and value]


def links_of(html, base):
    parser = LinkParser()
    parser.feed(html)
    urls = (urldefrag(urljoin(base, link)).url for link in parser.links)
    return [url for url in urls if urlsplit(url).scheme in ("http", "https")]


class Checker:
    def __init__(self, session, start):
        self.session = session
        self.site = urlsplit(start).netloc
        self.found_on = {start: "the command line"}
        self.queue = asyncio.Queue()
        self.queue.put_nowait(start)
        self.broken = []

    async def look(self, method, url):
        """The status of a URL; of a page of the site its links too."""
        async with self.session.request(method, url, allow_redirects=True) as response:
            is_page = response.content_type == "text/html" and urlsplit(str(response.url)).netloc == self.site
            if method == "GET" and is_page and response.ok:
                self.add(links_of(await response.text(), str(response.url)), url)
            return response.status, is_page

    def add(self, links, page):
        for link in links:
            if link not in self.found_on:
                self.found_on[link] = page
                self.queue.put_nowait(link)

    async def check(self, url):
        try:
            status, is_page = await self.look("HEAD", url)
            if status in (405, 501) or (status < 400 and is_page):
                status, _ = await self.look("GET", url)
            fault = None if status < 400 else str(status)
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            fault = "no connection" if isinstance(error, aiohttp.ClientConnectionError) else type(error).__name__
        if fault:
            self.broken.append(f"{fault} {url} on {self.found_on[url]}")

    async def worker(self):
        while True:
            url = await self.queue.get()
            try:
                await self.check(url)
            finally:
                self.queue.task_done()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--concurrency", type=int, default=20)
    parser.add_argument("--per-host", type=int, default=4)
    parser.add_argument("start")
    args = parser.parse_args()
    connector = aiohttp.TCPConnector(limit=args.concurrency, limit_per_host=args.per_host)
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        checker = Checker(session, args.start)
        workers = [asyncio.create_task(checker.worker()) for _ in range(args.concurrency)]
        await checker.queue.join()
        for worker in workers:
            worker.cancel()
    print("\n".join([*sorted(checker.broken), f"{len(checker.found_on)} links, {len(checker.broken)} broken"]))
    sys.exit(1 if checker.broken else 0)


if __name__ == "__main__":
    asyncio.run(main())
