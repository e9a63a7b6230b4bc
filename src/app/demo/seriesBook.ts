/** Pages of /metrics from one moment after the other, turned into series over time. */
import type { WriteSeries } from '../../simulator/writeRequest.js';

interface Entry {
  readonly labels: Readonly<Record<string, string>>;
  readonly times: number[];
  readonly values: number[];
  readonly goneAt: number[];
}

/** Collects samples by series, and when a page no longer had them. */
export class SeriesBook {
  readonly #labels: Readonly<Record<string, string>>;
  readonly #byHead = new Map<string, Entry>();
  /** Those of the newest page. */
  #there = new Set<Entry>();

  /** @param labels what a scrape adds to every series: job and instance */
  constructor(labels: Readonly<Record<string, string>>) {
    this.#labels = labels;
  }

  /** Takes in a page in Prometheus' text format as scraped at these moments (epoch seconds, later than those before). */
  add(page: string, moments: readonly number[]): void {
    const before = this.#there;
    this.#there = new Set();
    for (const line of page.split('\n')) {
      if (line === '' || line.startsWith('#')) continue;
      const end = line.lastIndexOf(' ');
      const entry = this.#entry(line.slice(0, end));
      this.#there.add(entry);
      before.delete(entry);
      const value = Number(line.slice(end + 1).replace('Inf', 'Infinity'));
      for (const moment of moments) {
        entry.times.push(moment);
        entry.values.push(value);
      }
    }
    const [first] = moments;
    if (first !== undefined) for (const { goneAt } of before) goneAt.push(first);
  }

  /** @param endsAt  when the last scrape was over for good (epoch seconds); without, others go on from it */
  series(endsAt?: number): WriteSeries[] {
    if (endsAt !== undefined) this.add('', [endsAt]);
    return [...this.#byHead.values()].map(({ labels, times, values, goneAt }) => ({
      labels,
      times: Float64Array.from(times),
      values: Float64Array.from(values),
      ...(goneAt.length > 0 && { goneAt }),
    }));
  }

  #entry(head: string): Entry {
    const known = this.#byHead.get(head);
    if (known !== undefined) return known;
    const entry = { labels: { ...this.#labels, ...parseHead(head) }, times: [], values: [], goneAt: [] };
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
