/** What of a dashboard's JSON is drawn. */
import type { DataTransformerConfig, FieldConfigSource } from '@grafana/data';

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly range?: boolean;
  readonly format?: string;
  readonly legendFormat?: string;
  /** The least distance of its points. */
  readonly interval?: string;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly timeFrom?: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly fieldConfig: FieldConfigSource;
  readonly transformations?: DataTransformerConfig[];
  /** Those of a folded row. */
  readonly panels?: readonly Panel[];
}

export interface Dashboard {
  readonly title: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly panels: readonly Panel[];
}

/** What the page is told. */
export interface Drawing {
  readonly dashboard: Dashboard;
  /** Address of the Prometheus that is asked. */
  readonly prometheus: string;
  /** Values of the dashboard's variables. */
  readonly variables: Readonly<Record<string, string>>;
  readonly theme: 'dark' | 'light';
  /** Epoch seconds that `now` stands for. */
  readonly now: number;
}

export interface Span {
  /** Epoch seconds. */
  readonly from: number;
  readonly to: number;
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** The time range of a panel: the dashboard's, or the last `timeFrom`. */
export function spanOf({ timeFrom }: Panel, { dashboard, now }: Drawing): Span {
  if (timeFrom !== undefined) return { from: now - secondsOf(timeFrom), to: now };
  return { from: momentOf(dashboard.time.from, now), to: momentOf(dashboard.time.to, now) };
}

/** `now-16h` → epoch seconds. */
function momentOf(text: string, now: number): number {
  const rest = text.slice('now'.length);
  if (rest === '') return now;
  return now + (rest.startsWith('-') ? -1 : 1) * secondsOf(rest.slice(1));
}

export function secondsOf(duration: string): number {
  return Number.parseInt(duration, 10) * SECONDS[duration.at(-1) as keyof typeof SECONDS];
}
