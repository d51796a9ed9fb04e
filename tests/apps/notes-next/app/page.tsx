import Link from "next/link";
import { redirect } from "next/navigation";
import { auth, signIn } from "@/auth";

export default async function Home() {
  const session = await auth();
  if (session?.user) redirect("/notes");
  return (
    <main>
      <h1>Notes</h1>
      <p>
        Write things down. <Link href="/notes">Go to your notes</Link>
      </p>
      <form
        action={async () => {
          "use server";
          await signIn("github");
        }}
      >
        <button>Sign in with GitHub</button>
      </form>
    </main>
  );
}
