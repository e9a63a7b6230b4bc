"""An independent implementation of docs/model.md in NumPy, and the numbers that the TypeScript code must reproduce.

It shares no code with src/: the inputs are computed in float64, one window at a time, and the network one window at a time
with the plainest formulas of the page. Weights and histories come from integer formulas that the test repeats
(`goldenCases.ts`), so that nothing but results needs to be stored.

Run it in the repository root after a change of docs/model.md, with any Python >= 3.9:

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install numpy
    /tmp/venv/bin/python test/model/golden/reference.py        # rewrites test/model/golden/*.json
    npx biome check --write test/model/golden

Where the page leaves a choice open, this file follows what src/model/inputs does, so there it confirms nothing beyond
agreement: the first 12 steps of a longer hole are filled too; without a last value the median of the last 24 h stands in
(0 without any); a line through fewer than two values is flat at the centre; the mean residuals c and c2 are 0 where absent;
the meaning of the 23 static figures.

A change of a golden file that no change of docs/model.md explains is a bug in one of the two implementations.
"""

import json
import math
import pathlib

import numpy as np

# ---------------------------------------------------------------- the vocabulary of the page

DAY, PAST, HORIZON, HISTORY, PATCH = 288, 288, 96, 2304, 3
T_PAST, T_FUTURE = PAST // PATCH, HORIZON // PATCH
HIDDEN, HEADS, NOTCH = 32, 4, 8
METRICS = [
    "cpu_user_pct", "cpu_sys_pct", "cpu_iowait_pct", "cpu_idle_pct", "java_cpu_pct", "mem_used_pct", "swap_used_pct",
    "disk_usage_pct", "net_in_mb_s", "net_out_mb_s", "back_close_wait", "front_close_wait", "load_average", "uptime_days",
]  # fmt: skip
PROFILES = ["database", "web_api", "ml_compute", "conductor_mgmt", "data_ingest", "risk_analytics", "generic"]
CANDIDATES = [
    "persistence", "mean_1h", "yesterday", "weekly_median", "median_with_level", "smoothed_median",
    "smoothed_with_slow_level", "last_week", "line_4h", "line_24h", "median_3h", "median_24h", "median_week",
]  # fmt: skip

# ---------------------------------------------------------------- numbers made by formula, repeated in goldenCases.ts


def uniform(seed: int, i: int) -> float:
    """A number in [-1, 1) from two integers: the finaliser of MurmurHash3 over seed and index."""
    x = (seed * 0x9E3779B1 + i * 0x85EBCA6B + 1) & 0xFFFFFFFF
    x ^= x >> 16
    x = (x * 0x85EBCA6B) & 0xFFFFFFFF
    x ^= x >> 13
    x = (x * 0xC2B2AE35) & 0xFFFFFFFF
    x ^= x >> 16
    return x / 2147483648 - 1


def name_seed(name: str) -> int:
    """FNV-1a of a weight's name."""
    h = 0x811C9DC5
    for letter in name:
        h = ((h ^ ord(letter)) * 0x01000193) & 0xFFFFFFFF
    return h


def weight(name: str, *shape: int) -> np.ndarray:
    """A weight: matrices of the size that keeps signals of order 1, gammas around 1, biases and betas up to 0.4."""
    count = math.prod(shape)
    u = np.array([uniform(name_seed(name), i) for i in range(count)])
    if name.endswith(".gamma"):
        values = 1 + 0.4 * u
    elif name.endswith((".beta", ".b", ".bias")):
        values = 0.4 * u
    elif name in ("static.metric", "static.profile"):
        values = u
    else:
        values = u * 1.7 / math.sqrt(shape[-2])
    return values.astype(np.float32).astype(np.float64).reshape(shape)


NEWEST = 5_700_077  # index of the last bucket, i.e. epoch seconds / 300

