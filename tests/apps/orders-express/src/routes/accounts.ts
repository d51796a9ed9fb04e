import bcrypt from "bcryptjs";
import { Router } from "express";
import { rateLimit } from "express-rate-limit";
import jwt from "jsonwebtoken";
import { z } from "zod";
import { User } from "../models/user.js";
import { jwtSecret } from "../secrets.js";

const Credentials = z.object({
  email: z.email().max(200),
  password: z.string().min(10).max(200),
});

export const accounts = Router();

accounts.use(rateLimit({ windowMs: 15 * 60 * 1000, limit: 20 }));

accounts.post("/register", async (req, res) => {
  const input = Credentials.safeParse(req.body);
  if (!input.success) {
    res.status(400).json({ error: "Invalid email or password" });
    return;
  }
  const passwordHash = await bcrypt.hash(input.data.password, 12);
  await User.create({ email: input.data.email, passwordHash });
  res.status(201).end();
});

accounts.post("/login", async (req, res) => {
  const input = Credentials.safeParse(req.body);
  if (!input.success) {
    res.status(400).json({ error: "Invalid email or password" });
    return;
  }
  const user = await User.findOne({ email: input.data.email }).select("+passwordHash");
  if (!user || !(await bcrypt.compare(input.data.password, user.passwordHash))) {
    res.status(401).json({ error: "Wrong email or password" });
    return;
  }
  const token = jwt.sign({}, jwtSecret(), { subject: String(user._id), expiresIn: "1h" });
  res.json({ token });
});
