// What a step of each loss costs beside one of contrastive, in processor time: other work on the machine moves that
// little, and as all are timed in turns, it moves all of them.
import { openRow } from './train.mjs';

const BESIDE = 'contrastive';
const ROUNDS = 25;
const WARM_UP = 3;

/**
 * The median over rounds of `time of the row's step / time of contrastive's step in the same round`, by row.
 * @param {import('./rows.mjs').Row[]} rows @param {import('./data.mjs').Prepared} data
 */
export async function timeSteps(rows, data, runtime) {
  const numSteps = ROUNDS + WARM_UP;
  const opened = [];
  for (const row of rows)
    opened.push({ row, ...(await openRow(row, data, { rate: 1e-3, seed: 1, numSteps }, runtime)) });
  /** @type {Map<string, number[]>} */
  const times = new Map(rows.map(({ name }) => [name, []]));
  for (let round = 0; round < numSteps; round++) {
    for (const { row, stepper, batches } of opened) {
      const { value } = await batches.next();
      const start = process.cpuUsage();
      await stepper.run(value);
      const { user, system } = process.cpuUsage(start);
      if (round >= WARM_UP) times.get(row.name)?.push(user + system);
    }
  }
  for (const { stepper } of opened) await stepper.close();
  const beside = times.get(BESIDE) ?? [];
  return Object.fromEntries(
    [...times].map(([name, all]) => [name, median(all.map((time, round) => time / beside[round]))]),
  );
}

/** @param {number[]} values */
function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
