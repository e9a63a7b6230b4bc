/** The `zabbix:` block of feed.yml. */
import { z } from 'zod';
import { baseUrl, httpClientFields, secret } from '../../../core/httpOptions.js';
import { durationSeconds, timerSeconds } from '../../../core/options.js';

/** What the mapping `zabbix` has rules for; * stands for anything. */
const KEYS = [
  'system.cpu.util*',
  'vm.memory.*',
  'system.swap.*',
  'vfs.fs.*pused*',
  'net.if.in[*',
  'net.if.out[*',
  'system.cpu.load[*',
  'system.uptime',
];

export const zabbixOptions = z
  .strictObject({
    /** Where the front end is; its API is /api_jsonrpc.php below that. */
    url: baseUrl.prefault('http://localhost/zabbix'),
    /** An API token, of a user who may read the hosts. */
    token: secret.optional(),
    token_file: z.string().min(1).optional(),
    username: z.string().min(1).optional(),
    password: secret.optional(),
    password_file: z.string().min(1).optional(),
    headers: httpClientFields.headers,
    tls_config: httpClientFields.tls_config,
    /** Only hosts of these groups. */
    groups: z.array(z.string().min(1)).min(1).optional(),
    /** Keys of items, with * for anything. */
    keys: z.array(z.string().min(1)).min(1).prefault(KEYS),
    /** How long hosts and items are remembered. */
    items_refresh: durationSeconds.prefault('10m'),
    /** How far back the very first read goes. */
    start: durationSeconds.prefault('1h'),
    /** For one request, all of its answer included. */
    timeout: timerSeconds.prefault('30s'),
  })
  .refine(
    ({ token, token_file: tokenFile, username }) =>
      [token, tokenFile, username].filter((given) => given !== undefined).length === 1,
    { error: 'expected exactly one of token, token_file and username' },
  )
  .refine(
    ({ username, password, password_file: file }) =>
      [password, file].filter((given) => given !== undefined).length === (username === undefined ? 0 : 1),
    { error: 'expected exactly one of password and password_file with username, and neither without' },
  );

export type ZabbixOptions = z.output<typeof zabbixOptions>;
