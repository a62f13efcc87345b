import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { SamesameError } from '../../base/errors.ts';
import { suggest } from '../../base/suggest.ts';

/** What a model can be exported as. */
export const EXPORT_FORMATS = ['onnx', 'onnx-int8', 'onnx-fp16', 'safetensors', 'npz', 'hub-folder'] as const;

export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/** How an export lies on the disk: one file with that ending, or a folder. */
const ENDING: Readonly<Record<ExportFormat, string | undefined>> = {
  onnx: '.onnx',
  'onnx-int8': undefined,
  'onnx-fp16': undefined,
  safetensors: '.safetensors',
  npz: '.npz',
  'hub-folder': undefined,
};

const SUFFIX: Readonly<Record<ExportFormat, string>> = {
  onnx: '.onnx',
  'onnx-int8': '-int8',
  'onnx-fp16': '-fp16',
  safetensors: '.safetensors',
  npz: '.npz',
  'hub-folder': '-hub',
};

/** @throws E_CONFIG for a name that is no format, with the nearest one */
export function checkFormat(name: string): ExportFormat {
  const found = EXPORT_FORMATS.find((format) => format === name);
  if (found !== undefined) return found;
  const near = suggest(name, EXPORT_FORMATS);
  throw new SamesameError('E_CONFIG', {
    what: `a model cannot be exported as ${name}`,
    expected: EXPORT_FORMATS.join(', '),
    received: name,
    help: near === undefined ? 'name one of these' : `did you mean ${near}?`,
    details: { option: 'to', suggestion: near },
  });
}

/** Whether an export is one file: always, or where 8 bits and half precision are asked for by a name that ends in .onnx. */
export function isOneFile(format: ExportFormat, out: string): boolean {
  return ENDING[format] !== undefined || (format !== 'hub-folder' && out.endsWith('.onnx'));
}

/** Where an export goes that was not told: the name of the model's run, in the working folder. */
export function defaultOut(model: string, format: ExportFormat): string {
  const path = resolve(model);
  const name = basename(path) === 'model' ? basename(dirname(path)) : basename(path);
  return `${name}${SUFFIX[format]}`;
}

/**
 * Makes sure that an export can go to `out`: nothing is there, or what may be replaced.
 * @throws E_CONFIG for a wrong ending, for what is there and is not to be replaced, for a folder that is no export
 */
export async function checkOut(
  out: string,
  format: ExportFormat,
  { overwrite, model }: { readonly overwrite: boolean; readonly model: string },
): Promise<void> {
  const ending = ENDING[format];
  if (ending !== undefined && !out.endsWith(ending)) {
    throw refuse(`${format} is one file, and ${out} does not look like one`, {
      expected: `a name that ends in ${ending}`,
      received: out,
    });
  }
  const own = [model, join(model, 'model')].map((path) => resolve(path));
  if (own.includes(resolve(out))) {
    throw refuse(`${out} is the model that is exported`, { expected: 'another place', received: out });
  }
  if (!existsSync(out)) return;
  if (!overwrite) {
    throw refuse(`${out} is there already`, {
      expected: 'a new name',
      received: out,
      help: 'name another one (--out), or replace it (--overwrite)',
    });
  }
  const isFolder = (await stat(out)).isDirectory();
  const mayReplace = isOneFile(format, out) ? !isFolder : isFolder && (await holdsModel(out));
  if (mayReplace) return;
  throw refuse(`${out} is there and is no such export`, {
    expected: isOneFile(format, out) ? 'a file' : 'an empty folder, or one of a model or an earlier export',
    received: isFolder ? 'another folder' : 'a file',
    help: 'name another place (--out): only an export is replaced',
  });
}

async function holdsModel(folder: string): Promise<boolean> {
  const config = await readFile(join(folder, 'config.json'), 'utf8').catch(() => '');
  return config.includes('"samesame') || (await readdir(folder)).length === 0;
}

function refuse(
  what: string,
  parts: { readonly expected: string; readonly received: string; readonly help?: string },
): SamesameError {
  return new SamesameError('E_CONFIG', { what, ...parts, details: { option: 'out' } });
}
