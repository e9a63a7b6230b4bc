/** The keys that the file may have, with their defaults as they would be written: read off the schema. */
import { z } from 'zod';
import type { Path } from './path.js';

/** As much of JSON Schema as zod writes for the schemas of the rooms. */
interface KeySchema {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, KeySchema>>;
  readonly items?: KeySchema;
  readonly additionalProperties?: KeySchema | boolean;
  readonly propertyNames?: { readonly enum?: readonly string[] };
  /** The shapes that a value may have. */
  readonly anyOf?: readonly KeySchema[];
}

export interface KnownKeys {
  /** The keys that the block at a path may have. */
  keysAt(path: Path): readonly string[];
  /** The block as written, with the default of each key that was left out. */
  withDefaults(written: unknown): unknown;
}

/** Reads a schema's keys; slow, so only for messages and for showing. */
export function knownKeysOf(schema: z.ZodType): KnownKeys {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as KeySchema;
  return {
    keysAt(path) {
      const value = path.reduce<KeySchema | undefined>(schemaOf, root);
      const block = shapeOf(value, ({ properties }) => properties !== undefined);
      return [...Object.keys(block?.properties ?? {}), ...(block?.propertyNames?.enum ?? [])];
    },
    withDefaults: (written) => complete(root, written),
  };
}

/** Of several shapes the one that fits: a block or a list. */
function shapeOf(schema: KeySchema | undefined, isFit: (shape: KeySchema) => boolean): KeySchema | undefined {
  if (schema?.anyOf === undefined) return schema;
  return schema.anyOf.map((shape) => shapeOf(shape, isFit)).find((shape) => shape !== undefined && isFit(shape));
}

function schemaOf(parent: KeySchema | undefined, part: PropertyKey): KeySchema | undefined {
  const isList = typeof part === 'number';
  const schema = shapeOf(parent, ({ items, properties }) => (isList ? items : properties) !== undefined);
  if (typeof part === 'number') return schema?.items;
  const rest = schema?.additionalProperties;
  return schema?.properties?.[String(part)] ?? (typeof rest === 'object' ? rest : undefined);
}

function complete(schema: KeySchema | undefined, written: unknown): unknown {
  const value = written === undefined ? schema?.default : written;
  if (Array.isArray(value)) return value.map((item) => complete(schema?.items, item));
  if (typeof value !== 'object' || value === null) return value;
  const block = value as Readonly<Record<string, unknown>>;
  const names = new Set([...Object.keys(schema?.properties ?? {}), ...Object.keys(block)]);
  const entries = [...names].map((name) => [name, complete(schemaOf(schema, name), block[name])] as const);
  return Object.fromEntries(entries.filter(([, entry]) => entry !== undefined));
}
