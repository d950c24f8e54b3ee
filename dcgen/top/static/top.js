// What every service of a running variant does, as the server says it. All text is set as text.
import { Chart } from "./chart.js";

const KEPT_S = 3600;
const SILENCE_MS = 20000;
const POLL_MS = 3000;
const $ = (id) => document.getElementById(id);
const known = { series: new Map(), marks: [], sample: null };
let chosen = "";
let isPicked = false; // by a person, who is not asked again when another series begins
let span = 120;
let ago; // seconds before now that are looked at; undefined for none
let heardAt = performance.now();

const chart = Chart.isThere() ? new Chart($("graph"), readout) : null;
document.body.classList.toggle("bare", !chart);

function element(name, text, kind) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

const keyOf = (service, what) => JSON.stringify([service, what]);
const clock = (at) => new Date(at * 1000).toLocaleTimeString("en-GB");
const number = (value) => (value === null || value === undefined ? "–" : value.toFixed(1));

function takeAll(all) {
  known.series.clear();
  for (const { service, what, rows } of all.series) known.series.set(keyOf(service, what), { service, what, rows });
  known.marks = all.marks;
  known.sample = all.sample;
  show();
}

function takeNews({ points, marks, sample }) {
  for (const [service, what, value, limit] of points) {
    const key = keyOf(service, what);
    if (!known.series.has(key)) known.series.set(key, { service, what, rows: [] });
    const { rows } = known.series.get(key);
    rows.push([sample.at_s, value, limit]);
    while (rows[0][0] < sample.at_s - KEPT_S) rows.shift();
  }
  known.marks = [...known.marks, ...marks].slice(-100);
  known.sample = sample;
  show();
}

function show() {
  if (!known.sample) return;
  const { sample } = known;
  $("file").textContent = [sample.file, sample.hosts.join(", ")].filter(Boolean).join(" on ");
  document.title = `${sample.file} – dcgen top`;
  $("problems").hidden = !sample.problems.length;
  if ($("problems").textContent !== sample.problems.join("; ")) $("problems").textContent = sample.problems.join("; ");
  document.body.classList.toggle("one-host", sample.hosts.length < 2);
  showChoices();
  showGraph();
  showShares(sample.groups);
  showMarks();
  showRows(sample.groups);
}

function showChoices() {
  const isCounted = (key) => known.series.get(key).what === "units/s";
  const keys = [...known.series.keys()].sort((one, other) => isCounted(other) - isCounted(one));
  if (!isPicked || !known.series.has(chosen)) choose(keys[0] ?? "");
  if ($("series").dataset.keys === JSON.stringify(keys)) return;
  $("series").dataset.keys = JSON.stringify(keys);
  const labels = keys.map((key) => {
    const { service, what } = known.series.get(key);
    const label = element("label");
    const input = element("input");
    Object.assign(input, { type: "radio", name: "series", value: key, checked: key === chosen });
    input.addEventListener("click", () => { isPicked = true; choose(key); show(); }); // a change says nothing of the one that is chosen already
    label.append(input, element("span", `${service} ${what}`));
    return label;
  });
  $("series").replaceChildren($("series").querySelector("legend"), ...labels);
}

function choose(key) {
  if (key === chosen) return;
  chosen = key;
  chart?.forget();
  for (const input of $("series").querySelectorAll("input")) input.checked = input.value === key;
}

function showGraph() {
  const one = known.series.get(chosen);
  const last = one?.rows[one.rows.length - 1];
  $("now").textContent = number(last?.[1]);
  $("unit").textContent = one ? `${one.what} of ${one.service}` : "";
  $("limit").textContent = last && last[2] !== null ? `limit ${number(last[2])}` : "";
  $("empty").hidden = Boolean(chart && one);
  $("empty").textContent = chart ? "nothing is counted yet" : "no chart library here: the numbers are in the table below";
  if (!one) return;
  $("graph").setAttribute("aria-valuemin", -span);
  chart?.draw(one.rows, known.marks, span);
  if (ago === undefined) say($("graph"), `now: ${number(last?.[1])} ${one.what}`, 0);
}

function say(graph, words, at) {
  graph.setAttribute("aria-valuetext", words);
  graph.setAttribute("aria-valuenow", at);
}

