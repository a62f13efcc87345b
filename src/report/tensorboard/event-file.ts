import { appendFile, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorFromSystem } from '../../base/errors.ts';
import { type EventContent, encodeEvent, type SummaryValue } from './event.ts';
import { frameRecord } from './record.ts';

/** An event file that is being written. */
export interface EventFile {
  readonly path: string;
  /**
   * Appends what is to be seen at a step, in one write. Numbers that are not finite are left out.
   * @throws E_PERMISSION, E_DISK_FULL, E_IO
   */
  append(step: number, values: readonly SummaryValue[]): Promise<void>;
}

export interface EventFileOptions {
  /** Steps below it stay as earlier files of the folder have them; this one has the rest. Default 0: all of it. */
  readonly firstStep?: number;
}

/**
 * Begins a new event file of TensorBoard in a folder, which is made where it is missing.
 *
 * Each session of a run has a file of its own, whose name sorts behind those of earlier ones: nothing is ever written
 * behind a record that a kill has cut short, and readers, who go from file to file, stop reading a file at such a record.
 * @throws E_PERMISSION, E_DISK_FULL, E_IO
 * @example
 * const events = await createEventFile('runs/photos/tensorboard');
 * await events.append(100, [{ kind: 'scalar', tag: 'train/loss', value: 0.25 }]);
 */
export async function createEventFile(
  folder: string,
  { firstStep = 0 }: EventFileOptions = {},
): Promise<EventFile> {
  const frame = (content: EventContent, step: number) =>
    frameRecord(encodeEvent(content, { wallTime: Date.now() / 1000, step }));
  const head = Buffer.concat([frame({ kind: 'version' }, 0), frame({ kind: 'start' }, firstStep)]);
  try {
    await mkdir(folder, { recursive: true });
    const path = join(folder, await newName(folder));
    await writeFile(path, head, { flag: 'wx' });
    return {
      path,
      async append(step, values) {
        const shown = values.filter((value) => value.kind !== 'scalar' || isFloat32(value.value));
        if (shown.length === 0) return;
        await appendFile(path, frame({ kind: 'summary', values: shown }, step)).catch((error) => {
          throw errorFromSystem(error, `writing ${path}`);
        });
      },
    };
  } catch (error) {
    throw errorFromSystem(error, `writing to ${folder}`);
  }
}

/** A number that a float32 can hold: not NaN, not infinite, not beyond its range. */
function isFloat32(value: number): boolean {
  return Number.isFinite(Math.fround(value));
}

const NAME = /^events\.out\.tfevents\.(\d+)\./;

/** Seconds since 1970, as TensorFlow names its files; more where a clock that was set back would sort it first. */
async function newName(folder: string): Promise<string> {
  const taken = (await readdir(folder)).map((name) => Number(NAME.exec(name)?.[1] ?? 0));
  const seconds = Math.max(Math.floor(Date.now() / 1000), ...taken.map((time) => time + 1));
  return `events.out.tfevents.${String(seconds).padStart(10, '0')}.samesame`;
}
