import { notFound, redirect } from "next/navigation";
import { auth } from "@/auth";
import { NoteEditor } from "@/components/note-editor";
import { prisma } from "@/lib/prisma";

export default async function NotePage({ params }: { params: Promise<{ id: string }> }) {
  const session = await auth();
  if (!session?.user?.id) redirect("/");
  const { id } = await params;
  const note = await prisma.note.findFirst({ where: { id, ownerId: session.user.id } });
  if (!note) notFound();
  return (
    <main>
      <NoteEditor id={note.id} title={note.title} body={note.body} />
    </main>
  );
}
