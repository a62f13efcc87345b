/** What a page of images in groups adds to the report's style sheet. */
export const GALLERY_STYLES = `
.gallery { list-style: none; margin: 0; padding: 0; }
.gallery > li { border-top: 1px solid var(--rule); padding: 16px 0 20px; break-inside: avoid; }
.gallery h3 { margin: 0 0 10px; font-size: 1rem; overflow-wrap: anywhere; }
.gallery .row { display: flex; flex-wrap: wrap; gap: 14px; }
.shown { margin: 0; width: 152px; min-width: 0; }
.shown .frame { position: relative; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; overflow: hidden; height: 152px; display: grid; place-items: center; }
.shown img { display: block; max-width: 100%; max-height: 150px; width: auto; height: auto; min-width: 40px; object-fit: contain; }
.shown .absent { color: var(--muted); font-size: .8rem; }
.badge { position: absolute; left: 6px; top: 6px; font-size: .72rem; font-weight: 620; padding: 1px 8px; border-radius: 99px; background: var(--paper); color: var(--ink); border: 1px solid var(--rule); }
.badge.kept { background: var(--similar); color: var(--paper); border-color: transparent; }
.badge.copy { background: var(--dissimilar); color: var(--paper); border-color: transparent; }
.shown figcaption { font-size: .78rem; line-height: 1.4; margin-top: 6px; }
.shown figcaption b { font-weight: 560; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; overflow-wrap: anywhere; }
.shown figcaption p { margin: 2px 0 0; color: var(--muted); overflow-wrap: anywhere; }
.more { color: var(--muted); font-size: .87rem; margin: 10px 0 0; }
@media (max-width: 560px) { .gallery .row { display: grid; grid-template-columns: 1fr 1fr; gap: 12px; } .shown { width: auto; } }
`;
