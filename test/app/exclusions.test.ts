import { writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readExclusions, renderExclusions } from '../../src/app/exclusions.js';
import { CommandError } from '../../src/core/errors.js';
import { temporaryFolder } from './fixtures/folder.js';

const file = path.join(temporaryFolder(), 'exclude.csv');
const read = (text: string) => {
  writeFileSync(file, text);
  return readExclusions(file);
};

describe('a file of excluded spans', () => {
  it('gives one span a line, with times as epoch seconds or ISO 8601, and reasons that may hold commas', async () => {
    const lines = [
      'server,from,to,reason',
      'db1,1767225600,1767229200,maintenance',
      '*,2026-01-02T00:00:00Z,2026-01-02T01:00Z,incident, with failover',
      '',
    ];
    expect(await read(lines.join('\r\n'))).toEqual([
      { server: 'db1', from: 1_767_225_600, to: 1_767_229_200, reason: 'maintenance' },
      { server: '*', from: 1_767_312_000, to: 1_767_315_600, reason: 'incident, with failover' },
    ]);
  });

  it.each([
    ['server,start,end\n', ':1 is "server,start,end"; expected the header server,from,to,reason'],
    ['', ':1 is ""; expected the header'],
    ['server,from,to,reason\ndb1,yesterday,1767229200,x', ':2 is "db1,yesterday,1767229200,x"; expected'],
    ['server,from,to,reason\n\ndb1,1767229200,1767225600,x', ':3 is "db1,1767229200,1767225600,x"; expected'],
    ['server,from,to,reason\n,1767225600,1767229200,x', ':2 is ",1767225600'],
    ['server,from,to,reason\ndb1,1767225600', ':2 is "db1,1767225600"; expected'],
  ])('is refused with its line where it is not as the format says: %j', async (text, said) => {
    await expect(read(text)).rejects.toThrow(CommandError);
    await expect(read(text)).rejects.toThrow(`exclude.csv${said}`);
  });

  it('is refused where it cannot be read', async () => {
    await expect(readExclusions('/nowhere.csv')).rejects.toThrow(
      /^--exclude \/nowhere\.csv cannot be read \(ENOENT.*\); expected a CSV file$/,
    );
  });

  it('is read as it was written, and never excludes less', async () => {
    const span = fc.record({
      server: fc.string(),
      from: fc.integer({ min: 0, max: 2e9 }),
      to: fc.integer({ min: 0, max: 2e9 }),
      reason: fc.string(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(span, { maxLength: 5 }), async (spans) => {
        writeFileSync(file, renderExclusions(spans));
        const read = await readExclusions(file);
        const meant = spans.filter(({ from, to }) => to > from);
        expect(read.map(({ from, to }) => [from, to])).toEqual(meant.map(({ from, to }) => [from, to]));
        read.forEach(({ server }, i) => {
          expect(['*', meant[i]!.server]).toContain(server);
        });
      }),
      { numRuns: 50 },
    );
    writeFileSync(file, renderExclusions([{ server: 'db1', from: 1, to: 2, reason: 'disk,\nfull' }]));
    expect(await readExclusions(file)).toEqual([{ server: 'db1', from: 1, to: 2, reason: 'disk, full' }]);
  });
});
