"""Scores forecast files with one code, beside the naive methods, and prints markdown tables."""

import argparse
import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from naive import NAIVE_METHODS, naive_forecasts
from traces import (
    HORIZON_STEPS,
    LEVELS,
    MIN_ORIGINS,
    STEP_SECONDS,
    Series,
    fill_short_holes,
    future_of,
    is_validation_server,
    origins_to_score,
    read_folders,
    scale_of,
)

MASE_FLOOR = 0.05

# (server, metric) → origin → [HORIZON_STEPS, p10 p50 p90 actual]
Forecasts = dict[tuple[str, str], dict[int, np.ndarray]]


@dataclass
class Score:
    """Sums over one method's forecasts of one series, at the steps whose actual is known."""

    error: float = 0.0
    pinball: float = 0.0
    actual: float = 0.0
    width: float = 0.0
    inside: int = 0
    count: int = 0

    def add(self, quantiles: np.ndarray, actual: np.ndarray) -> None:
        """quantiles [steps, 3] ascending; actual [steps], NaN where it is not known."""
        known = np.isfinite(actual)
        quantiles, actual = quantiles[known], actual[known]
        above = actual[:, None] - quantiles
        levels = np.array(LEVELS)
        self.error += float(np.abs(above[:, 1]).sum())
        self.pinball += float(np.maximum(levels * above, (levels - 1) * above).sum())
        self.actual += float(np.abs(actual).sum())
        self.width += float((quantiles[:, 2] - quantiles[:, 0]).sum())
        self.inside += int(((actual >= quantiles[:, 0]) & (actual <= quantiles[:, 2])).sum())
        self.count += len(actual)

    def mase(self, scale: float) -> float:
        """Mean absolute error of p50 in units of the in-sample error of the 24 h seasonal naive."""
        return self.error / self.count / scale

    def wql(self) -> float:
        """Mean over the levels of 2 × pinball loss over the sum of |actual|; NaN for a series of zeros."""
        return 2 * self.pinball / len(LEVELS) / self.actual if self.actual > 0 else np.nan


@dataclass
class SeriesResult:
    series: Series
    scale: float
    scores: dict[str, Score] = field(default_factory=dict)


def read_forecasts(path: Path) -> Forecasts:
    columns = ["origin", "server", "metric", "step", "p10", "p50", "p90", "actual"]
    table = pd.read_csv(path, usecols=columns, dtype={"server": str, "metric": str})
    table = table.sort_values(["server", "metric", "origin", "step"], kind="stable")
    found: Forecasts = {}
    for (server, metric, origin), rows in table.groupby(["server", "metric", "origin"], sort=False):
        steps = rows["step"].to_numpy()
        if steps[0] < 1 or steps[-1] > HORIZON_STEPS or len(np.unique(steps)) < len(steps):
            where = f"{path}: {server} {metric} at {origin}"
            raise SystemExit(f"{where} has steps {steps.tolist()}; expected 1–{HORIZON_STEPS}, each at most once")
        values = np.full((HORIZON_STEPS, 4), np.nan)
        values[steps - 1] = rows[["p10", "p50", "p90", "actual"]].to_numpy()
        found.setdefault((server, metric), {})[int(origin)] = values
    return found


def score_corpus(corpus: list[Series], forecasts: dict[str, Forecasts], origins: int) -> list[SeriesResult]:
    """Every method at the very same origins and steps: those of the rules that every file has."""
    results = []
    for series in corpus:
        scale = scale_of(series)
        newest = [o for o in origins_to_score(series, origins) if all(covers(f, series, o) for f in forecasts.values())]
        if scale is not None and len(newest) >= MIN_ORIGINS:
            results.append(score_series(series, scale, newest, forecasts))
    return results


def covers(forecasts: Forecasts, series: Series, newest: int) -> bool:
    rows = rows_at(forecasts, series, newest)
    if rows is None:
        return False
    actual = future_of(series, newest)
    known = np.isfinite(actual)
    given = rows[known, 3]
    if not np.allclose(given[np.isfinite(given)], actual[known][np.isfinite(given)], rtol=1e-3, atol=1e-6):
        raise SystemExit(
            f"{series.server} {series.metric} at {(series.first + newest) * STEP_SECONDS}: the file's actual values are"
            " not those of the traces; expected forecasts of these folders, origin = start of the last known bin"
        )
    return bool(np.isfinite(rows[known, :3]).all())


def rows_at(forecasts: Forecasts, series: Series, newest: int) -> np.ndarray | None:
    return forecasts.get((series.server, series.metric), {}).get((series.first + newest) * STEP_SECONDS)


def score_series(series: Series, scale: float, newest: list[int], forecasts: dict[str, Forecasts]) -> SeriesResult:
    result = SeriesResult(series, scale, {name: Score() for name in [*forecasts, *NAIVE_METHODS]})
    filled = fill_short_holes(series.values)
    for origin in newest:
        actual = future_of(series, origin)
        for name, file in forecasts.items():
            result.scores[name].add(rows_at(file, series, origin)[:, :3], actual)
        for name, point in zip(NAIVE_METHODS, naive_forecasts(filled, origin, series.upper), strict=True):
            result.scores[name].add(np.repeat(point[:, None], len(LEVELS), axis=1), actual)
    return result


