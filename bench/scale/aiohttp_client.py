"""aiohttp for scale: a task per connection on one event loop. `python3 aiohttp_client.py <job>`."""

import asyncio
import ssl
import time

import aiohttp
import measure


async def get(session):
    async with session.get(measure.URL) as response:
        measure.expect(response.status, await response.read())


async def work(session, window):
    began = time.perf_counter()
    while True:
        await get(session)
        now = time.perf_counter()
        if not window.again(began, now):
            return
        began = now


async def main():
    ca = measure.ENDPOINT["ca"]
    tls = {"ssl": ssl.create_default_context(cadata=ca)} if ca else {}
    connector = aiohttp.TCPConnector(limit=measure.ENDPOINT["connections"], **tls)
    async with aiohttp.ClientSession(connector=connector) as session:
        if measure.TASK["is"] == "load":
            window = measure.Window()
            await asyncio.gather(*(work(session, window) for _ in range(measure.TASK["connections"])))
            measure.tell(window.sample())
        else:
            await get(session)
            measure.tell({})


asyncio.run(main())
