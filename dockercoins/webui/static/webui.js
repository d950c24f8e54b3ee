// The page: keeps what the feed says, and shows it in words, numbers, a graph and tables.
import { Chart } from "./chart.js";
import { follow } from "./feed.js";
import { labelOf, lines, spanText, withGaps } from "./series.js";

const STEPS = { 60: 1, 600: 5, 3600: 30 };
const TITLES = { 60: "Last minute", 600: "Last 10 minutes", 3600: "Last hour" };
const MARKS = { starting: "○", live: "●", idle: "▲", none: "▲", away: "■", wrong: "■", lost: "■" };
const NOT_KNOWN = "–";
const MOST_LARGE = 7; // characters of a number that fit its card in large type

const byId = (id) => document.getElementById(id);
const whole = new Intl.NumberFormat("en");
const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const speedText = (speed) => (speed === null || speed === undefined ? NOT_KNOWN : tenths.format(speed));

const page = { windows: { 60: [], 600: [], 3600: [] }, names: new Map(), latest: null, link: "starting", lostAt: 0 };
const graph = byId("graph");
const chart = Chart.isThere() ? new Chart(graph, pointedAt) : null;
let ago; // seconds before now that the reader looks at, if any

const choice = (name) => byId("choices").elements[name].value;
const window_ = () => Number(choice("window"));

function snapshot({ windows, names, latest }) {
  page.windows = windows;
  page.names = new Map(Object.entries(names).map(([number, entry]) => [Number(number), entry]));
  take(latest);
}

function event(second) {
  for (const [span, row] of Object.entries(second.points)) {
    const rows = page.windows[span];
    rows.push(row);
    while (rows.length && rows[0][0] < row[0] - Number(span)) rows.shift();
  }
  take(second);
}

function take(latest) {
  const before = page.latest?.coins;
  page.latest = latest;
  for (const { number, name, host } of latest.workers) page.names.set(number, [name, host]);
  if (before !== undefined && latest.coins > before) spin();
  show();
}

// The words, and what they are of: a lost link says nothing of Redis.
function state() {
  if (page.link === "lost") {
    const since = Math.round((performance.now() - page.lostAt) / 1000);
    return { kind: "lost", words: `reconnecting: no answer from webui, since ${since} s` };
  }
  const { kind, words } = page.latest?.state ?? { kind: "starting", words: "waiting for the first numbers" };
  return { kind, words: page.link === "polling" ? `${words} (every 2 s: many look on)` : words };
}

function say() {
  const { kind, words } = state();
  set("mark", MARKS[kind]);
  set("words", words);
  set("notice", page.latest?.notice ?? "");
  byId("notice").hidden = !page.latest?.notice;
  // A screen reader hears that things have changed, not each second how long ago.
  const heard = [kind, page.latest?.notice].join("|");
  if (document.body.dataset.heard !== heard) {
    document.body.dataset.heard = heard;
    set("status", [words, page.latest?.notice].filter(Boolean).join(". "));
  }
  document.body.dataset.kind = kind;
  return kind;
}

function show() {
  const kind = say();
  const { latest } = page;
  if (!latest || latest.hashes === undefined) return;
  const isTrue = ["live", "idle", "none"].includes(kind);
  const speed = isTrue ? speedText(latest.speed) : NOT_KNOWN;
  set("speed", speed);
  for (const name of ["hashes", "coins"]) {
    set(name, whole.format(latest[name]));
    byId(name).dataset.long = byId(name).textContent.length > MOST_LARGE;
  }
  for (const old of document.querySelectorAll(".old")) old.hidden = isTrue;
  document.title = speed === NOT_KNOWN ? "DockerCoins" : `${speed}/s · DockerCoins`;
  drawGraph();
  fillWorkers(latest.workers, isTrue);
  if (byId("table").open) fillTable();
}

function drawn() {
  const rows = withGaps(page.windows[window_()], STEPS[window_()]);
  const first = rows.findIndex((row) => row[1] !== null);
  return first < 0 ? [] : rows.slice(first);
}

function drawGraph() {
  const rows = drawn();
  const found = lines(rows, page.names, choice("what"), choice("split"));
  const isEmpty = !rows.length || !found.series.length;
  byId("empty").hidden = !isEmpty;
  set("empty", chart ? emptyWords() : "no chart library here: the numbers are in the tables below");
  if (!chart) byId("empty").hidden = false;
  graph.setAttribute("aria-valuemin", -window_());
  page.lines = found;
  if (chart && !isEmpty) chart.draw(found, window_());
  graph.classList.toggle("bare", isEmpty);
  readOut();
}

function emptyWords() {
  const step = STEPS[window_()];
  return step > 1 ? `the first point comes after ${step} s` : "waiting for the first numbers";
}

function pointedAt(index) {
  if (index === null || index === undefined || !page.lines?.times.length) return;
  const { times } = page.lines;
  if (graph.matches(":hover")) ago = times[times.length - 1] - times[index];
  readOut();
}

