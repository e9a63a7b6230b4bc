"""The scoring, the split and the naive methods against figures worked out by hand."""

import gzip
import math

import numpy as np
import pytest
from naive import NAIVE_METHODS, naive_forecasts
from score import Score, SeriesResult, accuracy_table, mean_ratio, read_forecasts, score_corpus
from traces import (
    DAY_STEPS,
    HORIZON_STEPS,
    STEP_SECONDS,
    Series,
    first_draw,
    fnv1a,
    future_of,
    is_validation_server,
    origins_to_score,
    read_folders,
    rolling_origins,
    scale_of,
    usable_origins,
)


def daily_series(days: int = 20, noise: float = 1.0, server: str = "s1") -> Series:
    at = np.arange(days * DAY_STEPS)
    values = 50 + 20 * np.sin(2 * np.pi * at / DAY_STEPS) + noise * np.random.default_rng(7).normal(size=len(at))
    return Series("set", server, "cpu_user_pct", 5_000_000, values.astype(np.float32))


def test_a_score_is_the_one_worked_out_by_hand():
    score = Score()
    # Errors of p50: 1, 2; the third actual is not known and counts nowhere.
    quantiles = np.array([[8.0, 9.0, 12.0], [9.0, 10.0, 11.0], [0.0, 0.0, 0.0]])
    score.add(quantiles, np.array([10.0, 12.0, np.nan]))
    assert score.mase(scale=0.5) == pytest.approx((1 + 2) / 2 / 0.5)
    first = 0.1 * 2 + 0.5 * 1 + 0.1 * 2  # p90 lies 2 above the actual: (1 - 0.9) * 2
    second = 0.1 * 3 + 0.5 * 2 + 0.9 * 1  # all lie below
    assert score.wql() == pytest.approx(2 * (first + second) / 3 / 22)
    assert (score.inside, score.count) == (1, 2)
    assert score.width == pytest.approx(4 + 2)


def test_a_series_of_zeros_has_no_weighted_quantile_loss():
    score = Score()
    score.add(np.zeros((2, 3)), np.zeros(2))
    assert math.isnan(score.wql())


def test_the_ratio_floors_both_errors_and_averages_over_series():
    def result(model: float, naive: float) -> SeriesResult:
        return SeriesResult(daily_series(), 1.0, {"m": Score(error=model, count=1), "n": Score(error=naive, count=1)})

    ratio = mean_ratio([result(0.01, 0.1), result(0.6, 0.3)], "m", "n")
    assert ratio == pytest.approx((0.05 / 0.1 + 0.6 / 0.3) / 2)


def test_the_scale_is_the_seasonal_error_of_the_training_part_alone():
    series = daily_series(days=10)
    end = math.floor(0.7 * len(series.values))
    series.values[end:] = 1e6
    part = series.values[:end].astype(float)
    expected = np.mean([abs(part[i] - part[i - DAY_STEPS]) for i in range(DAY_STEPS, len(part))])
    assert scale_of(series) == pytest.approx(expected)


def test_a_series_that_is_constant_in_its_training_part_is_not_scored():
    series = daily_series(days=10)
    series.values[: math.floor(0.7 * len(series.values))] = 3
    assert scale_of(series) is None
    assert len(origins_to_score(series)) == 0


def test_origins_are_spread_over_the_last_part_and_leave_the_horizon_inside():
    series = daily_series(days=20)
    length = len(series.values)
    newest = rolling_origins(series, 30)
    assert len(newest) == 30
    assert newest[0] == math.floor(0.7 * length) - 1
    assert newest[-1] + HORIZON_STEPS == length - 1


def test_an_origin_needs_a_recent_value_and_half_of_its_future():
    series = daily_series(days=3)
    values = series.values
    values[400:420] = np.nan
    values[600:649] = np.nan
    usable = usable_origins(series)
    assert usable[399] and usable[411]  # the last value is 12 steps old
    assert not usable[412]  # the last value is 13 steps old
    assert usable[551] and not usable[552]  # 48 and 47 of the 96 future values exist
    assert usable[649 + 23] and not usable[649 + 22]  # 24 and 23 of the last 48 values exist
    assert not usable[len(values) - 48]


