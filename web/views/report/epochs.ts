import { EngineError } from '../../engine/protocol.ts';
import { TEXT } from '../../text.ts';

/** A line of `metrics.jsonl`, as far as the page shows it. */
export interface Epoch {
  readonly epoch: number;
  readonly loss: number | null;
  readonly validationLoss: number | null;
  readonly accuracy: number | null;
  readonly auc: number | null;
  readonly similarDistance: number | null;
  readonly dissimilarDistance: number | null;
  readonly imagesPerSecond: number | null;
  readonly isBest: boolean;
}

/**
 * The epochs of a run. The last line may be torn while the run goes on, and is then left out.
 * @throws EngineError where another line is not an epoch
 */
export function readEpochs(text: string): Epoch[] {
  const lines = text.replace(/\s+$/, '').split(/\r?\n/);
  const epochs: Epoch[] = [];
  for (const [i, line] of lines.entries()) {
    if (line === '' && lines.length === 1) break;
    const epoch = readLine(line);
    if (epoch !== undefined) epochs.push(epoch);
    else if (i < lines.length - 1)
      throw new EngineError({
        code: 'E_DATA',
        what: TEXT.report.badLine(i + 1),
        expected: TEXT.report.expected,
        received: line.slice(0, 80),
        help: TEXT.report.badLineHelp,
      });
  }
  return epochs;
}

function readLine(line: string): Epoch | undefined {
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof json !== 'object' || json === null || typeof json.epoch !== 'number') return undefined;
  const validation = (json.validation ?? {}) as Record<string, unknown>;
  return {
    epoch: json.epoch,
    loss: numberOf(json.loss),
    validationLoss: numberOf(validation.loss),
    accuracy: numberOf(validation.accuracy),
    auc: numberOf(validation.auc),
    similarDistance: numberOf(validation.positiveDistance),
    dissimilarDistance: numberOf(validation.negativeDistance),
    imagesPerSecond: numberOf(json.imagesPerSecond),
    isBest: json.isBest === true,
  };
}

function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
