import { expect, it } from 'vitest';
import { RecordedHistory } from '../../../src/app/service/recordedHistory.js';
import type { RecordedSeries, Source } from '../../../src/sources/source.js';

const SPAN = { from: 0, to: 600, stepSeconds: 60 };
const SERIES: RecordedSeries = { labels: {}, times: [60], values: [1] };

function sourceOf(recorded?: Source['recorded']): Source {
  const nothing = async function* () {};
  return { name: 'a', history: nothing, increment: nothing, close: () => {}, ...(recorded && { recorded }) };
}

function historyOf(...sources: Source[]): RecordedHistory {
  return new RecordedHistory(
    () => ({ sources, selector: '' }),
    () => 1000,
  );
}

const read = (history: RecordedHistory, expr = 'up') => history.read({ risk: expr }, SPAN);

it('takes the first source that recorded anything, past those that fail, record nothing or have nothing', async () => {
  const broken = sourceOf(async () => {
    throw new Error('HTTP 503');
  });
  const history = historyOf(
    broken,
    sourceOf(),
    sourceOf(async () => []),
    sourceOf(async () => [SERIES]),
  );
  expect(await read(history)).toEqual({ kind: 'read', answers: { risk: [SERIES] } });
});

it('tells nothing recorded from nobody asked and from no answer', async () => {
  expect(await read(historyOf(sourceOf(async () => [])))).toEqual({ kind: 'read', answers: { risk: [] } });
  expect(await read(historyOf(sourceOf()))).toMatchObject({
    kind: 'unavailable',
    message: expect.stringMatching(/^no Prometheus is among the sources/),
  });
  const broken = sourceOf(async () => {
    throw new Error('HTTP 503');
  });
  expect(await read(historyOf(broken))).toMatchObject({ message: expect.stringContaining('(HTTP 503)') });
});

it('asks once for those who want the same, and again after a failure, later, or of other sources', async () => {
  let asked = 0;
  let now = 1000;
  let sources = [
    sourceOf(async () => {
      asked++;
      if (asked === 1) throw new Error('down');
      return [SERIES];
    }),
  ];
  const history = new RecordedHistory(
    () => ({ sources, selector: '' }),
    () => now,
  );
  expect((await read(history)).kind).toBe('unavailable');
  await Promise.all([read(history), read(history), read(history)]);
  expect(asked).toBe(2);
  await read(history, 'other');
  expect(asked).toBe(3);
  now += 30;
  await read(history);
  expect(asked).toBe(4);
  sources = [...sources];
  await read(history);
  expect(asked).toBe(5);
});

it('has at most four readings under way', async () => {
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const history = historyOf(
    sourceOf(async () => {
      await gate;
      return [SERIES];
    }),
  );
  const readings = ['a', 'b', 'c', 'd'].map((expr) => read(history, expr));
  expect(await read(history, 'e')).toMatchObject({
    kind: 'unavailable',
    message: expect.stringContaining('under way'),
  });
  release();
  expect((await Promise.all(readings)).map(({ kind }) => kind)).toEqual(['read', 'read', 'read', 'read']);
  expect((await read(history, 'e')).kind).toBe('read');
});
