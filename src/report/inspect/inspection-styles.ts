/** What the page of an inspection adds to the report's style sheet. */
export const INSPECTION_STYLES = `
.finding { border-top: 1px solid var(--rule); padding: 20px 0 6px; break-inside: auto; }
.finding h3 { margin: 0; font-size: 1.05rem; overflow-wrap: anywhere; }
.finding .advice { margin: 2px 0 14px; color: var(--muted); max-width: 66ch; }
.mark { display: inline-block; min-width: 4.6em; margin-right: 10px; font-size: .78rem; font-weight: 620; letter-spacing: .02em; text-align: center; padding: 1px 8px; border-radius: 99px; vertical-align: 2px; }
.mark.error { background: var(--dissimilar); color: var(--paper); }
.mark.warning { background: var(--dissimilar-soft); color: var(--dissimilar); }
.mark.note { background: var(--similar-soft); color: var(--similar); }
.groups { list-style: none; margin: 0 0 12px; padding: 0; display: flex; flex-wrap: wrap; gap: 14px; }
.groups > li { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 10px; max-width: 100%; break-inside: avoid; }
.groups .row { display: flex; flex-wrap: wrap; gap: 8px; }
.groups .picture { width: 112px; }
.groups .picture img, .groups .picture figcaption { white-space: normal; overflow-wrap: anywhere; display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 4; line-height: 1.35; }
.groups .absent { image-rendering: auto; width: 112px; height: 112px; aspect-ratio: 1; }
.groups .picture img { background: var(--rule); outline: 1px solid var(--rule); outline-offset: -1px; }
.groups .absent { display: grid; place-items: center; border-radius: 5px; border: 1px dashed var(--muted); color: var(--muted); font-size: .78rem; }
.groups p { margin: 6px 0 0; font-size: .8rem; line-height: 1.4; overflow-wrap: anywhere; }
.groups li.one { width: 134px; }
.more { color: var(--muted); font-size: .87rem; margin: 0 0 14px; }
.bars td.bar { width: 45%; min-width: 90px; padding-left: 20px; padding-right: 0; vertical-align: middle; }
.bars td.bar span { display: block; height: 10px; min-width: 2px; border-radius: 2px; background: var(--similar); }
.bars th { overflow-wrap: anywhere; }
pre { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 14px 16px; overflow-x: auto; font: .86rem/1.5 ui-monospace, SFMono-Regular, Menlo, monospace; white-space: pre-wrap; overflow-wrap: anywhere; }
.reasons { color: var(--muted); margin: 0 0 16px; padding-left: 1.2em; }
@media (max-width: 560px) { .groups { gap: 10px; } .groups .picture, .groups .picture img, .groups .absent { width: 96px; } .groups .picture img, .groups .absent { height: 96px; }
  .groups li.one { width: 118px; } .bars td.bar { width: 30%; min-width: 56px; padding-left: 10px; } .bars.split td.bar, .bars.split th.bar { display: none; } }
`;
