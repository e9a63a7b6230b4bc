/** What of a dashboard's JSON is drawn, in the types of Grafana's packages. */
import type { DataTransformerConfig, FieldConfigSource } from '@grafana/data';
import { type Dashboard as AnyDashboard, type Panel as AnyPanel, momentOf, secondsOf } from '../../form.js';

export interface Panel extends Omit<AnyPanel, 'options' | 'fieldConfig' | 'panels'> {
  readonly options?: Readonly<Record<string, unknown>>;
  readonly fieldConfig: FieldConfigSource;
  readonly transformations?: DataTransformerConfig[];
  readonly panels?: readonly Panel[];
}

export interface Dashboard extends Pick<AnyDashboard, 'title' | 'time' | 'annotations'> {
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

/** The time range of a panel: the dashboard's, or the last `timeFrom`. */
export function spanOf({ timeFrom }: Pick<Panel, 'timeFrom'>, { dashboard, now }: Drawing): Span {
  if (timeFrom !== undefined) return { from: now - secondsOf(timeFrom), to: now };
  return { from: momentOf(dashboard.time.from, now), to: momentOf(dashboard.time.to, now) };
}
