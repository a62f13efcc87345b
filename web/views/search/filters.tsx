import { TEXT } from '../../text.ts';

export interface SearchFilters {
  /** All where it is empty. */
  readonly labels: readonly string[];
  /** Leaves out what the model does not call the same. */
  readonly isSameOnly: boolean;
}

export interface FiltersProps {
  readonly labels: readonly string[];
  readonly filters: SearchFilters;
  readonly onFilters: (filters: SearchFilters) => void;
}

/** Narrows what is found. */
export function Filters({ labels, filters, onFilters }: FiltersProps) {
  const toggle = (label: string) => {
    const others = filters.labels.filter((name) => name !== label);
    onFilters({
      ...filters,
      labels: others.length < filters.labels.length ? others : [...filters.labels, label],
    });
  };
  return (
    <div class="filters">
      <label class="check">
        <input
          type="checkbox"
          checked={filters.isSameOnly}
          onChange={({ currentTarget }) => onFilters({ ...filters, isSameOnly: currentTarget.checked })}
        />
        {TEXT.search.sameOnly}
      </label>
      {labels.length > 1 && (
        <fieldset>
          <legend>{TEXT.search.labels}</legend>
          {labels.slice(0, 40).map((label) => (
            <button
              key={label}
              type="button"
              class="label-chip"
              aria-pressed={filters.labels.includes(label)}
              onClick={() => toggle(label)}
            >
              {label}
            </button>
          ))}
        </fieldset>
      )}
    </div>
  );
}
