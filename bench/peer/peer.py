"""pytorch-forecasting's TemporalFusionTransformer on trace folders: `peer.py train`, then `peer.py forecast`."""

import argparse
import json
import logging
import time
import warnings
from pathlib import Path

# Both chat about missing loggers and workers that are not wanted here.
warnings.filterwarnings("ignore", module=r"lightning|pytorch_forecasting|sklearn")
for chatty in ("lightning.pytorch", "lightning.pytorch.utilities.rank_zero"):
    logging.getLogger(chatty).setLevel(logging.WARNING)

import lightning.pytorch as pl
import numpy as np
import pandas as pd
import torch
from cost import Stopwatch, peak_rss_mb
from frames import STATICS, SeriesScale, join_frames, new_dataset, origin_frame, series_frame, series_scale
from pytorch_forecasting import QuantileLoss, TemporalFusionTransformer, TimeSeriesDataSet
from torch.utils.data import WeightedRandomSampler
from traces import (
    HORIZON_STEPS,
    LEVELS,
    PAST_STEPS,
    STEP_SECONDS,
    TRAIN_UNTIL,
    VALIDATE_FROM,
    Series,
    future_of,
    is_validation_server,
    origins_to_score,
    read_folders,
    usable_origins,
)

# Share of the training windows whose names are hidden, so that class 0 ("not seen in training") is trained too.
HIDDEN_IDENTITY = 0.15
WARM_UP = 0.05
FINAL_RATE = 0.02
FORECAST_CHUNK = 2000

Scaled = tuple[Series, SeriesScale]


class PeerTransformer(TemporalFusionTransformer):
    """The library's network; only hides the names of a share of the training windows."""

    def training_step(self, batch, batch_idx):
        x, y = batch
        hidden = torch.rand(len(x["encoder_cat"])) < HIDDEN_IDENTITY
        for part in ("encoder_cat", "decoder_cat"):
            x[part] = x[part].masked_fill(hidden[:, None, None], 0)
        return super().training_step((x, y), batch_idx)


class TimeBudget(pl.Callback):
    """Sets the learning rate by the share of the time that is gone (warm-up, cosine), and ends training with it."""

    def __init__(self, minutes: float, peak_rate: float) -> None:
        self.seconds = minutes * 60
        self.peak_rate = peak_rate
        self.started = time.perf_counter()
        self.batches = 0
        self.batch_seconds = 0.0
        self.best: tuple[float, dict[str, torch.Tensor]] | None = None

    def share(self) -> float:
        return min((time.perf_counter() - self.started) / self.seconds, 1.0)

    def on_fit_start(self, trainer, module) -> None:
        self.started = time.perf_counter()

    def on_train_batch_start(self, trainer, module, batch, batch_idx) -> None:
        self.batch_started = time.perf_counter()
        share = self.share()
        cosine = FINAL_RATE + (1 - FINAL_RATE) * 0.5 * (1 + np.cos(np.pi * share))
        for group in trainer.optimizers[0].param_groups:
            group["lr"] = self.peak_rate * min(share / WARM_UP, 1) * cosine

    def on_train_batch_end(self, trainer, module, outputs, batch, batch_idx) -> None:
        self.batches += 1
        self.batch_seconds += time.perf_counter() - self.batch_started
        if self.share() >= 1:
            trainer.should_stop = True

    def on_validation_end(self, trainer, module) -> None:
        loss = float(trainer.callback_metrics["val_loss"])
        print(f"{self.share():4.0%}  batch {self.batches}  validation loss {loss:.4f}", flush=True)
        if self.best is None or loss < self.best[0]:
            self.best = (loss, {name: value.clone() for name, value in module.state_dict().items()})


