import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SourceError } from '../../src/core/errors.js';
import type { SampleBatch } from '../../src/core/flow.js';
import { replayCsv } from '../../src/sources/csvReplay.js';

const HEADER = 'timestamp,server,cpu_idle_pct,x_disk_util_pct\n';

describe('a folder of traces', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'linborg-traces-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const put = (name: string, content: string | Uint8Array) => writeFile(path.join(folder, name), content);

  async function replay(extraColumns = false): Promise<SampleBatch[]> {
    const batches: SampleBatch[] = [];
    for await (const batch of replayCsv(folder, { extraColumns })) batches.push(batch);
    return batches;
  }

  it('gives one batch per server, plain or zipped, and passes over tables and notes', async () => {
    await put('b.csv', `${HEADER}600,b,1,2\n`);
    await put('a.csv.gz', gzipSync(`${HEADER}300,a,50.5,7\r\n600,a,,8\n1200,a,4e1,9\n`));
    await put('servers.csv', 'server,rows\na,3\n');
    await put('labels.csv', 'server,start,end\n');
    await put('README.md', '# traces\n');
    const [first, second, ...more] = await replay();
    expect(more).toEqual([]);
    expect(first).toEqual({
      kind: 'buckets',
      source: `csv ${path.join(folder, 'a.csv.gz')}`,
      at: 1500,
      series: [
        {
          server: 'a',
          metric: 'cpu_idle_pct',
          times: Float64Array.of(300, 600, 1200),
          values: Float64Array.of(50.5, Number.NaN, 40),
        },
      ],
    });
    expect(second?.series[0]?.server).toBe('b');
  });

  it('brings further columns only on request', async () => {
    await put('a.csv', `${HEADER}300,a,1,2\n`);
    const [batch] = await replay(true);
    expect(batch?.series.map(({ metric }) => metric)).toEqual(['cpu_idle_pct', 'x_disk_util_pct']);
  });

  it('gives back what was written', async () => {
    const cell = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }), { nil: Number.NaN });
    await fc.assert(
      fc.asyncProperty(fc.array(cell, { minLength: 1, maxLength: 50 }), async (values) => {
        const rows = values.map((value, i) => `${i * 300},a,${Number.isNaN(value) ? '' : value},\n`);
        await put('a.csv', HEADER + rows.join(''));
        const [batch] = await replay(false);
        expect([...batch!.series[0]!.values]).toEqual(values.map((value) => (Object.is(value, -0) ? 0 : value)));
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['without the two first columns', 'time,server,cpu_idle_pct\n', ':1 has the header "time,server,cpu_idle_pct"'],
    ['with a column twice', 'timestamp,server,cpu_idle_pct,cpu_idle_pct\n', ':1 names the column "cpu_idle_pct" twice'],
    ['without a LINBORG metric', 'timestamp,server,x_a\n', ':1 has no LINBORG metric among its columns'],
    ['that is empty', '', ' is empty; expected the header timestamp,server,<metrics>'],
    ['without rows', HEADER, ' has a header and no rows'],
    ['with a missing cell', `${HEADER}300,a,1\n`, ':2 has 3 cells; expected 4 as in the header'],
    [
      'with a time off the grid',
      `${HEADER}300,a,1,2\n601,a,1,2\n`,
      ':3 has timestamp "601"; expected epoch seconds, a multiple of 300',
    ],
    ['with a time that is none', `${HEADER}2024-01-01,a,1,2\n`, ':2 has timestamp "2024-01-01"'],
    ['with times that do not ascend', `${HEADER}600,a,1,2\n600,a,1,2\n`, ':3 has timestamp 600 after 600'],
    [
      'with a word for a value',
      `${HEADER}300,a,many,2\n`,
      ':2 has cpu_idle_pct = "many"; expected a number or an empty cell',
    ],
    ['with two servers', `${HEADER}300,a,1,2\n600,b,1,2\n`, ':3 is of server "b"; expected "a"'],
  ])('with a file %s is refused with file and line', async (_, content, message) => {
    await put('a.csv', content);
    await expect(replay()).rejects.toThrow(SourceError);
    await expect(replay()).rejects.toThrow(`${path.join(folder, 'a.csv')}${message}`);
  });

  it('with a damaged zip is refused with the file', async () => {
    await put('a.csv.gz', gzipSync(`${HEADER}300,a,1,2\n`).subarray(0, 30));
    await expect(replay()).rejects.toThrow(/a\.csv\.gz:\d+ cannot be read on \(Z_BUF_ERROR\)/);
    await put('a.csv.gz', 'this is no zip');
    await expect(replay()).rejects.toThrow(/a\.csv\.gz:\d+ cannot be read on \(Z_DATA_ERROR\)/);
  });

  it('that is missing or holds no traces is refused', async () => {
    await expect(replay()).rejects.toThrow(`trace folder ${folder} holds no <server>.csv`);
    const missing = replayCsv(path.join(folder, 'nowhere'), { extraColumns: false });
    await expect(missing.next()).rejects.toThrow('cannot be read (ENOENT)');
  });
});
