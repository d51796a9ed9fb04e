import { pgTable, text, uuid } from "drizzle-orm/pg-core";

// The log is written through Drizzle, everything else through Prisma.
export const auditLog = pgTable("audit_log", {
  id: uuid("id").primaryKey().defaultRandom(),
  actorId: text("actor_id").notNull(),
  userId: text("user_id").notNull(),
  what: text("what"),
});
