/** Reads the history of items by time, all hosts together. */
import { z } from 'zod';
import {
  type Bookmark,
  ReadError,
  type Reader,
  type ReadRequest,
  type ReadResult,
  type SourceDocument,
} from '../../reader.js';
import { type Moments, momentReadUpTo, readWholeMoments } from '../moments.js';
import { ZabbixApi } from './api.js';
import { findItems, type Item, VALUE_TYPES, type ValueType } from './items.js';
import type { ZabbixOptions } from './options.js';

/** Ids in one request: with more of them its text grows past what front ends take. */
const ITEMS_AT_ONCE = 10_000;
const MOST_OF_A_SECOND = 1_000_000;

/** Epoch seconds: the values of that second and before were read. */
const secondSchema = z.int();

const historySchema = z.array(
  z.object({ itemid: z.string(), clock: z.coerce.number(), ns: z.coerce.number(), value: z.string() }),
);

type HistoryValue = z.output<typeof historySchema>[number];

interface Span {
  readonly from: number;
  readonly till: number;
  readonly limit: number;
}

export class ZabbixReader implements Reader {
  readonly #api: ZabbixApi;
  readonly #options: ZabbixOptions;
  readonly #clock: () => number;
  #items: { readonly found: ReadonlyMap<string, Item>; readonly at: number } | undefined;

  private constructor(api: ZabbixApi, options: ZabbixOptions, clock: () => number) {
    this.#api = api;
    this.#options = options;
    this.#clock = clock;
  }

  /** @param clock  epoch seconds now */
  static async open(options: ZabbixOptions, clock: () => number): Promise<ZabbixReader> {
    return new ZabbixReader(await ZabbixApi.open(options, clock), options, clock);
  }

  /** Values of whole seconds, and of none beyond the second that all of the queries have come to. */
  async read({ bookmark, limit, until, signal }: ReadRequest): Promise<ReadResult> {
    const till = Math.floor(until);
    const readUpTo = momentReadUpTo(bookmark, secondSchema, () => till - Math.round(this.#options.start));
    const items = await this.#itemsNow(signal);
    const read: Moments<HistoryValue>[] = [];
    for (const valueType of VALUE_TYPES)
      for (const ids of inGroups(idsOf(items, valueType)))
        read.push(await this.#values(valueType, ids, { from: readUpTo + 1, till, limit }, signal));
    const ends = read.filter(({ isCut }) => isCut).map(({ taken }) => taken.at(-1)!.clock);
    const horizon = Math.min(...ends);
    const values = read.flatMap(({ taken }) => taken).filter(({ clock }) => clock <= horizon);
    const newest = values.reduce((latest, { clock }) => Math.max(latest, clock), readUpTo);
    const next: Bookmark = { readUpTo: newest };
    return {
      documents: inOrder(values).map((value) => documentOf(value, items)),
      bookmark: next,
      isAtEnd: ends.length === 0,
    };
  }

  async close(): Promise<void> {
    await this.#api.close();
  }

  async #itemsNow(signal: AbortSignal): Promise<ReadonlyMap<string, Item>> {
    const at = this.#clock();
    if (this.#items === undefined || at - this.#items.at >= this.#options.items_refresh) {
      const found = await findItems(this.#api, this.#options, signal);
      if (found.size === 0)
        throw new ReadError(
          'Zabbix shows this user no item with numbers whose key is one of zabbix.keys; expected some',
        );
      this.#items = { found, at };
    }
    return this.#items.found;
  }

  async #values(
    valueType: ValueType,
    itemids: readonly string[],
    { from, till, limit }: Span,
    signal: AbortSignal,
  ): Promise<Moments<HistoryValue>> {
    const moments = await readWholeMoments<HistoryValue>({
      ask: (count) =>
        this.#api.call(
          'history.get',
          {
            output: 'extend',
            history: Number(valueType),
            itemids,
            time_from: from,
            time_till: till,
            sortfield: 'clock',
            sortorder: 'ASC',
            limit: count,
          },
          historySchema,
          signal,
        ),
      momentOf: ({ clock }) => String(clock),
      limit,
      largestLimit: MOST_OF_A_SECOND,
    });
    if (moments === undefined)
      throw new ReadError(
        `Zabbix has ${MOST_OF_A_SECOND} values of one second; expected fewer, see zabbix.keys and groups`,
      );
    return moments;
  }
}

function idsOf(items: ReadonlyMap<string, Item>, valueType: ValueType): string[] {
  return [...items.values()].filter((item) => item.valueType === valueType).map(({ itemid }) => itemid);
}

function inGroups(ids: readonly string[]): string[][] {
  return Array.from({ length: Math.ceil(ids.length / ITEMS_AT_ONCE) }, (_, index) =>
    ids.slice(index * ITEMS_AT_ONCE, (index + 1) * ITEMS_AT_ONCE),
  );
}

function inOrder(values: readonly HistoryValue[]): HistoryValue[] {
  return [...values].sort((a, b) => a.clock - b.clock || a.ns - b.ns);
}

function documentOf({ itemid, clock, ns, value }: HistoryValue, items: ReadonlyMap<string, Item>): SourceDocument {
  const { host, visibleName, key, units } = items.get(itemid)!;
  return { host, name: visibleName, key, units, value, clock, ns };
}
