import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VERSION } from '../../src/base/version.ts';
import { trainConfigSchema } from '../../src/train/config.ts';
import { type CliResult, drawShapes, parseOnlyLine, runCli } from './run-cli.ts';

const SMALL = ['--batch-size', '12', '--validation-pairs', '100', '--test-pairs', '200'];
let cwd = '';
let trained: CliResult;
const run = (...args: string[]) => runCli(args, { cwd });
const sha256 = (path: string) =>
  createHash('sha256')
    .update(readFileSync(join(cwd, path)))
    .digest('hex');

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'samesame-cli-'));
  await drawShapes(join(cwd, 'shapes'));
  // The start of a JPEG and nothing behind it.
  writeFileSync(join(cwd, 'shapes', 'bars', 'broken.jpg'), Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]));
  trained = await run('train', 'shapes', '--epochs', '2', ...SMALL, '--json');
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('train', () => {
  it('prints one JSON object on stdout and writes a whole run', () => {
    expect(trained.code, trained.stderr).toBe(0);
    const result = parseOnlyLine(trained);
    expect(result).toMatchObject({
      run: join('runs', 'shapes'),
      model: join('runs', 'shapes', 'model'),
      report: join('runs', 'shapes', 'report.html'),
      tensorboard: join('runs', 'shapes', 'tensorboard'),
      images: 36,
      splits: { train: 24, validation: 6, test: 6 },
      epochs: 2,
      trainSeconds: expect.any(Number),
      imagesPerSecond: expect.any(Number),
      verification: {
        accuracy: { value: expect.any(Number), low: expect.any(Number), high: expect.any(Number) },
        precision: expect.any(Number),
        recall: expect.any(Number),
        f1: expect.any(Number),
        auc: expect.any(Number),
        eer: expect.any(Number),
        threshold: expect.any(Number),
        baseline: expect.any(Number),
        baselines: { majority: 0.5 },
        numPairs: 200,
        intervals: { precision: [expect.any(Number), expect.any(Number)] },
      },
      retrieval: { recallAt1: expect.any(Number), mapAtR: expect.any(Number) },
      bad: 1,
    });
    for (const name of [
      'config.json',
      'metrics.jsonl',
      'report.html',
      'tensorboard/projector_config.pbtxt',
      'model/encoder.onnx',
      'model/config.json',
    ]) {
      expect(existsSync(join(cwd, 'runs/shapes', name)), name).toBe(true);
    }
    expect(readFileSync(join(cwd, 'runs/shapes/metrics.jsonl'), 'utf8').trimEnd().split('\n')).toHaveLength(
      2,
    );
  });

  it('skips a corrupt image, names it, and lists it in the run', () => {
    expect(trained.stderr).toContain('1 of 37 images cannot be read and are skipped: bars/broken.jpg');
    const listed = JSON.parse(readFileSync(join(cwd, 'runs/shapes/bad-images.json'), 'utf8'));
    expect(listed).toEqual([{ id: 'bars/broken.jpg', reason: expect.any(String) }]);
  });

  it('numbers the folder of a second run, and shows a table without --json', async () => {
    const flags = ['--epochs', '1', ...SMALL, '--quiet', '--test-pairs', '50', '--no-tensorboard'];
    const again = await run('train', 'shapes', ...flags);
    expect(again.code, again.stderr).toBe(0);
    expect(existsSync(join(cwd, 'runs/shapes-2/model/encoder.onnx'))).toBe(true);
    expect(existsSync(join(cwd, 'runs/shapes-2/tensorboard'))).toBe(false);
    expect(again.stdout).toMatch(/Accuracy +\d\.\d{4} +\d\.\d{4}–\d\.\d{4} +\d\.\d{4} +0\.5000/);
    expect(again.stderr).not.toContain('epoch');
  });

  it('lets flags override the file, and keeps what neither names', async () => {
    writeFileSync(
      join(cwd, 'settings.json'),
      JSON.stringify({
        epochs: 50,
        optimizer: 'sgd',
        nesterov: false,
        validationPairs: 60,
        loss: 'contrastive',
        lossOptions: { balanced: true },
      }),
    );
    const flags = [
      '--epochs',
      '1',
      '--margin',
      '0.7',
      '--size',
      '16',
      '--batch-size',
      '8',
      '--test-pairs',
      '40',
    ];
    const result = await run('train', 'shapes', '--out', 'merged', '--config', 'settings.json', ...flags);
    expect(result.code, result.stderr).toBe(0);
    expect(JSON.parse(readFileSync(join(cwd, 'merged/config.json'), 'utf8'))).toMatchObject({
      epochs: 1,
      nesterov: false,
      validationPairs: 60,
      testPairs: 40,
      batchSize: 8,
      lossOptions: { balanced: true, margin: 0.7 },
      image: { height: 16, width: 16, channels: 3, resize: 'fit' },
      learningRate: 0.002,
    });
  });

  it('stops at Ctrl-C with a checkpoint, and ends as an unbroken run when it goes on', async () => {
    const args = ['train', 'shapes', '--epochs', '8', ...SMALL, '--out'];
    const whole = runCli([...args, 'whole', '--quiet'], { cwd });
    let isKilled = false;
    const cut = await runCli([...args, 'cut'], {
      cwd,
      onStderr: (text, kill) => {
        // The warning comes once the images are decoded; training starts with it.
        if (!isKilled && text.includes('broken.jpg')) setTimeout(() => kill('SIGINT'), 250);
        isKilled ||= text.includes('broken.jpg');
      },
    });
    expect((await whole).code).toBe(0);
    expect([0, 130]).toContain(cut.code);
    if (cut.code === 130) {
      expect(cut.stderr).toContain('samesame train shapes --out cut --resume');
      const resumed = await run('train', 'shapes', '--out', 'cut', '--resume', '--quiet');
      expect(resumed.code, resumed.stderr).toBe(0);
    }
    expect(sha256('cut/model/encoder.onnx')).toBe(sha256('whole/model/encoder.onnx'));
  });
});

