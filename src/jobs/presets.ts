import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { errorFromSystem, SamesameError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import { readTrainConfig, type TrainOptions } from '../train/config.ts';

/** The folder of the presets that come with samesame. */
export const PRESETS_FOLDER = fileURLToPath(new URL('../../presets', import.meta.url));

const rate = z.number().min(0).max(1);
const presetSchema = z.strictObject({
  /** What it trains and how, in a sentence or two. */
  about: z.string().min(1),
  /** Name of the data set that it is for; couples and folders of one's own have none. */
  data: z.string().min(1).nullable(),
  /** What was published for the experiment that it repeats, or sets out to beat. */
  published: z.record(z.string(), rate).default({}),
  config: z.record(z.string(), z.unknown()),
});

/** A published experiment, or ours against it, as a configuration with a name. */
export interface Preset extends z.infer<typeof presetSchema> {
  readonly name: string;
  /** Settings that differ from the defaults. Checked. */
  readonly config: TrainOptions;
}

/**
 * All presets, by name.
 * @throws E_CONFIG where a file is no preset: its message names the file
 * @example
 * (await listPresets()).map(({ name }) => name); // ['omniglot-lake', 'protocol-a-bce-mnist', …]
 */
export async function listPresets(folder = PRESETS_FOLDER): Promise<Preset[]> {
  return Promise.all((await presetNames(folder)).map((name) => parsePreset(folder, name)));
}

/**
 * The preset of a name.
 * @throws E_CONFIG for an unknown name, with the nearest one
 */
export async function readPreset(name: string, folder = PRESETS_FOLDER): Promise<Preset> {
  const names = await presetNames(folder);
  if (names.includes(name)) return parsePreset(folder, name);
  const near = suggest(name, names);
  throw new SamesameError('E_CONFIG', {
    what: `there is no preset "${name}"`,
    expected: `one of ${names.join(', ')}`,
    received: name,
    help: near === undefined ? 'samesame presets lists them' : `did you mean "${near}"?`,
    details: { preset: name, suggestion: near },
  });
}

async function presetNames(folder: string): Promise<string[]> {
  const files = await readdir(folder).catch((error) => {
    throw errorFromSystem(error, `reading the presets in ${folder}`);
  });
  return files
    .filter((file) => file.endsWith('.json'))
    .map((file) => basename(file, '.json'))
    .sort();
}

async function parsePreset(folder: string, name: string): Promise<Preset> {
  const path = join(folder, `${name}.json`);
  const text = await readFile(path, 'utf8').catch((error) => {
    throw errorFromSystem(error, `reading ${path}`);
  });
  const result = presetSchema.safeParse(parseJson(text, path));
  if (!result.success) throw notAPreset(path, z.prettifyError(result.error));
  readTrainConfig(result.data.config);
  return { name, ...result.data, config: result.data.config as TrainOptions };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw notAPreset(path, (cause as Error).message);
  }
}

function notAPreset(path: string, received: string): SamesameError {
  return new SamesameError('E_CONFIG', {
    what: `${path} is not a preset`,
    expected: '{"about": "…", "data": "mnist", "published": {…}, "config": {…}}',
    received,
  });
}
