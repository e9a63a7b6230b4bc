/** The form of a dashboard's JSON, for all that read it: tests in Node.js, and the page that draws it in a browser. */

export interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly range?: boolean;
  readonly instant?: boolean;
  readonly format?: string;
  readonly legendFormat?: string;
  /** The least distance of its points. */
  readonly interval?: string;
  readonly datasource: unknown;
}

/** Where one gets from a dashboard, at its top or by a click on a value. */
export interface Link {
  readonly title: string;
  readonly url?: string;
  readonly type?: string;
  readonly tags?: readonly string[];
  readonly keepTime?: boolean;
  readonly includeVars?: boolean;
}

interface Thresholds {
  readonly steps: readonly { readonly value: number | null; readonly color: string }[];
}

export interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: unknown;
  readonly datasource?: unknown;
  readonly refresh?: number;
  readonly sort?: number;
  readonly multi?: boolean;
  readonly includeAll?: boolean;
  readonly allValue?: string;
}

interface Override {
  readonly matcher: { readonly id: string; readonly options?: unknown };
  readonly properties: readonly { readonly id: string; readonly value?: unknown }[];
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
  readonly transformations?: readonly unknown[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly noValue?: string;
      readonly custom?: unknown;
      readonly thresholds?: Thresholds;
      readonly links?: readonly Link[];
    };
    readonly overrides?: readonly Override[];
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
  readonly iconColor: string;
  readonly useValueForTime?: boolean;
  readonly target: Target;
  readonly datasource: unknown;
}

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly refresh: string;
  readonly schemaVersion: number;
  readonly links: readonly Link[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list: readonly Annotation[] };
  readonly panels: readonly Panel[];
}

/** A panel of whichever precision, as far as rows go. */
interface Foldable<P> {
  readonly type: string;
  readonly panels?: readonly P[];
}

/** Rows and panels, those of folded rows, too; linborg's dashboards keep the place of a folded row's panels free. */
export function allPanels<P extends Foldable<P>>({ panels }: { readonly panels: readonly P[] }): P[] {
  return panels.flatMap((panel) => [panel, ...(panel.panels ?? [])]);
}

/** All panels that draw something. */
export function drawnPanels<P extends Foldable<P>>(dashboard: { readonly panels: readonly P[] }): P[] {
  return allPanels(dashboard).filter(({ type }) => type !== 'row');
}

const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** `30s` → 30. */
export function secondsOf(duration: string): number {
  return Number.parseInt(duration, 10) * SECONDS[duration.at(-1) as keyof typeof SECONDS];
}

/** `now-16h` → epoch seconds. */
export function momentOf(text: string, now: number): number {
  const rest = text.slice('now'.length);
  if (rest === '') return now;
  return now + (rest.startsWith('-') ? -1 : 1) * secondsOf(rest.slice(1));
}
