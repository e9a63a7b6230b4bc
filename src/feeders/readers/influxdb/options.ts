/** The `influxdb:` block of feed.yml. */
import { z } from 'zod';
import { baseUrl, secret } from '../../../core/httpOptions.js';
import { durationSeconds, timerSeconds } from '../../../core/options.js';

const measurement = z.union(
  [
    z
      .string()
      .min(1)
      .transform((name) => ({ name, where: {} as Readonly<Record<string, string>> })),
    z.strictObject({
      name: z.string().min(1),
      /** Only points with these tags. */
      where: z.record(z.string().min(1), z.string()).default({}),
    }),
  ],
  { error: 'expected the name of a measurement, or { name: cpu, where: { cpu: cpu-total } }' },
);

const TELEGRAF = [
  { name: 'cpu', where: { cpu: 'cpu-total' } },
  ...['mem', 'swap', 'disk', 'net', 'system', 'netstat', 'procstat'].map((name) => ({ name, where: {} })),
];

const common = {
  url: baseUrl.prefault('http://localhost:8086'),
  measurements: z.array(measurement).min(1).prefault(TELEGRAF),
  /** How far back the very first read goes. */
  start: durationSeconds.prefault('1h'),
  /** For one query, all of its answer included. */
  timeout: timerSeconds.prefault('30s'),
};

/** InfluxQL: InfluxDB 1, and 2 by its compatible API. */
const influxQl = z
  .strictObject({
    ...common,
    database: z.string().min(1),
    retention_policy: z.string().min(1).optional(),
    username: z.string().min(1).optional(),
    password: secret.optional(),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    error: 'expected both username and password, or neither',
  });

/** Flux: InfluxDB 2. */
const flux = z.strictObject({ ...common, org: z.string().min(1), bucket: z.string().min(1), token: secret });

export const influxdbOptions = z.union([influxQl, flux], {
  error: 'expected database: (InfluxDB 1, InfluxQL), or org:, bucket: and token: (InfluxDB 2, Flux)',
});

export type InfluxdbOptions = z.output<typeof influxdbOptions>;
export type InfluxQlOptions = z.output<typeof influxQl>;
export type FluxOptions = z.output<typeof flux>;
export type Measurement = InfluxdbOptions['measurements'][number];
