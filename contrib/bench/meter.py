# SPDX-License-Identifier: ISC
"""What a service costs: CPU by the kernel's account, memory as PSS."""
import glob
import os
import re
import time


class Meter:
    """A cgroup for one service, or its process tree where there are none."""

    ROOTS = ("/sys/fs/cgroup/cpuacct", "/sys/fs/cgroup")

    def __init__(self, name):
        self.folder = None
        self.pids = []
        for root in self.ROOTS:
            folder = os.path.join(root, f"sekimori-bench-{os.getpid()}-{name}")
            try:
                os.mkdir(folder)
            except OSError:
                continue
            if glob.glob(os.path.join(folder, "cpuacct.usage")) or \
                    glob.glob(os.path.join(folder, "cpu.stat")):
                self.folder = folder
                return
            os.rmdir(folder)

    def enter(self):
        if self.folder:
            with open(os.path.join(self.folder, "cgroup.procs"), "w") as f:
                f.write(str(os.getpid()))

    def members(self):
        if self.folder:
            with open(os.path.join(self.folder, "cgroup.procs")) as f:
                return [int(x) for x in f.read().split()]
        found, todo = [], list(self.pids)
        while todo:
            pid = todo.pop()
            found.append(pid)
            try:
                for task in os.listdir(f"/proc/{pid}/task"):
                    with open(f"/proc/{pid}/task/{task}/children") as f:
                        todo += [int(x) for x in f.read().split()]
            except OSError:
                pass
        return found

    def cpu(self):
        if self.folder:
            usage = os.path.join(self.folder, "cpuacct.usage")
            if os.path.exists(usage):
                with open(usage) as f:
                    return int(f.read()) / 1e9
            with open(os.path.join(self.folder, "cpu.stat")) as f:
                return int(re.search(r"usage_usec (\d+)", f.read())[1]) / 1e6
        ticks = 0
        for pid in self.members():
            try:
                with open(f"/proc/{pid}/stat") as f:
                    fields = f.read().rsplit(")", 1)[1].split()
                ticks += sum(int(x) for x in fields[11:15])
            except OSError:
                pass
        return ticks / os.sysconf("SC_CLK_TCK")

    def threads(self):
        total = 0
        for pid in self.members():
            try:
                total += len(os.listdir(f"/proc/{pid}/task"))
            except OSError:
                pass
        return total

    def pss(self):
        """Megabytes; what several processes share is counted once."""
        total = 0
        for pid in self.members():
            try:
                with open(f"/proc/{pid}/smaps_rollup") as f:
                    total += int(re.search(r"^Pss:\s+(\d+)", f.read(),
                                           re.M)[1])
            except (OSError, TypeError):
                pass
        return total / 1024

    def close(self):
        if self.folder:
            for _ in range(50):
                try:
                    os.rmdir(self.folder)
                    self.folder = None
                    return
                except OSError:
                    time.sleep(0.1)
