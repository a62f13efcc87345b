import { describe, expect, it } from 'vitest';
import {
  calibrateLogistic,
  chooseThreshold,
  distanceHistogram,
  precisionRecallCurve,
  retrieve,
  rocCurve,
  verify,
} from '../evaluate/index.ts';
import { formatBytes, formatCount, formatDuration, formatNumber, formatRate, formatRatio } from './format.ts';
import { renderModelCard } from './model-card.ts';
import { renderReport } from './render-report.ts';
import { renderUnfinishedReport } from './render-unfinished.ts';
import type { ReportData } from './report-data.ts';

/** A one-pixel PNG. */
const PIXEL =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==';

/** A report of made-up distances with hostile names, for the tests of this room. */
async function createSample(): Promise<ReportData> {
  const similar = Array.from({ length: 400 }, (_, i) => i % 2);
  const distances = similar.map((y, i) => ((i * 61) % 397) / 397 + (y === 1 ? 0 : 0.7));
  const threshold = chooseThreshold(distances, similar);
  const embeddings = Float32Array.from({ length: 80 }, (_, i) => ((i % 40) % 5) + Math.sin(i));
  const labels = Array.from({ length: 40 }, (_, i) => i % 5);
  const image = (label: string) => ({ image: PIXEL, label });
  return {
    title: 'Shoes & <script>alert(1)</script>',
    createdAt: '2024-05-06',
    data: {
      name: 'shoes "new"',
      numImages: 12_345,
      classNames: ['<script>alert(2)</script>', "boot|s'", 'sandal'],
      splits: [{ name: 'test<b>', numImages: 678, numPairs: null }],
      fingerprint: 'sha256:abc',
    },
    model: {
      network: 'compact',
      loss: 'contrastive',
      numParameters: 76_121,
      inputShape: [28, 30, 1],
      embeddingDim: 64,
      distance: 'euclidean',
    },
    configuration: { batchSize: 256, 'augment<i>': 'flip', schedule: null, mixed: true },
    seed: 'seven`',
    versions: { samesame: '0.1.0', node: '20' },
    epochs: [
      { epoch: 1, trainLoss: 0.5, validationLoss: 0.6, validationAccuracy: 0.9 },
      { epoch: 2, trainLoss: 0.3, validationLoss: null, validationAccuracy: null },
      { epoch: 3, trainLoss: 0.2, validationLoss: 0.3, validationAccuracy: 0.95 },
    ],
    bestEpoch: 3,
    verification: verify({ distances, similar, threshold }),
    calibration: calibrateLogistic(distances, similar),
    retrieval: await retrieve({ embeddings, labels }),
    rawPixels: { verification: verify({ distances, similar, threshold: 0.3 }), retrieval: null },
    roc: rocCurve(distances, similar),
    precisionRecall: precisionRecallCurve(distances, similar),
    histogram: distanceHistogram(distances, similar),
    hardestClasses: [
      {
        name: 'boot<j>',
        numPairs: 90,
        accuracy: { value: 0.8, low: 0.7, high: 0.9 },
        numMissed: 7,
        numMistaken: 11,
        mistakenFor: { name: 'sandal', numPairs: 8 },
      },
    ],
    galleries: [
      {
        title: 'Most wrong <u>',
        pairs: [
          {
            left: image('a<x>'),
            right: image('b'),
            distance: 0.25,
            probability: 0.75,
            verdict: 'same',
            similar: 0,
          },
          {
            left: image('c'),
            right: image('d'),
            distance: 1.5,
            probability: null,
            verdict: 'different',
            similar: 0,
          },
          {
            left: image('e'),
            right: image('f'),
            distance: 1.5,
            probability: 0.5,
            verdict: 'unsure',
            similar: 1,
          },
        ],
      },
    ],
    retrievalExamples: [
      {
        query: image('q<y>'),
        neighbours: [
          { ...image('near'), distance: 0.125, isRight: true },
          { ...image('far'), distance: 0.5, isRight: false },
        ],
      },
    ],
    cost: {
      trainSeconds: 143,
      trainImagesPerSecond: 8420.4,
      embedImagesPerSecond: null,
      modelBytes: 306_200,
      machine: '2 cores of <i>',
    },
  };
}

/** The same with everything left out that can be, and every metric undefined that can be. */
async function createBareSample(): Promise<ReportData> {
  const sample = await createSample();
  return {
    ...sample,
    createdAt: null,
    data: { ...sample.data, classNames: [], splits: [] },
    configuration: {},
    versions: {},
    epochs: [],
    bestEpoch: null,
    verification: verify({ distances: [0.5], similar: [0], threshold: 0.5 }),
    calibration: null,
    retrieval: await retrieve({ embeddings: new Float32Array([1]), labels: [0] }),
    rawPixels: null,
    roc: [],
    precisionRecall: [],
    histogram: null,
    hardestClasses: [],
    galleries: [],
    retrievalExamples: [],
    cost: {
      trainSeconds: null,
      trainImagesPerSecond: null,
      embedImagesPerSecond: null,
      modelBytes: null,
      machine: null,
    },
  };
}