def best_naive(results: list[SeriesResult]) -> str:
    """The naive method with the lowest median MASE of this set, chosen in hindsight."""
    return min(NAIVE_METHODS, key=lambda name: median_mase(results, name))


def median_mase(results: list[SeriesResult], name: str) -> float:
    return float(np.median([r.scores[name].mase(r.scale) for r in results]))


def mean_ratio(results: list[SeriesResult], name: str, naive: str) -> float:
    """Mean over series of MASE(name) / MASE(naive), both at least MASE_FLOOR."""
    floored = lambda r, method: max(r.scores[method].mase(r.scale), MASE_FLOOR)
    return float(np.mean([floored(r, name) / floored(r, naive) for r in results]))


def accuracy_table(results: list[SeriesResult], methods: list[str]) -> str:
    lines = [
        "| data set | series | best naive | its MASE | forecaster | MASE | ratio | WQL | coverage | width |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    datasets = sorted({r.series.dataset for r in results})
    groups = [(name, [r for r in results if r.series.dataset == name]) for name in datasets]
    for name, rows in list(groups):
        held_out = [r for r in rows if is_validation_server(name, r.series.server)]
        groups += [(f"{name}, held-out servers", held_out)] if held_out else []
    for name, rows in groups:
        naive = best_naive(rows)
        for method in methods:
            count = sum(r.scores[method].count for r in rows)
            figures = [
                median_mase(rows, method),
                mean_ratio(rows, method, naive),
                float(np.nanmedian([r.scores[method].wql() for r in rows])),
                sum(r.scores[method].inside for r in rows) / count,
                float(np.median([r.scores[method].width / r.scores[method].count / r.scale for r in rows])),
            ]
            cells = [name, str(len(rows)), naive, f"{median_mase(rows, naive):.3f}", method]
            lines.append(f"| {' | '.join(cells + [f'{figure:.3f}' for figure in figures])} |")
    return "\n".join(lines)


def cost_table(training: dict[str, dict], forecasting: dict[str, dict]) -> str:
    lines = [
        "| forecaster | training: min wall | min CPU | windows/s | MB RSS | forecasts | per CPU-s | MB RSS |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in dict.fromkeys([*training, *forecasting]):
        t, f = training.get(name, {}), forecasting.get(name, {})
        cells = [
            quotient(t, "wall_seconds", 60),
            quotient(t, "cpu_seconds", 60),
            rate(t, "wall_seconds"),
            quotient(t, "peak_rss_mb", 1),
            str(f.get("count", "–")),
            rate(f, "cpu_seconds"),
            quotient(f, "peak_rss_mb", 1),
        ]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def quotient(cost: dict, key: str, by: float) -> str:
    return f"{cost[key] / by:.1f}" if key in cost else "–"


def rate(cost: dict, seconds: str) -> str:
    return f"{cost['count'] / cost[seconds]:.0f}" if "count" in cost and cost.get(seconds) else "–"


def named_path(text: str) -> tuple[str, Path]:
    name, equals, path = text.partition("=")
    if not name or not equals or not path:
        raise argparse.ArgumentTypeError(f'"{text}" is not NAME=FILE')
    return name, Path(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="+", type=Path, help="the trace folders that were forecast")
    files = {"nargs": "+", "type": named_path}
    parser.add_argument("--forecasts", **files, required=True, metavar="NAME=forecasts.csv.gz", help="a name may recur")
    parser.add_argument("--train-cost", **files, default=[], metavar="NAME=cost.json")
    parser.add_argument("--forecast-cost", **files, default=[], metavar="NAME=cost.json")
    parser.add_argument("--origins", type=int, default=30)
    args = parser.parse_args()
    corpus = read_folders(args.folders)
    refuse_shared_names(corpus)
    forecasts: dict[str, Forecasts] = {}
    for name, path in args.forecasts:
        forecasts.setdefault(name, {}).update(read_forecasts(path))
    results = score_corpus(corpus, forecasts, args.origins)
    if not results:
        raise SystemExit(f"no series has {MIN_ORIGINS} origins that every file forecasts; are they of these folders?")
    expected = sum(len(origins_to_score(s, args.origins)) for s in corpus)
    given = ", ".join(f"{name} {sum(map(len, file.values()))}" for name, file in forecasts.items())
    print(f"{len(results)} series scored. Origins by the rules: {expected}; in the files: {given}.\n")
    print(accuracy_table(results, list(forecasts)))
    if args.train_cost or args.forecast_cost:
        print("\n" + cost_table(read_costs(args.train_cost), read_costs(args.forecast_cost)))


def read_costs(files: list[tuple[str, Path]]) -> dict[str, dict]:
    return {name: json.loads(path.read_text()) for name, path in files}


def refuse_shared_names(corpus: list[Series]) -> None:
    """A forecast file tells servers by name alone."""
    owner: dict[str, str] = {}
    for series in corpus:
        first = owner.setdefault(series.server, series.dataset)
        if first != series.dataset:
            raise SystemExit(f"server {series.server} is in {first} and in {series.dataset}; score them apart")


if __name__ == "__main__":
    main()
