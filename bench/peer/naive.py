"""What a careful person would do by hand, at one origin; the definitions of docs/model.md ("Candidates")."""

import warnings

import numpy as np
from traces import DAY_STEPS, HORIZON_STEPS

NAIVE_METHODS = (
    "persistence",
    "mean_1h",
    "predict_linear_4h",
    "seasonal_naive_24h",
    "median_7d",
    "median_7d_level",
)

LEVEL_DECAY = np.exp(-np.arange(HORIZON_STEPS) / 24)


def naive_forecasts(filled: np.ndarray, newest: int, upper: float) -> np.ndarray:
    """
    Forecasts of the methods above, [methods, HORIZON_STEPS], from `filled[: newest + 1]` alone.
    `filled` has its short holes filled; `filled[newest]` is known.
    """
    line = filled[max(0, newest + 1 - 8 * DAY_STEPS) : newest + 1].astype(np.float64)
    line = np.concatenate([np.full(8 * DAY_STEPS - len(line), np.nan), line])
    last = line[-1]
    # Days 1 to 7 before each of the last 6 and the next 96 steps.
    steps = len(line) + np.arange(-6, HORIZON_STEPS)
    days = line[steps[None, :] - DAY_STEPS * np.arange(1, 8)[:, None]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a step without any day gives NaN, replaced below
        median = np.nanmedian(days, axis=0)
        level = np.nanmean(line[-6:] - median[:6])
    level = 0.0 if np.isnan(level) else level
    weekly = np.where(np.isnan(median[6:]), last, median[6:])
    yesterday = days[0, 6:]
    ahead = np.arange(1, HORIZON_STEPS + 1)
    return np.stack([
        np.full(HORIZON_STEPS, last),
        np.full(HORIZON_STEPS, np.nanmean(line[-12:])),
        np.clip(extrapolate(line[-48:], ahead), 0, upper),
        np.where(np.isnan(yesterday), last, yesterday),
        weekly,
        np.clip(weekly + level * LEVEL_DECAY, 0, upper),
    ])


def extrapolate(line: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """Least squares through the known values; `ahead` counts steps after the last one."""
    at = np.arange(1 - len(line), 1)
    known = np.isfinite(line)
    if known.sum() < 2:
        return np.full(len(ahead), line[known].mean())
    slope, intercept = np.polyfit(at[known], line[known], 1)
    return intercept + slope * ahead
