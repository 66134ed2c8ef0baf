#!/usr/bin/env python3
"""How heavy pages are and how fast they come: benches/pages.py http://127.0.0.1:8080 [/appels /annonces/nabcdefg …]

For each path: bytes of the answer, the time to its first byte (median and 95th percentile of 200, one connection), and
answers a second with eight connections kept open for five seconds. To give the service one core: taskset -c 0 glaneur run.
"""
import http.client
import statistics
import sys
import threading
import time
from urllib.parse import urlsplit

TRIES = 200
CONNECTIONS = 8
SECONDS = 5


def ask(connection, path):
    """Seconds to the first byte, and the bytes."""
    begins = time.perf_counter()
    connection.request("GET", path)
    answer = connection.getresponse()
    first = time.perf_counter() - begins
    body = answer.read()
    if answer.status != 200:
        raise SystemExit(f"{path} answers {answer.status}")
    return first, len(body)


def rate(host, path):
    """Answers a second."""
    counts, ends = [0] * CONNECTIONS, time.perf_counter() + SECONDS

    def work(n):
        connection = http.client.HTTPConnection(host)
        while time.perf_counter() < ends:
            ask(connection, path)
            counts[n] += 1

    threads = [threading.Thread(target=work, args=(n,)) for n in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


def main():
    host = urlsplit(sys.argv[1]).netloc
    print(f"{'path':40} {'bytes':>8} {'median ms':>10} {'p95 ms':>8} {'per s':>8}")
    for path in sys.argv[2:] or ["/", "/appels", "/appels?q=%C3%A9picerie", "/appels.atom", "/appels.ics"]:
        connection = http.client.HTTPConnection(host)
        tries = [ask(connection, path) for _ in range(TRIES)]
        times = sorted(first * 1000 for first, _ in tries)
        median, late = statistics.median(times), times[int(len(times) * 0.95)]
        print(f"{path[:40]:40} {tries[-1][1]:8} {median:10.2f} {late:8.2f} {rate(host, path):8.0f}")


if __name__ == "__main__":
    main()
