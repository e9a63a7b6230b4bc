import { appendFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { readBlock } from '../../../../src/feeders/readers/file/block.js';
import { beginningOf, NO_FINGERPRINT } from '../../../../src/feeders/readers/file/fingerprint.js';
import { fileId } from '../../../../src/feeders/readers/file/glob.js';
import { temporaryFolder } from '../../../app/fixtures/folder.js';

const SIZE = { bytes: 65_536, maxLineBytes: 65_536, isQuoted: false };
const TURNS = 40;

test('a file that is cut and written anew while it is read never passes for the one before', async () => {
  const path = `${temporaryFolder()}/metrics.log`;
  const before = 'before the cut\n'.repeat(200);
  const after = 'since the cut!\n'.repeat(200);
  for (let turns = 0; turns < TURNS; turns++) {
    writeFileSync(path, before);
    const file = { id: fileId(statSync(path)), path };
    const { fingerprint = NO_FINGERPRINT } = await beginningOf(file, NO_FINGERPRINT);
    const reading = readBlock({ ...file, offset: before.length, fingerprint }, SIZE, before.length + after.length);
    for (let turn = 0; turn < turns; turn++) await nextTurn();
    truncateSync(path, 0);
    appendFileSync(path, after);
    const block = await reading;
    if (block !== undefined) expect(block, `after ${turns} turns`).toMatchObject({ fingerprint });
  }
});
