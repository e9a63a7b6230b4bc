import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const script = 'scripts/textfile/close_wait.sh';
/** Recorded from a kernel: IPv4 with 3 forgotten clients and 2 forgotten back ends, IPv6 with 1 and 4, and one open connection each. */
const recorded = { ...process.env, CLOSE_WAIT_PROC: 'test/scripts/proc' };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'linborg-close-wait-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('the textfile script for CLOSE_WAIT', () => {
  test('counts both IP versions, and tells clients from back ends by the listening port', async () => {
    const { stdout } = await run(script, { env: recorded });
    expect(stdout).toContain('node_sockets_close_wait{side="front"} 4\n');
    expect(stdout).toContain('node_sockets_close_wait{side="back"} 6\n');
  });

  test('writes text that promtool accepts without a remark', async () => {
    const checked = promisify(execFile)('sh', ['-c', `${script} | promtool check metrics`], { env: recorded });
    await expect(checked).resolves.toEqual({ stdout: '', stderr: '' });
  });

  test('replaces the file at once, readable for all, and leaves nothing beside it', async () => {
    const file = join(folder, 'close_wait.prom');
    await run(script, [file], { env: recorded });
    await run(script, [file], { env: recorded });
    expect(await readdir(folder)).toEqual(['close_wait.prom']);
    expect((await stat(file)).mode & 0o777).toBe(0o644);
    expect(await readFile(file, 'utf8')).toContain('side="front"} 4');
  });

  test('keeps the last good file and says why, when the tables cannot be read', async () => {
    const file = join(folder, 'close_wait.prom');
    await run(script, [file], { env: recorded });
    const failing = run(script, [file], { env: { ...process.env, CLOSE_WAIT_PROC: '/nonexistent' } });
    await expect(failing).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('CLOSE_WAIT_PROC') });
    expect(await readdir(folder)).toEqual(['close_wait.prom']);
    expect(await readFile(file, 'utf8')).toContain('side="front"} 4');
  });

  test.runIf(process.platform === 'linux')('reads the kernel that it runs on', async () => {
    const { stdout } = await run(script);
    expect(stdout).toMatch(
      /^node_sockets_close_wait\{side="front"\} \d+\nnode_sockets_close_wait\{side="back"\} \d+$/m,
    );
  });
});