describe('presets', () => {
  it('are listed, printed as settings, and suggested where misspelt', async () => {
    const listed = await run('presets', '--json');
    expect(listed.code, listed.stderr).toBe(0);
    const { presets } = parseOnlyLine(listed) as { presets: { name: string }[] };
    expect(presets.map(({ name }) => name)).toContain('protocol-b');
    const one = await run('presets', 'protocol-b');
    writeFileSync(join(cwd, 'mine.json'), one.stdout);
    expect(JSON.parse(one.stdout)).toMatchObject({ network: 'protocol-b', epochs: 10 });
    const unknown = await run('train', '--preset', 'protocol-cc');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/did you mean "protocol-/);
    const nothing = await run('train');
    expect(nothing.code).toBe(2);
    expect(nothing.stderr).toContain('there is nothing to train on');
  });

  it('are what training starts from, under the flags', async () => {
    const small = ['--steps-per-epoch', '3', '--epochs', '1', '--validation', '6', '--size', '16'];
    const pairs = ['--validation-pairs', '40', '--test-pairs', '40', '--out', 'runs/preset', '--json'];
    const result = await run('train', 'shapes', '--preset', 'protocol-b', ...small, ...pairs);
    expect(result.code, result.stderr).toBe(0);
    const config = JSON.parse(readFileSync(join(cwd, 'runs/preset/config.json'), 'utf8'));
    expect(config).toMatchObject({ network: 'protocol-b', momentum: 0.99, stepsPerEpoch: 3, epochs: 1 });
    expect(config.image).toMatchObject({ height: 16, width: 16 });
    // The same settings as a file do the same.
    const again = ['train', 'shapes', '--config', 'mine.json', ...small, ...pairs, '--overwrite'];
    expect((await run(...again)).code).toBe(0);
    expect(JSON.parse(readFileSync(join(cwd, 'runs/preset/config.json'), 'utf8'))).toEqual(config);
  });
});

describe('evaluate', () => {
  it('finds the images that the run held out, and the numbers of the run', async () => {
    const result = await run('evaluate', 'runs/shapes', 'shapes', '--json', '--out', 'report.html');
    expect(result.code, result.stderr).toBe(0);
    const { verification, retrieval } = parseOnlyLine(trained);
    expect(parseOnlyLine(result)).toMatchObject({
      part: 'held-out',
      images: 6,
      bad: 1,
      verification,
      retrieval,
    });
    expect(readFileSync(join(cwd, 'report.html'), 'utf8')).toContain('<svg');
  });

  it('searches among the images that are not measured', async () => {
    const result = await run('evaluate', 'runs/shapes', 'shapes', '--gallery', 'rest', '--json');
    expect(result.code, result.stderr).toBe(0);
    expect(parseOnlyLine(result).retrieval).toMatchObject({ numQueries: 6, numGallery: 30 });
    expect(parseOnlyLine(trained).retrieval).toMatchObject({ numQueries: 6, numGallery: 6 });
    const none = await run('evaluate', 'runs/shapes', 'shapes', '--gallery', 'rest', '--split', 'all');
    expect(none.code).toBe(2);
    expect(none.stderr).toContain('nothing to search in');
  });

  it('warns where images may have been seen', async () => {
    const result = await run(
      'evaluate',
      'runs/shapes',
      'shapes',
      '--split',
      'all',
      '--pairs',
      '60',
      '--json',
    );
    expect(result.stderr).toContain('trained on most of these images');
    expect(parseOnlyLine(result)).toMatchObject({ part: 'all', images: 36, verification: { numPairs: 60 } });
  });
});

