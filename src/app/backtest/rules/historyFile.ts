/** The replayed history as OpenMetrics text, as promtool imports it. */

import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { ServerTrace } from '../serverTrace.js';
import type { AlertRule } from './ruleFile.js';

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** One file per data set; a column becomes a metric of its own name with the label `server`. */
export class HistoryFiles {
  readonly #folder: string;
  readonly #exprs: readonly string[];
  readonly #streams = new Map<string, WriteStream>();

  /** @param alerts only what one of them names is written */
  constructor(folder: string, alerts: readonly AlertRule[]) {
    this.#folder = folder;
    this.#exprs = alerts.map(({ expr }) => expr);
  }

  /** Adds a server. A bin's value is known when the bin ends, and gets that time. */
  async add({ dataset, server, times, values, stepSeconds }: ServerTrace): Promise<void> {
    const stream = this.#streamOf(dataset);
    const label = server.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n');
    for (const [metric, column] of values) {
      if (!METRIC_NAME.test(metric) || !this.#isAskedFor(metric)) continue;
      const lines: string[] = [];
      column.forEach((value, i) => {
        if (!Number.isNaN(value)) lines.push(`${metric}{server="${label}"} ${value} ${times[i]! + stepSeconds}\n`);
      });
      if (!stream.write(lines.join(''))) await once(stream, 'drain');
    }
  }

  /** Ends the files. @returns their paths by data set */
  async close(): Promise<ReadonlyMap<string, string>> {
    const paths = new Map<string, string>();
    for (const [dataset, stream] of this.#streams) {
      stream.end('# EOF\n');
      await finished(stream);
      paths.set(dataset, String(stream.path));
    }
    return paths;
  }

  #streamOf(dataset: string): WriteStream {
    const known = this.#streams.get(dataset);
    if (known !== undefined) return known;
    const stream = createWriteStream(join(this.#folder, `history-${this.#streams.size}.om`));
    this.#streams.set(dataset, stream);
    return stream;
  }

  /** An expression that chooses by a pattern may mean any. */
  #isAskedFor(metric: string): boolean {
    return this.#exprs.some((expr) => expr.includes('__name__') || new RegExp(`\\b${metric}\\b`).test(expr));
  }
}