CASES = [
    dict(name="full history", metric="cpu_user_pct", profile="web_api", level=40, swing=18, week=5, noise=3, slope=0, gaps=[]),
    dict(name="two days of history", metric="net_in_mb_s", profile="database", level=30, swing=12, week=0, noise=4, slope=0.5, gaps=[[0, 1728]]),
    dict(name="gaps short and long", metric="load_average", profile="generic", level=6, swing=3, week=1, noise=0.6, slope=0, gaps=[[300, 312], [700, 713], [1500, 1790], [2040, 2047], [2150, 2171], [2260, 2263]]),
    dict(name="constant zero", metric="swap_used_pct", profile="database", level=0, swing=0, week=0, noise=0, slope=0, gaps=[]),
    dict(name="percent near 100", metric="mem_used_pct", profile="ml_compute", level=94, swing=3, week=0, noise=1, slope=0.6, gaps=[]),
    dict(name="unknown metric and profile", metric="queue_length", profile="", level=2500, swing=900, week=400, noise=150, slope=40, gaps=[[1000, 1100]]),
    dict(name="newest hour missing", metric="front_close_wait", profile="risk_analytics", level=80, swing=20, week=10, noise=6, slope=-2, gaps=[[2292, 2304]]),
    dict(name="newest two hours missing", metric="disk_usage_pct", profile="data_ingest", level=55, swing=2, week=0, noise=0.5, slope=1.5, gaps=[[2280, 2304]]),
    dict(name="one hour of history", metric="net_out_mb_s", profile="conductor_mgmt", level=9, swing=4, week=0, noise=1, slope=0, gaps=[[0, 2292]]),
]  # fmt: skip


def raw_history(index: int, case: dict) -> np.ndarray:
    """The case's last 2304 buckets, oldest first; rounded to 1/1000, so that no difference of a sine survives."""
    values = np.full(HISTORY, np.nan)
    for i in range(HISTORY):
        bucket = NEWEST - HISTORY + 1 + i
        daily = case["swing"] * math.sin(2 * math.pi * (bucket % DAY) / DAY)
        weekly = case["week"] * math.cos(2 * math.pi * (bucket % (7 * DAY)) / (7 * DAY))
        value = case["level"] + daily + weekly + case["noise"] * uniform(1000 + index, i) + case["slope"] * i / DAY
        values[i] = math.floor(min(max(value, 0), upper_bound(case)) * 1000 + 0.5) / 1000
    for start, end in case["gaps"]:
        values[start:end] = np.nan
    return values.astype(np.float32).astype(np.float64)


def upper_bound(case: dict) -> float:
    return 100.0 if case["metric"].endswith("_pct") else math.inf


# ---------------------------------------------------------------- inputs


def mean(values) -> float:
    """Mean of those that exist; NaN if none does."""
    values = np.asarray(values, dtype=float)
    values = values[~np.isnan(values)]
    return float(values.mean()) if len(values) else math.nan


def either(value: float, fallback: float) -> float:
    return fallback if math.isnan(value) else value


def forward_fill(raw: np.ndarray) -> np.ndarray:
    """Holes of up to 12 steps take the last value before them; of a longer hole the first 12 steps do."""
    filled = raw.copy()
    for i in range(len(raw)):
        if np.isnan(raw[i]):
            before = raw[max(0, i - 12) : i]
            known = before[~np.isnan(before)]
            if len(known):
                filled[i] = known[-1]
    return filled


