const OPENAI_KEY = "{{openai_project}}";

export async function complete(prompt: string): Promise<string> {
  const response = await fetch("https://api.openai.com/v1/responses", {
    method: "POST",
    headers: { authorization: `Bearer ${OPENAI_KEY}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-5-mini", input: prompt }),
  });
  const answer = await response.json();
  return answer.output_text ?? "";
}
