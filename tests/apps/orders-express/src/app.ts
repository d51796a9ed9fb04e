import express from "express";
import helmet from "helmet";
import { requireUser } from "./middleware/require-user.js";
import { accounts } from "./routes/accounts.js";
import { orders } from "./routes/orders.js";

export function createApp() {
  const app = express();
  app.use(helmet());
  app.use(express.json({ limit: "100kb" }));

  app.get("/health", (_req, res) => {
    res.json({ ok: true });
  });
  app.use("/accounts", accounts);
  app.use("/orders", requireUser, orders);
  return app;
}
