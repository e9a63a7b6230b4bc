/** Flags of `linborg backtest`, checked. */
import { CommandError } from '../../core/errors.js';
import { wholeNumber } from '../flags.js';
import { type LimitOverride, limitOverride } from './incidents/limitOverrides.js';
import type { ScheduleSettings } from './schedule.js';

/** As they are typed. */
export interface BacktestFlags {
  readonly from: readonly string[];
  readonly 'config.file'?: string;
  readonly days: string;
  readonly model: string;
  readonly origins: string;
  readonly last?: string;
  readonly startAt?: string;
  readonly baselines?: boolean;
  readonly risk?: boolean;
  readonly incidents?: boolean;
  readonly threshold?: readonly string[];
  readonly exclude?: string;
  readonly compareRules?: string;
  readonly yardstick?: string;
  readonly servers?: string;
  readonly workers: string;
  readonly out: string;
}

export interface BacktestOptions {
  /** Folders of traces, or undefined for Prometheus. */
  readonly folders: readonly string[] | undefined;
  readonly configFile: string | undefined;
  /** Days of origins, from Prometheus. */
  readonly days: number;
  /** Path of the model's folder. */
  readonly modelPath: string;
  /** Path of the second model; undefined = the one that comes with linborg if it is there, null = none. */
  readonly yardstickPath: string | undefined | null;
  readonly schedule: ScheduleSettings;
  readonly baselines: boolean;
  /** Whether risk.csv is written. */
  readonly risk: boolean;
  /** Whether alarms are scored. */
  readonly incidents: boolean;
  /** Limits of this run, over those of the configuration. */
  readonly limits: readonly LimitOverride[];
  /** File of spans that nothing is learnt from and no alarm is judged in. */
  readonly excludeFile: string | undefined;
  /** Prometheus' rule file to compare with. */
  readonly rulesFile: string | undefined;
  /** At most this many servers of each data set. */
  readonly servers: number;
  readonly workers: number;
  readonly out: string;
}

/** History that the windows hold before the first origin, when it is read from Prometheus. */
export const HISTORY_DAYS = 8;
const DEFAULT_LAST = 0.3;

/** Throws CommandError that names the flag, its text and what is expected. */
export function backtestOptions(flags: BacktestFlags): BacktestOptions {
  const [kind, ...folders] = flags.from;
  const isCsv = kind === 'csv' && folders.length > 0;
  if (!isCsv && !(kind === 'prometheus' && folders.length === 0)) {
    throw new CommandError(`--from is "${flags.from.join(' ')}"; expected "csv DIR [DIR…]" or "prometheus"`);
  }
  const incidents = flags.incidents === true || flags.compareRules !== undefined;
  const days = wholeNumber('days', flags.days, 1, 3650);
  return {
    folders: isCsv ? folders : undefined,
    configFile: flags['config.file'],
    days,
    modelPath: modelPathOf(flags.model),
    yardstickPath: flags.yardstick === 'none' ? null : flags.yardstick,
    schedule: {
      origins: wholeNumber('origins', flags.origins, 1, 10_000),
      last: shareOf(flags.last) ?? (isCsv ? DEFAULT_LAST : days / (days + HISTORY_DAYS)),
      startAt: flags.startAt === undefined ? undefined : wholeNumber('start-at', flags.startAt, 0, 1e11),
      risk: flags.risk === true || incidents,
    },
    baselines: flags.baselines === true,
    risk: flags.risk === true,
    incidents,
    limits: (flags.threshold ?? []).map(limitOverride),
    excludeFile: flags.exclude,
    rulesFile: flags.compareRules,
    servers: flags.servers === undefined ? Number.POSITIVE_INFINITY : wholeNumber('servers', flags.servers, 1, 1e6),
    workers: wholeNumber('workers', flags.workers, 1, 64),
    out: flags.out,
  };
}

/** A name stands for a folder in `models/`; anything with a slash is a path. */
function modelPathOf(name: string): string {
  return /[/\\]/.test(name) ? name : `models/${name}`;
}

function shareOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const share = Number(text);
  if (text.trim() !== '' && share > 0 && share < 1) return share;
  throw new CommandError(`--last is ${text}; expected a share of each trace between 0 and 1, such as 0.3`);
}
