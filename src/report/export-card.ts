import { escapeMarkdown } from './escape.ts';
import { formatCount, formatNumber, formatPercent, formatRate } from './format.ts';

/** What a card says of an exported network against the one that it was made from. */
export interface ExportedNetwork {
  readonly file: string;
  readonly precision: 'float32' | 'float16' | 'int8';
  readonly parity: {
    readonly numImages: number;
    readonly largestDifference: number;
    readonly largestDistance: number;
    readonly meanDistance: number;
    readonly verdictsChanged: number | null;
    readonly metrics:
      | readonly { readonly name: string; readonly before: number | null; readonly after: number | null }[]
      | null;
  };
}

/** What the images of the comparison were. */
export type ParityImages = 'measured' | 'calibration' | 'patterns';

const IMAGES: Readonly<Record<ParityImages, string>> = {
  measured: 'images that the model was not trained on',
  calibration: 'of the images that its ranges came from',
  patterns: 'patterns drawn by chance, for want of images',
};

/** The headline metrics of a model card. */
const SHOWN = ['Accuracy', 'AUC', 'Recall@1', 'MAP@R'];

/** The model's card with a section on what the export changed. */
export function withExport(card: string, network: ExportedNetwork, images: ParityImages): string {
  return `${card.trimEnd()}

## This copy
It was exported in ${nameOf(network.precision)}; the numbers above are those of the model it was made from. ${compare([network], images)}
`.trimStart();
}

/** The card of a folder for the Hugging Face hub. */
export function renderHubCard(
  { title, card, threshold, distance }: { title: string; card: string; threshold: number; distance: string },
  networks: readonly ExportedNetwork[],
  images: ParityImages,
): string {
  const hasEight = networks.some(({ precision }) => precision === 'int8');
  return `---
library_name: transformers.js
pipeline_tag: image-feature-extraction
tags:
  - samesame
  - image-similarity
  - metric-learning
---

# ${escapeMarkdown(title)}

Turns an image into an embedding: images of the same thing lie close together. Two images are called the **same** when the ${distance} distance of their embeddings is below **${formatNumber(threshold)}**.

\`\`\`js
import { pipeline } from '@huggingface/transformers';

const embed = await pipeline('image-feature-extraction', 'path/or/name/of/this/folder');
const [a, b] = (await embed(['a.jpg', 'b.jpg'])).tolist();
const distance = Math.hypot(...a.map((value, i) => value - b[i]));
console.log(distance < ${threshold} ? 'same' : 'different');
\`\`\`

\`{ dtype: 'fp16' }\` takes half precision${hasEight ? ", `{ dtype: 'q8' }` 8 bits" : ''}. The files are for transformers.js: \`model_type\` in config.json only names a class of it that adds nothing. In a browser it resizes by the browser's own filter, in Node by the one that the model was trained with; transparency falls away where samesame paints it white.

## Against the model
${compare(networks, images)}

${asPart(card)}`;
}

function nameOf(precision: ExportedNetwork['precision']): string {
  return precision === 'int8' ? '8 bits' : precision === 'float16' ? 'half precision' : 'float32';
}

function compare(networks: readonly ExportedNetwork[], images: ParityImages): string {
  const rows = networks.map(
    ({ file, precision, parity }) =>
      `| ${file} | ${nameOf(precision)} | ${formatNumber(parity.largestDifference)} | ${formatNumber(parity.meanDistance)} | ${formatNumber(parity.largestDistance)} | ${parity.verdictsChanged === null ? '—' : formatPercent(parity.verdictsChanged)} |`,
  );
  const [{ parity }] = networks;
  const metrics = networks.flatMap(({ file, parity: { metrics: changes } }) =>
    (changes ?? [])
      .filter(({ name }) => SHOWN.includes(name))
      .map(
        ({ name, before, after }) => `| ${file} | ${name} | ${formatRate(before)} | ${formatRate(after)} |`,
      ),
  );
  const measured =
    metrics.length === 0
      ? ''
      : `

| file | metric | model | export |
|---|---|--:|--:|
${metrics.join('\n')}`;
  return `On ${formatCount(parity.numImages)} ${IMAGES[images]}:

| file | precision | largest difference of a number | mean distance of embeddings | largest | verdicts changed |
|---|---|--:|--:|--:|--:|
${rows.join('\n')}${measured}`;
}

/** The model's own card, one level down, without how to load files that are not here. */
function asPart(card: string): string {
  return card.replace(/^## Loading it\n[\s\S]*?(?=^## |$(?![\s\S]))/m, '').replace(/^(#+) /gm, '#$1 ');
}
