/** The reports as somebody opens them, in a real Chromium. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetIncidents } from '../../../../src/app/backtest/report/incidentData.js';
import { renderReport } from '../../../../src/app/backtest/report/renderReport.js';
import { renderTrainingReport } from '../../../../src/app/training/report/renderTrainingReport.js';
import { readModel } from '../../../../src/model/files/modelFolder.js';
import { checkPage, hasChromium, launchChromium } from '../../../chromium.js';
import { subject } from './smallIncidents.js';
import { makeDataset, makeReport } from './smallReport.js';

const alarmsOn = (name: string): DatasetIncidents => ({
  name,
  subjects: [subject(), subject({ kind: 'server', name: 'any threshold' })],
  ...{ reliability: subject().reliability, rawReliability: [] },
});

const backtest = renderReport(
  makeReport({
    datasets: [makeDataset(), makeDataset({ name: 'bank' })],
    incidents: {
      ...{ falseAlarmsPerServerWeek: 1, claimSeconds: 28_800, quietSeconds: 1800 },
      datasets: [alarmsOn('shop'), alarmsOn('bank')],
    },
  }),
);
const { manifest } = await readModel('models/default');
const training = renderTrainingReport(manifest, [
  { step: 20, loss: 0.4 },
  { step: 400, loss: 0.2, validationLoss: 0.3 },
]);

describe.skipIf(!hasChromium)('in a browser', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  it.each([
    ['backtest', backtest],
    ['training', training],
  ])(
    'the report of a %s has no fault that an accessibility checker finds, fits the screen, and asks for nothing',
    async (_, report) => {
      const page = await browser.newPage();
      const faults: string[] = [];
      page.on('request', (request) => faults.push(request.url()));
      page.on('console', (message) => faults.push(message.text()));
      await page.setContent(report);
      for (const summary of await page.locator('summary').all()) await summary.click();
      for (const [colorScheme, width] of [
        ['light', 1280],
        ['dark', 360],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 800 });
        const { violations, overflow } = await checkPage(page);
        expect(violations).toEqual([]);
        expect(overflow).toBeLessThanOrEqual(0);
      }
      expect(faults).toEqual([]);
      await page.close();
    },
    60_000,
  );

  it('what is folded on the screen is there on paper', async () => {
    const page = await browser.newPage();
    await page.setContent(backtest);
    const heightOf = async () => (await page.locator('details.subject').first().boundingBox())!.height;
    const folded = await heightOf();
    await page.emulateMedia({ media: 'print' });
    expect(await heightOf()).toBeGreaterThan(5 * folded);
    await page.close();
  });
});
