"""What the Python clients share: the job, the window and the figures. See ../job.ts and ../measurement.ts."""

import json
import math
import resource
import sys
import time

JOB = json.loads(sys.argv[1])
ENDPOINT = JOB["endpoint"]
TASK = JOB["task"]
URL = f"{ENDPOINT['scheme']}://{ENDPOINT['host']}:{ENDPOINT['port']}{TASK['path']}"


class Window:
    """Takes the time of every request: `again()` after each, until it is False."""

    def __init__(self):
        self.warm_up_end = time.perf_counter() + TASK["warmUpSeconds"]
        self.start = None
        self.end = None
        self.latencies = []
        self.cpu = 0

    def again(self, began, now):
        if self.end is not None:
            return False
        if self.start is not None:
            self.latencies.append((now - began) * 1e6)
            if now >= self.start + TASK["windowSeconds"]:
                self.end = now
                self.cpu = used() - self.cpu
        elif now >= self.warm_up_end:
            self.cpu = used()
            self.start = now
        return self.end is None

    def sample(self):
        ranked = sorted(self.latencies)
        count = len(ranked)
        return {
            "requests": count,
            "cpu": self.cpu / count,
            "requestsPerSecond": count / (self.end - self.start),
            "p50": ranked[math.ceil(count * 0.50) - 1],
            "p99": ranked[math.ceil(count * 0.99) - 1],
        }


def used():
    """User and system time of the process in µs."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return (usage.ru_utime + usage.ru_stime) * 1e6


def expect(status, body):
    if status != 200 or len(body) != TASK["bytes"]:
        raise RuntimeError(f"{URL} gave status {status} and {len(body)} bytes")


def tell(sample):
    print(json.dumps({"is": "measured", "sample": sample}))
