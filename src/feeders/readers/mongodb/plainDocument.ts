/** Documents of MongoDB without its own types, which rules of a mapping know nothing of. */
import { Binary, Decimal128, Long, ObjectId } from 'mongodb';
import type { SourceDocument } from '../../reader.js';

/** Longs that a number cannot hold become bigints, Decimal128 its digits, ids their hex; dates stay, blocks and lists keep their shape. */
export function plainDocument(document: Readonly<Record<string, unknown>>): SourceDocument {
  return Object.fromEntries(Object.entries(document).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(plainValue);
  if (!('_bsontype' in value)) return plainDocument(value as Record<string, unknown>);
  if (value instanceof ObjectId) return value.toHexString();
  if (value instanceof Long) return value.toBigInt();
  if (value instanceof Decimal128) return value.toString();
  if (value instanceof Binary) return value.toString('base64');
  return String(value);
}
