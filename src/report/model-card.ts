import { escapeMarkdown } from './escape.ts';
import {
  formatCount,
  formatDistanceName,
  formatNumber,
  formatRange,
  formatRate,
  formatRatio,
  NOTHING,
} from './format.ts';
import { isThresholdFixed, type ReportBackbone, type ReportData } from './report-data.ts';
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
  | 'frozenFeatures'
  | 'hardestClasses'
  | 'configuration'
  | 'epochs'
  | 'bestEpoch'
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
  const hasFrozen = (card.frozenFeatures ?? null) !== null;
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
On ${formatCount(verification.numPairs)} pairs that neither training nor the threshold has seen, ${formatCount(verification.numSimilar)} of them similar (similar to dissimilar ${formatRatio(verification)}).${retrievalSentence(card)} Intervals are 95 %: Wilson for rates, bootstrap for the rest. *Raw pixels* is the same measure by the distance of the bare images, with a threshold of its own from the validation pairs; *majority, chance* is what always giving the commoner verdict reaches, or guessing. Both need no learning, so a model is worth what it has above them.

| metric | value | interval |${hasFrozen ? ' before training |' : ''} raw pixels | majority, chance |
|---|--:|--:|${hasFrozen ? '--:|' : ''}--:|--:|
${resultRows(card)
  .map(
    ({ name, estimate, frozen, rawPixels, majority }) =>
      `| ${name} | ${formatRate(estimate.value)} | ${formatRange(estimate)} |${hasFrozen ? ` ${formatRate(frozen)} |` : ''} ${formatRate(rawPixels)} | ${formatRate(majority)} |`,
  )
  .join('\n')}
${hardestClasses(card)}
## Threshold and probability
The threshold ${formatNumber(verification.threshold)} ${isThresholdFixed(card.configuration) ? 'was fixed before training' : 'has the highest accuracy on the validation pairs'}; the numbers above are from other pairs. ${probabilitySentence(card)} Where similar pairs are rarer in your use than in these pairs, choose a lower one from pairs of your own.

## Limits
- Images unlike those it learned from (other things, other cameras, other crops) can land anywhere: measure on your own pairs first.
- Compare with the ${distanceName} distance, the one it was trained with.
- ${seenClasses(card)}
- The numbers are of pairs that are similar to dissimilar ${formatRatio(verification)}. Precision, and recall at a precision, fall where similar pairs are rarer; recall and AUC do not depend on it.
${backboneLimits(card)}- Intervals are for other test images of the same kind. Training again with another seed gives a somewhat different model, which they do not cover.

## How it was trained
${trainingSentences(card)}

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
${pythonDistance(model.distance, card.configuration.bothWays !== false)}
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

/** A table of the worst few classes, with its heading; nothing where images have no class. */
function hardestClasses({ hardestClasses: classes, data }: ModelCardData): string {
  if (classes.length === 0) return '';
  const rows = classes.map(
    ({ name, numPairs, accuracy, mistakenFor }) =>
      `| ${escapeMarkdown(name)} | ${formatRate(accuracy.value)} | ${formatRange(accuracy)} | ${formatCount(numPairs)} | ${mistakenFor === null ? NOTHING : `${escapeMarkdown(mistakenFor.name)} (${formatCount(mistakenFor.numPairs)})`} |`,
  );
  return `
### Hardest classes
Accuracy of the pairs with an image of the class, the ${formatCount(classes.length)} lowest of ${formatCount(data.classNames.length)}.

| class | accuracy | interval | pairs | most often mistaken for |
|---|--:|--:|--:|---|
${rows.join('\n')}
`;
}

function seenClasses({ configuration, data }: ModelCardData): string {
  if (configuration.splitBy === 'class' || configuration.splitBy === 'group')
    return 'The test images are of classes that it did not learn from, so the numbers are those of things it has never seen.';
  if (data.classNames.length === 0)
    return 'Which things it has seen is not known, because its data names pairs and no classes: new kinds of things may be told apart less well.';
  return 'The test images are new, but of the classes that it learned from: a class that it never saw may be told apart less well than the numbers say.';
}

