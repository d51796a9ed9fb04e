import { OPENAI_KEY } from "./keys";

export async function ask(question: string): Promise<string> {
  const response = await fetch("https://api.openai.com/v1/responses", {
    method: "POST",
    headers: { authorization: `Bearer ${OPENAI_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-5-mini", input: question }),
  });
  const answer = await response.json();
  return answer.output_text ?? (await askGemini(question));
}

async function askGemini(question: string): Promise<string> {
  const response = await fetch("https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:generateContent", {
    method: "POST",
    headers: { "x-goog-api-key": process.env.GEMINI_API_KEY ?? "", "content-type": "application/json" },
    body: JSON.stringify({ contents: [{ parts: [{ text: question }] }] }),
  });
  const answer = await response.json();
  return answer.candidates?.[0]?.content?.parts?.[0]?.text ?? "";
}
