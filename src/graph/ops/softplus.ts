import { multiply } from './multiply.ts';
import { sigmoid } from './sigmoid.ts';
import { defineUnary } from './unary.ts';

/** `ln(1 + eˣ)`, a smooth `max(x, 0)`: `x` for large x, 0 for very negative x, finite everywhere. */
export const softplus = defineUnary('softplus', 'Softplus', (dy, x) => multiply(dy, sigmoid(x)));
