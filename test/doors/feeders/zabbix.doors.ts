/** The feeder of Zabbix against a real one: its server, its front end's API and its database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ReadError } from '../../../src/feeders/reader.js';
import { tryFeed } from '../../../src/feeders/trial.js';
import { temporaryFolder } from '../../app/fixtures/folder.js';
import { until } from '../../app/fixtures/scrape.js';
import { hasPeer } from '../../feeders/fixtures/javaPeer.js';
import { openFeed, readAll } from '../../feeders/fixtures/reading.js';
import { startZabbix, type Zabbix } from '../../feeders/fixtures/zabbix.js';

const END = Math.floor(Date.now() / 60_000) * 60;
const isThere = await hasPeer('zabbix');

/** Keys, units and values as the templates for Linux by agent have them: number with a fraction (0) or without (3). */
const ITEMS: readonly (readonly [key: string, units: string, valueType: 0 | 3, value: number])[] = [
  ['system.cpu.util[,user]', '%', 0, 21.5],
  ['system.cpu.util[,system]', '%', 0, 5],
  ['system.cpu.util[,iowait]', '%', 0, 1],
  ['system.cpu.util[,idle]', '%', 0, 72.5],
  ['vm.memory.size[pavailable]', '%', 0, 40],
  ['system.swap.size[,pfree]', '%', 0, 90],
  ['vfs.fs.dependent.size[/,pused]', '%', 0, 70],
  ['vfs.fs.dependent.size[/boot,pused]', '%', 0, 30],
  ['net.if.in["eth0"]', 'bps', 3, 16_000_000],
  ['net.if.in["lo"]', 'bps', 3, 160_000_000],
  ['net.if.out["eth0"]', 'bps', 3, 8_000_000],
  ['system.cpu.load[all,avg1]', '', 0, 1.5],
  ['system.uptime', 'uptime', 3, 864_000],
  ['agent.ping', '', 3, 1],
];
const HOSTS = ['ppdb001', 'ppweb001'];

describe.runIf(isThere)('a Zabbix', () => {
  let zabbix: Zabbix;
  const hostIds: string[] = [];

  beforeAll(async () => {
    zabbix = await startZabbix();
    const { groupids } = (await zabbix.call('hostgroup.create', { name: 'Watched' })) as { groupids: string[] };
    for (const host of HOSTS) {
      const { hostids } = (await zabbix.call('host.create', {
        host,
        name: `${host} (visible)`,
        groups: [{ groupid: groupids[0] }],
      })) as {
        hostids: string[];
      };
      hostIds.push(hostids[0]!);
      const trapper = { type: 2, delay: '0', hostid: hostids[0] };
      await zabbix.call(
        'item.create',
        ITEMS.map(([key_, units, value_type]) => ({ ...trapper, name: key_, key_, units, value_type })),
      );
    }
    // The server learns of the items of a host at once: those of the last one are there when its ping is taken.
    await zabbix.send(HOSTS.map((host) => `${host} agent.ping ${END - 600} 1`));
    const values = valuesOf(5);
    await zabbix.send(values);
    await until(historyLength, (length) => length === values.length + HOSTS.length);
  }, 600_000);
  afterAll(() => zabbix?.stop());

  /** What the server has written so far; it takes values before it writes them. */
  async function historyLength(): Promise<number> {
    const counts = await Promise.all(
      [0, 3].map((history) => zabbix.call('history.get', { history, countOutput: true, hostids: hostIds })),
    );
    return counts.reduce<number>((sum, count) => sum + Number(count), 0);
  }

  /** Of each host and item, one for each of the last minutes. */
  function valuesOf(minutes: number): string[] {
    return Array.from({ length: minutes }, (_, minute) => minute).flatMap((minute) =>
      HOSTS.flatMap((host) =>
        ITEMS.map(([key, , , value], n) => `${host} ${quote(key)} ${END - 60 * (minutes - minute) + n} ${value}`),
      ),
    );
  }

  const openZabbix = (keys = '', identity = 'username: Admin, password: zabbix') =>
    openFeed(
      {
        kind: 'zabbix',
        folder: temporaryFolder(),
        text: `mapping: zabbix\nzabbix: { url: ${zabbix.url}, ${identity} ${keys} }\n`,
      },
      () => END,
    );

  it("'s items by the official templates become records", async () => {
    const feed = await openZabbix();
    const { records, implausible } = await tryFeed(feed, END, new AbortController().signal);
    await feed.reader.close();
    expect(implausible).toEqual([]);
    expect(records).toHaveLength(10);
    expect(records.find(({ server_name: name }) => name === 'ppdb001')).toEqual({
      timestamp: new Date((END - 300) * 1000).toISOString(),
      server_name: 'ppdb001',
      profile: 'database',
      cpu_user_pct: 21.5,
      cpu_sys_pct: 5,
      cpu_iowait_pct: 1,
      cpu_idle_pct: 72.5,
      mem_used_pct: 60,
      swap_used_pct: 10,
      disk_usage_pct: 70,
      net_in_mb_s: 2,
      net_out_mb_s: 1,
      load_average: 1.5,
      uptime_days: 10,
    });
  });

  it('is read to its end in small bites, both kinds of numbers, nothing twice and nothing left out', async () => {
    const { reader } = await openZabbix(', groups: [Watched]');
    const { documents, bookmark, reads } = await readAll(reader, { limit: 9, until: END });
    const found = documents.map(({ host, key, clock }) => `${String(host)} ${String(key)} ${String(clock)}`);
    // All but agent.ping, which is no key that is asked for.
    expect(new Set(found).size).toBe(5 * HOSTS.length * (ITEMS.length - 1));
    expect(found).toHaveLength(new Set(found).size);
    expect(reads).toBeGreaterThan(5);
    expect((await readAll(reader, { bookmark, limit: 9, until: END })).documents).toEqual([]);
    await reader.close();
  });

  it('is read with an API token as well, and what it refuses is told in its words', async () => {
    const { tokenids } = (await zabbix.call('token.create', { name: 'linborg', userid: '1' })) as {
      tokenids: string[];
    };
    const [created] = (await zabbix.call('token.generate', tokenids)) as { token: string }[];
    const { reader } = await openZabbix('', `token: ${created!.token}`);
    expect((await readAll(reader, { limit: 1000, until: END })).documents).toHaveLength(130);
    await reader.close();
    const read = async (keys: string, identity?: string) => {
      const feed = await openZabbix(keys, identity);
      const request = { bookmark: undefined, limit: 1, until: END, signal: new AbortController().signal };
      return await feed.reader.read(request).finally(() => feed.reader.close());
    };
    await expect(read('', 'username: Admin, password: wrong')).rejects.toThrow(ReadError);
    await expect(read('', 'username: Admin, password: wrong')).rejects.toThrow(
      /refused user\.login: .*Incorrect user name or password/,
    );
    await expect(read(', groups: [Nobody]')).rejects.toThrow(/shows no host group "Nobody" to this user/);
    await expect(read(', keys: [nothing.like.it]')).rejects.toThrow(
      /no item with numbers whose key is one of zabbix\.keys/,
    );
  });

  it('goes on with a new session where the old one was ended', async () => {
    const { reader } = await openZabbix();
    const first = await readAll(reader, { limit: 1000, until: END - 120 });
    await zabbix.endSessions();
    const second = await readAll(reader, { bookmark: first.bookmark, limit: 1000, until: END });
    await reader.close();
    expect(first.documents.length + second.documents.length).toBe(130);
  });
});

/** A key in the file of zabbix_sender. */
function quote(key: string): string {
  return `"${key.replaceAll('"', '\\"')}"`;
}
