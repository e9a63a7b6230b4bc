import type { Client } from './client.js';

/** A clock that lies this little outside the time between question and answer counts as equal. */
const TOLERANCE_SECONDS = 2;

/**
 * The source's clock minus ours, in seconds; 0 when they agree. Throws QueryFailure when it cannot be asked, so it
 * tells at once whether the source can be reached.
 */
export async function measureSkew(client: Client, clock: () => number): Promise<number> {
  const askedAt = clock();
  const theirs = await client.serverTime();
  const skew = theirs - Math.min(Math.max(theirs, askedAt), clock());
  return Math.abs(skew) < TOLERANCE_SECONDS ? 0 : skew;
}