def train(args: argparse.Namespace) -> None:
    pl.seed_everything(args.seed)
    watch = Stopwatch()
    corpus = scaled_corpus(args.folders, args.servers)
    seen = [(s, k) for s, k in corpus if not is_validation_server(s.dataset, s.server)]
    unseen = [(s, k) for s, k in corpus if is_validation_server(s.dataset, s.server)]
    training = new_dataset(table_of([(s, k, 0, part(s, VALIDATE_FROM)) for s, k in seen]), args.normaliser)
    # Later in time, with its first windows' past before that; and other servers.
    later = [(s, k, max(part(s, VALIDATE_FROM) - PAST_STEPS, 0), part(s, TRAIN_UNTIL)) for s, k in seen]
    others = [(s, k, 0, part(s, TRAIN_UNTIL)) for s, k in unseen]
    validation = TimeSeriesDataSet.from_parameters(
        training.get_parameters(), table_of(later + others), stop_randomization=True
    )
    by_name = {series_name(s): s for s, _ in corpus}
    preparing = watch.read()
    print(f"{len(seen)} series to train on, {len(training)} windows; {len(unseen)} held out; {preparing}", flush=True)

    network = PeerTransformer.from_dataset(
        training,
        hidden_size=args.hidden,
        hidden_continuous_size=args.hidden // 2,
        attention_head_size=4,
        lstm_layers=1,
        dropout=args.dropout,
        loss=QuantileLoss(quantiles=list(LEVELS)),
        output_size=len(LEVELS),
        learning_rate=args.learning_rate,
        optimizer="adam",
        logging_metrics=torch.nn.ModuleList(),
    )
    print(f"{sum(p.numel() for p in network.parameters())} parameters", flush=True)
    watch = Stopwatch()
    budget = TimeBudget(args.minutes, args.learning_rate)
    fit(network, training, validation, by_name, budget, args)
    cost = {
        **watch.read(),
        "count": budget.batches * args.batch_size,
        "preparing": preparing,
        "batch_seconds": round(budget.batch_seconds, 2),
        "peak_rss_mb": peak_rss_mb(),
        "validation_loss": budget.best[0],
        "parameters": sum(p.numel() for p in network.parameters()),
        "settings": {k: v for k, v in vars(args).items() if isinstance(v, int | float | str)},
    }
    args.out.mkdir(parents=True, exist_ok=True)
    # The training data is of no use for forecasts; hparams and encoders are.
    kept = {"hparams": dict(network.hparams), "state": budget.best[1], "parameters": training.get_parameters()}
    torch.save(kept, args.out / "peer.pt")
    (args.out / "train-cost.json").write_text(json.dumps(cost, indent=2) + "\n")
    print(json.dumps(cost))


def scaled_corpus(folders: list[Path], servers: int | None) -> list[Scaled]:
    scaled = [(series, series_scale(series)) for series in read_folders(folders, servers)]
    return [(series, scale) for series, scale in scaled if scale is not None]


def series_name(series: Series) -> str:
    return f"{series.dataset}/{series.server}/{series.metric}"


def part(series: Series, share: float) -> int:
    return int(share * len(series.values))


def table_of(spans: list[tuple[Series, SeriesScale, int, int]]) -> pd.DataFrame:
    """Rows low ≤ i < high of each (series, scale, low, high); those too short for one window are left out."""
    frames = [(series_name(s), s, series_frame(s, scale, low, high)) for s, scale, low, high in spans]
    frames = [entry for entry in frames if len(entry[2]) >= PAST_STEPS + HORIZON_STEPS]
    if not frames:
        raise SystemExit(f"no series has {PAST_STEPS + HORIZON_STEPS} steps to train on or to validate with")
    return join_frames(frames)


def fit(network, training, validation, by_name, budget: TimeBudget, args: argparse.Namespace) -> None:
    weights = window_weights(training, by_name)
    per_round = args.batch_size * args.validate_every
    sampler = WeightedRandomSampler(weights, per_round, replacement=True)
    loader = training.to_dataloader(batch_size=args.batch_size, train=True, sampler=sampler, shuffle=False)
    # The same windows each time.
    fixed = torch.Generator().manual_seed(args.seed)
    drawn = torch.multinomial(window_weights(validation, by_name), args.validation_windows, True, generator=fixed)
    validating = validation.to_dataloader(batch_size=args.batch_size, train=False, sampler=drawn.tolist())
    options = {
        "accelerator": "cpu",
        "logger": False,
        "enable_checkpointing": False,
        "enable_progress_bar": False,
        "enable_model_summary": False,
        "num_sanity_val_steps": 0,
    }
    trainer = pl.Trainer(max_epochs=-1, gradient_clip_val=args.clip, callbacks=[budget], **options)
    trainer.fit(network, loader, validating)
    if budget.batches % args.validate_every != 0:
        # Stopped between two validations: the last weights may be the best.
        pl.Trainer(callbacks=[budget], **options).validate(network, validating, verbose=False)


def window_weights(dataset: TimeSeriesDataSet, by_name: dict[str, Series]) -> torch.Tensor:
    """Data sets by the square root of their number of windows, windows alike; 0 for a window full of holes."""
    index = dataset.decoded_index
    weights = np.zeros(len(index))
    names = index["series"].astype("category")
    newest = index["time_idx_first_prediction"].to_numpy() - 1
    for code, name in enumerate(names.cat.categories):
        at = np.flatnonzero(names.cat.codes.to_numpy() == code)
        weights[at] = usable_origins(by_name[name])[newest[at]]
    datasets = names.cat.categories.map(lambda name: by_name[name].dataset).to_numpy()[names.cat.codes]
    for dataset_name in np.unique(datasets):
        at = np.flatnonzero(datasets == dataset_name)
        weights[at] /= max(np.sqrt(weights[at].sum()), 1)
    return torch.from_numpy(weights)


