/** Names that outlive a power failure. */
import { open } from 'node:fs/promises';

/** Has the names of a folder on the disk. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
