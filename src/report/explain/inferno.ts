/** Colours of matplotlib's inferno at equal steps. */
const STOPS = [
  [0, 0, 4],
  [22, 11, 57],
  [66, 10, 104],
  [106, 23, 110],
  [147, 38, 103],
  [188, 55, 84],
  [221, 81, 58],
  [243, 120, 25],
  [252, 165, 10],
  [246, 215, 70],
  [252, 255, 164],
] as const;

/**
 * A colour for a number in 0…1: inferno, which gets lighter evenly, so that it also reads in grey and with every colour
 * blindness. Numbers outside are taken as the nearest end.
 * @returns red, green, blue in 0…255
 * @source Smith & van der Walt 2015, matplotlib's perceptually uniform maps (CC0)
 */
export function inferno(value: number): [red: number, green: number, blue: number] {
  const place = Math.max(0, Math.min(1, value)) * (STOPS.length - 1);
  const below = Math.min(Math.floor(place), STOPS.length - 2);
  const share = place - below;
  const mix = (channel: 0 | 1 | 2) =>
    Math.round(STOPS[below][channel] * (1 - share) + STOPS[below + 1][channel] * share);
  return [mix(0), mix(1), mix(2)];
}
