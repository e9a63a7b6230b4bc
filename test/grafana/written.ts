/** The dashboards as they lie in the repository. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly range?: boolean;
  readonly instant?: boolean;
  readonly datasource: unknown;
}

export interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly timeFrom?: string;
  readonly datasource?: unknown;
  readonly options?: unknown;
  readonly fieldConfig?: {
    readonly defaults: { readonly unit?: string; readonly noValue?: string; readonly custom?: unknown };
    readonly overrides?: readonly unknown[];
  };
  /** Those of a folded row. */
  readonly panels?: readonly Panel[];
}

export interface Annotation {
  readonly name: string;
  readonly expr: string;
  readonly step?: string;
  readonly titleFormat?: string;
  readonly textFormat?: string;
}

export interface WrittenDashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly refresh: string;
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
  readonly annotations: { readonly list: readonly Annotation[] };
  readonly panels: readonly Panel[];
}

const FOLDER = path.resolve(import.meta.dirname, '../../grafana/dashboards');

export const DASHBOARDS: readonly WrittenDashboard[] = readdirSync(FOLDER).map(
  (name) => JSON.parse(readFileSync(path.join(FOLDER, name), 'utf8')) as WrittenDashboard,
);

/** Rows and panels, those of folded rows, too. */
export function allPanels({ panels }: WrittenDashboard): Panel[] {
  return panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
}

/** All panels that draw something. */
export function drawnPanels(dashboard: WrittenDashboard): Panel[] {
  return allPanels(dashboard).filter(({ type }) => type !== 'row');
}
