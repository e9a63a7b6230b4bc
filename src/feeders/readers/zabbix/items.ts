/** Which items there are, of which hosts. */
import { z } from 'zod';
import { ReadError } from '../../reader.js';
import type { ZabbixApi } from './api.js';
import type { ZabbixOptions } from './options.js';

/** Kinds of numbers, each with a history of its own: with a fraction and without. */
export const VALUE_TYPES = ['0', '3'] as const;

export type ValueType = (typeof VALUE_TYPES)[number];

export interface Item {
  readonly itemid: string;
  readonly host: string;
  /** As the front end shows it. */
  readonly visibleName: string;
  readonly key: string;
  readonly units: string;
  readonly valueType: ValueType;
}

const itemsSchema = z.array(
  z.object({
    itemid: z.string(),
    key_: z.string(),
    units: z.string(),
    value_type: z.enum(VALUE_TYPES),
    hosts: z.array(z.object({ host: z.string(), name: z.string() })).min(1),
  }),
);

const groupsSchema = z.array(z.object({ groupid: z.string(), name: z.string() }));

/** Items that are collected, by their id. Throws ReadError, also for groups that there are none of. */
export async function findItems(
  api: ZabbixApi,
  { groups, keys }: ZabbixOptions,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Item>> {
  const items = await api.call(
    'item.get',
    {
      output: ['itemid', 'key_', 'units', 'value_type'],
      selectHosts: ['host', 'name'],
      monitored: true,
      filter: { value_type: VALUE_TYPES },
      search: { key_: keys },
      searchByAny: true,
      searchWildcardsEnabled: true,
      ...(groups === undefined ? {} : { groupids: await groupIds(api, groups, signal) }),
    },
    itemsSchema,
    signal,
  );
  return new Map(
    items.map(({ itemid, key_: key, units, value_type: valueType, hosts }) => {
      const { host, name } = hosts[0]!;
      return [itemid, { itemid, host, visibleName: name, key, units, valueType }] as const;
    }),
  );
}

async function groupIds(api: ZabbixApi, names: readonly string[], signal: AbortSignal): Promise<string[]> {
  const groups = await api.call(
    'hostgroup.get',
    { output: ['groupid', 'name'], filter: { name: names } },
    groupsSchema,
    signal,
  );
  const missing = names.filter((name) => !groups.some((group) => group.name === name));
  if (missing.length > 0)
    throw new ReadError(
      `Zabbix shows no host group ${missing.map((name) => JSON.stringify(name)).join(', ')} to this user; expected names in zabbix.groups as the front end has them`,
    );
  return groups.map(({ groupid }) => groupid);
}
