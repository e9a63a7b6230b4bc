/** Which ports are taken, asked before anything is started. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { CommandError } from '../../core/errors.js';

/** Throws CommandError that names every port of `ports` that is in use on loopback, with the flag that changes it. */
export async function requireFreePorts(ports: Readonly<Record<string, number>>): Promise<void> {
  const taken: string[] = [];
  for (const [name, port] of Object.entries(ports)) {
    if (!(await isFree(port)))
      taken.push(`port ${port} is in use: stop what holds it or choose another with --${name}-port`);
  }
  if (taken.length > 0) throw new CommandError(taken.join('; '));
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen({ port, host: '127.0.0.1' });
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
