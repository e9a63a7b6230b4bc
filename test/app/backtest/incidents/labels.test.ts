import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLabels } from '../../../../src/app/backtest/incidents/labels.js';
import { temporaryFolder } from '../../fixtures/folder.js';

const folder = temporaryFolder();

function read(text: string) {
  writeFileSync(path.join(folder, 'labels.csv'), text);
  return readLabels(folder);
}

describe('readLabels', () => {
  it('tells incidents from planned work, and those that name a metric from those that do not', async () => {
    const labels = await read(
      'server,start,end,kind,detail\r\na,100,200,leak,incident=true;metric=mem_used_pct\nb,1,2,planned_batch,incident=false;metric=x\na,300,400,expert,dims a, b\n',
    );
    const own = { server: 'a', isIncident: true };
    expect(labels!.get('a')).toEqual([
      { ...own, from: 100, to: 200, kind: 'leak', hasMetric: true },
      { ...own, from: 300, to: 400, kind: 'expert', hasMetric: false },
    ]);
    expect(labels!.get('b')).toMatchObject([{ isIncident: false }]);
  });

  it('finds none in a folder without the file', async () => {
    const empty = path.join(folder, 'empty');
    mkdirSync(empty);
    expect(await readLabels(empty)).toBeUndefined();
  });

  it.each([
    ['server,begin,end\n', 'labels.csv:1 has the header "server,begin,end"; expected server,start,end,kind,detail'],
    ['server,start,end,kind,detail\na,9,8,leak,\n', 'labels.csv:2 is "a,9,8,leak,"; expected'],
    ['server,start,end,kind,detail\na,9\n', 'labels.csv:2 is "a,9"'],
  ])('refuses %j with its line', async (text, said) => {
    await expect(read(text)).rejects.toThrow(said);
  });
});
