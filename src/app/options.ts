/**
 * Keys of `linborg.yml` that no room owns alone: learning from the user's own fleet (when to train, how much that may cost, when
 * to change models), and where the future goes.
 */
import { z } from 'zod';
import {
  baseUrl,
  HTTP_CLIENT_FAULT,
  type HttpClientOptions,
  hasOneIdentity,
  httpClientFields,
} from '../core/httpOptions.js';
import { durationSeconds, timerSeconds } from '../core/options.js';
import { type FutureOptions, futureOptionsOf, futureReadFields } from '../exposition/options.js';

export interface RetrainOptions {
  /** Where what is learnt is kept; relative to the working directory. */
  readonly dataFolder: string;
  /** What starts a training; `never` leaves that to a person at /admin/trigger-training. */
  readonly when: 'never' | 'weekly' | 'drift';
  /** History that a training reads. */
  readonly days: number;
  /** Time between the end of a training and the start of the next one that nobody asked for. */
  readonly minGapSeconds: number;
  /** History that the servers need in the median before a first training. */
  readonly minHistorySeconds: number;
  /** The CPU budget: one thread learns for so long at most. */
  readonly maxDurationSeconds: number;
  /** Its priority as in nice(1): 19 takes what nobody else wants. */
  readonly nice: number;
  /** The memory budget: a training that takes more is ended (where /proc tells). */
  readonly maxMemoryBytes: number;
  /** Trained models on disk, besides the one that serves and those on trial. */
  readonly keep: number;
  readonly trial: TrialOptions;
}

/** When a trained model takes over, and when it is given up. */
export interface TrialOptions {
  /** Evidence before the first verdict. */
  readonly minSeconds: number;
  /** After so long without a verdict it is rejected; a former model that watches is let go. */
  readonly maxSeconds: number;
  /** Relative gain in loss, in the mean, that makes a change worth it. */
  readonly minGain: number;
  /** Series that are judged at most. */
  readonly maxSeries: number;
}

const DAY_SECONDS = 86_400;
/** The windows hold no more: more history could never be seen. */
const LONGEST_MIN_HISTORY_SECONDS = 8 * DAY_SECONDS;

const trialSchema = z
  .strictObject({
    // Every hour of the day once: a model may be good at night alone.
    min: durationSeconds.prefault('1d'),
    max: durationSeconds.prefault('14d'),
    // Below this, the change costs more (another model to understand) than it brings.
    min_gain: z.number().min(0).max(0.5).default(0.01),
    // 300 servers with all metrics; about 2 KB each.
    max_series: z.int().min(1).default(5000),
  })
  .refine(({ min, max }) => max >= min, { error: 'has a max that is shorter than min' });

const retrainSchema = z
  .strictObject({
    // Training takes a core for a while and changes what is served: nobody is surprised by it who has not asked for it.
    when: z.enum(['never', 'weekly', 'drift']).default('never'),
    days: z.int().min(8).max(365).default(30),
    min_gap: durationSeconds.prefault('1d'),
    // The same-time profile of the model is seven days long.
    min_history: durationSeconds.prefault('7d'),
    max_duration: timerSeconds.prefault('15m'),
    nice: z.int().min(0).max(19).default(19),
    max_memory_bytes: z.int().min(268_435_456).default(2_147_483_648),
    keep: z.int().min(1).max(100).default(3),
    trial: trialSchema.prefault({}),
  })
  .refine(({ min_history }) => min_history <= LONGEST_MIN_HISTORY_SECONDS, {
    error: 'is longer than 8d, which is all that the windows hold',
    path: ['min_history'],
  });

/** The fields as they stand in the file. */
export const retrainFields = {
  data_dir: z.string().min(1).default('data'),
  retrain: retrainSchema.prefault({}),
};

type RetrainFields = { readonly [key in keyof typeof retrainFields]: z.output<(typeof retrainFields)[key]> };

/** Decoded fields → options. */
export function retrainOptionsOf({ data_dir, retrain }: RetrainFields): RetrainOptions {
  const { trial } = retrain;
  return {
    dataFolder: data_dir,
    when: retrain.when,
    days: retrain.days,
    minGapSeconds: retrain.min_gap,
    minHistorySeconds: retrain.min_history,
    maxDurationSeconds: retrain.max_duration,
    nice: retrain.nice,
    maxMemoryBytes: retrain.max_memory_bytes,
    keep: retrain.keep,
    trial: {
      minSeconds: trial.min,
      maxSeconds: trial.max,
      minGain: trial.min_gain,
      maxSeries: trial.max_series,
    },
  };
}

/** A store that takes samples which lie in the future. */
export interface FutureWriteOptions {
  /** The whole address, e.g. http://victoria:8428/api/v1/write. */
  readonly url: string;
  readonly everySeconds: number;
  /** For one request. */
  readonly timeoutSeconds: number;
  readonly client: HttpClientOptions;
}

export interface FutureConfig extends FutureOptions {
  readonly remoteWrite: FutureWriteOptions | undefined;
}

const futureWriteSchema = z
  .strictObject({
    url: baseUrl,
    // A path changes little from one cycle to the next, and has 96 samples per series.
    every: durationSeconds.prefault('15m'),
    timeout: timerSeconds.prefault('30s'),
    ...httpClientFields,
  })
  .refine(hasOneIdentity, HTTP_CLIENT_FAULT)
  .transform(
    ({ url, every, timeout, ...client }): FutureWriteOptions => ({
      ...{ url, client },
      everySeconds: every,
      timeoutSeconds: timeout,
    }),
  );

/** The block as it stands in the file, decoded. */
export const futureFields = {
  future: z
    .strictObject({ ...futureReadFields, remote_write: futureWriteSchema.optional() })
    .prefault({})
    .transform((block): FutureConfig => ({ ...futureOptionsOf(block), remoteWrite: block.remote_write })),
};
