// Reads /json once a second and draws how fast "hashes" grows. Time is the server's, in seconds.
"use strict";

const WINDOW_S = 120;
const MEAN_S = 10;
const EVERY_MS = 1000;
const TIMEOUT_MS = 8000;
const MARGIN = { top: 12, right: 12, bottom: 24, left: 44 };

const samples = []; // {now, hashes}, or {now, hashes: null} while there are no numbers
const byId = (id) => document.getElementById(id);
const whole = new Intl.NumberFormat("en");
const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

// The speed at samples[at], over the last `seconds` before it; null if nobody can know.
function speedAt(at, seconds) {
  const last = samples[at];
  if (last.hashes === null) return null;
  let first = null;
  for (let i = at - 1; i >= 0; i--) {
    // A counter that was away, or that went back because Redis lost it, starts a new count.
    if (samples[i].hashes === null || samples[i].hashes > samples[i + 1].hashes) break;
    first = samples[i];
    if (last.now - first.now >= seconds) break;
  }
  if (first === null || last.now <= first.now) return null;
  return (last.hashes - first.hashes) / (last.now - first.now);
}

// The least of 1, 2, 5, 10, 20, ... that is no less than `value`.
function roundUp(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 2, 5, 10].find((step) => step * power >= value * 0.999);
}

function svg(name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

// The path through points [x, y]; a null lifts the pen.
function path(points) {
  let pen = "M";
  return points.map((point) => {
    if (point === null) {
      pen = "M";
      return "";
    }
    const drawn = `${pen}${point[0].toFixed(1)} ${point[1].toFixed(1)}`;
    pen = "L";
    return drawn;
  }).join("");
}

function grid(x, y, right, step) {
  const lines = [0, 1, 2, 3, 4].map((n) => n * step).flatMap((value) => [
    svg("line", { class: "grid", x1: MARGIN.left, x2: right, y1: y(value), y2: y(value) }),
    svg("text", { x: MARGIN.left - 8, y: y(value) + 4, "text-anchor": "end" }, `${+value.toFixed(2)}`),
  ]);
  const times = [0, 30, 60, 90, 120].map((ago) => svg(
    "text",
    { x: x(ago), y: y(0) + 18, "text-anchor": ago === 0 ? "end" : "middle" },
    ago === 0 ? "now" : `-${ago} s`,
  ));
  return [...lines, ...times];
}

function draw() {
  const graph = byId("graph");
  const { width, height } = graph.getBoundingClientRect();
  const right = width - MARGIN.right;
  const bottom = height - MARGIN.bottom;
  const now = samples.length ? samples[samples.length - 1].now : 0;
  const raw = samples.map((_, at) => speedAt(at, 0));
  const mean = samples.map((_, at) => speedAt(at, MEAN_S));
  const step = roundUp(Math.max(1, ...raw, ...mean) / 4);

  const x = (ago) => right - (ago / WINDOW_S) * (right - MARGIN.left);
  const y = (speed) => bottom - (speed / (4 * step)) * (bottom - MARGIN.top);
  const line = (speeds) => path(speeds.map(
    (speed, at) => (speed === null ? null : [x(now - samples[at].now), y(speed)]),
  ));
  graph.setAttribute("viewBox", `0 0 ${width} ${height}`);
  graph.replaceChildren(
    ...grid(x, y, right, step),
    svg("path", { class: "raw-line", d: line(raw) }),
    svg("path", { class: "mean-line", d: line(mean) }),
  );
}

function show(numbers) {
  const speed = speedAt(samples.length - 1, MEAN_S);
  byId("speed").textContent = speed === null ? "–" : tenths.format(speed);
  byId("hashes").textContent = whole.format(numbers.hashes);
  byId("coins").textContent = whole.format(numbers.coins);
}

function say(text, away) {
  document.body.classList.toggle("away", away);
  if (byId("status").textContent !== text) byId("status").textContent = text; // read out once
}

async function read() {
  try {
    const answer = await fetch("json", { signal: AbortSignal.timeout(TIMEOUT_MS) });
    const numbers = await answer.json();
    if (!answer.ok) throw new Error(numbers.error);
    samples.push({ now: numbers.now, hashes: numbers.hashes });
    show(numbers);
    say("live", false);
  } catch (error) {
    // Without an answer there is no server time; go on from the last one.
    const last = samples[samples.length - 1];
    if (last) samples.push({ now: last.now + EVERY_MS / 1000, hashes: null });
    say(error instanceof TypeError ? "no answer from webui" : error.message, true);
  }
  while (samples.length && samples[0].now < samples[samples.length - 1].now - WINDOW_S) samples.shift();
  draw();
  setTimeout(read, EVERY_MS);
}

new ResizeObserver(draw).observe(byId("graph"));
read();
