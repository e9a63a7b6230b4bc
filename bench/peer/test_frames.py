"""What the peer is given: nothing after the origin, and its quantiles back in the metric's units."""

import numpy as np
import pytest
from frames import SeriesScale, origin_frame, series_frame, series_scale
from test_peer import daily_series
from traces import HORIZON_STEPS, PAST_STEPS, TRAIN_UNTIL, Series


def scrambled_after(series: Series, newest: int) -> Series:
    values = series.values.copy()
    values[newest + 1 :] = 1e9
    return Series(series.dataset, series.server, series.metric, series.first, values)


def test_a_window_to_forecast_holds_nothing_that_lies_after_its_origin():
    series = daily_series()
    scale = SeriesScale(50, 2)
    frame = origin_frame(series, scale, 4000)
    assert frame.equals(origin_frame(scrambled_after(series, 4000), scale, 4000))
    assert len(frame) == PAST_STEPS + HORIZON_STEPS
    assert (frame["time_idx"].iloc[PAST_STEPS - 1], frame["known"].iloc[PAST_STEPS:].max()) == (4000, 0)
    assert frame["value"].iloc[PAST_STEPS - 1] * 2 + 50 == pytest.approx(series.values[4000], rel=1e-5)


def test_a_series_scale_is_measured_on_the_training_part_alone():
    series = daily_series()
    end = int(TRAIN_UNTIL * len(series.values))
    assert series_scale(series) == series_scale(scrambled_after(series, end - 1))


def test_a_hole_takes_the_value_before_it_and_weighs_nothing():
    series = daily_series(days=3)
    series.values[:5] = np.nan
    series.values[100:103] = np.nan
    frame = series_frame(series, SeriesScale(0, 1), 0, 200)
    assert frame["time_idx"].iloc[0] == 5
    hole = frame[frame["time_idx"].between(100, 102)]
    assert (hole["weight"] == 0).all() and (hole["value"] == series.values[99]).all()
    assert frame["weight"].sum() == 200 - 5 - 3
