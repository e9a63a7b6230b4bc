/** Where a value stands in the tree of keys. */
export type Path = readonly PropertyKey[];

/** `sources[0].prometheus.url`; a key that is no plain word stands in quotes. */
export function formatPath(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[\w-]+$/.test(String(part))) text += text === '' ? String(part) : `.${String(part)}`;
    else text += `[${JSON.stringify(String(part))}]`;
  }
  return text;
}
