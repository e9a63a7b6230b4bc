/** The mapping pack jmx_exporter against a JVM with the JMX exporter's agent. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { MetricName } from '../../src/core/metrics.js';
import { REPOSITORY } from '../app/fixtures/cli.js';
import { temporaryFolder } from '../app/fixtures/folder.js';
import { startJmxExporter } from '../mapping/packs/exporters.js';
import { readByPack, startScraping } from '../mapping/packs/readByPack.js';

const run = promisify(execFile);

/** A program that keeps its processor a little busy. */
const BUSY = `public class Busy {
  public static void main(String[] args) throws Exception {
    for (long sum = 0; ; Thread.sleep(5)) for (int i = 0; i < 1000000; i++) sum += i;
  }
}
`;

test('a JVM is a server: heap, CPU, load and the time since its start', async ({ skip }) => {
  const jar = await run('scripts/ensure-jmx-exporter.sh', { cwd: REPOSITORY }).then(
    ({ stdout }) => stdout.trim(),
    (error: { readonly stderr: string }) => void process.stderr.write(error.stderr),
  );
  if (jar === undefined) return skip('the JMX exporter cannot be had here');
  const program = path.join(temporaryFolder(), 'Busy.java');
  writeFileSync(program, BUSY);
  const exporter = await startJmxExporter(jar, program);
  const prometheus = await startScraping([exporter]);
  try {
    const metrics: readonly MetricName[] = [
      'cpu_idle_pct',
      'java_cpu_pct',
      'mem_used_pct',
      'swap_used_pct',
      'load_average',
      'uptime_days',
    ];
    const wanted = { pack: 'jmx_exporter' };
    const values = await readByPack(prometheus.url, { wanted, selector: 'job="jmx"', metrics });
    expect([...values.keys()].sort()).toEqual([...metrics].sort());
    expect(values.get('java_cpu_pct')).toBeGreaterThan(0.1);
    expect(values.get('mem_used_pct')).toBeGreaterThan(0);
    expect(values.get('uptime_days')).toBeLessThan(0.01);
    expect(Math.abs(values.get('load_average')! - os.loadavg()[0]!)).toBeLessThan(10);
  } finally {
    await prometheus.stop();
    await exporter.stop();
  }
});
