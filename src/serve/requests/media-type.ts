/** The type of a body without its parameters, in lower case; empty where none is told. */
export function mediaTypeOf(contentType = ''): string {
  return contentType.split(';', 1)[0].trim().toLowerCase();
}