describe('compare', () => {
  const images = ['shapes/circle/1.png', 'shapes/bars/1.png'];

  it('prints distance, probability, verdict and threshold, and nothing else', async () => {
    const answer = parseOnlyLine(await run('compare', 'runs/shapes/model', ...images, '--json'));
    const { verification } = parseOnlyLine(trained) as { verification: { threshold: number } };
    expect(Object.keys(answer)).toEqual(['distance', 'probability', 'prior', 'verdict', 'threshold']);
    expect(answer.threshold).toBe(verification.threshold);
    expect(answer.verdict).toBe((answer.distance as number) < verification.threshold ? 'same' : 'different');
  });

  it('finds an image the same as itself', async () => {
    const { stdout } = await run('compare', 'runs/shapes', images[0], images[0]);
    expect(stdout).toMatch(/^same {2}probability of being the same .*distance 0\.000/);
  });

  it('writes both as one picture, and refuses a name that is no picture before anything else', async () => {
    const picture = 'pictures/pair.png';
    const answer = parseOnlyLine(await run('compare', 'runs/shapes', ...images, '--out', picture, '--json'));
    expect(answer.picture).toBe(picture);
    const { width, height, format } = await sharp(join(cwd, picture)).metadata();
    expect([width! > height!, format]).toEqual([true, 'png']);
    const wrong = await run('compare', 'nowhere', ...images, '--out', 'pair.pgn');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('did you mean .png?')]);
  });

  it('explains its verdict in a picture, a sentence and numbers', async () => {
    const picture = 'pictures/why.png';
    const [plain, explained] = await Promise.all([
      run('compare', 'runs/shapes', ...images, '--json'),
      run('compare', 'runs/shapes', ...images, '--explain', picture, '--json'),
    ]);
    expect(explained.stderr).toBe('');
    const { explanation, ...answer } = parseOnlyLine(explained);
    expect(answer).toEqual(parseOnlyLine(plain));
    expect(explanation).toMatchObject({
      picture,
      method: 'path',
      region: { rule: expect.any(String), areaShares: [expect.any(Number), expect.any(Number)] },
      carried: { whole: answer.distance, alone: expect.any(Number), without: expect.any(Number) },
      sentence: expect.stringMatching(/^The(re is| marked parts).*distance/),
    });
    expect((await sharp(join(cwd, picture)).metadata()).format).toBe('png');
    const twice = await run('compare', 'nowhere', ...images, '--explain', 'a.png', '--out', './a.png');
    expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('the same file')]);
    const wrong = await run('compare', 'nowhere', ...images, '--explain', 'why.pgn');
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('did you mean .png?')]);
  });

  it('tells a corrupt image (3) from a missing one (1) and a missing model (1)', async () => {
    const [corrupt, missing, noModel] = await Promise.all([
      run('compare', 'runs/shapes', images[0], 'shapes/bars/broken.jpg', '--json'),
      run('compare', 'runs/shapes', images[0], 'nothing.png'),
      run('compare', 'nowhere', ...images),
    ]);
    expect(corrupt.code).toBe(3);
    expect(parseOnlyLine(corrupt)).toEqual({
      error: { code: 'E_IMAGE', message: expect.stringContaining('broken.jpg'), details: expect.anything() },
    });
    expect(missing).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('E_NOT_FOUND') });
    expect(noModel).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('there is no model in nowhere'),
    });
    expect(noModel.stderr).not.toContain('    at ');
  });
});

