/** `policy.json`: what the policy remembers over a restart. */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { readIfThere } from '../../files/ifThere.js';
import { writeWhole } from '../../files/wholeFile.js';
import { EMPTY_POLICY_STATE, type PolicyState, policyStateSchema } from '../../policy/state.js';

/** The state of a file; empty if there is none. Rejects for a file that cannot be understood. */
export async function readPolicyState(path: string): Promise<PolicyState> {
  try {
    const text = await readIfThere(path);
    return text === undefined ? EMPTY_POLICY_STATE : policyStateSchema.parse(JSON.parse(text));
  } catch (cause) {
    const reason = cause instanceof z.ZodError ? z.prettifyError(cause) : (cause as Error).message;
    throw new Error(
      `${path} cannot be used (${reason}), so that cooldowns are not known; remove it and reload the configuration`,
      { cause },
    );
  }
}

/** Writes the file in one piece. */
export async function writePolicyState(path: string, state: PolicyState): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeWhole(path, `${JSON.stringify(state)}\n`);
}
