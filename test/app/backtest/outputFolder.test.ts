import { readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { OutputFolder } from '../../../src/app/backtest/outputFolder.js';
import { REPORT_KIND } from '../../../src/app/backtest/report/reportData.js';
import { temporaryFolder } from '../fixtures/folder.js';

const REPORT = JSON.stringify({ kind: REPORT_KIND });

async function writeRun(folder: string, files: Partial<Record<'forecasts.csv.gz' | 'risk.csv', string>>) {
  const output = await OutputFolder.open(folder);
  for (const [name, text] of Object.entries(files)) await output.create(name as 'risk.csv').write(text);
  await output.create('report.json').write(REPORT);
  await output.commit();
}

describe('OutputFolder', () => {
  it('gives files their names at the end only, and compresses what is to be compressed', async () => {
    const folder = path.join(temporaryFolder(), 'new/deep');
    const output = await OutputFolder.open(folder);
    const file = output.create('forecasts.csv.gz');
    const line = `${'x'.repeat(10_000)}\n`;
    for (let i = 0; i < 50; i++) await file.write(line);
    expect(readdirSync(folder).every((name) => name.endsWith('.tmp'))).toBe(true);
    await output.commit();
    expect(readdirSync(folder)).toEqual(['forecasts.csv.gz']);
    expect(gunzipSync(readFileSync(path.join(folder, 'forecasts.csv.gz'))).toString()).toBe(line.repeat(50));
  });

  it('leaves an earlier run as it was when it is given up', async () => {
    const folder = temporaryFolder();
    await writeRun(folder, { 'risk.csv': 'old' });
    const output = await OutputFolder.open(folder);
    await output.create('risk.csv').write('new');
    await output.discard();
    expect(readdirSync(folder).sort()).toEqual(['report.json', 'risk.csv']);
    expect(readFileSync(path.join(folder, 'risk.csv'), 'utf8')).toBe('old');
  });

  it('takes the place of an earlier run whole: no file of that one stays beside the new ones', async () => {
    const folder = temporaryFolder();
    await writeRun(folder, { 'risk.csv': 'old', 'forecasts.csv.gz': 'old' });
    await writeRun(folder, { 'forecasts.csv.gz': 'new' });
    expect(readdirSync(folder).sort()).toEqual(['forecasts.csv.gz', 'report.json']);
  });

  it.each([
    { what: 'other files', files: { 'thesis.tex': 'x' }, said: 'holds thesis.tex, which is not from a backtest' },
    { what: 'a foreign report.json', files: { 'report.json': '{"a":1}' }, said: 'holds files but no report.json' },
    { what: 'a lonely risk.csv', files: { 'risk.csv': 'x' }, said: 'holds files but no report.json' },
  ])('refuses a folder with $what, and touches nothing', async ({ files, said }) => {
    const folder = temporaryFolder();
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
    await expect(OutputFolder.open(folder)).rejects.toThrow(said);
    expect(readdirSync(folder)).toEqual(Object.keys(files));
  });

  it('goes on after a run that was killed half-way', async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'forecasts.csv.gz.tmp'), 'half');
    await writeRun(folder, { 'forecasts.csv.gz': 'new' });
    expect(readdirSync(folder).sort()).toEqual(['forecasts.csv.gz', 'report.json']);
  });

  it('says that the disk is full, and what to do', async () => {
    const folder = temporaryFolder();
    symlinkSync('/dev/full', path.join(folder, 'risk.csv.tmp'));
    const output = await OutputFolder.open(folder);
    await output
      .create('risk.csv')
      .write('x'.repeat(1e6))
      .catch(() => {});
    await expect(output.commit()).rejects.toThrow(/--out .+ cannot be written \(ENOSPC.+make room/);
    await output.discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says that the folder cannot be made', async () => {
    const file = path.join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    await expect(OutputFolder.open(path.join(file, 'out'))).rejects.toThrow(/cannot be made \(ENOTDIR/);
  });
});
