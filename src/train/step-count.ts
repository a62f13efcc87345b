/** Name of the state entry that counts the steps done: float32 `[]`. */
export const STEP_COUNT = 'step';
