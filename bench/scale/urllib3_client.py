"""urllib3 for scale: a thread per connection, as its users have it. `python3 urllib3_client.py <job>`."""

import tempfile
import time
from concurrent.futures import ThreadPoolExecutor

import measure
import urllib3

CONNECTIONS = measure.ENDPOINT["connections"]


def get(http):
    response = http.request("GET", measure.URL)
    measure.expect(response.status, response.data)


def work(http, window):
    began = time.perf_counter()
    while True:
        get(http)
        now = time.perf_counter()
        if not window.again(began, now):
            return
        began = now


with tempfile.NamedTemporaryFile("w") as authorities:
    authorities.write(measure.ENDPOINT["ca"] or "")
    authorities.flush()
    tls = {"ca_certs": authorities.name} if measure.ENDPOINT["ca"] else {}
    http = urllib3.PoolManager(maxsize=CONNECTIONS, block=True, **tls)
    if measure.TASK["is"] == "load":
        window = measure.Window()
        with ThreadPoolExecutor(CONNECTIONS) as threads:
            for ended in [threads.submit(work, http, window) for _ in range(CONNECTIONS)]:
                ended.result()
        measure.tell(window.sample())
    else:
        get(http)
        measure.tell({})
