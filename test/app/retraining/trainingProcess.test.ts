import { existsSync, writeFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { TrainingProcess } from '../../../src/app/retraining/trainingProcess.js';
import { temporaryFolder } from '../fixtures/folder.js';
import { until } from '../fixtures/scrape.js';

const folder = temporaryFolder();
const FOREVER = 'setInterval(() => {}, 1000);';

function start(code: string, limits: { maxMemoryBytes?: number; maxSeconds?: number } = {}) {
  const script = path.join(folder, 'script.mjs');
  writeFileSync(script, code);
  const lines: string[] = [];
  const training = new TrainingProcess({
    args: [script],
    nice: 19,
    maxMemoryBytes: 2 ** 31,
    maxSeconds: 60,
    ...limits,
    onLine: (line) => lines.push(line),
  });
  return { training, lines };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('the process of a training', () => {
  it('runs at the priority that it is given, tells its lines, and ends by itself', async () => {
    const { training, lines } = start("process.stderr.write('one\\ntwo\\n'); setTimeout(() => {}, 300);");
    expect(getPriority(training.pid!)).toBe(19);
    expect(await training.ended).toEqual({ kind: 'done' });
    expect(lines).toEqual(['one', 'two']);
  });

  it('that fails says why in its own words', async () => {
    const said = "process.stderr.write('linborg: csv x: no series is long enough\\n\\n'); process.exitCode = 1;";
    const { training } = start(said);
    const reason = 'it ended with exit code 1: csv x: no series is long enough';
    expect(await training.ended).toEqual({ kind: 'failed', reason });
  });

  it('that crashes is a failure like any other', async () => {
    const { training } = start("process.kill(process.pid, 'SIGSEGV');");
    expect(await training.ended).toMatchObject({ kind: 'failed', reason: expect.stringContaining('SIGSEGV ended it') });
  });

  it('is ended at once when it is stopped', async () => {
    const { training } = start(`process.on('SIGTERM', () => {}); ${FOREVER}`);
    await training.stop();
    expect(await training.ended).toEqual({ kind: 'stopped' });
    expect(isAlive(training.pid!)).toBe(false);
  });

  it.skipIf(!existsSync('/proc/self/status'))('is ended when it takes more memory than it may', async () => {
    const { training } = start(`globalThis.kept = Buffer.alloc(300e6, 1); ${FOREVER}`, { maxMemoryBytes: 200e6 });
    const reason = expect.stringMatching(/^it took \d{3} MB of memory; retrain\.max_memory_bytes allows 200 MB$/);
    expect(await training.ended).toEqual({ kind: 'failed', reason });
  });

  it('is ended when it takes too long', async () => {
    const { training } = start(FOREVER, { maxSeconds: 0.2 });
    expect(await training.ended).toMatchObject({ kind: 'failed', reason: expect.stringContaining('still not done') });
  });

  it('does not outlive the process that started it by more than its next line', async () => {
    const child = path.join(folder, 'talks.mjs');
    writeFileSync(child, "setInterval(() => process.stderr.write('step\\n'), 50);");
    const parent = path.join(folder, 'parent.mjs');
    writeFileSync(
      parent,
      `import { spawn } from 'node:child_process';
       const child = spawn(process.execPath, [${JSON.stringify(child)}], { stdio: ['ignore', 'ignore', 'pipe'] });
       process.stderr.write(child.pid + '\\n');
       child.stderr.once('data', () => process.kill(process.pid, 'SIGKILL'));`,
    );
    const { training, lines } = start(`await import(${JSON.stringify(parent)});`);
    await training.ended;
    const pid = Number(lines[0]);
    await until(
      async () => isAlive(pid),
      (alive) => !alive,
    );
  });
});
