import { and, desc, eq } from "drizzle-orm";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { db } from "../db/client.js";
import { boards } from "../db/schema.js";
import { sendInvitation } from "../mail.js";

const Id = z.object({ id: z.uuid() });
const NewBoard = z.object({ title: z.string().min(1).max(120) });
const Invitation = z.object({ email: z.email().max(200) });

export async function boardRoutes(app: FastifyInstance) {
  app.addHook("onRequest", async (request) => {
    await request.jwtVerify();
  });

  app.get("/", async (request) => {
    return db.select().from(boards).where(eq(boards.userId, request.user.sub)).orderBy(desc(boards.createdAt)).limit(100);
  });

  app.post("/", async (request, reply) => {
    const { title } = NewBoard.parse(request.body);
    const [board] = await db.insert(boards).values({ title, userId: request.user.sub }).returning();
    return reply.code(201).send(board);
  });

  app.get("/:id", async (request, reply) => {
    const { id } = Id.parse(request.params);
    const [board] = await db
      .select()
      .from(boards)
      .where(and(eq(boards.id, id), eq(boards.userId, request.user.sub)));
    if (!board) return reply.code(404).send({ error: "Not found" });
    return board;
  });

  app.post("/:id/invitations", { config: { rateLimit: { max: 10, timeWindow: "1 hour" } } }, async (request, reply) => {
    const { id } = Id.parse(request.params);
    const { email } = Invitation.parse(request.body);
    const [board] = await db
      .select()
      .from(boards)
      .where(and(eq(boards.id, id), eq(boards.userId, request.user.sub)));
    if (!board) return reply.code(404).send({ error: "Not found" });
    await sendInvitation(email, board.title);
    return reply.code(204).send();
  });

  app.delete("/:id", async (request, reply) => {
    const { id } = Id.parse(request.params);
    await db.delete(boards).where(eq(boards.id, id));
    return reply.code(204).send();
  });
}
