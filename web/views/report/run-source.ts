import type { DroppedFile } from '../../parts/images.ts';

/** Where a run's files are read from, again and again while it goes on. */
export interface RunSource {
  readonly name: string;
  /** Whether it may still grow: then it is read anew every few seconds. */
  readonly isFollowed: boolean;
  /** Text of `metrics.jsonl`; undefined where there is none yet. */
  readMetrics(): Promise<string | undefined>;
  /** Address of `report.html`; undefined where there is none yet, or it cannot be shown here. */
  readonly reportUrl: string | undefined;
}

/** A run folder on this host, beside the page: `run/`. Undefined where there is none. */
export async function siteRun(): Promise<RunSource | undefined> {
  const folder = new URL('./run/', location.href);
  const read = async (name: string) => {
    const answer = await fetch(new URL(name, folder), { cache: 'no-store' }).catch(() => undefined);
    const isPage = answer?.headers.get('content-type')?.includes('html') ?? false;
    // Some hosts answer with their own page for what is not there.
    return answer?.ok && isPage === name.endsWith('.html') ? answer.text() : undefined;
  };
  if ((await read('metrics.jsonl')) === undefined) return undefined;
  return {
    name: 'run',
    isFollowed: true,
    readMetrics: () => read('metrics.jsonl'),
    reportUrl: new URL('report.html', folder).href,
  };
}

/** A run folder, or its `metrics.jsonl` alone, that the person chose. Undefined where no such file is among them. */
export function droppedRun(files: readonly DroppedFile[]): RunSource | undefined {
  const metrics = files.find(({ file }) => file.name === 'metrics.jsonl');
  if (metrics === undefined) return undefined;
  return {
    name: metrics.path.split('/').at(-2) ?? metrics.file.name,
    isFollowed: false,
    readMetrics: () => metrics.file.text(),
    reportUrl: undefined,
  };
}