def forecast(args: argparse.Namespace) -> None:
    kept = torch.load(args.model / "peer.pt", weights_only=False)
    network = PeerTransformer(**kept["hparams"])
    network.load_state_dict(kept["state"])
    network.eval()
    corpus = scaled_corpus(args.folders, args.servers)
    requests = [(s, k, int(newest)) for s, k in corpus for newest in origins_to_score(s, args.origins)]
    spent = {"preparing": np.zeros(2), "predicting": np.zeros(2)}
    tables = []
    for start in range(0, len(requests), FORECAST_CHUNK):
        chunk = requests[start : start + FORECAST_CHUNK]
        tables.append(rows_of(chunk, predict(network, kept["parameters"], chunk, args.batch_size, spent)))
        print(f"{start + len(chunk)} of {len(requests)} forecasts", flush=True)
    args.out.mkdir(parents=True, exist_ok=True)
    pd.concat(tables).to_csv(args.out / "forecasts.csv.gz", index=False, float_format="%.6g")
    wall, cpu = spent["preparing"] + spent["predicting"]
    cost = {
        "count": len(requests),
        "wall_seconds": round(wall, 2),
        "cpu_seconds": round(cpu, 2),
        "cpu_seconds_network": round(spent["predicting"][1], 2),
        "peak_rss_mb": peak_rss_mb(),
    }
    (args.out / "forecast-cost.json").write_text(json.dumps(cost, indent=2) + "\n")
    print(json.dumps(cost))


def predict(network, parameters: dict, chunk: list, batch_size: int, spent: dict[str, np.ndarray]) -> np.ndarray:
    """Quantiles in the metrics' own units, [chunk, HORIZON_STEPS, levels]: ordered, and within the metric's bounds."""
    watch = Stopwatch()
    # Each origin is a group of its own, named by its place in the chunk.
    table = join_frames([(str(i), s, origin_frame(s, k, newest)) for i, (s, k, newest) in enumerate(chunk)])
    dataset = TimeSeriesDataSet.from_parameters(parameters, table, predict=True, stop_randomization=True)
    loader = dataset.to_dataloader(train=False, batch_size=batch_size)
    spent["preparing"] += list(watch.read().values())
    watch = Stopwatch()
    answer = network.predict(
        loader, mode="quantiles", return_index=True, trainer_kwargs={"accelerator": "cpu", "logger": False}
    )
    spent["predicting"] += list(watch.read().values())
    quantiles = np.empty((len(chunk), HORIZON_STEPS, len(LEVELS)))
    quantiles[answer.index["series"].astype(int).to_numpy()] = answer.output.numpy()
    for i, (series, scale, _) in enumerate(chunk):
        raw = np.sort(quantiles[i] * scale.unit + scale.centre, axis=-1)
        quantiles[i] = np.clip(raw, 0, series.upper)
    return quantiles


def rows_of(chunk: list, quantiles: np.ndarray) -> pd.DataFrame:
    steps = np.tile(np.arange(1, HORIZON_STEPS + 1), len(chunk))
    each = lambda of: np.repeat([of(s, newest) for s, _, newest in chunk], HORIZON_STEPS)
    return pd.DataFrame({
        "origin": each(lambda s, newest: (s.first + newest) * STEP_SECONDS),
        "server": each(lambda s, _: s.server),
        "metric": each(lambda s, _: s.metric),
        "step": steps,
        **{f"p{int(100 * level)}": quantiles[:, :, q].ravel() for q, level in enumerate(LEVELS)},
        "actual": np.concatenate([future_of(s, newest) for s, _, newest in chunk]),
    })


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("folders", nargs="+", type=Path, help="trace folders; each is a data set")
    common.add_argument("--out", type=Path, required=True)
    common.add_argument("--threads", type=int, default=1)
    common.add_argument("--servers", type=int, help="only the first N of each folder, to try things out")
    common.add_argument("--batch-size", type=int, default=64)
    training = commands.add_parser("train", parents=[common])
    training.add_argument("--minutes", type=float, default=35)
    training.add_argument("--learning-rate", type=float, default=2e-3)
    training.add_argument("--clip", type=float, default=0.1, help="gradient norm; the library's tutorial uses 0.1")
    training.add_argument("--hidden", type=int, default=32)
    training.add_argument("--dropout", type=float, default=0.1)
    training.add_argument("--normaliser", choices=["standard", "robust"], default="standard")
    training.add_argument("--validate-every", type=int, default=120, help="batches between validations")
    training.add_argument("--validation-windows", type=int, default=1024)
    training.add_argument("--seed", type=int, default=1)
    forecasting = commands.add_parser("forecast", parents=[common])
    forecasting.add_argument("--model", type=Path, required=True, help="the folder that `train` wrote")
    forecasting.add_argument("--origins", type=int, default=30)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    train(args) if args.command == "train" else forecast(args)


if __name__ == "__main__":
    main()
