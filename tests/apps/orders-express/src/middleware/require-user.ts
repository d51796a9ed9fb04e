import type { NextFunction, Request, Response } from "express";
import jwt from "jsonwebtoken";
import { jwtSecret } from "../secrets.js";

declare global {
  namespace Express {
    interface Request {
      user?: { id: string };
    }
  }
}

export function requireUser(req: Request, res: Response, next: NextFunction) {
  const token = req.headers.authorization?.replace(/^Bearer /, "");
  if (!token) {
    res.status(401).json({ error: "Unauthorized" });
    return;
  }
  try {
    const payload = jwt.verify(token, jwtSecret(), { algorithms: ["HS256"] });
    if (typeof payload === "string" || !payload.sub) {
      res.status(401).json({ error: "Unauthorized" });
      return;
    }
    req.user = { id: payload.sub };
  } catch {
    res.status(401).json({ error: "Unauthorized" });
    return;
  }
  next();
}
