import { createConfig, lintFromString } from '@redocly/openapi-core';
import { describe, expect, test } from 'vitest';
import { createRouter } from '../../src/web/application.js';
import { openApiDocument } from '../../src/web/openapi/document.js';
import { DOORS } from '../../src/web/openapi/doors.js';
import { actionsOf, learningOf } from './doors.js';
import { makeParts, type Setting, startServer } from './running.js';

/** So that no door is left out. */
const ALL_DOORS: Setting = {
  learning: learningOf(),
  actions: actionsOf(),
  history: { selector: () => '', read: async () => ({ kind: 'unavailable', message: 'not here' }) },
  explain: { explain: async () => ({ kind: 'busy', message: 'one is being computed' }) },
};

const doorNames = (doors: readonly { readonly method: string; readonly path: string }[]) =>
  doors.map(({ method, path }) => `${method} ${path}`).sort();

/** The rules that a document breaks. */
async function lint(document: unknown): Promise<string[]> {
  const config = await createConfig({
    extends: ['recommended-strict'],
    // Where linborg listens is its user's choice, and pages and probes refuse nobody.
    rules: { 'no-empty-servers': 'off', 'operation-4xx-response': 'off' },
  });
  const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: 'openapi.json', config });
  return problems.map(({ ruleId }) => ruleId);
}

describe('the OpenAPI document', () => {
  test('is served without a key, by the version of linborg', async () => {
    const url = await startServer({ web: { api_key: 'secret' } });
    const answer = await fetch(`${url}/openapi.json`);
    expect(answer.status).toBe(200);
    const document = (await answer.json()) as Record<string, unknown>;
    expect(document).toMatchObject({ openapi: '3.1.0', info: { version: '0.1.0' } });
    expect(document).toEqual(JSON.parse(JSON.stringify(openApiDocument('0.1.0'))));
  });

  test('tells every route of the router, and nothing else', async () => {
    const { stack } = createRouter(await makeParts(ALL_DOORS), undefined);
    const routes = stack.flatMap(({ path, methods }) =>
      methods
        .filter((method) => method !== 'HEAD')
        .map((method) => ({ method: method.toLowerCase(), path: String(path) })),
    );
    expect(doorNames(DOORS), 'describe each new door in src/web/openapi/doors').toEqual(doorNames(routes));
  });

  test('passes a linter that sees what is wrong', async () => {
    const document = openApiDocument('0.1.0');
    expect(await lint(document)).toEqual([]);
    const broken = { ...document, components: { schemas: {} } };
    expect(await lint(broken)).toContain('security-defined');
    expect(await lint(broken)).toContain('no-unresolved-refs');
  });

  test('has examples that its own schemas accept, for every door that answers JSON', () => {
    for (const { method, path, answers, body } of DOORS) {
      if (body?.schema) expect(body.schema.safeParse(body.example).error, `${method} ${path}`).toBeUndefined();
      for (const [status, { schema, example }] of Object.entries(answers)) {
        if (schema === undefined) continue;
        if (status === '200') expect(example, `${method} ${path}`).toBeDefined();
        if (example !== undefined) {
          expect(schema.safeParse(example).error, `${method} ${path} ${status}`).toBeUndefined();
        }
      }
    }
  });

  test('asks for a key where the door does', async () => {
    const url = await startServer({ ...ALL_DOORS, web: { api_key: 'secret' } });
    for (const { method, path, access } of DOORS.filter((door) => door.method === 'get')) {
      const { status } = await fetch(url + path.replace(/:\w+/g, 'ppdb-1'));
      expect(status, `${method} ${path}`).toBe(access === 'key' ? 401 : 200);
    }
  });
});
