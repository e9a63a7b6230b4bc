"""Trace folders and the split: the same series, held-out servers, scales and origins as linborg's own."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

STEP_SECONDS = 300
DAY_STEPS = 288
PAST_STEPS = 288
HORIZON_STEPS = 96
MAX_FILL_STEPS = 12
LEVELS = (0.1, 0.5, 0.9)

TRAIN_UNTIL = 0.7
VALIDATE_FROM = 0.63
VALIDATION_SERVERS = 0.1

# At most the last 70 days are forecast, and a series with fewer usable origins is not scored.
MAX_STEPS = 70 * DAY_STEPS
MIN_ORIGINS = 5

NOT_TRACES = re.compile(r"^(?:servers|labels)\.csv(?:\.gz)?$")


@dataclass(frozen=True)
class Series:
    """One metric of one server: `values[i]` (float32, NaN where there is no sample) is that of bucket `first + i`."""

    dataset: str
    server: str
    metric: str
    first: int
    values: np.ndarray

    @property
    def upper(self) -> float:
        return 100.0 if self.metric.endswith("_pct") else np.inf


def list_traces(folder: Path) -> list[Path]:
    names = [p for p in folder.iterdir() if re.search(r"\.csv(?:\.gz)?$", p.name) and not NOT_TRACES.match(p.name)]
    if not names:
        raise SystemExit(f"trace folder {folder} holds no <server>.csv or <server>.csv.gz")
    return sorted(names)


def read_folders(folders: list[Path], servers_per_folder: int | None = None) -> list[Series]:
    """Every series that has two different values; each folder is a data set named after it."""
    corpus = []
    for folder in folders:
        for path in list_traces(folder)[:servers_per_folder]:
            corpus.extend(read_trace(path, folder.resolve().name))
    return corpus


def read_trace(path: Path, dataset: str) -> list[Series]:
    table = pd.read_csv(path, dtype={"server": str})
    if list(table.columns[:2]) != ["timestamp", "server"] or len(table) == 0:
        raise SystemExit(f"{path} has the columns {list(table.columns)}; expected timestamp,server,<metrics> and rows")
    buckets = table["timestamp"].to_numpy() // STEP_SECONDS
    found = []
    for metric in table.columns[2:]:
        values = np.full(buckets[-1] - buckets[0] + 1, np.nan, np.float32)
        values[buckets - buckets[0]] = table[metric].to_numpy(np.float32)
        known = values[np.isfinite(values)]
        if len(known) > 0 and known.max() > known.min():
            found.append(Series(dataset, table["server"][0], metric, int(buckets[0]), values))
    return found


def is_validation_server(dataset: str, server: str, share: float = VALIDATION_SERVERS) -> bool:
    """Whether a server is held out of training; the same draw (FNV-1a, then sfc32) as in src/core/random.ts."""
    return first_draw(fnv1a(f"{dataset}/{server}")) < share


def fnv1a(name: str) -> int:
    units = np.frombuffer(name.encode("utf-16-le"), np.uint16)
    value = 0x811C9DC5
    for unit in units.tolist():
        value = ((value ^ unit) * 0x01000193) & 0xFFFFFFFF
    return value


def first_draw(seed: int) -> float:
    mask = 0xFFFFFFFF
    s = seed & mask

    def split_mix() -> int:
        nonlocal s
        s = (s + 0x9E3779B9) & mask
        t = ((s ^ (s >> 16)) * 0x21F0AAAD) & mask
        t = ((t ^ (t >> 15)) * 0x735A2D97) & mask
        return t ^ (t >> 15)

    a, b, c = split_mix(), split_mix(), split_mix()
    counter = 1
    for _ in range(13):
        drawn = (a + b + counter) & mask
        counter += 1
        a = b ^ (b >> 9)
        b = (c + (c << 3)) & mask
        c = (((c << 21) | (c >> 11)) + drawn) & mask
    return drawn / 4_294_967_296


def scale_of(series: Series, until: float = TRAIN_UNTIL) -> float | None:
    """Mean |y(t) - y(t - 24 h)| over the part before `until`; None for a series that is (almost) constant there."""
    values = series.values[: int(until * len(series.values))].astype(np.float64)
    known = np.sort(values[np.isfinite(values)])
    seasonal = finite(np.abs(values[DAY_STEPS:] - values[:-DAY_STEPS]))
    change = finite(np.abs(values[1:] - values[:-1]))
    if len(known) < 400 or len(seasonal) == 0 or len(change) == 0:
        return None
    last = len(known) - 1
    spread = known[int(np.floor(0.99 * last))] - known[int(np.ceil(0.01 * last))]
    is_varied = spread > 0 and seasonal.mean() > 1e-4 * spread and change.mean() > 1e-4 * spread
    return float(seasonal.mean()) if is_varied else None


def finite(values: np.ndarray) -> np.ndarray:
    return values[np.isfinite(values)]


def usable_origins(series: Series) -> np.ndarray:
    """Per index: may it be an origin? Needs a value of the last hour, half of the last 4 h and half of the future."""
    known = np.isfinite(series.values)
    before = np.concatenate([[0], np.cumsum(known)])
    count = lambda low, high: before[np.clip(high, 0, len(known))] - before[np.clip(low, 0, len(known))]
    at = np.arange(len(known))
    recent = count(at - MAX_FILL_STEPS, at + 1) > 0
    # 48 steps end at the origin; what lies before the series counts as missing.
    past = count(at - 47, at + 1) >= 24
    future = count(at + 1, at + 1 + HORIZON_STEPS) >= HORIZON_STEPS / 2
    return recent & past & future


def rolling_origins(series: Series, origins: int = 30, start: float = TRAIN_UNTIL) -> np.ndarray:
    """Indices of the last known steps to forecast from: spread evenly over the part after `start`, where usable."""
    length = len(series.values)
    low = max(int(start * length), length - MAX_STEPS, 300)
    high = length - HORIZON_STEPS
    if high < low:
        return np.empty(0, int)
    spread = sorted({int(np.floor(low + (high - low) * k / max(origins - 1, 1))) for k in range(origins)})
    newest = np.array(spread) - 1
    return newest[usable_origins(series)[newest]]


def origins_to_score(series: Series, origins: int = 30) -> np.ndarray:
    """As `rolling_origins`; empty for a series that is not scored."""
    if scale_of(series) is None:
        return np.empty(0, int)
    found = rolling_origins(series, origins)
    return found if len(found) >= MIN_ORIGINS else np.empty(0, int)


def fill_short_holes(values: np.ndarray, limit: int = MAX_FILL_STEPS) -> np.ndarray:
    """The first `limit` steps of a hole take the last value before it."""
    return pd.Series(values).ffill(limit=limit).to_numpy()


def future_of(series: Series, newest: int) -> np.ndarray:
    """The HORIZON_STEPS actual values after `newest`, NaN where there is none."""
    return series.values[newest + 1 : newest + 1 + HORIZON_STEPS].astype(np.float64)
