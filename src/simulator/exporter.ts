/** The fleet as Prometheus text (exposition format 0.0.4). */

import { groupBy } from '../core/groupBy.js';
import type { Family, ShownSeries, View, Views } from './view.js';

export interface Exporter {
  readonly servers: readonly string[];
  /** The text of one server at this time (epoch seconds): `down` while it reboots, `unknown` if there is none of that name. */
  renderServer(server: string, at: number): string | 'down' | 'unknown';
  /** All servers that are up, told apart by the label `instance`. */
  renderFleet(at: number): string;
}

/** A series' line up to its value; the value's position in a server's row of values. */
interface Line {
  readonly family: Family;
  readonly head: string;
  readonly index: number;
}

interface Page {
  readonly view: View;
  readonly values: Float64Array;
  readonly lines: readonly Line[];
  readonly fleetLines: ReadonlyMap<string, readonly Line[]>;
}

/** Prepares the text of every server, so that a scrape only fills in the values. */
export function createExporter(views: Views): Exporter {
  const pages = new Map<string, Page>();
  const pageOf = (name: string): Page | undefined => {
    const known = pages.get(name);
    if (known !== undefined) return known;
    const view = views.get(name)?.();
    if (view === undefined) return undefined;
    const page = createPage(view);
    pages.set(name, page);
    return page;
  };
  const servers = [...views.keys()];

  return {
    servers,
    renderServer(server, at) {
      const page = pageOf(server);
      if (page === undefined) return 'unknown';
      return page.view.readAt(at, page.values) ? renderPage(page) : 'down';
    },
    renderFleet(at) {
      const up = servers.map((name) => pageOf(name)!).filter((page) => page.view.readAt(at, page.values));
      return renderPages(up);
    },
  };
}

function createPage(view: View): Page {
  const lines = view.series.map((series, index) => toLine(series, index, {}));
  const fleetLines = groupBy(
    view.series.map((series, index) => toLine(series, index, { instance: view.target.instance })),
    (line) => line.family.name,
  );
  return { view, values: new Float64Array(view.series.length), lines, fleetLines };
}

function toLine({ family, labels }: ShownSeries, index: number, extra: Readonly<Record<string, string>>): Line {
  const pairs = Object.entries({ ...extra, ...labels }).map(([name, value]) => `${name}="${value}"`);
  const head = pairs.length === 0 ? family.name : `${family.name}{${pairs.join(',')}}`;
  return { family, head, index };
}

function renderPage(page: Page): string {
  let text = '';
  let current = '';
  for (const line of page.lines) {
    const sample = sampleOf(line, page);
    if (sample === '') continue;
    if (line.family.name !== current) text += headOf(line.family);
    current = line.family.name;
    text += sample;
  }
  return text;
}

/** All lines of a family must stand together, so families are the outer loop. */
function renderPages(pages: readonly Page[]): string {
  const families = new Map<string, Family>();
  for (const page of pages) for (const line of page.lines) families.set(line.family.name, line.family);
  let text = '';
  for (const [name, family] of families) {
    text += headOf(family);
    for (const page of pages) {
      for (const line of page.fleetLines.get(name) ?? []) text += sampleOf(line, page);
    }
  }
  return text;
}

/** Nothing for a series that is absent. */
function sampleOf({ head, index }: Line, { values }: Page): string {
  const value = values[index]!;
  return Number.isNaN(value) ? '' : `${head} ${value}\n`;
}

function headOf({ name, type, help }: Family): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}
