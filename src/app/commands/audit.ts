/** `linborg audit verify`. */
import { CommandError } from '../../core/errors.js';
import { loadConfigFile } from '../configFile.js';
import { listAuditFiles } from '../policy/auditFiles.js';
import { type AuditVerdict, verifyAudit } from '../policy/verifyAudit.js';

/** Verifies one file, or all of the configured data folder; 1 with the first bad line if the chain is broken. */
export async function verifyAuditLog(
  file: string | undefined,
  flags: { readonly 'config.file': string },
): Promise<number> {
  const files = file === undefined ? await configuredFiles(flags['config.file']) : [file];
  const verdict = await verify(files);
  if (verdict.kind === 'broken') {
    process.stdout.write(`${verdict.file}:${verdict.line}: ${verdict.reason}\n`);
    return 1;
  }
  process.stdout.write(`${files.join(', ')}: OK (${describe(verdict)})\n`);
  return 0;
}

async function configuredFiles(configFile: string): Promise<string[]> {
  const { dataFolder } = (await loadConfigFile(configFile)).retrain;
  const files = await listAuditFiles(dataFolder);
  if (files.length === 0) throw new CommandError(`${dataFolder} holds no audit log: no rule has decided anything yet`);
  return files;
}

async function verify(files: readonly string[]): Promise<AuditVerdict> {
  try {
    return await verifyAudit(files);
  } catch (cause) {
    throw new CommandError(`the audit log cannot be read (${(cause as Error).message}); give the path of its file`, {
      cause,
    });
  }
}

function describe({ first, head, torn, unfinishedBytes }: Extract<AuditVerdict, { kind: 'holds' }>): string {
  if (head.seq === 0) return 'no entries';
  return [
    `entries ${first} to ${head.seq}, last hash ${head.hash}`,
    ...(torn > 0 ? [`${torn} lines cut short by a crash, as the chain tells`] : []),
    ...(unfinishedBytes > 0 ? [`${unfinishedBytes} bytes of an unfinished entry at the end`] : []),
  ].join('; ');
}
