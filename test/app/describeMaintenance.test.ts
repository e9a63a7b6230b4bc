import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeMaintenance } from '../../src/app/describeMaintenance.js';
import { maintenanceFields } from '../../src/windows/options.js';

const at = Date.parse('2026-06-01T12:00:00Z') / 1000;

test('each window is told with its next time, or why there is none', () => {
  const { maintenance } = z.strictObject(maintenanceFields).parse({
    maintenance: [
      {
        name: 'nights',
        servers: 'profile:web_api',
        time_intervals: [{ weekdays: ['saturday'], times: [{ start_time: '23:00', end_time: '03:00' }] }],
      },
      { name: 'lunch', time_intervals: [{ times: [{ start_time: '11:30', end_time: '12:30' }] }] },
      { name: 'past years', time_intervals: [{ years: ['2020:2025'] }] },
      { name: 'over', start: '2026-05-01T00:00:00+02:00', end: '2026-05-02T00:00:00+02:00' },
      { name: 'running', start: '2026-06-01T00:00Z', end: '2026-06-02T00:00Z' },
      { name: 'drained', servers: 'k8s-.*', expr: 'kube_node_spec_unschedulable == 1' },
    ],
  });
  expect(describeMaintenance(maintenance, at)).toEqual([
    'maintenance nights, servers profile:web_api: 2026-06-06T23:00Z to 2026-06-07T03:00Z',
    'maintenance lunch, servers .*: now to 2026-06-01T12:30Z',
    'maintenance past years, servers .*: not within 366 days',
    'maintenance over, servers .*: over since 2026-05-01T22:00Z',
    'maintenance running, servers .*: now to 2026-06-02T00:00Z',
    'maintenance drained, servers k8s-.*: while kube_node_spec_unschedulable == 1 names them',
  ]);
});
