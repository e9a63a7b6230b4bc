/** The room table: what each folder of src/ may import. scripts/check-rooms.mjs runs it and says if it saw too little. */

/** Rooms that a room may import, besides itself. `app` may import all; `config` has a rule of its own. */
const ROOMS = {
  core: [],
  mapping: ['core'],
  http: ['core'],
  files: ['core'],
  sources: ['core', 'mapping', 'http', 'files'],
  windows: ['core'],
  model: ['core', 'files'],
  scoring: ['core'],
  truth: ['core'],
  policy: ['core'],
  exposition: ['core'],
  web: ['core', 'exposition'],
  feeders: ['core', 'http', 'files'],
  simulator: ['core'],
};

/** No I/O, no clock, no chance: what they compute depends on their arguments alone. */
const PURE_ROOMS = ['core', 'windows', 'scoring', 'truth', 'policy'];

const roomRules = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `src/${room} may import ${[...allowed, 'itself'].join(', ')} and nothing else of src.`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: { path: '^src/', pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'room-config',
      comment: 'src/config may import core, itself and the options.ts of every room.',
      severity: 'error',
      from: { path: '^src/config/' },
      to: { path: '^src/', pathNot: ['^src/(config|core)/', '^src/[^/]+/options\\.ts$'] },
    },
    {
      name: 'room-main',
      comment: 'src/main.ts may import app only.',
      severity: 'error',
      from: { path: '^src/main\\.ts$' },
      to: { path: '^src/', pathNot: '^src/app/' },
    },
    {
      name: 'only-app-composes',
      comment: 'Nothing but src/main.ts imports app, and nothing imports src/main.ts.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/app/', '^src/main\\.ts$'] },
      to: { path: '^src/(app/(?!options\\.ts$)|main\\.ts$)' },
    },
    {
      name: 'unknown-room',
      comment: 'A new folder in src needs a line in the room table.',
      severity: 'error',
      from: { path: '^src/', pathNot: `^src/(main\\.ts$|(app|config|${Object.keys(ROOMS).join('|')})/)` },
      to: {},
    },
    {
      name: 'pure-room',
      comment: `${PURE_ROOMS.join(', ')} do no I/O: no module of Node itself.`,
      severity: 'error',
      from: { path: `^src/(${PURE_ROOMS.join('|')})/` },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'room-grafana',
      comment: 'grafana/ may import src/core and itself, and src imports nothing of it.',
      severity: 'error',
      from: { path: '^grafana/' },
      to: { path: '^src/', pathNot: '^src/core/' },
    },
    {
      name: 'grafana-lib',
      comment: 'grafana/lib knows no dashboard.',
      severity: 'error',
      from: { path: '^grafana/lib/' },
      to: { path: '^grafana/(?!lib/)' },
    },
    {
      name: 'no-cycle',
      comment: 'Modules that import each other cannot be read one after the other.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphan',
      comment: 'Nobody imports it, and it is no entry point.',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '^src/main\\.ts$' },
      to: {},
    },
    {
      name: 'no-test-code-in-src',
      comment: 'The product does not import its tests, its scripts or tools of development.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: ['^(test|scripts|grafana)/', '\\.test\\.'] },
    },
    {
      name: 'no-development-package-in-src',
      comment: 'What src needs when it runs belongs to the dependencies of package.json.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Types count: a room that uses another's types depends on it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
