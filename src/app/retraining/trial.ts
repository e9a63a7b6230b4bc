/** Two models side by side: the second one forecasts what goes into the ledger, from the same windows, and both are judged. */
import type { Logger } from 'pino';
import type { EngineKind } from '../../model/engine/types.js';
import { Challenge, type ChallengeEvidence, type Verdict } from '../../truth/challenge.js';
import { PairedLedger } from '../../truth/challengeLedger.js';
import type { CycleResult } from '../cycle.js';
import { forecastFrames } from '../forecasting/forecastFrames.js';
import { ForecastPool } from '../forecasting/pool.js';
import type { TrialOptions } from '../options.js';

export interface TrialParts {
  /** Folder of the model that does not serve. */
  readonly modelPath: string;
  readonly engine: EngineKind | 'auto';
  readonly options: TrialOptions;
  /** Steps between two forecasts of a server that go into the ledger. */
  readonly everySteps: number;
  readonly evidence: ChallengeEvidence;
  readonly log: Logger;
  /** Ends the start, too. */
  readonly signal: AbortSignal;
}

export class Trial {
  readonly #pool: ForecastPool;
  readonly #ledger: PairedLedger;
  readonly #challenge: Challenge;
  readonly #log: Logger;
  /** Why the second model's last forecasts failed; undefined if they did not. */
  #failure: string | undefined;
  #verdict: Verdict | undefined;

  private constructor(pool: ForecastPool, { options, everySteps, evidence, log }: TrialParts) {
    this.#pool = pool;
    this.#ledger = new PairedLedger({ maxSeries: options.maxSeries, everySteps });
    const { minSeconds, maxSeconds, minGain } = options;
    this.#challenge = new Challenge(
      { lookSeconds: minSeconds, longestSeconds: maxSeconds, minimumGain: minGain },
      evidence,
    );
    this.#log = log;
  }

  /** Loads the second model into a thread of its own. Throws ModelError if it cannot. */
  static async open(parts: TrialParts): Promise<Trial> {
    const { modelPath, engine, log, signal } = parts;
    const onDeath = (reason: string) =>
      log.warn({ reason }, 'the worker of the model on trial died and is being replaced');
    const { pool } = await ForecastPool.start({ modelPath, engine, workers: 1, onDeath, signal });
    return new Trial(pool, parts);
  }

  get evidence(): ChallengeEvidence {
    return this.#challenge.evidence;
  }

  /** How it stood last. */
  get standing(): Verdict | undefined {
    return this.#verdict;
  }

  /** Judges what came due, forecasts what the serving model gave details of, and says how it stands. */
  async observe(result: CycleResult): Promise<Verdict> {
    for (const { frame } of result.servers) {
      for (const { dueAt, champion, challenger } of this.#ledger.judge(frame)) {
        this.#challenge.add(dueAt, champion, challenger);
      }
    }
    this.#ledger.keepOnly(new Set(result.servers.map(({ frame }) => frame.server)));
    await this.#forecast(result);
    this.#verdict = this.#challenge.verdict(result.at);
    return this.#verdict;
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #forecast({ servers, details }: CycleResult): Promise<void> {
    const asked = servers
      .map(({ frame, forecasts }, i) => ({ frame, forecasts, details: details[i] ?? [] }))
      .filter((server) => server.details.length > 0);
    if (asked.length === 0) return;
    const frames = asked.map(({ frame }) => frame);
    const others = await forecastFrames(frames, (job) => this.#pool.forecast(job), 'on trial');
    asked.forEach(({ frame, forecasts, details: champions }, i) => {
      const byMetric = new Map(others.forecasts[i]!.map(({ metric, values }) => [metric, values]));
      forecasts.forEach(({ metric }, f) => {
        const challenger = byMetric.get(metric);
        const champion = champions[f]?.raw;
        if (!challenger || !champion) return;
        this.#ledger.remember(frame, { row: frame.metrics.indexOf(metric), champion, challenger });
      });
    });
    this.#sayFailure(others.failure);
  }

  #sayFailure(failure: string | undefined): void {
    if (failure !== undefined && this.#failure === undefined) {
      this.#log.warn({ reason: failure }, 'the model on trial could not forecast');
    }
    this.#failure = failure;
  }
}

/** The verdict on a model in words and numbers. */
export function describeVerdict(model: string, { kind, gain, lower, upper, pairs }: Verdict): string {
  const percent = (share: number) => (Number.isFinite(share) ? `${(100 * share).toFixed(1)} %` : 'unknown');
  const result = kind === 'out of time' ? 'does not differ significantly' : `is significantly ${kind}`;
  const range = `${percent(lower)} to ${percent(upper)}`;
  return `${model} ${result}: its loss is lower by ${percent(gain)} (${range}) on ${pairs} samples`;
}
