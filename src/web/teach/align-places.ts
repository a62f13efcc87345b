/** Places on a plane, in one order. */
export type Places = readonly (readonly [number, number])[];

/**
 * The places turned, and mirrored where that is nearer, such that they lie as close to former places as they can: axes of
 * greatest spread have no direction, and a map should not jump where nothing moved. Sizes stay.
 * @source Schönemann 1966, "A generalized solution of the orthogonal Procrustes problem", in two dimensions
 */
export function alignPlaces(places: Places, former: Places): [number, number][] {
  const [centre, formerCentre] = [centreOf(places), centreOf(former)];
  let [xx, xy, yx, yy] = [0, 0, 0, 0];
  for (const [i, [x, y]] of places.entries()) {
    const [a, b] = [x - centre[0], y - centre[1]];
    const [c, d] = [former[i][0] - formerCentre[0], former[i][1] - formerCentre[1]];
    xx += a * c;
    xy += a * d;
    yx += b * c;
    yy += b * d;
  }
  // Closeness of the best turn alone, and of the best one after a mirror.
  const turned = Math.hypot(xx + yy, xy - yx);
  const mirrored = Math.hypot(xx - yy, xy + yx);
  const sign = mirrored > turned ? -1 : 1;
  const angle = Math.atan2(xy - sign * yx, xx + sign * yy);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return places.map(([x, y]) => {
    const [a, b] = [x - centre[0], sign * (y - centre[1])];
    return [formerCentre[0] + cos * a - sin * b, formerCentre[1] + sin * a + cos * b];
  });
}

function centreOf(places: Places): [number, number] {
  let [x, y] = [0, 0];
  for (const place of places) {
    x += place[0];
    y += place[1];
  }
  const count = Math.max(1, places.length);
  return [x / count, y / count];
}
