import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRecordCheck } from '../../src/core/push/checkRecord.js';
import { pushRecordAt } from '../../src/simulator/pushRecord.js';
import { ROW } from '../../src/simulator/step.js';
import { DAY, fleetOf, MONDAY, rowAt, serverNamed } from './support.js';

const fleet = fleetOf({ servers: 20, seed: 9, scenariosPerServerWeek: 2 });

it('every record of every server at any moment is one that linborg accepts, unless the server is down', () => {
  const check = createRecordCheck(new Set(['java_cpu_pct']));
  fc.assert(
    fc.property(fc.constantFrom(...fleet.servers), fc.nat(30 * DAY), (server, offset) => {
      const at = MONDAY + offset;
      const record = pushRecordAt(server, at);
      if (record === undefined) return expect(at).toBeLessThan(server.restartBefore(at).bootAt);
      const verdict = check(record, 0, { oldest: MONDAY, latest: at });
      expect(verdict).toMatchObject({ kind: 'good', record: { server_name: server.name, profile: server.profile } });
    }),
    { numRuns: 100 },
  );
});

it('a record has the state of its step, with whole connections', () => {
  const server = serverNamed(fleet, 'ppweb001');
  const row = rowAt(server, MONDAY + 600);
  const record = pushRecordAt(server, MONDAY + 700)!;
  expect(record['mem_used_pct']).toBe(row[ROW.mem_used_pct]);
  expect(record['back_close_wait']).toBe(Math.round(row[ROW.back_close_wait]!));
  expect(record['timestamp']).toBe('2026-06-01T00:11:40.000Z');
});

it('there is no record while the server reboots', () => {
  const server = serverNamed(fleet, 'ppdb001');
  expect(pushRecordAt(server, server.restartBefore(MONDAY).at + 1)).toBeUndefined();
});
