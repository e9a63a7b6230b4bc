import { describe, expect, it } from 'vitest';
import { allPanels, drawnPanels, type Panel } from './form.js';
import { DASHBOARDS } from './written.js';

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

describe.each(DASHBOARDS)('the dashboard $uid', (dashboard) => {
  const panels = drawnPanels(dashboard);

  it('asks a question, and says how it is answered', () => {
    expect(dashboard.title).not.toBe('');
    expect(dashboard.description.length).toBeGreaterThan(40);
  });

  it('can be imported by hand and provisioned: the data source is a variable, and nothing has to be filled in', () => {
    const [first] = dashboard.templating.list;
    expect(first).toMatchObject({ name: 'datasource', type: 'datasource', query: 'prometheus' });
    expect(dashboard).not.toHaveProperty('__inputs');
    expect(dashboard).not.toHaveProperty('id');
    for (const { datasource, targets } of panels) {
      expect(datasource).toEqual(DATASOURCE);
      for (const target of targets ?? []) expect(target.datasource).toEqual(DATASOURCE);
    }
  });

  it('has a title, a sentence and a unit on every panel, and no title twice', () => {
    for (const { title, description = '', fieldConfig } of panels) {
      expect(title).not.toBe('');
      expect(description, title).toMatch(/^[\p{Lu}\d].{20,}[.)]$/su);
      expect(fieldConfig?.defaults.unit, title).toBeTruthy();
    }
    const titles = panels.map(({ title }) => title);
    expect(titles).toEqual([...new Set(titles)]);
  });

  it('numbers its panels once, and lays none over another or beyond the edge', () => {
    const all = allPanels(dashboard);
    expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
    for (const panel of all) expect(panel.gridPos.x + panel.gridPos.w, panel.title).toBeLessThanOrEqual(24);
    all.forEach((one, i) => {
      for (const other of all.slice(i + 1)) expect(overlap(one, other), `${one.title} and ${other.title}`).toBe(false);
    });
  });

  it('folds: every panel belongs to a row', () => {
    expect(dashboard.panels[0]?.type).toBe('row');
  });

  it('takes rates over the interval that fits the picture, or over all of it', () => {
    for (const { expr } of panels.flatMap(({ targets = [] }) => targets)) {
      for (const [, range] of expr.matchAll(/\b(?:rate|increase|irate)\((?:[^"()[\]]|"[^"]*")*\[([^\]]*)\]/g)) {
        expect(['$__rate_interval', '$__range'], expr).toContain(range);
      }
    }
  });

  it('asks for the present at this moment, also where it looks ahead', () => {
    if (!dashboard.time.to.startsWith('now+')) return;
    for (const { title, targets = [], timeFrom } of panels) {
      if (targets.some(({ instant }) => instant)) expect(timeFrom, title).toMatch(/^\d+h$/);
    }
  });

  it('marks alerts, actions and changes of the model', () => {
    expect(dashboard.annotations.list.map(({ name }) => name)).toEqual(['Alerts', 'Actions', 'Model changes']);
  });
});

function overlap({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
