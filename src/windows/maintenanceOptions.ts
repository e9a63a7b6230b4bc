/** The `maintenance:` part of the configuration: when planned work makes servers behave as they usually do not. */
import { z } from 'zod';
import type { TimeSpan } from '../core/timeSpan.js';
import { type ServerSelector, serverSelector } from './serverSelector.js';
import type { TimeInterval } from './timeInterval.js';
import { timeIntervalSchema } from './timeIntervalOptions.js';

export interface MaintenanceWindow {
  readonly name: string;
  /** For an expression, who of those that it names is meant. */
  readonly servers: ServerSelector;
  readonly when: MaintenanceTime;
}

export type MaintenanceTime =
  | { readonly kind: 'once'; readonly span: TimeSpan }
  | { readonly kind: 'recurring'; readonly intervals: readonly TimeInterval[] }
  /** PromQL: a server is in maintenance while the result names it with a value above 0. */
  | { readonly kind: 'expression'; readonly expr: string };

/** Stands in the place of a window's name where clients say it in `status` of what they push; no window of the configuration may be called so. */
export const PUSHED_STATUS = 'status of pushed records';

const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/;

const moment = z
  .string({ error: 'expected a time with its offset from UTC, such as 2026-12-01T22:00:00+01:00' })
  .refine((text) => MOMENT.test(text) && !Number.isNaN(Date.parse(text)), {
    error: 'expected a time with its offset from UTC, such as 2026-12-01T22:00:00+01:00 or 2026-12-01T21:00Z',
  })
  .transform((text) => Date.parse(text) / 1000);

const ONE_OF = 'expected exactly one of start with end, time_intervals, and expr';

const windowSchema = z
  .strictObject({
    name: z.string().min(1).max(100),
    // An entry of an Alertmanager's time_intervals has no servers: it means all.
    servers: serverSelector.prefault('.*'),
    start: moment.optional(),
    end: moment.optional(),
    time_intervals: z.array(timeIntervalSchema).min(1).optional(),
    expr: z.string().trim().min(1).optional(),
  })
  .transform(({ name, servers, ...fields }, context): MaintenanceWindow => {
    const { start, end, time_intervals: intervals, expr } = fields;
    const fault = (message: string, path: string[] = []) => {
      context.addIssue({ code: 'custom', path, message });
      return z.NEVER;
    };
    const isOnce = start !== undefined || end !== undefined;
    const kinds = [isOnce, intervals !== undefined, expr !== undefined].filter(Boolean).length;
    if (kinds !== 1) return fault(`has ${kinds === 0 ? 'none' : 'more than one'} of its kinds of time; ${ONE_OF}`);
    if (intervals) return { name, servers, when: { kind: 'recurring', intervals } };
    if (expr) return { name, servers, when: { kind: 'expression', expr } };
    if (start === undefined || end === undefined)
      return fault(`has ${end === undefined ? 'a start but no end' : 'an end but no start'}; expected both`);
    if (end <= start) return fault('is not after start; expected a later time', ['end']);
    return { name, servers, when: { kind: 'once', span: { from: start, to: end } } };
  });

/** The fields as they stand in the file, for a schema that holds other rooms' keys too. */
export const maintenanceFields = {
  maintenance: z
    .array(windowSchema)
    .superRefine((windows, context) => {
      windows.forEach(({ name }, i) => {
        if (name === PUSHED_STATUS) {
          const message = `is ${JSON.stringify(name)}, which is what clients say; expected another name`;
          context.addIssue({ code: 'custom', path: [i, 'name'], message });
        }
        if (windows.findIndex((other) => other.name === name) === i) return;
        const message = `is ${JSON.stringify(name)} a second time; expected a name of its own for each window`;
        context.addIssue({ code: 'custom', path: [i, 'name'], message });
      });
    })
    .prefault([]),
};
