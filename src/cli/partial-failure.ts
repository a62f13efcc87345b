/** The end of a command that did its work and told the result, but of whose parts some failed. */
export class PartialFailure extends Error {
  readonly exitCode: 1 | 3;

  /** @param exitCode 3 where it is the data's fault */
  constructor(message: string, exitCode: 1 | 3 = 1) {
    super(message);
    this.name = 'PartialFailure';
    this.exitCode = exitCode;
  }
}
