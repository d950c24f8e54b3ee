// The history as the lines of the graph. A row is [time, hashes/s, coins/min, {worker: the same two}].
const MOST = 8;

// Returns {times, series: [{label, values}]}, for a split by host or worker stacked by the reader.
export function lines(rows, names, what, split) {
  const column = what === "coins" ? 1 : 0;
  const times = rows.map((row) => row[0]);
  const all = rows.map((row) => row[column + 1]);
  if (split === "all") return { times, series: [{ label: "all", values: all }] };
  const groups = new Map();
  for (const [at, row] of rows.entries()) {
    for (const [number, speeds] of Object.entries(row[3])) {
      const label = labelOf(names.get(Number(number)), split);
      if (!groups.has(label)) groups.set(label, all.map((value) => (value === null ? null : 0)));
      if (all[at] !== null) groups.get(label)[at] += speeds[column] ?? 0;
    }
  }
  const sorted = [...groups].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
  return { times, series: few(sorted.map(([label, values]) => ({ label, values }))) };
}

// The rows with an empty one where seconds are missing, so that no line is drawn across a gap.
export function withGaps(rows, step) {
  return rows.flatMap((row, at) => (
    at && row[0] - rows[at - 1][0] > step * 1.5 ? [[rows[at - 1][0] + step, null, null, {}], row] : [row]
  ));
}

// Seconds for people: "90 s", "10 min".
export const spanText = (seconds) => (seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`);

export function labelOf(entry, split) {
  const [name, host] = entry ?? ["", ""];
  if (!name) return "workers without a name";
  return split === "host" ? host || "no host named" : name;
}

// The largest ones, and the others as one.
function few(series) {
  if (series.length <= MOST) return series;
  const sum = ({ values }) => values.reduce((total, value) => total + (value ?? 0), 0);
  const large = new Set([...series].sort((a, b) => sum(b) - sum(a)).slice(0, MOST - 1));
  const rest = series.filter((one) => !large.has(one));
  const values = rest[0].values.map((first, at) => (
    first === null ? null : rest.reduce((total, one) => total + one.values[at], 0)
  ));
  return [...series.filter((one) => large.has(one)), { label: `${rest.length} others`, values }];
}

// Sums from the first series up: where the top of each lies when they are stacked.
export function stacked(series) {
  const below = series[0]?.values.map(() => 0) ?? [];
  return series.map(({ values }) => values.map((value, at) => {
    if (value === null) return null;
    below[at] += value;
    return below[at];
  }));
}
