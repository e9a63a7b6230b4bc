import { afterEach, describe, expect, it } from 'vitest';
import { createPushSource } from '../../../src/sources/push/pushSource.js';
import { RecordBook } from '../../../src/sources/push/recordBook.js';
import { WriteAheadLog } from '../../../src/sources/push/writeAheadLog.js';
import type { PullEvent } from '../../../src/sources/source.js';
import { WindowStore } from '../../../src/windows/store.js';
import { temporaryFolder } from '../../app/fixtures/folder.js';
import { defaults, NOON, present, STEP } from '../../windows/support.js';
import { pushed } from './pushed.js';

const logs: WriteAheadLog[] = [];
afterEach(async () => {
  for (const log of logs.splice(0)) await log.close();
});

async function pushedTo(clock: () => number) {
  const events = { onSynced() {}, onWriteFailed() {}, onSize() {}, onDropped() {}, onTorn() {}, onUnreadable() {} };
  const limits = { maxBytes: 1 << 24, historySeconds: defaults.historySeconds };
  const log = await WriteAheadLog.open({ folder: temporaryFolder(), ...limits }, events);
  logs.push(log);
  const book = new RecordBook(defaults);
  const load = async () => {};
  const source = createPushSource({ book, options: defaults, clock, load, replay: () => log.replay() });
  return { book, log, source };
}

/** Puts what a pull brings into windows; tells how many samples were ahead of their time. */
async function takeIn(store: WindowStore, events: AsyncIterable<PullEvent>): Promise<number> {
  let ahead = 0;
  for await (const event of events) if (event.kind === 'batch') ahead += store.ingest(event.batch).ahead;
  return ahead;
}

describe('records that came while another source was slow', () => {
  it('are in the windows all the same, at the start and later', async () => {
    let now = NOON;
    const { book, log, source } = await pushedTo(() => now);
    const store = new WindowStore(defaults);
    const early = pushed({ timestamp: NOON + 2 * STEP, cpu_user_pct: 10 });
    await log.append([early], NOON + 2 * STEP);
    book.add(early);
    now = NOON + 3 * STEP;
    expect(await takeIn(store, source.history(NOON, defaults.historySeconds))).toBe(0);
    book.add(pushed({ timestamp: NOON + 6 * STEP, cpu_user_pct: 20 }));
    now = NOON + 6 * STEP + 60;
    expect(await takeIn(store, source.increment(NOON, NOON + 3 * STEP))).toBe(0);
    source.close();
    const first = NOON / STEP;
    expect(present(store.frame('a', now)!, 'cpu_user_pct')).toEqual(
      new Map([
        [first + 2, 10],
        [first + 6, 20],
      ]),
    );
  });
});
