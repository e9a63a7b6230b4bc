"""An independent implementation of "The incident head" in docs/model.md, in NumPy, and the numbers that the code must give.

It shares no code with src/: one case at a time, in float64, with the plainest formulas of the page. Histories, forecasts and
weights come from integer formulas that the test repeats (`goldenIncidents.ts`). After a change of the page:

    python3 test/model/incident/golden/reference.py    # any Python >= 3.9 with NumPy; rewrites incident.json beside it
    npx biome check --write test/model/incident/golden
"""

import json
import math
import pathlib

import numpy as np

DAY, WEEK, HISTORY, HORIZON = 288, 7 * 288, 2304, 96
HORIZONS = [6, 12, 48, 96]
SUSTAINED = 3


def uniform(seed, i):
    """A number in [-1, 1): the finaliser of MurmurHash3 over seed and index."""
    mask = 0xFFFFFFFF
    x = (seed * 0x9E3779B1 + i * 0x85EBCA6B + 1) & mask
    x ^= x >> 16
    x = (x * 0x85EBCA6B) & mask
    x ^= x >> 13
    x = (x * 0xC2B2AE35) & mask
    x ^= x >> 16
    return x / 2147483648 - 1


def name_seed(name):
    """FNV-1a."""
    h = 0x811C9DC5
    for c in name:
        h = ((h ^ ord(c)) * 0x01000193) & 0xFFFFFFFF
    return h


# level, swing, noise of the values; how much they rise over the last day, and go on rising; gaps [from, to); threshold and direction
CASES = [
    {"name": "daily peaks over the threshold", "level": 60, "swing": 30, "noise": 6, "gaps": [], "threshold": 85, "direction": "above"},
    {"name": "far below the threshold", "level": 30, "swing": 5, "noise": 2, "gaps": [], "threshold": 95, "direction": "above"},
    {"name": "idle that falls each day", "level": 40, "swing": 38, "noise": 4, "gaps": [], "threshold": 5, "direction": "below"},
    {"name": "two days of history", "level": 70, "swing": 20, "noise": 5, "gaps": [[0, 1728]], "threshold": 84, "direction": "above"},
    {"name": "holes, one of them now", "level": 50, "swing": 20, "noise": 9, "gaps": [[300, 420], [1500, 1800], [2290, 2304]], "threshold": 66, "direction": "above"},
    {"name": "constant", "level": 50, "swing": 0, "noise": 0, "gaps": [], "threshold": 60, "direction": "above"},
    {"name": "a ramp that goes on", "level": 40, "swing": 3, "noise": 1, "rise": 30, "gaps": [[2270, 2275]], "threshold": 80, "direction": "above"},
    {"name": "idle that has fallen all day", "level": 60, "swing": 2, "noise": 3, "rise": -45, "gaps": [], "threshold": 10, "direction": "below"},
    {"name": "a straight rise since an outage", "level": 50, "swing": 0, "noise": 0, "rise": 20, "gaps": [[0, 2299]], "threshold": 90, "direction": "above"},
    {"name": "nothing known", "level": 50, "swing": 0, "noise": 0, "gaps": [[0, 2304]], "threshold": 60, "direction": "above"},
]


def ramp(case, i):
    return case.get("rise", 0) * np.maximum(i - (HISTORY - DAY), 0) / DAY


def history(case, seed):
    i = np.arange(HISTORY)
    noise = np.array([uniform(seed, int(k)) for k in i])
    line = case["level"] + case["swing"] * np.sin(2 * np.pi * ((i + 48) % DAY) / DAY) + case["noise"] * noise + ramp(case, i)
    line = np.maximum(np.round(line * 1000) / 1000, 0).astype(np.float32).astype(float)
    for start, end in case["gaps"]:
        line[start:end] = np.nan
    return line


def forecast(case, seed):
    h = np.arange(HORIZON)
    middle = case["level"] + case["swing"] * np.sin(2 * np.pi * ((HISTORY + h + 48) % DAY) / DAY) + ramp(case, HISTORY + h)
    low = middle - 3 - np.array([2 * abs(uniform(seed + 1000, int(k))) for k in h])
    high = middle + 3 + np.array([4 * abs(uniform(seed + 2000, int(k))) for k in h])
    rounded = np.round(np.stack([low, middle, high], 1) * 1000) / 1000
    return rounded.astype(np.float32).astype(float)


def squash(x):
    return 0.0 if math.isnan(x) else float(np.clip(np.arcsinh(x) / 2, -2.5, 2.5))


def mean(x):
    x = x[~np.isnan(x)]
    return float(x.mean()) if len(x) else math.nan


def unit(line):
    day = line[-DAY:]
    centre = mean(day)
    distance = mean(np.abs(day - centre)) if not math.isnan(centre) else 0.0
    at = np.arange(HISTORY - WEEK + DAY, HISTORY, 2)
    seconds = line[at]
    change = mean(np.abs(seconds - line[at - DAY]))
    known = seconds[~np.isnan(seconds)]
    spread = float(known.max() - known.min()) if len(known) else 0.0
    seasonal = distance if math.isnan(change) else change
    return 0.5 * seasonal + 0.5 * distance + 0.01 * spread + 1e-6 * (abs(0.0 if math.isnan(centre) else centre) + 1)


def breaches(signed, limit):
    over = np.zeros(HISTORY, bool)
    onset = np.zeros(HISTORY, bool)
    run = []
    for i in range(HISTORY + 1):
        if i < HISTORY and signed[i] >= limit:
            run.append(i)
            continue
        if len(run) >= SUSTAINED:
            over[run] = True
            onset[run[0]] = True
        run = []
    return over, onset


