import type { Command } from 'commander';
import { writeFileAtomic } from '../base/files.ts';
import {
  cluster,
  clustersToCsv,
  clustersToJson,
  describeClasses,
  writeClustersPage,
} from '../jobs/curate/cluster.ts';
import { formatCount, formatNumber } from '../report/format.ts';
import { fitText, renderTable } from '../report/index.ts';
import { toCount } from './common.ts';
import { addEmbeddedOptions, type EmbeddedFlags, printWritten, runEmbedded } from './embedded-verb.ts';

interface ClusterOptions extends EmbeddedFlags {
  readonly clusters?: number;
}

export function addCluster(verb: Command): void {
  verb
    .argument('<data>', 'as train takes it; labels are not needed')
    .optionsGroup('Clusters:')
    .option('--clusters <k>', 'how many (default: from 2 to 20, where the silhouette is best)', toCount)
    .option('--out <file>', 'write path,cluster a line, as CSV');
  addEmbeddedOptions(verb, 'what the first centres are drawn from (default: 0)')
    .addHelpText(
      'after',
      `
Examples:
  $ samesame cluster photos --backbone mobilenet-v2 --html clusters.html
  $ samesame cluster photos --model runs/photos --clusters 12 --out clusters.csv`,
    )
    .action(runCluster);
}

async function runCluster(data: string, options: ClusterOptions): Promise<void> {
  const { html, out, clusters: numClusters, seed } = options;
  const { terminal, found } = await runEmbedded(data, options, (job) =>
    cluster({ ...job, numClusters, seed }),
  );
  if (html !== undefined) await writeClustersPage(found, html);
  if (out !== undefined) await writeFileAtomic(out, clustersToCsv(found));
  const { clusters, silhouette, agreement } = found;
  const { set, images } = found.data;
  const hasClasses = set.classNames.length > 0;
  terminal.print(
    `\n${renderTable({
      header: ['cluster', 'images', 'radius', 'nearest to the centre', ...(hasClasses ? ['classes'] : [])],
      align: ['left', 'right', 'right', 'left', 'left'],
      rows: clusters.map(({ rows, radius }, place) => [
        String(place),
        formatCount(rows.length),
        formatNumber(radius),
        fitText(set.id(images[rows[0]]), Math.max(16, (terminal.columns - 28) >> (hasClasses ? 1 : 0))),
        ...(hasClasses
          ? [fitText(describeClasses(found.data, rows), Math.max(16, (terminal.columns - 28) >> 1))]
          : []),
      ]),
    })}`,
  );
  const agreed =
    agreement === undefined ? '' : `, agreement with the labels (AMI) ${formatNumber(agreement.ami)}`;
  terminal.print(
    `\n${formatCount(images.length)} images in ${formatCount(clusters.length)} ${clusters.length === 1 ? 'cluster' : 'clusters'}: silhouette ${formatNumber(silhouette)}${agreed}.`,
  );
  printWritten(terminal, options);
  terminal.result({ data, ...clustersToJson(found), html: html ?? null, out: out ?? null });
}
