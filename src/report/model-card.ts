import { escapeMarkdown } from './escape.ts';
import { formatCount, formatDistanceName, formatNumber, formatRange, formatRate } from './format.ts';
import type { ReportData } from './report-data.ts';
import { resultRows } from './result-rows.ts';

/** What a model card says: the part of a report that belongs to the model rather than to the day of the run. */
export type ModelCardData = Pick<
  ReportData,
  | 'title'
  | 'data'
  | 'model'
  | 'seed'
  | 'versions'
  | 'verification'
  | 'calibration'
  | 'retrieval'
  | 'rawPixels'
>;

/**
 * The model card in Markdown: intended use, data, numbers with intervals, threshold, limits, how to load. It holds no
 * date and no time, so the same run writes the same bytes.
 */
export function renderModelCard(card: ModelCardData): string {
  const { title, data, model, verification } = card;
  const [height, width, channels] = model.inputShape;
  const distanceName = formatDistanceName(model.distance);
  const classes = data.classNames.slice(0, 50).map(escapeMarkdown).join(', ');
  const more = data.classNames.length > 50 ? ` and ${data.classNames.length - 50} more` : '';
  return `# ${escapeMarkdown(title)}

Turns an image into ${model.embeddingDim} numbers such that images of the same thing lie close together. Two images are called the **same** when the ${distanceName} distance of their embeddings is below **${formatNumber(verification.threshold)}**.

## Intended use
Telling whether two images show the same thing, finding images like a given one, and finding duplicates, among images like those it learned from. It is not made to identify people, and no decision about a person should rest on it.

## Data
${escapeMarkdown(data.name)}: ${formatCount(data.numImages)} images${classes === '' ? '' : `, ${formatCount(data.classNames.length)} classes (${classes}${more})`}. Fingerprint \`${code(data.fingerprint)}\`.

| split | images | pairs |
|---|--:|--:|
${data.splits.map(({ name, numImages, numPairs }) => `| ${escapeMarkdown(name)} | ${formatCount(numImages)} | ${formatCount(numPairs)} |`).join('\n')}

## Numbers
On ${formatCount(verification.numPairs)} pairs that neither training nor the threshold has seen, ${formatCount(verification.numSimilar)} of them similar.${retrievalSentence(card)} Intervals are 95 %: Wilson for rates, bootstrap for the rest.

| metric | value | interval | raw pixels | majority, chance |
|---|--:|--:|--:|--:|
${resultRows(card)
  .map(
    ({ name, estimate, rawPixels, majority }) =>
      `| ${name} | ${formatRate(estimate.value)} | ${formatRange(estimate)} | ${formatRate(rawPixels)} | ${formatRate(majority)} |`,
  )
  .join('\n')}

## Threshold and probability
The threshold ${formatNumber(verification.threshold)} has the highest accuracy on the validation pairs; the numbers above are from other pairs. ${probabilitySentence(card)} Where similar pairs are rarer in your use than in these pairs, choose a lower one from pairs of your own.

## Limits
- Images unlike those it learned from (other things, other cameras, other crops) can land anywhere: measure on your own pairs first.
- Compare with the ${distanceName} distance, the one it was trained with.
- A class that it never saw may be told apart less well than the numbers above say.
- Pairs of the same images are not independent, so intervals are somewhat narrower than those of fresh images.

## Loading it
From TypeScript:

\`\`\`ts
import { loadModel } from 'samesame/model';

const model = await loadModel('path/to/this/folder');
const { distance, probability, verdict } = await model.compareFiles('a.jpg', 'b.jpg');
\`\`\`

From any ONNX runtime, here in Python: \`encoder.onnx\` takes uint8 pixels \`[N, ${height}, ${width}, ${channels}]\` and does scaling and normalising itself.

\`\`\`python
import numpy as np, onnxruntime as ort

encoder = ort.InferenceSession("encoder.onnx")
pixels = np.zeros((2, ${height}, ${width}, ${channels}), np.uint8)  # two images, resized as config.json says
a, b = encoder.run(None, {encoder.get_inputs()[0].name: pixels})[0]
${pythonDistance(model.distance)}
same = distance < ${verification.threshold}
\`\`\`

## Provenance
Network ${escapeMarkdown(model.network)}, ${formatCount(model.numParameters)} parameters; loss ${escapeMarkdown(model.loss)}; seed \`${code(String(card.seed))}\`; ${Object.entries(
    card.versions,
  )
    .map(([name, version]) => `${escapeMarkdown(name)} ${escapeMarkdown(version)}`)
    .join(', ')}.
`;
}

function retrievalSentence({ retrieval }: ModelCardData): string {
  if (retrieval === null) return '';
  return ` Retrieval: ${formatCount(retrieval.numQueries)} queries against ${formatCount(retrieval.numGallery)} images${retrieval.numSkippedQueries === 0 ? '' : `, ${formatCount(retrieval.numSkippedQueries)} skipped for want of another image of their class`}.`;
}

function probabilitySentence({ calibration }: ModelCardData): string {
  if (calibration === null) return 'No probability was fitted.';
  return `Probability: \`1 / (1 + exp(${formatNumber(calibration.slope)}·distance ${calibration.intercept < 0 ? '−' : '+'} ${formatNumber(Math.abs(calibration.intercept))}))\`, fitted to the same validation pairs.`;
}

/** The lines that take embeddings `a` and `b` to their distance. */
function pythonDistance(distance: ModelCardData['model']['distance']): string {
  switch (distance) {
    case 'euclidean':
      return 'distance = np.linalg.norm(a - b)';
    case 'cosine':
      return 'distance = 1 - a @ b / (np.linalg.norm(a) * np.linalg.norm(b))';
    case 'learned':
      return `head = ort.InferenceSession("comparator.onnx")
similarity = head.run(None, {"left": np.stack([a, b]), "right": np.stack([b, a])})[0]  # asked both ways round
distance = 1 - similarity.mean()`;
  }
}

/** Text inside a code span. */
function code(text: string): string {
  return text.replace(/[`\s]+/g, ' ');
}
