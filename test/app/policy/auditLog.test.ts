import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { chainLine, readLine } from '../../../src/app/policy/auditChain.js';
import { listAuditFiles } from '../../../src/app/policy/auditFiles.js';
import { AuditLog } from '../../../src/app/policy/auditLog.js';
import { verifyAudit } from '../../../src/app/policy/verifyAudit.js';
import { runHere } from '../fixtures/cli.js';
import { writeConfiguration } from '../fixtures/configuration.js';
import { temporaryFolder } from '../fixtures/folder.js';

const clock = () => 1_780_000_000;
const event = (id: number) => ({ event: 'decision', id, reason: 'größer als 95 %\n' });

/** A folder with a log of so many entries. */
async function written(entries: number, fullBytes?: number): Promise<string> {
  const folder = temporaryFolder();
  const log = new AuditLog(folder, clock, fullBytes);
  for (let id = 1; id <= entries; id++) await log.append([event(id)]);
  await log.close();
  return folder;
}

const fileIn = (folder: string) => path.join(folder, 'audit.jsonl');
const verifyFolder = async (folder: string) => verifyAudit(await listAuditFiles(folder));
const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').slice(0, -1);

describe('the audit log', () => {
  test('is one chain over restarts, whatever stands in its entries', async () => {
    const folder = await written(3);
    const log = new AuditLog(folder, clock);
    await Promise.all([log.append([event(4), event(5)]), log.append([event(6)])]);
    await log.close();
    expect(await verifyFolder(folder)).toMatchObject({ kind: 'holds', first: 1, head: { seq: 6 }, torn: 0 });
    const ids = linesOf(fileIn(folder)).map((line) => (JSON.parse(line) as { id: number }).id);
    expect(ids).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('goes on in the next file when one is full, and the chain with it', async () => {
    const folder = await written(10, 500);
    const names = readdirSync(folder).sort();
    expect(names.length).toBeGreaterThan(2);
    expect(names[0]).toMatch(/^audit-\d{12}\.jsonl$/);
    expect(await verifyFolder(folder)).toMatchObject({ kind: 'holds', first: 1, head: { seq: 10 } });
    // Without its first file it is still a chain, that begins later.
    expect(await verifyAudit((await listAuditFiles(folder)).slice(1))).toMatchObject({ kind: 'holds' });
    expect(await verifyAudit((await listAuditFiles(folder)).filter((_, i) => i !== 1))).toMatchObject({
      kind: 'broken',
      line: 1,
    });
  });

  test('has the entries of a full file that cannot be put aside, and goes on in it', async () => {
    const folder = temporaryFolder();
    const log = new AuditLog(folder, clock, 300);
    await log.append([event(1)]);
    const inTheWay = path.join(folder, 'audit-000000000002.jsonl');
    mkdirSync(inTheWay);
    await log.append([event(2)]);
    rmdirSync(inTheWay);
    await log.append([event(3)]);
    await log.close();
    expect(await verifyFolder(folder)).toMatchObject({ kind: 'holds', first: 1, head: { seq: 3 } });
  });

  test('keeps a line that was cut short, and tells of it in the next entry', async () => {
    const folder = await written(3);
    const file = fileIn(folder);
    const before = readFileSync(file);
    // In the middle of a character of two bytes.
    const cut = before.subarray(0, before.lastIndexOf(Buffer.from('ö')) + 1);
    truncateSync(file, cut.length);
    expect(await verifyFolder(folder)).toMatchObject({ kind: 'holds', head: { seq: 2 } });
    const log = new AuditLog(folder, clock);
    await log.append([event(4)]);
    await log.close();
    expect(readFileSync(file).subarray(0, cut.length)).toEqual(cut);
    expect(await verifyFolder(folder)).toMatchObject({ kind: 'holds', head: { seq: 4 }, torn: 1 });
    expect(readLine(Buffer.from(linesOf(file)[3]!))?.fields).toMatchObject({ event: 'torn_line', seq: 3 });
  });

  test('takes an entry that lacks its line feed alone for whole', async () => {
    const folder = await written(2);
    truncateSync(fileIn(folder), readFileSync(fileIn(folder)).length - 1);
    const log = new AuditLog(folder, clock);
    await log.append([event(3)]);
    await log.close();
    expect(await verifyFolder(folder)).toMatchObject({ kind: 'holds', head: { seq: 3 }, torn: 0 });
  });

  test('survives a process that is killed while it writes', async () => {
    const folder = temporaryFolder();
    const file = fileIn(folder);
    const first = chainLine({ seq: 0, hash: '0'.repeat(64) }, event(1)).line;
    const script = `const { writeSync, openSync } = require('node:fs');
      const file = openSync(process.argv[1], 'a');
      writeSync(file, process.argv[2] + '\\n' + process.argv[2].slice(0, 40));
      process.kill(process.pid, 'SIGKILL');`;
    const child = spawn(process.execPath, ['-e', script, file, first], { stdio: 'inherit' });
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    const log = new AuditLog(folder, clock);
    await log.append([event(2)]);
    await log.close();
    expect(await verifyFolder(folder)).toMatchObject({ kind: 'holds', head: { seq: 3 }, torn: 1 });
  });

  test('refuses what it cannot write, and goes on where it can again', async () => {
    const folder = path.join(temporaryFolder(), 'data');
    writeFileSync(folder, '');
    const log = new AuditLog(folder, clock);
    await expect(log.append([event(1)])).rejects.toThrow(/the audit log in .*data cannot be written \(EEXIST/);
    const good = new AuditLog(path.dirname(folder), clock);
    await good.append([event(1)]);
    await good.close();
    expect(existsSync(fileIn(path.dirname(folder)))).toBe(true);
  });
});

describe('audit verify', () => {
  test('says OK, with the last hash, of the file and of the configured folder', async () => {
    const folder = await written(3, 400);
    const config = writeConfiguration({ url: 'http://localhost:9090', keys: { data_dir: folder } });
    const { code, stdout } = await runHere('audit', 'verify', '--config.file', config);
    expect(stdout).toMatch(/: OK \(entries 1 to 3, last hash [0-9a-f]{64}\)\n$/);
    expect(code).toBe(0);
  });

  const tampered: [string, (lines: string[]) => string[], number][] = [
    ['changed', (lines) => lines.with(1, lines[1]!.replace('95', '96')), 2],
    ['left out', (lines) => lines.toSpliced(1, 1), 2],
    ['put in twice', (lines) => lines.toSpliced(1, 0, lines[1]!), 3],
    ['swapped', (lines) => [lines[0]!, lines[2]!, lines[1]!, lines[3]!], 2],
    ['cut short without a word', (lines) => lines.with(2, lines[2]!.slice(0, 30)), 3],
    ['written anew', (lines) => lines.with(2, chainLine({ seq: 2, hash: 'f'.repeat(64) }, event(3)).line), 3],
    ['the first to be missing', (lines) => lines.with(0, 'nothing'), 1],
  ];
  test.each(tampered)('names the first bad line where an entry was %s', async (_, change, line) => {
    const file = fileIn(await written(4));
    writeFileSync(file, `${change(linesOf(file)).join('\n')}\n`);
    const { code, stdout } = await runHere('audit', 'verify', file);
    expect(stdout).toMatch(new RegExp(`^${file}:${line}: `));
    expect(code).toBe(1);
  });

  test('sees what stands behind the end, and says which log is missing', async () => {
    const file = fileIn(await written(1));
    appendFileSync(file, 'x');
    expect((await runHere('audit', 'verify', file)).stdout).toMatch(/; 1 bytes of an unfinished entry at the end\)/);
    appendFileSync(file, '\n');
    expect((await runHere('audit', 'verify', file)).stdout).toMatch(/:2: the line is no entry/);
    const gone = await runHere('audit', 'verify', `${file}.gone`);
    expect(gone.code).toBe(1);
    expect(gone.stderr).toMatch(/^linborg: the audit log cannot be read \(ENOENT/);
  });
});
