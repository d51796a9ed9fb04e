"use client";

import { useState } from "react";

import { complete } from "../lib/ai";
import { signTicket } from "../lib/tickets";

export function Assistant() {
  const [answer, setAnswer] = useState("");
  const [isAdmin, setAdmin] = useState(false);

  return (
    <section>
      <button onClick={async () => setAnswer(await complete("Summarise the open tickets"))}>Summarise</button>
      <button onClick={async () => setAnswer(await signTicket("42"))}>Sign</button>
      <input
        type="password"
        onChange={(event) => setAdmin(event.target.value === process.env.NEXT_PUBLIC_ADMIN_PASSWORD)}
      />
      {isAdmin ? <a href="/admin">Admin</a> : null}
      <p>{answer}</p>
    </section>
  );
}
