import { availableParallelism, cpus, loadavg } from 'node:os';
import { findChromium } from '../../scripts/ensure-chromium.mjs';

/** Path of the browser, after a line on the machine. The process ends where there is none. */
export function openBench() {
  const executablePath = findChromium();
  if (executablePath === undefined) {
    console.error('no Chromium here: install one, or set SAMESAME_CHROMIUM to its path');
    process.exit(1);
  }
  console.log(`${cpus()[0].model.trim()}, ${availableParallelism()} cores, Node ${process.version}`);
  if (loadavg()[0] > 0.5)
    console.log(`Warning: the machine is busy (load ${loadavg()[0].toFixed(1)}); wait and run it again.`);
  return executablePath;
}