function trainingSentences({ model, configuration, epochs, bestEpoch, seed }: ModelCardData): string {
  const { optimizer, learningRate, schedule, batchSize, augment } = configuration;
  const steps = [
    model.backbone
      ? `From the pretrained weights of ${escapeMarkdown(model.backbone.name)}, ${describeFrozen(model.backbone)} (seed \`${code(String(seed))}\`), with the loss ${escapeMarkdown(model.loss)}`
      : `From random weights (seed \`${code(String(seed))}\`), with the loss ${escapeMarkdown(model.loss)}`,
    ...(optimizer === undefined
      ? []
      : [`by ${escapeMarkdown(String(optimizer))} at a learning rate of ${learningRate} (${schedule})`]),
    ...(batchSize === undefined ? [] : [`in batches of ${batchSize}`]),
    ...(augment === undefined ? [] : [`with augmentation \`${code(String(augment))}\``]),
    ...(epochs.length === 0 ? [] : [`for ${formatCount(epochs.length)} epochs`]),
  ];
  const kept = [
    ...(bestEpoch === null
      ? []
      : [`The weights are those of epoch ${bestEpoch}, which did best in validation`]),
    ...(Number(configuration.averageDecay) > 0
      ? [`they are a running mean over the steps (decay ${configuration.averageDecay})`]
      : []),
  ].join('; ');
  const chose = isThresholdFixed(configuration) ? 'the probability' : 'the threshold and the probability';
  const flattered =
    configuration.splitBy === 'pair'
      ? ' Validation pairs are of images that were trained on, so validation numbers flatter; the test images were held out all the same.'
      : '';
  return `${steps.join(', ')}.${kept === '' ? '' : ` ${kept}.`} Validation pairs also chose ${chose}; test images chose nothing.${flattered} The whole configuration is in config.json, under \`provenance.training\`.`;
}

function describeFrozen({ frozenUpTo, numTrainableParameters }: ReportBackbone): string {
  if (frozenUpTo === null) return 'all of them trained on';
  if (numTrainableParameters === 0) return 'none of them changed';
  return `left as they were up to \`${code(frozenUpTo)}\` and trained on above it`;
}

/** What holds for weights that others trained. */
function backboneLimits({ model: { backbone } }: ModelCardData): string {
  if (backbone === undefined) return '';
  const { name, licence, source, sha256 } = backbone;
  const terms =
    licence === null ? 'Their licence is not known here' : `Their licence: ${escapeMarkdown(licence)}`;
  const home = source === null ? '' : `, from ${escapeMarkdown(source)}`;
  return `- It holds the weights of ${escapeMarkdown(name)}${home} (sha256 \`${code(sha256)}\`). ${terms}; it goes on holding, and what these weights learned from is not in this model's data.
`;
}

function retrievalSentence({ retrieval }: ModelCardData): string {
  if (retrieval === null) return '';
  return ` Retrieval: ${formatCount(retrieval.numQueries)} queries against ${formatCount(retrieval.numGallery)} images${retrieval.numSkippedQueries === 0 ? '' : `, ${formatCount(retrieval.numSkippedQueries)} skipped for want of another image of their class`}.`;
}

function probabilitySentence({ calibration }: ModelCardData): string {
  if (calibration === null) return 'No probability was fitted.';
  return `Probability: \`1 / (1 + exp(${formatNumber(calibration.slope)}·distance ${calibration.intercept < 0 ? '−' : '+'} ${formatNumber(Math.abs(calibration.intercept))}))\`, fitted to the validation pairs.`;
}

/** The lines that take embeddings `a` and `b` to their distance. */
function pythonDistance(distance: ModelCardData['model']['distance'], bothWays: boolean): string {
  switch (distance) {
    case 'euclidean':
      return 'distance = np.linalg.norm(a - b)';
    case 'cosine':
      return 'distance = 1 - a @ b / (np.linalg.norm(a) * np.linalg.norm(b))';
    case 'learned':
      return bothWays
        ? `head = ort.InferenceSession("comparator.onnx")
similarity = head.run(None, {"left": np.stack([a, b]), "right": np.stack([b, a])})[0]  # asked both ways round
distance = 1 - similarity.mean()`
        : `head = ort.InferenceSession("comparator.onnx")
similarity = head.run(None, {"left": a[None], "right": b[None]})[0]  # asked this way round only
distance = 1 - similarity[0]`;
  }
}

/** Text inside a code span. */
function code(text: string): string {
  return text.replace(/[`\s]+/g, ' ');
}
