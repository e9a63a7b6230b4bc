import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.js';
import { renderConfig } from '../../src/config/render.js';

const WITH_SECRETS = `
# hunter1 stands in a comment
sources:
  - prometheus:
      url: http://localhost:9090/\${PREFIX}
      basic_auth: { username: me, password: hunter2 }
      headers: { X-Scope-OrgID: team-a, X-Api-Token: hunter3 }
  - prometheus:
      url: http://localhost:9091
      authorization: { credentials: "\${TOKEN}" }
  - prometheus:
      url: http://localhost:9092
      basic_auth: { username: me, password_file: /run/secrets/prometheus }
profiles: [{ match: '^ppdb$', profile: database }]
workers: 2 # its default depends on the machine
`;
const environment = { PREFIX: 'prom', TOKEN: 'hunter4' };

describe('the rendered configuration', () => {
  const rendered = renderConfig(loadConfig(WITH_SECRETS, 'linborg.yml', environment));

  test('shows the keys in force, defaults filled in', async () => {
    await expect(rendered).toMatchFileSnapshot('rendered.yml');
  });

  test('shows no secret, whether written or from a variable', () => {
    expect(rendered).not.toMatch(/hunter/);
    expect(rendered).toContain('password: <secret>');
  });

  test('loads again, and says the same', () => {
    const open = rendered.replaceAll('<secret>', 'x');
    expect(renderConfig(loadConfig(open, 'linborg.yml', environment))).toBe(rendered);
  });
});

test('no password that someone writes ever shows', () => {
  const password = fc.stringMatching(/^[a-zA-Z0-9!#%*+=?^_~]{6,30}$/).map((text) => `pw-${text}`);
  fc.assert(
    fc.property(password, (text) => {
      const file = `sources: [{ prometheus: { url: http://localhost:9090, basic_auth: { username: me, password: ${JSON.stringify(text)} } } }]`;
      expect(renderConfig(loadConfig(file, 'linborg.yml', {}))).not.toContain(text);
    }),
    { numRuns: 25 },
  );
});
