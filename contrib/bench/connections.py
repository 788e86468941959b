# SPDX-License-Identifier: ISC
"""Connections that do nothing, that stop half-way, and that are kept."""
import subprocess
import time

from services import start_sekimori
from speed import load

RUNS = 10


class Held:
    """Connections that stay as they are until it is left."""

    def __init__(self, service, option, count, args):
        self.process = subprocess.Popen(
            [args.load, option, str(count), service.socket],
            stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.wait()


def idle(service, mails, args):
    memory, threads = service.meter.pss(), service.meter.threads()
    with Held(service, "-i", 2000, args):
        time.sleep(5)  # libmilter gives a silent session's thread back
        more = service.meter.pss() - memory
        many = service.meter.threads()
        busy = load(service, mails, 400, 4, args)
    print(f"2,000 idle: {more:+.1f} MB, threads {threads} -> {many}; "
          f"beside them p99 {busy['p99']:.1f} ms, longest {busy['max']:.1f} ms")


def half(service, mails, args):
    longest = []
    for _ in range(RUNS):
        with Held(service, "-h", 200, args):
            longest.append(load(service, mails, 20, 1, args)["max"])
    print(f"200 half-sent packets: an honest client's longest wait in "
          f"{RUNS} runs {max(longest):.1f} ms")


def kept(service, mails, args):
    longest = sorted(load(service, mails, 1500, 32, args)["max"]
                     for _ in range(RUNS))
    good = sum(ms < 500 for ms in longest)
    print(f"32 kept connections, 100 KB zips (some 5 ms each): no message "
          f"over 0.5 s in {good} of {RUNS} runs; longest of each run "
          f"{longest[0]:.0f} to {longest[-1]:.0f} ms")


def run(scratch, corpora, args):
    print("\nConnections")
    s = start_sekimori(scratch, args, "connections")
    load(s, corpora["text2k"], 400, 4, args)
    idle(s, corpora["text2k"], args)
    half(s, corpora["text2k"], args)
    kept(s, corpora["zip100k"], args)
    s.stop()
