/** What an exporter exposes at two scrapes, as a text, and as the samples of a Prometheus that scraped it in between. */
import { readFileSync } from 'node:fs';
import type { RawSeries } from '../../sources/fixtures/realPrometheus.js';

/** Between the two scrapes of a sample. */
const SAMPLE_SECONDS = 1200;
const SCRAPE_SECONDS = 15;

/**
 * The series of `samples/NAME.prom` as scraped each 15 s in the 20 minutes before `to`. The file is exposition text; behind a value that
 * grows stands ` # ` and its value at the last scrape, and `NOW-n` is n seconds before it.
 * @param target  labels that Prometheus adds, where the series has none of that name
 */
export function sampleSeries(name: string, to: number, target: Readonly<Record<string, string>>): RawSeries[] {
  const text = readFileSync(new URL(`samples/${name}.prom`, import.meta.url), 'utf8');
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const scrapes = SAMPLE_SECONDS / SCRAPE_SECONDS;
  return lines.map((line) => {
    const { labels, first, last } = parseLine(line, to);
    const points = Array.from({ length: scrapes + 1 }, (_, i): [number, number] => [
      to - SAMPLE_SECONDS + i * SCRAPE_SECONDS,
      first + ((last - first) * i) / scrapes,
    ]);
    return { labels: { ...target, ...labels }, points };
  });
}

function parseLine(line: string, to: number) {
  const match = /^([a-zA-Z_:][\w:.]*)(?:\{(.*)\})? (\S+)(?: # (\S+))?$/.exec(line);
  if (!match) throw new Error(`${JSON.stringify(line)} is no line of a sample`);
  const [, name, labelText = '', first, last = first] = match;
  const labels: Record<string, string> = { __name__: name! };
  for (const [, label, value] of labelText.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g))
    if (value !== '') labels[label!] = value!.replace(/\\(.)/g, '$1');
  return { labels, first: numberOf(first!, to), last: numberOf(last!, to) };
}

function numberOf(text: string, to: number): number {
  const value = text.startsWith('NOW-') ? to - Number(text.slice(4)) : Number(text);
  if (Number.isNaN(value)) throw new Error(`${text} is no value of a sample`);
  return value;
}
