import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly cwd?: string;
  /** Called with all of stderr so far. */
  readonly onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void;
  /** Whether stdout is a pipe that nobody reads: what `| head` leaves behind. */
  readonly isClosed?: boolean;
}

/** Runs the built command line as a process of its own. */
export function runCli(
  args: readonly string[],
  { cwd, onStderr, isClosed = false }: CliOptions = {},
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [MAIN, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    if (isClosed) child.stdout.destroy();
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
      onStderr?.(stderr, (signal) => child.kill(signal));
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

/** The object on the last line of stdout, which must be the only line. */
export function parseOnlyLine({ stdout }: CliResult): Record<string, unknown> {
  const lines = stdout.trimEnd().split('\n');
  if (lines.length !== 1) throw new Error(`${lines.length} lines on stdout:\n${stdout}`);
  return JSON.parse(lines[0]);
}

const SHAPES: Readonly<Record<string, (color: string) => string>> = {
  circle: (color) => `<circle cx="12" cy="12" r="8" fill="${color}"/>`,
  square: (color) => `<rect x="4" y="5" width="15" height="15" fill="${color}"/>`,
  bars: (color) => `<path d="M2 4h20v4H2zM2 14h20v4H2z" fill="${color}"/>`,
};

/** Three classes of twelve coloured shapes each, turned and moved: `folder/circle/0.png`, …. */
export async function drawShapes(folder: string): Promise<void> {
  for (const [name, draw] of Object.entries(SHAPES)) {
    mkdirSync(join(folder, name), { recursive: true });
    for (let i = 0; i < 12; i++) {
      const place = `rotate(${i * 7 - 40} 12 12) translate(${(i % 3) - 1} ${(i % 4) - 2})`;
      const shape = `<g transform="${place}">${draw(`rgb(${200 + i * 3},${100 + i * 9},120)`)}</g>`;
      const ground = `<rect width="24" height="24" fill="rgb(${i * 5},${40 - i},${i * 3})"/>`;
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24">${ground}${shape}</svg>`;
      await sharp(Buffer.from(svg))
        .png()
        .toFile(join(folder, name, `${i}.png`));
    }
  }
}
