// The only script: copying what is to be copied, and the playground. Every page but the playground works without it.
"use strict";

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const output = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(output.textContent.trim());
      button.textContent = "Copied";
    } catch {
      // Without HTTPS there is no clipboard: the text is selected instead, ready for the keyboard.
      getSelection().selectAllChildren(output);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}

const sheet = document.querySelector(".sheet");
if (sheet) playground(sheet);

function playground(sheet) {
  const PAUSE = 150;
  const area = sheet.querySelector("textarea");
  const mirror = sheet.querySelector(".mirror");
  const fileName = document.getElementById("file-name");
  const show = (id, text) => { document.getElementById(id).textContent = text; };
  let suggestion = "";
  let running = null;
  let timer = 0;

  area.addEventListener("input", () => {
    dismiss();
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  area.addEventListener("keydown", (event) => {
    const plain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
    if (event.key === "Tab" && plain && suggestion) {
      // Only with a suggestion to take: otherwise Tab goes on to the next control, as everywhere.
      event.preventDefault();
      accept();
    } else if (event.key === "Escape" && (suggestion || running)) {
      event.preventDefault();
      dismiss();
      show("state", "Dismissed");
    } else if (event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End") {
      dismiss();
    }
  });
  area.addEventListener("scroll", follow);
  area.addEventListener("mousedown", dismiss);
  area.addEventListener("blur", dismiss);
  document.getElementById("ask").addEventListener("click", () => {
    area.focus();
    ask();
  });

  function follow() {
    mirror.scrollTop = area.scrollTop;
    mirror.scrollLeft = area.scrollLeft;
  }

  function draw() {
    const at = area.selectionStart;
    const ghost = document.createElement("span");
    ghost.className = "ghost";
    ghost.textContent = suggestion;
    mirror.replaceChildren(area.value.slice(0, at), ghost, area.value.slice(at) + "\n");
    sheet.classList.toggle("suggesting", suggestion !== "");
    follow();
  }

  function dismiss() {
    running?.abort();
    running = null;
    clearTimeout(timer);
    if (suggestion === "") return;
    suggestion = "";
    draw();
  }

  function accept() {
    const text = suggestion;
    dismiss();
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    show("state", "Accepted");
    timer = setTimeout(ask, PAUSE);
  }

  async function ask() {
    dismiss();
    const request = new AbortController();
    running = request;
    const begun = performance.now();
    const since = () => `${Math.round(performance.now() - begun)} ms`;
    show("state", "Asking");
    show("first", "–");
    show("total", "–");
    try {
      const response = await fetch(sheet.dataset.url, {
        method: "POST",
        credentials: "same-origin",
        signal: request.signal,
        headers: {
          "Content-Type": "application/json",
          "X-CSRF-Token": sheet.dataset.csrf,
          "X-Supports-Sse-Streaming": "true",
        },
        body: JSON.stringify({
          current_file: {
            file_name: fileName.value || "playground.txt",
            content_above_cursor: area.value.slice(0, area.selectionStart),
            content_below_cursor: area.value.slice(area.selectionEnd),
          },
          intent: "completion",
          stream: true,
        }),
      });
      if (!response.ok) return show("state", refusal(response));
      for await (const { name, data } of events(response.body)) {
        if (running !== request) return;
        if (name === "stream_start") show("model", model(data));
        if (name !== "content_chunk") continue;
        const text = data.choices?.[0]?.delta?.content ?? "";
        if (suggestion === "" && text !== "") show("first", since());
        suggestion += text;
        draw();
      }
      show("total", since());
      show("state", suggestion ? "Suggestion shown: Tab takes it, Escape dismisses it" : "No suggestion here");
      show("spoken", suggestion ? `Suggestion: ${suggestion}` : "");
    } catch (error) {
      if (error.name !== "AbortError") show("state", "The server could not be reached");
    } finally {
      if (running === request) running = null;
    }
  }

  function model(data) {
    const { engine = "", name = "" } = data.metadata?.model ?? {};
    return [name, engine && `(${engine})`].filter(Boolean).join(" ") || "not told";
  }

  function refusal(response) {
    switch (response.status) {
      case 401: return "Refused: signed out, or Code Suggestions are off for you";
      case 404: return "Refused: Code Suggestions are off for this instance";
      case 429: return `Too many requests; more in ${response.headers.get("Retry-After")} s`;
      default: return `The server answered ${response.status}`;
    }
  }
}

/** The events of a stream of server-sent events, with their data read as JSON. */
async function* events(body) {
  let buffer = "";
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    buffer += value.replaceAll("\r", "");
    let end;
    while ((end = buffer.indexOf("\n\n")) >= 0) {
      const event = { name: "message", data: "" };
      for (const line of buffer.slice(0, end).split("\n")) {
        if (line.startsWith("event: ")) event.name = line.slice(7);
        if (line.startsWith("data: ")) event.data += line.slice(6);
      }
      buffer = buffer.slice(end + 2);
      if (event.data) yield { name: event.name, data: JSON.parse(event.data) };
    }
  }
}
