import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readExclusions } from '../../../src/app/training/exclusions.js';
import { CommandError } from '../../../src/core/errors.js';
import { temporaryFolder } from '../fixtures/folder.js';

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
});
