# SPDX-License-Identifier: ISC
"""Memory with many signatures, and what a reload of them costs."""
import os
import random
import shutil
import subprocess
import threading
import time

from services import start_sekimori
from speed import load

RATE = 35  # messages a second: a ministry's peak
RELOADS = 3


def many_signatures(folder, source, count):
    """Half hashes, half byte patterns, every second with a gap: as official
    ones are, but none of them is in any mail."""
    rng = random.Random(1)
    shutil.copytree(source, folder)
    with open(os.path.join(folder, "many.hdb"), "w") as f:
        for n in range(count // 2):
            f.write(f"{rng.randbytes(16).hex()}:{rng.randrange(10**7)}:H{n}\n")
    with open(os.path.join(folder, "many.ndb"), "w") as f:
        for n in range(count // 2):
            gap = "{1-40}" if n % 2 else ""
            f.write(f"N{n}:0:*:{rng.randbytes(20).hex()}{gap}"
                    f"{rng.randbytes(20).hex()}\n")


class Watch:
    """Samples the service's memory until it is left."""

    def __init__(self, service):
        self.service = service
        self.samples = []  # (time, megabytes)
        self.ending = False
        self.thread = threading.Thread(target=self.run)

    def run(self):
        while not self.ending:
            self.samples.append((time.monotonic(), self.service.meter.pss()))
            time.sleep(0.05)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.ending = True
        self.thread.join()

    def peak(self):
        return max(mb for _, mb in self.samples)


def one_engine(folder, args):
    out = subprocess.run([args.engine, folder], capture_output=True,
                         text=True, check=True)
    return float(out.stdout)


def children(scratch, folder, mails, engine, args):
    print(f"one engine: {engine:.0f} MB; at most {1.15 * engine + 64:.0f} MB "
          "is the aim, whatever the number of children")
    for count in (1, 2, 8, 32):
        s = start_sekimori(scratch, args, f"children{count}",
                           f"scan_children {count};", folder)
        idle = s.meter.pss()
        with Watch(s) as watch:
            load(s, mails, 2000, 8, args)
        print(f"{count:3} children: {idle:.0f} MB idle, {watch.peak():.0f} MB "
              f"at most under load, {s.meter.pss():.0f} MB after it",
              flush=True)
        s.stop()


def reload_once(service, folder, number, mails, args):
    """Memory before and at most, seconds over 1.15x, and the mail's times."""
    before = service.meter.pss()
    with open(os.path.join(folder, "reload.ndb"), "w") as f:
        pattern = random.Random(number).randbytes(20).hex()
        f.write(f"Reload{number}:0:*:{pattern}\n")
    with Watch(service) as watch:
        result = load(service, mails, RATE * 20, 8, args, "-r", str(RATE))
    over = [at for at, mb in watch.samples if mb > 1.15 * before]
    return before, watch.peak(), max(over) - min(over), result


def reloads(scratch, folder, mails, args):
    s = start_sekimori(scratch, args, "reload", "signature_check 1;", folder)
    load(s, mails, 500, 8, args)
    usual = load(s, mails, RATE * 30, 8, args, "-r", str(RATE))
    print(f"at {RATE} messages a second: usual p99 {usual['p99']:.1f} ms, "
          f"longest {usual['max']:.1f} ms")
    for number in range(RELOADS):
        before, peak, lasted, result = reload_once(s, folder, number, mails,
                                                   args)
        print(f"reload: {before:.0f} MB before, {peak:.0f} MB at most "
              f"({peak / before:.2f}x), over 1.15x for {lasted:.1f} s; longest "
              f"message {result['max']:.1f} ms "
              f"({result['max'] / usual['p99']:.2f}x the p99), replies "
              f"{result['replies']}", flush=True)
    s.stop()


def run(scratch, corpora, args):
    folder = os.path.join(scratch, "many")
    many_signatures(folder, args.signatures, args.many)
    mails = corpora["phish"]
    print(f"\nMemory (PSS of the whole service), {args.many} signatures")
    children(scratch, folder, mails, one_engine(folder, args), args)
    reloads(scratch, folder, mails, args)
