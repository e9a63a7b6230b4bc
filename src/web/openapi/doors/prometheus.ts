/** Doors for Prometheus and for probes: their answers are texts and bytes. */
import type { Door, DoorAnswer } from '../door.js';

const text = (description: string): DoorAnswer => ({ description, types: ['text/plain'] });

const reload = (method: 'post' | 'put'): Door => ({
  method,
  path: '/-/reload',
  tag: 'prometheus',
  summary: 'Reads the configuration again',
  access: 'open',
  answers: {
    200: text('The new configuration is in force'),
    403: text('web.enable_lifecycle is not set'),
    500: text('The configuration is faulty; the last good one goes on'),
  },
});

export const PROMETHEUS_DOORS: readonly Door[] = [
  {
    method: 'get',
    path: '/metrics',
    tag: 'prometheus',
    summary: 'Metrics in the format that the client prefers',
    access: 'open',
    answers: {
      200: { description: 'The metrics', types: ['text/plain', 'application/openmetrics-text'] },
    },
  },
  {
    method: 'post',
    path: '/api/v1/read',
    tag: 'prometheus',
    summary: "The future as series, by Prometheus' remote-read protocol",
    access: 'key',
    body: { description: 'A ReadRequest, compressed by snappy', isRequired: true, type: 'application/x-protobuf' },
    answers: {
      200: { description: 'A ReadResponse, compressed by snappy', types: ['application/x-protobuf'] },
      400: text('The request is none'),
      413: { description: 'The request asks for too much', types: ['text/plain', 'application/json'] },
      415: text('The body is encoded by another method'),
      422: text('The answer would have too many samples'),
    },
  },
  {
    method: 'get',
    path: '/-/healthy',
    tag: 'prometheus',
    summary: 'Whether the process answers',
    access: 'open',
    answers: { 200: text('It does') },
  },
  {
    method: 'get',
    path: '/-/ready',
    tag: 'prometheus',
    summary: 'Whether there is a fresh result',
    access: 'open',
    answers: { 200: text('There is'), 503: text('There is none, and why') },
  },
  reload('post'),
  reload('put'),
  {
    method: 'get',
    path: '/config',
    tag: 'prometheus',
    summary: 'The configuration in force, secrets hidden',
    access: 'open',
    answers: { 200: { description: 'As YAML', types: ['application/yaml'] } },
  },
];
