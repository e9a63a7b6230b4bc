/** Addresses that something may be sent to. */
import { z } from 'zod';
import { checkAddress } from '../core/options.js';

/** An http or https address without credentials, query or fragment. */
export const targetUrl = z
  .url({
    protocol: /^https?$/,
    error: 'expected an http:// or https:// URL such as https://executor.example.org/linborg',
  })
  .superRefine(checkAddress('authorization'))
  .transform((text) => new URL(text).href);

/**
 * Tells whether an address lies under one of those that are allowed: same scheme, host and port, and its path is theirs or
 * one below.
 */
export function isAllowed(address: string, allowed: readonly string[]): boolean {
  const { origin, pathname } = new URL(address);
  return allowed.some((entry) => {
    const prefix = new URL(entry);
    const folder = prefix.pathname.replace(/\/$/, '');
    return origin === prefix.origin && (pathname === folder || pathname.startsWith(`${folder}/`));
  });
}
