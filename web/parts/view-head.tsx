/** What a view is for. */
export function ViewHead({ title, lead }: { readonly title: string; readonly lead: string }) {
  return (
    <header class="view-head">
      <h1>{title}</h1>
      <p class="lead">{lead}</p>
    </header>
  );
}
