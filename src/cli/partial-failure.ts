/** The end of a command that did its work and told the result, but of whose parts some failed. */
export class PartialFailure extends Error {
  readonly exitCode = 1;

  constructor(message: string) {
    super(message);
    this.name = 'PartialFailure';
  }
}
