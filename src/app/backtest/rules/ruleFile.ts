/** The alerts of a Prometheus rule file. What an expression means is for Prometheus to say. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseDuration } from '../../../core/duration.js';
import { CommandError } from '../../../core/errors.js';

export interface AlertRule {
  readonly group: string;
  readonly alert: string;
  readonly expr: string;
  readonly intervalSeconds: number;
  readonly forSeconds: number;
  readonly keepFiringSeconds: number;
}

export interface RuleFile {
  readonly path: string;
  readonly alerts: readonly AlertRule[];
  /** Rules that record a series; they are not replayed. */
  readonly recordingRules: number;
}

/** Prometheus' own default of `evaluation_interval`. */
const DEFAULT_INTERVAL = '1m';

const duration = z.union([z.string(), z.number()]).transform((written, context) => {
  const seconds = String(written) === '0' ? 0 : parseDuration(String(written));
  if (seconds !== undefined) return seconds;
  context.addIssue({ code: 'custom', message: `is ${JSON.stringify(written)}; expected a duration such as 5m` });
  return z.NEVER;
});

const rule = z.object({
  alert: z.string().optional(),
  record: z.string().optional(),
  expr: z.union([z.string(), z.number()]).transform(String),
  for: duration.default(0),
  keep_firing_for: duration.default(0),
});

const ruleFile = z.object({
  groups: z.array(
    z.object({ name: z.string(), interval: duration.prefault(DEFAULT_INTERVAL), rules: z.array(rule).default([]) }),
  ),
});

/** Throws CommandError if the file cannot be read, is no rule file, or has no alert. */
export async function readRuleFile(path: string): Promise<RuleFile> {
  const decoded = ruleFile.safeParse(await readYaml(path));
  if (!decoded.success) {
    const [issue] = decoded.error.issues;
    throw new CommandError(
      `--compare-rules ${path}: ${issue!.path.join('.') || 'the file'} ${issue!.message}; expected a Prometheus rule file with groups of rules`,
    );
  }
  const { groups } = decoded.data;
  const alerts = groups.flatMap(({ name, interval, rules }) =>
    rules.flatMap(({ alert, expr, for: held, keep_firing_for: kept }): AlertRule[] => {
      if (alert === undefined) return [];
      const times = { intervalSeconds: interval, forSeconds: held, keepFiringSeconds: kept };
      return [{ group: name, alert, expr, ...times }];
    }),
  );
  if (alerts.length === 0) throw new CommandError(`--compare-rules ${path} has no alert; expected at least one`);
  return { path, alerts, recordingRules: groups.flatMap(({ rules }) => rules).filter((one) => one.record).length };
}

async function readYaml(path: string): Promise<unknown> {
  try {
    return parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new CommandError(`--compare-rules ${path} cannot be read (${(cause as Error).message})`, { cause });
  }
}