class Window:
    """One series' history with everything that the page derives from it. Step t = 0 is the first unknown one."""

    def __init__(self, raw: np.ndarray, upper: float):
        self.y = forward_fill(raw)
        self.upper = upper
        steps = range(-PAST, HORIZON)
        days = {t: [v for v in (self.at(t - DAY * d) for d in range(1, 8)) if not math.isnan(v)] for t in steps}
        self.median = {t: float(np.median(days[t])) if days[t] else math.nan for t in steps}
        spread = {t: mean([abs(v - self.median[t]) for v in days[t]]) for t in steps}
        around = lambda series, t, half: mean([series[u] for u in range(t - half, t + half + 1) if u in series])
        self.smoothed = {t: around(self.median, t, 3) for t in steps}
        self.spread = {t: around(spread, t, 6) for t in steps}
        self.days = {t: len(days[t]) for t in steps}
        self.measure()

    def at(self, t: int) -> float:
        """y at step t; NaN before the history begins."""
        return float(self.y[HISTORY + t]) if -HISTORY <= t < 0 else math.nan

    def measure(self):
        day = [self.at(t) for t in range(-PAST, 0)]
        known = [v for v in day if not math.isnan(v)]
        middle = float(np.median(known)) if known else 0.0
        self.last = either(self.at(-1), middle)
        self.day_spread = spread_of(known, (0.0, 0.0, 0.0))
        recent = [v for v in day[-36:] if not math.isnan(v)]
        self.median_3h = float(np.median(recent)) if recent else self.last
        self.mean_1h = either(mean([self.at(t) for t in range(-12, 0)]), self.last)
        self.centre = either(mean([self.at(t) for t in range(-6, 0)]), self.last)
        week = range(-7 * DAY, 0)
        deviation = mean([abs(v - middle) for v in day])
        seasonal = either(mean([abs(self.at(t) - self.at(t - DAY)) for t in week if t - DAY >= -7 * DAY]), deviation)
        eighth = sorted(v for v in (self.at(t) for t in week[::8]) if not math.isnan(v))
        self.week_spread = spread_of(eighth, self.day_spread)
        cut = len(eighth) // 100
        value_range = eighth[len(eighth) - 1 - cut] - eighth[cut] if len(eighth) > 2 else 0.0
        self.scale = 0.5 * seasonal + 0.5 * deviation + 0.01 * value_range + 1e-6 * (abs(self.centre) + 1)
        if not self.scale > 0:
            self.scale = 1e-6
        total = seasonal + deviation
        self.seasonal_share = either(seasonal / (total + 1e-12), 1.0)

    def line(self, steps: int):
        """Least squares over the last `steps` values: (value at the last step, slope, mean distance)."""
        points = [(t + 1, self.at(t)) for t in range(-steps, 0) if not math.isnan(self.at(t))]
        if len(points) < 2:
            return self.centre, 0.0, math.nan
        x, y = np.array(points).T
        slope, level = np.polyfit(x, y, 1)
        return level, slope, float(np.mean(np.abs(y - level - slope * x)))

    def candidates(self) -> np.ndarray:
        """[96, 13], in the metric's unit."""
        c = either(mean([self.at(t) - self.median[t] for t in range(-6, 0)]), 0.0)
        c2 = either(mean([self.at(t) - self.smoothed[t] for t in range(-24, 0)]), 0.0)
        level4, slope4, _ = self.line(48)
        level24, slope24, _ = self.line(288)
        clip = lambda v: min(max(v, 0.0), self.upper)
        rows = []
        for h in range(HORIZON):
            median = either(self.median[h], self.last)
            smoothed = either(self.smoothed[h], self.last)
            rows.append([
                self.last,
                self.mean_1h,
                either(self.at(h - DAY), self.last),
                median,
                clip(median + c * math.exp(-h / 24)),
                smoothed,
                clip(smoothed + 0.5 * c * math.exp(-h / 12) + 0.5 * c2 * math.exp(-h / 72)),
                either(self.at(h - 7 * DAY), median),
                clip(level4 + slope4 * (h + 1)),
                clip(level24 + slope24 * (h + 1)),
                self.median_3h,
                self.day_spread[1],
                self.week_spread[1],
            ])  # fmt: skip
        return np.array(rows)

    def squash(self, amount: float) -> float:
        """R: an amount in units of the scale; 0 where it is absent."""
        return 0.0 if math.isnan(amount) else min(max(math.asinh(amount / self.scale), -6.0), 6.0)

    def z(self, value: float) -> float:
        return self.squash(value - self.centre)

    def figures(self) -> np.ndarray:
        """The 23 static figures; amounts are mean absolute ones over the last 24 h, in units of the scale."""
        s, steps = self.scale, range(-PAST, 0)
        over = lambda distance, part=steps: mean([abs(distance(t)) for t in part]) / s
        ago = lambda n: over(lambda t: self.at(t) - self.at(t - n), range(-PAST + n, 0))
        percent = self.upper == 100
        values = [
            math.log(s / (abs(self.centre) + s) + 1e-6) / 4,  # scale_over_level
            sum(self.days[h] for h in range(HORIZON)) / HORIZON / 7,  # days_of_profile
            ago(1),  # roughness
            over(lambda t: self.at(t) - self.median[t]),  # residual_to_weekly_median
            over(lambda t: self.at(t) - self.at(t - DAY)),  # residual_to_yesterday
            ago(12),  # change_over_1h
            ago(96),  # change_over_8h
            over(lambda t: self.at(t) - self.median[t], range(-24, 0)),  # recent_residual
            math.asinh(self.centre / s) / 3,  # level
            math.asinh(max(100 - self.centre, 0) / s) / 3 if percent else 2.0,  # distance_to_100
            1.0 if percent else 0.0,  # is_percent
            self.seasonal_share,  # seasonal_share_of_scale
            self.line(48)[2] / s,  # residual_to_4h_line
            self.line(288)[2] / s,  # residual_to_24h_line
        ]
        low_day, middle_day, high_day = self.day_spread
        low_week, middle_week, high_week = self.week_spread
        levels = [self.last, self.mean_1h, self.median_3h, middle_day, low_day, high_day, middle_week, low_week, high_week]
        values += [math.asinh((level - self.centre) / s) for level in levels]
        return np.array([min(max(either(v, 1.0), -4.0), 4.0) for v in values])

    def past(self) -> np.ndarray:
        """[3, 96, 7]"""
        value = [(self.z(self.at(t)), 0.0 if math.isnan(self.at(t)) else 1.0) for t in range(-PAST, 0)]
        residual = [(self.squash(self.at(t) - self.smoothed[t]), 0.0) for t in range(-PAST, 0)]
        weekly = [(self.z(self.smoothed[t]), 0.0) for t in range(-PAST, 0)]
        return tokens([value, residual, weekly])

    def future(self, candidates: np.ndarray) -> np.ndarray:
        """[9, 32, 7]"""
        column = lambda name: [(self.z(v), 0.0) for v in candidates[:, CANDIDATES.index(name)]]
        steps = range(HORIZON)
        return tokens([
            column("yesterday"),
            column("weekly_median"),
            column("smoothed_median"),
            column("last_week"),
            column("median_with_level"),
            column("line_24h"),
            [(self.squash(either(self.spread[h], self.scale)), 0.0) for h in steps],
            [(self.squash(self.at(h - HORIZON) - self.smoothed[h - HORIZON]), 0.0) for h in steps],
            [(h / 48 - 1, math.exp(-h / 24)) for h in steps],
        ])  # fmt: skip


