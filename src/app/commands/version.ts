/** `linborg version`. */
import { loadEngine } from '../../model/engine/engine.js';
import { packageVersion } from '../package.js';

export async function version(): Promise<number> {
  const engine = await loadEngine('auto');
  process.stdout.write(
    `linborg ${packageVersion()}\nNode ${process.versions.node}\nengine ${engine.kind}: ${engine.version} (${engine.reason})\n`,
  );
  return 0;
}
