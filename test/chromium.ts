import { findChromium } from '../scripts/ensure-chromium.mjs';

/** Path of the Chromium for browser tests (`*.browser.test.ts`), or undefined where there is none: skip then. */
export const chromiumPath: string | undefined = findChromium();