def features(line, quantiles, threshold, direction):
    sign = 1 if direction == "above" else -1
    signed, limit = sign * line, sign * threshold
    paths = np.sort(sign * quantiles, 1)  # p10, p50, p90, upwards
    d = unit(line)
    over, onset = breaches(signed, limit)
    known = ~np.isnan(line)

    def margin(x):
        return squash((limit - x) / d)

    def share(steps):
        n = known[-steps:].sum()
        return float((over & known)[-steps:].sum() / n) if n else 0.0

    days = []
    for day in range(1, 8):
        start = HISTORY - day * DAY
        if known[start : start + HORIZON].sum() >= HORIZON / 2:
            days.append((day, over[start : start + HORIZON]))
    week = slice(HISTORY - WEEK, HISTORY)
    last_breach = np.flatnonzero(over[week])
    since = (WEEK - 1 - last_breach[-1]) / 12 if len(last_breach) else None
    out = [share(WEEK), share(DAY), share(48), share(12)]
    out += [float(np.mean([b[:k].any() for _, b in days])) if days else 0.0 for k in HORIZONS]
    out += [float(any(n == day and b.any() for n, b in days)) for day in (1, 7)]
    out.append(1.0 if since is None else math.log(1 + since) / math.log(169))
    out += [math.log(1 + onset[week].sum()) / 3, math.log(1 + onset[-DAY:].sum()) / 3, known[week].sum() / WEEK]

    hour = signed[-12:]
    last = hour[~np.isnan(hour)][-1] if known[-12:].any() else math.nan

    def or_last(x):
        return last if math.isnan(x) else x

    def highest(steps):
        x = signed[-steps:]
        x = x[~np.isnan(x)]
        return float(x.max()) if len(x) else math.nan

    def hour_mean(ago):
        return or_last(mean(signed[HISTORY - 12 * (ago + 1) : HISTORY - 12 * ago]))

    eighth = np.sort(signed[HISTORY - WEEK :: 8][~np.isnan(signed[HISTORY - WEEK :: 8])])
    p90 = float(eighth[math.floor(0.9 * (len(eighth) - 1))]) if len(eighth) else math.nan
    out += [margin(last), margin(hour_mean(0)), margin(or_last(highest(48))), margin(or_last(highest(DAY))), margin(or_last(p90))]
    out += [squash((last - hour_mean(1)) / d), squash((hour_mean(0) - hour_mean(4)) / d)]
    rough = mean(np.abs(np.diff(line[-DAY:])))
    out.append(1.0 if math.isnan(rough) else rough / d)

    def chance(p10, p50, p90):
        tail = 0.3 * d + 0.3 * (p90 - p50)
        if limit > p90:
            return 0.1 * math.exp((p90 - limit) / tail)
        if limit > p50:
            return 0.1 + 0.4 * (p90 - limit) / (p90 - p50)
        if limit > p10:
            return 0.5 + 0.4 * (p50 - limit) / (p50 - p10)
        return 1 - 0.1 * math.exp((limit - p10) / tail)

    steps = np.minimum([chance(*row) for row in paths], 0.999)
    for k in HORIZONS:
        survival = (1 - steps[:k].max()) ** (47 / 48) * np.prod(1 - steps[:k]) ** (1 / 48)
        p = 1 - survival
        out.append(float(np.clip(0.4 * math.log((p + 1e-4) / (1 - p + 1e-4)), -2.5, 2.5)))
    out += [margin(paths[:k, 1].max()) for k in HORIZONS[1:]]
    out += [margin(paths[:k, 2].max()) for k in HORIZONS[1:]]
    out.append(squash(float((quantiles[:, 2] - quantiles[:, 0]).mean()) / d))

    for level in range(3):
        over_limit = np.flatnonzero(paths[:, level] >= limit)
        out.append(math.exp(-(over_limit[0] + 1) / 48) if len(over_limit) else 0.0)
    for steps_back in (48, DAY):
        at = np.flatnonzero(known[-steps_back:])
        values = signed[-steps_back:][at]
        if len(at) < steps_back / 8:
            out.append(0.0)
            continue
        slope, level = np.polyfit(at, values, 1)
        rise = slope * steps_back
        away = float(np.abs(values - level - slope * at).mean())
        out.append(rise / (abs(rise) + 4 * away + 1e-6 * (abs(level + slope * (steps_back - 1)) + 1)))
    return np.array(out)


def weights(name, *shape):
    seed = name_seed(name)
    values = np.array([0.5 * uniform(seed, i) for i in range(int(np.prod(shape)))], np.float32)
    return values.astype(float).reshape(shape)


def branch(name, sizes, x):
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        x = x @ weights(f"{name}.{i}.weight", inputs, outputs) + weights(f"{name}.{i}.bias", outputs)
        if i < len(sizes) - 2:
            x = np.where(x > 0, x, np.expm1(np.minimum(x, 0)))
    return np.cumsum(np.log1p(np.exp(x)))


def main():
    golden = []
    for seed, case in enumerate(CASES, 1):
        x = features(history(case, seed), forecast(case, seed), case["threshold"], case["direction"])
        hazard = 0.8 * branch("all", [38, 32, 16, 4], x) + 0.2 * branch("breaches", [14, 16, 8, 4], x[:14])
        p = 1 - np.exp(-hazard)
        golden.append({**case, "features": [float(f"{v:.7g}") for v in x], "probability": [float(f"{v:.7g}") for v in p]})
    path = pathlib.Path(__file__).with_name("incident.json")
    path.write_text(json.dumps(golden, indent=1) + "\n")


main()
