import Link from "next/link";
import { redirect } from "next/navigation";
import { auth } from "@/auth";
import { prisma } from "@/lib/prisma";

export default async function NotesPage() {
  const session = await auth();
  if (!session?.user?.id) redirect("/");
  const notes = await prisma.note.findMany({
    where: { ownerId: session.user.id },
    orderBy: { updatedAt: "desc" },
  });
  return (
    <main>
      <h1>Your notes</h1>
      <ul>
        {notes.map((note) => (
          <li key={note.id}>
            <Link href={`/notes/${note.id}`}>{note.title}</Link>
          </li>
        ))}
      </ul>
    </main>
  );
}
