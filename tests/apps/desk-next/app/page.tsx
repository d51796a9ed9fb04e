import { Assistant } from "../components/assistant";
import { openTickets } from "../lib/billing";

export default async function Page() {
  return (
    <main>
      <h1>{await openTickets()} open tickets</h1>
      <Assistant />
    </main>
  );
}