// What the graph shows at the moment that the reader chose, in words.
function readOut() {
  const { times, series } = page.lines;
  if (!times.length || !series.length) return;
  const last = times[times.length - 1];
  const index = times.reduce((best, time, at) => (
    Math.abs(last - (ago ?? 0) - time) < Math.abs(last - (ago ?? 0) - times[best]) ? at : best
  ), times.length - 1);
  const unit = choice("what") === "coins" ? "coins/min" : "hashes/s";
  const values = series.map(({ label, values: all }) => (
    series.length > 1 ? `${label} ${speedText(all[index])}` : speedText(all[index])
  ));
  const when = last === times[index] ? "now" : `${spanText(last - times[index])} ago`;
  const text = `${when}: ${values.join(", ")} ${unit}`;
  graph.setAttribute("aria-valuenow", times[index] - last);
  graph.setAttribute("aria-valuetext", text);
  if (ago !== undefined) set("readout", text);
}

function move(key) {
  const step = STEPS[window_()];
  const most = page.lines?.times.length ? page.lines.times.at(-1) - page.lines.times[0] : 0;
  const to = {
    ArrowLeft: (ago ?? 0) + step, ArrowDown: (ago ?? 0) + step,
    ArrowRight: (ago ?? 0) - step, ArrowUp: (ago ?? 0) - step,
    PageUp: (ago ?? 0) - 10 * step, PageDown: (ago ?? 0) + 10 * step,
    Home: most, End: 0,
  }[key];
  if (to === undefined) return false;
  ago = Math.max(0, Math.min(most, to));
  chart?.show(ago);
  readOut();
  return true;
}

function fillWorkers(workers, isTrue) {
  const split = choice("split") === "host" ? "host" : "worker";
  const rows = new Map();
  for (const worker of workers) {
    const label = labelOf([worker.name, worker.host], split);
    const row = rows.get(label) ?? { speed: null, units: 0, age: Infinity, count: 0, host: worker.host };
    if (worker.speed !== null) row.speed = (row.speed ?? 0) + worker.speed;
    row.units += worker.units ?? NaN;
    row.age = Math.min(row.age, worker.age ?? Infinity);
    row.count += 1;
    rows.set(label, row);
  }
  const drawnAs = choice("split") === "all" ? [] : page.lines.series.map(({ label }) => label);
  set("whose", split === "host" ? "Hosts" : "Workers");
  const cells = [...rows].map(([label, row]) => ({
    color: drawnAs.indexOf(label),
    texts: [
      split === "host" && row.host ? `${label} (${row.count})` : label,
      isTrue ? speedText(row.speed) : NOT_KNOWN,
      Number.isNaN(row.units) ? NOT_KNOWN : whole.format(row.units),
      isTrue ? flushed(row.age) : NOT_KNOWN,
    ],
  }));
  fill(byId("workers"), cells.length ? cells : [{ color: -1, texts: ["none", NOT_KNOWN, NOT_KNOWN, NOT_KNOWN] }]);
}

function flushed(age) {
  if (age === Infinity) return NOT_KNOWN;
  return age < 5 ? "now" : `${spanText(Math.round(age))} ago`;
}

function fillTable() {
  const rows = drawn().filter((row) => row[1] !== null || row[2] !== null).slice(-60).reverse();
  const last = rows[0]?.[0];
  set("title", TITLES[window_()]);
  fill(byId("rows"), rows.map(([time, speed, coins]) => ({
    color: -1,
    texts: [last === time ? "now" : `${spanText(last - time)} ago`, speedText(speed), speedText(coins)],
  })));
}

function fill(body, rows) {
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach(({ color, texts }, at) => {
    const row = body.rows[at] ?? body.insertRow();
    if (row.cells.length !== texts.length || row.cells[0].colSpan > 1) {
      const head = document.createElement("th");
      head.scope = "row";
      row.replaceChildren(head, ...texts.slice(1).map(() => document.createElement("td")));
    }
    texts.forEach((text, cell) => { if (row.cells[cell].textContent !== text) row.cells[cell].textContent = text; });
    row.cells[0].dataset.number = color < 0 ? "" : color + 1;
  });
}

function set(id, text) {
  if (byId(id).textContent !== text) byId(id).textContent = text;
}

function spin() {
  const coin = byId("coin");
  coin.classList.remove("found");
  requestAnimationFrame(() => coin.classList.add("found"));
}

function link(how) {
  if (how === "lost" && page.link !== "lost") page.lostAt = performance.now();
  page.link = how;
  if (how === "lost") show();
}

graph.addEventListener("keydown", (press) => { if (move(press.key)) press.preventDefault(); });
graph.addEventListener("mouseleave", () => { ago = undefined; });
byId("choices").addEventListener("change", () => { ago = undefined; if (page.latest) show(); fillTable(); });
byId("choices").addEventListener("submit", (submit) => submit.preventDefault());
byId("table").addEventListener("toggle", fillTable);
byId("table").open = !chart;
document.body.classList.toggle("bare-of-chart", !chart);
setInterval(() => { if (page.link === "lost") show(); }, 1000);
follow({ snapshot, event, link });
