/** `maintenance.json` in the data folder: past maintenance, which no source and no configuration might tell after a restart. */
import { mkdir } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigError } from '../../core/errors.js';
import { readIfThere } from '../../files/ifThere.js';
import { writeWhole } from '../../files/wholeFile.js';
import type { PastMaintenance } from '../../windows/maintenance.js';
import { serverSelector } from '../../windows/serverSelector.js';

const span = { window: z.string(), from: z.number(), to: z.number() };

const fileSchema = z.strictObject({
  format: z.literal(1),
  spans: z.array(
    z.union([
      z.strictObject({ ...span, server: z.string() }),
      /** As `servers` of the configuration. */
      z.strictObject({ ...span, servers: serverSelector }),
    ]),
  ),
});

export function maintenanceFile(dataFolder: string): string {
  return join(resolve(dataFolder), 'maintenance.json');
}

/** What was written; nothing where there is no file. Throws ConfigError if it cannot be understood. */
export async function readPastMaintenance(path: string): Promise<PastMaintenance[]> {
  const text = await readIfThere(path).catch((cause: Error) => {
    throw new ConfigError(`${path} cannot be read (${cause.message})`, { cause });
  });
  if (text === undefined) return [];
  try {
    const { spans } = fileSchema.parse(JSON.parse(text));
    return spans.map(({ window, from, to, ...who }) => {
      return { window, from, to, servers: 'server' in who ? who.server : who.servers };
    });
  } catch (cause) {
    const reason = (cause as Error).message.replaceAll(/\s+/g, ' ').slice(0, 200);
    throw new ConfigError(`${path} is not what linborg writes (${reason}); remove it to begin anew`, { cause });
  }
}

/** Takes the place of the file before it. Throws where the folder cannot be written. */
export async function writePastMaintenance(path: string, past: readonly PastMaintenance[]): Promise<void> {
  const spans = past.map(({ window, servers, from, to }) =>
    typeof servers === 'string'
      ? { window, server: servers, from, to }
      : { window, servers: servers.written, from, to },
  );
  await mkdir(dirname(path), { recursive: true });
  await writeWhole(path, `${JSON.stringify({ format: 1, spans })}\n`);
}