describe('embed', () => {
  it('writes npz and jsonl with the same numbers, without the corrupt image', async () => {
    const [npz, jsonl] = await Promise.all([
      run('embed', 'runs/shapes', 'shapes', '--json'),
      run('embed', 'runs/shapes', 'shapes/bars', 'shapes/circle/0.png', '--out', 'some.jsonl'),
    ]);
    expect(npz.code, npz.stderr).toBe(0);
    expect(parseOnlyLine(npz)).toMatchObject({
      out: 'embeddings.npz',
      images: 36,
      embeddingSize: 64,
      bad: 1,
      badImages: [{ id: join('shapes', 'bars', 'broken.jpg'), reason: expect.any(String) }],
    });
    expect(jsonl.stdout).toBe('13 embeddings of 64 numbers in some.jsonl\n');
    const lines = readFileSync(join(cwd, 'some.jsonl'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ path }) => path).slice(-2)).toEqual([
      join('shapes', 'bars', '9.png'),
      'shapes/circle/0.png',
    ]);
    const length = Math.hypot(...lines[0].embedding);
    expect(length).toBeCloseTo(1, 5);
    // Embeddings in batches of other neighbours are the same embeddings.
    const bytes = readFileSync(join(cwd, 'embeddings.npz'));
    const at = bytes.indexOf('NUMPY') - 1;
    const start = at + 10 + bytes.readUInt16LE(at + 8);
    const first = Array.from({ length: 64 }, (_, i) => bytes.readFloatLE(start + 4 * i));
    expect(Float32Array.from(lines[0].embedding)).toBeAllClose(Float32Array.from(first), { atol: 1e-6 });
  });

  it('refuses a name that says no format, before any work', async () => {
    const result = await run('embed', 'nowhere', 'shapes', '--out', 'embeddings.csv');
    expect(result).toMatchObject({ code: 2, stderr: expect.stringContaining('.npz or .jsonl') });
  });
});

describe('wrong usage', () => {
  it.each([
    ['an unknown flag', ['train', 'shapes', '--epoch', '3'], 'did you mean --epochs?'],
    ['an unknown verb', ['trane', 'shapes'], 'did you mean train?'],
    ['an unknown choice', ['train', 'shapes', '--loss', 'tripplet'], 'did you mean triplet?'],
    [
      'an unknown option of a loss',
      ['train', 'shapes', '--loss-options', '{"margn": 1}'],
      'did you mean "margin"',
    ],
    ['options that are no JSON', ['train', 'shapes', '--loss-options', 'margin'], 'Expected a JSON object'],
    ['a word for a number', ['train', 'shapes', '--epochs', 'many'], 'Expected a number'],
    ['a number out of range', ['train', 'shapes', '--batch-size', '1'], 'batchSize'],
    ['a missing argument', ['train'], 'there is nothing to train on'],
    ['no verb', [], 'a verb is missing'],
    [
      'an option of another loss',
      ['train', 'shapes', '--loss', 'prototypical', '--mining', 'batch-hard'],
      'prototypical has no option mining',
    ],
  ])('%s exits with 2 and says what to do', async (_name, args, message) => {
    const { code, stdout, stderr } = await run(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('    at ');
  });

  it('suggests a misspelt key of a configuration file', async () => {
    writeFileSync(join(cwd, 'misspelt.json'), '{"learningrate": 0.1}');
    const result = await run('train', 'shapes', '--config', 'misspelt.json', '--json');
    expect(result.code).toBe(2);
    expect(result.stderr).toContain('did you mean "learningRate"');
    expect(parseOnlyLine(result)).toMatchObject({ error: { code: 'E_CONFIG' } });
  });

  it('tells missing data (1) from data that is none (3)', async () => {
    const [missing, none] = await Promise.all([run('train', 'nowhere'), run('train', 'shapes/bars')]);
    expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('E_NOT_FOUND') });
    expect(none).toMatchObject({ code: 3, stderr: expect.stringContaining('E_DATA') });
  });
});

describe('every verb', () => {
  it('is listed, and has help with an example and the defaults of the schema', async () => {
    const { stdout } = await run('--help');
    for (const verb of ['demo', 'train', 'evaluate', 'compare', 'embed']) {
      expect(stdout).toMatch(new RegExp(`^  ${verb} `, 'm'));
      const help = await run(verb, '--help');
      expect(help).toMatchObject({ code: 0, stderr: '' });
      for (const part of ['--json', '--seed', `$ samesame ${verb}`]) expect(help.stdout).toContain(part);
      if (verb === 'train') {
        const { batchSize } = trainConfigSchema.parse({});
        expect(help.stdout.replace(/\s+/g, ' ')).toMatch(
          new RegExp(`--batch-size <n> [^<]*\\(default: ${batchSize}\\)`),
        );
      }
    }
  });

  it('has a version', async () => {
    expect((await run('--version')).stdout).toBe(`${VERSION}\n`);
  });

  it('ends quietly when nobody reads on', async () => {
    const images = Array.from({ length: 12 }, (_, i) => `shapes/bars/${i}.png`);
    const { code, stderr } = await runCli(['embed', 'runs/shapes', ...images, '--out', 'pipe.npz'], {
      cwd,
      isClosed: true,
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
