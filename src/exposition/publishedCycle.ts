/** A cycle's result made ready for the doors: ranked servers, metrics text, JSON texts made at their first use. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FleetReport } from '../core/fleet.js';
import type { EarlierForecasts } from '../core/flow.js';
import { isServer } from '../core/frame.js';
import type { TruthReport } from '../core/truth.js';
import { type CycleMetrics, renderCycleMetrics } from './cycleMetrics.js';
import { type CycleView, rankServers, type ServerView } from './cycleView.js';
import { renderFlatPredictions } from './json/flatPredictions.js';
import { renderPredictions } from './json/predictions.js';
import type { Asked } from './json/serverPrediction.js';
import type { ExportOptions } from './options.js';
import { joinPieces } from './pieces.js';

const gzipAsync = promisify(gzip);

/** A text that is ready to be copied; compressed at the first wish for it. */
export interface ReadyText {
  readonly plain: Buffer;
  gzip(): Promise<Buffer>;
}

/** Ranks and renders the result of a successful cycle. */
export async function publishCycle(view: CycleView, options: ExportOptions): Promise<PublishedCycle> {
  const ranked = { ...view, servers: rankServers(view.servers) };
  return new PublishedCycle(ranked, await renderCycleMetrics(ranked, options), options);
}

export class PublishedCycle {
  /** Epoch seconds that the cycle stands for. */
  readonly at: number;
  /** Riskiest first; stale ones without risk and forecasts. */
  readonly servers: readonly ServerView[];
  /** What extra targets are about that is no server; in the same order. */
  readonly subjects: readonly ServerView[];
  /** How good the forecasts have been; undefined where nobody keeps a ledger. */
  readonly truth: TruthReport | undefined;
  /** The fleet as a whole; undefined where nobody watches it. */
  readonly fleet: FleetReport | undefined;
  /** Forecasts as they were made earlier; undefined where none are kept. */
  readonly earlier: EarlierForecasts | undefined;
  readonly metrics: CycleMetrics;
  readonly #options: ExportOptions;
  readonly #byName: ReadonlyMap<string, ServerView>;
  #predictions: { readonly step: number; readonly text: Promise<ReadyText> } | undefined;
  #flatPredictions: Promise<ReadyText> | undefined;

  /** @param ranked its servers riskiest first, stale ones without risk and forecasts */
  constructor(ranked: CycleView, metrics: CycleMetrics, options: ExportOptions) {
    this.at = ranked.at;
    this.servers = ranked.servers.filter(({ frame }) => isServer(frame));
    this.subjects = ranked.servers.filter(({ frame }) => !isServer(frame));
    this.truth = ranked.truth;
    this.fleet = ranked.fleet;
    this.earlier = ranked.earlier;
    this.metrics = metrics;
    this.#options = options;
    this.#byName = new Map(ranked.servers.map((server) => [server.frame.server, server]));
  }

  /** A server, or a subject of extra targets. */
  find(server: string): ServerView | undefined {
    return this.#byName.get(server);
  }

  /** The JSON of the forecasts and risks of all servers and subjects, made anew when a step has begun. @param now epoch seconds */
  predictions(now: number): Promise<ReadyText> {
    const asked = this.asked(now);
    const step = Math.floor(asked.at / (this.servers[0]?.frame.stepSeconds ?? Number.POSITIVE_INFINITY));
    if (this.#predictions?.step !== step) {
      const text = makeReady(renderPredictions(asked, this.servers, this.subjects));
      this.#predictions = { step, text };
    }
    return this.#predictions.text;
  }

  /** A wish at epoch second `now`: all steps that it gets lie in the future, also when one has begun since the cycle. */
  asked(now: number): Asked {
    return { at: Math.max(this.at, now), cycleAt: this.at };
  }

  /** The same set as a flat list, made once. */
  flatPredictions(): Promise<ReadyText> {
    this.#flatPredictions ??= makeReady(renderFlatPredictions(this.at, this, this.#options.horizons));
    return this.#flatPredictions;
  }
}

async function makeReady(pieces: Generator<string, void>): Promise<ReadyText> {
  const { text } = await joinPieces(pieces);
  let compressed: Promise<Buffer> | undefined;
  return {
    plain: text,
    gzip: () => {
      compressed ??= gzipAsync(text);
      return compressed;
    },
  };
}
