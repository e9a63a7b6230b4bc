"""What a stretch of work costs: wall and CPU seconds, and the peak of resident memory. Also wraps a command."""

import argparse
import json
import resource
import subprocess
import sys
import time
from pathlib import Path


class Stopwatch:
    """Wall and CPU seconds of this process since it was made."""

    def __init__(self) -> None:
        self.wall = time.perf_counter()
        self.cpu = time.process_time()

    def read(self) -> dict[str, float]:
        return {
            "wall_seconds": round(time.perf_counter() - self.wall, 2),
            "cpu_seconds": round(time.process_time() - self.cpu, 2),
        }


def peak_rss_mb(who: int = resource.RUSAGE_SELF) -> float:
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return round(resource.getrusage(who).ru_maxrss * unit / 1e6, 1)


def run_measured(command: list[str]) -> tuple[int, dict[str, float]]:
    """Runs a command to its end; its figures include the children that it waited for."""
    started = time.perf_counter()
    code = subprocess.run(command, check=False).returncode
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return code, {
        "wall_seconds": round(time.perf_counter() - started, 2),
        "cpu_seconds": round(used.ru_utime + used.ru_stime, 2),
        "peak_rss_mb": peak_rss_mb(resource.RUSAGE_CHILDREN),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description="Run a command and write what it cost as JSON.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, help="windows trained or forecasts made, if it is known")
    parser.add_argument("command", nargs=argparse.REMAINDER, help="-- command and its arguments")
    args = parser.parse_args()
    command = args.command[1:] if args.command[:1] == ["--"] else args.command
    if not command:
        parser.error("no command; expected: cost.py --out cost.json -- command …")
    code, cost = run_measured(command)
    if args.count is not None:
        cost["count"] = args.count
    args.out.write_text(json.dumps(cost, indent=2) + "\n")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