function readout(row) {
  const one = known.series.get(chosen);
  if (!one || !row) return;
  const before = Math.round(one.rows[one.rows.length - 1][0] - row[0]);
  const words = `${before ? `${before} s ago` : "now"}: ${number(row[1])} ${one.what}`;
  $("readout").textContent = words;
  if (ago !== undefined) say($("graph"), words, -before);
}

$("graph").addEventListener("keydown", (event) => {
  const step = { ArrowLeft: span / 60, ArrowRight: -span / 60, PageUp: span / 6, PageDown: -span / 6 }[event.key];
  if (event.key === "Home") ago = span;
  else if (event.key === "End") ago = 0;
  else if (step !== undefined) ago = Math.max(0, Math.min(span, (ago ?? 0) + step));
  else return;
  event.preventDefault();
  chart?.show(ago);
});
$("graph").addEventListener("pointermove", () => { ago = undefined; if (chart) chart.held = undefined; });

function showShares(groups) {
  const balanced = groups.filter(({ members }) => members.some(({ per_s: perS }) => perS !== null));
  const parts = balanced.flatMap((group) => {
    const servers = group.members.filter(({ cells }) => cells[2] !== "-");
    const sum = servers.reduce((all, { per_s: perS }) => all + perS, 0);
    const heading = element("h3", group.name);
    heading.append(element("span", `${group.cells[2]} req/s, queue ${group.cells[1]}`));
    const list = element("ul");
    list.append(...servers.map((one) => {
      const share = sum ? one.per_s / sum : 0;
      const item = element("li");
      const bar = element("i");
      bar.style.width = `${100 * share}%`;
      const place = one.host ? `${one.host} ` : "";
      item.append(bar, element("span", place + one.name, one.is_well ? "" : "unwell"));
      item.append(element("span", `${one.is_well ? "" : `${one.health}, `}${one.cells[2]}/s, ${Math.round(100 * share)} %`));
      return item;
    }));
    return [heading, list];
  });
  $("shares").replaceChildren(...(parts.length ? parts : [element("p", "no requests through a balancer yet")]));
}

function showMarks() {
  const key = JSON.stringify(known.marks);
  if ($("marks").dataset.key === key) return;
  $("marks").dataset.key = key;
  const items = known.marks.slice(-30).reverse().map(([at, words]) => {
    const item = element("li");
    item.append(element("time", clock(at)), words);
    return item;
  });
  $("marks").replaceChildren(...(items.length ? items : [element("li", "nothing yet")]));
}

function showRows(groups) {
  $("rows").replaceChildren(...groups.flatMap((group) => [
    row(group, "service"), ...group.members.map((member) => row(member, "member")),
  ]));
}

function row({ name, host, health, is_well: isWell, cells }, kind) {
  const made = element("tr", undefined, kind);
  const head = element("th", name);
  head.scope = "row";
  made.append(head, element("td", host, "where"), element("td", health, isWell ? "" : "unwell"));
  made.append(...cells.map((text) => element("td", text === "-" ? "–" : text)));
  return made;
}

function link(state) {
  document.body.dataset.state = state;
  const words = { live: "● live", polling: "● live, by asking", lost: "○ reconnecting" }[state];
  if ($("state").textContent !== words) $("state").textContent = words;
  heardAt = performance.now();
}

function stream() {
  const source = new EventSource("events");
  source.addEventListener("all", ({ data }) => { link("live"); takeAll(JSON.parse(data)); });
  source.addEventListener("news", ({ data }) => { link("live"); takeNews(JSON.parse(data)); });
  source.addEventListener("beat", () => link("live"));
  source.onerror = () => {
    link("lost");
    // The browser tries again by itself, unless the server refused the stream.
    if (source.readyState === EventSource.CLOSED) poll(10);
  };
  const watch = setInterval(() => {
    if (source.readyState === EventSource.CLOSED) return clearInterval(watch);
    if (performance.now() - heardAt < SILENCE_MS) return undefined;
    source.close();
    clearInterval(watch);
    link("lost");
    return stream();
  }, 1000);
}

async function poll(times) {
  try {
    const answer = await fetch("samples", { signal: AbortSignal.timeout(5000) });
    if (!answer.ok) throw new Error(answer.statusText);
    takeAll(await answer.json());
    link("polling");
  } catch {
    link("lost");
  }
  setTimeout(() => (times ? poll(times - 1) : stream()), POLL_MS);
}

for (const input of document.querySelectorAll("[name=span]")) {
  input.addEventListener("change", () => { span = Number(input.value); ago = undefined; show(); });
}
stream();
