"""The Python side of bench/peers/contender.ts: announce, do the work when told to, say what it took."""

import json
import resource
import sys
import time


def say(**message):
    print(json.dumps(message), flush=True)


def peak_mb():
    try:
        with open("/proc/self/status") as status:
            return int(next(line for line in status if line.startswith("VmHWM")).split()[1]) / 1024
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def contend(name, version, workload, run):
    say(name=name, version=version, workload=workload)
    for line in sys.stdin:
        if line.strip() == "end":
            break
        start = time.perf_counter()
        run()
        say(ms=(time.perf_counter() - start) * 1000)
    say(peakMb=peak_mb())
