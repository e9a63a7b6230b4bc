/** Pages of /metrics from one moment after the other, turned into series over time. */
import type { WriteSeries } from '../../simulator/writeRequest.js';

interface Entry {
  readonly labels: Readonly<Record<string, string>>;
  readonly times: number[];
  readonly values: number[];
}

/** Collects samples by series. */
export class SeriesBook {
  readonly #labels: Readonly<Record<string, string>>;
  readonly #byHead = new Map<string, Entry>();

  /** @param labels what a scrape adds to every series: job and instance */
  constructor(labels: Readonly<Record<string, string>>) {
    this.#labels = labels;
  }

  /** Takes in a page in Prometheus' text format as scraped at these moments (epoch seconds, later than those before). */
  add(page: string, moments: readonly number[]): void {
    for (const line of page.split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const end = line.lastIndexOf(' ');
      const { times, values } = this.#entry(line.slice(0, end));
      const value = Number(line.slice(end + 1).replace('Inf', 'Infinity'));
      for (const moment of moments) {
        times.push(moment);
        values.push(value);
      }
    }
  }

  series(): WriteSeries[] {
    return [...this.#byHead.values()].map(({ labels, times, values }) => ({
      labels,
      times: Float64Array.from(times),
      values: Float64Array.from(values),
    }));
  }

  #entry(head: string): Entry {
    const known = this.#byHead.get(head);
    if (known !== undefined) return known;
    const entry = { labels: { ...this.#labels, ...parseHead(head) }, times: [], values: [] };
    this.#byHead.set(head, entry);
    return entry;
  }
}

const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"/g;
const ESCAPED: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

/** `name{a="b"}` → its labels with `__name__`. */
function parseHead(head: string): Record<string, string> {
  const open = head.indexOf('{');
  if (open === -1) return { __name__: head };
  const pairs = [...head.slice(open).matchAll(LABEL)];
  const plain = (value: string) => value.replace(/\\[\\"n]/g, (sequence) => ESCAPED[sequence]!);
  return {
    __name__: head.slice(0, open),
    ...Object.fromEntries(pairs.map(([, name, value]) => [name, plain(value!)])),
  };
}
