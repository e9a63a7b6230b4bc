/** The OpenAPI 3.1 document of all doors, made from the schemas that check requests and describe answers. */
import { z } from 'zod';
import { NAMED_ANSWERS, refusal } from '../../exposition/answers/common.js';
import type { Door, DoorAnswer, DoorBody } from './door.js';
import { DOORS } from './doors.js';

type Json = Readonly<Record<string, unknown>>;

/** What every request may be answered with, by what the door asks of it. */
const KEY_ANSWERS: Door['answers'] = {
  401: { description: 'The key is missing', schema: refusal },
  403: {
    description: 'The key is wrong, or without a configured one the client is not on this machine',
    schema: refusal,
  },
};
const LIMIT_ANSWERS: Door['answers'] = {
  429: {
    description: 'Too many requests of this client within a minute',
    schema: refusal,
    example: { detail: 'Rate limit exceeded. 30 requests per minute are allowed; try again in 12 s.' },
    headers: { 'Retry-After': 'Seconds to wait' },
  },
};
const BODY_ANSWERS: Door['answers'] = {
  411: { description: 'The body has no Content-Length', schema: refusal },
  413: { description: 'The body is over web.max_body_bytes', schema: refusal },
};

const TAGS: Readonly<Record<Door['tag'], string>> = {
  forecasts: 'Risks and forecasts of servers',
  past: 'What Prometheus recorded of linborg',
  state: 'How linborg is',
  fleet: 'The fleet as a whole: anomalies, cascades, drift',
  push: 'Records that clients send',
  model: 'Which model serves, and the training of the next',
  actions: 'Decisions on actions',
  prometheus: 'What Prometheus asks for, and probes',
  pages: 'Pages for people',
  document: 'This document',
};

/** @param version of linborg */
export function openApiDocument(version: string): Json {
  return {
    openapi: '3.1.0',
    info: {
      title: 'linborg',
      version,
      summary: 'Risk scores and forecasts of servers',
      description:
        'Doors whose security is a key want it as X-API-Key or as bearer token; where none is configured they answer on the loopback interface only.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths: pathsOf(DOORS),
    components: {
      schemas: namedSchemas(),
      securitySchemes: {
        apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        bearer: { type: 'http', scheme: 'bearer' },
      },
    },
  };
}

function pathsOf(doors: readonly Door[]): Json {
  const paths: Record<string, Record<string, Json>> = {};
  for (const door of doors) {
    const path = documentPath(door.path);
    paths[path] = { ...paths[path], [door.method]: operationOf(door) };
  }
  return paths;
}

/** `/predictions/:server` → `/predictions/{server}` */
export function documentPath(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

function operationOf(door: Door): Json {
  const { method, path, tag, summary, description, access, isLimited, body } = door;
  const answers = {
    ...(access === 'key' ? KEY_ANSWERS : {}),
    ...(isLimited ? LIMIT_ANSWERS : {}),
    ...(method === 'get' ? {} : BODY_ANSWERS),
    ...door.answers,
  };
  const parameters = parametersOf(door);
  return {
    operationId: operationId(method, path),
    tags: [tag],
    summary,
    ...(description === undefined ? {} : { description }),
    security: access === 'key' ? [{ apiKey: [] }, { bearer: [] }] : [],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: bodyOf(body) }),
    responses: Object.fromEntries(Object.entries(answers).map(([status, answer]) => [status, answerOf(answer)])),
  };
}

/** `get /predictions/:server` → `getPredictionsServer` */
function operationId(method: string, path: string): string {
  const words = path.split(/[^a-zA-Z0-9]+/).filter((word) => word !== '');
  return (
    method + words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('') + (words.length === 0 ? 'Root' : '')
  );
}

function parametersOf({ path, parameters = {}, query }: Door): Json[] {
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    ...parameters[name!],
    schema: { type: 'string', minLength: 1 },
  }));
  const { properties = {}, required = [] } = query === undefined ? {} : z.toJSONSchema(query, { io: 'input' });
  const inQuery = Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }));
  return [...inPath, ...inQuery];
}

function bodyOf({ description, isRequired, schema, type = 'application/json', example }: DoorBody): Json {
  const content = { schema: schema ? schemaOf(schema, 'input') : {}, ...exampleOf(example) };
  return { description, required: isRequired, content: { [type]: content } };
}

function answerOf({ description, schema, types = ['application/json'], example, headers = {} }: DoorAnswer): Json {
  const contents = types.map((type): [string, Json] => {
    if (type.startsWith('text/')) return [type, { schema: { type: 'string' } }];
    return [type, { schema: schema ? schemaOf(schema, 'output') : {}, ...exampleOf(example) }];
  });
  const said = Object.entries(headers).map(([name, says]): [string, Json] => [
    name,
    { description: says, schema: { type: 'integer' } },
  ]);
  return {
    description,
    ...(said.length === 0 ? {} : { headers: Object.fromEntries(said) }),
    content: Object.fromEntries(contents),
  };
}

function exampleOf(example: unknown): Json {
  return example === undefined ? {} : { example };
}

/** Answers are told by their names, requests as they stand. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const id = NAMED_ANSWERS.get(schema)?.id;
  if (id !== undefined) return { $ref: referenceTo(id) };
  const { $schema: _, ...made } = z.toJSONSchema(schema, { io });
  return withoutSafeBounds(made);
}

function namedSchemas(): Json {
  const { schemas } = z.toJSONSchema(NAMED_ANSWERS, { uri: referenceTo });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _, $id: __, ...schema }]) => [id, withoutSafeBounds(schema)]),
  );
}

function referenceTo(id: string): string {
  return `#/components/schemas/${id}`;
}

/** The same without bounds that say no more than that JavaScript holds the integer. */
function withoutSafeBounds(schema: object): Json {
  const isBound = (value: unknown) => value === Number.MAX_SAFE_INTEGER || value === Number.MIN_SAFE_INTEGER;
  return JSON.parse(JSON.stringify(schema, (_, value: unknown) => (isBound(value) ? undefined : value))) as Json;
}
