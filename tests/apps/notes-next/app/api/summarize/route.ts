import { NextResponse } from "next/server";
import OpenAI from "openai";
import { z } from "zod";
import { auth } from "@/auth";
import { withinLimit } from "@/lib/limit";

const openai = new OpenAI({
  apiKey: "{{openai_project}}",
});

const Input = z.object({ text: z.string().min(1).max(20_000) });

export async function POST(request: Request) {
  const session = await auth();
  if (!session?.user?.id) {
    return NextResponse.json({ error: "Unauthorized" }, { status: 401 });
  }
  if (!withinLimit(session.user.id, 10)) {
    return NextResponse.json({ error: "Too many requests" }, { status: 429 });
  }
  const parsed = Input.safeParse(await request.json());
  if (!parsed.success) {
    return NextResponse.json({ error: "Invalid text" }, { status: 400 });
  }
  const completion = await openai.chat.completions.create({
    model: "gpt-4o-mini",
    max_tokens: 300,
    messages: [
      { role: "system", content: "Summarize the note in three sentences." },
      { role: "user", content: parsed.data.text },
    ],
  });
  return NextResponse.json({ summary: completion.choices[0]?.message.content ?? "" });
}
