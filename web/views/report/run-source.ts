import type { Client } from '../../../src/client/index.ts';
import type { DroppedFile } from '../../parts/images.ts';
import { askSite } from '../../state/site.ts';

/** A run as it was when it was looked at. */
export interface RunLook {
  /** Text of `metrics.jsonl`; undefined where there is none yet. */
  readonly metrics: string | undefined;
  /** Whether it may still grow. */
  readonly isLive: boolean;
  /** Address of `report.html`; undefined where there is none yet, or it cannot be shown here. */
  readonly reportUrl?: string;
}

/** Where a run is read from, again and again while it goes on. */
export interface RunSource {
  readonly name: string;
  /** Whether it is to be looked at every few seconds. */
  readonly isFollowed: boolean;
  look(): Promise<RunLook>;
}

/** The runs that a service shows, in its order. */
export async function serviceRuns(client: Client): Promise<RunSource[]> {
  const { runs } = await client.runs();
  return runs.map(({ name }) => {
    const addressOf = (file: string) => addressOn(file, name);
    return {
      name,
      isFollowed: true,
      async look() {
        const found = (await client.runs()).runs.find((run) => run.name === name);
        const metrics = await read(addressOf('metrics.jsonl'));
        return {
          metrics,
          isLive: found !== undefined && !found.isFinished,
          reportUrl: found?.hasReport ? addressOf('report.html') : undefined,
        };
      },
    };
  });
}

/** A run folder on a static host, beside the page: `run/`. Undefined where there is none. */
export async function siteRun(): Promise<RunSource | undefined> {
  const metricsUrl = addressOn('metrics.jsonl');
  if ((await read(metricsUrl)) === undefined) return undefined;
  return {
    name: 'run',
    isFollowed: true,
    look: async () => ({
      metrics: await read(metricsUrl),
      isLive: true,
      reportUrl: addressOn('report.html'),
    }),
  };
}

/** A run folder, or its `metrics.jsonl` alone, that the person chose. Undefined where no such file is among them. */
export function droppedRun(files: readonly DroppedFile[]): RunSource | undefined {
  const metrics = files.find(({ file }) => file.name === 'metrics.jsonl');
  if (metrics === undefined) return undefined;
  return {
    name: metrics.path.split('/').at(-2) ?? metrics.file.name,
    isFollowed: false,
    look: async () => ({ metrics: await metrics.file.text(), isLive: false }),
  };
}

/** @param name of one of several runs */
function addressOn(file: string, name?: string): string {
  const url = new URL(`run/${file}`, new URL('.', location.href));
  if (name !== undefined) url.searchParams.set('run', name);
  return url.href;
}

async function read(url: string): Promise<string | undefined> {
  // Asked for anew each time; what has not changed does not come twice.
  const answer = await askSite(url, { cache: 'no-cache' }).catch(() => undefined);
  // Some hosts answer with their own page for what is not there.
  const isPage = answer?.headers.get('content-type')?.includes('html') ?? false;
  return answer?.ok && !isPage ? answer.text() : undefined;
}
