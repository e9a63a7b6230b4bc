/** What `linborg simulate` is asked to do. */
import { z } from 'zod';
import { parseDuration } from '../core/duration.js';
import { CommandError } from '../core/errors.js';
import { SCENARIO_KINDS, type ScenarioKind } from './scenarios/episode.js';

export interface SimulateOptions {
  readonly servers: number;
  readonly seed: number;
  /** Days of history for `remoteWrite` and `csv`. */
  readonly days: number;
  readonly scenariosPerServerWeek: number;
  /** Only these; undefined: what each profile suffers from. */
  readonly scenarios: readonly ScenarioKind[] | undefined;
  /** Epoch seconds at which the history ends. */
  readonly end: number;
  /** Epoch seconds around which scenarios are placed; undefined: none are. */
  readonly demoAnchor: number | undefined;
  /** Seconds between the samples of the history that goes to `remoteWrite`. */
  readonly intervalSeconds: number;
  /** Where the fleet is served as node_exporter would; undefined: nowhere. */
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  /** URL of a remote-write receiver for the history; undefined: none. */
  readonly remoteWrite: string | undefined;
  /** Folder for CSV traces; undefined: none. */
  readonly csv: string | undefined;
}

export const DEFAULT_SIMULATE = {
  servers: '20',
  seed: '1',
  days: '8',
  scenariosPerServerWeek: '0.5',
  // Divides the five minutes of a step: every rate over 5 m covers it whole.
  interval: '100s',
  listen: '127.0.0.1:8001',
} as const;

const wholeNumber = (low: number, high: number) => number(low, high, true);

const flags = z.strictObject({
  servers: wholeNumber(1, 20_000).prefault(DEFAULT_SIMULATE.servers),
  seed: wholeNumber(-(2 ** 31), 2 ** 31 - 1).prefault(DEFAULT_SIMULATE.seed),
  days: number(0.01, 400).prefault(DEFAULT_SIMULATE.days),
  scenariosPerServerWeek: number(0, 14).prefault(DEFAULT_SIMULATE.scenariosPerServerWeek),
  scenarios: scenarioKinds().optional(),
  end: time().optional(),
  demo: z.boolean().prefault(false),
  interval: interval().prefault(DEFAULT_SIMULATE.interval),
  listen: address().optional(),
  remoteWrite: z.url({ protocol: /^https?$/, error: ({ input }) => `is ${input}; expected an http(s) URL` }).optional(),
  csv: z.string().min(1, { error: 'is empty; expected a folder' }).optional(),
});

/**
 * Decodes the flags of the command, as strings, by their names in camel case; without an output it listens.
 * @param now epoch seconds, the default of `end`
 * @throws CommandError that names every faulty flag
 */
export function decodeSimulateOptions(raw: unknown, now: number): SimulateOptions {
  const result = flags.safeParse(raw);
  if (!result.success) {
    const faults = result.error.issues.map((issue) => `--${flagName(String(issue.path[0] ?? ''))} ${issue.message}`);
    throw new CommandError(`simulate: ${faults.join('; ')}`, { cause: result.error });
  }
  const { end = now, demo, scenarios, interval: intervalSeconds, listen, remoteWrite, csv, ...rest } = result.data;
  const isSilent = listen === undefined && remoteWrite === undefined && csv === undefined;
  return {
    ...rest,
    scenarios,
    end,
    demoAnchor: demo ? end : undefined,
    intervalSeconds,
    listen: isSilent ? parseAddress(DEFAULT_SIMULATE.listen) : listen,
    remoteWrite,
    csv,
  };
}

function flagName(camel: string): string {
  return camel.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function number(low: number, high: number, isWhole = false) {
  return z.string().transform((text, context) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (value >= low && value <= high && (!isWhole || Number.isInteger(value))) return value;
    const kind = isWhole ? 'whole number' : 'number';
    context.addIssue({ code: 'custom', message: `is ${text}; expected a ${kind} from ${low} to ${high}` });
    return z.NEVER;
  });
}

/** Names apart by commas. */
function scenarioKinds() {
  return z.string().transform((text, context) => {
    const kinds = text.split(',').map((name) => SCENARIO_KINDS.find((kind) => kind === name.trim()));
    const known = kinds.filter((kind) => kind !== undefined);
    if (known.length === kinds.length) return known;
    context.addIssue({
      code: 'custom',
      message: `is ${text}; expected names of scenarios apart by commas: ${SCENARIO_KINDS.join(', ')}`,
    });
    return z.NEVER;
  });
}

/** Epoch seconds, or a moment in ISO 8601 (UTC unless it says otherwise). */
function time() {
  return z.string().transform((text, context) => {
    const at = /^\d+$/.test(text)
      ? Number(text)
      : Date.parse(/T.*(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`) / 1000;
    if (Number.isFinite(at) && at > 0) return at;
    context.addIssue({
      code: 'custom',
      message: `is ${text}; expected epoch seconds or a time such as 2026-01-31T12:00`,
    });
    return z.NEVER;
  });
}

const MAX_INTERVAL_SECONDS = 120;

function interval() {
  return z.string().transform((text, context) => {
    const seconds = parseDuration(text);
    if (seconds !== undefined && seconds >= 1 && seconds <= MAX_INTERVAL_SECONDS) return seconds;
    context.addIssue({
      code: 'custom',
      message: `is ${text}; expected a duration from 1s to ${MAX_INTERVAL_SECONDS}s, so that rates over 5m find two samples`,
    });
    return z.NEVER;
  });
}

function address() {
  return z.string().transform((text, context) => {
    const parsed = parseAddress(text);
    if (parsed !== undefined) return parsed;
    context.addIssue({
      code: 'custom',
      message: `is ${text}; expected HOST:PORT, :PORT (all addresses) or PORT (loopback)`,
    });
    return z.NEVER;
  });
}

function parseAddress(text: string): { host: string; port: number } | undefined {
  const match = /^(?:(\[[\da-f:.]+\]|[^:[\]]*)(:))?(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) return undefined;
  const isPortAlone = match[2] === undefined;
  return { host: isPortAlone ? '127.0.0.1' : match[1]!.replace(/[[\]]/g, '') || '0.0.0.0', port };
}
