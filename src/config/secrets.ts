/** Which values of the file nobody may see, and how they are hidden. */
import type { Path } from './path.js';

const HIDDEN = '<secret>';

/** Whole words of a key. `…_file` names a file, whose name is no secret. */
const SECRET_KEY = /(^|_)(password|passwords|secret|secrets|token|tokens|credentials|key|keys)$/;

/** Headers that carry no secret in any system that is known to want them; all others might. */
const OPEN_HEADERS = /^(x-scope-orgid|x-grafana-org-id|accept|user-agent|thanos-tenant)$/i;

/** Tells whether the value at a path must not be shown. */
export function isSecret(path: Path): boolean {
  return path.some(
    (part, index) =>
      (typeof part === 'string' && SECRET_KEY.test(part)) ||
      (path[index - 1] === 'headers' && !OPEN_HEADERS.test(String(part))),
  );
}

/** The same tree with `<secret>` in place of each secret, and of the password in each URL. */
export function hideSecrets(value: unknown, path: Path = []): unknown {
  if (Array.isArray(value)) return value.map((item, index) => hideSecrets(item, [...path, index]));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hideSecrets(item, [...path, key])]));
  if (value === null || value === undefined) return value;
  if (isSecret(path)) return HIDDEN;
  return typeof value === 'string' ? value.replace(/(:\/\/[^/@:]*):[^/@]*@/, `$1:${HIDDEN}@`) : value;
}
