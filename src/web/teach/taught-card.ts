import type { ModelConfig } from '../../model/config.ts';
import { escapeMarkdown } from '../../report/escape.ts';
import { type ModelCardData, renderModelCard } from '../../report/model-card.ts';

export interface TaughtCard {
  /** Undefined where no image was held out for the final number. */
  readonly measured: ModelCardData | undefined;
  readonly config: ModelConfig;
  /** How good the model is, in a sentence. */
  readonly words: string;
}

/** The card of a model that was taught in a browser: Node's, where there is something measured to put in it. */
export function renderTaughtCard({ measured, config, words }: TaughtCard): string {
  if (measured !== undefined)
    return `${renderModelCard(measured)}\n## In plain words\n${escapeMarkdown(words)} It was trained in a browser.\n`;
  const { input, encoder, threshold, classes, provenance } = config;
  return `# ${escapeMarkdown(provenance.dataset)}: is it the same?

Turns an image into ${encoder.embeddingSize} numbers such that images of the same thing lie close together. Two images are called the **same** when the Euclidean distance of their embeddings is below **${Number(threshold.toPrecision(3))}**.

## Numbers
**Not measured.** ${escapeMarkdown(words)}

## Data
${provenance.numImages} images in ${classes.length} groups: ${classes.map(escapeMarkdown).join(', ')}. It was trained in a browser, on images of ${input.height}×${input.width}×${input.channels}.

## Limits
- It is not made to identify people, and no decision about a person should rest on it.
- Images unlike those it learned from can land anywhere: try it on your own before you rely on it.
`;
}
