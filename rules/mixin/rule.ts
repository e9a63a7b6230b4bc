/** What a rule file is made of, and how one alert is written down. */
import type { MixinConfig, Timing } from './config.js';

export interface AlertingRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  /** Absent where the Prometheus is older than 2.42. */
  readonly keep_firing_for?: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly description: string; readonly runbook_url: string };
}

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A rule with the reason for it, which becomes the comment above it. */
export interface Reasoned<Rule> {
  readonly why?: string;
  readonly rule: Rule;
}

export interface RuleGroup<Rule> {
  readonly name: string;
  readonly why?: string;
  readonly rules: readonly Reasoned<Rule>[];
}

/** `ticket` is read in working hours, `page` wakes somebody, `note` is for Alertmanager alone. */
export type Loudness = keyof MixinConfig['severities'];

export interface AlertSpec {
  readonly alert: string;
  readonly why?: string;
  readonly loudness: Loudness;
  readonly timing: Timing;
  readonly expr: string;
  readonly summary: string;
  readonly description: string;
}

/** The rule of one alert; its runbook is the page of the same name. */
export function alertingRule(spec: AlertSpec, config: MixinConfig): Reasoned<AlertingRule> {
  const { alert, why, loudness, timing, expr, summary, description } = spec;
  return {
    ...(why === undefined ? {} : { why }),
    rule: {
      alert,
      expr,
      for: timing.for,
      ...(config.keep_firing_for ? { keep_firing_for: timing.keep_firing_for } : {}),
      labels: { severity: config.severities[loudness] },
      annotations: { summary, description, runbook_url: `${config.runbook_url_base}/${alert}.md` },
    },
  };
}

export function recordingRule(record: string, expr: string, why?: string): Reasoned<RecordingRule> {
  return { ...(why === undefined ? {} : { why }), rule: { record, expr } };
}

const UNIT_SECONDS = { s: '1', m: '60', h: '3600', d: '86400' } as const;

/** `4h` → `4 * 3600`, which PromQL compares with and people can read. */
export function seconds(duration: string): string {
  const unit = duration.slice(-1) as keyof typeof UNIT_SECONDS;
  return `${duration.slice(0, -1)} * ${UNIT_SECONDS[unit]}`;
}
