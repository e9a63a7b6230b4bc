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

export interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly refresh: string;
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
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
