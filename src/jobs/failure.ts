import { SamesameError } from '../base/errors.ts';

/** Why a run or a configuration came to nothing: plain values that survive JSON. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

export function toFailure(error: unknown): Failure {
  if (error instanceof SamesameError) return { code: error.code, message: error.message };
  return { code: 'E_UNEXPECTED', message: error instanceof Error ? error.message : String(error) };
}

/** Whether the next run would meet the same: then the sweep ends instead of failing run after run. */
export function isFatal({ code }: Failure): boolean {
  return code === 'E_DISK_FULL' || code === 'E_PERMISSION';
}
