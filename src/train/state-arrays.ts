import { SamesameError } from '../base/errors.ts';
import type { Random } from '../base/random.ts';
import type { Runtime, RuntimeTensor } from '../graph/runtime/types.ts';
import type { StateEntry } from './step-graph.ts';

/** The state of training in two sets of arrays, float32 of each entry's shape: a step reads one and writes the other. */
export interface StateArrays {
  /** What a step reads. */
  readonly current: ReadonlyMap<string, RuntimeTensor>;
  /** What it writes. */
  readonly next: ReadonlyMap<string, RuntimeTensor>;
  /** After a step: what was written is read from now on. */
  swap(): void;
  /** Copies by name. */
  read(): Map<string, Float32Array>;
  /** Replaces the state, all of it or nothing. @throws E_CHECKPOINT where an array is missing or of another length */
  write(state: ReadonlyMap<string, Float32Array>): void;
}

/** @param random draws the parameters' first values, each from a stream of its name; other entries begin at 0 */
export function createStateArrays(
  entries: readonly StateEntry[],
  runtime: Runtime,
  random: Random,
): StateArrays {
  const fill = ({ shape }: StateEntry, data: Float32Array) => runtime.tensor('float32', data, shape);
  const lengthOf = (shape: readonly number[]) => shape.reduce((product, dim) => product * dim, 1);
  let current = new Map(
    entries.map((entry) => {
      const { name, shape, parameter } = entry;
      const initial =
        parameter?.initializer(shape, random.fork('parameter', name)) ?? new Float32Array(lengthOf(shape));
      return [name, fill(entry, initial)];
    }),
  );
  let next = new Map(
    entries.map((entry) => [entry.name, fill(entry, new Float32Array(lengthOf(entry.shape)))]),
  );
  return {
    get current() {
      return current;
    },
    get next() {
      return next;
    },
    swap() {
      [current, next] = [next, current];
    },
    read: () =>
      new Map([...current].map(([name, { data }]) => [name, Float32Array.from(data as Float32Array)])),
    write(state) {
      for (const [name, { data }] of current) {
        const values = state.get(name);
        if (values?.length !== data.length) {
          throw new SamesameError('E_CHECKPOINT', {
            what: 'the checkpoint does not fit this network',
            expected: `${data.length} numbers for ${name}`,
            received: values === undefined ? 'none' : String(values.length),
            help: 'resume with the configuration that the run was started with',
          });
        }
      }
      for (const [name, { data }] of current) (data as Float32Array).set(state.get(name)!);
    },
  };
}
