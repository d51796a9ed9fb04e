"use client";

import { useState } from "react";

export function NoteEditor(props: { id: string; title: string; body: string }) {
  const [title, setTitle] = useState(props.title);
  const [body, setBody] = useState(props.body);
  const [summary, setSummary] = useState("");

  async function save() {
    await fetch(`/api/notes/${props.id}`, {
      method: "PATCH",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ title, body }),
    });
  }

  async function summarize() {
    const response = await fetch("/api/summarize", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ text: body }),
    });
    const result: { summary: string } = await response.json();
    setSummary(result.summary);
  }

  return (
    <section>
      <input value={title} onChange={(event) => setTitle(event.target.value)} />
      <textarea value={body} onChange={(event) => setBody(event.target.value)} />
      <button onClick={save}>Save</button>
      <button onClick={summarize} disabled={body === ""}>
        Summarize
      </button>
      {summary !== "" && <p>{summary}</p>}
    </section>
  );
}
