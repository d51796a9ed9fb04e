import { ask } from "./assistant";
import { listPages } from "./pages";
import type { Mail } from "../server/mail";

export type Notice = Pick<Mail, "to">;

const list = document.querySelector("#pages");

async function render() {
  for (const page of await listPages()) {
    const item = document.createElement("p");
    item.textContent = page.title;
    list?.append(item);
  }
}

document.querySelector<HTMLFormElement>("#ask")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const data = new FormData(event.currentTarget as HTMLFormElement);
  const answer = document.createElement("p");
  answer.textContent = await ask(String(data.get("question") ?? ""));
  list?.append(answer);
});

document.title = `${import.meta.env.VITE_SITE_NAME} ${__BUILD__}`;
void render();
