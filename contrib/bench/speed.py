# SPDX-License-Identifier: ISC
"""CPU, throughput and latency beside the peers, in interleaved rounds."""
import json
import statistics
import subprocess
import sys
import time

from mails import RUNS


def load(service, mails, count, connections, args, *more):
    """Sends count messages; what miltload says, with CPU and memory."""
    before = service.meter.cpu()
    out = subprocess.run(
        [args.load, "-c", str(connections), "-n", str(count), *more,
         service.socket] + mails, capture_output=True, text=True, check=False)
    if out.returncode != 0:
        sys.exit(f"{service.name}: {out.stdout}{out.stderr}")
    result = json.loads(out.stdout)
    time.sleep(0.3)  # children that are ending are charged too
    result["cpu"] = (service.meter.cpu() - before) * 1000 / count
    result["rate"] = count / result["seconds"]
    result["pss"] = service.meter.pss()
    return result


def measure(services, corpora, args):
    results = {}
    for corpus, mails in corpora.items():
        count, connections = RUNS[corpus]
        count = max(int(count * args.scale), connections)
        for rounds in range(-1, args.rounds):  # the first warms up
            for service in services:
                n = min(count, 60) if rounds < 0 else count
                if rounds < 0 and corpus == "20mb":
                    n = 2
                result = load(service, mails, n, connections, args, "-k", "20")
                if rounds >= 0:
                    results.setdefault((corpus, service.name), []) \
                        .append(result)
            print(f"  {corpus}: round {rounds + 1} of {args.rounds}",
                  file=sys.stderr)
    return results


def median(results, key):
    return statistics.median(r[key] for r in results)


def ratio(results, corpus, name, base):
    """Median of the rounds' ratios of CPU, or blank."""
    if (corpus, base) not in results:
        return ""
    return "%.2f" % statistics.median(
        r["cpu"] / b["cpu"] for r, b in
        zip(results[corpus, name], results[corpus, base]) if b["cpu"] > 0)


def print_table(results, corpora, services, args):
    print("CPU: seconds per 1,000 messages of the whole service; ratio to "
          f"{args.against} is the median of the rounds' ratios")
    print(f"{'corpus':8} {'service':9} {'CPU':>9} {'ratio':>6} {'msg/s':>8} "
          f"{'p50 ms':>8} {'p99 ms':>8} {'PSS MB':>7}  replies")
    for corpus in corpora:
        for service in services:
            rows = results[corpus, service.name]
            replies = " ".join(f"{k}:{v}" for k, v in
                               rows[-1]["replies"].items())
            print(f"{corpus:8} {service.name:9} {median(rows, 'cpu'):9.3f} "
                  f"{ratio(results, corpus, service.name, args.against):>6} "
                  f"{median(rows, 'rate'):8.1f} {median(rows, 'p50'):8.2f} "
                  f"{median(rows, 'p99'):8.2f} {median(rows, 'pss'):7.1f}  "
                  f"{replies}")
        if (corpus, "cached") in results and (corpus, "sekimori") in results:
            print(f"{corpus:8} repeats with clean_cache: CPU "
                  f"{gain(results, corpus, 'cpu'):.2f}x less, "
                  f"{1 / gain(results, corpus, 'rate'):.2f}x the msg/s")


def gain(results, corpus, key):
    return statistics.median(
        a[key] / b[key] for a, b in
        zip(results[corpus, "sekimori"], results[corpus, "cached"]))