def test_held_out_servers_are_those_of_the_product():
    # Drawn by src/core/random.ts: seededRandom(seedFor(0, name))().
    drawn = {
        "azure_vm/az-1035359": (2283318963, 0.1668429623823613),
        "nab/é-1": (3052060336, 0.799518984509632),
        "smd/smd-1-6": (680336597, 0.38217145041562617),
        "x/y": (3268176275, 0.5452612822409719),
    }
    for name, (seed, value) in drawn.items():
        assert fnv1a(name) == seed
        assert first_draw(seed) == value
    assert is_validation_server("x", "y", share=0.55) and not is_validation_server("x", "y", share=0.54)


def test_naive_methods_follow_a_clean_day_and_a_clean_line():
    day = daily_series(days=10, noise=0).values
    named = dict(zip(NAIVE_METHODS, naive_forecasts(day, 9 * DAY_STEPS - 1, 100), strict=True))
    actual = day[9 * DAY_STEPS : 9 * DAY_STEPS + HORIZON_STEPS]
    for method in ("seasonal_naive_24h", "median_7d", "median_7d_level"):
        np.testing.assert_allclose(named[method], actual, atol=1e-4)
    assert (named["persistence"] == day[9 * DAY_STEPS - 1]).all()
    assert named["mean_1h"][0] == pytest.approx(day[9 * DAY_STEPS - 12 : 9 * DAY_STEPS].mean(), rel=1e-6)
    ramp = np.arange(3000, dtype=np.float32) / 100
    line = naive_forecasts(ramp, 2000, np.inf)[NAIVE_METHODS.index("predict_linear_4h")]
    np.testing.assert_allclose(line, ramp[2001 : 2001 + HORIZON_STEPS], rtol=1e-5)


def test_naive_methods_do_not_see_the_future():
    series = daily_series().values
    scrambled = series.copy()
    scrambled[4001:] = -1e9
    np.testing.assert_array_equal(naive_forecasts(series, 4000, 100), naive_forecasts(scrambled, 4000, 100))


def write_forecasts(path, series: Series, offset: float) -> None:
    lines = ["origin,server,metric,step,p10,p50,p90,actual"]
    for newest in origins_to_score(series):
        origin = (series.first + newest) * STEP_SECONDS
        for step, actual in enumerate(future_of(series, newest), start=1):
            p50 = actual + offset
            lines.append(f"{origin},{series.server},{series.metric},{step},{p50 - 2},{p50},{p50 + 2},{actual}")
    path.write_bytes(gzip.compress("\n".join(lines).encode()))


def test_files_are_scored_side_by_side_at_the_same_origins(tmp_path):
    series = daily_series()
    for name, offset in {"near": 1, "far": 3}.items():
        write_forecasts(tmp_path / f"{name}.csv.gz", series, offset)
    files = {name: read_forecasts(tmp_path / f"{name}.csv.gz") for name in ("near", "far")}
    lost = next(iter(files["near"]["s1", "cpu_user_pct"]))
    del files["near"]["s1", "cpu_user_pct"][lost]
    (result,) = score_corpus([series], files, 30)
    assert {score.count for score in result.scores.values()} == {29 * HORIZON_STEPS}
    assert result.scores["near"].mase(result.scale) == pytest.approx(1 / result.scale, rel=1e-4)
    assert result.scores["far"].mase(result.scale) == pytest.approx(3 / result.scale, rel=1e-4)
    assert result.scores["near"].inside == result.scores["near"].count
    assert result.scores["far"].inside == 0
    table = accuracy_table([result], ["near", "far"])
    assert "| near |" in table and "| far |" in table


def test_a_file_of_other_data_is_refused(tmp_path):
    series = daily_series()
    write_forecasts(tmp_path / "f.csv.gz", series, 0)
    files = {"f": read_forecasts(tmp_path / "f.csv.gz")}
    with pytest.raises(SystemExit, match="actual values are not those of the traces"):
        score_corpus([Series("set", "s1", series.metric, series.first, series.values + 1)], files, 30)


def test_a_trace_folder_is_read_on_its_grid_and_beside_its_tables(tmp_path):
    (tmp_path / "a.csv").write_text("timestamp,server,load_average,mem_used_pct\n300,a,1,\n900,a,2,7\n")
    (tmp_path / "labels.csv").write_text("server,start,end\n")
    (series,) = read_folders([tmp_path])
    assert (series.dataset, series.server, series.metric, series.first) == (tmp_path.name, "a", "load_average", 1)
    np.testing.assert_array_equal(series.values, np.array([1, np.nan, 2], np.float32))
