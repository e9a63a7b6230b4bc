import { describe, expect, it } from 'vitest';
import { CommandError } from '../../src/core/errors.js';
import { decodeSimulateOptions } from '../../src/simulator/options.js';

const NOW = 1_780_000_000;

describe('the options of simulate', () => {
  it('have defaults, and listen on loopback when no output is asked for', () => {
    expect(decodeSimulateOptions({}, NOW)).toEqual({
      servers: 20,
      seed: 1,
      days: 8,
      scenariosPerServerWeek: 0.5,
      scenarios: undefined,
      end: NOW,
      demoAnchor: undefined,
      intervalSeconds: 100,
      listen: { host: '127.0.0.1', port: 8001 },
      remoteWrite: undefined,
      csv: undefined,
    });
  });

  it('do not listen when only history is asked for', () => {
    expect(decodeSimulateOptions({ csv: 'traces' }, NOW).listen).toBeUndefined();
    const both = decodeSimulateOptions({ remoteWrite: 'http://localhost:9090/api/v1/write', listen: ':8001' }, NOW);
    expect(both.listen).toEqual({ host: '0.0.0.0', port: 8001 });
  });

  it.each([
    ['8001', { host: '127.0.0.1', port: 8001 }],
    [':8001', { host: '0.0.0.0', port: 8001 }],
    ['localhost:0', { host: 'localhost', port: 0 }],
    ['[::1]:9', { host: '::1', port: 9 }],
  ])('read the address %s', (listen, expected) => {
    expect(decodeSimulateOptions({ listen }, NOW).listen).toEqual(expected);
  });

  it.each([
    ['1780000000', 1_780_000_000],
    ['2026-06-01T00:00', Date.UTC(2026, 5, 1) / 1000],
    ['2026-06-01', Date.UTC(2026, 5, 1) / 1000],
    ['2026-06-01T02:00:00+02:00', Date.UTC(2026, 5, 1) / 1000],
  ])('read the end %s, around which a demo is placed', (end, expected) => {
    expect(decodeSimulateOptions({ end, demo: true }, NOW)).toMatchObject({ end: expected, demoAnchor: expected });
  });

  it('read names of scenarios, apart by commas', () => {
    expect(decodeSimulateOptions({ scenarios: 'memory_leak, level_shift' }, NOW).scenarios).toEqual([
      'memory_leak',
      'level_shift',
    ]);
  });

  it('name every faulty flag with its value and what was expected', () => {
    const faulty = {
      servers: '0',
      seed: '1.5',
      days: 'x',
      scenariosPerServerWeek: '99',
      scenarios: 'memory_leak,fire',
      end: 'soon',
      interval: '5m',
      listen: 'here',
      remoteWrite: 'localhost',
      csv: '',
    };
    const decode = () => decodeSimulateOptions(faulty, NOW);
    expect(decode).toThrow(CommandError);
    for (const message of [
      '--servers is 0; expected a whole number from 1 to 20000',
      '--seed is 1.5; expected a whole number',
      '--days is x; expected a number from 0.01 to 400',
      '--scenarios-per-server-week is 99; expected a number from 0 to 14',
      '--scenarios is memory_leak,fire; expected names of scenarios apart by commas: memory_leak, disk_full',
      '--end is soon; expected epoch seconds or a time',
      '--interval is 5m; expected a duration from 1s to 120s',
      '--listen is here; expected HOST:PORT',
      '--remote-write is localhost; expected an http(s) URL',
      '--csv is empty; expected a folder',
    ]) {
      expect(decode).toThrow(message);
    }
  });
});
