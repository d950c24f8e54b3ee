// What the server says: by a stream, and by asking while there is no stream to be had.
const POLL_MS = 2000;
const AGAIN_MS = 1000;
const STREAM_AGAIN_MS = 30000;
const SILENCE_MS = 5000;

// Calls `snapshot(all)`, `event(second)`, and `link(how)` with "stream", "polling" or "lost".
export function follow({ snapshot, event, link }) {
  let id = "";
  let heardAt = performance.now();
  let source = null;
  let polledSince = 0;
  let timer = 0;

  function heard(how) {
    heardAt = performance.now();
    link(how);
  }

  function stream() {
    source?.close();
    clearTimeout(timer);
    source = new EventSource("events");
    source.addEventListener("snapshot", (message) => {
      id = message.lastEventId;
      heard("stream");
      snapshot(JSON.parse(message.data));
    });
    source.onmessage = (message) => {
      id = message.lastEventId;
      heard("stream");
      event(JSON.parse(message.data));
    };
    source.onerror = () => {
      // The browser tries again by itself, unless the server refused the stream.
      if (source.readyState !== EventSource.CLOSED) return link("lost");
      polledSince = performance.now();
      return poll();
    };
  }

  async function poll() {
    try {
      const answer = await fetch(`history?after=${encodeURIComponent(id)}`, { signal: AbortSignal.timeout(SILENCE_MS) });
      if (!answer.ok) throw new Error(answer.statusText);
      const news = await answer.json();
      id = news.id;
      heard("polling");
      if (news.snapshot) snapshot(news.snapshot);
      news.events.forEach(event);
      timer = setTimeout(performance.now() - polledSince > STREAM_AGAIN_MS ? stream : poll, POLL_MS);
    } catch {
      link("lost");
      polledSince = 0;
      timer = setTimeout(poll, AGAIN_MS);
    }
  }

  // A connection that is dead but not closed says nothing.
  setInterval(() => {
    if (performance.now() - heardAt < SILENCE_MS) return;
    link("lost");
    if (source.readyState === EventSource.OPEN) stream();
  }, AGAIN_MS);
  stream();
}
