"""Series → the data frames and TimeSeriesDataSets of pytorch-forecasting."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pytorch_forecasting import EncoderNormalizer, NaNLabelEncoder, TimeSeriesDataSet
from traces import DAY_STEPS, HORIZON_STEPS, PAST_STEPS, TRAIN_UNTIL, Series, finite, scale_of

STATICS = ["dataset", "metric", "server"]
CALENDAR = ["day_sin", "day_cos", "week_sin", "week_cos"]


@dataclass(frozen=True)
class SeriesScale:
    """
    A constant shift and unit per series, from its training part. pytorch-forecasting computes its loss in the units of
    the target, where a metric in hundreds of thousands would drown percentages; in these units it is close to MASE.
    """

    centre: float
    unit: float


def series_scale(series: Series) -> SeriesScale | None:
    """None for a series without two different values in its training part."""
    known = finite(series.values[: int(TRAIN_UNTIL * len(series.values))].astype(np.float64))
    if len(known) == 0 or known.std() == 0:
        return None
    # A tenth of the deviation is a floor: a long-flat series must not weigh a hundredfold once it moves.
    return SeriesScale(float(np.median(known)), max(scale_of(series) or 0, 0.1 * float(known.std())))


def series_frame(series: Series, scale: SeriesScale, low: int, high: int) -> pd.DataFrame:
    """Rows low ≤ i < high; starts at the first known value. A hole takes the last value before it, with weight 0."""
    raw = series.values[low:high].astype(np.float64)
    known = np.isfinite(raw)
    start = int(known.argmax()) if known.any() else len(raw)
    filled = pd.Series(raw[start:]).ffill().to_numpy()
    return window_frame(series, np.arange(low + start, high), (filled - scale.centre) / scale.unit, known[start:])


def window_frame(series: Series, index: np.ndarray, values: np.ndarray, known: np.ndarray) -> pd.DataFrame:
    bucket = series.first + index
    day = 2 * np.pi * (bucket % DAY_STEPS) / DAY_STEPS
    week = 2 * np.pi * (bucket % (7 * DAY_STEPS)) / (7 * DAY_STEPS)
    waves = {"day_sin": np.sin(day), "day_cos": np.cos(day), "week_sin": np.sin(week), "week_cos": np.cos(week)}
    return pd.DataFrame({
        "time_idx": index,
        "value": values.astype(np.float32),
        "known": known.astype(np.float32),
        "weight": known.astype(np.float32),
        **{name: wave.astype(np.float32) for name, wave in waves.items()},
    })


def join_frames(frames: list[tuple[str, Series, pd.DataFrame]]) -> pd.DataFrame:
    """One frame; the first entry of each triple is the group that its rows belong to."""
    table = pd.concat([frame for _, _, frame in frames], ignore_index=True)
    lengths = [len(frame) for _, _, frame in frames]

    def spread(texts: list[str]) -> pd.Categorical:
        codes, names = pd.factorize(pd.Series(texts, dtype=object))
        return pd.Categorical.from_codes(np.repeat(codes, lengths), categories=list(names))

    table["series"] = spread([group for group, _, _ in frames])
    for name in STATICS:
        table[name] = spread([identity(series, name) for _, series, _ in frames])
    return table


def identity(series: Series, name: str) -> str:
    # Two data sets may use the same server name.
    return f"{series.dataset}/{series.server}" if name == "server" else getattr(series, name)


def new_dataset(table: pd.DataFrame, normaliser: str) -> TimeSeriesDataSet:
    """The training set; its parameters (encoders, scalers) serve validation and forecasts."""
    return TimeSeriesDataSet(
        table,
        time_idx="time_idx",
        target="value",
        group_ids=["series"],
        weight="weight",
        min_encoder_length=PAST_STEPS,
        max_encoder_length=PAST_STEPS,
        min_prediction_length=HORIZON_STEPS,
        max_prediction_length=HORIZON_STEPS,
        static_categoricals=STATICS,
        time_varying_known_reals=CALENDAR,
        time_varying_unknown_reals=["value", "known"],
        # Class 0 stands for names that training did not see.
        categorical_encoders={name: NaNLabelEncoder(add_nan=True) for name in ["series", *STATICS]},
        target_normalizer=EncoderNormalizer(method=normaliser),
        add_relative_time_idx=True,
        add_target_scales=True,
    )


def origin_frame(series: Series, scale: SeriesScale, newest: int) -> pd.DataFrame:
    """The 288 steps up to `newest`, and 96 rows to forecast that hold the last known value: nothing later is read."""
    low = newest + 1 - PAST_STEPS
    frame = series_frame(series, scale, max(low, 0), newest + 1)
    missing = PAST_STEPS - len(frame)
    index = np.arange(low, newest + 1 + HORIZON_STEPS)
    values = np.concatenate([
        np.full(missing, frame["value"].iloc[0]),
        frame["value"],
        np.full(HORIZON_STEPS, frame["value"].iloc[-1]),
    ])
    known = np.concatenate([np.zeros(missing), frame["known"], np.zeros(HORIZON_STEPS)])
    return window_frame(series, index, values, known)
