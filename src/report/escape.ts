const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that is safe between tags and inside quoted attributes of HTML and SVG. */
export function escapeHtml(text: string): string {
  // XML allows no control characters but these three.
  return text.replace(/(?![\t\n\r])\p{Cc}/gu, '').replace(/[&<>"']/g, (c) => ENTITIES[c]);
}

/** Text that Markdown shows as it is, on one line. */
export function escapeMarkdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>|#~!]/g, (c) => `\\${c}`);
}

/** The address of an image, or an empty one where it is not a data URI of an image: the page loads nothing. */
export function imageSource(uri: string): string {
  return /^data:image\/(png|jpeg|webp|gif|avif);base64,[A-Za-z0-9+/=]*$/.test(uri) ? uri : 'data:,';
}