const VOID = new Set(['meta', 'link', 'img', 'br', '!doctype', 'path', 'circle']);

/** Names of elements that are opened and not closed, or closed and not open. */
function unbalanced(html: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  const body = html.replace(/<(style|script)[^>]*>[\s\S]*?<\/\1>/g, '');
  for (const [, slash, name, self] of body.matchAll(/<(\/?)([a-z0-9!]+)[^>]*?(\/?)>/gi)) {
    const tag = name.toLowerCase();
    if (self === '/' || VOID.has(tag)) continue;
    if (slash === '') open.push(tag);
    else if (open.pop() !== tag) wrong.push(tag);
  }
  return [...wrong, ...open];
}

describe('renderReport', () => {
  it('shows the numbers that it was given', async () => {
    const data = await createSample();
    const html = renderReport(data);
    const { verification, retrieval } = data;
    for (const metric of [
      'accuracy',
      'precision',
      'recall',
      'f1',
      'auc',
      'averagePrecision',
      'eer',
    ] as const) {
      const { value, low, high } = verification[metric];
      expect(html).toContain(`<b>${value!.toFixed(4)}</b>`);
      expect(html).toContain(`${low!.toFixed(4)}–${high!.toFixed(4)}`);
    }
    expect(html).toContain(`<b>${retrieval!.mapAtR.value!.toFixed(4)}</b>`);
    for (const count of Object.values(verification.confusion)) expect(html).toContain(`<b>${count}</b>`);
    expect(html).toContain('76,121');
    expect(html).toContain('12,345 images in 3 classes');
    expect(html).toContain('2 min 23 s');
    expect(html).toContain('8,420 images/s');
    expect(html).toContain('306 kB');
    expect(html).toContain('uint8 [N, 28, 30, 1]');
    expect(html).toContain('distance 0.250<br>probability 0.75');
  });

  it('carries its numbers once more as JSON', async () => {
    const data = await createSample();
    const json = renderReport(data).match(
      /<script type="application\/json" id="report-data">(.*?)<\/script>/s,
    )![1];
    const { galleries: _, retrievalExamples: __, ...rest } = data;
    expect(JSON.parse(json)).toEqual(rest);
  });

  it('escapes every name', async () => {
    const html = renderReport(await createSample());
    for (const raw of ['<script>alert', 'test<b>', 'augment<i>', '<u>', 'a<x>', 'q<y>']) {
      expect(html).not.toContain(raw);
    }
    expect(html).toContain('&lt;script&gt;alert(2)&lt;/script&gt;');
    expect(html).toContain('Shoes &amp; &lt;script&gt;');
    expect(html.match(/<script/g)).toHaveLength(1);
  });

  it('loads nothing: no address but data URIs of images', async () => {
    const data = await createSample();
    const hostile = { image: 'https://example.com/x.png" onerror="alert(1)', label: 'x' };
    const html = renderReport({ ...data, retrievalExamples: [{ query: hostile, neighbours: [] }] });
    expect(html).not.toContain('example.com');
    expect(html).not.toContain('onerror');
    expect(html).not.toMatch(/(href|src)="(?!data:)/);
    expect(html).not.toMatch(/url\(|@import/);
    expect(html).toContain(PIXEL);
  });

  it('lists every epoch, rounded to read and unrounded to check', async () => {
    const html = renderReport(await createSample());
    expect(html.match(/<tr data-epoch="\d+"/g)).toHaveLength(3);
    expect(html).toContain('data-name="accuracy" data-value="0.95">0.9500</td>');
    expect(html).toContain('data-name="accuracy">–</td>');
    expect(html).toContain('<tr data-epoch="3" class="kept"><th scope="row">3 ★</th>');
    expect(html).toContain('<title>Epoch 3, training: 0.2</title>');
    // Nothing was recorded of these: no column, no chart.
    expect(html).not.toMatch(/data-name="(AUC|learning rate)"|Learning rate by epoch/);
  });

  it('draws what validation measured beside accuracy, where it was', async () => {
    const data = await createSample();
    const epochs = data.epochs.map((epoch) => ({
      ...epoch,
      learningRate: 1e-3 / epoch.epoch,
      validationPrecision: 0.9,
      validationRecall: 0.8,
      validationAuc: 0.97,
      similarDistance: 0.2,
      dissimilarDistance: 1.1,
      similarDistanceQuantiles: [0.05, 0.15, 0.4] as const,
      dissimilarDistanceQuantiles: epoch.epoch === 2 ? null : ([0.9, 1.1, 1.3] as const),
      embeddingSpread: 0.8,
    }));
    const html = renderReport({ ...data, epochs });
    const names = ['Learning rate', 'Mean distance', 'Spread of distances', 'Spread of embeddings'];
    for (const name of [...names, 'Validation precision, recall, AUC'])
      expect(html).toContain(`aria-label="${name} by epoch"`);
    expect(html).toContain('<title>Epoch 1, similar: 0.15</title>');
    expect(html).toContain('<title>Epoch 2, AUC: 0.97</title>');
    expect(html).toContain('data-name="learning rate" data-value="0.0005">0.0005</td>');
  });

  it('shows what was evaluated beyond, where it was', async () => {
    const data = await createSample();
    expect(renderReport(data)).not.toContain('Answers, and more');
    const quality = { reliability: { ece: 0.0125, numPairs: 9, bins: [] }, brier: 0.07, logLoss: 0.2 };
    const rate = { value: 0.01, low: 0.005, high: 0.02 };
    const answers = {
      probability: quality,
      falseMatchRate: rate,
      threeWay: { maxError: 0.05, wrongSame: rate, wrongDifferent: rate, coverage: 0.8 },
      elsewhere: { prior: 0.01, precisionSame: null, precisionDifferent: 1, coverage: 0.8, brier: 0.001 },
    };
    const point = { falseMatchRate: 0.001, threshold: 0.4, falseNonMatchRate: 0.25, trueAcceptRate: 0.75 };
    const full = {
      detection: [point],
      clusters: null,
      linearProbe: null,
      openSet: null,
      classes: [{ ...data.hardestClasses[0], name: 'clog<k>', label: 0, mistakenFor: null }],
      bySeen: null,
    };
    const html = renderReport({ ...data, evaluation: { answers, full } });
    expect(html).toContain('<th>answers</th>');
    expect(html).toMatch(/calibration error[^<]*<\/th><td class="number"><b>0\.0125</);
    expect(html).toContain('promised to stay within 5.00');
    expect(html).toMatch(
      />0\.001<\/th><td class="number"><b>0\.2500<\/b><\/td><td class="number quiet">0\.7500</,
    );
    expect(html).toContain('clog&lt;k&gt;');
    expect(html).not.toMatch(/NaN|undefined|\[object/);
    expect(unbalanced(html)).toEqual([]);
  });

  it('names the hardest classes', async () => {
    const html = renderReport(await createSample());
    expect(html).toContain('<th scope="row">boot&lt;j&gt;</th><td class="number"><b>0.8000</b>');
    expect(html).toContain('sandal (8)');
  });

  it('marks what is right and what is wrong', async () => {
    const html = renderReport(await createSample());
    expect(html).toContain('<li class="pair wrong">');
    expect(html).toContain('✗ same</b> <span>dissimilar');
    expect(html).toContain('<li class="pair right">');
    expect(html).toContain('? unsure</b> <span>similar');
    expect(html).toContain('✓ 0.125');
    expect(html).toContain('✗ 0.500');
  });

  it.each([
    ['everything', createSample],
    ['almost nothing', createBareSample],
  ])('is well-formed and without NaN with %s', async (_, create) => {
    const html = renderReport(await create());
    expect(unbalanced(html)).toEqual([]);
    expect(html).not.toMatch(/NaN|undefined|Infinity|\[object/);
  });

  it('has a sentence under every figure', async () => {
    const html = renderReport(await createSample());
    const plots = html.match(/<svg class="plot"|<table class="confusion"/g)!;
    expect(plots).toHaveLength(7);
    expect(html.match(/<figcaption><b>[^<]+<\/b>[^<]{40,}<\/figcaption>/g)).toHaveLength(7);
  });
});

describe('renderUnfinishedReport', () => {
  it.each([0, 2])('says so, how to go on, and what there is after %i epochs', async (numEpochs) => {
    const { title, configuration, seed, versions, epochs } = await createSample();
    const html = renderUnfinishedReport({
      title,
      data: 'shoes "new"',
      configuration,
      seed,
      versions,
      epochs: epochs.slice(0, numEpochs),
      bestEpoch: numEpochs === 0 ? null : 1,
      resume: 'samesame train DATA --out <run> --resume',
    });
    expect(html).toContain('This run is unfinished.');
    expect(html).toContain('samesame train DATA --out &lt;run&gt; --resume');
    expect(html).toContain('<th scope="row">batchSize</th><td>256</td>');
    expect(html.match(/<tr data-epoch=/g) ?? []).toHaveLength(numEpochs);
    expect(html).not.toMatch(/NaN|undefined|Infinity|\[object|<script>alert/);
    expect(unbalanced(html)).toEqual([]);
  });
});

describe('renderModelCard', () => {
  it('states numbers, threshold, limits and how to load', async () => {
    const data = await createSample();
    const card = renderModelCard(data);
    const { accuracy, threshold } = data.verification;
    expect(card).toContain(`| Accuracy | ${formatRate(accuracy.value)} |`);
    expect(card).toContain(`${formatRate(accuracy.low)}–${formatRate(accuracy.high)}`);
    expect(card).toContain(`same = distance < ${threshold}`);
    expect(card).toContain('encoder.onnx');
    for (const part of [
      'Intended use',
      'Data',
      'Numbers',
      'Threshold',
      'Limits',
      'Loading it',
      'Provenance',
    ]) {
      expect(card).toContain(`## ${part}`);
    }
  });

  it('says how to take the distance that the model was trained with', async () => {
    const data = await createSample();
    const card = (distance: typeof data.model.distance) =>
      renderModelCard({ ...data, model: { ...data.model, distance } });
    expect(card('euclidean')).toContain('when the Euclidean distance');
    expect(card('euclidean')).toContain('np.linalg.norm(a - b)');
    expect(card('cosine')).toContain('1 - a @ b');
    expect(card('learned')).toContain('comparator.onnx');
  });

  it('states the ratio of the pairs, the hardest classes, and how it was trained', async () => {
    const data = await createSample();
    const configuration = {
      optimizer: 'sgd',
      learningRate: 0.01,
      schedule: 'step',
      batchSize: 32,
      augment: 'none',
    };
    const card = renderModelCard({ ...data, configuration });
    expect(card).toContain('200 of them similar (similar to dissimilar 1 : 1)');
    expect(card).toContain('| boot&lt;j&gt; | 0.8000'.replaceAll('&lt;', '\\<').replaceAll('&gt;', '\\>'));
    expect(card).toContain('| 0.7000–0.9000 | 90 | sandal (8) |');
    expect(card).toContain(
      'with the loss contrastive, by sgd at a learning rate of 0.01 (step), in batches of 32, with augmentation `none`, for 3 epochs.',
    );
    expect(card).toContain('The weights are those of epoch 3');
    expect(card).toContain('a class that it never saw may be told apart less well');
    const unseen = renderModelCard({ ...data, configuration: { ...configuration, splitBy: 'class' } });
    expect(unseen).toContain('of classes that it did not learn from');
    expect(unseen).not.toContain('a class that it never saw');
    const fixed = { ...configuration, threshold: 0.5, averageDecay: 0.99, splitBy: 'pair', bothWays: false };
    const published = renderModelCard({
      ...data,
      configuration: fixed,
      model: { ...data.model, distance: 'learned' },
    });
    expect(published).toMatch(/The threshold [\d.]+ was fixed before training;/);
    expect(published).toContain(
      'did best in validation; they are a running mean over the steps (decay 0.99).',
    );
    expect(published).toContain('so validation numbers flatter');
    expect(published).toContain('distance = 1 - similarity[0]');
    expect(renderReport({ ...data, configuration: fixed })).toContain(
      'The threshold was fixed before training.',
    );
  });

  it('does not depend on the day', async () => {
    const data = await createSample();
    expect(renderModelCard(data)).toBe(renderModelCard({ ...data, createdAt: '1999-01-01' } as typeof data));
  });

  it('keeps names out of the markup', async () => {
    const card = renderModelCard(await createSample());
    expect(card).not.toContain('<script>');
    expect(card).toContain("boot\\|s'");
    expect(card).toContain('seed `seven `');
  });

  it('is whole where almost nothing is known', async () => {
    expect(renderModelCard(await createBareSample())).not.toMatch(/NaN|undefined|Infinity|null/);
  });
});

describe('formats', () => {
  it('write numbers for people', () => {
    expect(formatCount(1_234_567)).toBe('1,234,567');
    expect(formatCount(999)).toBe('999');
    expect(formatNumber(0.123456)).toBe('0.1235');
    expect(formatNumber(12_345.6)).toBe('12,346');
    expect(formatNumber(Number.NaN)).toBe('–');
    expect(formatDuration(9.94)).toBe('9.9 s');
    expect(formatDuration(59.6)).toBe('1 min 0 s');
    expect(formatDuration(7500)).toBe('2 h 5 min');
    expect(formatRatio({ numPairs: 321, numSimilar: 100 })).toBe('1 : 2.21');
    expect(formatRatio({ numPairs: 300, numSimilar: 200 })).toBe('2 : 1');
    expect(formatRatio({ numPairs: 7, numSimilar: 7 })).toBe('7 : 0');
    expect(formatBytes(999)).toBe('999 B');
    expect(formatBytes(1_540_000)).toBe('1.5 MB');
  });
});
