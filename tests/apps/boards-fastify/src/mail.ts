import { Resend } from "resend";

const resend = new Resend("{{resend}}");

export async function sendInvitation(to: string, board: string) {
  await resend.emails.send({
    from: "Boards <hello@boards.example>",
    to,
    subject: "You were invited",
    text: `You were invited to the board "${board}".`,
  });
}
