const RESEND_KEY = "{{resend}}";

export async function GET() {
  const response = await fetch("https://api.resend.com/domains", { headers: { authorization: `Bearer ${RESEND_KEY}` } });
  return Response.json({ ok: response.ok });
}