def spread_of(values, fallback):
    """The entries at 10, 50 and 90 % of the sorted values; the middle one is the median proper."""
    if not len(values):
        return fallback
    ordered = sorted(values)
    entry = lambda share: ordered[math.floor(share * (len(ordered) - 1))]
    return entry(0.1), float(np.median(ordered)), entry(0.9)


def tokens(variables) -> np.ndarray:
    """[V][steps](two channels) -> [V, tokens, 7]: three steps of channel one, three of channel two, the constant 1."""
    x = np.array(variables, dtype=float)  # [V, steps, 2]
    v, steps, _ = x.shape
    by_channel = x.reshape(v, steps // PATCH, PATCH, 2).transpose(0, 1, 3, 2).reshape(v, steps // PATCH, 2 * PATCH)
    return np.concatenate([by_channel, np.ones((v, steps // PATCH, 1))], axis=-1)


# ---------------------------------------------------------------- the network, for one window


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def elu(x):
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softplus(x):
    return np.logaddexp(0, x)


def standard(x):
    return (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-3)


def layer_norm(name, x):
    n = x.shape[-1]
    return standard(x) * weight(f"{name}.gamma", n) + weight(f"{name}.beta", n)


def linear(name, x, out):
    return x @ weight(f"{name}.w", x.shape[-1], out) + weight(f"{name}.b", out)


def glu(name, x, out):
    return linear(f"{name}.value", x, out) * sigmoid(linear(f"{name}.gate", x, out))


def grn(name, x, context=None):
    inner = linear(f"{name}.in", x, HIDDEN)
    if context is not None:
        inner = inner + context @ weight(f"{name}.context", HIDDEN, HIDDEN)
    return layer_norm(f"{name}.norm", x + glu(f"{name}.glu", elu(inner), HIDDEN))


def vsn(name, x, context=None):
    """x [V, T, P] -> selected [T, H] and weights [T, V]."""
    v, _, p = x.shape
    each = lambda part, inputs, z: np.einsum("vtp,vph->vth", z, weight(f"{name}.{part}", v, inputs, HIDDEN))
    active = elu(each("in", p, x))
    value = each("value.w", HIDDEN, active) + weight(f"{name}.value.b", v, 1, HIDDEN)
    gate = each("gate.w", HIDDEN, active) + weight(f"{name}.gate.b", v, 1, HIDDEN)
    normal = standard(each("embed", p, x) + value * sigmoid(gate))  # [V, T, H]

    inner = np.einsum("vtp,vph->th", x, weight(f"{name}.weights.in", v, p, HIDDEN)) + weight(f"{name}.weights.in.b", HIDDEN)
    if context is not None:
        inner = inner + context @ weight(f"{name}.weights.context", HIDDEN, HIDDEN)
    skip = np.einsum("vtp,vpo->to", x, weight(f"{name}.weights.skip", v, p, v))
    shares = softmax(layer_norm(f"{name}.weights.norm", skip + glu(f"{name}.weights.glu", elu(inner), v)))
    total = np.einsum("tv,vth->th", shares, normal)
    return total * weight(f"{name}.norm.gamma", HIDDEN) + weight(f"{name}.norm.beta", HIDDEN), shares


def lstm(name, x, hidden, cell):
    kernel, bias = weight(f"{name}.kernel", 2 * HIDDEN, 4 * HIDDEN), weight(f"{name}.bias", 4 * HIDDEN)
    outputs = []
    for row in x:
        i, f, g, o = np.split(np.concatenate([row, hidden]) @ kernel + bias, 4)
        cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
        hidden = sigmoid(o) * np.tanh(cell)
        outputs.append(hidden)
    return np.array(outputs), hidden, cell


def attend(theta):
    """theta [128, H] -> attended [32, H] and the heads' mean weights [32, 128]."""
    width = HIDDEN // HEADS
    q = linear("attention.query", theta, HIDDEN)[T_PAST:].reshape(T_FUTURE, HEADS, width)
    k = linear("attention.key", theta, HIDDEN).reshape(-1, HEADS, width)
    value = linear("attention.value", theta, width)
    scores = np.einsum("jhw,thw->hjt", q, k) / math.sqrt(width)
    for j in range(T_FUTURE):
        scores[:, j, T_PAST + j + 1 :] = -np.inf
    mean_share = softmax(scores).mean(axis=0)
    return mean_share @ value @ weight("attention.out", width, HIDDEN), mean_share


def moving_mean(x, h):
    """The mean of three steps around h; at the ends it goes on straight from the means three steps apart beside them."""
    if h == 0:
        return moving_mean(x, 1) - (moving_mean(x, 4) - moving_mean(x, 1)) / 3
    if h == HORIZON - 1:
        return moving_mean(x, h - 1) + (moving_mean(x, h - 1) - moving_mean(x, h - 4)) / 3
    return (x[h - 1] + x[h] + x[h + 1]) / 3


def notched(x, tokens):
    """x [96, ...] without what recurs with every token, seen over as many of them."""
    if tokens is None:
        return x
    deviation = [x[h] - moving_mean(x, h) for h in range(HORIZON)]
    result = []
    for h in range(HORIZON):
        token, position = divmod(h, PATCH)
        first = min(max(token - (tokens - 1) // 2, 0), T_FUTURE - tokens)
        result.append(x[h] - sum(deviation[t * PATCH + position] for t in range(first, first + tokens)) / tokens)
    return np.array(result)


def network(past, future, figures, metric_id, profile_id, candidates, notch):
    """All inputs of one window -> p02, p10, p50, p90, p98 in units of the scale [96, 5], and the weights that explain it."""
    metric = weight("static.metric", len(METRICS) + 1, HIDDEN)[metric_id]
    profile = weight("static.profile", len(PROFILES) + 1, HIDDEN)[profile_id]
    statics = np.stack([linear("static.figures", figures, HIDDEN), metric, profile])[:, None, :]  # [3, 1, H]
    static, static_weights = vsn("static.selection", statics)
    static = static[0]
    context = {part: grn(f"context.{part}", static) for part in ("selection", "hidden", "cell", "enrichment")}

    past_selected, past_weights = vsn("past", past, context["selection"])
    future_selected, future_weights = vsn("future", future, context["selection"])
    encoded, hidden, cell = lstm("encoder", past_selected, context["hidden"], context["cell"])
    decoded, _, _ = lstm("decoder", future_selected, hidden, cell)
    selected = np.concatenate([past_selected, future_selected])
    phi = layer_norm("sequence.norm", selected + glu("sequence.glu", np.concatenate([encoded, decoded]), HIDDEN))
    theta = grn("enrichment", phi, context["enrichment"])
    attended, attention = attend(theta)
    delta = layer_norm("attention.norm", theta[T_PAST:] + glu("attention.glu", attended, HIDDEN))
    psi = grn("feedforward", delta)
    z = layer_norm("output.norm", phi[T_PAST:] + glu("output.glu", psi, HIDDEN))  # [32, H]

    shares = softmax(notched(linear("head.mixture", z, PATCH * len(CANDIDATES)).reshape(HORIZON, len(CANDIDATES)), notch))
    per_step = lambda name: notched(linear(f"head.{name}", z, PATCH).reshape(HORIZON), notch)
    p50 = (shares * candidates).sum(axis=-1) + per_step("correction")
    p10, p90 = p50 - softplus(per_step("lower")), p50 + softplus(per_step("upper"))
    p02, p98 = p10 - softplus(per_step("lowest")), p90 + softplus(per_step("highest"))
    quantiles = np.stack([p02, p10, p50, p90, p98], axis=-1)
    return dict(
        quantiles=quantiles,
        past_weights=past_weights.mean(axis=0),
        future_weights=future_weights.mean(axis=0),
        static_weights=static_weights[0],
        candidate_weights=shares.mean(axis=0),
        attention=attention.mean(axis=0),
    )


# ---------------------------------------------------------------- golden files


def rounded(values):
    """Nested lists with seven significant digits."""
    values = np.asarray(values, dtype=float)
    return values.tolist() if values.ndim > 1 and values.size == 0 else _rounded(values.tolist())


def _rounded(value):
    return [_rounded(v) for v in value] if isinstance(value, list) else float(f"{value:.6e}")


def checksum(values) -> float:
    """The sum of values times cos(0.37 i): any entry that is wrong or out of place changes it."""
    flat = np.asarray(values, dtype=float).reshape(-1)
    return float(flat @ np.cos(0.37 * np.arange(len(flat))))


def run_case(index: int, case: dict) -> dict:
    upper = upper_bound(case)
    window = Window(raw_history(index, case), upper)
    candidates = window.candidates()
    past, future, figures = window.past(), window.future(candidates), window.figures()
    base = candidates[:, [CANDIDATES.index("median_with_level")]]
    scaled = np.clip((candidates - base) / window.scale, -60, 60)
    metric_id = METRICS.index(case["metric"]) + 1 if case["metric"] in METRICS else 0
    profile_id = PROFILES.index(case["profile"]) + 1 if case["profile"] in PROFILES else 0
    result = network(past, future, figures, metric_id, profile_id, scaled, NOTCH)
    without = network(past, future, figures, metric_id, profile_id, scaled, None)
    forecast = np.clip(base + window.scale * result["quantiles"][:, 1:4], 0, upper)
    ids = [0, 40, 95]
    return dict(
        case=case,
        inputs=dict(
            scale=rounded(window.scale),
            figures=rounded(figures),
            past_tokens={str(j): rounded(past[:, j, :]) for j in ids},
            past_checksums=rounded([checksum(v) for v in past]),
            future_tokens={str(j): rounded(future[:, j, :]) for j in (0, 31)},
            future_checksums=rounded([checksum(v) for v in future]),
            candidates={str(h): rounded(candidates[h]) for h in (0, 30, 95)},
            scaled_candidate_checksums=rounded([checksum(scaled[:, c]) for c in range(len(CANDIDATES))]),
        ),
        quantiles=rounded(result["quantiles"]),
        quantiles_without_notch=rounded(without["quantiles"]),
        forecast=rounded(forecast),
        evidence={key: rounded(result[key]) for key in ("past_weights", "future_weights", "static_weights", "candidate_weights", "attention")},
    )


def main():
    folder = pathlib.Path(__file__).parent
    for index, case in enumerate(CASES):
        path = folder / f"{case['name'].replace(' ', '-')}.json"
        path.write_text(json.dumps(run_case(index, case), indent=1) + "\n")
        print(f"wrote {path.name}")


if __name__ == "__main__":
    main()
