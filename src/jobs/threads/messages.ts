import type { ErrorCode } from '../../base/errors.ts';
import type { LoadOptions, RuntimeTensor } from '../../graph/runtime/types.ts';
import type { TensorType } from '../../graph/tensor.ts';

/** What a thread is started with. */
export interface ThreadStart {
  readonly provider?: string;
}

export type Tensors = Readonly<Record<string, RuntimeTensor>>;

/** What a thread is asked; `program` numbers the graphs that it has loaded. */
export type Question =
  | {
      readonly kind: 'load';
      readonly program: number;
      readonly model: Uint8Array;
      readonly options: LoadOptions;
    }
  | { readonly kind: 'run'; readonly program: number; readonly feeds: Tensors }
  | { readonly kind: 'close'; readonly program: number };

/** Answers come in the order of the questions. */
export type Answer =
  | { readonly kind: 'loaded'; readonly inputs: Ports; readonly outputs: Ports }
  | { readonly kind: 'ran'; readonly results: Tensors }
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly code?: ErrorCode; readonly message: string };

type Ports = Readonly<Record<string, TensorType>>;
